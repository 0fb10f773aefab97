"""Items out of the house and in again, and results as QTI reports them, over HTTP."""

from typing import Any
from uuid import UUID

import pytest

from adapters.qti import QtiExchange
from adapters.responses_csv import read_responses
from api.tasks_items import handlers, steps
from domain.actors import Role
from domain.items import rules
from domain.items.exchange import BankDocument, ItemRecord, TestPlace, TestRecord, TestSection
from domain.jobs.actions import CARRY_ON, carry_on
from domain.scores import importing
from tests.adapters.qti.packages import item_xml, manifest, one_item, packed, resource
from tests.api.items_world import Bank, events
from tests.api.scores_world import Desk
from tests.builders_items import DOMAINS, FINANCE, a_document, several, some_content, written
from tests.world import World

QTI = QtiExchange()
ASKED = {"program": "CPOM", "reason": "The yearly copy for the escrow agent."}


@pytest.fixture
def bank(world: World) -> Bank:
    """A bank without items."""
    return Bank(world)


def take_in(bank: Bank, content: bytes, who: dict[str, str] | None = None, **fields: Any) -> Any:
    """Hand a package in."""
    return bank.world.client.post(
        "/v1/item-imports",
        files={"file": ("items.zip", content, "application/zip")},
        data={"program": "CPOM"} | fields,
        headers=who or bank.wanda,
    )


def work(world: World) -> None:
    """Carry out every job and task of the bank that waits."""
    done = steps(world.files, QTI) | {importing.IMPORT: importing.step(world.files, read_responses)}

    def run(units: Any, parameters: Any) -> None:
        while carry_on(units, done, UUID(parameters["job_id"])):
            pass

    world.run_tasks({CARRY_ON: run} | handlers(lambda: world.files))


def stored(bank: Bank) -> dict[str, int]:
    """How much of what there is."""
    with bank.world.unit() as uow:
        return {
            "items": uow.items.count(),
            "versions": uow.item_versions.count(),
            "sets": uow.item_sets.count(),
            "forms": uow.forms.count(),
            "enemies": uow.item_enemies.count(),
        }


# --- in


def test_a_package_comes_in_whole_as_drafts_with_its_set_its_enemies_and_its_form(either_world: World) -> None:
    bank = Bank(either_world)

    answer = take_in(bank, QTI.write(a_document()))

    assert answer.status_code == 201, answer.text
    assert stored(bank) == {"items": 4, "versions": 4, "sets": 1, "forms": 1, "enemies": 1}
    items = bank.done("GET", "/items?sort=search_code", bank.auditor)["items"]
    assert {one["status"] for one in items} == {"draft"}
    assert [(one["code"], one["set_place"]) for one in items if one["set_id"]] == [("FIN-1", 1), ("FIN-2", 2)]
    form = bank.world.client.get(f"/v1/forms/{answer.json()['forms'][0]}", headers=bank.jonas).json()
    assert [(one["code"], one["domain"], one["scored"]) for one in form["items"]] == [
        ("FIN-1", FINANCE, True),
        ("FIN-2", FINANCE, True),
        ("7-several", DOMAINS[1], False),
    ]
    keys = bank.world.client.get(f"/v1/forms/{form['id']}/keys", headers=bank.jonas).json()["items"]
    assert [(key["correct"], key["status"]) for key in keys] == [([[2], [2], [1, 4]], "draft")]
    assert [one["data"]["created"] for one in events(either_world, "item.package_imported")] == [4]


def test_what_is_here_already_and_says_the_same_is_passed_over(bank: Bank) -> None:
    document = a_document()
    without_test = type(document)(items=document.items, sets=document.sets)
    assert take_in(bank, QTI.write(without_test)).status_code == 201
    before = stored(bank)

    again = take_in(bank, QTI.write(without_test))

    assert again.status_code == 201, again.text
    assert (len(again.json()["created"]), len(again.json()["unchanged"])) == (0, 4)
    assert stored(bank) == before


