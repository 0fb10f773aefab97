"""Review, separation of duties, appeals and races."""

from uuid import UUID

import pytest
from httpx2 import Response

from domain.actors import Role
from domain.notices.model import NoticeKind
from tests.builders_applications import (
    Applicant,
    Caller,
    Reviewer,
    a_decision,
    a_reviewer,
    an_applicant,
    publish,
    staff,
    verbs,
)
from tests.racing import at_once
from tests.world import World


def _unmet(answer: Response) -> list[str]:
    return [finding["code"] for finding in answer.json()["ruling"]["findings"] if not finding["met"]]


def _determinations(world: World) -> int:
    with world.unit() as uow:
        return uow.determinations.count()


def _submitted(world: World, subject: str = "ada") -> Applicant:
    publish(world)
    return an_applicant(world, subject).draft().submitted()


def test_what_nobody_verified_cannot_be_approved(either_world: World) -> None:
    ada, rita = _submitted(either_world), a_reviewer(either_world)
    rita.claims(ada)
    rita.judge(ada, "degree")
    before = rita.get(ada.path).json()

    answer = rita.decide(ada)

    assert (answer.status_code, answer.json()["code"]) == (409, "refused_by_rule")
    assert _unmet(answer) == ["awaits_verification", "no_alternative_met"]
    assert rita.get(ada.path).json() == before
    assert _determinations(either_world) == 0


def test_a_clause_is_not_decided_as_met_against_the_ruling_even_in_a_denial(world: World) -> None:
    ada, rita = _submitted(world), a_reviewer(world)
    rita.claims(ada)

    answer = rita.decide(ada, "denied", unmet=("us-licence",))

    assert _unmet(answer) == ["no_alternative_met", "no_alternative_met"]
    assert _determinations(world) == 0


def test_an_approval_with_a_clause_decided_as_unmet_is_none(world: World) -> None:
    ada, rita = _submitted(world), a_reviewer(world)
    rita.claims(ada).accepts_all(ada)

    answer = rita.decide(ada, unmet=("us-licence",))

    assert _unmet(answer) == ["decided_not_met"]
    assert _determinations(world) == 0


def test_a_denial_needs_grounds(world: World) -> None:
    ada, rita = _submitted(world), a_reviewer(world)
    rita.claims(ada).accepts_all(ada)

    answer = rita.decide(ada, "denied")

    assert _unmet(answer) == ["no_grounds"]


@pytest.mark.parametrize(
    ("decisions", "codes"),
    [
        pytest.param(["us-licence", "us-education"], ["undecided_clause"], id="one is missing"),
        pytest.param(
            ["us-licence", "us-education", "specialty-experience", "us-licence"], ["decided_twice"], id="one is twice"
        ),
        pytest.param(
            ["us-licence", "us-education", "home-licence"], ["unknown_clause", "undecided_clause"], id="one is foreign"
        ),
    ],
)
def test_every_clause_is_decided_once(world: World, decisions: list[str], codes: list[str]) -> None:
    ada, rita = _submitted(world), a_reviewer(world)
    rita.claims(ada).accepts_all(ada)
    body = {
        "outcome": "approved",
        "reason": "Fine.",
        "decisions": [{"clause": clause, "met": True, "reason": "Fine."} for clause in decisions],
    }

    answer = rita.take(ada, "determinations", body)

    assert answer.status_code == 409
    assert [fault["code"] for fault in answer.json()["errors"]] == codes
    assert _determinations(world) == 0


def test_a_denial_tells_the_candidate_which_clauses_and_until_when_to_appeal(either_world: World) -> None:
    ada, rita = _submitted(either_world), a_reviewer(either_world)

    made = rita.denies(ada)

    assert ada.now()["status"] == "denied"
    assert [one["clause"] for one in made["decisions"] if not one["met"]] == ["us-education"]
    with either_world.unit() as uow:
        letter = uow.notices.first(kind=NoticeKind.APPLICATION_DENIED)
    assert letter is not None
    assert (letter.about_id, letter.parameters["appeal_by"]) == (UUID(made["id"]), "2026-04-01")
    assert [(one.clause, one.code) for one in letter.unmet] == [("us-education", "decided_not_met")]


