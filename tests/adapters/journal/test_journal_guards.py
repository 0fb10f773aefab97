"""The triggers that refuse changes: that they do, and that an audit names one that no longer would."""

import pytest
from sqlalchemy.exc import DBAPIError

from tests.adapters.journal.conftest import Ledger

FUNCTION = "journal_is_append_only"
LETS_ALL_PASS = "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$"
GUARD = "trigger journal_append_only"
EVERY_GUARD = [GUARD, "trigger journal_checkpoints_append_only", "trigger journal_leaves_append_only"]
EVERY_CHANGE = "UPDATE OR DELETE OR TRUNCATE"


@pytest.mark.parametrize("table", ["journal", "journal_leaves", "journal_checkpoints"])
def test_the_database_refuses_to_change_or_remove_a_row(sealed: Ledger, table: str) -> None:
    column = {"journal": "actor", "journal_leaves": "seq", "journal_checkpoints": "note"}[table]
    attempts = [f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"]
    if sealed.database.is_sqlite:
        attempts.append(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    else:
        attempts.append(f"TRUNCATE {table} CASCADE")

    for attempt in attempts:
        with pytest.raises(DBAPIError, match="append-only"):
            sealed.run(attempt)

    assert sealed.audit().anomalies == ()


def test_a_trigger_taken_off_is_named(sealed: Ledger) -> None:
    if sealed.database.is_sqlite:
        name, drop = "journal_refuses_delete", "DROP TRIGGER journal_refuses_delete"
    else:
        name, drop = "journal_append_only", "DROP TRIGGER journal_append_only ON journal"
    sealed.run(drop)

    assert sealed.places() == {"guard_missing": [f"trigger {name}"]}


def test_a_disarmed_trigger_is_named(sealed: Ledger) -> None:
    if sealed.database.is_sqlite:
        name = "journal_refuses_delete"
        sealed.run(f"DROP TRIGGER {name}", f"CREATE TRIGGER {name} BEFORE DELETE ON journal BEGIN SELECT 1; END")
    else:
        name = "journal_append_only"
        sealed.run(f"ALTER TABLE journal DISABLE TRIGGER {name}")

    assert sealed.places() == {"guard_missing": [f"trigger {name}"]}


@pytest.mark.parametrize(
    ("statement", "missing"),
    [
        pytest.param(f"CREATE OR REPLACE FUNCTION {FUNCTION}() {LETS_ALL_PASS}", EVERY_GUARD, id="emptied"),
        pytest.param(f"ALTER FUNCTION {FUNCTION}() SET search_path = public", EVERY_GUARD, id="told otherwise"),
        pytest.param("ALTER TABLE journal ENABLE REPLICA TRIGGER journal_append_only", [GUARD], id="for replicas"),
    ],
)
def test_a_function_or_a_mode_that_lets_changes_pass_is_named(
    postgres_ledger: Ledger, statement: str, missing: list[str]
) -> None:
    postgres_ledger.grow(3)
    assert postgres_ledger.audit().anomalies == ()

    postgres_ledger.run(statement)

    assert postgres_ledger.places() == {"guard_missing": missing}


@pytest.mark.parametrize(
    ("events", "table", "when", "function"),
    [
        pytest.param("TRUNCATE", "journal", "", FUNCTION, id="of truncation alone"),
        pytest.param("UPDATE OF kind OR DELETE OR TRUNCATE", "journal", "", FUNCTION, id="of one column"),
        pytest.param(EVERY_CHANGE, "journal", "WHEN (false)", FUNCTION, id="on a condition"),
        pytest.param(EVERY_CHANGE, "candidates", "", FUNCTION, id="of another table"),
        pytest.param(EVERY_CHANGE, "journal", "", "another", id="by another function"),
    ],
)
def test_a_trigger_of_the_same_name_that_guards_less_is_named(
    postgres_ledger: Ledger, events: str, table: str, when: str, function: str
) -> None:
    postgres_ledger.grow(3)

    postgres_ledger.run(
        f"CREATE FUNCTION another() {LETS_ALL_PASS}",
        "DROP TRIGGER journal_append_only ON journal",
        f"CREATE TRIGGER journal_append_only BEFORE {events} ON {table} FOR EACH STATEMENT {when}"
        f" EXECUTE FUNCTION {function}()",
    )

    assert postgres_ledger.places() == {"guard_missing": [GUARD]}
