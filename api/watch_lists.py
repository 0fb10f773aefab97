"""Rosters of partners: whose credentials they watch with the holders' consent, and what became of those."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import orjson
from fastapi import Body, Query
from pydantic import Field, ValidationError

from api.fields import Day, Email, Flag, Id, In, Line, Out
from api.paging import Listing
from api.routing import Resource, Routes
from api.webhook_document import NDJSON
from domain.actors import Actor
from domain.credentials.number import WRITTEN, MalformedNumber, parse
from domain.errors import Fault, Invalid, TooLarge
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork
from domain.watching import actions
from domain.watching.actions import MOST_AT_ONCE, Row, Wish
from domain.watching.model import Consent, Digest, Watch, WatchEvent, WatchList, WatchStatus

routes = Routes("watching")

MOST_BYTES = 4 * 1024 * 1024
Written = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        description="The number on the certificate. Small letters, spaces and dashes do not matter.",
        json_schema_extra={"pattern": WRITTEN, "format": "credential-number"},
    ),
]


class WatchListIn(In):
    """What a roster is called, and how its changes are told once a day, beside what endpoints are told at once."""

    name: Line
    digest: Digest = Digest.NONE
    digest_email: Email | None = None


class WatchListOut(Resource):
    """A partner's roster."""

    noun: ClassVar[str] = "watch_list"

    partner: str
    name: str
    created_at: datetime
    digest: Digest
    digest_email: str | None


class ConsentIn(In):
    """The holder's leave to be watched: who recorded it, when it was given, and where it is kept."""

    recorded_by: Line
    given_on: Day
    reference: Line


class WatchIn(In):
    """A row of a roster. `reference` is the partner's own, and comes back in every event."""

    number: Written
    reference: Line
    consent: ConsentIn


class ConsentOut(Out):
    """The holder's leave to be watched."""

    recorded_by: str
    given_on: date
    reference: str


class WatchOut(Resource):
    """A row of a roster. It says nothing of the credential, nor whether there is one: the registry does."""

    noun: ClassVar[str] = "watch"

    watch_list_id: UUID
    number: str
    reference: str
    consent: ConsentOut
    created_at: datetime
    status: WatchStatus
    ended_at: datetime | None


class EndIn(In):
    """Why a row is watched no more. After a withdrawal, what was told before is not told again either."""

    consent_withdrawn: Flag


class RosterRowOut(Out):
    """What became of one line: `added`, `already_watched`, or why not."""

    line: int
    code: str
    detail: str | None


class RosterOut(Out):
    """What became of every line, in order."""

    added: int
    already_watched: int
    refused: int
    rows: list[RosterRowOut]


class WatchEventOut(Out):
    """A change of a watched credential. `sequence` counts from 1, and no smaller one ever comes later."""

    id: UUID
    sequence: int
    type: str
    occurred_at: datetime
    watch_id: UUID
    number: str
    reference: str


class WatchEventsOut(Out):
    """Events in their order. Ask on with `after` of `next_after`, now or when there is more."""

    items: list[WatchEventOut]
    next_after: int
    more: bool


Roster = Annotated[
    bytes,
    Body(
        media_type=NDJSON,
        min_length=1,
        max_length=MOST_BYTES,
        description=(
            "A row on each line, written as for one: "
            '`{"number":"7K3M-Q0DV-2XHT-9PE4","reference":"17","consent":'
            '{"recorded_by":"HR","given_on":"2026-03-01","reference":"form-17"}}`. '
            f"At most {MOST_AT_ONCE:,} lines."
        ),
    ),
]
After = Annotated[int, Query(ge=0, le=2**31 - 1, description="The `sequence` of the last event that was read.")]
Limit = Annotated[int, Query(ge=1, le=1_000, description="At most this many events.")]
LISTS = Listing(WatchList)
ROWS = Listing(Watch, filters={"status": WatchStatus, "number": Line, "reference": Line})


@routes.post(
    "/watch-lists", action="watch_list.open", answers=WatchListOut, status_code=201, location="/v1/watch-lists/{id}"
)
def open_list(uow: UnitOfWork, actor: Actor, body: WatchListIn) -> WatchList:
    """Begin the roster of the calling partner; each has one."""
    return actions.open_list(uow, actor, _wish(body))


