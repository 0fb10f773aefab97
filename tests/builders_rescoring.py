"""A form whose scores are released, and rescores of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from adapters.payments import InvoiceGateway
from domain.actors import Actor, Role
from domain.exams.model import Authorization, AuthorizationStatus
from domain.jobs.actions import Step, carry_on
from domain.jobs.model import Job
from domain.numbers import reference
from domain.payments.model import Charge, ChargeStatus, Payment, PaymentStatus
from domain.rescoring import actions, carrying, listing
from domain.rescoring.actions import Wanted
from domain.rescoring.model import Rescore, RescoreEntry
from domain.scores import holds
from domain.scores.holds import HoldKind
from domain.scores.model import Attempt
from tests.builders_scores import ADA, BEN, ITEMS, Scores, Sitter, a_file, answers

GATEWAY = InvoiceGateway("CPS", "Pay by transfer, naming the invoice.")
PAT = Actor(subject="pat", roles=frozenset({Role.EXAM_MANAGER}))
GENEROUS = [[1]] * 11 + [[1, 2]] + [[1]] * 8
"""The twelfth item scores for its second option too: eleven right answers come to twelve points."""
STRICT = [[2]] + [[1]] * (ITEMS - 1)
"""The first item's right option was the second: who had it right loses a point."""


def sat(scores: Scores, *points: int) -> list[Sitter]:
    """So many sitters, each with so many right answers from the first item on."""
    sitters = scores.sitters(len(points))
    scores.imported(a_file({one.number: answers(right) for one, right in zip(sitters, points, strict=True)}))
    return sitters


def held(scores: Scores, attempt_id: UUID) -> None:
    """A hold on an attempt, which changes its row."""
    with scores.unit(PAT) as uow:
        holds.place(uow, PAT, attempt_id, HoldKind.IDENTITY, "A note.")


def steps(rows: int = 50) -> dict[str, Step]:
    """The steps of a worker that has just begun; each batch takes so many rows."""
    return {actions.LIST: listing.step(rows), actions.CARRY_OUT: carrying.step(GATEWAY, rows)}


def run_job(scores: Scores, job_id: UUID | None, rows: int = 50) -> Job:
    """Carry a job to its end with a fresh worker."""
    assert job_id is not None
    while carry_on(scores.units, steps(rows), job_id):
        pass
    return scores.job(job_id)


def requested(scores: Scores, key_number: int, conversion_number: int = 1, actor: Actor = ADA, **more: Any) -> Rescore:
    """A run that was asked for; its list is not made yet."""
    wanted = Wanted(
        form_id=scores.form.id,
        key_number=key_number,
        conversion_number=conversion_number,
        reason="The key of item 12 was wrong.",
        **more,
    )
    with scores.unit(actor) as uow:
        return actions.request(uow, actor, wanted)


def now(scores: Scores, run: Rescore) -> Rescore:
    """How a run stands."""
    with scores.unit() as uow:
        return uow.rescores.get(run.id)


def listed(scores: Scores, key_number: int, conversion_number: int = 1, rows: int = 50, **more: Any) -> Rescore:
    """A run whose list is complete."""
    run = requested(scores, key_number, conversion_number, **more)
    run_job(scores, run.list_job_id, rows)
    return now(scores, run)


def approved(scores: Scores, run: Rescore, actor: Actor = BEN) -> Rescore:
    """A run that a second person approved; its job waits."""
    with scores.unit(actor) as uow:
        return actions.approve(uow, actor, run.id)


def carried(scores: Scores, run: Rescore, rows: int = 50) -> Rescore:
    """A run, approved and carried out."""
    run_job(scores, approved(scores, run).job_id, rows)
    return now(scores, run)


def entries(scores: Scores, run: Rescore) -> dict[UUID, RescoreEntry]:
    """The newest list of a run, by candidate."""
    with scores.unit() as uow:
        found = uow.rescore_entries.find(rescore_id=run.id, list_number=run.list_number)
        return {one.candidate_id: one for one in found}


def follows(entry: RescoreEntry) -> list[str]:
    """The codes of what follows for an attempt, in order."""
    return [one.follow.value for one in entry.consequences]


def attempt_of(scores: Scores, sitter: Sitter) -> Attempt:
    """How a sitter's attempt stands."""
    return scores.attempts()[sitter.candidate_id]


def retake_of(scores: Scores, sitter: Sitter, *, paid: bool = True, **fields: Any) -> tuple[Authorization, Charge]:
    """A second authorization of somebody who failed, with its fee charged (and paid)."""
    first = sitter.authorization
    with scores.unit() as uow:
        fee = uow.policies.named("cpom-2026")
        code = next(one.code for one in fee.fees if one.due == "retake")
        again = replace(first, id=uow.new_id(), number=reference("T", uow.random(8)), attempt_number=2, version=1)
        authorization = uow.authorizations.add(replace(again, **{"created_at": uow.now, **fields}))
        charge = uow.charges.add(
            Charge(
                id=uow.new_id(),
                candidate_id=sitter.candidate_id,
                fee=code,
                about_id=first.application_id,
                amount_minor=30_000,
                currency="USD",
                edition="cpom-2026",
                created_at=uow.now,
                instance=2,
                status=ChargeStatus.PAID if paid else ChargeStatus.OPEN,
            )
        )
        if paid:
            uow.payments.add(
                Payment(
                    id=uow.new_id(),
                    candidate_id=sitter.candidate_id,
                    charge_ids=(charge.id,),
                    amount_minor=30_000,
                    currency="USD",
                    payer="candidate",
                    provider="invoice",
                    provider_reference=f"INV-{uow.random(4).hex()}",
                    started_at=uow.now,
                    status=PaymentStatus.RECEIVED,
                )
            )
    return authorization, charge


def used_up(scores: Scores, sitters: Sequence[Sitter]) -> None:
    """Their first authorizations, used."""
    with scores.unit() as uow:
        for one in sitters:
            found = uow.authorizations.get(one.authorization.id)
            if found.status is AuthorizationStatus.ACTIVE:
                uow.authorizations.save(replace(found, status=AuthorizationStatus.USED))
