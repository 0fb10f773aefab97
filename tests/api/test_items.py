"""The item bank over HTTP: who may take which step, what is kept, and what nobody gets to see."""

import pytest

from domain.actors import Role
from domain.exams.model import Authorization
from domain.items import rules
from tests.api.exams_world import Exam
from tests.api.items_world import CONTENT, ITEM, Bank, events
from tests.world import World


@pytest.fixture
def bank(world: World) -> Bank:
    """A bank without items."""
    return Bank(world)


def test_an_item_goes_from_draft_to_operational_by_three_hands(either_world: World) -> None:
    bank = Bank(either_world)

    item = bank.operational()

    assert (item["status"], item["number"], item["options"]) == ("operational", 1, 3)
    assert (item["authored_by"], item["reviewed_by"], item["approved_by"]) == (["wanda"], "jonas", "thea")
    assert [one["data"]["now"] for one in events(either_world, "item.moved")] == ["reviewed", "operational"]


def test_nobody_reviews_what_they_wrote(bank: Bank) -> None:
    item = bank.item()

    answer = bank.ask("POST", f"/items/{item['id']}/review", bank.wanda)

    assert (answer.status_code, answer.json()["code"]) == (403, "separation_of_duties")
    assert bank.done("GET", f"/items/{item['id']}", bank.wanda)["status"] == "draft"


def test_whoever_revised_an_item_wrote_it_too(bank: Bank) -> None:
    item = bank.item()
    revision = {"domain": ITEM["domain"], "content": CONTENT | {"title": "Better"}}
    bank.done("PUT", f"/items/{item['id']}", bank.jonas, revision)

    assert bank.ask("POST", f"/items/{item['id']}/review", bank.jonas).status_code == 403
    assert bank.ask("POST", f"/items/{item['id']}/review", bank.thea).status_code == 200


@pytest.mark.parametrize(("second", "code"), [("jonas", 403), ("wanda", 403), ("thea", 200)])
def test_an_operational_item_takes_a_second_person_who_wrote_none_of_it(bank: Bank, second: str, code: int) -> None:
    path = f"/items/{bank.item()['id']}"
    bank.done("POST", f"{path}/review", bank.jonas)
    bank.done("POST", f"{path}/proposal", bank.jonas)

    assert bank.ask("POST", f"{path}/approval", getattr(bank, second)).status_code == code


def test_an_item_that_nobody_proposed_is_not_approved(bank: Bank) -> None:
    path = f"/items/{bank.item()['id']}"
    bank.done("POST", f"{path}/review", bank.jonas)

    assert bank.ask("POST", f"{path}/approval", bank.thea).json()["code"] == "item_not_proposed"
    bank.done("POST", f"{path}/proposal", bank.jonas)
    assert bank.ask("POST", f"{path}/proposal", bank.thea).json()["code"] == "item_already_proposed"
    bank.done("DELETE", f"{path}/proposal", bank.thea)
    assert bank.ask("POST", f"{path}/approval", bank.thea).json()["code"] == "item_not_proposed"


@pytest.mark.parametrize("step", ["pretest", "proposal", "approval", "return"])
def test_a_draft_takes_no_step_but_its_review_and_retirement(bank: Bank, step: str) -> None:
    item = bank.item()

    answer = bank.ask("POST", f"/items/{item['id']}/{step}", bank.thea)

    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert bank.done("GET", f"/items/{item['id']}", bank.wanda) == item


def test_a_new_version_is_a_draft_and_the_old_one_stays_as_it_was(bank: Bank) -> None:
    item = bank.operational()
    first = bank.version_id(item)
    content = CONTENT | {"key": [1, 3], "stem": "What else?"}

    revised = bank.done("PUT", f"/items/{item['id']}", bank.wanda, {"domain": ITEM["domain"], "content": content})

    assert (revised["status"], revised["number"], revised["approved_by"]) == ("draft", 2, None)
    kept = bank.done("GET", f"/item-versions/{first}", bank.auditor)
    assert (kept["content"]["stem"], kept["content"]["key"]) == (CONTENT["stem"], [2])


