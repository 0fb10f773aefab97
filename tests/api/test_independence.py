"""Nobody acts for the body on their own affair as a candidate, nor on that of whom they declared a conflict with."""

from datetime import date
from typing import Any

import pytest

from domain.actors import Role
from domain.applications.model import ConflictOfInterest
from domain.candidates.model import Verification
from domain.files.model import FilePurpose, StoredFile
from domain.scores.holds import HoldKind
from domain.scores.model import AttemptStatus
from tests.builders_credentials import Holder, a_holder, a_released_pass
from tests.world import World

ENDED = {"expires_on": date(2025, 12, 31)}
REASON = {"reason": "So it is."}


def conflicted(world: World, holder: Holder) -> dict[str, str]:
    """An administrator who declared a conflict of interest with the holder."""
    with world.unit() as uow:
        uow.conflicts.add(
            ConflictOfInterest(
                id=uow.new_id(),
                subject="rita",
                candidate_id=holder.candidate_id,
                nature="A cousin.",
                declared_at=uow.now,
            )
        )
    return world.token(Role.ADMINISTRATOR, subject="rita")


def themselves(world: World, _: Holder) -> dict[str, str]:
    """The holder, who is an administrator too."""
    return world.token(Role.ADMINISTRATOR, Role.CANDIDATE, subject="ada")


def stored(world: World, holder: Holder) -> tuple[Any, ...]:
    """Everything of the holder's that a member of staff could change."""
    mine: dict[str, Any] = {"candidate_id": holder.candidate_id}
    with world.unit() as uow:
        return (
            *uow.licences.find(**mine),
            *uow.educations.find(**mine),
            *uow.awards.find(**mine),
            *uow.credentials.find(**mine),
            *uow.attempts.find(**mine),
            *uow.holds.find(**mine),
        )


BARRED = [(themselves, "separation_of_duties"), (conflicted, "conflict_of_interest")]
either_way = pytest.mark.parametrize(("who", "code"), BARRED)


def step(world: World, header: dict[str, str], path: str, body: object = REASON) -> tuple[int, str]:
    """The status and code with which a step is refused."""
    more = {"if-match": "*", "idempotency-key": path[-60:]}
    answer = world.client.post(f"/v1/{path}", json=body, headers={**header, **more})
    return answer.status_code, answer.json().get("code", "")


@either_way
def test_records_are_verified_by_the_independent_alone(world: World, who: Any, code: str) -> None:
    holder = a_holder(world, licence={"verification": Verification.UNVERIFIED})
    header, before = who(world, holder), stored(world, holder)
    licence, education = before[0].id, before[1].id

    verified = step(world, header, f"licences/{licence}/verification", {"verification": "verified", "source": "NC"})
    judged = step(world, header, f"education/{education}/judgement", {"verification": "verified"})

    assert (verified, judged) == ((403, code), (403, code))
    assert stored(world, holder) == before


@pytest.mark.parametrize(
    ("who", "verification"), [(themselves, "unverified"), (conflicted, "unverified"), (None, "verified")]
)
def test_a_verified_licence_stays_so_where_independent_staff_change_it(
    world: World, who: Any, verification: str
) -> None:
    holder = a_holder(world)
    header = who(world, holder) if who else world.token(Role.ADMINISTRATOR)
    body = {"jurisdiction": "US-NC", "number": "12345", "expires_on": "2045-12-31"}

    changed = world.client.put(
        f"/v1/licences/{stored(world, holder)[0].id}", json=body, headers={**header, "if-match": "*"}
    )

    assert (changed.status_code, changed.json()["verification"]) == (200, verification)


@either_way
def test_awards_are_decided_by_the_independent_alone(world: World, who: Any, code: str) -> None:
    holder = a_holder(world, licence=ENDED)
    header, before = who(world, holder), stored(world, holder)

    declined = step(world, header, f"awards/{holder.award.id}/decline")
    judged = step(world, header, f"awards/{holder.award.id}/rejudgement", None)

    assert (declined, judged) == ((403, code), (403, code))
    assert stored(world, holder) == before


