"""The contract of the one repository, on both engines, and every kind of entity through it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from uuid_utils.compat import uuid7

from adapters.db.engine import Database
from adapters.db.mapping import Mapped
from adapters.db.prepared import Prepared
from adapters.db.repository import SqlRepository
from adapters.db.schema import STORED
from adapters.db.unit_of_work import Loaded, SqlUnitOfWork, Store
from domain.actors import ANONYMOUS
from domain.applications.model import Application
from domain.candidates.model import Candidate, CandidateStatus, PersonName
from domain.entity import Entity
from domain.errors import AlreadyExists, NotFound, Stale, Unavailable
from domain.paging import Page, PageRequest
from domain.programs.model import RecognisedProvider
from domain.security.model import Flag
from domain.text import folded
from tests.samples import DAY, NOON, Samples

KINDS = sorted(STORED, key=lambda kind: kind.__name__)
SOON = 20.0
SHARED = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@dataclass(frozen=True)
class Kept:
    """An open database that holds two sets of samples: one with every field filled, one bare."""

    database: Database
    full: Samples
    bare: Samples


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """Each engine in turn, with its samples stored."""
    with _a_database(request, tmp_path_factory) as url, closing(Database(url)) as database:
        full, bare = Samples("full"), Samples("bare")
        with database.transaction(write=True) as connection:
            for entity in (*full.in_order(), *bare.in_order()):
                SqlRepository(connection, type(entity)).add(entity)
        yield Kept(database, full, bare)


@contextmanager
def _a_database(request: pytest.FixtureRequest, folders: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "sqlite":
        path = folders.mktemp("kept") / "kept.db"
        path.write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
        yield f"sqlite:///{path}"
        return
    server, template = request.getfixturevalue("postgres_server"), request.getfixturevalue("postgres_template")
    name = f"kept{uuid7().hex}"
    admin = create_engine(server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        yield admin.url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
        connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
    admin.dispose()


@contextmanager
def undone(database: Database) -> Iterator[Callable[[type[Any]], SqlRepository[Any]]]:
    """Repositories in a transaction that leaves nothing behind."""
    with suppress(_Undo), database.transaction(write=True) as connection:
        yield lambda kind: SqlRepository(connection, kind)
        raise _Undo


class _Undo(Exception):
    """Ends a transaction whose work is not to stay."""


# --- every kind


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("manner", ["full", "bare"])
def test_every_kind_comes_back_equal(kept: Kept, kind: type[Entity], manner: str) -> None:
    stored = getattr(kept, manner)[kind]

    with kept.database.transaction(write=False) as connection:
        repository = SqlRepository(connection, kind)

        assert repository.get(stored.id) == stored
        assert repository.lock(stored.id) == stored
        assert repository.find(id=stored.id) == [stored]


@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET p = 1", "DELETE FROM {}", "INSERT OR REPLACE INTO {0} SELECT * FROM {0}"]
)
def test_a_flag_that_was_raised_is_neither_changed_nor_removed(kept: Kept, statement: str) -> None:
    table = "irregularity_flags"
    if statement.startswith("INSERT OR REPLACE") and kept.database.url.get_backend_name() == "postgresql":
        statement = "TRUNCATE {} CASCADE"  # its own way to be rid of rows; that other one is SQLite's

    with pytest.raises(DBAPIError, match="flags are append-only"), kept.database.transaction(write=True) as connection:
        connection.exec_driver_sql(statement.format(table))

    with kept.database.transaction(write=False) as connection:
        assert SqlRepository(connection, Flag).get(kept.full[Flag].id) == kept.full[Flag]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not Flag], ids=lambda kind: kind.__name__)
def test_every_kind_that_changes_comes_back_as_it_was_changed(kept: Kept, kind: type[Entity]) -> None:
    stored = kept.bare[kind]

    with undone(kept.database) as repository_of:
        saved = repository_of(kind).save(stored)

        assert saved == replace(stored, version=2)
        assert repository_of(kind).get(stored.id) == saved


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_field_of_a_full_sample_holds_something(kind: type[Entity]) -> None:
    sample = Samples("full")[kind]
    empty = {field.name for field in fields(sample) if getattr(sample, field.name) in (None, (), {}, "")}

    assert empty <= {"merged_into"}


def test_a_unit_of_work_has_a_repository_for_every_kind(kept: Kept) -> None:
    with kept.database.transaction(write=False) as connection:
        unit = SqlUnitOfWork(connection, ANONYMOUS, NOON, "UTC", None)
        offered = [
            name for name in dir(unit) if isinstance(getattr(SqlUnitOfWork, name, None), property | Store | Loaded)
        ]
        found = [getattr(unit, name) for name in offered]
        served = {repository._map.entity for repository in found if isinstance(repository, SqlRepository)}

    assert served == set(STORED)


# --- one row


def test_a_missing_one_is_not_found(kept: Kept) -> None:
    with kept.database.transaction(write=False) as connection:
        repository = SqlRepository(connection, Candidate)

        with pytest.raises(NotFound):
            repository.get(uuid7())
        with pytest.raises(NotFound):
            repository.lock(uuid7())
        assert repository.first(id=uuid7()) is None
        assert repository.count(id=uuid7()) == 0


def test_the_second_of_two_changes_to_one_version_is_stale(kept: Kept) -> None:
    candidate = kept.full[Candidate]

    with undone(kept.database) as repository_of:
        repository_of(Candidate).save(replace(candidate, email="first@example.org"))

        with pytest.raises(Stale):
            repository_of(Candidate).save(replace(candidate, email="second@example.org"))
        with pytest.raises(Stale):
            repository_of(Candidate).remove(candidate)
        assert repository_of(Candidate).get(candidate.id).email == "first@example.org"


def test_what_was_removed_is_missing(kept: Kept) -> None:
    provider = kept.full[RecognisedProvider]

    with undone(kept.database) as repository_of:
        repository_of(RecognisedProvider).remove(provider)

        assert repository_of(RecognisedProvider).find(id=provider.id) == []


@pytest.mark.parametrize("same", ["id", "number"])
def test_a_second_one_where_there_may_be_but_one_already_exists(kept: Kept, same: str) -> None:
    candidate = kept.full[Candidate]
    twin = replace(candidate, **{"id": uuid7(), "number": "C-other", same: getattr(candidate, same)})

    with pytest.raises(AlreadyExists), kept.database.transaction(write=True) as connection:
        SqlRepository(connection, Candidate).add(twin)


def test_many_are_stored_together_or_not_at_all(kept: Kept) -> None:
    providers = [_provider(code=f"many-{number}") for number in range(5)]

    with pytest.raises(AlreadyExists), kept.database.transaction(write=True) as connection:
        SqlRepository(connection, RecognisedProvider).add_all([*providers, providers[0]])
    with kept.database.transaction(write=False) as connection:
        left = SqlRepository(connection, RecognisedProvider).count(code=[one.code for one in providers])

    assert left == 0


def test_nothing_at_all_is_stored_for_nothing_and_found_for_no_member(kept: Kept) -> None:
    with undone(kept.database) as repository_of:
        repository_of(Candidate).add_all([])

        assert repository_of(Candidate).find(id=[]) == []


def test_a_value_a_list_of_values_and_none_are_found_and_counted_alike(kept: Kept) -> None:
    full, bare = kept.full[Candidate], kept.bare[Candidate]

    with kept.database.transaction(write=False) as connection:
        repository = SqlRepository(connection, Candidate)
        asked: list[dict[str, object]] = [
            {"number": full.number},
            {"number": [full.number, bare.number]},
            {"status": CandidateStatus.ACTIVE, "phone": None},
            {"status": [CandidateStatus.ERASED]},
        ]
        found = [repository.find(**equals) for equals in asked]
        paged = [repository.page(PageRequest(equals=equals)).items for equals in asked]
        counted = [repository.count(**equals) for equals in asked]

    assert found == paged == [[full], [full, bare], [bare], []]
    assert counted == [1, 2, 1, 0]


def test_whoever_locks_a_row_second_waits_and_sees_what_the_first_made_of_it(database: Database) -> None:
    candidate = Samples("bare")[Candidate]
    with database.transaction(write=True) as connection:
        SqlRepository(connection, Candidate).add(candidate)

    def lock_and_read() -> Candidate:
        with database.transaction(write=True) as connection:
            return SqlRepository(connection, Candidate).lock(candidate.id)

    with ThreadPoolExecutor(1) as thread:
        with database.transaction(write=True) as connection:
            held = SqlRepository(connection, Candidate).lock(candidate.id)
            second = thread.submit(lock_and_read)
            SqlRepository(connection, Candidate).save(replace(held, email="first@example.org"))

        assert second.result(SOON).email == "first@example.org"


def test_a_row_held_for_too_long_is_unavailable(database_url: str) -> None:
    candidate = Samples("bare")[Candidate]
    with closing(Database(database_url, patience_seconds=0.3)) as database:
        with database.transaction(write=True) as connection:
            SqlRepository(connection, Candidate).add(candidate)

        def lock() -> None:
            with database.transaction(write=True) as connection:
                SqlRepository(connection, Candidate).lock(candidate.id)

        with ThreadPoolExecutor(1) as thread, database.transaction(write=True) as connection:
            SqlRepository(connection, Candidate).lock(candidate.id)
            with pytest.raises(Unavailable):
                thread.submit(lock).result(SOON)


# --- pages

_DAYS = st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2026, 1, 6)))


@SHARED
@given(ends=st.lists(_DAYS, max_size=12), limit=st.integers(1, 5), sign=st.sampled_from(["", "-"]))
def test_pages_hold_every_row_once_in_order_also_where_the_sorted_field_holds_nothing(
    kept: Kept, ends: list[date | None], limit: int, sign: str
) -> None:
    providers = [_provider(until_on=end) for end in ends]

    with undone(kept.database) as repository_of:
        repository_of(RecognisedProvider).add_all(providers)
        seen = _walked(repository_of(RecognisedProvider), PageRequest(limit=limit, sort=f"{sign}until_on"))

    mine = [one for one in seen if one.program == "pages"]
    in_order = sorted(providers, key=lambda one: (one.until_on is None, one.until_on or DAY, one.id))
    assert mine == (in_order if sign == "" else in_order[::-1])
    assert len(seen) == len({one.id for one in seen})


@pytest.mark.parametrize("sort", ["id", "-id", "recognised_at", "-recognised_at", "until_on", "-until_on"])
def test_rows_that_arrive_or_leave_between_two_pages_shift_no_other(kept: Kept, sort: str) -> None:
    # By id, the order of arrival: the last to come have the largest.
    ours = [
        _provider(recognised_at=NOON + timedelta(days=n), until_on=DAY + timedelta(days=n)) for n in range(0, 20, 2)
    ]
    late = [
        _provider(recognised_at=NOON + timedelta(days=n), until_on=DAY + timedelta(days=n)) for n in range(1, 20, 2)
    ]
    request = PageRequest(limit=3, sort=sort, equals={"program": "pages"})

    with undone(kept.database) as repository_of:
        repository = repository_of(RecognisedProvider)
        repository.add_all(ours)
        seen: list[RecognisedProvider] = []
        page: Page[RecognisedProvider] = repository.page(request)
        seen += page.items
        repository.remove(page.items[0])
        while page.after is not None:
            if late:
                repository.add(late.pop())
            page = repository.page(replace(request, after=page.after))
            seen += page.items

    ids = [one.id for one in seen]
    assert len(ids) == len(set(ids))
    assert {one.id for one in ours} <= set(ids)


def test_applications_never_submitted_are_left_out_of_pages_by_submission(kept: Kept) -> None:
    with kept.database.transaction(write=False) as connection:
        uow = SqlUnitOfWork(connection, ANONYMOUS, NOON, "UTC", None)
        by_submission = uow.applications.page(PageRequest(sort="submitted_at")).items
        by_id = uow.applications.page(PageRequest(sort="-id")).items

    assert by_submission == [kept.full[Application]]
    assert by_id == [kept.bare[Application], kept.full[Application]]


_LETTERS = st.text(st.sampled_from("aAbéÉßİ%_\\*'[] \U0010ffff\ud7ff\ue000😀"), max_size=4)


@SHARED
@given(names=st.lists(_LETTERS, max_size=8), prefix=_LETTERS.filter(bool))
def test_a_start_is_found_whatever_signs_it_is_made_of(kept: Kept, names: list[str], prefix: str) -> None:
    candidates = [_candidate(folded(name)) for name in names]

    with undone(kept.database) as repository_of:
        repository_of(Candidate).add_all(candidates)
        request = PageRequest(limit=100, sort="search_name", starts_with={"search_name": prefix})
        found = repository_of(Candidate).page(request).items

    expected = [one for one in candidates if one.search_name.startswith(folded(prefix))]
    assert found == sorted(expected, key=lambda one: (one.search_name, one.id))


_NAMES = st.builds(PersonName, family=st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1))


@SHARED
@given(name=_NAMES, born=st.one_of(st.none(), st.dates()), made=st.timedeltas(timedelta(days=-9_000), timedelta(9_000)))
def test_whatever_a_text_or_a_time_holds_comes_back(
    kept: Kept, name: PersonName, born: date | None, made: timedelta
) -> None:
    candidate = replace(_candidate("x"), legal_name=name, date_of_birth=born, created_at=NOON + made)

    with undone(kept.database) as repository_of:
        repository_of(Candidate).add(candidate)

        assert repository_of(Candidate).get(candidate.id) == candidate


# --- the mapping


def test_a_table_that_lacks_a_field_of_its_entity_is_refused_when_it_is_first_used() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Stranger(Entity):
        colour: str

    with pytest.raises(TypeError, match="colour"):
        Mapped(Stranger, STORED[Candidate])


def test_what_reaches_the_driver_without_sqlalchemy_fails_by_sqlalchemys_names(database: Database) -> None:
    nowhere = Prepared(text("SELECT nothing FROM nowhere"))

    with pytest.raises(DBAPIError) as fault, database.transaction(write=False) as connection:
        nowhere.rows(connection, {})

    assert type(fault.value).__name__ in {"OperationalError", "ProgrammingError"}
    assert not fault.value.connection_invalidated


def _provider(**given_: Any) -> RecognisedProvider:
    id_: UUID = uuid7()
    good = RecognisedProvider(
        id=id_,
        program="pages",
        code=id_.hex,
        name="A provider",
        from_on=DAY,
        until_on=None,
        recognised_by="staff",
        recognised_at=NOON,
        reason="Known to us.",
    )
    return replace(good, **given_)


def _candidate(search_name: str) -> Candidate:
    id_: UUID = uuid7()
    return Candidate(
        id=id_,
        number=id_.hex,
        legal_name=PersonName(family="X"),
        search_name=search_name,
        email="x@example.org",
        practises_in="US",
        created_at=NOON,
    )


def _walked(repository: SqlRepository[Any], request: PageRequest) -> list[Any]:
    seen: list[Any] = []
    page = repository.page(request)
    seen += page.items
    while page.after is not None:
        page = repository.page(replace(request, after=page.after))
        seen += page.items
    return seen