def test_an_item_that_says_otherwise_stands_against_the_whole_package(bank: Bank) -> None:
    take_in(bank, one_item(item_xml("A")), domain=FINANCE)
    before = stored(bank)
    files = {
        "imsmanifest.xml": manifest(resource("new.xml") + resource("old.xml")),
        "new.xml": item_xml("B"),
        "old.xml": item_xml("a", body="<p>Otherwise.</p>"),
    }

    answer = take_in(bank, packed(files), domain=FINANCE)

    assert answer.status_code == 409
    (fault,) = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/body/file", "item_differs")
    assert fault["detail"].startswith("old.xml, line 2, /qti-assessment-item")
    assert stored(bank) == before


@pytest.mark.parametrize(
    ("fields", "code"),
    [({}, "no_domain"), ({"domain": "astrology"}, "unknown_domain"), ({"domain": FINANCE, "objective": "x"}, None)],
)
def test_an_item_without_a_domain_needs_one_of_the_outline(
    bank: Bank, fields: dict[str, Any], code: str | None
) -> None:
    answer = take_in(bank, one_item(item_xml()), **fields)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, code or "unknown_objective")
    assert stored(bank)["items"] == 0


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"PK\x03\x04 broken", 422, "damaged_package"),
        (one_item(item_xml(body="<p><script/></p>")), 422, "forbidden_element"),
        (packed({"../x.xml": b"", "imsmanifest.xml": b""}), 422, "outside_package"),
        (b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>", 422, "document_type"),
    ],
)
def test_a_malformed_or_hostile_package_is_refused_and_nothing_is_stored(
    bank: Bank, content: bytes, status: int, code: str
) -> None:
    answer = take_in(bank, content, domain=FINANCE)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)
    assert "root:" not in answer.text
    assert set(stored(bank).values()) == {0}


def test_who_may_not_write_items_brings_none_in(bank: Bank) -> None:
    assert take_in(bank, one_item(item_xml()), bank.world.token(Role.CANDIDATE), domain=FINANCE).status_code == 403
    assert stored(bank)["items"] == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"scored": False}, "nothing_scored"),
        ({"multiple": True}, "several_answers"),
    ],
)
def test_a_test_that_no_form_could_be_stands_against_the_whole_package(
    bank: Bank, changes: dict[str, bool], code: str
) -> None:
    content = several() if changes.get("multiple") else some_content()
    section = TestSection(title="All", places=(TestPlace(code="A", scored=changes.get("scored", True)),))
    document = BankDocument(
        items=(ItemRecord(code="A", content=content, domain=FINANCE),),
        tests=(TestRecord(code="F", title="F", sections=(section,)),),
    )

    answer = take_in(bank, QTI.write(document))

    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["code"]) == (409, code)
    assert fault["detail"].startswith("tests/F.xml, line 2, /qti-assessment-test")
    assert set(stored(bank).values()) == {0}


def test_a_test_whose_form_is_here_already_is_refused(bank: Bank) -> None:
    content = QTI.write(a_document())
    take_in(bank, content)
    before = stored(bank)

    answer = take_in(bank, content)

    assert [fault["code"] for fault in answer.json()["errors"]] == ["form_exists"]
    assert stored(bank) == before


# --- out


def filled(bank: Bank, items: int = 12) -> list[str]:
    """A bank of so many drafts; their ids."""
    with bank.world.unit() as uow:
        return [str(written(uow, f"I-{number:02}").id) for number in range(items)]


