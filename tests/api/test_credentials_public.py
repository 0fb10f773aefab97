"""The public record on any day: the history's answer and the registry's stored one are the same bytes."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta

import pytest

from adapters.db.registry import registry_reader
from api.pages import credential_page
from api.registry import RegistryLane
from domain.credentials.actions_standing import forget
from domain.credentials.number import new_number
from domain.credentials.public import dated
from tests.api.asgi import Answer, ask
from tests.builders_credentials import AWARDED, ENDS, GRACE_ENDS, ZONE, Holder, a_holder, midday, officer
from tests.world import World

DAY = timedelta(days=1)
REASON = {"reason": "A reason."}


def stored(holder: Holder, day: date) -> bytes:
    """What the registry's own row answers at noon of a day."""

    async def read() -> bytes:
        reader = registry_reader(holder.world.database.url)
        try:
            noon = datetime.combine(day, time(12), ZONE).astimezone(UTC)
            answer = await reader.read(holder.credential.number, int(noon.timestamp()))
        finally:
            await reader.close()
        assert answer is not None
        return dated(answer.payload, day.isoformat().encode())

    return asyncio.run(read())


TURNS = [AWARDED, ENDS, ENDS + DAY, GRACE_ENDS, GRACE_ENDS + DAY, GRACE_ENDS + timedelta(days=400)]


def test_the_registry_turns_by_itself_as_the_history_says(either_world: World) -> None:
    holder = a_holder(either_world)

    for day in TURNS:
        midday(either_world, day)
        assert holder.registry().content == stored(holder, day)


def test_a_policy_that_keeps_it_valid_in_grace_shows_so(world: World) -> None:
    holder = a_holder(world, {"/renewal/valid_in_grace": True})

    midday(world, GRACE_ENDS)
    in_grace = holder.registry().json()
    midday(world, GRACE_ENDS + DAY)
    after = holder.registry().json()

    assert (in_grace["status"], in_grace["valid"]) == ("expired", True)
    assert (after["status"], after["valid"]) == ("lapsed", False)
    assert holder.registry().content == stored(holder, GRACE_ENDS + DAY)


def test_every_change_writes_the_registry_anew_in_the_same_transaction(either_world: World) -> None:
    holder, day = a_holder(either_world), date(2027, 6, 1)

    for verb in ("suspension", "lift", "revocation"):
        midday(either_world, day)
        assert holder.post(f"/{verb}", REASON, officer(either_world)).status_code == 200
        for later in (day, ENDS + DAY, GRACE_ENDS + DAY):
            midday(either_world, later)
            assert holder.registry().content == stored(holder, later)
        day += timedelta(days=30)


@pytest.mark.parametrize(
    ("as_of", "status", "since"),
    [
        pytest.param(AWARDED, "active", AWARDED, id="the day of the award"),
        pytest.param(date(2027, 5, 3), "active", AWARDED, id="the day before the suspension"),
        pytest.param(date(2027, 5, 4), "suspended", date(2027, 5, 4), id="the day of the suspension"),
        pytest.param(date(2027, 7, 31), "suspended", date(2027, 5, 4), id="the day before it was lifted"),
        pytest.param(date(2027, 8, 1), "active", date(2027, 8, 1), id="the day it was lifted"),
    ],
)
def test_a_past_day_is_answered_from_the_history(world: World, as_of: date, status: str, since: date) -> None:
    holder = a_holder(world)
    midday(world, date(2027, 5, 4))
    holder.post("/suspension", REASON, officer(world))
    midday(world, date(2027, 8, 1))
    holder.post("/lift", REASON, officer(world))
    midday(world, date(2028, 1, 1))

    told = holder.registry(as_of).json()

    assert (told["as_of"], told["status"], told["status_since"]) == (as_of.isoformat(), status, since.isoformat())


def test_a_past_day_shows_the_end_and_the_edition_of_that_day(world: World) -> None:
    holder = a_holder(world)
    holder.earned()
    midday(world, date(2029, 1, 15))
    holder.paid()
    assert holder.post("/renewals").status_code == 201

    before, now = holder.registry(date(2029, 1, 14)).json(), holder.registry().json()

    assert (before["valid_until"], now["valid_until"]) == ("2029-03-02", "2032-03-02")
    assert before["valid_from"] == now["valid_from"] == AWARDED.isoformat()


def test_a_day_before_the_award_is_as_if_there_were_no_such_credential(world: World) -> None:
    assert a_holder(world).registry(AWARDED - DAY).status_code == 404


@pytest.mark.parametrize("written", ["7K3M-Q0DV-2XHT-9PE5", "nonsense", "7K3M"])
def test_a_number_that_cannot_be_one_is_mistyped(world: World, written: str) -> None:
    answer = world.client.get(f"/v1/registry/{written}?as_of=2026-03-02")

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed_number")


def test_a_number_is_read_as_people_write_it(world: World) -> None:
    holder = a_holder(world)
    spoken = holder.credential.number.lower().replace("-", " ")

    assert world.client.get(f"/v1/registry/{spoken}").json()["number"] == holder.credential.number


