"""Which of the body's keys secures a document how: the purposes under which a KeyProvider holds them."""

from collections.abc import Mapping
from typing import Final

from domain.badges.facts import Securing

EDDSA: Final = "badges-eddsa"
ES256: Final = "badges-es256"
RS256: Final = "badges-rs256"
BADGE_PURPOSES: Final = (EDDSA, ES256, RS256)
"""Every purpose whose keys the DID document publishes."""

PURPOSE: Final[Mapping[Securing, str]] = {
    Securing.EDDSA_RDFC: EDDSA,
    Securing.EDDSA_JCS: EDDSA,
    Securing.ECDSA_RDFC: ES256,
    Securing.VC_JWT: ES256,
    Securing.OB_JWT: RS256,
}