def test_a_bank_leaves_with_two_peoples_consent_once_and_on_the_record(either_world: World) -> None:
    bank = Bank(either_world)
    filled(bank)
    export = bank.world.client.post("/v1/item-exports", json=ASKED, headers=bank.wanda).json()
    path = f"/item-exports/{export['id']}"
    assert (export["status"], export["small"], export["items"]) == ("requested", False, 12)
    assert bank.ask("GET", f"{path}/package", bank.wanda).status_code == 409

    approved = bank.done("POST", f"{path}/approval", bank.jonas)
    assert approved["status"] == "approved"
    work(either_world)
    content = bank.ask("GET", f"{path}/package", bank.wanda)

    assert content.headers["content-type"] == "application/zip"
    assert len(QTI.read(content.content).items) == 12
    assert bank.ask("GET", f"{path}/package", bank.wanda).json()["code"] == "wrong_state"
    work(either_world)
    told = bank.done("GET", path, bank.auditor)
    assert (told["status"], told["fetched_by"], told["decided_by"]) == ("downloaded", "wanda", "jonas")
    kinds = ["requested", "decided", "made", "fetched"]
    assert [len(events(either_world, f"item_export.{kind}")) for kind in kinds] == [1, 1, 1, 1]


def test_nobody_consents_to_their_own_request(bank: Bank) -> None:
    filled(bank)
    export = bank.world.client.post("/v1/item-exports", json=ASKED, headers=bank.jonas).json()

    answer = bank.ask("POST", f"/item-exports/{export['id']}/approval", bank.jonas)

    assert (answer.status_code, answer.json()["code"]) == (403, "separation_of_duties")
    assert bank.done("GET", f"/item-exports/{export['id']}", bank.jonas)["status"] == "requested"


def test_a_few_items_leave_with_one_person_until_they_are_many_together(bank: Bank) -> None:
    ids = filled(bank)
    half = rules.SMALL_EXPORT // 2

    def ask(some: list[str]) -> bool:
        body = ASKED | {"item_ids": some}
        return bool(bank.world.client.post("/v1/item-exports", json=body, headers=bank.wanda).json()["small"])

    assert ask(ids[:half])
    assert ask(ids[half : 2 * half])
    assert not ask(ids[2 * half : 2 * half + 1])
    bank.world.clock.advance(days=31)
    assert ask(ids[:half])


def test_a_package_is_for_who_asked_for_it_and_waits_a_day(bank: Bank) -> None:
    ids = filled(bank, 2)
    export = bank.world.client.post("/v1/item-exports", json=ASKED | {"item_ids": ids}, headers=bank.wanda).json()
    work(bank.world)
    path = f"/item-exports/{export['id']}"

    assert bank.ask("GET", f"{path}/package", bank.jonas).status_code == 404
    bank.world.clock.advance(hours=24)
    assert bank.ask("GET", f"{path}/package", bank.wanda).json()["code"] == "item_export_over"
    handlers(lambda: bank.world.files)["items.expire_exports"](bank.world.units, {})

    assert bank.done("GET", path, bank.auditor)["status"] == "expired"
    assert bank.ask("GET", f"{path}/package", bank.wanda).json()["code"] == "wrong_state"


def test_a_request_is_turned_down_with_its_reason(bank: Bank) -> None:
    filled(bank)
    export = bank.world.client.post("/v1/item-exports", json=ASKED, headers=bank.wanda).json()

    told = bank.done("POST", f"/item-exports/{export['id']}/rejection", bank.jonas, {"reason": "No escrow agent yet."})

    assert (told["status"], told["decided_reason"]) == ("rejected", "No escrow agent yet.")
    assert bank.ask("POST", f"/item-exports/{export['id']}/approval", bank.thea).json()["code"] == "wrong_state"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, "items_to_export_missing"),
        ({"status": "retired"}, "items_to_export_missing"),
        ({"item_ids": ["00000000-0000-4000-8000-000000000000"]}, "contradiction"),
        ({"form_ids": ["00000000-0000-4000-8000-000000000000"]}, "contradiction"),
        ({"program": "NONE"}, "contradiction"),
    ],
)
def test_an_export_names_what_there_is(bank: Bank, more: dict[str, object], code: str) -> None:
    answer = bank.world.client.post("/v1/item-exports", json=ASKED | more, headers=bank.wanda)

    assert (answer.status_code, answer.json()["code"]) == (409, code)