def test_the_day_is_the_policys_not_the_clocks(world: World) -> None:
    holder = a_holder(world)

    world.clock.set(datetime(2029, 3, 3, 4, 59, 59, tzinfo=UTC))
    last_second = holder.registry().json()
    world.clock.set(datetime(2029, 3, 3, 5, 0, tzinfo=UTC))
    midnight = holder.registry().json()

    assert (last_second["as_of"], last_second["status"]) == ("2029-03-02", "active")
    assert (midnight["as_of"], midnight["status"]) == ("2029-03-03", "expired")


def test_anyone_reads_how_a_credential_stood_without_reasons_or_names(world: World) -> None:
    holder = a_holder(world)
    midday(world, AWARDED + timedelta(days=10))
    holder.post("/suspension", {"reason": "The board acted."}, officer(world))
    midday(world, AWARDED + timedelta(days=20))
    holder.post("/lift", {"reason": "The board changed its mind."}, officer(world))

    answer = world.client.get(f"/v1/registry/{holder.credential.number}/history")

    assert answer.status_code == 200, answer.text
    assert [(one["status"], one["valid"], one["since"]) for one in answer.json()["standings"]] == [
        ("active", True, AWARDED.isoformat()),
        ("suspended", False, (AWARDED + timedelta(days=10)).isoformat()),
        ("active", True, (AWARDED + timedelta(days=20)).isoformat()),
    ]
    assert "board" not in answer.text
    assert answer.headers["content-type"] == "application/json"


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def test_a_browser_is_shown_the_history_as_a_page_that_runs_and_loads_nothing(world: World) -> None:
    holder = a_holder(world)
    path = f"/v1/registry/{holder.credential.number}/history"

    page = world.client.get(path, headers={"accept": BROWSER})
    refused = world.client.get(path, headers={"accept": "image/png"})

    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert page.headers["vary"] == "Accept"
    assert "<strong>Active</strong> since" in page.text
    assert "script" not in page.text
    assert holder.credential.name not in page.text
    assert refused.status_code == 406


def test_the_history_of_a_number_that_is_unknown_or_erased_is_one_and_the_same_absence(world: World) -> None:
    holder = a_holder(world)
    number = holder.credential.number
    with world.unit() as uow:
        forget(uow, holder.candidate_id)

    gone = world.client.get(f"/v1/registry/{number}/history")
    never = world.client.get(f"/v1/registry/{new_number(bytes(10))}/history")
    mistyped = world.client.get("/v1/registry/0000-0000-0000-0001/history")

    assert (gone.status_code, never.status_code, mistyped.status_code) == (404, 404, 422)
    assert gone.json()["code"] == never.json()["code"]


# --- the page for people, of another day


def page(holder: Holder, query: str) -> Answer:
    """The page of a credential, by the lane in front of the whole application."""
    reader = registry_reader(holder.world.database.url)
    lane = RegistryLane(holder.world.client.app, reader, issuer="CPS", now=holder.world.clock.now.timestamp)
    return ask(lane, path=f"/registry/{holder.credential.number}", query=query.encode())


def test_a_person_sees_another_day_as_programs_are_told_it(either_world: World) -> None:
    holder = a_holder(either_world)
    holder.post("/suspension", {"reason": "A reason."}, officer(either_world))
    midday(either_world, AWARDED + 40 * DAY)
    holder.post("/suspension-lift", {"reason": "A reason."}, officer(either_world))

    then, now = page(holder, f"as_of={AWARDED + 10 * DAY}"), page(holder, f"as_of={AWARDED + 40 * DAY}")

    told = holder.registry(AWARDED + 10 * DAY)
    assert then.status == 200
    assert then.body == credential_page(told.content)
    assert then.headers["content-type"] == "text/html; charset=utf-8"
    assert then.body != now.body == credential_page(holder.registry(AWARDED + 40 * DAY).content)


@pytest.mark.parametrize(
    ("query", "status", "heading"),
    [
        pytest.param(f"as_of={AWARDED - DAY}", 404, "No such credential on that day", id="before the award"),
        pytest.param(f"as_of={AWARDED + DAY}", 409, "That day is still to come", id="tomorrow"),
        pytest.param("as_of=2026-02-30", 422, "This question cannot be read", id="no day"),
        pytest.param("as_of=", 422, "This question cannot be read", id="nothing"),
        pytest.param("asof=2026-03-02", 422, "This question cannot be read", id="misspelt"),
        pytest.param("as_of=2026-03-02&x=1", 422, "This question cannot be read", id="more than a day"),
        pytest.param("as_of=2026-03-02&as_of=2026-03-03", 422, "This question cannot be read", id="two days"),
    ],
)
def test_a_person_is_told_why_another_day_is_not_shown(world: World, query: str, status: int, heading: str) -> None:
    answer = page(a_holder(world), query)

    assert answer.status == status
    assert f"<h1>{heading}</h1>" in answer.body.decode()
    assert answer.headers["cache-control"] == "no-store"


def test_a_day_to_come_is_refused_in_words_that_are_true_of_it(world: World) -> None:
    refused = a_holder(world).registry(AWARDED + DAY)

    assert (refused.status_code, refused.json()["code"]) == (409, "day_to_come")
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/query/as_of"]
    assert "still to come" in refused.json()["title"]
    assert "standing" not in refused.text


def test_the_service_s_own_address_leads_to_the_question_whether_a_certification_is_genuine(world: World) -> None:
    answer = world.client.get("/", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/registry")
