"""Published editions, parsed once: an edition never changes, so its digest names its meaning."""

from datetime import date
from functools import lru_cache

import orjson
from sqlalchemy import Connection, bindparam, select

from adapters.db.repository import SqlRepository
from adapters.db.tables.programs import PolicyEditionRow
from domain.errors import NotFound
from domain.programs.model import EditionHeading, PolicyEdition
from domain.programs.policy import Policy

_TABLE = PolicyEditionRow.__table__  # type: ignore[attr-defined]
_DIGEST = select(_TABLE.c.sha256).where(_TABLE.c.edition == bindparam("edition"))
_DOCUMENT = select(_TABLE.c.document).where(_TABLE.c.sha256 == bindparam("sha256")).limit(1)
_IN_FORCE = (
    select(_TABLE.c.sha256)
    .where(_TABLE.c.program == bindparam("program"))
    .where(_TABLE.c.in_force_from <= bindparam("on"))
    .where(_TABLE.c.in_force_until.is_(None) | (_TABLE.c.in_force_until >= bindparam("on")))
    .order_by(_TABLE.c.in_force_from.desc())
    .limit(1)
)

_HEADINGS = select(
    _TABLE.c.id,
    _TABLE.c.program,
    _TABLE.c.document["program_title"].as_string().label("program_title"),
    _TABLE.c.edition,
    _TABLE.c.title,
    _TABLE.c.in_force_from,
    _TABLE.c.in_force_until,
    _TABLE.c.sha256,
    _TABLE.c.published_at,
).order_by(_TABLE.c.program, _TABLE.c.in_force_from)


class PolicyRepository(SqlRepository[PolicyEdition]):
    """The port `Policies`."""

    def __init__(self, connection: Connection) -> None:
        """Speak through `connection`."""
        super().__init__(connection, PolicyEdition)
        self._named: dict[str, Policy] = {}

    def named(self, edition: str) -> Policy:
        """The edition of this name; raises NotFound. It never changes, so it is asked for once."""
        if (policy := self._named.get(edition)) is None:
            policy = self._parsed(self._connection.execute(_DIGEST, {"edition": edition}).scalar())
            self._named[edition] = policy
        return policy

    def in_force(self, program: str, on: date) -> Policy:
        """The edition of a program in force on a day, the newest where two would be; raises NotFound."""
        return self._parsed(self._connection.execute(_IN_FORCE, {"program": program, "on": on}).scalar())

    def headings(self, program: str | None = None) -> list[EditionHeading]:
        """Every published edition without its document; by program, then first day."""
        statement = _HEADINGS if program is None else _HEADINGS.where(_TABLE.c.program == program)
        return [EditionHeading(**row) for row in self._connection.execute(statement).mappings()]

    def hold(self, program: str) -> None:
        """Keep everyone else from holding this program's editions until the transaction ends."""
        for heading in sorted(self.headings(program), key=lambda one: one.id):
            self.lock(heading.id)

    def _parsed(self, sha256: str | None) -> Policy:
        if sha256 is None:
            raise NotFound
        if (policy := _remembered.get(sha256)) is None:
            document = self._connection.execute(_DOCUMENT, {"sha256": sha256}).scalar_one()
            policy = _remembered[sha256] = _parse(orjson.dumps(document))
        return policy


_remembered: dict[str, Policy] = {}


@lru_cache(maxsize=64)
def _parse(document: bytes) -> Policy:
    return Policy.model_validate_json(document)
