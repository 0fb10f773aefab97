"""Credentials through the API."""

from datetime import date

from tests.builders_credentials import ENDS, a_holder, midday, officer
from tests.world import World


def test_a_released_pass_becomes_a_credential_for_three_years(either_world: World) -> None:
    holder = a_holder(either_world)

    read = holder.get()

    assert read.status_code == 200, read.text
    told = read.json()
    assert (told["status"], told["valid_until"], told["name"]) == ("active", ENDS.isoformat(), "Adaeze Okafor")
    assert told["allowed_actions"] == ["charge_renewal", "record_activity", "renew", "retire"]
    assert holder.registry().json()["valid"] is True


def test_a_credential_is_renewed_for_a_term_that_goes_on_from_the_last(either_world: World) -> None:
    holder = a_holder(either_world)
    holder.earned()
    midday(either_world, date(2029, 1, 15))
    holder.paid()

    renewed = holder.post("/renewals")

    assert renewed.status_code == 201, renewed.text
    assert renewed.json()["valid_until"] == "2032-03-02"
    assert holder.cycle.starts_on == date(2029, 3, 3)
