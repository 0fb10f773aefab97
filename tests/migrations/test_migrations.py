"""Migrations: up, down and up again, also with data; the tables to the letter; nothing that stops a running service."""

import ast
import io
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

from adapters.db.engine import Database
from adapters.db.journal import SqlJournal
from adapters.db.migrations import FOLDER, Migrations
from adapters.db.schema import journal, metadata, security
from adapters.db.unit_of_work import SqlUnitsOfWork
from adapters.jobs import DBOS_TABLES
from domain.actors import the_service
from domain.candidates.events import CandidateRegistered
from domain.candidates.model import Candidate
from migrations import guards
from tests.migrations.schema import schema_of
from tests.samples import NOON, Samples

REVISIONS = sorted(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))

UNMINDED = {
    "prefer-robust-stmts": "a revision is one transaction, so none of it is ever half there",
    "prefer-bigint-over-int": "versions, counts and minutes stay far below two thousand million",
    "prefer-text-field": "the bounds of a few short codes are part of what they are",
    "require-timeout-settings": "migrations/env.py sets them, for every revision alike",
}
"""What squawk would have otherwise, and why we would not."""


@pytest.fixture
def populated(empty: Database) -> Database:
    """A database brought up by migrations, with two of every kind, and a journal."""
    Migrations(empty).upgrade()
    _populate(empty)
    return empty


def test_an_empty_database_comes_up_to_the_newest_revision(empty: Database) -> None:
    migrations = Migrations(empty)
    before = (migrations.current(), migrations.at_head())

    migrations.upgrade()

    assert before == (None, False)
    assert (migrations.current(), migrations.at_head()) == (migrations.head(), True)
    assert _tables(empty) == set(metadata.tables)


def test_migrations_make_what_the_tables_say_to_the_letter(
    empty: Database, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    Migrations(empty).upgrade()
    url = f"sqlite:///{tmp_path / 'made.db'}" if empty.is_sqlite else request.getfixturevalue("postgres_url")

    with closing(Database(url)) as made:
        metadata.create_all(made.engine)

        assert schema_of(empty) == schema_of(made)


def test_alembic_finds_nothing_left_to_migrate(empty: Database) -> None:
    migrations = Migrations(empty)
    migrations.upgrade()
    written = io.StringIO()
    config = migrations.config()
    config.stdout = written

    command.check(config)

    assert "No new upgrade operations detected" in written.getvalue()


def test_every_revision_can_be_undone_and_done_again(empty: Database) -> None:
    migrations = Migrations(empty)
    for before, revision in zip([None, *REVISIONS], REVISIONS, strict=False):
        migrations.upgrade(revision)
        up = schema_of(empty)
        migrations.downgrade(before or "base")
        migrations.upgrade(revision)

        assert schema_of(empty) == up


def test_a_populated_database_goes_all_the_way_down_and_up_and_takes_data_again(populated: Database) -> None:
    migrations = Migrations(populated)
    up = schema_of(populated)

    migrations.downgrade("base")
    left = _tables(populated)
    migrations.upgrade()
    _populate(populated)

    assert left == set()
    assert schema_of(populated) == up


def test_bringing_up_what_is_up_changes_nothing(populated: Database) -> None:
    before = schema_of(populated)

    Migrations(populated).upgrade()

    assert schema_of(populated) == before
    with SqlUnitsOfWork(populated).begin(the_service("test"), write=False) as uow:
        assert uow.candidates.count() == 2


def test_several_processes_may_migrate_at_once(empty_url: str, tmp_path: Path) -> None:
    environment = {**os.environ, "CERTIFICANT_DATABASE_URL": empty_url, "CERTIFICANT_DATA_DIR": str(tmp_path)}
    at_once = [
        subprocess.Popen(
            [sys.executable, "-m", "api.cli", "migrate"], env=environment, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]

    said = [process.communicate(timeout=90)[1] for process in at_once]

    assert [process.returncode for process in at_once] == [0, 0], said
    with closing(Database(empty_url)) as database:
        assert Migrations(database).at_head()
        assert _tables(database) == set(metadata.tables)


def test_old_code_stays_ready_beside_a_newer_schema_but_not_beside_an_older_one(empty: Database) -> None:
    migrations = Migrations(empty)
    migrations.upgrade()
    with empty.transaction(write=True) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    beside_newer = migrations.at_head()
    with empty.transaction(write=True) as connection:
        connection.exec_driver_sql("DELETE FROM alembic_version")
    beside_older = migrations.at_head()

    assert (beside_newer, beside_older) == (True, False)


# --- the journal's guards


def test_the_journal_is_guarded_after_a_migration_as_the_audit_wants_it(populated: Database) -> None:
    with populated.transaction(write=False) as connection:
        missing = SqlJournal(connection, NOON).missing_guards()

    assert missing == []


@pytest.mark.parametrize("table", ["journal"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET kind = 'x'", "DELETE FROM {}"])
def test_a_migrated_journal_lets_no_line_be_changed(populated: Database, table: str, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), populated.transaction(write=True) as connection:
        connection.exec_driver_sql(statement.format(table))


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_revisions_and_tables_mean_the_same_guards(dialect: str) -> None:
    assert guards.statements(dialect) == (*journal.guard_statements(dialect), *security.guard_statements(dialect))


# --- the revisions as files


def test_there_is_one_head_and_the_file_names_it() -> None:
    with closing(Database("sqlite://")) as database:
        heads = ScriptDirectory.from_config(Migrations(database).config()).get_heads()
        named = Migrations(database).head()

    assert heads == [named]
    assert REVISIONS[-1] == named


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_revision_means_the_same_for_ever_since_it_looks_at_no_code_that_changes(revision: str) -> None:
    (path,) = (FOLDER / "versions").glob(f"{revision}_*.py")
    imported = {
        name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }

    assert {str(name).partition(".")[0] for name in imported} <= {"sqlalchemy", "alembic", "migrations"}


@pytest.mark.parametrize("revision", REVISIONS)
def test_squawk_finds_nothing_that_would_stop_a_running_service(revision: str, tmp_path: Path) -> None:
    written = tmp_path / f"{revision}.sql"
    written.write_text(_statements(revision))
    squawk = Path(sys.executable).parent / "squawk"
    excluded = [f"--exclude={rule}" for rule in UNMINDED]

    said = subprocess.run(
        [squawk, "--pg-version=14.0", *excluded, written],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert said.returncode == 0, said.stdout + said.stderr


def _statements(revision: str) -> str:
    """The PostgreSQL of one revision, without connecting anywhere."""
    with closing(Database("postgresql://nobody@localhost/nothing")) as database:
        config = Migrations(database).config()
        config.output_buffer = written = io.StringIO()
        before = dict(zip(REVISIONS[1:], REVISIONS, strict=False)).get(revision, "base")
        command.upgrade(config, f"{before}:{revision}", sql=True)
    return written.getvalue()


def _tables(database: Database) -> set[str]:
    with database.transaction(write=False) as connection:
        return set(inspect(connection).get_table_names()) - DBOS_TABLES - {"alembic_version"}


def _populate(database: Database) -> None:
    with SqlUnitsOfWork(database).begin(the_service("test")) as uow:
        for manner in ("full", "bare"):
            samples = Samples(manner)
            for thing in samples.in_order():
                uow.store(type(thing)).add(thing)
            uow.record(CandidateRegistered(candidate_id=samples[Candidate].id))
