"""Verbs of standard setting: call a panel, take down what judges say, close rounds, compute the cut, draft with it.

Locks: every verb holds the study's row, so that no judge speaks in a round that is being closed; opening holds the
form's row, so that studies of a form are numbered one after the other.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

from domain.actors import Actor
from domain.errors import Contradiction, Fault
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork
from domain.scores import actions as forms
from domain.scores.model import Form, FormKey, VersionStatus
from domain.standards import rules
from domain.standards.errors import OneRoundOnly, RatingsMissing
from domain.standards.events import (
    RatingRecorded,
    RoundFinished,
    StudyAbandoned,
    StudyAdopted,
    StudyClosed,
    StudyOpened,
)
from domain.standards.model import (
    Calibrated,
    Centre,
    JudgeRating,
    Method,
    RoundingPolicy,
    StandardSetting,
    StudyStatus,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A study to be held. `probability`, `centre` and `scale` are for bookmarks, whose items need parameters.

    The compromise methods need an analysis of the form, whose scores they weigh; to others it tells the impact.
    """

    method: Method
    title: str
    borderline: str
    judges: tuple[str, ...]
    panel: str = ""
    rounding: RoundingPolicy = RoundingPolicy.UP
    analysis_id: UUID | None = None
    probability: float = 2 / 3
    centre: Centre = Centre.MEDIAN
    scale: str = ""


def open_study(uow: UnitOfWork, actor: Actor, form_id: UUID, plan: Plan) -> StandardSetting:
    """Call a panel together about a form; its newest key says what scores. Raises Contradiction with every fault."""
    form = uow.forms.lock(form_id)
    actor.must("standard_setting.open", form)
    keys = uow.form_keys.find(form_id=form.id)
    if not keys:
        raise Contradiction(Fault("/form_id", "no_key", "The form has no key, so nobody knows what scores."))
    key = max(keys, key=lambda one: one.number)
    scored = _scored(form, key)
    counts, faults = _counts(uow, form, plan, len(scored))
    faults += [*rules.panel_faults(plan.judges)]
    calibrated = _calibrated(uow, form, plan, scored, faults) if plan.method is Method.BOOKMARK else ()
    if faults:
        raise Contradiction(*faults)
    made = StandardSetting(
        id=uow.new_id(),
        program=form.program,
        form_id=form.id,
        number=uow.standard_settings.count(form_id=form.id) + 1,
        key_number=key.number,
        method=plan.method,
        title=plan.title,
        borderline=plan.borderline,
        rounding=plan.rounding,
        judges=plan.judges,
        panel=plan.panel,
        items=tuple(item.code for item in calibrated) or scored,
        booklet=calibrated,
        probability=plan.probability if calibrated else None,
        centre=plan.centre if calibrated else None,
        scale=plan.scale,
        analysis_id=plan.analysis_id,
        counts=counts,
        opened_by=actor.subject,
        opened_at=uow.now,
    )
    uow.record(StudyOpened(study_id=made.id, form_id=form.id, method=made.method.value, judges=len(made.judges)))
    return uow.standard_settings.add(made)


def _scored(form: Form, key: FormKey) -> tuple[str, ...]:
    pairs = zip(form.items, key.correct, strict=True)
    return tuple(item.code for item, right in pairs if item.scored and right)


def _counts(uow: UnitOfWork, form: Form, plan: Plan, raw_max: int) -> tuple[tuple[int, ...], list[Fault]]:
    """People by raw score, of the analysis that the plan names."""
    if plan.analysis_id is None:
        missing = Fault(
            "/analysis_id", "missing_analysis", "This method weighs the scores of a group: name an analysis."
        )
        return (), [missing] if plan.method in rules.GROUPED else []
    analysis = uow.analyses.first(id=plan.analysis_id)
    if analysis is None or analysis.form_id != form.id:
        return (), [Fault("/analysis_id", "unknown_analysis", "There is no such analysis of this form.")]
    scores = cast("dict[str, Any]", analysis.results.get("scores") or {})
    counts = tuple(int(count) for count in scores.get("counts") or ())
    if len(counts) != raw_max + 1:
        fault = Fault("/analysis_id", "other_scores", "The analysis has no scores of these items by this key.")
        return (), [fault]
    return counts, []


def _calibrated(
    uow: UnitOfWork, form: Form, plan: Plan, scored: Sequence[str], faults: list[Fault]
) -> tuple[Calibrated, ...]:
    """The ordered booklet; items without parameters on the scale are faults."""
    banked = {item.code: item.id for item in uow.items.find(program=form.program, code=list(scored))}
    found = uow.item_statistics.find(item_id=list(banked.values())) if banked else []
    newest = {
        one.item_id: one.irt for one in sorted(found, key=lambda one: one.recorded_at) if _on(one.irt, plan.scale)
    }
    made = []
    for code in scored:
        parameters = newest.get(banked[code]) if code in banked else None
        if parameters is not None:
            made.append(Calibrated(code=code, a=parameters.a, b=parameters.b, c=parameters.c))
    if len(made) < len(scored):
        lacking = len(scored) - len(made)
        faults.append(
            Fault("/scale", "no_parameters", f"{lacking} items have no parameters on this scale in the bank.")
        )
        return ()
    from domain.standards.compute import in_booklet_order  # noqa: PLC0415 - numpy, which only these verbs need

    return in_booklet_order(made, plan.probability)


def _on(parameters: Any, scale: str) -> bool:  # noqa: ANN401 - parameters or None
    return parameters is not None and parameters.scale == scale


