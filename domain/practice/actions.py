"""Verbs of practice: begin, answer, finish, see what it told; from retired items that were given out for it, only.

Locks: beginning holds the candidate's row, and the store allows one practice exam of a program under way; answering and
finishing hold the practice exam's row. Time is the transaction's own instant: whoever comes after `ends_at` finds the
exam ended.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from domain.actors import Actor
from domain.errors import Contradiction, Fault, NotFound
from domain.items import rules as bank
from domain.items.actions import codes_on_forms
from domain.items.actions_sets import enemies_among
from domain.items.model import Item, ItemSetVersion, ItemStatus, ItemVersion
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork
from domain.practice import rules
from domain.practice.errors import NoPractice, PracticeGoesOn, PracticeLimit, TimeIsOver, TooFewPracticeItems
from domain.practice.events import PracticeEnded, PracticeStarted
from domain.practice.model import PracticeExam, PracticeItem, PracticeStatus
from domain.practice.rules import Unit
from domain.programs.days import in_force_now
from domain.programs.policy import Policy

SEED = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer: the place of the item from 1, and the options that are marked, none to take an answer back."""

    place: int
    marked: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A practice exam with what its items say, in their order, and the cases that they share."""

    exam: PracticeExam
    versions: tuple[ItemVersion, ...]
    cases: tuple[ItemSetVersion, ...]


def start(uow: UnitOfWork, actor: Actor, candidate_id: UUID, program: str) -> PracticeExam:
    """Begin a practice exam; one that is under way is the answer again.

    Raises NoPractice, PracticeLimit, TooFewPracticeItems.
    """
    candidate = uow.candidates.lock(candidate_id)
    actor.must("practice_exam.start", candidate)
    policy = _edition(uow, program)
    terms = policy.practice
    if terms is None:
        raise NoPractice
    earlier = uow.practice_exams.find(candidate_id=candidate_id, program=program)
    for one in earlier:
        if one.status is PracticeStatus.IN_PROGRESS:
            if uow.now < one.ends_at:
                return one
            _end(uow, one, timed_out=True)
    if not rules.may_begin((one.started_at for one in earlier), terms.max_per_30_days, uow.now):
        raise PracticeLimit
    items = _drawn(uow, policy, terms.items, earlier)
    exam = uow.practice_exams.add(
        PracticeExam(
            id=uow.new_id(),
            candidate_id=candidate_id,
            program=program,
            edition=policy.edition,
            items=items,
            answers=((),) * len(items),
            started_at=uow.now,
            ends_at=uow.now + timedelta(minutes=terms.minutes),
        )
    )
    uow.record(
        PracticeStarted(
            practice_id=exam.id,
            candidate_id=candidate_id,
            program=program,
            edition=policy.edition,
            items=len(items),
        )
    )
    return exam


def read(uow: UnitOfWork, actor: Actor, practice_id: UUID) -> PracticeExam:
    """A practice exam as it stands at this instant: one whose time is over is ended, whoever asks."""
    exam = uow.practice_exams.get(practice_id)
    actor.must("practice_exam.read", exam)
    return seen(uow, exam)


def list_of(uow: UnitOfWork, actor: Actor, candidate_id: UUID, request: PageRequest) -> Page[PracticeExam]:
    """The practice exams of a candidate."""
    actor.must("practice_exam.read", uow.candidates.get(candidate_id))
    page = uow.practice_exams.page(request.within(candidate_id=candidate_id))
    return replace(page, items=[seen(uow, one) for one in page.items])


def questions(uow: UnitOfWork, actor: Actor, practice_id: UUID) -> Sheet:
    """What the candidate is asked, without the key; NotFound for anyone else."""
    exam = uow.practice_exams.get(practice_id)
    actor.must("practice_exam.see", exam)
    return _sheet(uow, seen(uow, exam))


def review(uow: UnitOfWork, actor: Actor, practice_id: UUID) -> Sheet:
    """What was asked, with the key and the rationale, once the exam is over; raises PracticeGoesOn."""
    sheet = questions(uow, actor, practice_id)
    if sheet.exam.status is PracticeStatus.IN_PROGRESS:
        raise PracticeGoesOn
    return sheet


def answer(uow: UnitOfWork, actor: Actor, practice_id: UUID, given: Sequence[Given]) -> PracticeExam:
    """Save answers; raises TimeIsOver, and Contradiction for places and options that are not there."""
    exam = uow.practice_exams.lock(practice_id)
    actor.must("practice_exam.answer", exam)
    if uow.now >= exam.ends_at:
        raise TimeIsOver
    versions = _versions(uow, exam)
    faults = [fault for at, one in enumerate(given) for fault in _faults(at, one, exam, versions)]
    if faults:
        raise Contradiction(*faults)
    answers = list(exam.answers)
    for one in given:
        answers[one.place - 1] = tuple(sorted(one.marked))
    return uow.practice_exams.save(replace(exam, answers=tuple(answers)))


def finish(uow: UnitOfWork, actor: Actor, practice_id: UUID) -> PracticeExam:
    """End a practice exam, and tell how it went."""
    exam = uow.practice_exams.lock(practice_id)
    actor.must("practice_exam.finish", exam)
    return _end(uow, exam, timed_out=uow.now >= exam.ends_at)


def seen(uow: UnitOfWork, exam: PracticeExam) -> PracticeExam:
    """The exam as it stands now: with its result, where its time ran out and nobody has said so yet.

    Nothing is stored: a read changes nothing, and the next writing verb stores the same.
    """
    if exam.status is PracticeStatus.IN_PROGRESS and uow.now >= exam.ends_at:
        return _judged(uow, exam, timed_out=True)
    return exam


def forget(uow: UnitOfWork, candidate_id: UUID) -> None:
    """Remove a person's practice exams, for an erasure: nothing follows from practice that anybody has to show."""
    for exam in uow.practice_exams.find(candidate_id=candidate_id):
        uow.practice_exams.remove(exam)


