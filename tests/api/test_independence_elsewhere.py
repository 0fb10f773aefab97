"""Nobody acts for the body on their own affair in the exam's calendar, the fee ledger, renewals and releases either.

What candidates may do for themselves they may do though they are staff; whoever declared a conflict with them may not.
"""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from domain.actors import Role
from domain.applications.model import ConflictOfInterest
from domain.renewals.model import ActivityStatus
from tests.api.exams_world import Exam
from tests.api.scores_world import Desk
from tests.builders_credentials import Holder, a_holder, an_activity
from tests.world import World

APRIL, MAY = date(2026, 4, 15), date(2026, 5, 20)
REASON = {"reason": "So it is."}
Header = dict[str, str]


def conflicted(world: World, candidate_id: UUID) -> Header:
    """An administrator who declared a conflict of interest with the candidate."""
    with world.unit() as uow:
        if uow.conflicts.first(subject="rita") is None:
            uow.conflicts.add(
                ConflictOfInterest(
                    id=uow.new_id(),
                    subject="rita",
                    candidate_id=candidate_id,
                    nature="A cousin.",
                    declared_at=uow.now,
                )
            )
    return world.token(Role.ADMINISTRATOR, subject="rita")


def themselves(world: World, _: UUID) -> Header:
    """The candidate, who is an administrator too."""
    return world.token(Role.ADMINISTRATOR, Role.CANDIDATE, subject="ada")


either_way = pytest.mark.parametrize(
    ("who", "code"), [(themselves, "separation_of_duties"), (conflicted, "conflict_of_interest")]
)


def step(world: World, header: Header, path: str, body: object = REASON) -> tuple[int, str]:
    """The status and code with which a step is answered."""
    more = {"if-match": "*", "idempotency-key": path[-60:]}
    answer = world.client.post(f"/v1{path}", json=body, headers={**header, **more})
    return answer.status_code, answer.json().get("code", "")


def stored(world: World, candidate_id: UUID) -> tuple[Any, ...]:
    """Everything of the candidate's that these steps could change."""
    mine: dict[str, Any] = {"candidate_id": candidate_id}
    with world.unit() as uow:
        return (
            *uow.accommodations.find(**mine),
            *uow.authorizations.find(**mine),
            *uow.registrations.find(**mine),
            *uow.charges.find(**mine),
            *uow.payments.find(**mine),
            *uow.refunds.find(**mine),
            *uow.credentials.find(**mine),
            *uow.cycles.find(**mine),
            *uow.activities.find(**mine),
        )


# --- the exam's calendar


def seated(world: World) -> tuple[Exam, Header, dict[str, Any], UUID]:
    """A candidate with a seat: the exam, their sign-in, the registration, their id."""
    exam = Exam(world)
    exam.policy()
    me, _, registration = exam.booked(APRIL)
    return exam, me, registration, UUID(exam.get(f"/registrations/{registration['id']}", me)["candidate_id"])


@either_way
def test_accommodations_are_decided_by_the_independent_alone(world: World, who: Any, code: str) -> None:
    exam, me, registration, candidate = seated(world)
    authorization = exam.get(f"/authorizations/{registration['authorization_id']}")
    asked = exam.done(
        f"/applications/{authorization['application_id']}/accommodations", me, {"code": "ET01HR", "reason": "Sight."}
    )
    header, before = who(world, candidate), stored(world, candidate)

    refused = step(world, header, f"/accommodations/{asked['id']}/decision", {"approved": True, "reason": "Shown."})

    assert refused == (403, code)
    assert stored(world, candidate) == before


@either_way
def test_appointments_are_called_missed_and_excused_by_the_independent_alone(world: World, who: Any, code: str) -> None:
    exam, _, registration, candidate = seated(world)
    path = f"/registrations/{registration['id']}"
    exam.world.clock.set(datetime(2026, 4, 15, 14, tzinfo=UTC))
    header, before = who(world, candidate), stored(world, candidate)

    missed = step(world, header, f"{path}/no-show", {"excused": True, **REASON})
    unchanged = stored(world, candidate) == before
    exam.done(f"{path}/no-show", exam.manager, {"excused": False, **REASON}, version=1)
    before = stored(world, candidate)
    excused = step(world, header, f"{path}/excuse")

    assert (missed, excused) == ((403, code), (403, code))
    assert unchanged
    assert stored(world, candidate) == before


