"""Badges as JSON Web Tokens, through python-jose.

Two dialects are spoken. W3C's (VC-JOSE-COSE): `typ` is `vc+jwt` and the payload is the credential itself. Open Badges
3.0's (section 8.2): the header holds exactly `alg`, `kid` and `typ`, `kid` is an https address that answers one JWK,
and registered claims stand beside the credential's members.
"""

from typing import Final

import orjson
from jose import jws
from jose.backends.base import Key
from jose.exceptions import JWSError

from adapters.badges.proofs import low
from domain.badges.document import Document
from domain.badges.facts import Securing
from domain.ports import KeyProvider, SigningKey

_TYPES: Final = {Securing.VC_JWT: "vc+jwt", Securing.OB_JWT: "JWT"}


class TurnedOver(RuntimeError):
    """Another key signs by now than the one that the header names."""


class HeldElsewhere(Key):  # type: ignore[misc] # python-jose publishes no types
    """A key as python-jose wants one, which signs by the provider: the private key stays where it is.

    Made once for each key, as python-jose would parse a PEM again for each signature.
    """

    def __init__(self, keys: KeyProvider, purpose: str, face: SigningKey) -> None:
        """Stand for the key `face` of a purpose."""
        self._keys, self._purpose, self.face = keys, purpose, face

    def sign(self, msg: bytes) -> bytes:
        """The raw signature over `msg`; TurnedOver when it is no longer this key that signs."""
        kid, signature = self._keys.sign(self._purpose, msg)
        if kid != self.face.kid:
            raise TurnedOver
        return low(signature) if self.face.algorithm == "ES256" else signature


def token(claims: Document, key: HeldElsewhere, kid: str, securing: Securing) -> bytes:
    """The compact JWT over these claims; raises TurnedOver."""
    headers = {"kid": kid, "typ": _TYPES[securing]}
    try:
        return str(jws.sign(orjson.dumps(claims), key, headers=headers, algorithm=key.face.algorithm)).encode("ascii")
    except JWSError as fault:
        if isinstance(fault.__context__, TurnedOver):
            raise TurnedOver from None
        raise