def test_a_change_names_the_version_it_changes(bank: Bank) -> None:
    item = bank.item()

    assert bank.ask("POST", f"/items/{item['id']}/review", bank.jonas, match='"7"').status_code == 412


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"stem": "<p>x"}, "/body/content/stem", "unclosed_element"),
        ({"stem": " "}, "/body/content/stem", "blank_text"),
        ({"stem": '<img src="x"/>'}, "/body/content/stem", "forbidden_element"),
        ({"key": [4]}, "/body/content/key", "unknown_option"),
        ({"key": [2, 2]}, "/body/content/key", "duplicate_option"),
        ({"key": [1, 2], "choose": 4}, "/body/content/choose", "out_of_range"),
        ({"key": [1, 2, 3], "choose": 2}, "/body/content/choose", "fewer_than_key"),
        ({"options": [{"text": "a"}, {"text": "a"}], "key": [1]}, "/body/content/options/1/text", "duplicate_text"),
        ({"options": [{"text": "a"}, {"text": "b", "rationale": "<b>"}], "key": [1]}, None, "unclosed_element"),
    ],
)
def test_an_item_that_cannot_be_meant_is_refused_at_its_place(
    bank: Bank, changes: dict[str, object], pointer: str | None, code: str
) -> None:
    answer = bank.ask("POST", "/items", bank.wanda, ITEM | {"content": CONTENT | changes})

    assert answer.status_code == 409
    assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]) == (
        pointer or "/body/content/options/1/rationale",
        code,
    )
    assert bank.done("GET", "/items", bank.wanda)["items"] == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"domain": "astrology"}, "unknown_domain"),
        ({"objective": "staffing-the-moon"}, "unknown_objective"),
        ({"program": "NONE"}, "unknown_program"),
        ({"set_id": "00000000-0000-4000-8000-000000000000"}, "unknown_set"),
    ],
)
def test_an_item_fits_the_outline_of_its_edition(bank: Bank, changes: dict[str, object], code: str) -> None:
    answer = bank.ask("POST", "/items", bank.wanda, ITEM | changes)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, code)


def test_a_code_is_one_item_whatever_its_case(bank: Bank) -> None:
    bank.item("FIN-001")

    assert bank.ask("POST", "/items", bank.wanda, ITEM | {"code": "fin-001"}).json()["code"] == "already_exists"


def test_lists_filter_and_search_and_never_show_content(bank: Bank) -> None:
    bank.item("FIN-001")
    bank.item("FIN-002", objective=None)
    bank.operational("OPS-001", domain="operations-workflow", objective=None)

    def found(query: str) -> list[str]:
        return [one["code"] for one in bank.done("GET", f"/items?{query}", bank.auditor)["items"]]

    assert found("sort=search_code") == ["FIN-001", "FIN-002", "OPS-001"]
    assert found("search_code=fin") == ["FIN-001", "FIN-002"]
    assert found("objective=inventory") == ["FIN-001"]
    assert found("status=operational") == ["OPS-001"]
    assert found("domain=operations-workflow&status=draft") == []
    page = bank.done("GET", "/items?limit=2&sort=-search_code", bank.auditor)
    assert [one["code"] for one in page["items"]] == ["OPS-001", "FIN-002"]
    rest = bank.done("GET", f"/items?limit=2&sort=-search_code&cursor={page['next_cursor']}", bank.auditor)
    assert [one["code"] for one in rest["items"]] == ["FIN-001"]
    assert "stem" not in str(page)
    assert events(bank.world, "item.content_read") == []


def test_reading_content_is_kept_in_the_journal_and_listed(bank: Bank) -> None:
    item = bank.item()
    version = bank.version_id(item)

    content = bank.done("GET", f"/item-versions/{version}", bank.jonas)["content"]

    assert content["key"] == [2]
    (read,) = events(bank.world, "item.content_read")
    assert (read["actor"], read["subject_id"], read["data"]["version_id"]) == ("jonas", item["id"], version)
    assert "turnover" not in str(read)
    listed = bank.done("GET", f"/item-readings?item_id={item['id']}", bank.auditor)["items"]
    assert [(one["reader"], one["number"]) for one in listed] == [("jonas", 1)]


def test_one_person_reads_only_so_many_a_day(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "READS_A_DAY", 2)
    path = f"/item-versions/{bank.version_id(bank.item())}"
    for _ in range(2):
        bank.done("GET", path, bank.jonas)

    assert bank.ask("GET", path, bank.jonas).json()["code"] == "too_many_item_reads"
    assert bank.ask("GET", path, bank.thea).status_code == 200
    bank.world.clock.advance(days=1)
    assert bank.ask("GET", path, bank.jonas).status_code == 200


def test_whoever_is_about_to_sit_reads_no_item_whatever_their_roles(world: World) -> None:
    bank = Bank(world)
    version = bank.version_id(bank.item())
    exam = Exam(world)
    _, application = exam.candidate("jonas")
    assert bank.ask("GET", f"/item-versions/{version}", bank.jonas).status_code == 200
    with world.unit() as uow:
        found = uow.applications.find()[0]
        assert str(found.id) == application
        uow.authorizations.add(
            Authorization(
                id=uow.new_id(),
                number="ATT-1",
                application_id=found.id,
                candidate_id=found.candidate_id,
                program="CPOM",
                edition=found.edition,
                attempt_number=1,
                opens_on=uow.today,
                closes_on=uow.today,
                findings=(),
                created_at=uow.now,
            )
        )

    answer = bank.ask("GET", f"/item-versions/{version}", bank.jonas)

    assert (answer.status_code, answer.json()["code"]) == (403, "separation_of_duties")
    assert len(events(world, "item.content_read")) == 1