def _end(uow: UnitOfWork, exam: PracticeExam, *, timed_out: bool) -> PracticeExam:
    ended = uow.practice_exams.save(_judged(uow, exam, timed_out=timed_out))
    uow.record(PracticeEnded(practice_id=exam.id, candidate_id=exam.candidate_id, timed_out=timed_out))
    return ended


def _judged(uow: UnitOfWork, exam: PracticeExam, *, timed_out: bool) -> PracticeExam:
    """The exam with its result."""
    versions = _versions(uow, exam)
    right = [
        bank.is_right(versions[item.version_id].content, marked)
        for item, marked in zip(exam.items, exam.answers, strict=True)
    ]
    policy = uow.policies.named(exam.edition)
    return replace(
        exam,
        status=PracticeStatus.TIMED_OUT if timed_out else PracticeStatus.FINISHED,
        finished_at=exam.ends_at if timed_out else uow.now,
        correct=sum(right),
        domains=rules.diagnostics([item.domain for item in exam.items], right, policy),
    )


def _drawn(uow: UnitOfWork, policy: Policy, count: int, earlier: Sequence[PracticeExam]) -> tuple[PracticeItem, ...]:
    """The places of a new practice exam; raises TooFewPracticeItems."""
    pool = {item.id: item for item in _pool(uow, policy)}
    units = _units(list(pool.values()), earlier)
    wanted = rules.proportions(count, policy.exam.domains)
    drawn = rules.draw(units, wanted, enemies_among(uow, pool), uow.random(SEED))
    if drawn is None:
        raise TooFewPracticeItems
    return _places(uow, [pool[id_] for unit in drawn for id_, _ in unit.items])


def _pool(uow: UnitOfWork, policy: Policy) -> list[Item]:
    """The items that may serve: retired for practice, on no form, and giving nothing away that is still in use.

    An item whose set has members in use would show their case; an enemy of an item in use may answer it.
    """
    found = uow.items.find(
        program=policy.program, exam_code=policy.exam.code, status=ItemStatus.RETIRED, for_practice=True
    )
    if not found:
        return []
    on_forms = codes_on_forms(uow, policy.program)
    secret = {item.set_id for item in _in_use(uow, set_id=list({one.set_id for one in found if one.set_id}))}
    ids = [item.id for item in found]
    pairs = [*uow.item_enemies.find(item_id=ids), *uow.item_enemies.find(enemy_id=ids)]
    live = {item.id for item in _in_use(uow, id=list({id_ for pair in pairs for id_ in (pair.item_id, pair.enemy_id)}))}
    telling = {id_ for pair in pairs if {pair.item_id, pair.enemy_id} & live for id_ in (pair.item_id, pair.enemy_id)}
    return [
        item
        for item in found
        if item.search_code not in on_forms
        and item.id not in telling
        and (item.set_id is None or item.set_id not in secret)
    ]


