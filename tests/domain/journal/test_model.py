"""Canonical lines and notes."""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from domain.journal.model import Checkpoint, Forged, JournalLine, open_note

ROOT = sha256(b"root").digest()


def a_line(**changes: Any) -> JournalLine:
    line = JournalLine(
        seq=7,
        id="0" * 31 + "1",
        occurred_at="2026-03-01T09:30:00.000000+00:00",
        kind="application.approved",
        subject_id="0" * 31 + "2",
        actor="staff-1",
        request_id=None,
        data='{"pathway":"us","hours":30}',
    )
    return line._replace(**changes)


def a_note(**changes: Any) -> str:
    facts: dict[str, Any] = {"origin": "journal.example", "size": 3, "root": ROOT, "at": "2026-03-01T09:30:00.000Z"}
    return Checkpoint(**(facts | changes)).note("key-1", b"signature")


def test_a_line_is_sealed_as_canonical_json() -> None:
    content = a_line().content().decode()

    assert content == (
        '{"actor":"staff-1","data":{"hours":30,"pathway":"us"},"id":"00000000000000000000000000000001",'
        '"kind":"application.approved","occurred_at":"2026-03-01T09:30:00.000000+00:00","request_id":null,"seq":7,'
        '"subject_id":"00000000000000000000000000000002"}'
    )


def test_spacing_and_order_of_keys_do_not_matter_but_every_value_does() -> None:
    line = a_line()

    assert a_line(data='{ "hours": 30, "pathway": "us" }').leaf_hash() == line.leaf_hash()
    for name, value in {
        "seq": 8,
        "id": "0" * 32,
        "occurred_at": "2026-03-01T09:30:00.000001+00:00",
        "kind": "application.denied",
        "subject_id": "0" * 32,
        "actor": "staff-2",
        "request_id": "",
        "data": '{"pathway":"us","hours":"30"}',
    }.items():
        assert a_line(**{name: value}).leaf_hash() != line.leaf_hash(), name


@pytest.mark.parametrize(
    "data", ["", "{", "NaN", "[" * 100_000, "9" * 5_000, b"\xff\xfe", None, 5, '{"a":"\\ud800"}', '{"a":1e999}']
)
def test_data_that_no_event_holds_still_has_a_hash_of_its_own(data: object) -> None:
    strange = a_line(data=data).leaf_hash()

    assert strange == a_line(data=data).leaf_hash()
    assert strange != a_line().leaf_hash()


def test_unreadable_data_cannot_pass_for_the_string_it_spells() -> None:
    assert a_line(data="{").leaf_hash() != a_line(data=json.dumps("{")).leaf_hash()


def test_a_note_opens_into_what_was_written() -> None:
    opened = open_note(a_note())

    assert opened.checkpoint == Checkpoint(origin="journal.example", size=3, root=ROOT, at="2026-03-01T09:30:00.000Z")
    assert (opened.kid, opened.signature) == ("key-1", b"signature")


@pytest.mark.parametrize(
    "bend",
    [
        pytest.param(lambda note: "", id="nothing"),
        pytest.param(lambda note: note + "\n", id="a line too many"),
        pytest.param(lambda note: note[:-1], id="no last newline"),
        pytest.param(lambda note: note.replace("\n3\n", "\n03\n"), id="a leading zero"),
        pytest.param(lambda note: note.replace("\n3\n", "\n+3\n"), id="a plus sign"),
        pytest.param(lambda note: note.replace("\n3\n", "\n0\n"), id="no leaves"),
        pytest.param(lambda note: note.replace("\n3\n", "\n" + "9" * 5_000 + "\n"), id="a number too long to read"),
        pytest.param(lambda note: note.replace("—", "-"), id="a hyphen for the dash"),
        pytest.param(lambda note: note.replace("key-1 ", "key-1  "), id="two spaces"),
        pytest.param(lambda note: note.replace("=\n", "\n", 1), id="no padding"),
        pytest.param(lambda note: note.replace("\n\n", "\nmore\n"), id="no empty line"),
    ],
)
def test_a_note_spelled_otherwise_is_no_note(bend: Callable[[str], str]) -> None:
    with pytest.raises(Forged, match="not spelled"):
        open_note(bend(a_note()))


def test_a_root_of_another_length_is_no_root() -> None:
    with pytest.raises(Forged, match="not spelled"):
        open_note(a_note(root=b"short"))
