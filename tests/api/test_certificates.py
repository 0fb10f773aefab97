"""Certificates over HTTP: who gets one, of what, and that paper, data and registry say the same."""

import asyncio
import json
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from threading import Event
from typing import Any, Final
from urllib.parse import quote

import pypdfium2
import pytest
from httpx2 import Response
from starlette.responses import Response as Answer

from adapters.badges.baking import unbake
from adapters.strict import from_base64url
from api.later import MOST_WAITING, MadeLater
from domain.actors import Role
from domain.certificates.model import written
from domain.errors import Unavailable
from tests.builders_credentials import AWARDED, ENDS, Holder, a_holder, midday, officer
from tests.world import ADDRESS, World

PDF: Final = "/certificate.pdf"
REASON: Final = {"reason": "The licence is on probation."}


def text_of(answer: Response) -> str:
    assert answer.status_code == 200, answer.text
    document = pypdfium2.PdfDocument(BytesIO(answer.content))
    return " ".join(document[0].get_textpage().get_text_bounded().split())


def test_a_holder_prints_their_certificate(world: World) -> None:
    holder = a_holder(world)

    printed = holder.get(PDF)

    assert printed.headers["content-type"] == "application/pdf"
    assert printed.headers["content-disposition"] == f'attachment; filename="CPOM-{holder.credential.number}.pdf"'
    assert printed.headers["cache-control"] == "private, no-cache"
    assert printed.headers["x-content-type-options"] == "nosniff"
    assert holder.credential.name in text_of(printed)


def test_paper_data_and_registry_say_the_same(world: World) -> None:
    holder = a_holder(world)
    midday(world, date(2027, 6, 1))

    said = text_of(holder.get(PDF))
    data, public = holder.get("/certificate").json(), holder.registry().json()

    assert {name: data[name] for name in ("number", "awarded_on", "valid_from", "valid_until", "zone", "issuer")} == {
        name: public[name] for name in ("number", "awarded_on", "valid_from", "valid_until", "zone", "issuer")
    }
    assert (data["name"], data["edition"], data["ends_at"]) == (
        public["holder_name"], public["policy_edition"], public["valid_until_instant"],
    )  # fmt: skip
    for name in ("awarded_on", "valid_from", "valid_until"):
        assert written(date.fromisoformat(data[name])) in said
    for name in ("number", "name", "issuer", "edition", "zone"):
        assert data[name] in said
    assert f"{data['program_title']} ({data['program']})" in said
    assert data["ends_at"].replace("T", " ").removesuffix(":00Z") + " UTC" in said
    assert f"https://certs.example/registry/{data['number']}" in said


def test_a_renewed_certificate_bears_the_new_dates_and_keeps_the_award(world: World) -> None:
    holder = a_holder(world)
    midday(world, ENDS - timedelta(days=30))
    holder.earned()
    holder.paid()

    renewed = holder.post("/renewals")

    assert renewed.status_code == 201, renewed.text
    said = text_of(holder.get(PDF))
    assert written(holder.credential.valid_until) in said
    assert written(AWARDED) in said
    assert holder.credential.valid_until > ENDS


@pytest.mark.parametrize("paper", ["a4", "us-letter"])
def test_whoever_prints_chooses_the_sheet(world: World, paper: str) -> None:
    printed = a_holder(world).get(f"{PDF}?paper={paper}")

    width, height = pypdfium2.PdfDocument(printed.content)[0].get_size()
    assert (round(width), round(height)) == ((842, 595) if paper == "a4" else (792, 612))


def test_an_unknown_sheet_is_refused(world: World) -> None:
    refused = a_holder(world).get(f"{PDF}?paper=a5")

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/query/paper")


def test_who_has_the_present_one_is_told_so_until_something_changes(world: World) -> None:
    holder = a_holder(world)
    tag = holder.get(PDF).headers["etag"]

    again = holder.get(PDF, {**holder.header, "if-none-match": tag})
    other = holder.get(f"{PDF}?paper=a4", {**holder.header, "if-none-match": tag})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (other.status_code, other.headers["etag"] != tag) == (200, True)


@pytest.mark.parametrize(
    ("path", "code", "found"),
    [
        (
            "/suspension",
            "credential_suspended",
            "It is suspended. The reason recorded is: The licence is on probation.",
        ),
        ("/revocation", "credential_revoked", "It was withdrawn. The reason recorded is: The licence is on probation."),
        (
            "/retirement",
            "credential_retired",
            "It was given up by its holder. The reason recorded is: The licence is on probation.",
        ),
    ],
)
def test_of_what_does_not_stand_none_is_made_and_the_reason_is_told(
    world: World, path: str, code: str, found: str
) -> None:
    holder = a_holder(world)
    kept = holder.get(PDF)
    assert holder.post(path, REASON, officer(world)).status_code == 200

    refused = holder.get(PDF)
    # Nor does whoever holds one learn that it still holds.
    again = holder.get(PDF, {**holder.header, "if-none-match": kept.headers["etag"]})

    for answer in (refused, again):
        assert (answer.status_code, answer.json()["code"]) == (409, "refused_by_rule")
        assert [(one["code"], one["found"]) for one in answer.json()["ruling"]["findings"]] == [(code, found)]


def test_once_a_suspension_is_lifted_it_can_be_printed_again(world: World) -> None:
    holder = a_holder(world)
    holder.post("/suspension", REASON, officer(world))
    holder.post("/lift", REASON, officer(world))

    assert holder.get(PDF).status_code == 200