def _in_use(uow: UnitOfWork, **chosen: list[UUID]) -> list[Item]:
    """Of the chosen items those that are not retired."""
    if not all(chosen.values()):
        return []
    return [item for item in uow.items.find(**chosen) if item.status is not ItemStatus.RETIRED]


def _units(pool: Sequence[Item], earlier: Sequence[PracticeExam]) -> list[Unit]:
    """Single items, and sets with all that is left of them, in the order of their places."""
    met: dict[UUID, int] = {}
    for exam in earlier:
        for place in exam.items:
            met[place.item_id] = met.get(place.item_id, 0) + 1
    groups: dict[UUID, list[Item]] = {}
    for item in sorted(pool, key=lambda item: (item.set_place or 0, item.id)):
        groups.setdefault(item.set_id or item.id, []).append(item)
    return [
        Unit(
            items=tuple((item.id, item.domain) for item in group),
            seen=max(met.get(item.id, 0) for item in group),
        )
        for group in groups.values()
    ]


def _places(uow: UnitOfWork, items: Sequence[Item]) -> tuple[PracticeItem, ...]:
    versions = {
        (one.item_id, one.number): one.id for one in uow.item_versions.find(item_id=[item.id for item in items])
    }
    set_ids = list({item.set_id for item in items if item.set_id is not None})
    sets = {one.id: one.number for one in uow.item_sets.find(id=set_ids)} if set_ids else {}
    found = uow.item_set_versions.find(set_id=set_ids) if set_ids else []
    cases = {one.set_id: one.id for one in found if one.number == sets[one.set_id]}
    return tuple(
        PracticeItem(
            item_id=item.id,
            version_id=versions[item.id, item.number],
            domain=item.domain,
            set_version_id=None if item.set_id is None else cases[item.set_id],
        )
        for item in items
    )


def _sheet(uow: UnitOfWork, exam: PracticeExam) -> Sheet:
    versions = _versions(uow, exam)
    ids = list(dict.fromkeys(item.set_version_id for item in exam.items if item.set_version_id is not None))
    cases = uow.item_set_versions.find(id=ids) if ids else []
    return Sheet(exam, tuple(versions[item.version_id] for item in exam.items), tuple(cases))


def _versions(uow: UnitOfWork, exam: PracticeExam) -> dict[UUID, ItemVersion]:
    """What the items say, by the version's id; NotFound where one is gone."""
    found = {one.id: one for one in uow.item_versions.find(id=[item.version_id for item in exam.items])}
    if any(item.version_id not in found for item in exam.items):
        raise NotFound
    return found


def _faults(at: int, given: Given, exam: PracticeExam, versions: Mapping[UUID, ItemVersion]) -> list[Fault]:
    if not 1 <= given.place <= len(exam.items):
        return [Fault(f"/answers/{at}/place", "unknown_place", "The practice exam has no such place.")]
    content = versions[exam.items[given.place - 1].version_id].content
    if any(not 1 <= option <= len(content.options) for option in given.marked):
        return [Fault(f"/answers/{at}/marked", "unknown_option", "The item has no such option.")]
    if len(set(given.marked)) != len(given.marked) or len(given.marked) > content.choose:
        return [
            Fault(f"/answers/{at}/marked", "too_many_marked", f"At most {content.choose} may be marked, once each.")
        ]
    return []


def _edition(uow: UnitOfWork, program: str) -> Policy:
    try:
        return in_force_now(uow, program)
    except NotFound:
        raise Contradiction(Fault("/program", "unknown_program", "There is no such program.")) from None
