"""Verbs of forms: lay out, change, retire; propose and approve versions of the key and of the conversion.

Locks: every verb that makes or approves a version holds the form's row, so that numbers follow each other and one
version of each is in force. Whatever stores or scores attempts of the form holds it too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from domain.actors import Actor
from domain.errors import Contradiction, Fault, NotFound
from domain.ports import UnitOfWork
from domain.programs.days import in_force_now
from domain.scores import rules
from domain.scores.conversion import ConversionTable, stored_table, two_segments
from domain.scores.equated import decides_unrounded
from domain.scores.errors import ConversionDoesNotFit, ConversionMissing, FormNotApproved
from domain.scores.events import (
    ConversionApproved,
    ConversionDrafted,
    FormChanged,
    FormCreated,
    FormRetired,
    KeyApproved,
    KeyDrafted,
)
from domain.scores.keys import AnswerKey, answer_key
from domain.scores.model import Conversion, Form, FormItem, FormKey, VersionStatus


@dataclass(frozen=True, slots=True)
class Versions:
    """What scores a form: the versions in force, and the key as scoring sees it."""

    key: FormKey
    conversion: Conversion
    answers: AnswerKey

    @property
    def table(self) -> ConversionTable:
        """From raw to scaled scores."""
        return ConversionTable(cut=self.conversion.cut_raw, scaled=self.conversion.scaled)


def create_form(
    uow: UnitOfWork, actor: Actor, program: str, code: str, items: Sequence[FormItem], edition: str | None = None
) -> Form:
    """Lay out a form under an edition (the one in force where none is named); raises Contradiction, AlreadyExists."""
    actor.must("form.create")
    try:
        policy = uow.policies.named(edition) if edition else in_force_now(uow, program)
    except NotFound:
        raise Contradiction(Fault("/program", "unknown_program", "No such edition of such a program.")) from None
    if policy.program != program:
        raise Contradiction(Fault("/edition", "wrong_program", "The edition is one of another program."))
    rules.must_fit_outline(items, policy)
    form = uow.forms.add(
        Form(
            id=uow.new_id(),
            program=program,
            exam_code=policy.exam.code,
            code=code,
            edition=policy.edition,
            items=tuple(items),
            created_by=actor.subject,
            created_at=uow.now,
        )
    )
    uow.record(
        FormCreated(
            form_id=form.id, program=program, exam_code=form.exam_code, edition=form.edition, items=len(form.items)
        )
    )
    return form


def change_form(uow: UnitOfWork, actor: Actor, form_id: UUID, items: Sequence[FormItem]) -> Form:
    """Give a draft form other items."""
    form = uow.forms.lock(form_id)
    actor.must("form.change", form)
    rules.must_fit_outline(items, uow.policies.named(form.edition))
    changed = uow.forms.save(replace(form, items=tuple(items)))
    uow.record(FormChanged(form_id=form.id, items=len(items)))
    return changed


def retire_form(uow: UnitOfWork, actor: Actor, form_id: UUID) -> Form:
    """Use a form no more: it takes no further responses."""
    form = uow.forms.lock(form_id)
    actor.must("form.retire", form)
    uow.record(FormRetired(form_id=form.id))
    return uow.forms.save(replace(form, status=VersionStatus.RETIRED))


def draft_key(uow: UnitOfWork, actor: Actor, form_id: UUID, correct: Sequence[Sequence[int]]) -> FormKey:
    """Propose a version of the key; raises Contradiction with every fault."""
    form = uow.forms.lock(form_id)
    actor.must("form.draft_key", form)
    answers_of(uow, form, correct)
    key = uow.form_keys.add(
        FormKey(
            id=uow.new_id(),
            form_id=form.id,
            number=rules.newest(uow.form_keys.find(form_id=form.id)) + 1,
            correct=tuple(tuple(options) for options in correct),
            created_by=actor.subject,
            created_at=uow.now,
        )
    )
    uow.record(KeyDrafted(key_id=key.id, form_id=form.id, number=key.number))
    return key


def approve_key(uow: UnitOfWork, actor: Actor, key_id: UUID) -> FormKey:
    """Put a version of the key in force, as a second person. The form is frozen with it."""
    form = uow.forms.lock(uow.form_keys.get(key_id).form_id)
    key = uow.form_keys.get(key_id)
    actor.must("form_key.approve", key)
    answers_of(uow, form, key.correct)
    for earlier in uow.form_keys.find(form_id=form.id, status=VersionStatus.APPROVED):
        uow.form_keys.save(replace(earlier, status=VersionStatus.RETIRED))
    approved = uow.form_keys.save(
        replace(key, status=VersionStatus.APPROVED, approved_by=actor.subject, approved_at=uow.now)
    )
    if form.status is VersionStatus.DRAFT:
        uow.forms.save(replace(form, status=VersionStatus.APPROVED))
    uow.record(KeyApproved(key_id=key.id, form_id=form.id, number=key.number))
    return approved


def draft_conversion(
    uow: UnitOfWork,
    actor: Actor,
    form_id: UUID,
    cut: Decimal,
    *,
    scaled: Sequence[int] | None = None,
    key_number: int | None = None,
) -> Conversion:
    """Propose a conversion: two straight lines that meet at the cut, or a table (`scaled`) equated elsewhere.

    It is made for the points that a version of the key gives, by default the newest. Raises Contradiction with every
    fault.
    """
    form = uow.forms.lock(form_id)
    actor.must("form.draft_conversion", form)
    scale = uow.policies.named(form.edition).scale
    raw_max = answers_of(uow, form, _key_for(uow, form, key_number).correct).raw_max
    table = two_segments(raw_max, cut, scale) if scaled is None else stored_table(scaled, int(cut), raw_max, scale)
    conversion = uow.conversions.add(
        Conversion(
            id=uow.new_id(),
            form_id=form.id,
            number=rules.newest(uow.conversions.find(form_id=form.id)) + 1,
            cut_raw=table.cut,
            scaled=table.scaled,
            created_by=actor.subject,
            created_at=uow.now,
        )
    )
    uow.record(
        ConversionDrafted(
            conversion_id=conversion.id, form_id=form.id, number=conversion.number, cut_raw=conversion.cut_raw
        )
    )
    return conversion


def approve_conversion(uow: UnitOfWork, actor: Actor, conversion_id: UUID) -> Conversion:
    """Put a conversion in force, as a second person."""
    form = uow.forms.lock(uow.conversions.get(conversion_id).form_id)
    conversion = uow.conversions.get(conversion_id)
    actor.must("conversion.approve", conversion)
    if not decides_unrounded(conversion):
        raise Contradiction(Fault("/cut", "decides_rounded", "The cut does not part the unrounded equivalents."))
    for earlier in uow.conversions.find(form_id=form.id, status=VersionStatus.APPROVED):
        uow.conversions.save(replace(earlier, status=VersionStatus.RETIRED))
    approved = uow.conversions.save(
        replace(conversion, status=VersionStatus.APPROVED, approved_by=actor.subject, approved_at=uow.now)
    )
    uow.record(
        ConversionApproved(conversion_id=approved.id, form_id=form.id, number=approved.number, cut_raw=approved.cut_raw)
    )
    return approved


def answers_of(uow: UnitOfWork, form: Form, correct: Sequence[Sequence[int]]) -> AnswerKey:
    """A key laid over the form, its domains in the order of the edition's outline; raises Contradiction."""
    outline = uow.policies.named(form.edition).exam.domains
    return answer_key(form.items, correct, [domain.code for domain in outline])


def in_force(uow: UnitOfWork, form: Form) -> Versions:
    """The approved key and conversion, which fit each other.

    Raises FormNotApproved, ConversionMissing or ConversionDoesNotFit.
    """
    key = uow.form_keys.first(form_id=form.id, status=VersionStatus.APPROVED)
    if key is None:
        raise FormNotApproved
    conversion = uow.conversions.first(form_id=form.id, status=VersionStatus.APPROVED)
    if conversion is None:
        raise ConversionMissing
    answers = answers_of(uow, form, key.correct)
    if not rules.fits(conversion, answers.raw_max):
        raise ConversionDoesNotFit
    return Versions(key, conversion, answers)


def _key_for(uow: UnitOfWork, form: Form, number: int | None) -> FormKey:
    keys = {key.number: key for key in uow.form_keys.find(form_id=form.id)}
    key = keys.get(number if number is not None else max(keys, default=0))
    if key is None:
        raise Contradiction(Fault("/key_number", "unknown_key", "The form has no such version of its key."))
    return key
