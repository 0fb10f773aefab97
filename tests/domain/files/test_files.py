"""Files: taken in, given out, removed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.files import ObjectFiles, open_store
from domain.actors import Actor, Role
from domain.applications.model import Application, Evidence, EvidenceKind
from domain.candidates.model import CandidateStatus, PastName
from domain.errors import Forbidden, Invalid, NotFound, Refused, Unavailable, WrongState
from domain.files import actions, rules
from domain.files.model import FilePurpose, FileStatus, StoredFile, harmless_name
from domain.paging import PageRequest
from tests.adapters import made_files as made
from tests.builders_letters import Desk, a_candidate, a_desk

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PDF = made.a_pdf()
REVIEWER = Actor(subject="reviewer-1", roles=frozenset({Role.REVIEWER}))
EXAM_MANAGER = Actor(subject="manager-1", roles=frozenset({Role.EXAM_MANAGER}))


@pytest.fixture
def desk(sqlite_url: str) -> Iterator[Desk]:
    with a_desk(sqlite_url) as opened:
        yield opened


@pytest.fixture
def files() -> ObjectFiles:
    return ObjectFiles(open_store("memory:///"))


def owner(desk: Desk) -> Actor:
    return Actor(subject="ana", roles=frozenset({Role.CANDIDATE}), candidate_id=desk.candidate_id)


def uploaded(desk: Desk, files: ObjectFiles, purpose: FilePurpose = FilePurpose.EVIDENCE) -> StoredFile:
    received = actions.receive(files, PDF, "application/pdf", "C:\\papers\\My licence.pdf")
    with desk.unit() as uow:
        return actions.upload(uow, owner(desk), files, desk.candidate_id, received, purpose)


def a_file(size: int = 1000, **changes: Any) -> StoredFile:
    good = StoredFile(
        id=uuid4(), candidate_id=uuid4(), key="ab/cd", media_type="application/pdf", size=size, sha256="0" * 64,
        purpose=FilePurpose.EVIDENCE, name="Licence", uploaded_at=NOON, uploaded_by="ana",
    )  # fmt: skip
    return replace(good, **changes)


def evidence_with(desk: Desk, file_id: UUID) -> None:
    application = Application(
        id=uuid4(), candidate_id=desk.candidate_id, program="cpom", edition="cpom-2026", number="A-1",
        search_name="núñez ana", created_at=NOON,
    )  # fmt: skip
    with desk.unit() as uow:
        uow.applications.add(application)
        uow.evidence.add(
            Evidence(
                id=uuid4(), application_id=application.id, candidate_id=desk.candidate_id,
                kind=EvidenceKind.LICENCE, file_ids=(file_id,), added_at=NOON,
            )
        )  # fmt: skip


def test_an_upload_comes_back_byte_for_byte(desk: Desk, files: ObjectFiles) -> None:
    stored = uploaded(desk, files)

    with desk.unit() as uow:
        told, kept = actions.content(uow, owner(desk), files, stored.id)

    assert kept == PDF
    assert told == stored
    assert (told.media_type, told.size, told.name) == ("application/pdf", len(PDF), "My licence")
    assert told.download_name == "My licence.pdf"
    assert desk.recorded() == ["file.uploaded"]


def test_the_name_of_the_bytes_says_nothing(desk: Desk, files: ObjectFiles) -> None:
    one, other = uploaded(desk, files), uploaded(desk, files)

    assert one.key != other.key
    assert "licence" not in one.key.lower()
    assert one.id.hex not in one.key


def test_a_bad_upload_is_refused_before_anything_is_stored(files: ObjectFiles) -> None:
    with pytest.raises(Invalid):
        actions.receive(files, b"MZ", "application/pdf", "setup.exe")


def test_a_stranger_may_neither_read_nor_remove_nor_add(desk: Desk, files: ObjectFiles) -> None:
    stored = uploaded(desk, files)
    stranger = Actor(subject="eve", roles=frozenset({Role.CANDIDATE}), candidate_id=uuid4())
    received = actions.receive(files, PDF, "application/pdf", "a.pdf")

    with desk.unit() as uow:
        with pytest.raises(NotFound):
            actions.content(uow, stranger, files, stored.id)
        with pytest.raises(NotFound):
            actions.remove(uow, stranger, stored.id)
        with pytest.raises(NotFound):
            actions.upload(uow, stranger, files, desk.candidate_id, received, FilePurpose.OTHER)


def test_files_on_health_are_for_those_who_decide_on_accommodations(desk: Desk, files: ObjectFiles) -> None:
    plain = uploaded(desk, files)
    health = uploaded(desk, files, FilePurpose.ACCOMMODATION)

    with desk.unit() as uow:
        seen = {
            who.subject: [one.id for one in actions.list_of(uow, who, desk.candidate_id, PageRequest()).items]
            for who in (REVIEWER, EXAM_MANAGER, owner(desk))
        }
        with pytest.raises(Forbidden):
            actions.read(uow, REVIEWER, health.id)

    assert seen == {"reviewer-1": [plain.id], "manager-1": [plain.id, health.id], "ana": [plain.id, health.id]}


def test_nothing_is_added_for_a_candidate_who_was_erased(desk: Desk, files: ObjectFiles) -> None:
    with desk.unit() as uow:
        uow.candidates.save(replace(desk.candidate, status=CandidateStatus.ERASED))

    with pytest.raises(WrongState):
        uploaded(desk, files)


def test_bytes_that_changed_behind_our_back_are_not_given_out(desk: Desk, files: ObjectFiles) -> None:
    stored = uploaded(desk, files)
    files.put(stored.key, b"something else")

    with desk.unit() as uow, pytest.raises(Unavailable):
        actions.content(uow, owner(desk), files, stored.id)


def test_a_removed_file_is_gone_its_name_forgotten_and_its_bytes_erased_after_the_commit(
    desk: Desk, files: ObjectFiles
) -> None:
    stored = uploaded(desk, files)

    with desk.unit() as uow:
        gone = actions.remove(uow, owner(desk), stored.id)
    still_there = files.get(stored.key)
    (task,) = desk.tasks.waiting
    actions.erase(desk.units, files, task[1])
    actions.erase(desk.units, files, task[1])

    assert still_there == PDF
    assert (gone.status, gone.name, gone.removed_by) == (FileStatus.REMOVED, "", "ana")
    with pytest.raises(NotFound):
        files.get(stored.key)
    with desk.unit() as uow, pytest.raises(NotFound):
        actions.content(uow, owner(desk), files, stored.id)


def test_a_file_that_is_kept_is_not_erased_by_a_stray_task(desk: Desk, files: ObjectFiles) -> None:
    stored = uploaded(desk, files)

    actions.erase(desk.units, files, {"file_id": str(stored.id)})

    assert files.get(stored.key) == PDF


def test_a_file_is_removed_once(desk: Desk, files: ObjectFiles) -> None:
    stored = uploaded(desk, files)

    with desk.unit() as uow:
        actions.remove(uow, owner(desk), stored.id)
        with pytest.raises(WrongState):
            actions.remove(uow, owner(desk), stored.id)


def test_a_file_that_evidence_points_at_stays(desk: Desk, files: ObjectFiles) -> None:
    stored = uploaded(desk, files)
    evidence_with(desk, stored.id)

    with desk.unit() as uow, pytest.raises(Refused) as refused:
        actions.remove(uow, owner(desk), stored.id)

    assert refused.value.ruling.unmet[0].code == "file_in_use"


def test_a_file_that_shows_a_change_of_name_stays(desk: Desk, files: ObjectFiles) -> None:
    stored = uploaded(desk, files, FilePurpose.NAME_CHANGE)
    past = PastName(name=desk.candidate.legal_name, until=NOON, reason="Marriage.", changed_by="ana", file_id=stored.id)
    with desk.unit() as uow:
        uow.candidates.save(replace(desk.candidate, past_names=(past,)))

    with desk.unit() as uow, pytest.raises(Refused):
        actions.remove(uow, owner(desk), stored.id)


def test_records_may_point_at_kept_files_of_their_own_candidate_only(desk: Desk, files: ObjectFiles) -> None:
    mine, removed = uploaded(desk, files), uploaded(desk, files)
    stranger = a_candidate()
    with desk.unit() as uow:
        uow.candidates.add(stranger)
        actions.remove(uow, owner(desk), removed.id)
        theirs = uow.stored_files.add(a_file(candidate_id=stranger.id))

    with desk.unit() as uow:
        actions.require(uow, desk.candidate_id, [mine.id])
        for stray in (removed.id, theirs.id, uuid4()):
            with pytest.raises(NotFound):
                actions.require(uow, desk.candidate_id, [mine.id, stray])


@pytest.mark.parametrize(
    ("kept", "size", "code"),
    [
        pytest.param([], 1, None, id="the first"),
        pytest.param([a_file()] * 2, 1, None, id="as many as may be"),
        pytest.param([a_file()] * 3, 1, "too_many_files", id="one too many"),
        pytest.param([a_file(status=FileStatus.REMOVED)] * 3, 1, None, id="removed ones do not count"),
        pytest.param([a_file(9_000)], 1_000, None, id="as large as may be"),
        pytest.param([a_file(9_000)], 1_001, "no_space_left", id="a byte too large"),
        pytest.param([a_file(9_000, status=FileStatus.REMOVED)], 10_000, None, id="removed ones take no space"),
    ],
)
def test_a_candidate_keeps_so_many_files_and_no_more(kept: list[StoredFile], size: int, code: str | None) -> None:
    ruling = rules.may_add(kept, size, rules.Quota(files=3, size=10_000))

    assert [one.code for one in ruling.unmet] == ([code] if code else [])


@pytest.mark.parametrize(
    ("given", "name"),
    [
        pytest.param("licence.pdf", "licence", id="an extension"),
        pytest.param("C:\\papers\\licence.PDF", "licence", id="a folder of one system"),
        pytest.param("../../etc/passwd", "passwd", id="folders of another"),
        pytest.param("  My   licence (2).jpeg ", "My licence (2)", id="blanks"),
        pytest.param("Diplôme n°4 – 2019.pdf", "Diplôme n°4 – 2019", id="letters of another language"),
        pytest.param("e\u0301.png", "é", id="a combining accent"),
        pytest.param("cv\r\nSet-Cookie: a=b.pdf", "cvSet-Cookie_ a_b", id="a header smuggled in"),
        pytest.param("gpj.\u202eexe.pdf", "gpj.exe", id="a direction turned round"),
        pytest.param('a"b;c%d*e?.pdf', "a_b_c_d_e", id="signs a header trips over"),
        pytest.param(".htaccess", "htaccess", id="a hidden file"),
        pytest.param("Dr. Smith letter", "Dr. Smith letter", id="a dot that begins no extension"),
        pytest.param("x" * 500 + ".pdf", "x" * 120, id="a long name"),
        pytest.param("", "", id="none"),
        pytest.param("///", "", id="slashes alone"),
    ],
)
def test_a_name_is_made_harmless(given: str, name: str) -> None:
    assert harmless_name(given) == name


def test_a_file_without_a_name_is_saved_under_a_plain_one() -> None:
    assert a_file(name="", media_type="image/jpeg").download_name == "file.jpg"


def test_what_is_known_of_a_file_comes_back_equal(desk: Desk) -> None:
    stored = a_file(candidate_id=desk.candidate_id, uploaded_at=datetime.combine(date(2026, 3, 1), NOON.timetz()))

    with desk.unit() as uow:
        uow.stored_files.add(stored)

        assert uow.stored_files.get(stored.id) == stored