def test_seats_and_authorizations_are_no_affair_of_staff_with_a_conflict_and_remain_the_candidates_own(
    world: World,
) -> None:
    exam, me, registration, candidate = seated(world)
    target = exam.session(MAY)
    seat, authorization = f"/registrations/{registration['id']}", f"/authorizations/{registration['authorization_id']}"
    application = f"/applications/{exam.get(authorization)['application_id']}"
    steps: list[tuple[str, object]] = [
        (f"{application}/authorizations", None),
        (f"{application}/exam-charge", None),
        (f"{application}/accommodations", {"code": "ET01HR", **REASON}),
        (f"{authorization}/extensions", None),
        (f"{authorization}/extension-charge", None),
        (f"{authorization}/registrations", {"session_id": target}),
        (f"{seat}/charge", {"step": "rescheduling"}),
        (f"{seat}/rescheduling", {"session_id": target}),
        (f"{seat}/cancellation", {}),
    ]
    header, before = conflicted(world, candidate), stored(world, candidate)

    refused = [step(world, header, path, body) for path, body in steps]
    unchanged = stored(world, candidate) == before
    own = step(world, themselves(world, candidate), f"{seat}/rescheduling", {"session_id": target})

    assert refused == [(403, "conflict_of_interest")] * len(steps)
    assert unchanged
    assert own[0] == 200
    assert exam.get(seat, me)["session_id"] == target


# --- the fee ledger


@either_way
def test_money_is_received_waived_and_refunded_by_the_independent_alone(world: World, who: Any, code: str) -> None:
    exam = Exam(world)
    exam.policy()
    me, application = exam.candidate()
    charge = exam.done(f"/applications/{application}/exam-charge", me)
    candidate = UUID(charge["candidate_id"])
    header, before = who(world, candidate), stored(world, candidate)
    waived = step(world, header, f"/charges/{charge['id']}/waiver")
    unchanged = stored(world, candidate) == before

    payment = exam.done("/payments", me, {"charge_ids": [charge["id"]]})
    before = stored(world, candidate)
    received = step(world, header, f"/payments/{payment['id']}/receipt", None)
    unchanged = unchanged and stored(world, candidate) == before

    exam.done(f"/payments/{payment['id']}/receipt", exam.finance, version=payment["version"])
    before = stored(world, candidate)
    refunded = step(world, header, f"/charges/{charge['id']}/refunds")

    assert (waived, received, refunded) == ((403, code),) * 3
    assert unchanged
    assert stored(world, candidate) == before


def test_payments_are_begun_and_given_up_by_no_staff_with_a_conflict(world: World) -> None:
    exam = Exam(world)
    exam.policy()
    me, application = exam.candidate()
    charge = exam.done(f"/applications/{application}/exam-charge", me)
    candidate = UUID(charge["candidate_id"])
    header = conflicted(world, candidate)

    begun = step(world, header, "/payments", {"charge_ids": [charge["id"]]})
    payment = exam.done("/payments", me, {"charge_ids": [charge["id"]]})
    before = stored(world, candidate)
    given_up = step(world, header, f"/payments/{payment['id']}/failure", None)

    assert (begun, given_up) == ((403, "conflict_of_interest"),) * 2
    assert stored(world, candidate) == before


# --- renewals


def claimed(world: World, holder: Holder) -> str:
    """An activity that waits for staff."""
    cycle = holder.cycle
    with world.unit() as uow:
        activity = an_activity(
            60,
            credential_id=holder.credential_id,
            cycle_id=cycle.id,
            candidate_id=holder.candidate_id,
            completed_on=cycle.starts_on,
            status=ActivityStatus.CLAIMED,
            uan="0197-0000-26-001-L04-P",
            uan_stem="0197-0000-26-001",
        )
        return str(uow.activities.add(activity).id)


