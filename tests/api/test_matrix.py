"""Who may do what, asked of every operation of the OpenAPI document: every role, owner and stranger, reads and writes.

What is expected follows from the authorization table alone. Every request is undone, so that each meets the same world.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import pytest
from httpx2 import Response
from uuid_utils.compat import uuid7

from adapters.badges.did import did_of
from adapters.db.schema import STORED
from adapters.db.unit_of_work import SqlUnitOfWork, SqlUnitsOfWork
from api.routing import Routes
from domain.actors import ANONYMOUS, Actor, Role
from domain.authorization import TABLE, Permission, admits
from domain.badges.model import Badge
from domain.candidates.model import Identity
from domain.entity import Entity
from domain.errors import Forbidden
from domain.files.model import FileStatus, StoredFile
from domain.programs.model import PolicyEdition
from domain.test_centres.model import CentreFile
from tests.api.requests_of import NAMED, Operation, operations
from tests.builders import cpom
from tests.builders_badge_facts import ISSUER, badge_facts
from tests.builders_exams import stored_policy
from tests.samples import Samples
from tests.world import ADDRESS, World, a_world

OPERATIONS = list(operations())
NOBODY_KNOWS = {kind: uuid7() for kind in STORED}
SHARED = {name: NAMED[name] for name in ("program", "edition")}
KEPT = b"The bytes of a file."
# Its key is nobody's, so that it is signed anew: in the name of who publishes here.
BADGE = {"facts": badge_facts(issuer=replace(ISSUER, did=did_of(ADDRESS)))}
FILE = {"status": FileStatus.STORED, "key": "kept", "sha256": sha256(KEPT).hexdigest(), "removed_at": None}


def _is_someones(operation: Operation) -> bool:
    """Whether the operation is about a thing that its owner may know of and a stranger may not."""
    row = TABLE[operation.action]
    return row.owner and not row.public and not row.signed_in and operation.about is not None


SOMEONES = [operation for operation in OPERATIONS if _is_someones(operation)]


class Forgetful:
    """Begins units of work that are undone at their end, whatever was answered."""

    def __init__(self, units: SqlUnitsOfWork) -> None:
        self._units = units

    @contextmanager
    def begin(self, actor: Actor, *, write: bool, request_id: str | None = None) -> Iterator[SqlUnitOfWork]:
        """A unit of work that does everything but commit."""
        with suppress(_Undo), self._units.begin(actor, write=write, request_id=request_id) as uow:
            yield uow
            uow.flush()
            raise _Undo


class _Undo(Exception):
    """Ends a transaction whose work is not to stay."""


@dataclass(frozen=True)
class House:
    """A world with one thing of every kind, which belongs to `owner`; a `stranger` has as many of their own."""

    world: World
    ids: Mapping[type[Entity], Any]
    callers: Mapping[str, dict[str, str]]

    def ask(self, operation: Operation, caller: str, ids: Mapping[type[Entity], Any] | None = None) -> Response:
        """The answer to one operation on the owner's things, or on those of other `ids`."""
        about = self.ids if ids is None else ids
        body = operation.body(about)
        headers = {**self.callers[caller], **body.pop("headers", {})}
        if operation.method != "GET":
            headers |= {"if-match": "*"}
        if operation.method == "POST":
            headers |= {"idempotency-key": "matrix"}
        address = operation.address(about)
        return self.world.client.request(operation.method, address, headers=headers, **body)


UNTOLD = frozenset(
    {
        "GET /v1/attempts/{attempt_id}/score-report",
        "GET /v1/practice-exams/{practice_id}/questions",
        "GET /v1/practice-exams/{practice_id}/review",
    }
)
"""What even its owner is told only when a whole story stands behind it: the tests of its slice tell that story."""


