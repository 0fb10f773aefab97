"""What a badge states, made of the same public facts as the registry's answer. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.badges.facts import (
    SCHEMA_PATH,
    AchievementFacts,
    BadgeFacts,
    EvidenceFacts,
    IdentityFacts,
    StatusListFacts,
    StatusPlaceFacts,
    StatusPurpose,
)
from domain.badges.model import Publisher, StatusList, StatusPlace
from domain.badges.rules import TTL, encoded, list_id
from domain.credentials.model import Credential
from domain.credentials.public import PublicFacts
from domain.dates import end_of, start_of
from domain.programs.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A credential with what its badge states: the public facts that the registry answers with, and who holds it.

    `policy` is the edition it is under, `first_policy` the one under which it was awarded.
    """

    credential: Credential
    public: PublicFacts
    policy: Policy
    first_policy: Policy
    email: str


def badge_facts(
    publisher: Publisher, subject: Subject, stated: AchievementFacts, place: StatusPlace, id_: UUID, now: datetime
) -> BadgeFacts:
    """All that a badge of this id states of a credential, at an instant. Dates are the registry's, to the instant.

    `stated` is the `achievement` of the edition that the credential is under, made once for a whole batch.
    """
    public, zone = subject.public, subject.public.zone
    url = badge_url(publisher, id_)
    return BadgeFacts(
        id=url,
        number=public.number,
        profile=subject.policy.badges.profile,
        issuer=publisher.issuer,
        achievement=stated,
        identity=IdentityFacts.hiding(subject.email, (place.salt or b"").hex()),
        awarded_at=start_of(public.awarded_on, zone),
        valid_from=start_of(public.valid_from, zone),
        valid_until=end_of(public.valid_until, zone),
        signed_at=now.replace(microsecond=0),
        places=tuple(
            StatusPlaceFacts(
                purpose=purpose, list_url=list_url(publisher, list_id(place.shard, purpose)), index=place.place
            )
            for purpose in StatusPurpose
        ),
        holder_name=public.holder_name,
        evidence=(_determination(subject),),
        refresh_url=f"{url}/refresh",
        schema_url=f"{publisher.base_url}{SCHEMA_PATH}",
    )


def same(one: BadgeFacts, other: BadgeFacts) -> bool:
    """Whether two badges state the same, but for which version they are and when they were signed."""
    return replace(one, id=other.id, refresh_url=other.refresh_url, signed_at=other.signed_at) == other


def list_facts(publisher: Publisher, kept: StatusList, now: datetime) -> StatusListFacts:
    """All that a status list states, at an instant."""
    signed_at = now.replace(microsecond=0)
    return StatusListFacts(
        id=list_url(publisher, kept.id),
        purpose=kept.purpose,
        encoded=encoded(kept.bits),
        issuer=publisher.issuer,
        valid_from=signed_at,
        signed_at=signed_at,
        ttl=TTL,
    )


def badge_url(publisher: Publisher, id_: UUID) -> str:
    """Where a version of a badge is found."""
    return f"{publisher.base_url}/v1/badges/{id_}"


def list_url(publisher: Publisher, id_: UUID) -> str:
    """Where a status list is found."""
    return f"{publisher.base_url}/v1/status-lists/{id_}"


def achievement(base_url: str, policy: Policy) -> AchievementFacts:
    """What a program's certification under an edition stands for; its id and its criteria are pages of this service."""
    url = f"{base_url}/v1/programs/{policy.program}/policies/{policy.edition}/achievement"
    return AchievementFacts(
        id=url,
        name=policy.program_title,
        description=policy.about.overview,
        criteria=criteria(policy),
        criteria_url=f"{url}/criteria",
        program=policy.program,
        exam=policy.exam.code,
        exam_title=policy.exam.title,
        edition=policy.edition,
        language=policy.exam.languages[0],
        image_url=f"{url}/image.png",
    )


def criteria(policy: Policy) -> str:
    """What an edition asks of a holder, in sentences."""
    exam, scale, renewal = policy.exam, policy.scale, policy.renewal
    pathways = "; or ".join(pathway.title for pathway in policy.eligibility.pathways)
    return (
        f"Eligibility by one of these pathways: {pathways}. "
        f"The examination {exam.code}, {exam.title}, of {exam.items} items in {exam.minutes} minutes, passed with a "
        f"scaled score of {scale.passing} or higher on a scale from {scale.minimum} to {scale.maximum}. "
        f"Valid for {policy.validity.years} years; renewed by {renewal.hours.normalize():f} hours of continuing "
        "education and the renewal fee."
    )


def _determination(subject: Subject) -> EvidenceFacts:
    """The ruling that led to the award: that it was made, under which edition and when; nothing of the person."""
    on, edition = subject.public.awarded_on.isoformat(), subject.first_policy.edition
    return EvidenceFacts(
        id=f"urn:uuid:{subject.credential.application_id}",
        name=f"Determination under policy edition {edition}",
        narrative=(
            f"The certifying body judged on {on} that every requirement of policy edition {edition} was met "
            f"and that the examination {subject.first_policy.exam.code} was passed."
        ),
        genre="Determination",
    )
