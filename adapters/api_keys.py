"""API keys for machine partners: how they look, and what is stored of them. Pure but for the randomness of `mint`.

A key reads `ck_<environment>_<id>_<secret>`: `ck_live_0k3Xq7Vb2LmT_…`. The secret holds 256 random bits and ends in a
check of all that stands before it, so that a scanner of leaked code tells a real key from a look-alike without
asking us (`KEY_PATTERN`, then `parse`). Only its digest is stored; a plain SHA-256 is enough, because nobody can try
256 bits.
"""

import re
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from zlib import crc32

from domain.errors import Unauthenticated

KEY_PATTERN = re.compile(r"ck_([a-z]{2,16})_([0-9A-Za-z]{12})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})", re.ASCII)
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ENVIRONMENT = re.compile(r"[a-z]{2,16}", re.ASCII)
_LONGEST = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedKey:
    """A well-formed key. `id` may be shown, logged and looked up by; `text` is the whole key and may not."""

    environment: str
    id: str
    text: str = field(repr=False)


def mint(environment: str) -> PresentedKey:
    """A new key for `environment` (2 to 16 lower-case letters: `live`, `test`). Show `text` once, store its digest."""
    if not _ENVIRONMENT.fullmatch(environment):
        message = "an environment is named by 2 to 16 lower-case letters"
        raise ValueError(message)
    key_id = "".join(secrets.choice(_DIGITS) for _ in range(12))
    body = f"ck_{environment}_{key_id}_{_in_digits(secrets.randbits(256), 43)}"
    return PresentedKey(environment=environment, id=key_id, text=body + _check(body))


def parse(text: str) -> PresentedKey:
    """The key that `text` spells; Unauthenticated for anything that `mint` could not have made."""
    found = KEY_PATTERN.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None or _check(text[:-6]) != found[4]:
        raise Unauthenticated
    return PresentedKey(environment=found[1], id=found[2], text=text)


def digest(key: PresentedKey) -> str:
    """What is stored in the key's place: SHA-256 of the whole key, hex, so that id and environment are bound too."""
    return sha256(key.text.encode("ascii")).hexdigest()


def matches(key: PresentedKey, stored: str) -> bool:
    """Whether `stored` is this key's digest, in time that does not tell how much of it is."""
    return compare_digest(digest(key).encode(), stored.encode())


def looks_like_one(text: str) -> bool:
    """Whether a bearer credential is meant as an API key rather than a token: only a hint for choosing the reader."""
    return text.startswith("ck_")


def _check(body: str) -> str:
    return _in_digits(crc32(body.encode("ascii")), 6)


def _in_digits(number: int, width: int) -> str:
    """`number` in base 62, most significant digit first, padded to `width` digits."""
    digits = []
    for _ in range(width):
        number, rest = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[rest])
    return "".join(reversed(digits))


class Mint:
    """The port `KeyMint`, for one environment (`live` or `test`)."""

    def __init__(self, environment: str) -> None:
        """Make keys for `environment`."""
        self._environment = environment

    def mint(self) -> tuple[str, str, str]:
        """A fresh key: the id that may be shown, the digest to store, and the text to show once."""
        key = mint(self._environment)
        return key.id, digest(key), key.text
