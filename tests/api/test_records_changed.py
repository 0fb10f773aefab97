"""A record that changes while it is being judged: nobody's word on the old one holds for the new one."""

from typing import Any

import pytest

from domain.actors import Actor, Role
from domain.applications import actions_evidence
from domain.applications.actions_evidence import Judgement
from domain.applications.model import EvidenceStatus
from domain.candidates import records
from domain.candidates.model import Verification
from domain.errors import Stale
from domain.ports import UnitOfWork
from tests.api.outcomes import events
from tests.builders_applications import LICENCE, Applicant, Reviewer, a_reviewer, an_applicant, publish
from tests.racing import in_transactions
from tests.world import World

RITA = Actor(subject="rita", roles=frozenset({Role.REVIEWER}))
OTHER: dict[str, Any] = {**LICENCE, "number": "99999", "restricted": False}
ROUNDS = 6


def in_review(world: World) -> tuple[Applicant, Reviewer]:
    """An applicant whose restricted licence and degree are in this reviewer's hands."""
    publish(world)
    ada, rita = an_applicant(world).draft(), a_reviewer(world)
    ada.with_evidence({**LICENCE, "restricted": True}).affirmed().settled()
    assert ada.step("submission").status_code == 200
    return ada, rita.claims(ada)


def changed(one: Applicant | Reviewer, ada: Applicant, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """The applicant's one record of a kind, changed by someone."""
    record = one.get(f"/candidates/{ada.candidate_id}/{kind}").json()["items"][0]
    header = {**one.header, "if-match": f'"{record["version"]}"'}
    answer = one.world.client.put(f"/v1/{kind}/{record['id']}", json=body, headers=header)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def kept(ada: Applicant) -> tuple[Any, ...]:
    """The applicant's records, and what shows them, as they are stored."""
    mine: dict[str, Any] = {"candidate_id": ada.candidate_id}
    with ada.world.unit() as uow:
        return (*uow.licences.find(**mine), *uow.educations.find(**mine), *uow.evidence.find(**mine))


def test_a_licence_that_was_exchanged_is_not_verified_by_who_read_the_first(either_world: World) -> None:
    ada, rita = in_review(either_world)
    piece = f"/evidence/{ada.evidence['licence']}"
    read = rita.get(piece).json()["version"]
    changed(ada, ada, "licences", OTHER)
    before = kept(ada)

    judged = rita.post(f"{piece}/judgement", {"status": "accepted", "source": "NC, a minute ago"}, version=read)

    assert (judged.status_code, judged.json()["code"]) == (412, "stale")
    assert kept(ada) == before
    assert rita.judge(ada, "licence").status_code == 200


def test_what_was_accepted_of_the_old_licence_waits_for_a_reviewer_again(either_world: World) -> None:
    ada, rita = in_review(either_world)
    rita.judge(ada, "licence", source="The board's own site")

    licence = changed(ada, ada, "licences", OTHER)

    piece = rita.get(f"/evidence/{ada.evidence['licence']}").json()
    assert (licence["verification"], licence["verified_with"]) == ("unverified", None)
    assert piece["status"] == "unverified"
    assert piece["judged_at"] is not None
    assert events(either_world, "evidence.outdated") == 1


def test_a_rejection_stands_whatever_becomes_of_the_record(world: World) -> None:
    ada, rita = in_review(world)
    rita.judge(ada, "licence", status="rejected", reason="Another person's.")

    changed(ada, ada, "licences", OTHER)

    piece = rita.get(f"/evidence/{ada.evidence['licence']}").json()
    assert (piece["status"], piece["reason"]) == ("rejected", "Another person's.")


def test_a_change_that_independent_staff_vouch_for_leaves_what_was_accepted(world: World) -> None:
    ada, rita = in_review(world)
    rita.judge(ada, "licence")
    read = rita.get(f"/evidence/{ada.evidence['licence']}").json()

    licence = changed(rita, ada, "licences", {**LICENCE, "number": "12346"})

    piece = rita.get(f"/evidence/{ada.evidence['licence']}").json()
    assert licence["verification"] == "verified"
    assert (piece["status"], piece["version"]) == ("accepted", read["version"] + 1)


def test_what_led_to_an_approval_stays_as_it_was(world: World) -> None:
    ada, rita = in_review(world)
    changed(ada, ada, "licences", OTHER)
    rita.accepts_all(ada)
    assert rita.decide(ada).status_code == 201

    changed(ada, ada, "licences", {**OTHER, "number": "77777"})

    assert rita.get(f"/evidence/{ada.evidence['licence']}").json()["status"] == "accepted"


@pytest.mark.parametrize(
    ("name", "kind", "path", "body"),
    [
        ("licence", "licences", "licences", {"verification": "rejected", "source": "NC"}),
        ("degree", "education", "education", {"verification": "rejected", "equivalent": False}),
    ],
)
def test_a_record_that_someone_else_judged_meanwhile_is_read_again_first(
    world: World, name: str, kind: str, path: str, body: dict[str, Any]
) -> None:
    ada, rita = in_review(world)
    piece = f"/evidence/{ada.evidence[name]}"
    read = rita.get(piece).json()["version"]
    record = rita.get(f"/candidates/{ada.candidate_id}/{kind}").json()["items"][0]
    verb = "verification" if kind == "licences" else "judgement"
    meanwhile = a_reviewer(world, "vera").post(f"/{path}/{record['id']}/{verb}", body, version=record["version"])

    judged = rita.post(f"{piece}/judgement", {"status": "accepted"}, version=read)

    assert (meanwhile.status_code, judged.status_code) == (200, 412)


@pytest.mark.parametrize(("kind", "verb"), [("licences", "verification"), ("education", "judgement")])
def test_a_record_itself_is_judged_in_the_version_that_was_read(world: World, kind: str, verb: str) -> None:
    ada, rita = in_review(world)
    record = rita.get(f"/candidates/{ada.candidate_id}/{kind}").json()["items"][0]
    path = f"/{kind}/{record['id']}/{verb}"
    body = {"verification": "verified", **({"source": "NC"} if kind == "licences" else {})}
    before = kept(ada)

    answers = [rita.post(path, body), rita.post(path, body, version=record["version"] + 1)]

    assert [answer.status_code for answer in answers] == [428, 412]
    assert kept(ada) == before


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_of_a_judgement_and_a_change_at_once_no_unread_licence_comes_out_verified(
    either_world: World, attempt: int
) -> None:
    ada, _ = in_review(either_world)
    with either_world.unit() as uow:
        (piece,) = uow.evidence.find(candidate_id=ada.candidate_id, kind="licence")
    me = Actor(subject="ada", roles=frozenset({Role.CANDIDATE}), candidate_id=ada.candidate_id)
    details = {"jurisdiction": "US-NC", "number": "99999", "status": "active", "restricted": False}

    def judge(uow: UnitOfWork) -> None:
        if uow.evidence.lock(piece.id).version != piece.version:
            raise Stale
        actions_evidence.judge(uow, RITA, piece.id, Judgement(status=EvidenceStatus.ACCEPTED))

    def change(uow: UnitOfWork) -> None:
        assert piece.record_id is not None
        uow.licences.lock(piece.record_id)
        records.change_licence(uow, me, piece.record_id, dict(details))

    verbs = (judge, change) if attempt % 2 else (change, judge)
    outcomes = dict(zip([verb.__name__ for verb in verbs], in_transactions(either_world, RITA, *verbs), strict=True))

    with either_world.unit() as uow:
        (licence,) = uow.licences.find(candidate_id=ada.candidate_id)
        now = uow.evidence.get(piece.id)
    assert outcomes["change"] == "done"
    assert outcomes["judge"] in ("done", "stale")
    assert (licence.number, licence.verification) == ("99999", Verification.UNVERIFIED)
    assert now.status is EvidenceStatus.UNVERIFIED
