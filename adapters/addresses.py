"""Which addresses of the internet protocol a stranger may have us speak to: public ones, and no others."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

# What `is_global` of Python 3.11 takes for public, or what leads elsewhere: NAT64, 6to4, the old compatible and
# site-local addresses, the relay of 6to4, documentation, segment routing, and what is reserved.
_REFUSED: Final = tuple(
    map(
        ip_network,
        (
            "192.88.99.0/24",
            "198.18.0.0/15",
            "240.0.0.0/4",
            "64:ff9b::/96",
            "64:ff9b:1::/48",
            "2002::/16",
            "::/96",
            "fec0::/10",
            "100::/64",
            "2001::/23",
            "3fff::/20",
            "5f00::/16",
        ),
    )
)


def is_public(address: str) -> bool:
    """Whether an address in text is one of the public internet; IPv4 mapped into IPv6 is judged as the IPv4 it is."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address):
        if parsed.scope_id is not None:
            return False
        if parsed.ipv4_mapped is not None:
            return _is_public(parsed.ipv4_mapped)
    return _is_public(parsed)


def is_loopback(address: str) -> bool:
    """Whether an address in text is this machine's own."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    refused = any(address in network for network in _REFUSED if network.version == address.version)
    return address.is_global and not address.is_multicast and not address.is_reserved and not refused
