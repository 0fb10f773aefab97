"""Runs from the list to the last entry: what they would change, who approves, and what becomes of whom."""

from dataclasses import replace

import pytest

from domain.applications.errors import ConflictDeclared
from domain.applications.model import ConflictOfInterest
from domain.candidates.model import CandidateStatus, Identity
from domain.credentials.model import AwardStatus, Standing
from domain.errors import Contradiction, DomainError, SeparationOfDuties, WrongState
from domain.exams.model import AuthorizationStatus
from domain.notices.model import NoticeKind
from domain.payments.model import ChargeStatus
from domain.rescoring import actions
from domain.rescoring.errors import ListOutOfDate, NothingToRescore, VersionsNotInForce
from domain.rescoring.model import EntryStatus, Follow, OnLostPass, Refunds, RescoreStatus
from domain.scores import reports
from domain.scores.errors import ConversionDoesNotFit, ReleaseUnderWay
from domain.scores.model import AttemptStatus
from tests.builders_rescoring import (
    GENEROUS,
    PAT,
    STRICT,
    approved,
    attempt_of,
    carried,
    entries,
    follows,
    held,
    listed,
    now,
    requested,
    retake_of,
    run_job,
    sat,
    used_up,
)
from tests.builders_scores import ADA, BEN, ITEMS, Scores
from tests.racing import at_once

# --- the list


def test_a_list_says_who_would_change_and_changes_nobody(either_scores: Scores) -> None:
    scores = either_scores
    low, edge, high = sat(scores, 5, 11, 15)
    scores.released()
    before = scores.attempts()
    number = scores.key(GENEROUS, approve=False)

    run = listed(scores, number, rows=2)

    found = entries(scores, run)
    assert (run.status, run.attempts, run.gained, run.lost, run.score_only, run.unchanged) == (
        RescoreStatus.LISTED, 3, 1, 0, 1, 1,
    )  # fmt: skip
    assert [found[one.candidate_id].direction.value for one in (low, edge, high)] == [
        "score_only", "fail_to_pass", "none",
    ]  # fmt: skip
    assert (found[edge.candidate_id].old.raw, found[edge.candidate_id].new.raw) == (11, 12)
    assert found[edge.candidate_id].new.scaled == 720
    assert scores.attempts() == before


def test_the_same_key_changes_nobody_and_carrying_it_out_touches_nothing(scores: Scores) -> None:
    sat(scores, 5, 11, 12, 20)
    scores.released()
    before = scores.attempts()

    run = carried(scores, listed(scores, 1))

    assert (run.unchanged, run.gained, run.lost, run.score_only) == (4, 0, 0, 0)
    assert (run.status, run.carried, run.moved) == (RescoreStatus.DONE, 4, 0)
    assert scores.attempts() == before
    with scores.unit() as uow:
        assert uow.attempt_results.find() == []
        assert uow.notices.count(kind=NoticeKind.SCORE_CORRECTED) == 0


def test_a_dropped_item_needs_a_conversion_that_fits(scores: Scores) -> None:
    sat(scores, 12)
    number = scores.key([[]] + [[1]] * (ITEMS - 1), approve=False)

    with pytest.raises(ConversionDoesNotFit):
        requested(scores, number)
    with pytest.raises(Contradiction):
        requested(scores, 9)
    with pytest.raises(Contradiction):
        requested(scores, 1, 9)

    with scores.unit() as uow:
        assert uow.rescores.find() == []


def test_there_must_be_something_to_rescore(scores: Scores) -> None:
    with pytest.raises(NothingToRescore):
        requested(scores, 1)


# --- two people


def test_who_asked_does_not_approve(scores: Scores) -> None:
    sat(scores, 11)
    run = listed(scores, scores.key(GENEROUS))

    with pytest.raises(SeparationOfDuties):
        approved(scores, run, ADA)

    assert now(scores, run) == run


def test_a_draft_is_listed_but_not_carried_out(scores: Scores) -> None:
    sat(scores, 11)
    run = listed(scores, scores.key(GENEROUS, approve=False))

    with pytest.raises(VersionsNotInForce):
        approved(scores, run)

    assert now(scores, run) == run