@pytest.mark.parametrize(("verb", "body"), [("suspension", REASON), ("revocation", REASON), ("name-correction", None)])
@either_way
def test_standings_and_names_are_changed_by_the_independent_alone(
    world: World, who: Any, code: str, verb: str, body: object
) -> None:
    holder = a_holder(world)
    header, before = who(world, holder), stored(world, holder)

    refused = step(world, header, f"credentials/{holder.credential_id}/{verb}", body)

    assert refused == (403, code)
    assert stored(world, holder) == before


def test_staff_with_a_conflict_do_not_retire_a_credential_and_its_holder_may(world: World) -> None:
    holder = a_holder(world)
    header, path = conflicted(world, holder), f"credentials/{holder.credential_id}/retirement"

    refused = step(world, header, path)
    own = step(world, themselves(world, holder), path)

    assert (refused, own[0]) == ((403, "conflict_of_interest"), 200)


@either_way
def test_scores_are_held_invalidated_and_let_go_by_the_independent_alone(world: World, who: Any, code: str) -> None:
    holder = a_holder(world)
    with world.unit() as uow:
        attempt = a_released_pass(uow, holder.candidate_id, status=AttemptStatus.SCORED).id
    hold = world.client.post(
        f"/v1/attempts/{attempt}/holds",
        json={"kind": HoldKind.OTHER, **REASON},
        headers={**world.token(Role.EXAM_MANAGER), "if-match": "*"},
    )
    assert hold.status_code == 201, hold.text
    header, before = who(world, holder), stored(world, holder)

    held = step(world, header, f"attempts/{attempt}/holds", {"kind": HoldKind.IDENTITY, **REASON})
    gone = step(world, header, f"attempts/{attempt}/invalidation")
    lifted = step(world, header, f"holds/{hold.json()['id']}/lifting")

    assert (held, gone, lifted) == ((403, code),) * 3
    assert stored(world, holder) == before


def renamed(world: World, header: dict[str, str], holder: Holder, file_id: object = None) -> tuple[int, str]:
    """What comes of a change of the holder's legal name."""
    body = {"legal_name": {"family": "Bello", "given": "Adaeze"}, "reason": "Marriage.", "file_id": file_id}
    return step(world, header, f"candidates/{holder.candidate_id}/name-changes", body)


def test_after_a_submission_independent_staff_alone_change_a_name_and_on_a_document(world: World) -> None:
    holder, reviewer = a_holder(world), world.token(Role.REVIEWER)
    with world.unit() as uow:
        before = uow.candidates.get(holder.candidate_id)

    refused = [
        renamed(world, holder.header, holder),
        renamed(world, themselves(world, holder), holder),
        renamed(world, conflicted(world, holder), holder),
        renamed(world, reviewer, holder),
    ]

    assert refused == [
        (409, "name_change_needs_staff"),
        (409, "name_change_needs_staff"),
        (403, "conflict_of_interest"),
        (409, "contradiction"),
    ]
    with world.unit() as uow:
        assert uow.candidates.get(holder.candidate_id) == before
    assert holder.credential.name == "Adaeze Okafor"

    with world.unit() as uow:
        document = uow.stored_files.add(
            StoredFile(
                id=uow.new_id(),
                candidate_id=holder.candidate_id,
                key="k",
                media_type="application/pdf",
                size=1,
                sha256="0" * 64,
                purpose=FilePurpose.NAME_CHANGE,
                name="certificate.pdf",
                uploaded_at=uow.now,
                uploaded_by="ada",
            )
        )
    assert renamed(world, reviewer, holder, str(document.id)) == (200, "")


def test_the_change_of_name_is_offered_to_those_whom_it_would_work_for(world: World) -> None:
    holder = a_holder(world)
    path = f"/v1/candidates/{holder.candidate_id}"

    def offered(header: dict[str, str]) -> list[str]:
        told: list[str] = world.client.get(path, headers=header).json()["allowed_actions"]
        return told

    updated = world.client.patch(path, json={"phone": "+1 919 555 0100"}, headers={**holder.header, "if-match": "*"})

    assert offered(holder.header) == updated.json()["allowed_actions"] == ["update"]
    assert offered(themselves(world, holder)) == ["update"]
    assert offered(world.token(Role.REVIEWER)) == ["change_name", "update"]
    assert offered(world.token(Role.ADMINISTRATOR)) == ["change_name", "unlink", "update"]
    assert updated.headers["etag"] == f'"{updated.json()["version"]}"'
