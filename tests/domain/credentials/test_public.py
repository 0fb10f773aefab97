"""The registry's finished answer, before it is dated."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

from domain.credentials.model import Standing
from domain.credentials.public import answer_on, dated, public_entry
from tests.builders_registry import public_facts, stood

FACTS = public_facts(holder_name='Ada "the Count" Łucja', valid_until=date(2029, 3, 10))
ACTIVE = stood(Standing.ACTIVE, valid=True)
EXPIRED = stood(Standing.EXPIRED, date(2029, 3, 11), valid=True)
LAPSED = stood(Standing.LAPSED, date(2029, 6, 9))


def test_an_entry_turns_at_the_midnights_of_the_policys_zone_on_either_side_of_a_clock_change() -> None:
    entry = public_entry(FACTS, ACTIVE, EXPIRED, LAPSED)

    assert entry.turns_at == datetime(2029, 3, 11, 5, tzinfo=UTC).timestamp()
    assert entry.turns_again_at == datetime(2029, 6, 9, 4, tzinfo=UTC).timestamp()


def test_an_entry_that_nothing_turns_has_one_payload() -> None:
    entry = public_entry(FACTS, LAPSED)

    assert (entry.turns_at, entry.payload_after, entry.turns_again_at, entry.payload_last) == (None,) * 4


def test_a_dated_payload_is_json_with_the_day_first_and_the_name_as_it_is_written() -> None:
    body = dated(public_entry(FACTS, ACTIVE).payload_before, b"2027-01-01")
    answer = json.loads(body)

    assert next(iter(answer)) == "as_of"
    assert answer["holder_name"] == 'Ada "the Count" Łucja'
    assert "Łucja".encode() in body


def test_the_last_day_ends_at_the_instant_that_every_other_form_says() -> None:
    answer = json.loads(answer_on(FACTS, ACTIVE, date(2027, 1, 1)))

    assert (answer["valid_until"], answer["valid_until_instant"]) == ("2029-03-10", "2029-03-11T05:00:00Z")


def test_the_answer_from_history_is_the_bytes_that_the_registry_gave_on_that_day() -> None:
    entry = public_entry(FACTS, ACTIVE, EXPIRED)

    assert answer_on(FACTS, ACTIVE, date(2027, 1, 1)) == dated(entry.payload_before, b"2027-01-01")
    assert answer_on(FACTS, EXPIRED, date(2029, 4, 1)) == dated(entry.payload_after or b"", b"2029-04-01")


def test_whatever_changes_the_answers_changes_the_tag() -> None:
    entries = [
        public_entry(FACTS, ACTIVE, EXPIRED, LAPSED),
        public_entry(FACTS, ACTIVE, EXPIRED),
        public_entry(FACTS, ACTIVE),
        public_entry(FACTS, LAPSED),
        public_entry(replace(FACTS, holder_name=None), ACTIVE),
        public_entry(FACTS, ACTIVE, replace(EXPIRED, since=date(2029, 3, 12)), LAPSED),
    ]

    assert len({entry.tag for entry in entries}) == len(entries)
    assert public_entry(FACTS, ACTIVE).tag == public_entry(FACTS, ACTIVE).tag