def test_neither_of_the_two_may_have_to_do_with_who_changes(scores: Scores) -> None:
    low, edge = sat(scores, 11, 20)
    run = listed(scores, scores.key(GENEROUS))
    with scores.unit() as uow:
        for subject, one in (("pat", low), ("ben", edge)):
            uow.conflicts.add(
                ConflictOfInterest(
                    id=uow.new_id(),
                    subject=subject,
                    candidate_id=one.candidate_id,
                    nature="I trained them.",
                    declared_at=uow.now,
                )
            )

    with pytest.raises(ConflictDeclared):
        approved(scores, run, PAT)
    with pytest.raises(SeparationOfDuties):
        approved(scores, run, replace(PAT, subject="low", candidate_id=low.candidate_id))

    assert now(scores, run) == run
    assert approved(scores, run, BEN).status is RescoreStatus.APPROVED


def test_nor_may_who_asked_have_to_do_with_who_changes(scores: Scores) -> None:
    (low,) = sat(scores, 11)
    run = listed(scores, scores.key(GENEROUS))
    with scores.unit() as uow:
        uow.identities.add(
            Identity(id=uow.new_id(), subject="ada", candidate_id=low.candidate_id, linked_at=uow.now, how="invitation")
        )

    with pytest.raises(SeparationOfDuties):
        approved(scores, run)

    assert now(scores, run) == run


@pytest.mark.parametrize("what", ["held", "scored anew", "joined"])
def test_a_world_that_moved_asks_for_a_new_list(scores: Scores, what: str) -> None:
    (sitter,) = sat(scores, 11)
    run = listed(scores, scores.key(GENEROUS))
    match what:
        case "held":
            held(scores, attempt_of(scores, sitter).id)
        case "scored anew":
            scores.scored()
        case _:
            sat(scores, 3)

    with pytest.raises(ListOutOfDate):
        approved(scores, run)
    assert now(scores, run) == run
    with scores.unit(ADA) as uow:
        again = actions.relist(uow, ADA, run.id)
    run_job(scores, again.list_job_id)

    assert (now(scores, run).list_number, now(scores, run).status) == (2, RescoreStatus.LISTED)
    assert approved(scores, now(scores, run)).status is RescoreStatus.APPROVED
    with scores.unit() as uow:
        assert uow.rescore_entries.count(rescore_id=run.id, list_number=1) == 1


def test_a_run_and_a_release_keep_out_of_each_others_way(scores: Scores) -> None:
    sat(scores, 11)
    number = scores.key(GENEROUS)
    scores.scored()
    run = listed(scores, number)
    scores.proposed()

    with pytest.raises(ReleaseUnderWay):
        approved(scores, run)

    assert now(scores, run) == run


def test_what_was_rejected_is_not_approved(scores: Scores) -> None:
    sat(scores, 11)
    run = listed(scores, scores.key(GENEROUS))
    with scores.unit(BEN) as uow:
        actions.reject(uow, BEN, run.id, "The key was right after all.")

    with pytest.raises(WrongState):
        approved(scores, run)

    assert now(scores, run).decision_reason == "The key was right after all."


def test_of_two_approvals_one_wins(either_scores: Scores) -> None:
    scores = either_scores
    sat(scores, 11)
    run = listed(scores, scores.key(GENEROUS))

    outcomes = at_once(lambda: approved(scores, run, BEN), lambda: approved(scores, run, PAT))

    assert {type(one) if isinstance(one, DomainError) else one.status for one in outcomes} == {
        RescoreStatus.APPROVED,
        WrongState,
    }
    with scores.unit() as uow:
        assert uow.jobs.count(kind=actions.CARRY_OUT) == 1


# --- who passes after all


def test_who_passes_after_all_gets_their_credential_and_the_old_result_stays_readable(either_scores: Scores) -> None:
    scores = either_scores
    (sitter,) = sat(scores, 11)
    scores.released()
    old = attempt_of(scores, sitter)

    run = listed(scores, scores.key(GENEROUS))
    carried(scores, run)

    attempt = attempt_of(scores, sitter)
    assert (attempt.raw, attempt.scaled, attempt.passed, attempt.key_number) == (12, 720, True, 2)
    assert attempt.status is AttemptStatus.RELEASED
    with scores.unit() as uow:
        (award,) = uow.awards.find(attempt_id=attempt.id)
        assert award.status is AwardStatus.ISSUED
        (kept,) = uow.attempt_results.find(attempt_id=attempt.id)
        assert (kept.number, kept.key_number, kept.conversion_number) == (1, 1, 1)
        assert (kept.raw, kept.scaled, kept.passed, kept.domain_raw) == (11, 668, False, old.domain_raw)
        assert (kept.released_at, kept.reason) == (old.released_at, "The key of item 12 was wrong.")
        assert uow.notices.count(kind=NoticeKind.SCORE_CORRECTED, candidate_id=sitter.candidate_id) == 1
        assert reports.read(uow, ADA, attempt.id).report.passed
    assert follows(entries(scores, run)[sitter.candidate_id]) == ["attempts_counted", "credential_owed", "notice"]