@pytest.fixture(scope="module")
def house(sqlite_template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The populated world of this module."""
    folder = tmp_path_factory.mktemp("matrix")
    (folder / "matrix.db").write_bytes(sqlite_template.read_bytes())
    with a_world(f"sqlite:///{folder / 'matrix.db'}", folder) as world:
        callers = {str(role): world.token(role) for role in Role} | {"anonymous": {}}
        callers |= {name: world.token(subject=name) for name in ("owner", "stranger", "someone signed in")}
        with world.unit() as uow:
            owned = _stored(uow, "full", "owner")
            world.files.put("kept", KEPT)
            _stored(uow, "bare", "stranger")
        callers |= {f"{role}'s API key": world.key(role, role) for role in (Role.PARTNER, Role.SPONSOR)}
        world.client.app.state.transactions.units = Forgetful(world.units)  # type: ignore[attr-defined]
        yield House(world, {kind: thing.id for kind, thing in owned.by_kind.items()}, callers)


def _stored(uow: SqlUnitOfWork, manner: str, subject: str) -> Samples:
    policy = stored_policy(uow)
    edition = uow.policies.find(edition=policy.edition)[0]
    given: dict[type[Entity], Mapping[str, object]] = {Identity: {"subject": subject, "ended_at": None}, Badge: BADGE}
    if manner == "full":
        given |= {StoredFile: FILE, CentreFile: {"key": "kept", "name": "kept.dat"}}
    samples = Samples(manner, given=given, shared=SHARED)
    samples.by_kind[PolicyEdition] = edition
    for thing in samples.in_order():
        if thing is not edition:
            uow.store(type(thing)).add(thing)
    return samples


def _actor(caller: str) -> Actor:
    """The caller as the table sees them."""
    if caller == "anonymous":
        return ANONYMOUS
    if caller in ("owner", "stranger"):
        return Actor(subject=caller, roles=frozenset({Role.CANDIDATE}))
    if caller == "someone signed in":
        return Actor(subject=caller)
    return Actor(subject=caller, roles=frozenset({Role(caller.removesuffix("'s API key"))}))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_caller_is_let_in_or_kept_out_as_the_table_says(house: House, operation: Operation) -> None:
    wrong = {}
    for caller in house.callers:
        answer = house.ask(operation, caller)
        expected = "let in" if admits(_actor(caller), operation.action) else "kept out"
        if (found := _verdict(answer)) != expected:
            wrong[caller] = f"{found} ({answer.status_code}), not {expected}: {answer.text[:300]}"

    assert wrong == {}


def _verdict(answer: Response) -> str:
    if answer.status_code >= 500:
        return "a failure"
    # Who may come may still be told, of this very thing, that it is not for them to judge; and a protocol refuses its
    # own tokens and scopes in words of its own.
    if answer.status_code not in (401, 403) or "insufficient_scope" in answer.headers.get("www-authenticate", ""):
        return "let in"
    said = answer.json()
    if said.get("code") in ("unauthenticated", Forbidden.code) or "imsx_codeMajor" in said:
        return "kept out"
    return "let in"


@pytest.mark.parametrize("operation", SOMEONES, ids=lambda operation: operation.name)
def test_a_strangers_thing_is_byte_for_byte_a_missing_one(house: House, operation: Operation) -> None:
    for caller in ("stranger", "candidate"):
        theirs = house.ask(operation, caller)
        missing = house.ask(operation, caller, NOBODY_KNOWS)

        assert theirs.status_code == 404, f"{caller}: {theirs.text}"
        assert _but_for_the_request(theirs) == _but_for_the_request(missing)


@pytest.mark.parametrize(
    "operation",
    [one for one in SOMEONES if one.method == "GET" and one.name not in UNTOLD],
    ids=lambda operation: operation.name,
)
def test_the_owner_reads_their_own_thing(house: House, operation: Operation) -> None:
    answer = house.ask(operation, "owner")

    assert answer.status_code in (200, 409), answer.text


@pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if not TABLE[one.action].public], ids=lambda operation: operation.name
)
def test_who_may_not_come_hears_nothing_of_what_is_wrong_with_the_request(house: House, operation: Operation) -> None:
    malformed = operation.address(dict.fromkeys(STORED, "no-id")) + "?limit=0&cursor=no-cursor"
    body: dict[str, Any] = {"json": {"no": "such member"}} if operation.method not in ("GET", "DELETE") else {}
    nobody = house.world.token(Role.PARTNER) if not admits(_actor("partner"), operation.action) else {}

    anonymous = house.world.client.request(operation.method, malformed, **body)
    forbidden = house.world.client.request(operation.method, malformed, headers=nobody, **body)

    assert anonymous.status_code == 401, anonymous.text
    assert forbidden.status_code == (403 if nobody else 401), forbidden.text


def _but_for_the_request(answer: Response) -> tuple[int, bytes, dict[str, str]]:
    own = answer.json()["request_id"].encode()
    headers = {name: value for name, value in answer.headers.items() if name not in ("date", "x-request-id")}
    return answer.status_code, answer.content.replace(own, b""), headers


# --- the table itself


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_operation_names_a_row_of_the_table(operation: Operation) -> None:
    assert operation.action in TABLE


def test_a_route_whose_action_has_no_row_does_not_start() -> None:
    routes = Routes("strange")

    with pytest.raises(LookupError, match=r"strange\.do"):
        routes.post("/strange", action="strange.do")


def test_an_auditor_writes_nothing() -> None:
    writing = [one.action for one in OPERATIONS if one.method != "GET" and not TABLE[one.action].public]
    auditor = Actor(subject="auditor", roles=frozenset({Role.AUDITOR}))

    assert [action for action in writing if admits(auditor, action)] == []


def test_machines_and_onlookers_decide_nothing() -> None:
    decisions = ("application.decide", "appeal.decide", "evidence.judge", "policy.publish", "credential.revoke")
    outsiders = [Actor(subject="x", roles=frozenset({role})) for role in (Role.PARTNER, Role.SPONSOR, Role.AUDITOR)]

    assert [name for name in decisions for actor in outsiders if admits(actor, name)] == []


def test_whoever_holds_no_role_may_do_nothing_to_a_thing_of_somebody() -> None:
    someone = Actor(subject="someone")
    open_to_all = {name for name in TABLE if admits(someone, name)}

    assert {name for name in open_to_all if _needs_standing(TABLE[name])} == set()


def _needs_standing(row: Permission) -> bool:
    return not (row.public or row.signed_in)


def test_the_editions_of_the_samples_are_the_shipped_one() -> None:
    assert cpom().edition == NAMED["edition"]
    assert cpom().program == NAMED["program"]
