"""Sealing, publishing and proofs on both engines, alone and beside others."""

import json
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from adapters.checkpoints import FileCheckpointStore
from adapters.db.engine import Database
from adapters.db.journal import STRAGGLER, SqlJournal, insert_events, oldest_unsealed
from adapters.db.tables.journal import JOURNAL, LEAVES
from domain.journal.actions import SealBroken, check_note
from domain.journal.merkle import consistency_proof, inclusion_proof, proves_consistency, proves_inclusion
from domain.journal.model import Entry
from tests.adapters.journal.conftest import ORIGIN, Ledger


def test_events_are_stored_in_order_with_every_field(ledger: Ledger) -> None:
    entries = [ledger.an_entry() for _ in range(3)]

    with ledger.database.transaction(write=True) as connection:
        insert_events(connection, entries)
        insert_events(connection, [])
        rows = connection.execute(select(JOURNAL).order_by(JOURNAL.c.seq)).mappings().all()

    assert [row["seq"] for row in rows] == [1, 2, 3]
    for entry, row in zip(entries, rows, strict=True):
        assert {name: row[name] for name in row if name != "seq"} == {
            "id": entry.id,
            "occurred_at": entry.occurred_at,
            "kind": entry.kind,
            "subject_id": entry.subject_id,
            "actor": entry.actor,
            "request_id": entry.request_id,
            "data": entry.data,
        }


def test_an_event_is_written_once(ledger: Ledger) -> None:
    entry = ledger.an_entry()

    with pytest.raises(IntegrityError), ledger.database.transaction(write=True) as connection:
        insert_events(connection, [entry, entry])


def test_both_engines_seal_the_same_bytes(ledger: Ledger) -> None:
    ledger.write(2)
    with ledger.database.transaction(write=False) as connection:
        lines = SqlJournal(connection, ledger.now).unsealed(10)

    assert [line.content().decode() for line in lines] == [
        "{"
        f'"actor":"subject-{number}",'
        f'"data":{{"late":false,"number":{number},"path":"us","reason":null,"sign":"é – ü 𝄞"}},'
        f'"id":"0000000000000000000000000000000{number}",'
        '"kind":"application.submitted",'
        f'"occurred_at":"2026-03-01T09:30:00.00000{number}+00:00",'
        f'"request_id":{request},'
        f'"seq":{number},'
        f'"subject_id":"000000000000000000000000000f424{number}"'
        "}"
        for number, request in ((1, "null"), (2, '"request-2"'))
    ]


def test_a_sealing_takes_what_it_may_and_says_whether_more_waits(ledger: Ledger) -> None:
    ledger.write(7)

    first, second, third = ledger.seal(limit=5), ledger.seal(limit=5), ledger.seal(limit=5)

    assert (first.added, first.size, first.more) == (5, 5, True)
    assert (second.added, second.size, second.more) == (2, 7, False)
    assert (third.added, third.size, third.more) == (0, 7, False)


def test_the_notes_outside_are_those_within_and_carry_the_keys_signature(ledger: Ledger) -> None:
    ledger.grow(3, 2)
    with ledger.database.transaction(write=False) as connection:
        stored = list(SqlJournal(connection, ledger.now).checkpoints())

    notes = list(ledger.outside.notes())

    assert notes == [checkpoint.note for checkpoint in stored]
    assert [check_note(note, ledger.keys, ORIGIN).size for note in notes] == [3, 5]
    assert notes[0].split("\n")[:2] == [ORIGIN, "3"]
    assert notes[0].split("\n")[3] == "2026-03-01T09:31:00.000Z"


def test_publishing_again_adds_nothing_and_makes_up_for_what_a_crash_left_out(ledger: Ledger) -> None:
    ledger.grow(1)
    for _ in range(3):
        ledger.write(1)
        ledger.seal()

    assert ledger.publish() == 3
    assert ledger.publish() == 0
    assert len(list(ledger.outside.notes())) == 4
    assert ledger.audit().anomalies == ()


def test_a_rotated_key_signs_and_the_former_one_still_proves(ledger: Ledger) -> None:
    ledger.grow(2)
    ledger.keys.kid = "key-2"
    ledger.grow(2)

    kids = [note.split("\n")[5].split(" ")[1] for note in ledger.outside.notes()]

    assert kids == ["key-1", "key-2"]
    assert ledger.audit().anomalies == ()


def test_numbers_that_a_rolled_back_transaction_took_leave_no_gap_in_the_leaves(ledger: Ledger) -> None:
    ledger.write(2)
    twice = ledger.an_entry()
    with pytest.raises(IntegrityError), ledger.database.transaction(write=True) as connection:
        insert_events(connection, [twice, twice])
    ledger.write(2)
    ledger.seal()

    with ledger.database.transaction(write=False) as connection:
        indices = connection.execute(select(LEAVES.c.leaf_index).order_by(LEAVES.c.leaf_index)).scalars().all()

    assert indices == [0, 1, 2, 3]
    assert ledger.audit().intact


def test_a_row_that_commits_after_later_ones_were_sealed_gets_the_next_leaf(postgres_ledger: Ledger) -> None:
    ledger = postgres_ledger
    other = Database(ledger.database.url.render_as_string(hide_password=False))
    with other.transaction(write=True) as slow:
        insert_events(slow, [ledger.an_entry()])
        ledger.grow(2)
    other.close()

    sealed = ledger.seal()
    ledger.publish()

    with ledger.database.transaction(write=False) as connection:
        order = connection.execute(select(LEAVES.c.seq).order_by(LEAVES.c.leaf_index)).scalars().all()
    assert (sealed.added, order) == (1, [2, 3, 1])
    assert ledger.audit().anomalies == ()


