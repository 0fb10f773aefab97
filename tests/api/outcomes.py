"""What came of a request: why a rule refused it, its letters and lines in the journal, and what it left alone."""

from typing import Any

from httpx2 import Response
from sqlalchemy import text

from domain.notices.model import NoticeKind
from tests.world import World


def unmet(refused: Response) -> list[str]:
    """The codes of the clauses that a refusal by the rules lists as unmet."""
    assert refused.status_code == 409, refused.text
    body = refused.json()
    assert body["code"] == "refused_by_rule", refused.text
    return [one["code"] for one in body["ruling"]["findings"] if not one["met"]]


def letters(world: World, kind: NoticeKind | str) -> list[dict[str, Any]]:
    """The parameters of the letters of a kind."""
    with world.unit() as uow:
        return [dict(one.parameters) for one in uow.notices.find(kind=kind)]


def events(world: World, kind: str) -> int:
    """How many lines of a kind the journal has."""
    with world.database.transaction(write=False) as connection:
        return int(
            connection.execute(text("SELECT count(*) FROM journal WHERE kind = :kind"), {"kind": kind}).scalar_one()
        )


def everything(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """All that a refused request must leave as it was."""
    tables = (
        "credentials",
        "standing_changes",
        "cycles",
        "awards",
        "registry",
        "journal",
        "notices",
        "charges",
        "activities",
    )
    with world.database.transaction(write=False) as connection:
        return {one: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {one}"))] for one in tables}