def rate(uow: UnitOfWork, actor: Actor, study_id: UUID, judge: str, values: Sequence[float]) -> JudgeRating:
    """Take down what a judge says in the round that is open; said again, it replaces what was said."""
    study = uow.standard_settings.lock(study_id)
    actor.must("standard_setting.rate", study)
    if judge not in study.judges:
        raise Contradiction(Fault("/judge", "unknown_judge", "The panel has no such judge."))
    faults = tuple(rules.rating_faults(study, values))
    if faults:
        raise Contradiction(*faults)
    before = uow.judge_ratings.first(study_id=study.id, judge=judge, round=study.round)
    said = JudgeRating(
        id=uow.new_id() if before is None else before.id,
        version=1 if before is None else before.version,
        study_id=study.id,
        judge=judge,
        round=study.round,
        values=tuple(float(value) for value in values),
        recorded_by=actor.subject,
        recorded_at=uow.now,
    )
    digest = sha256(json.dumps(said.values).encode()).hexdigest()
    uow.record(RatingRecorded(study_id=study.id, form_id=study.form_id, judge=judge, round=study.round, sha256=digest))
    return uow.judge_ratings.add(said) if before is None else uow.judge_ratings.save(said)


def next_round(uow: UnitOfWork, actor: Actor, study_id: UUID) -> StandardSetting:
    """Close a round, tell the panel what it came to, and open the next. Raises OneRoundOnly, RatingsMissing."""
    study = uow.standard_settings.lock(study_id)
    actor.must("standard_setting.advance", study)
    if study.method not in rules.ROUNDS:
        raise OneRoundOnly
    said = _said(uow, study, study.round)
    from domain.standards.compute import round_told  # noqa: PLC0415 - as above

    uow.record(RoundFinished(study_id=study.id, form_id=study.form_id, round=study.round))
    told = {"round": study.round, **round_told(study, said)}
    return uow.standard_settings.save(replace(study, round=study.round + 1, rounds=(*study.rounds, told)))


def close(uow: UnitOfWork, actor: Actor, study_id: UUID) -> StandardSetting:
    """Compute the cut from all rounds; raises RatingsMissing, NoCut or what the arithmetic refuses."""
    study = uow.standard_settings.lock(study_id)
    actor.must("standard_setting.close", study)
    rounds = [_said(uow, study, number) for number in range(1, study.round + 1)]
    from domain.standards.compute import impact, outcome  # noqa: PLC0415 - as above

    found = outcome(study, rounds)
    cut = found.cut
    uow.record(StudyClosed(study_id=study.id, form_id=study.form_id, cut_raw=cut.whole))
    return uow.standard_settings.save(
        replace(
            study,
            status=StudyStatus.CLOSED,
            result={**found.told, "impact": impact(study, cut.whole)},
            cut=cut.raw,
            cut_error=cut.se,
            cut_raw=cut.whole,
            closed_by=actor.subject,
            closed_at=uow.now,
        )
    )


def _said(uow: UnitOfWork, study: StandardSetting, number: int) -> dict[str, tuple[float, ...]]:
    found = {one.judge: one.values for one in uow.judge_ratings.find(study_id=study.id, round=number)}
    if found.keys() != set(study.judges):
        raise RatingsMissing
    return found


def adopt(uow: UnitOfWork, actor: Actor, study_id: UUID) -> StandardSetting:
    """Draft the form's conversion with the study's cut. It takes a second person to put that in force.

    Raises Contradiction where the key has changed since, so that the cut is one of other items.
    """
    study = uow.standard_settings.lock(study_id)
    actor.must("standard_setting.adopt", study)
    form = uow.forms.lock(study.form_id)
    faults = tuple(_key_faults(uow, form, study))
    if faults:
        raise Contradiction(*faults)
    conversion = forms.draft_conversion(uow, actor, form.id, Decimal(study.cut_raw or 0), key_number=study.key_number)
    uow.record(StudyAdopted(study_id=study.id, form_id=form.id, conversion_id=conversion.id))
    return uow.standard_settings.save(
        replace(
            study,
            status=StudyStatus.ADOPTED,
            conversion_id=conversion.id,
            decided_by=actor.subject,
            decided_at=uow.now,
        )
    )


def _key_faults(uow: UnitOfWork, form: Form, study: StandardSetting) -> Iterator[Fault]:
    approved = uow.form_keys.first(form_id=form.id, status=VersionStatus.APPROVED)
    now = approved or max(uow.form_keys.find(form_id=form.id), key=lambda one: one.number)
    if set(_scored(form, now)) != set(study.items):
        yield Fault("/key_number", "key_changed", "Other items score now than those that the panel judged.")


def abandon(uow: UnitOfWork, actor: Actor, study_id: UUID, reason: str) -> StandardSetting:
    """End a study from which nothing will come."""
    study = uow.standard_settings.lock(study_id)
    actor.must("standard_setting.abandon", study)
    uow.record(StudyAbandoned(study_id=study.id, form_id=study.form_id))
    return uow.standard_settings.save(
        replace(study, status=StudyStatus.ABANDONED, reason=reason, decided_by=actor.subject, decided_at=uow.now)
    )


def read(uow: UnitOfWork, actor: Actor, study_id: UUID) -> StandardSetting:
    """A study with its rounds and its cut."""
    actor.must("standard_setting.read")
    return uow.standard_settings.get(study_id)


def listed(uow: UnitOfWork, actor: Actor, form_id: UUID, request: PageRequest) -> Page[StandardSetting]:
    """One page of a form's studies."""
    actor.must("standard_setting.read")
    return uow.standard_settings.page(request.within(form_id=uow.forms.get(form_id).id))


def ratings(uow: UnitOfWork, actor: Actor, study_id: UUID, request: PageRequest) -> Page[JudgeRating]:
    """One page of what the judges of a study said."""
    actor.must("standard_setting.read")
    return uow.judge_ratings.page(request.within(study_id=uow.standard_settings.get(study_id).id))