def test_what_leaves_comes_in_again_as_the_same_bank(bank: Bank) -> None:
    form = take_in(bank, QTI.write(a_document())).json()["forms"][0]
    export = bank.world.client.post("/v1/item-exports", json=ASKED | {"form_ids": [form]}, headers=bank.wanda).json()
    whole = bank.world.client.post("/v1/item-exports", json=ASKED, headers=bank.wanda).json()
    bank.done("POST", f"/item-exports/{export['id']}/approval", bank.jonas)
    work(bank.world)
    assert whole["small"]

    of_form = QTI.read(bank.ask("GET", f"/item-exports/{export['id']}/package", bank.wanda).content)
    of_bank = QTI.read(bank.ask("GET", f"/item-exports/{whole['id']}/package", bank.wanda).content)

    assert [test.code for test in of_form.tests] == ["FORM-9"]
    assert [place for test in of_form.tests for place in test.places] == list(a_document().tests[0].places)
    sent = {item.code: (item.content, item.domain, item.objective, item.set_code) for item in a_document().items}
    back = {item.code: (item.content, item.domain, item.objective, item.set_code) for item in of_bank.items}
    assert back == sent
    assert of_bank.sets == a_document().sets


# --- results


RESULT = (
    '<assessmentResult xmlns="http://www.imsglobal.org/xsd/imsqti_result_v3p0"><context sourcedId="{who}"/>{items}'
    "</assessmentResult>"
)
ITEM = (
    '<itemResult identifier="I{number}" datestamp="2026-03-10T09:00:00Z" sessionStatus="final">'
    '<responseVariable identifier="RESPONSE" cardinality="single" baseType="identifier"><candidateResponse>'
    "<value>{said}</value></candidateResponse></responseVariable></itemResult>"
)


def send(desk: Desk, content: bytes) -> Any:
    """Hand a result in."""
    return desk.world.client.post(
        f"{desk.under}/assessment-results",
        files={"file": ("result.xml", content, "text/xml")},
        headers=desk.max,
    )


def test_a_reported_result_is_imported_and_comes_out_scored(either_world: World) -> None:
    desk = Desk(either_world)
    (sitter,) = desk.scores.sitters(1)
    items = "".join(ITEM.format(number=number, said="A" if number <= 15 else "B") for number in range(1, 21))

    answer = send(desk, RESULT.format(who=sitter.number, items=items).encode())
    assert answer.status_code == 202, answer.text
    desk.work()
    attempt = desk.get(f"/v1/exam-administrations/{desk.scores.administration_id}/attempts", desk.pia).json()["items"][
        0
    ]
    report = desk.get(f"/v1/attempts/{attempt['id']}/assessment-result", desk.pia)

    assert (attempt["status"], attempt["raw"]) == ("scored", 15)
    assert report.headers["content-type"] == "application/xml"
    form = desk.scores.form
    read = QTI.read_result(report.content, form.items, form.code)
    assert (read.candidate, read.answers) == (sitter.number, (1,) * 15 + (2,) * 5)


def test_a_malformed_result_is_refused_with_its_place_and_starts_nothing(world: World) -> None:
    desk = Desk(world)

    answer = send(desk, RESULT.format(who="x", items=ITEM.format(number=99, said="A")).encode())

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "unknown_item")
    assert "/assessmentResult/itemResult" in answer.json()["errors"][0]["detail"]
    assert world.tasks.waiting == []


@pytest.mark.parametrize("role", [Role.CANDIDATE, Role.PARTNER, Role.CREDENTIAL_OFFICER])
def test_who_may_not_see_a_forms_key_reads_no_result_report(world: World, role: Role) -> None:
    desk = Desk(world)
    desk.sat(15)
    attempt = desk.get(f"/v1/exam-administrations/{desk.scores.administration_id}/attempts", desk.pia).json()["items"][
        0
    ]["id"]

    assert desk.get(f"/v1/attempts/{attempt}/assessment-result", world.token(role)).status_code == 403
