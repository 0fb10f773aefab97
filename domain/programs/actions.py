"""Verbs of programs: publish an edition, recognise a provider and end that.

Locks: both hold the rows of the program's editions, so that two who publish, or two who recognise the same provider,
see each other; for a program's first edition, the store keeps two from beginning on the same day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from pydantic import ValidationError

from domain.actors import Actor
from domain.dates import is_zone
from domain.errors import Contradiction, Fault, Invalid
from domain.ports import UnitOfWork
from domain.programs.clauses import Provider
from domain.programs.days import in_force_now, today_in, today_of
from domain.programs.errors import RecognisedAlready
from domain.programs.events import EditionEnds, EditionPublished, ProviderEnded, ProviderRecognised
from domain.programs.model import PolicyEdition, RecognisedProvider
from domain.programs.partial import as_far_as_read
from domain.programs.policy import Policy, providers_from
from domain.programs.reading import policy_digest, policy_document, read_and_lint

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """A provider to recognise, from a day until a day, both inclusive; `code` stays the same over time."""

    code: str
    name: str
    from_on: date
    until_on: date | None
    reason: str


def checked(uow: UnitOfWork, program: str, document: Mapping[str, object]) -> Policy:
    """The edition that a document describes, fit to be published for this program today.

    Raises Invalid where its shape is wrong, with every fault of it and of what could be read of it; Contradiction where
    only what it says is: with every fault that `lint` finds, and those that the program's other editions are the reason
    for.
    """
    others = [uow.policies.named(one.edition) for one in uow.policies.headings()]
    ours = [one for one in others if one.program == program]
    policy, faults = read_and_lint(
        document,
        ours,
        providers_from(uow.providers.find(program=program)),
        checks=(
            lambda policy: _another(policy, program),
            lambda policy: _taken(policy, program, others),
            lambda policy: _too_late(uow, policy, ours),
        ),
    )
    if policy is None:
        raise Invalid(*faults, detail="The policy is not valid.")
    if faults:
        raise Contradiction(*faults, detail="The edition cannot be published as it is.")
    return policy


def publish(uow: UnitOfWork, actor: Actor, program: str, document: Mapping[str, object]) -> PolicyEdition:
    """Publish an edition for good. The one before it, if it has no end of its own, ends the day before it begins."""
    actor.must("policy.publish")
    uow.policies.hold(program)
    policy = checked(uow, program, document)
    published = uow.policies.add(
        PolicyEdition(
            id=uow.new_id(),
            program=policy.program,
            edition=policy.edition,
            title=policy.title,
            in_force_from=policy.in_force_from,
            in_force_until=policy.in_force_until or _day_before_the_next(uow, policy),
            document=policy_document(policy),
            sha256=policy_digest(policy),
            published_by=actor.subject,
            published_at=uow.now,
        )
    )
    uow.record(
        EditionPublished(
            edition_id=published.id,
            program=published.program,
            edition=published.edition,
            sha256=published.sha256,
            in_force_from=published.in_force_from,
            in_force_until=published.in_force_until,
        )
    )
    _end_the_one_before(uow, policy)
    return published


def recognise(uow: UnitOfWork, actor: Actor, program: str, wanted: Recognition) -> RecognisedProvider:
    """Recognise a provider beyond those that the editions name.

    Raises RecognisedAlready where its days overlap with those of one that goes by its code or name, be it of the
    edition in force; Contradiction for a code, a name or days that no edition could hold.
    """
    actor.must("provider.recognise")
    new = _as_of_an_edition(wanted)
    policy = in_force_now(uow, program)
    uow.policies.hold(program)
    if wanted.until_on is not None and wanted.until_on < wanted.from_on:
        raise Contradiction(Fault("/until_on", "dates_inverted", "It ends before it begins."))
    for other in (*policy.eligibility.providers, *providers_from(uow.providers.find(program=program))):
        if new.is_same(other) and new.overlaps(other):
            raise RecognisedAlready
    recognised = uow.providers.add(
        RecognisedProvider(
            id=uow.new_id(),
            program=program,
            code=wanted.code,
            name=wanted.name,
            from_on=wanted.from_on,
            until_on=wanted.until_on,
            recognised_by=actor.subject,
            recognised_at=uow.now,
            reason=wanted.reason,
        )
    )
    uow.record(
        ProviderRecognised(
            provider_id=recognised.id,
            program=program,
            code=recognised.code,
            from_on=recognised.from_on,
            until_on=recognised.until_on,
        )
    )
    return recognised


_MEMBERS = {"effective_from": "from_on", "effective_until": "until_on"}


def _as_of_an_edition(wanted: Recognition) -> Provider:
    """The provider as an edition would name it: rulings read both alike. Raises Contradiction where none could."""
    try:
        return Provider(
            code=wanted.code, name=wanted.name, effective_from=wanted.from_on, effective_until=wanted.until_on
        )
    except ValidationError as error:
        members = ((str(one["loc"][0]), str(one["type"])) for one in error.errors())
        faults = (Fault(f"/{_MEMBERS.get(name, name)}", code, "No edition could hold this.") for name, code in members)
        raise Contradiction(*faults) from None


def end_recognition(
    uow: UnitOfWork, actor: Actor, provider_id: UUID, until_on: date, reason: str
) -> RecognisedProvider:
    """Let a recognition end on its last day: yesterday at the earliest, and only ever sooner than it would."""
    provider = uow.providers.lock(provider_id)
    actor.must("provider.end", provider)
    earliest = max(provider.from_on, today_in(uow, provider.program)) - _DAY
    if not earliest <= until_on < (provider.until_on or date.max):
        detail = "A recognition ends yesterday at the earliest, and only ever sooner than it would."
        raise Contradiction(Fault("/until_on", "day_out_of_range", detail))
    ended = uow.providers.save(
        replace(provider, until_on=until_on, ended_by=actor.subject, ended_at=uow.now, ended_reason=reason)
    )
    uow.record(ProviderEnded(provider_id=ended.id, program=ended.program, code=ended.code, until_on=until_on))
    return ended


@as_far_as_read
def _another(policy: Policy, program: str) -> Iterator[Fault]:
    if policy.program != program:
        yield Fault("/program", "another_program", "It is the edition of another program.")


@as_far_as_read
def _taken(policy: Policy, program: str, others: list[Policy]) -> Iterator[Fault]:
    if any(one.edition == policy.edition and one.program != program for one in others):
        yield Fault("/edition", "edition_exists", "Another program has an edition of this name.")


@as_far_as_read
def _too_late(uow: UnitOfWork, policy: Policy, ours: list[Policy]) -> Iterator[Fault]:
    """Rules are known before they are in force; only a program's first edition may look back."""
    if ours and is_zone(policy.zone) and policy.in_force_from <= today_of(uow, policy):
        yield Fault("/in_force_from", "begins_too_early", "An edition begins tomorrow at the earliest.")


def _day_before_the_next(uow: UnitOfWork, policy: Policy) -> date | None:
    later = [one for one in uow.policies.headings(policy.program) if one.in_force_from > policy.in_force_from]
    return later[0].in_force_from - _DAY if later else None


def _end_the_one_before(uow: UnitOfWork, policy: Policy) -> None:
    last_day = policy.in_force_from - _DAY
    for heading in uow.policies.headings(policy.program):
        open_ended = heading.in_force_until is None or heading.in_force_until > last_day
        if heading.in_force_from < policy.in_force_from and open_ended:
            before = uow.policies.get(heading.id)
            uow.policies.save(replace(before, in_force_until=last_day))
            uow.record(
                EditionEnds(
                    edition_id=before.id, program=before.program, edition=before.edition, in_force_until=last_day
                )
            )