def test_whoever_did_not_claim_it_does_not_decide_it(world: World) -> None:
    ada, rita, rob = _submitted(world), a_reviewer(world), a_reviewer(world, "rob")
    rita.claims(ada)

    answers = [
        rob.decide(ada),
        rob.judge(ada, "degree"),
        rob.take(ada, "information-requests", {"message": "More, please."}),
        rob.take(ada, "release"),
        rob.take(ada, "claim"),
    ]

    assert [answer.json()["code"] for answer in answers] == ["claimed_by_another"] * 4 + ["wrong_state"]
    assert verbs(rob.get(ada.path).json()) == []
    assert verbs(rita.get(ada.path).json()) == ["decide", "release", "return"]
    assert rita.get(ada.path).json()["reviewer"] == "rita"


def test_a_declared_conflict_bars_from_review_and_gives_the_application_back(either_world: World) -> None:
    ada, rita, rob = _submitted(either_world), a_reviewer(either_world), a_reviewer(either_world, "rob")
    rita.claims(ada)

    declared = rita.post("/conflicts-of-interest", {"candidate_id": str(ada.candidate_id), "nature": "I trained her."})
    again = rita.post("/conflicts-of-interest", {"candidate_id": str(ada.candidate_id), "nature": "Again."})
    claimed = rita.take(ada, "claim")

    assert declared.status_code == 201, declared.text
    assert again.json()["code"] == "already_exists"
    assert (claimed.status_code, claimed.json()["code"]) == (403, "conflict_of_interest")
    assert rita.get(ada.path).json()["status"] == "submitted"
    assert verbs(rita.get(ada.path).json()) == []
    assert rob.approves(ada)["outcome"] == "approved"


def test_nobody_reviews_their_own_application(world: World) -> None:
    ada = _submitted(world)
    herself = Reviewer(world, world.token(Role.REVIEWER, subject="ada"))

    answer = herself.take(ada, "claim")

    assert answer.json()["code"] == "separation_of_duties"
    assert ada.now()["status"] == "submitted"
    assert "claim" not in verbs(herself.get(ada.path).json())


def test_an_administrator_takes_an_application_out_of_a_reviewers_hands(world: World) -> None:
    ada, rita, admin = _submitted(world), a_reviewer(world), staff(world, Role.ADMINISTRATOR)
    rita.claims(ada)

    released = admin.post(f"{ada.path}/release", of=ada.path)

    assert (released.json()["status"], released.json()["reviewer"]) == ("submitted", None)


@pytest.mark.parametrize("role", [Role.FINANCE, Role.EXAM_MANAGER, Role.CREDENTIAL_OFFICER, Role.AUDITOR])
def test_other_staff_read_and_do_not_decide(world: World, role: Role) -> None:
    ada, other = _submitted(world), staff(world, role)

    assert other.get(ada.path).status_code == 200
    assert other.post(f"{ada.path}/claim", of=ada.path).status_code == 403
    assert other.post(f"{ada.path}/determinations", a_decision(), of=ada.path).status_code == 403


def test_who_reviews_is_hidden_from_the_applicant(world: World) -> None:
    ada, rita = _submitted(world), a_reviewer(world)

    made = rita.denies(ada)

    assert (ada.now()["reviewer"], ada.now()["decided_by"]) == (None, None)
    assert ada.get(f"/determinations/{made['id']}").json()["decided_by"] is None
    assert rita.get(f"/determinations/{made['id']}").json()["decided_by"] == "rita"
    assert ada.get(f"/determinations/{made['id']}/replay").status_code == 403


# --- appeals


def _appealed(world: World) -> tuple[Applicant, Reviewer, str]:
    ada, rita = _submitted(world), a_reviewer(world)
    rita.denies(ada)
    filed = ada.post(f"{ada.path}/appeals", {"grounds": "My school is accredited."})
    assert filed.status_code == 201, filed.text
    return ada, rita, f"/appeals/{filed.json()['id']}"


def _overturning() -> dict[str, object]:
    decision = a_decision()
    return {"outcome": "overturned", "reason": "The appeal is right.", "decisions": decision["decisions"]}


def test_an_appeal_is_decided_by_someone_else_and_overturns_by_a_new_determination(either_world: World) -> None:
    ada, rita, appeal = _appealed(either_world)
    rob = a_reviewer(either_world, "rob")

    own = rita.post(f"{appeal}/decision", _overturning(), of=appeal)
    decided = rob.post(f"{appeal}/decision", _overturning(), of=appeal)
    again = rob.post(f"{appeal}/decision", _overturning(), of=appeal)

    assert (own.status_code, own.json()["code"]) == (403, "separation_of_duties")
    assert decided.status_code == 200, decided.text
    assert decided.json()["status"] == "overturned"
    assert again.json()["code"] == "wrong_state"
    assert ada.now()["status"] == "approved"
    made = ada.get(f"{ada.path}/determinations").json()["items"]
    assert [(one["outcome"], one["on_appeal"]) for one in made] == [
        ("denied", None),
        ("approved", decided.json()["id"]),
    ]
    with either_world.unit() as uow:
        letters = [one.kind.value for one in uow.notices.find(candidate_id=ada.candidate_id)]
    assert letters[-3:] == [NoticeKind.APPEAL_RECEIVED, NoticeKind.APPLICATION_APPROVED, NoticeKind.APPEAL_DECIDED]


