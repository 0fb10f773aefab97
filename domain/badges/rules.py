"""Bits of a status list, draws of free places, and what a standing says in a list. Pure.

The bits are those of W3C Bitstring Status List v1.0: place 0 is the leftmost bit, the highest of the first byte.
"""

import gzip
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final
from uuid import UUID, uuid5

from domain.badges.facts import StatusPurpose
from domain.credentials.model import Standing

TTL: Final = 300_000
"""For how many milliseconds a verifier may keep a list that it fetched."""

DRAW_BYTES: Final = 4
"""Random bytes for one draw."""

_LISTS: Final = UUID("6f1d0c7e-2f0b-5d53-9a52-3d6a3c1f0b7e")
_BUCKETS: Final = 4_096
_HELD: Final = 64
_MULTIBASE: Final = "u"
LEVEL: Final = 9

_SAID: Final[Mapping[Standing, frozenset[StatusPurpose]]] = {
    Standing.REVOKED: frozenset({StatusPurpose.REVOCATION}),
    Standing.RETIRED: frozenset({StatusPurpose.REVOCATION}),
    Standing.SUSPENDED: frozenset({StatusPurpose.SUSPENSION}),
}


def said_of(standing: Standing) -> frozenset[StatusPurpose]:
    """In which lists a credential that stands so has its bit set.

    What its dates say by themselves (an expiry, a lapse) no list repeats. A retired credential is given up for good:
    for whoever checks it, it is withdrawn.
    """
    return _SAID.get(standing, frozenset())


@cache
def list_id(shard: int, purpose: StatusPurpose) -> UUID:
    """The id of a shard's list: always the same, so that a badge can name a list without looking it up."""
    return uuid5(_LISTS, f"{shard}/{purpose}")


def encoded(bits: bytes) -> str:
    """The bits as `encodedList` has them: gzipped, in base64url without padding, under the multibase prefix `u`."""
    packed = gzip.compress(bits, LEVEL, mtime=0)
    return _MULTIBASE + urlsafe_b64encode(packed).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bits of an `encodedList` of ours."""
    packed = text.removeprefix(_MULTIBASE)
    return gzip.decompress(urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))


def empty(size: int) -> bytes:
    """The bits of a list on which nothing was ever said; `size` places, a multiple of eight."""
    return bytes(size // 8)


def is_set(bits: bytes, place: int) -> bool:
    """Whether the bit of a place is set."""
    return bool(bits[place // 8] & _mask(place))


def with_bit(bits: bytes, place: int, *, on: bool) -> bytes:
    """The bits with that of one place as it should be."""
    changed = bytearray(bits)
    if on:
        changed[place // 8] |= _mask(place)
    else:
        changed[place // 8] &= ~_mask(place)
    return bytes(changed)


def with_places(size: int, places: Iterable[int]) -> bytes:
    """The bits of a list on which exactly these places are set."""
    bits = bytearray(size // 8)
    for place in places:
        bits[place // 8] |= _mask(place)
    return bytes(bits)


def buckets(size: int) -> int:
    """Into how many buckets a shard's places fall, place by place; whoever claims a place holds its bucket."""
    return min(size, _BUCKETS)


def draws(randomness: bytes, size: int) -> list[int]:
    """One place of `size` for every `DRAW_BYTES` of secure randomness.

    Each lies anywhere with equal chance (`size` is a power of two or far below 2**32). Very many lie in few buckets, so
    that a transaction holds few.
    """
    steps = range(0, len(randomness), DRAW_BYTES)
    drawn = [int.from_bytes(randomness[step : step + DRAW_BYTES], "big") for step in steps]
    count = buckets(size)
    held = [one % count for one in drawn[:_HELD]]
    return [
        one % size if place < _HELD else (one % size) // count * count + held[place % _HELD]
        for place, one in enumerate(drawn)
    ]


def chosen(free: list[int], count: int, randomness: bytes) -> list[int]:
    """So many of the free places, each drawn by `DRAW_BYTES` of secure randomness; fewer where there are fewer."""
    left = list(free)
    picked: list[int] = []
    for step in range(count):
        if not left:
            break
        place = int.from_bytes(randomness[DRAW_BYTES * step : DRAW_BYTES * (step + 1)], "big") % len(left)
        left[place], left[-1] = left[-1], left[place]
        picked.append(left.pop())
    return picked


def _mask(place: int) -> int:
    return 0x80 >> place % 8
