"""What a badge and a status list state, before any format: plain values, from which every document is made.

All values are JSON-friendly, so that facts can be stored as they are. Every `id` and `url` is an absolute URI of ASCII
characters; text is any text without lone surrogates. Instants are aware and whole seconds.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256


class BadgeProfile(StrEnum):
    """Which readers a program's badges are cut for.

    `vcdm2`: Verifiable Credentials 2.0 with a revocation and a suspension entry. `ob30-strict`: Open Badges 3.0 as the
    1EdTech JSON Schema has it: one status entry, revocation, and arrays throughout; a suspension then shows in the
    registry, in what a refresh returns and on the page only.
    """

    VCDM2 = "vcdm2"
    OB30_STRICT = "ob30-strict"


class Securing(StrEnum):
    """How a document is secured. The first three embed a Data Integrity proof in JSON, the last two are compact JWTs.

    `ob+jwt` is Open Badges 3.0's own JWT (RS256, registered claims beside the credential's members); `vc+jwt` is W3C's
    (ES256, the payload is the credential itself).
    """

    EDDSA_RDFC = "eddsa-rdfc-2022"
    ECDSA_RDFC = "ecdsa-rdfc-2019"
    EDDSA_JCS = "eddsa-jcs-2022"
    VC_JWT = "vc+jwt"
    OB_JWT = "ob+jwt"

    @property
    def media_type(self) -> str:
        """The registered media type of what is signed so."""
        return _MEDIA_TYPES.get(self, "application/vc")

    @property
    def is_jwt(self) -> bool:
        """Whether the signed document is a compact JWT, not JSON."""
        return self in _MEDIA_TYPES


_MEDIA_TYPES = {Securing.VC_JWT: "application/vc+jwt", Securing.OB_JWT: "application/jwt"}

MASTER = Securing.EDDSA_RDFC
"""How the stored master of every badge is secured."""


SCHEMA_PATH = "/schemas/achievement-credential-vcdm2.json"
"""Where the service publishes the JSON Schema of the profile `vcdm2`, below its address."""


class StatusPurpose(StrEnum):
    """What a set bit of a status list says. Revocation is final; suspension may lift."""

    REVOCATION = "revocation"
    SUSPENSION = "suspension"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerFacts:
    """The certifying body. `did` is the signer's, and no other is signed for."""

    did: str
    name: str
    url: str
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AchievementFacts:
    """What was achieved: a program's certification under one policy edition, by passing one exam.

    `id` is a URL of the program and its edition; `criteria_url` tells what the narrative sums up. `program` is the
    program's code, `exam` the exam's (`POM-001`), with its title. `language` is a BCP 47 code such as `en`.
    """

    id: str
    name: str
    description: str
    criteria: str
    criteria_url: str
    program: str
    exam: str
    exam_title: str
    edition: str
    achievement_type: str = "Certification"
    language: str = "en"
    image_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFacts:
    """On what the award rests, without any personal detail. `genre` is one word or two: `Determination`."""

    id: str
    name: str
    narrative: str
    genre: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPlaceFacts:
    """Where a status list says one thing about this badge; `list_url` is the list credential's id."""

    purpose: StatusPurpose
    list_url: str
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityFacts:
    """Who the holder is, hashed with a salt. `kind` is one of Open Badges 3.0's identity types.

    Whoever knows the identity can check that the badge is theirs; nobody reads it from the badge, nor from the facts.
    """

    hash: str
    salt: str
    kind: str

    @classmethod
    def hiding(cls, identity: str, salt: str, kind: str = "emailAddress") -> "IdentityFacts":
        """The identity's hash as Open Badges 3.0 spells it: `sha256$` and the hex digest of both (UTF-8)."""
        return cls(hash=f"sha256${sha256(f'{identity}{salt}'.encode()).hexdigest()}", salt=salt, kind=kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeFacts:
    """Everything that one AchievementCredential states.

    `id` is the badge's absolute URL, `number` the credential's number, `awarded_at` the instant at which the day of the
    first award began (kept across renewals), `valid_until` the instant at which the last valid day ends. `signed_at`
    is the proof's `created`. `holder_name` is the name on the certificate, or None where it is kept out of public
    answers; `holder_id` is the DID of the holder's wallet, where one was proved, else the subject is `id` with
    `#holder`. `places` holds one entry per purpose; which of them are stated, the profile says. `refresh_url` answers
    with the badge as it stands. `schema_url` names the JSON Schema of this profile; None leaves it out.
    """

    id: str
    number: str
    profile: BadgeProfile
    issuer: IssuerFacts
    achievement: AchievementFacts
    identity: IdentityFacts
    awarded_at: datetime
    valid_from: datetime
    valid_until: datetime
    signed_at: datetime
    places: tuple[StatusPlaceFacts, ...]
    holder_name: str | None = None
    holder_id: str | None = None
    evidence: tuple[EvidenceFacts, ...] = ()
    refresh_url: str | None = None
    schema_url: str | None = None

    @property
    def subject_id(self) -> str:
        """The subject's id."""
        return self.holder_id or f"{self.id}#holder"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusListFacts:
    """Everything that one BitstringStatusListCredential states.

    `encoded` is the list as the specification spells it: `u` and the base64url of the gzipped bits. `ttl` is in whole
    milliseconds. `id` is the list's URL.
    """

    id: str
    purpose: StatusPurpose
    encoded: str
    issuer: IssuerFacts
    valid_from: datetime
    signed_at: datetime
    ttl: int
    valid_until: datetime | None = None