def test_staff_see_which_decision_on_an_appeal_is_due_first(either_world: World) -> None:
    ada, _, appeal = _appealed(either_world)
    either_world.clock.advance(days=3)
    bea, rita = an_applicant(either_world, "bea").draft().submitted(), a_reviewer(either_world)
    rita.denies(bea)
    later = bea.post(f"{bea.path}/appeals", {"grounds": "My school is accredited."}).json()
    either_world.clock.advance(days=43)

    queue = rita.get("/appeals?status=filed&sort=due_on").json()["items"]
    latest = rita.get("/appeals?status=filed&sort=-due_on&limit=1").json()["items"]
    decided = a_reviewer(either_world, "rob").post(
        f"{appeal}/decision", {"outcome": "upheld", "reason": "No."}, of=appeal
    )

    assert [(one["application_id"], one["due_on"]) for one in queue] == [
        (ada.application_id, "2026-04-16"),
        (bea.application_id, "2026-04-19"),
    ]
    assert [one["id"] for one in latest] == [later["id"]]
    assert later["due_on"] == "2026-04-19"
    assert decided.status_code == 200, decided.text


def test_an_upheld_denial_stays_and_is_not_appealed_again(world: World) -> None:
    ada, _, appeal = _appealed(world)
    rob = a_reviewer(world, "rob")

    decided = rob.post(f"{appeal}/decision", {"outcome": "upheld", "reason": "The denial was right."}, of=appeal)
    second = ada.post(f"{ada.path}/appeals", {"grounds": "Once more."})

    assert decided.json()["status"] == "upheld"
    assert ada.now()["status"] == "denied"
    assert verbs(ada.now()) == []
    assert _unmet(second) == ["already_appealed"]


@pytest.mark.parametrize(
    ("days", "filed"), [pytest.param(30, True, id="on the last day"), pytest.param(31, False, id="a day later")]
)
def test_an_appeal_is_filed_within_its_window(world: World, days: int, *, filed: bool) -> None:
    ada, rita = _submitted(world), a_reviewer(world)
    rita.denies(ada)
    world.clock.advance(days=days)

    answer = ada.post(f"{ada.path}/appeals", {"grounds": "My school is accredited."})

    assert (answer.status_code == 201) is filed
    with world.unit() as uow:
        assert uow.appeals.count() == int(filed)


def test_evidence_brought_on_appeal_is_judged_by_whoever_hears_it(world: World) -> None:
    ada, rita, appeal = _appealed(world)
    rob = a_reviewer(world, "rob")
    ada.show("second", {"kind": "other", "description": "A letter of the school."})

    by_the_first = rita.judge(ada, "second")
    by_the_second = rob.judge(ada, "second")

    assert by_the_first.json()["code"] == "separation_of_duties"
    assert by_the_second.json()["status"] == "accepted"
    assert ada.get(appeal).json()["first_decided_by"] is None


def test_an_appeal_with_a_fee_waits_for_it(world: World) -> None:
    publish(world, {"/appeals/fee": "appeal", "/fees/5/amount_minor": 5000})
    ada, rita, rob = an_applicant(world).draft().submitted(), a_reviewer(world), a_reviewer(world, "rob")
    rita.denies(ada)
    filed = ada.post(f"{ada.path}/appeals", {"grounds": "My school is accredited."}).json()
    appeal = f"/appeals/{filed['id']}"

    answer = rob.post(f"{appeal}/decision", {"outcome": "upheld", "reason": "No."}, of=appeal)

    assert _unmet(answer) == ["fee_open"]
    assert ada.get(appeal).json()["status"] == "filed"


def test_an_appeal_taken_back_may_be_filed_again_in_its_window(world: World) -> None:
    ada, _, appeal = _appealed(world)

    gone = ada.post(f"{appeal}/withdrawal", of=appeal)
    again = ada.post(f"{ada.path}/appeals", {"grounds": "After all."})

    assert gone.json()["status"] == "withdrawn"
    assert again.status_code == 201


