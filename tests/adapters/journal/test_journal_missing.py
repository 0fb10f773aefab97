"""What is gone, not changed: checkpoints outside, seals, whole ends of the log; found by time, numbers and anchors."""

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.checkpoints import notes_in
from domain.journal.model import Checkpoint
from tests.adapters.journal.conftest import ORIGIN, Ledger


def kept_outside(ledger: Ledger, count: int) -> None:
    """Cut the outside file to its first notes."""
    lines = ledger.outside_file.read_text().splitlines(keepends=True)
    ledger.outside_file.write_text("".join(lines[:count]))


def test_an_outside_file_cut_short_is_a_fault_beyond_the_newest_note(sealed: Ledger) -> None:
    kept_outside(sealed, 1)

    report = sealed.audit()

    found = [(anomaly.code, anomaly.place, anomaly.grave) for anomaly in report.anomalies]
    assert found == [
        ("outside_missing", "checkpoint 8 in the database", True),
        ("unpublished", "checkpoint 12 in the database", False),
    ]
    assert not report.intact


def test_an_outside_file_that_is_gone_is_a_fault(sealed: Ledger) -> None:
    sealed.outside_file.unlink()

    assert not sealed.audit().intact
    assert sealed.places()["outside_missing"] == ["checkpoint 3 in the database", "checkpoint 8 in the database"]


@pytest.mark.parametrize(("minutes", "intact"), [(15, True), (16, False)])
def test_a_newest_checkpoint_that_is_not_outside_after_a_quarter_of_an_hour_is_a_fault(
    ledger: Ledger, minutes: int, intact: bool
) -> None:
    ledger.grow(3)
    ledger.outside_file.unlink()
    ledger.now += timedelta(minutes=minutes)

    report = ledger.audit()

    assert report.intact is intact
    assert [one.code for one in report.anomalies] == ["unpublished" if intact else "outside_missing"]


@pytest.mark.parametrize(("minutes", "code"), [(14, "unsealed"), (16, "seal_overdue")])
def test_rows_that_wait_for_a_seal_longer_than_sealing_takes_are_a_fault(
    sealed: Ledger, minutes: int, code: str
) -> None:
    sealed.write(2)
    sealed.now += timedelta(minutes=minutes)

    report = sealed.audit()

    assert [(one.code, one.place) for one in report.anomalies] == [(code, "journal row 13 and later")]
    assert report.intact is (code == "unsealed")


def test_seals_cut_away_inside_and_outside_leave_rows_that_wait_too_long(sealed: Ledger) -> None:
    sealed.tamper("DELETE FROM journal_leaves WHERE leaf_index >= 3", "DELETE FROM journal_checkpoints WHERE size > 3")
    kept_outside(sealed, 1)
    sealed.now += timedelta(hours=1)

    assert sealed.places() == {"seal_overdue": ["journal row 4 and later"]}


def test_a_journal_cut_with_its_seals_inside_and_outside_lacks_numbers_that_were_given(sealed: Ledger) -> None:
    cut_everywhere(sealed)

    report = sealed.audit()

    assert [(one.code, one.place) for one in report.anomalies] == [(sealed.numbers_gone, "journal row 4 to 12")]
    # On PostgreSQL a number is also spent by a transaction that is rolled back, so this cannot be told from that.
    assert report.intact is not sealed.database.is_sqlite


def test_a_journal_cut_everywhere_is_caught_by_a_checkpoint_kept_elsewhere(sealed: Ledger) -> None:
    *_, newest = sealed.outside.notes()
    assert sealed.audit(newest).intact
    cut_everywhere(sealed)

    report = sealed.audit(newest)

    assert ("anchor_missing", "checkpoint 12") in [(one.code, one.place) for one in report.anomalies]
    assert not report.intact


def test_an_anchor_that_no_key_of_ours_signed_is_named(sealed: Ledger) -> None:
    forged = Checkpoint(origin=ORIGIN, size=12, root=b"\1" * 32, at="2026-03-01T09:30:00Z").note("key-1", b"guessed")

    found = [(one.code, one.place) for one in sealed.audit(forged, "nothing like a note").anomalies]

    assert found == [("checkpoint_forged", "anchor 1"), ("checkpoint_forged", "anchor 2")]


def test_anchors_are_read_from_a_copy_of_the_store_and_from_a_note_alone(sealed: Ledger, tmp_path: Path) -> None:
    notes = list(sealed.outside.notes())
    (tmp_path / "copy.jsonl").write_bytes(sealed.outside_file.read_bytes())
    (tmp_path / "note.txt").write_text(notes[1])

    assert notes_in(tmp_path / "copy.jsonl") == notes
    assert notes_in(tmp_path / "note.txt") == [notes[1]]


def cut_everywhere(sealed: Ledger) -> None:
    """Leave the first three rows, their leaves and their checkpoint, inside and outside."""
    sealed.tamper(
        "DELETE FROM journal WHERE seq > 3",
        "DELETE FROM journal_leaves WHERE leaf_index >= 3",
        "DELETE FROM journal_checkpoints WHERE size > 3",
    )
    kept_outside(sealed, 1)
