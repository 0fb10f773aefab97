"""Every kind of tampering, done as someone would who has the database's password, is found and its place named."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, select

from adapters.db.journal import SqlJournal
from adapters.db.tables.journal import CHECKPOINTS, JOURNAL, LEAVES
from domain.journal.merkle import Frontier
from domain.journal.model import Checkpoint, JournalLine, Leaf
from tests.adapters.journal.conftest import ORIGIN, Ledger, MadeUpKeys

ANOTHER = "00000000-0000-0000-0000-00000000abcd"


def test_an_untouched_journal_is_intact(sealed: Ledger) -> None:
    report = sealed.audit()

    assert report.intact
    assert report.anomalies == ()
    assert (report.leaves, report.checkpoints, report.outside) == (12, 3, 3)


def test_an_empty_journal_is_intact(ledger: Ledger) -> None:
    assert ledger.audit().anomalies == ()


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'application.denied'",
        "actor = 'someone-else'",
        "request_id = 'invented'",
        f"id = '{ANOTHER}'",
        f"subject_id = '{ANOTHER}'",
        "occurred_at = '2020-01-01T00:00:00.000000+00:00'",
        'data = \'{"number":6,"path":"us","late":true,"reason":null,"sign":"x"}\'',
    ],
)
def test_an_edited_row_is_named(sealed: Ledger, change: str) -> None:
    sealed.tamper(f"UPDATE journal SET {change} WHERE seq = 6")

    assert sealed.places() == {"row_changed": ["journal row 6 (leaf 5)"]}


def test_an_edited_row_with_its_leaf_made_to_fit_breaks_the_signed_root(sealed: Ledger) -> None:
    with sealed.tampering() as connection:
        connection.exec_driver_sql("UPDATE journal SET actor = 'someone-else' WHERE seq = 6")
        line = next(line for leaf, line in journal_of(connection, sealed) if leaf.seq == 6)
        assert line is not None
        connection.execute(LEAVES.update().where(LEAVES.c.seq == 6).values(leaf_hash=line.leaf_hash()))

    places = sealed.places()

    assert set(places) == {"root_differs"}
    assert places["root_differs"] == ["leaf 3 to 7", "leaf 3 to 7"]


def test_a_deleted_row_is_named(sealed: Ledger) -> None:
    sealed.tamper("DELETE FROM journal WHERE seq = 12")

    assert sealed.places() == {"row_missing": ["journal row 12 (leaf 11)"]}


def test_a_row_deleted_with_its_leaf_is_named(sealed: Ledger) -> None:
    sealed.tamper("DELETE FROM journal WHERE seq = 5", "DELETE FROM journal_leaves WHERE seq = 5")

    places = sealed.places()

    assert places["leaf_missing"] == ["leaf 4"]
    assert set(places) == {"leaf_missing", "roots_unchecked"}


def test_a_gap_closed_by_moving_the_later_leaves_is_found(sealed: Ledger) -> None:
    sealed.tamper(
        "DELETE FROM journal WHERE seq = 5",
        "DELETE FROM journal_leaves WHERE seq = 5",
        *(f"UPDATE journal_leaves SET leaf_index = {index - 1} WHERE leaf_index = {index}" for index in range(5, 12)),
    )

    places = sealed.places()

    assert places["root_differs"] == ["leaf 3 to 7", "leaf 3 to 7"]
    assert places["truncated"] == ["leaf 11"]


def test_swapped_rows_are_both_named(sealed: Ledger) -> None:
    with sealed.tampering() as connection:
        one, other = (connection.execute(select(JOURNAL).where(JOURNAL.c.seq == seq)).one() for seq in (2, 9))
        for seq, row in ((2, other), (9, one)):
            kept = {"kind": row.kind, "actor": row.actor, "subject_id": row.subject_id, "data": row.data}
            connection.execute(JOURNAL.update().where(JOURNAL.c.seq == seq).values(**kept))

    assert sealed.places() == {"row_changed": ["journal row 2 (leaf 1)", "journal row 9 (leaf 8)"]}


def test_rows_that_changed_numbers_are_both_named(sealed: Ledger) -> None:
    overriding = "" if sealed.database.is_sqlite else "OVERRIDING SYSTEM VALUE "
    columns = "id, occurred_at, kind, subject_id, actor, request_id, data"
    sealed.tamper(
        "CREATE TEMPORARY TABLE kept AS SELECT * FROM journal WHERE seq IN (4, 5)",
        "DELETE FROM journal WHERE seq IN (4, 5)",
        f"INSERT INTO journal (seq, {columns}) {overriding}SELECT 9 - seq, {columns} FROM kept",
        "DROP TABLE kept",
    )

    assert sealed.places() == {"row_changed": ["journal row 4 (leaf 3)", "journal row 5 (leaf 4)"]}


def test_reordered_leaves_break_the_signed_root_of_their_range_alone(sealed: Ledger) -> None:
    sealed.tamper(
        "UPDATE journal_leaves SET leaf_index = 99 WHERE leaf_index = 4",
        "UPDATE journal_leaves SET leaf_index = 4 WHERE leaf_index = 6",
        "UPDATE journal_leaves SET leaf_index = 6 WHERE leaf_index = 99",
    )

    assert sealed.places() == {"root_differs": ["leaf 3 to 7", "leaf 3 to 7"]}


def test_two_ranges_bent_apart_are_both_named(sealed: Ledger) -> None:
    with sealed.tampering() as connection:
        for index in (0, 11):
            connection.execute(LEAVES.update().where(LEAVES.c.leaf_index == index).values(leaf_hash=b"\7" * 32))

    places = sealed.places()

    assert places["root_differs"] == ["leaf 0 to 2"] * 2 + ["leaf 8 to 11"] * 2
    assert places["row_changed"] == ["journal row 1 (leaf 0)", "journal row 12 (leaf 11)"]


def test_a_log_cut_short_consistently_is_caught_by_the_checkpoints_outside(sealed: Ledger) -> None:
    sealed.tamper(
        "DELETE FROM journal WHERE seq > 8",
        "DELETE FROM journal_leaves WHERE leaf_index >= 8",
        "DELETE FROM journal_checkpoints WHERE size > 8",
    )

    places = sealed.places()

    assert places.pop(sealed.numbers_gone) == ["journal row 9 to 12"]
    assert places == {"checkpoint_missing": ["checkpoint 12"], "truncated": ["leaf 8 to 11"]}


def test_a_log_emptied_altogether_is_caught(sealed: Ledger) -> None:
    sealed.tamper("DELETE FROM journal", "DELETE FROM journal_leaves", "DELETE FROM journal_checkpoints")

    assert sealed.places()["truncated"] == ["leaf 0 to 11"]


def test_a_log_rewritten_with_every_hash_made_to_fit_still_lacks_the_signature(sealed: Ledger) -> None:
    forger = MadeUpKeys(secrets={"key-1": b"guessed"})
    with sealed.tampering() as connection:
        connection.exec_driver_sql("UPDATE journal SET actor = 'nobody' WHERE seq = 2")
        frontier = Frontier()
        for leaf, line in list(journal_of(connection, sealed)):
            assert line is not None
            frontier.append(line.leaf_hash())
            connection.execute(LEAVES.update().where(LEAVES.c.seq == leaf.seq).values(leaf_hash=line.leaf_hash()))
            fresh = Checkpoint(origin=ORIGIN, size=frontier.size, root=frontier.root(), at="2026-03-01T09:30:00Z")
            note = fresh.note(*forger.sign("journal", fresh.text().encode()))
            same = CHECKPOINTS.c.size == frontier.size
            connection.execute(CHECKPOINTS.update().where(same).values(note=note, frontier=frontier.encode()))

    places = sealed.places()

    assert places["checkpoint_forged"] == [f"checkpoint {size} in the database" for size in (3, 8, 12)]
    assert places["root_differs"] == ["leaf 0 to 2"]
    assert places["checkpoint_differs"] == ["checkpoint 3", "checkpoint 8", "checkpoint 12"]


def test_a_checkpoint_put_in_anothers_place_is_found(sealed: Ledger) -> None:
    with sealed.tampering() as connection:
        note = connection.execute(select(CHECKPOINTS.c.note).where(CHECKPOINTS.c.size == 3)).scalar()
        connection.execute(CHECKPOINTS.update().where(CHECKPOINTS.c.size == 8).values(note=note))

    places = sealed.places()

    assert places["checkpoint_forged"] == ["checkpoint 8 in the database"]
    assert places["checkpoint_differs"] == ["checkpoint 8"]


def test_a_checkpoint_removed_from_the_database_is_found(sealed: Ledger) -> None:
    sealed.tamper("DELETE FROM journal_checkpoints WHERE size = 8")

    assert sealed.places() == {"checkpoint_missing": ["checkpoint 8"]}


def test_leaves_that_no_checkpoint_covers_are_found(sealed: Ledger) -> None:
    sealed.tamper("DELETE FROM journal_checkpoints WHERE size = 12")
    sealed.outside_file.write_text("".join(sealed.outside_file.read_text().splitlines(keepends=True)[:2]))

    assert sealed.places() == {"leaves_unsigned": ["leaf 8 to 11"]}


def test_a_row_slipped_in_below_what_is_sealed_is_found(ledger: Ledger) -> None:
    ledger.grow(3)
    with ledger.tampering() as connection:
        connection.exec_driver_sql("DELETE FROM journal_leaves WHERE seq = 2")
        connection.exec_driver_sql("UPDATE journal_leaves SET leaf_index = 1 WHERE seq = 3")
        before = ledger.now.replace(year=2020)
        connection.execute(CHECKPOINTS.update().values(sealed_at=before))

    assert ledger.places()["row_inserted"] == ["journal row 2"]


def test_values_of_a_kind_no_column_should_hold_do_not_stop_the_audit(sqlite_ledger: Ledger) -> None:
    sealed = sqlite_ledger
    sealed.grow(3, 5, 4)
    sealed.tamper(
        "UPDATE journal SET data = x'fffe' WHERE seq = 2",
        "UPDATE journal SET kind = 5, id = x'00' WHERE seq = 3",
        "UPDATE journal_leaves SET leaf_hash = 'text' WHERE seq = 5",
        "UPDATE journal_checkpoints SET note = x'00ff', frontier = 'text' WHERE size = 12",
    )

    found = sealed.places()

    assert found["row_changed"] == [f"journal row {seq} (leaf {seq - 1})" for seq in (2, 3, 5)]
    assert found["leaf_malformed"] == ["leaf 4"]
    assert found["checkpoint_forged"] == ["checkpoint 12 in the database"]


@pytest.mark.parametrize(
    ("bend", "code", "place"),
    [
        pytest.param(lambda lines: lines[:1] + lines[2:], "outside_missing", "checkpoint 8 in the database", id="gone"),
        pytest.param(lambda lines: lines[::-1], "outside_disorder", "note 2 outside", id="reordered"),
        pytest.param(lambda lines: lines + lines[:1], "outside_disorder", "note 4 outside", id="repeated"),
        pytest.param(lambda lines: ["{}\n", *lines], "checkpoint_forged", "note 1 outside", id="not a note"),
        pytest.param(lambda lines: ["{" * 9 + "\n", *lines], "checkpoint_forged", "note 1 outside", id="not JSON"),
    ],
)
def test_a_bent_outside_file_is_found(
    sealed: Ledger, bend: Callable[[list[str]], list[str]], code: str, place: str
) -> None:
    lines = sealed.outside_file.read_text().splitlines(keepends=True)
    sealed.outside_file.write_text("".join(bend(lines)))

    assert place in sealed.places()[code]


def test_a_signature_over_another_log_does_not_serve(sealed: Ledger) -> None:
    other = Checkpoint(origin="another.log", size=12, root=b"\1" * 32, at="2026-03-01T09:30:00Z")
    note = other.note(*sealed.keys.sign("journal", other.text().encode()))
    lines = sealed.outside_file.read_text().splitlines(keepends=True)
    sealed.outside_file.write_text("".join([*lines[:2], json.dumps(note) + "\n"]))

    assert sealed.places()["checkpoint_forged"] == ["note 3 outside"]


def test_what_waits_to_be_sealed_is_a_notice_and_no_fault(sealed: Ledger) -> None:
    sealed.write(2)

    report = sealed.audit()

    assert [(anomaly.code, anomaly.place) for anomaly in report.anomalies] == [("unsealed", "journal row 13 and later")]
    assert report.intact


def test_a_checkpoint_not_published_yet_is_a_notice_and_no_fault(sealed: Ledger) -> None:
    sealed.write(2)
    sealed.seal()

    report = sealed.audit()

    assert [(anomaly.code, anomaly.place) for anomaly in report.anomalies] == [
        ("unpublished", "checkpoint 14 in the database")
    ]
    assert report.intact


def test_a_thousand_faults_are_listed_and_the_rest_counted(ledger: Ledger) -> None:
    ledger.grow(1_005)
    ledger.tamper("UPDATE journal SET actor = 'nobody'")

    report = ledger.audit()

    assert (len(report.anomalies), report.unlisted) == (1_000, 5)
    assert not report.intact


def journal_of(connection: Connection, ledger: Ledger) -> list[tuple[Leaf, JournalLine | None]]:
    return list(SqlJournal(connection, ledger.now).sealed())


# --- keys that were withdrawn


@pytest.fixture
def resealed(sealed: Ledger) -> Ledger:
    """Another key signed a fourth checkpoint, of 15 leaves; then the first one, which signed three, was withdrawn."""
    sealed.keys.kid = "key-2"
    sealed.grow(3)
    sealed.withdraw("key-1")
    return sealed


def test_a_withdrawn_keys_checkpoints_are_no_fault_where_another_key_answers_for_their_leaves(resealed: Ledger) -> None:
    report = resealed.audit()

    assert report.intact
    assert [(one.code, one.grave) for one in report.anomalies] == [("checkpoints_withdrawn", False)]
    assert "6 notes" in report.anomalies[0].detail
    resealed.grow(2)
    assert resealed.audit().intact


def test_leaves_for_which_only_a_withdrawn_key_answers_are_unsigned(sealed: Ledger) -> None:
    sealed.withdraw("key-1")

    assert sealed.codes() == ["leaves_unsigned", "checkpoints_withdrawn"]
    assert not sealed.audit().intact


def test_an_edit_below_a_withdrawn_keys_checkpoint_is_found_by_the_root_above_it(resealed: Ledger) -> None:
    with resealed.tampering() as connection:
        connection.exec_driver_sql("UPDATE journal SET actor = 'someone-else' WHERE seq = 6")
        line = next(line for leaf, line in journal_of(connection, resealed) if leaf.seq == 6)
        assert line is not None
        connection.execute(LEAVES.update().where(LEAVES.c.seq == 6).values(leaf_hash=line.leaf_hash()))

    assert "root_differs" in resealed.codes()


def test_whoever_has_a_withdrawn_key_cuts_nothing_off_with_it(resealed: Ledger) -> None:
    """Not even where the outside store is theirs too: nothing but the new key's checkpoint speaks for what is left."""
    resealed.tamper(
        "DELETE FROM journal_checkpoints WHERE size = 15",
        "DELETE FROM journal_leaves WHERE leaf_index >= 12",
        "DELETE FROM journal WHERE seq > 12",
    )
    *kept, _ = resealed.outside_file.read_text().splitlines(keepends=True)
    resealed.outside_file.write_text("".join(kept))

    assert resealed.places()["leaves_unsigned"] == ["leaf 0 to 11"]


def test_a_note_that_names_a_key_which_was_never_ours_stays_a_fault(resealed: Ledger) -> None:
    resealed.tamper("UPDATE journal_checkpoints SET note = replace(note, 'key-1', 'key-9') WHERE size = 3")

    assert "checkpoint_forged" in resealed.codes()