def test_nobody_applies_anew_while_their_appeal_is_heard(either_world: World) -> None:
    ada, _, appeal = _appealed(either_world)

    heard = ada.post("/applications", {"program": "CPOM"})
    ada.post(f"{appeal}/withdrawal", of=appeal)
    after = ada.post("/applications", {"program": "CPOM"})

    assert (heard.status_code, heard.json()["code"]) == (409, "appeal_under_way")
    assert after.status_code == 201, after.text
    with either_world.unit() as uow:
        assert sorted(one.status.value for one in uow.applications.find()) == ["denied", "draft"]


def test_nobody_appeals_beside_another_application(either_world: World) -> None:
    ada, rita = _submitted(either_world), a_reviewer(either_world)
    rita.denies(ada)
    anew = ada.post("/applications", {"program": "CPOM"}).json()

    refused = ada.post(f"{ada.path}/appeals", {"grounds": "My school is accredited."})
    ada.post(f"/applications/{anew['id']}/withdrawal", {}, of=f"/applications/{anew['id']}")
    filed = ada.post(f"{ada.path}/appeals", {"grounds": "My school is accredited."})

    assert _unmet(refused) == ["application_under_way"]
    assert filed.status_code == 201, filed.text


# --- races


def _won(answers: list[Response]) -> int:
    assert {answer.status_code for answer in answers} <= {200, 201, 409, 412}, [answer.text for answer in answers]
    return sum(answer.status_code in (200, 201) for answer in answers)


def test_of_two_who_claim_one_gets_it(either_world: World) -> None:
    ada = _submitted(either_world)
    people = [a_reviewer(either_world, f"reviewer-{number}") for number in range(4)]
    version = ada.now()["version"]

    answers = at_once(*(lambda who=who: who.post(f"{ada.path}/claim", version=version) for who in people))

    assert _won(answers) == 1


def test_of_two_approvals_one_stands(either_world: World) -> None:
    ada, rita = _submitted(either_world), a_reviewer(either_world)
    rita.claims(ada).accepts_all(ada)
    version = ada.now()["version"]

    def approve() -> Response:
        return rita.post(f"{ada.path}/determinations", a_decision(), version=version)

    answers = at_once(approve, approve, approve)

    assert _won(answers) == 1
    assert _determinations(either_world) == 1


def test_of_an_approval_and_a_withdrawal_one_stands(either_world: World) -> None:
    ada, rita = _submitted(either_world), a_reviewer(either_world)
    rita.claims(ada).accepts_all(ada)
    anyones = {"if-match": "*"}

    def withdraw() -> Response:
        return Caller(either_world, {**ada.header, **anyones}).post(f"{ada.path}/withdrawal", {})

    def approve() -> Response:
        return Caller(either_world, {**rita.header, **anyones}).post(f"{ada.path}/determinations", a_decision())

    answers = at_once(withdraw, approve)

    assert _won(answers) == 1
    assert ada.now()["status"] == ("withdrawn" if answers[0].status_code == 200 else "approved")
    assert _determinations(either_world) == (answers[1].status_code == 201)


def test_of_two_decisions_on_an_appeal_one_stands(either_world: World) -> None:
    ada, _, appeal = _appealed(either_world)
    rob, ruth = a_reviewer(either_world, "rob"), a_reviewer(either_world, "ruth")

    answers = at_once(
        lambda: rob.post(f"{appeal}/decision", _overturning(), version=1),
        lambda: ruth.post(f"{appeal}/decision", {"outcome": "upheld", "reason": "No."}, version=1),
    )

    assert _won(answers) == 1
    expected = ("overturned", "approved") if answers[0].status_code == 200 else ("upheld", "denied")
    assert (ada.get(appeal).json()["status"], ada.now()["status"]) == expected


def test_of_many_drafts_at_once_one_is_begun(either_world: World) -> None:
    publish(either_world)
    ada = an_applicant(either_world)

    def begin() -> Response:
        return ada.post("/applications", {"program": "CPOM"})

    answers = at_once(begin, begin, begin, begin)

    assert _won(answers) == 1
    with either_world.unit() as uow:
        assert uow.applications.count() == uow.charges.count() == 1


def test_of_an_appeal_and_another_application_at_once_one_is_begun(either_world: World) -> None:
    ada, rita = _submitted(either_world), a_reviewer(either_world)
    rita.denies(ada)

    answers = at_once(
        lambda: ada.post(f"{ada.path}/appeals", {"grounds": "My school is accredited."}),
        lambda: ada.post("/applications", {"program": "CPOM"}),
    )

    assert _won(answers) == 1
    with either_world.unit() as uow:
        assert uow.appeals.count() + uow.applications.count() == 2