@pytest.mark.parametrize("role", [Role.CANDIDATE, Role.PARTNER, Role.SPONSOR, Role.REVIEWER, Role.FINANCE])
def test_candidates_and_partners_never_see_anything_of_the_bank(bank: Bank, role: Role) -> None:
    item = bank.item()
    version = bank.version_id(item)
    who = bank.world.token(role)

    for path in ("/items", f"/items/{item['id']}", f"/item-versions/{version}", "/item-sets", "/item-exports"):
        answer = bank.ask("GET", path, who)
        assert answer.status_code == 403, path
        assert "FIN-001" not in answer.text


def test_enemies_are_a_pair_without_a_direction(either_world: World) -> None:
    bank = Bank(either_world)
    one, other = bank.item("A")["id"], bank.item("B")["id"]

    pair = bank.done("POST", f"/items/{other}/enemies", bank.wanda, {"enemy_id": one, "reason": "One tells the other."})

    for item in (one, other):
        assert [each["id"] for each in bank.done("GET", f"/items/{item}/enemies", bank.auditor)["items"]] == [
            pair["id"]
        ]
    again = bank.ask("POST", f"/items/{one}/enemies", bank.wanda, {"enemy_id": other, "reason": "Again."})
    assert again.json()["code"] == "already_exists"
    bank.done("DELETE", f"/item-enemies/{pair['id']}", bank.wanda)
    assert bank.done("GET", f"/items/{one}/enemies", bank.auditor)["items"] == []


def test_an_item_is_no_enemy_of_itself_or_of_nothing(bank: Bank) -> None:
    item = bank.item()["id"]

    for enemy in (item, "00000000-0000-4000-8000-000000000000"):
        answer = bank.ask("POST", f"/items/{item}/enemies", bank.wanda, {"enemy_id": enemy, "reason": "No."})
        assert answer.json()["errors"][0]["code"] == "unknown_item"


SET = {"program": "CPOM", "code": "CASE-1", "title": "A pharmacy", "stimulus": "<p>A pharmacy of 12.</p>"}


def test_a_set_gives_its_items_places_and_its_case_is_read_on_the_record(bank: Bank) -> None:
    made = bank.done("POST", "/item-sets", bank.wanda, SET)
    places = [bank.item(code, set_id=made["id"])["set_place"] for code in ("A", "B")]

    cases = bank.done("GET", f"/item-sets/{made['id']}/versions", bank.auditor)["items"]

    assert places == [1, 2]
    assert "pharmacy" not in str(cases)
    case = bank.done("GET", f"/item-set-versions/{cases[0]['id']}", bank.auditor)
    assert case["stimulus"] == SET["stimulus"]
    assert [one["actor"] for one in events(bank.world, "item_set.content_read")] == ["auditor"]


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"title": "A\u00adB"}, "/body/title", "bad_title"),
        ({"stimulus": "<p>x"}, "/body/stimulus", "unclosed_element"),
        ({"stimulus": ""}, "/body/stimulus", "blank_text"),
        ({"language": "en-aa-bb-cc-dd-ee"}, "/body/language", "bad_language"),
    ],
)
def test_a_set_that_could_not_leave_the_house_is_not_written(
    bank: Bank, changes: dict[str, str], pointer: str, code: str
) -> None:
    answer = bank.ask("POST", "/item-sets", bank.wanda, SET | changes)

    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["pointer"], fault["code"]) == (409, pointer, code)


def test_a_case_changes_while_its_items_are_drafts_and_never_afterwards(bank: Bank) -> None:
    made = bank.done("POST", "/item-sets", bank.wanda, SET)
    item = bank.item(set_id=made["id"])
    case = {"title": "Better", "stimulus": "<p>Of 14.</p>"}

    assert bank.done("PUT", f"/item-sets/{made['id']}", bank.wanda, case)["number"] == 2
    bank.done("POST", f"/items/{item['id']}/review", bank.jonas)

    answer = bank.ask("PUT", f"/item-sets/{made['id']}", bank.wanda, case)
    assert answer.json()["code"] == "item_set_in_use"


def test_an_item_on_a_form_that_stands_is_not_given_out_for_practice(bank: Bank) -> None:
    item = bank.operational()
    form = {"program": "CPOM", "code": "F1", "items": [{"code": "fin-001", "domain": "financial-management"}]}
    assert bank.world.client.post("/v1/forms", json=form, headers=bank.jonas).status_code == 201
    retirement = {"reason": "Known.", "for_practice": True}

    answer = bank.ask("POST", f"/items/{item['id']}/retirement", bank.jonas, retirement)

    assert answer.json()["code"] == "item_on_form"
    assert bank.done("POST", f"/items/{item['id']}/retirement", bank.jonas, {"reason": "Known."})["status"] == "retired"


def test_a_draft_retires_but_not_for_practice(bank: Bank) -> None:
    item = bank.item()

    answer = bank.ask("POST", f"/items/{item['id']}/retirement", bank.jonas, {"reason": "Weak.", "for_practice": True})

    assert answer.json()["code"] == "item_never_reviewed"
    done = bank.done("POST", f"/items/{item['id']}/retirement", bank.jonas, {"reason": "Weak."})
    assert (done["status"], done["for_practice"], done["retired_reason"]) == ("retired", False, "Weak.")
