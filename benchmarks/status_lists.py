"""Status lists for 1,048,576 credentials, eight shards of 131,072, with 1 % of them revoked.

Served: a list is read over HTTP as it was stored, against the bare ASGI `hello`, in CPU of the server's process on
SQLite. Rebuilt: the bits become both finished answers, the one with a Data Integrity proof and the JWT, against one
gzip of the same bits at the same level; in process, in seconds of CPU.
"""

import gzip
import random
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

from adapters.badges.signer import KeyedBadgeSigner
from adapters.db.engine import Database
from adapters.db.schema import metadata
from adapters.db.unit_of_work import SqlUnitOfWork, SqlUnitsOfWork
from adapters.jobs import prepare
from adapters.keys import FileKeyProvider
from benchmarks.applicants import environment
from benchmarks.harness import Figure, Target, cpu_per_request, get, interleave, ratio, serve
from domain.actors import the_service
from domain.badges import issuing, rules
from domain.badges.facts import StatusPurpose
from domain.badges.model import SHARD_SIZE, Publisher, StatusList
from domain.badges.rules import list_id

SHARDS: Final = 8
SHARE: Final = 0.01
REBUILT: Final = 3.0
BASE: Final = "http://127.0.0.1:8000"
SERVICE: Final = the_service("benchmark")


def run(*, quick: bool) -> list[Figure]:
    """Measure reading and rebuilding."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        publisher = Publisher(signer=KeyedBadgeSigner(FileKeyProvider(place / "keys"), BASE), name="CPS", base_url=BASE)
        url = f"sqlite:///{place / 'certificant.db'}"
        with closing(Database(url)) as database:
            metadata.create_all(database.engine)
            prepare(database.url)
            with SqlUnitsOfWork(database, publisher=publisher).begin(SERVICE) as uow:
                lists = [
                    _filled(uow, publisher, shard, purpose) for shard in range(SHARDS) for purpose in StatusPurpose
                ]
                rebuilt = _rebuilt(uow, publisher, lists[0])
        return [*rebuilt, *_served(url, place, lists[0], rounds=2 if quick else 7)]


def _filled(uow: SqlUnitOfWork, publisher: Publisher, shard: int, purpose: StatusPurpose) -> StatusList:
    """A list with 1 % of its bits set, signed and stored."""
    places = random.Random(shard).sample(range(SHARD_SIZE), int(SHARD_SIZE * SHARE))  # noqa: S311 - a fixed sample
    bare = StatusList(
        id=list_id(shard, purpose),
        shard=shard,
        purpose=purpose,
        bits=rules.with_places(SHARD_SIZE, places),
        document=b"",
        token=b"",
        signed_at=datetime.now(UTC),
    )
    return uow.status_lists.add(issuing.signed_list(publisher, bare, uow))


def _rebuilt(uow: SqlUnitOfWork, publisher: Publisher, kept: StatusList) -> list[Figure]:
    taken = interleave(
        {
            "gzip": lambda: gzip.compress(kept.bits, rules.LEVEL, mtime=0),
            "rebuilt": lambda: issuing.signed_list(publisher, kept, uow),
        },
        rounds=15,
        clock=time.process_time,
    )
    return [
        Figure(what="one list rebuilt and signed twice", value=median(taken["rebuilt"]) * 1_000, unit="ms"),
        Figure(
            what="one list rebuilt",
            value=ratio(taken["rebuilt"], taken["gzip"]),
            unit="times its gzip",
            at_most=REBUILT,
        ),
    ]


def _served(url: str, place: Path, kept: StatusList, *, rounds: int) -> list[Figure]:
    path = f"/v1/status-lists/{kept.id}"
    with ExitStack() as servers:
        service = servers.enter_context(serve("api.main:app", env=environment(place, url)))
        bare = servers.enter_context(serve("benchmarks.baselines:hello"))
        costs = cpu_per_request(
            {
                "bare": Target(bare, [get("/")]),
                "read": Target(service, [get(path, accept="application/vc")]),
                "jwt": Target(service, [get(path, accept="application/vc+jwt")]),
                "same": Target(service, [get(path, if_none_match="*")], status=304),
            },
            rounds=rounds,
        )
    return [*(_figure(name, costs) for name in ("read", "jwt", "same"))]


_WORDS: Final = {"read": "a list read", "jwt": "a list read as a JWT", "same": "a list known already (304)"}


def _figure(name: str, costs: Mapping[str, list[float]]) -> Figure:
    return Figure(what=_WORDS[name], value=ratio(costs["bare"], costs[name]))