@either_way
def test_activities_and_audits_are_judged_by_the_independent_alone(world: World, who: Any, code: str) -> None:
    holder = a_holder(world)
    activity, cycle = claimed(world, holder), holder.cycle.id
    header, before = who(world, holder.candidate_id), stored(world, holder.candidate_id)

    answers = [
        step(world, header, f"/activities/{activity}/acceptance", {}),
        step(world, header, f"/activities/{activity}/rejection"),
        step(world, header, f"/cycles/{cycle}/audit", None),
        step(world, header, f"/cycles/{cycle}/audit-clearance", None),
        step(
            world,
            header,
            f"/credentials/{holder.credential_id}/extensions",
            {"kind": "medical", "until": "2029-09-02", **REASON},
        ),
    ]

    assert answers == [(403, code)] * 5
    assert stored(world, holder.candidate_id) == before


@either_way
def test_putting_an_activity_on_the_list_does_not_accept_ones_own_claim_of_it(
    world: World, who: Any, code: str
) -> None:
    del code
    holder = a_holder(world)
    claimed(world, holder)
    other = a_holder(world, subject="bea")
    claimed(world, other)
    header, before = who(world, holder.candidate_id), stored(world, holder.candidate_id)
    body = {
        "program": "CPOM",
        "uan": "0197-0000-26-001-L04-P",
        "title": "Management",
        "category": "management",
        "from_on": "2026-01-01",
    }

    listed = step(world, header, "/approved-activities", body)

    with world.unit() as uow:
        judged = {one.candidate_id: one.status for one in uow.activities.find()}
    assert listed[0] == 201
    assert stored(world, holder.candidate_id) == before
    assert judged == {holder.candidate_id: ActivityStatus.CLAIMED, other.candidate_id: ActivityStatus.ACCEPTED}


def test_renewals_are_no_affair_of_staff_with_a_conflict(world: World) -> None:
    holder = a_holder(world)
    activity, credential = claimed(world, holder), f"/credentials/{holder.credential_id}"
    steps: list[tuple[str, object]] = [
        (
            f"{credential}/activities",
            {
                "title": "Law",
                "provider": "A provider",
                "minutes": 60,
                "completed_on": "2026-03-02",
                "category": "law",
            },
        ),
        (f"/activities/{activity}/documents", {"file_ids": [str(holder.candidate_id)]}),
        (f"/activities/{activity}/withdrawal", None),
        (f"{credential}/renewal-charges", None),
        (f"{credential}/renewals", None),
    ]
    header, before = conflicted(world, holder.candidate_id), stored(world, holder.candidate_id)

    refused = [step(world, header, path, body) for path, body in steps]

    assert refused == [(403, "conflict_of_interest")] * len(steps)
    assert stored(world, holder.candidate_id) == before


# --- releases


def test_scores_are_proposed_and_released_by_nobody_whose_own_is_among_them(world: World) -> None:
    desk = Desk(world)
    (sitter,) = desk.sat(15)
    desk.signed_in(sitter, "ada")
    own, rita = themselves(world, sitter.candidate_id), conflicted(world, sitter.candidate_id)
    path = f"{desk.under}/score-releases"

    proposing = [desk.post(path, header).json().get("code") for header in (own, rita)]
    release = desk.post(path, desk.pia).json()
    approval = f"/v1/score-releases/{release['id']}/approval"
    approving = [desk.post(approval, header, version=1).json().get("code") for header in (own, rita)]
    done = desk.post(approval, desk.max, version=1)

    assert proposing == approving == ["separation_of_duties", "conflict_of_interest"]
    assert done.status_code == 200, done.text


def test_who_sat_another_form_or_has_their_score_may_release(world: World) -> None:
    desk = Desk(world)
    (sitter,) = desk.sat(15)
    desk.signed_in(sitter, "ada")
    assert desk.released()["status"] == "done"
    desk.sat(16)

    proposed = desk.post(f"{desk.under}/score-releases", themselves(world, sitter.candidate_id))

    assert proposed.status_code == 201, proposed.text