def test_who_was_erased_gets_another_score_and_no_credential(scores: Scores) -> None:
    (sitter,) = sat(scores, 11)
    scores.released()
    with scores.unit() as uow:
        person = uow.candidates.get(sitter.candidate_id)
        uow.candidates.save(replace(person, status=CandidateStatus.ERASED, email=""))

    run = listed(scores, scores.key(GENEROUS))
    carried(scores, run)

    assert attempt_of(scores, sitter).passed
    assert "credential_owed" not in follows(entries(scores, run)[sitter.candidate_id])
    with scores.unit() as uow:
        assert uow.credentials.find(candidate_id=sitter.candidate_id) == []


@pytest.mark.parametrize(
    ("refunds", "status"), [(Refunds.LIST, ChargeStatus.PAID), (Refunds.SEND, ChargeStatus.REFUNDED)]
)
def test_a_retake_bought_in_vain_is_given_up_and_its_fee_is_owed(
    scores: Scores, refunds: Refunds, status: ChargeStatus
) -> None:
    (sitter,) = sat(scores, 11)
    scores.released()
    used_up(scores, [sitter])
    again, charge = retake_of(scores, sitter)

    run = listed(scores, scores.key(GENEROUS), refunds=refunds)
    entry = entries(scores, run)[sitter.candidate_id]
    carried(scores, run)

    owed = [one for one in entry.consequences if one.follow is Follow.REFUND_OWED]
    assert [(one.about_id, one.amount_minor, one.currency) for one in owed] == [(charge.id, 30_000, "USD")]
    assert "retake_withdrawn" in follows(entry)
    with scores.unit() as uow:
        assert uow.authorizations.get(again.id).status is AuthorizationStatus.CANCELLED
        assert uow.charges.get(charge.id).status is status
        assert uow.refunds.count(charge_id=charge.id) == (refunds is Refunds.SEND)


def test_a_retake_that_was_only_charged_is_owed_no_more(scores: Scores) -> None:
    (sitter,) = sat(scores, 11)
    scores.released()
    used_up(scores, [sitter])
    _, charge = retake_of(scores, sitter, paid=False)

    carried(scores, listed(scores, scores.key(GENEROUS)))

    with scores.unit() as uow:
        assert uow.charges.get(charge.id).status is ChargeStatus.CANCELLED


# --- who would pass no more


@pytest.mark.parametrize(
    ("on_lost_pass", "standing", "passed", "entry_status"),
    [
        (OnLostPass.KEEP, Standing.ACTIVE, True, EntryStatus.KEPT),
        (OnLostPass.SUSPEND, Standing.SUSPENDED, False, EntryStatus.CARRIED),
        (OnLostPass.REVOKE, Standing.REVOKED, False, EntryStatus.CARRIED),
    ],
)
def test_a_pass_in_error_is_kept_unless_two_people_say_otherwise(
    scores: Scores, on_lost_pass: OnLostPass, standing: Standing, passed: bool, entry_status: EntryStatus
) -> None:
    (sitter,) = sat(scores, 12)
    scores.released()

    run = listed(scores, scores.key(STRICT), on_lost_pass=on_lost_pass)
    before = entries(scores, run)[sitter.candidate_id]
    carried(scores, run)

    attempt = attempt_of(scores, sitter)
    assert (attempt.passed, attempt.raw) == (passed, 12 if passed else 11)
    assert before.direction.value == "pass_to_fail"
    assert "credential_in_error" in follows(before)
    assert ("pass_kept" in follows(before)) is passed
    assert entries(scores, run)[sitter.candidate_id].status is entry_status
    with scores.unit() as uow:
        (credential,) = uow.credentials.find(candidate_id=sitter.candidate_id)
        assert credential.status is standing


def test_a_score_that_never_left_changes_without_any_consequence(scores: Scores) -> None:
    (sitter,) = sat(scores, 12)

    run = listed(scores, scores.key(STRICT))
    entry = entries(scores, run)[sitter.candidate_id]
    carried(scores, run)

    assert (entry.direction.value, entry.consequences) == ("pass_to_fail", ())
    assert (attempt_of(scores, sitter).passed, attempt_of(scores, sitter).status) == (False, AttemptStatus.SCORED)
    scores.released()
    assert attempt_of(scores, sitter).status is AttemptStatus.RELEASED
