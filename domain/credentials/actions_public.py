"""The public record on any day, read from the history: what the registry said then, with what was put right since."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from domain.actors import Actor
from domain.credentials.actions_standing import life_of, owned, public_facts
from domain.credentials.errors import DayToCome
from domain.credentials.model import StandingChange
from domain.credentials.number import parse
from domain.credentials.public import PublicStanding, answer_on
from domain.errors import NotFound
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork
from domain.programs.days import today_of


def answer(uow: UnitOfWork, written: str, as_of: date | None) -> bytes:
    """The registry's answer (JSON) for a number on a day that has come, today where none is named.

    An unknown number, an erased credential, and a day before the award are one and the same NotFound. Raises
    MalformedNumber for a number that none ever had, and DayToCome for a day still to come.
    """
    return answer_and_whether_present(uow, written, as_of)[0]


def answer_and_whether_present(uow: UnitOfWork, written: str, as_of: date | None) -> tuple[bytes, bool]:
    """What `answer` gives, and whether its day is today in the program's zone; raises as that does."""
    credential = uow.credentials.first(number=parse(written))
    if credential is None or not credential.name:
        raise NotFound
    today = today_of(uow, uow.policies.named(credential.edition))
    day = as_of or today
    if day > today:
        raise DayToCome
    history = uow.standing_changes.find(credential_id=credential.id)
    life = life_of(uow, history)
    stood, begun = life.on(day), life.valid_from(day)
    if stood is None:
        raise NotFound
    then = _governing(history, day)
    policy = uow.policies.named(then.edition)
    # The name is today's: a former one is nobody's business.
    as_then = replace(credential, valid_until=then.valid_until, edition=then.edition)
    facts = public_facts(uow, as_then, policy, begun or credential.awarded_on)
    return answer_on(facts, stood.public(), day), day == today


def standings(uow: UnitOfWork, written: str) -> tuple[str, tuple[PublicStanding, ...]]:
    """The canonical number, and how the credential stood from which day on, up to today; no reasons, no names.

    What was put right later is put right here too. Raises NotFound and MalformedNumber as `answer` does.
    """
    credential = uow.credentials.first(number=parse(written))
    if credential is None or not credential.name:
        raise NotFound
    today = today_of(uow, uow.policies.named(credential.edition))
    life = life_of(uow, uow.standing_changes.find(credential_id=credential.id))
    stood = tuple(span.public() for span in life.spans if span.since <= today)
    if not stood:
        raise NotFound
    return credential.number, stood


def history(uow: UnitOfWork, actor: Actor, credential_id: UUID, request: PageRequest) -> Page[StandingChange]:
    """How a credential came to stand as it does, for its holder and staff."""
    owned(uow, actor, "credential.read", credential_id)
    return uow.standing_changes.page(request.within(credential_id=credential_id))


def _governing(history: list[StandingChange], day: date) -> StandingChange:
    """The entry under which a day stands: the latest made of those that had taken effect."""
    return max((one for one in history if one.effective_on <= day), key=lambda one: one.number)