def test_stragglers_are_looked_for_down_to_what_was_sealed_a_day_ago(postgres_ledger: Ledger) -> None:
    ledger = postgres_ledger
    ledger.grow(3)
    ledger.now += STRAGGLER + timedelta(hours=1)
    ledger.grow(2)

    with ledger.database.transaction(write=False) as connection:
        floor = SqlJournal(connection, ledger.now)._floor()

    assert floor == 3


def test_sealers_and_writers_beside_each_other_lose_nothing_and_number_every_leaf_once(ledger: Ledger) -> None:
    entries = [[ledger.an_entry() for _ in range(5)] for _ in range(24)]

    def write(batch: list[Entry]) -> None:
        with ledger.database.transaction(write=True) as connection:
            insert_events(connection, batch)

    with ThreadPoolExecutor(6) as pool:
        written = [pool.submit(write, batch) for batch in entries]
        sealings = [pool.submit(ledger.seal, 7) for _ in range(12)]
        futures: list[Future[Any]] = [*written, *sealings]
        for future in futures:
            future.result()
    while ledger.seal(limit=50).more:
        pass
    ledger.publish()

    report = ledger.audit()
    assert report.leaves == 120
    assert report.anomalies == ()


def test_every_event_can_be_proved_under_the_newest_checkpoint(ledger: Ledger) -> None:
    ledger.grow(4, 7)
    with ledger.database.transaction(write=False) as connection:
        log = SqlJournal(connection, ledger.now)
        leaves = [leaf for leaf, _ in log.sealed()]
        roots = {c.size: check_note(c.note, ledger.keys, ORIGIN).root for c in log.checkpoints()}

        for leaf in leaves:
            proof = inclusion_proof(leaf.position, 11, log.subtree)
            assert proves_inclusion(leaf.hash, leaf.position, 11, proof, roots[11])
        assert proves_consistency(4, 11, roots[4], roots[11], consistency_proof(4, 11, log.subtree))


def test_nothing_is_sealed_on_top_of_a_bent_frontier(ledger: Ledger) -> None:
    ledger.grow(3)
    ledger.tamper("UPDATE journal_checkpoints SET frontier = (SELECT leaf_hash FROM journal_leaves WHERE seq = 1)")
    ledger.write(1)

    with pytest.raises(SealBroken, match="cannot be trusted"):
        ledger.seal()


def test_nothing_is_sealed_on_top_of_a_forged_checkpoint(ledger: Ledger) -> None:
    ledger.grow(3)
    ledger.keys.secrets["key-1"] = b"another"
    ledger.write(1)

    with pytest.raises(SealBroken, match="cannot be trusted"):
        ledger.seal()


@pytest.mark.parametrize("size", [1, 2])
def test_nothing_is_sealed_on_top_of_a_log_cut_short(ledger: Ledger, size: int) -> None:
    ledger.grow(1, 1, 1)
    ledger.tamper(
        f"DELETE FROM journal_checkpoints WHERE size > {size}",
        f"DELETE FROM journal_leaves WHERE leaf_index >= {size}",
    )
    ledger.write(1)

    with pytest.raises(SealBroken, match="outside store holds"):
        ledger.seal()


def test_nothing_is_sealed_from_the_start_again_beside_checkpoints_outside(ledger: Ledger) -> None:
    ledger.grow(2)
    ledger.tamper("DELETE FROM journal_checkpoints", "DELETE FROM journal_leaves")

    with pytest.raises(SealBroken, match="none within"):
        ledger.seal()


def test_a_line_cut_short_by_a_crash_is_no_note_and_is_written_again(ledger: Ledger) -> None:
    ledger.grow(1, 1)
    whole = ledger.outside_file.read_bytes()
    ledger.outside_file.write_bytes(whole[:-40])
    ledger.grow(1)

    assert ledger.outside_file.read_bytes().startswith(whole)
    assert len(list(ledger.outside.notes())) == 3
    assert ledger.audit().anomalies == ()


def test_the_newest_note_is_found_from_the_end_of_a_long_file(tmp_path: Path) -> None:
    store = FileCheckpointStore(tmp_path)
    notes = [f"note {number} " + "x" * 3_000 for number in range(80)] + ["y" * 200_000]

    assert store.latest() is None
    assert list(store.notes()) == []
    assert store.append(notes) == 81
    assert store.latest() == notes[-1]
    assert list(store.notes()) == notes
    assert [json.loads(line) for line in (tmp_path / "checkpoints.jsonl").read_text().splitlines()] == notes


def test_notes_added_after_the_call_are_not_among_those_read(tmp_path: Path) -> None:
    store = FileCheckpointStore(tmp_path)
    store.append(["one", "two"])

    notes = store.notes()
    store.append(["three"])

    assert list(notes) == ["one", "two"]


def test_the_oldest_entry_behind_the_last_seal_is_known_by_its_time(ledger: Ledger) -> None:
    ledger.grow(3)
    with ledger.database.transaction(write=False) as connection:
        assert oldest_unsealed(connection) is None

    first = replace(ledger.an_entry(), occurred_at=ledger.now)
    with ledger.database.transaction(write=True) as connection:
        insert_events(connection, [first])
    ledger.write(2)

    with ledger.database.transaction(write=False) as connection:
        assert oldest_unsealed(connection) == ledger.now
