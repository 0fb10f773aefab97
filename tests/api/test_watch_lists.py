"""Rosters: whose credentials a partner watches, what it hears of them, and what it never learns."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.actors import Role
from domain.credentials.actions_standing import forget
from domain.credentials.number import RANDOM_BYTES, new_number
from domain.sweep.actions import nightly
from domain.watching import telling
from domain.watching.delivering import DIGESTS, MAIL_DIGEST
from tests.builders_credentials import ENDS, a_holder, midday, officer
from tests.builders_watching import CONSENT, Outbox, Partner, a_partner, courier_to, handlers_of
from tests.receiver import a_receiver
from tests.world import World

UNKNOWN = new_number(b"\xff" * RANDOM_BYTES)
OTHERS = [new_number(bytes([n]) * RANDOM_BYTES) for n in range(1, 9)]
DAY = timedelta(days=1)
NUMBERING = {telling.NUMBER: telling.number}


def types(events: list[dict[str, Any]]) -> list[str]:
    """The last words of the events' types."""
    return [one["type"].removeprefix("org.certificant.credential.").removesuffix(".v1") for one in events]


def rows(partner: Partner, list_id: str, *lines: object) -> dict[str, Any]:
    """Add lines to a roster."""
    body = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines)
    headers = {**partner.header, "content-type": "application/x-ndjson"}
    answer = partner.world.client.post(f"/v1/watch-lists/{list_id}/roster", content=body.encode(), headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


# --- rosters


def test_a_partner_has_one_roster_and_says_how_it_is_told(world: World) -> None:
    partner = a_partner(world)

    list_id = partner.roster()
    second = partner.post("/watch-lists", {"name": "Another"})
    changed = partner.put(f"/watch-lists/{list_id}", {"name": "Ours", "digest": "webhook"})

    assert (second.status_code, second.json()["code"]) == (409, "already_exists")
    assert (changed.json()["name"], changed.json()["digest"]) == ("Ours", "webhook")
    assert [one["id"] for one in partner.get("/watch-lists").json()["items"]] == [list_id]


def test_a_digest_by_mail_needs_an_address(world: World) -> None:
    partner = a_partner(world)

    answer = partner.post("/watch-lists", {"name": "Ours", "digest": "mail"})

    assert (answer.status_code, answer.json()["code"]) == (409, "digest_needs_address")
    assert partner.get("/watch-lists").json()["items"] == []


def test_adding_an_unknown_an_erased_and_a_known_number_is_answered_alike(world: World) -> None:
    holder, gone = a_holder(world), a_holder(world, subject="bea")
    numbers = [holder.credential.number, gone.credential.number, UNKNOWN]
    with world.unit() as uow:
        forget(uow, gone.candidate_id)
    partner = a_partner(world)
    list_id = partner.roster()

    answers = [partner.watches(list_id, number) for number in numbers]

    told = [{**one, "id": "", "number": ""} for one in answers]
    assert told[0] == told[1] == told[2]
    assert [one["number"] for one in answers] == numbers


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        pytest.param({"number": "7K3M-Q0DV-2XHT-9PE5"}, 422, "malformed_number", id="a slip in the number"),
        pytest.param({"consent": {**CONSENT, "given_on": "2026-03-03"}}, 409, "contradiction", id="a day to come"),
        pytest.param({"consent": {"given_on": "2026-03-01"}}, 422, "invalid", id="half a consent"),
        pytest.param({"reference": ""}, 422, "invalid", id="no reference"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused(world: World, change: dict[str, Any], status: int, code: str) -> None:
    partner = a_partner(world)
    list_id = partner.roster()

    body = {"number": UNKNOWN, "reference": "r", "consent": CONSENT, **change}
    answer = partner.post(f"/watch-lists/{list_id}/watches", body)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert partner.get(f"/watch-lists/{list_id}/watches").json()["items"] == []


def test_a_number_is_watched_once_until_its_watching_ends(world: World) -> None:
    partner = a_partner(world)
    list_id = partner.roster()
    first = partner.watches(list_id, UNKNOWN)
    body = {"number": UNKNOWN.lower(), "reference": "again", "consent": CONSENT}

    twice = partner.post(f"/watch-lists/{list_id}/watches", body)
    ended = partner.post(f"/watches/{first['id']}/end", {"consent_withdrawn": False})
    again = partner.post(f"/watches/{first['id']}/end", {"consent_withdrawn": True})

    assert (twice.status_code, twice.json()["code"]) == (409, "already_exists")
    assert (ended.json()["status"], ended.json()["allowed_actions"]) == ("ended", [])
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    assert partner.post(f"/watch-lists/{list_id}/watches", body).status_code == 201


def test_many_rows_are_added_line_by_line_and_no_line_keeps_another_out(either_world: World) -> None:
    partner = a_partner(either_world)
    list_id = partner.roster()
    partner.watches(list_id, OTHERS[0])
    row = {"number": OTHERS[1], "reference": "two", "consent": CONSENT}

    told = rows(
        partner,
        list_id,
        {**row, "number": OTHERS[0]},
        row,
        "{no json",
        {**row, "number": "7K3M-Q0DV-2XHT-9PE5"},
        {**row, "number": OTHERS[2], "consent": {**CONSENT, "given_on": "2030-01-01"}},
        {"number": OTHERS[3], "reference": "a secret that must not come back", "consent": "none"},
        {**row, "reference": "the same number once more"},
        {**row, "number": OTHERS[4].lower()},
    )

    assert (told["added"], told["already_watched"], told["refused"]) == (2, 2, 4)
    assert [(one["line"], one["code"]) for one in told["rows"]] == [
        (1, "already_watched"),
        (2, "added"),
        (3, "json_invalid"),
        (4, "malformed_number"),
        (5, "day_to_come"),
        (6, "model_type"),
        (7, "already_watched"),
        (8, "added"),
    ]
    assert told["rows"][5]["detail"].startswith("/consent ")
    assert "secret" not in json.dumps(told)
    watched = partner.get(f"/watch-lists/{list_id}/watches").json()["items"]
    assert [one["number"] for one in watched] == [OTHERS[0], OTHERS[1], OTHERS[4]]


def test_more_rows_than_the_bound_are_refused_as_a_whole(world: World) -> None:
    partner = a_partner(world)
    list_id = partner.roster()
    headers = {**partner.header, "content-type": "application/x-ndjson"}

    answer = world.client.post(f"/v1/watch-lists/{list_id}/roster", content=b"x\n" * 5_001, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


# --- what happens is told


def test_every_change_of_a_standing_is_an_event_in_its_order(either_world: World) -> None:
    world = either_world
    holder = a_holder(world)
    partner = a_partner(world)
    watch = partner.watches(partner.roster(), holder.credential.number)
    change = {"reason": "Because."}

    for verb in ("suspension", "lift", "suspension", "revocation"):
        world.clock.advance(days=2)
        assert holder.post(f"/{verb}", change, officer(world)).status_code == 200
    world.run_tasks(NUMBERING)

    events = partner.events()
    assert types(events) == ["suspended", "lifted", "suspended", "revoked"]
    assert [one["sequence"] for one in events] == [1, 2, 3, 4]
    assert {(one["watch_id"], one["number"], one["reference"]) for one in events} == {
        (watch["id"], holder.credential.number, "emp-17")
    }
    assert set(events[0]) == {"id", "sequence", "type", "occurred_at", "watch_id", "number", "reference"}


def test_what_turns_by_the_passing_of_days_is_told_too(either_world: World) -> None:
    world = either_world
    holder, other = a_holder(world), a_holder(world, subject="bea")
    partner = a_partner(world)
    partner.watches(partner.roster(), holder.credential.number)
    grace_ends = ENDS + timedelta(days=60)

    for day in (ENDS, ENDS + DAY, grace_ends + timedelta(days=400)):
        midday(world, day)
        nightly(world.units)
    world.run_tasks(NUMBERING)

    assert types(partner.events()) == ["expired", "lapsed"]
    assert other.credential.status == "lapsed"


def test_a_renewal_and_a_corrected_name_are_told(world: World) -> None:
    holder = a_holder(world)
    partner = a_partner(world)
    partner.watches(partner.roster(), holder.credential.number)

    with world.unit() as uow:
        candidate = uow.candidates.get(holder.candidate_id)
        name = type(candidate.legal_name)(given="Adaeze", family="Nwosu")
        uow.candidates.save(replace(candidate, legal_name=name))
    corrected = holder.post("/name-correction", None, officer(world))
    holder.earned()
    midday(world, ENDS - timedelta(days=30))
    holder.paid()
    renewed = holder.post("/renewals")
    world.run_tasks(NUMBERING)

    assert corrected.status_code == 200, corrected.text
    assert renewed.status_code < 300, renewed.text
    assert types(partner.events()) == ["name_corrected", "renewed"]
    assert "Nwosu" not in json.dumps(partner.events())


def test_a_refused_change_tells_nobody(world: World) -> None:
    holder = a_holder(world)
    partner = a_partner(world)
    partner.watches(partner.roster(), holder.credential.number)

    answer = holder.post("/lift", {"reason": "There is nothing to lift."}, officer(world))
    world.run_tasks(NUMBERING)

    assert answer.status_code == 409
    assert partner.events() == []


def test_an_erased_credential_is_told_of_no_more(world: World) -> None:
    holder = a_holder(world)
    partner = a_partner(world)
    partner.watches(partner.roster(), holder.credential.number)
    with world.unit() as uow:
        forget(uow, holder.candidate_id)

    midday(world, ENDS + DAY)
    nightly(world.units)
    world.run_tasks(NUMBERING)

    assert holder.credential.status == "expired"
    assert partner.events() == []


def test_once_the_consent_is_withdrawn_nothing_is_told_and_nothing_told_again(world: World) -> None:
    holder = a_holder(world)
    partner = a_partner(world)
    watch = partner.watches(partner.roster(), holder.credential.number)
    holder.post("/suspension", {"reason": "Because."}, officer(world))
    world.run_tasks(NUMBERING)
    told = types(partner.events())

    ended = partner.post(f"/watches/{watch['id']}/end", {"consent_withdrawn": True})
    world.clock.advance(days=2)
    holder.post("/revocation", {"reason": "Because."}, officer(world))
    world.run_tasks(NUMBERING)

    assert (told, ended.json()["status"]) == (["suspended"], "withdrawn")
    assert partner.events() == []


def test_whoever_ends_a_watch_without_a_withdrawal_keeps_what_was_told(world: World) -> None:
    holder = a_holder(world)
    partner = a_partner(world)
    watch = partner.watches(partner.roster(), holder.credential.number)
    holder.post("/suspension", {"reason": "Because."}, officer(world))
    world.run_tasks(NUMBERING)

    partner.post(f"/watches/{watch['id']}/end", {"consent_withdrawn": False})
    world.clock.advance(days=2)
    holder.post("/revocation", {"reason": "Because."}, officer(world))
    world.run_tasks(NUMBERING)

    assert types(partner.events()) == ["suspended"]


def test_events_are_read_from_a_number_on_and_each_partner_reads_its_own(either_world: World) -> None:
    world = either_world
    holder = a_holder(world)
    one, two = a_partner(world, "acme"), a_partner(world, "bolt")
    one.watches(one.roster(), holder.credential.number, "a")
    two.watches(two.roster(), holder.credential.number, "b")
    for verb in ("suspension", "lift", "suspension"):
        world.clock.advance(days=2)
        holder.post(f"/{verb}", {"reason": "Because."}, officer(world))
    world.run_tasks(NUMBERING)

    first = one.get("/events", limit=2).json()
    rest = one.get("/events", after=first["next_after"]).json()
    none = one.get("/events", after=rest["next_after"]).json()

    assert (types(first["items"]), first["next_after"], first["more"]) == (["suspended", "lifted"], 2, True)
    assert (types(rest["items"]), rest["next_after"], rest["more"]) == (["suspended"], 3, False)
    assert (none["items"], none["next_after"], none["more"]) == ([], 3, False)
    assert {event["reference"] for event in two.events()} == {"b"}


def test_numbering_twice_numbers_once(world: World) -> None:
    holder = a_holder(world)
    partner = a_partner(world)
    list_id = partner.roster()
    partner.watches(list_id, holder.credential.number)
    holder.post("/suspension", {"reason": "Because."}, officer(world))

    for _ in range(3):
        telling.number(world.units, {"watch_list_id": list_id})

    assert [one["sequence"] for one in partner.events()] == [1]


# --- what another's is


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/watch-lists/{list}", None),
        ("PUT", "/watch-lists/{list}", {"name": "Mine now"}),
        ("GET", "/watch-lists/{list}/watches", None),
        ("POST", "/watch-lists/{list}/watches", {"number": UNKNOWN, "reference": "r", "consent": CONSENT}),
        ("GET", "/watches/{watch}", None),
        ("POST", "/watches/{watch}/end", {"consent_withdrawn": True}),
        ("GET", "/webhook-endpoints/{endpoint}", None),
        ("PUT", "/webhook-endpoints/{endpoint}", {"description": "Mine now", "types": []}),
        ("POST", "/webhook-endpoints/{endpoint}/secret-rotation", {}),
        ("POST", "/webhook-endpoints/{endpoint}/ping", None),
        ("POST", "/webhook-endpoints/{endpoint}/disablement", None),
        ("POST", "/webhook-endpoints/{endpoint}/enablement", None),
        ("POST", "/webhook-endpoints/{endpoint}/recovery", {"since": "2026-01-01T00:00:00Z"}),
        ("GET", "/webhook-deliveries/{delivery}", None),
        ("GET", "/webhook-deliveries/{delivery}/attempts", None),
        ("POST", "/webhook-deliveries/{delivery}/redelivery", None),
    ],
)
@pytest.mark.parametrize("if_match", ["*", '"999"'])
def test_what_is_another_partners_is_byte_for_byte_missing(
    world: World, method: str, path: str, body: object, if_match: str
) -> None:
    owner, stranger = a_partner(world, "acme"), a_partner(world, "bolt")
    ids = {"list": owner.roster(), "endpoint": owner.endpoint("https://hooks.acme.example/")["id"]}
    ids |= {"watch": owner.watches(ids["list"], UNKNOWN)["id"], "delivery": owner.deliveries()[0]["id"]}
    nowhere = dict.fromkeys(ids, "0190f3c2-8a5e-7c11-9d2b-5f0e6a7b8c9d")

    def asked(which: dict[str, str]) -> dict[str, Any]:
        headers = {**stranger.header, "if-match": if_match, "idempotency-key": f"k{which['list']}"}
        more: dict[str, Any] = {} if body is None else {"json": body}
        answer = world.client.request(method, f"/v1{path.format(**which)}", headers=headers, **more)
        return {**answer.json(), "request_id": "", "status": answer.status_code}

    theirs = asked(ids)

    assert theirs["status"] == 404
    assert theirs == asked(nowhere)


def test_lists_hold_the_callers_own_and_auditors_read_them_all(world: World) -> None:
    partner, other = a_partner(world, "acme"), a_partner(world, "bolt")
    for one in (partner, other):
        one.watches(one.roster(), UNKNOWN)
        one.endpoint(f"https://hooks.{one.name}.example/")
    auditor = world.token(Role.AUDITOR)

    for path in ("/watch-lists", "/webhook-endpoints", "/webhook-deliveries"):
        own = partner.get(path).json()["items"]
        every = world.client.get(f"/v1{path}", headers=auditor).json()["items"]
        assert (len(own), len(every)) == (1, 2), path


def test_staff_neither_keep_rosters_nor_read_whom_a_partner_watches(world: World) -> None:
    for role in (Role.CREDENTIAL_OFFICER, Role.REVIEWER, Role.SPONSOR, Role.CANDIDATE):
        answer = world.client.post("/v1/watch-lists", json={"name": "x"}, headers=world.token(role))
        assert answer.status_code == 403, role
        assert world.client.get("/v1/events", headers=world.token(role)).status_code == 403


# --- digests


def test_a_daily_digest_tells_once_of_what_changed_since_the_last(world: World, tmp_path: Path) -> None:
    holder = a_holder(world)
    with a_receiver(tmp_path) as receiver:
        partner = a_partner(world)
        partner.watches(partner.roster(digest="webhook"), holder.credential.number)
        partner.endpoint(receiver.url, types=["org.certificant.digest.v1"])
        handlers = handlers_of(courier_to(tmp_path, receiver))
        world.run_tasks(handlers)
        for verb in ("suspension", "lift"):
            world.clock.advance(days=2)
            holder.post(f"/{verb}", {"reason": "Because."}, officer(world))
        world.run_tasks(handlers)

        for _ in range(2):
            handlers[DIGESTS](world.units, {})
            world.run_tasks(handlers)

        ping, digest = (json.loads(one.body) for one in receiver.taken)
    assert [ping["type"], digest["type"]] == ["org.certificant.ping.v1", "org.certificant.digest.v1"]
    data = digest["data"]
    assert (data["from_sequence"], data["to_sequence"], data["more"]) == (0, 2, False)
    assert types(data["changes"]) == ["suspended", "lifted"]
    assert [one["sequence"] for one in data["changes"]] == [1, 2]


def test_a_digest_by_mail_says_how_many_and_where_and_names_nobody(world: World, tmp_path: Path) -> None:
    holder = a_holder(world)
    outbox = Outbox()
    with a_receiver(tmp_path) as receiver:
        handlers = handlers_of(courier_to(tmp_path, receiver), outbox)
    partner = a_partner(world)
    list_id = partner.roster(digest="mail", digest_email="hr@acme.example")
    partner.watches(list_id, holder.credential.number)
    holder.post("/suspension", {"reason": "Because."}, officer(world))
    world.run_tasks(handlers)

    handlers[DIGESTS](world.units, {})
    world.run_tasks(handlers)
    handlers[MAIL_DIGEST](world.units, {"watch_list_id": list_id, "from_sequence": 1, "to_sequence": 1})

    (mail,) = outbox.sent
    assert (mail.to, mail.subject) == ("hr@acme.example", "Your watch list: 1 change")
    assert "suspended: 1" in mail.text
    assert "/v1/events?after=0" in mail.text
    assert holder.credential.number not in mail.text
    assert holder.credential.name not in mail.text