@pytest.mark.parametrize(("in_grace", "status"), [(True, 200), (False, 409)])
def test_past_its_last_day_it_is_printed_where_the_edition_keeps_it_valid(
    world: World,
    in_grace: bool,
    status: int,
) -> None:
    holder = a_holder(world, {"/renewal/valid_in_grace": in_grace})
    midday(world, ENDS)
    assert holder.get(PDF).status_code == 200

    midday(world, ENDS + timedelta(days=1))

    assert holder.get(PDF).status_code == status


@pytest.mark.parametrize("role", [Role.CREDENTIAL_OFFICER, Role.REVIEWER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_staff_print_it_too(world: World, role: Role) -> None:
    assert a_holder(world).get(PDF, world.token(role)).status_code == 200


def test_a_stranger_s_is_a_missing_one(world: World) -> None:
    holder, stranger = a_holder(world), world.token(subject="stranger")
    world.id_of(stranger)

    refused = holder.get(PDF, stranger)

    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert holder.get(PDF, {"x": "y"}).status_code == 401
    assert holder.get(PDF, world.token(Role.PARTNER)).status_code in {403, 404}


def test_a_name_that_no_font_can_set_is_a_problem_that_names_the_letters(world: World) -> None:
    holder = a_holder(world)
    _rename(holder, "Ada ᚠ")

    refused = holder.get(PDF)

    assert (refused.status_code, refused.json()["code"]) == (409, "unprintable_name")
    assert "U+16A0 RUNIC LETTER FEHU FEOH FE F" in refused.json()["detail"]


def _rename(holder: Holder, name: str) -> None:
    with holder.world.unit() as uow:
        uow.credentials.save(replace(uow.credentials.get(holder.credential_id), name=name))


def test_of_an_erased_credential_none_is_made(world: World) -> None:
    holder = a_holder(world)
    _rename(holder, "")

    assert holder.get(PDF).status_code == 404


# --- badges


@pytest.mark.parametrize("kind", ["png", "svg"])
@pytest.mark.parametrize("securing", ["", "vc+jwt", "ob+jwt", "eddsa-rdfc-2022"])
def test_a_badge_in_a_picture_is_the_badge(world: World, kind: str, securing: str) -> None:
    holder = a_holder(world)
    query = f"?securing={quote(securing)}" if securing else ""

    picture = holder.get(f"/badge.{kind}{query}")

    assert picture.status_code == 200, picture.text
    assert picture.headers["content-type"] == ("image/png" if kind == "png" else "image/svg+xml")
    assert "sandbox" in picture.headers["content-security-policy"]
    inside, plain = unbake(picture.content), holder.get(f"/badge{query}").text
    if securing.endswith("jwt"):
        # Signed anew for each: what is stated is the same.
        assert _claims(inside) == _claims(plain)
    else:
        assert inside == plain


def _claims(token: str) -> Any:
    return json.loads(from_base64url(token.split(".")[1].encode()))


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_of_a_credential_that_does_not_stand_no_picture_is_made(world: World, kind: str) -> None:
    holder = a_holder(world)
    holder.post("/revocation", REASON, officer(world))

    refused = holder.get(f"/badge.{kind}")

    assert (refused.status_code, refused.json()["ruling"]["findings"][0]["code"]) == (409, "credential_revoked")


def test_a_picture_at_hand_holds_until_the_badge_changes(world: World) -> None:
    holder = a_holder(world)
    tag = holder.get("/badge.png").headers["etag"]

    again = holder.get("/badge.png", {**holder.header, "if-none-match": tag})
    other = holder.get("/badge.png?securing=vc%2Bjwt", {**holder.header, "if-none-match": tag})

    assert (again.status_code, other.status_code) == (304, 200)


def test_the_picture_that_badges_name_is_for_everyone(world: World) -> None:
    stated = json.loads(a_holder(world).get("/badge").content)["credentialSubject"]["achievement"]["image"]
    address = stated["id"].removeprefix(ADDRESS)

    found = world.client.get(address)

    assert (found.status_code, found.content[:4]) == (200, b"\x89PNG")
    assert found.headers["cache-control"] == "public, max-age=86400"
    assert found.headers["cross-origin-resource-policy"] == "cross-origin"
    assert world.client.get(address, headers={"if-none-match": found.headers["etag"]}).status_code == 304
    assert world.client.get(address.replace("CPOM", "XYZ")).status_code == 404
    assert world.client.get(address.replace("cpom-2026", "cpom-1999")).status_code == 404


def test_more_than_can_be_made_soon_are_asked_to_come_again() -> None:
    held, begun = Event(), Event()

    def make() -> Answer:
        begun.set()
        held.wait(10)
        return Answer(b"made")

    async def serve() -> list[type[BaseException] | None]:
        async def ask() -> None:
            await MadeLater(make)({"type": "http"}, _no_receive, _no_send)

        waiting = [asyncio.create_task(ask()) for _ in range(MOST_WAITING + 2)]
        await asyncio.to_thread(begun.wait, 10)
        held.set()
        return [type(one) if one else None for one in await asyncio.gather(*waiting, return_exceptions=True)]

    answers = asyncio.run(serve())

    assert answers == [None] * MOST_WAITING + [Unavailable] * 2
    assert MadeLater.waiting == 0


async def _no_receive() -> Any:
    return {}


async def _no_send(_: object) -> None:
    return None