@routes.get("/watch-lists", action="watch_list.read", answers=WatchListOut, listing=LISTS)
def list_lists(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[WatchList]:
    """List the caller's roster; of all partners for administrators and auditors."""
    actor.must("watch_list.read")
    return uow.watch_lists.page(actions.own(actor, page))


@routes.get("/watch-lists/{watch_list_id}", action="watch_list.read", answers=WatchListOut)
def read_list(uow: UnitOfWork, actor: Actor, watch_list_id: Id) -> WatchList:
    """Read a roster's terms."""
    found = uow.watch_lists.get(watch_list_id)
    actor.must("watch_list.read", found)
    return found


@routes.put("/watch-lists/{watch_list_id}", action="watch_list.change", answers=WatchListOut, if_match=WatchList)
def change_list(uow: UnitOfWork, actor: Actor, watch_list_id: Id, body: WatchListIn) -> WatchList:
    """Rename a roster, or be told of its changes otherwise."""
    return actions.change_list(uow, actor, watch_list_id, _wish(body))


@routes.post(
    "/watch-lists/{watch_list_id}/watches",
    action="watch.add",
    answers=WatchOut,
    status_code=201,
    location="/v1/watches/{id}",
)
def add(uow: UnitOfWork, actor: Actor, watch_list_id: Id, body: WatchIn) -> Watch:
    """Watch a number, with its holder's consent.

    The answer is the same whether or not any credential has this number.
    """
    return actions.add(uow, actor, watch_list_id, _row(body))


@routes.post("/watch-lists/{watch_list_id}/roster", action="watch.add", answers=RosterOut)
def add_many(uow: UnitOfWork, actor: Actor, watch_list_id: Id, rows: Roster) -> RosterOut:
    """Watch many numbers at once, line by line; a line that cannot be read keeps none of the others out."""
    read = [_read(line, uow.today) for line in _lines(rows)]
    outcomes = iter(actions.add_many(uow, actor, watch_list_id, [one for one in read if isinstance(one, Row)]))
    told = [
        RosterRowOut(line=place, code=next(outcomes).value, detail=None)
        if isinstance(one, Row)
        else RosterRowOut(line=place, code=one.code, detail=f"{one.pointer} {one.detail}".strip())
        for place, one in enumerate(read, 1)
    ]
    codes = [one.code for one in told]
    added, already = codes.count("added"), codes.count("already_watched")
    return RosterOut(added=added, already_watched=already, refused=len(codes) - added - already, rows=told)


@routes.get("/watch-lists/{watch_list_id}/watches", action="watch_list.read", answers=WatchOut, listing=ROWS)
def list_rows(uow: UnitOfWork, actor: Actor, watch_list_id: Id, page: PageRequest) -> Page[Watch]:
    """List the rows of a roster, those that ended too."""
    return actions.list_rows(uow, actor, watch_list_id, page)


@routes.get("/watches/{watch_id}", action="watch.read", answers=WatchOut)
def read(uow: UnitOfWork, actor: Actor, watch_id: Id) -> Watch:
    """Read a row of a roster."""
    found = uow.watches.get(watch_id)
    actor.must("watch.read", found)
    return found


@routes.post("/watches/{watch_id}/end", action="watch.end", answers=WatchOut, if_match=Watch)
def end(uow: UnitOfWork, actor: Actor, watch_id: Id, body: EndIn) -> Watch:
    """End the watching of a number: it is needed no more, or its holder withdrew the consent."""
    return actions.end(uow, actor, watch_id, withdrawn=body.consent_withdrawn)


@routes.get("/events", action="watch_event.read", answers=WatchEventsOut)
def events(uow: UnitOfWork, actor: Actor, after: After = 0, limit: Limit = 100) -> WatchEventsOut:
    """Read what happened to what the caller watches, from a number on: the same events that endpoints are told of.

    None is ever skipped: numbers are given in an order in which no smaller one comes later.
    """
    found = actions.events_after(uow, actor, after, limit + 1)
    items = found[:limit]
    last = items[-1].sequence if items else None
    return WatchEventsOut(
        items=[_event(one) for one in items], next_after=after if last is None else last, more=len(found) > limit
    )


def _event(event: WatchEvent) -> WatchEventOut:
    return WatchEventOut.model_validate(event)


def _wish(body: WatchListIn) -> Wish:
    return Wish(name=body.name, digest=body.digest, digest_email=body.digest_email)


def _row(body: WatchIn) -> Row:
    consent = Consent(
        recorded_by=body.consent.recorded_by, given_on=body.consent.given_on, reference=body.consent.reference
    )
    return Row(number=body.number, reference=body.reference, consent=consent)


def _lines(rows: bytes) -> list[bytes]:
    lines = rows.rstrip(b" \t\r\n").split(b"\n")
    if len(lines) > MOST_AT_ONCE:
        raise TooLarge
    if lines == [b""]:
        raise Invalid(Fault("", "empty", "At least one row, each on a line of its own."))
    return lines


def _read(line: bytes, today: date) -> Row | Fault:
    """The row of a line, its number canonical; or what is wrong with it, without a word of what it says."""
    try:
        said: Any = orjson.loads(line)
        row = _row(WatchIn.model_validate(said))
        number = parse(row.number)
    except orjson.JSONDecodeError:
        return Fault("", "json_invalid", "This is no JSON.")
    except MalformedNumber:
        return Fault("/number", MalformedNumber.code, "This is not a credential number.")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        known = "/".join(str(part) for part in first["loc"] if str(part) in _NAMES)
        return Fault(f"/{known}", str(first["type"]), "This is not as it must be.")
    if row.consent.given_on > today:
        return Fault("/consent/given_on", "day_to_come", "No consent is given on a day that has not come.")
    return Row(number=number, reference=row.reference, consent=row.consent)


_NAMES = frozenset({*WatchIn.model_fields, *ConsentIn.model_fields})
