"""Awards through the API: a pass becomes a credential, is held, judged again or declined."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from domain.actors import Role
from domain.credentials.actions import award
from domain.credentials.model import AwardStatus, Standing
from domain.notices.model import NoticeKind
from domain.payments.model import Charge
from domain.renewals.model import CycleStatus
from tests.api.outcomes import events, everything, letters
from tests.builders_credentials import AWARDED, ENDS, GRACE_ENDS, Holder, a_holder, a_released_pass, midday, officer
from tests.world import World

DAY = timedelta(days=1)
ENDED = {"expires_on": date(2026, 3, 1)}


def test_a_released_pass_becomes_a_credential_for_three_years(either_world: World) -> None:
    holder = a_holder(either_world)

    told = holder.get().json()

    assert (told["status"], told["valid_until"], told["name"]) == ("active", "2029-03-02", "Adaeze Okafor")
    assert told["allowed_actions"] == ["offer_to_wallet", "record_activity", "retire"]
    assert holder.award.status is AwardStatus.ISSUED
    assert holder.award.facts["licences"]
    assert (holder.cycle.number, holder.cycle.starts_on, holder.cycle.ends_on) == (1, AWARDED, ENDS)
    assert [one.standing for one in holder.history()] == [Standing.ACTIVE]
    assert letters(either_world, NoticeKind.CREDENTIAL_ISSUED)[0]["number"] == told["number"]
    assert events(either_world, "credential.issued") == events(either_world, "cycle.audit_drawn") == 1


def test_a_pass_on_a_leap_day_is_valid_until_the_28th(world: World) -> None:
    holder = a_holder(world, on=date(2028, 2, 29))

    assert holder.credential.valid_until == date(2031, 2, 28)


def test_a_pass_is_awarded_once(either_world: World) -> None:
    holder = a_holder(either_world)

    with either_world.unit() as uow:
        again = award(uow, uow.attempts.get(holder.attempt_id), uow.applications.get(holder.application_id), AWARDED)

    assert again == holder.award
    with either_world.unit() as uow:
        assert uow.credentials.count() == 1


def test_eligibility_that_no_longer_holds_holds_the_award_with_its_ruling(either_world: World) -> None:
    holder = a_holder(either_world, licence=ENDED)

    told = either_world.client.get(f"/v1/awards/{holder.award.id}", headers=holder.header).json()

    assert (told["status"], told["credential_id"], told["allowed_actions"]) == ("held", None, [])
    unmet = [one for one in told["findings"] if not one["met"]]
    assert [one["clause"] for one in unmet] == ["us-licence"]
    assert unmet[0]["source"]["edition"] == "cpom-2026"
    assert letters(either_world, NoticeKind.CREDENTIAL_HELD) == [{"program": "Certified Pharmacy Operations Manager"}]
    with either_world.unit() as uow:
        assert uow.credentials.count() == uow.cycles.count() == 0


def decide(holder: Holder, verb: str, header: dict[str, str], body: object = None, version: int = 1) -> Any:
    """Take a step of the award."""
    more = {"if-match": f'"{version}"', "idempotency-key": f"{verb}{version}"}
    return holder.world.client.post(f"/v1/awards/{holder.award.id}/{verb}", json=body, headers={**header, **more})


def test_a_held_award_is_judged_again_once_the_licence_is_renewed(either_world: World) -> None:
    holder = a_holder(either_world, licence=ENDED)
    staff = officer(either_world)
    still = decide(holder, "rejudgement", staff).json()
    with either_world.unit() as uow:
        (licence,) = uow.licences.find(candidate_id=holder.candidate_id)
        uow.licences.save(replace(licence, expires_on=date(2030, 12, 31)))
    either_world.clock.advance(days=3)

    issued = decide(holder, "rejudgement", staff, version=2)

    assert still["status"] == "held"
    assert issued.status_code == 200, issued.text
    assert (issued.json()["status"], issued.json()["judged_on"]) == ("issued", "2026-03-05")
    with either_world.unit() as uow:
        (credential,) = uow.credentials.find()
    assert credential.valid_until == date(2029, 3, 5)
    assert decide(holder, "rejudgement", staff, version=3).json()["code"] == "wrong_state"


def test_a_held_award_is_declined_with_a_reason_for_good(world: World) -> None:
    holder = a_holder(world, licence=ENDED)
    staff = officer(world)

    declined = decide(holder, "decline", staff, {"reason": "The licence was surrendered."})

    assert (declined.json()["status"], declined.json()["reason"]) == ("declined", "The licence was surrendered.")
    before = everything(world)
    assert decide(holder, "rejudgement", staff, version=2).status_code == 409
    assert everything(world) == before
    assert events(world, "award.declined") == 1


def test_only_officers_decide_about_an_award_and_never_about_their_own(world: World) -> None:
    holder = a_holder(world, licence=ENDED)
    before = everything(world)
    own = world.token(Role.CREDENTIAL_OFFICER, Role.CANDIDATE, subject="ada")

    reviewer = decide(holder, "decline", world.token(Role.REVIEWER), {"reason": "No."})
    themselves = decide(holder, "rejudgement", own)

    assert (reviewer.status_code, themselves.json()["code"]) == (403, "separation_of_duties")
    assert everything(world) == before


def test_an_open_fee_holds_the_award(world: World) -> None:
    holder = a_holder(world, licence=ENDED)
    with world.unit() as uow:
        (licence,) = uow.licences.find(candidate_id=holder.candidate_id)
        uow.licences.save(replace(licence, expires_on=date(2030, 12, 31)))
        uow.charges.add(
            Charge(
                id=uow.new_id(),
                candidate_id=holder.candidate_id,
                fee="exam",
                about_id=holder.application_id,
                amount_minor=39_500,
                currency="USD",
                edition="cpom-2026",
                created_at=uow.now,
            )
        )

    told = decide(holder, "rejudgement", officer(world)).json()

    assert [one["code"] for one in told["findings"] if not one["met"]] == ["fee_open"]


def test_a_second_pass_beside_a_credential_is_held(world: World) -> None:
    holder = a_holder(world)

    with world.unit() as uow:
        attempt = a_released_pass(uow, holder.candidate_id)
        second = award(uow, attempt, uow.applications.get(holder.application_id), AWARDED)

    assert second.status is AwardStatus.HELD
    assert [one.code for one in second.findings if not one.met] == ["held_already"]


def test_a_new_examination_brings_a_lapsed_credential_back_under_its_number(either_world: World) -> None:
    holder = a_holder(either_world)
    before = holder.credential
    on = GRACE_ENDS + timedelta(days=500)
    midday(either_world, on)

    with either_world.unit() as uow:
        attempt = a_released_pass(uow, holder.candidate_id)
        again = award(uow, attempt, uow.applications.get(holder.application_id), on)

    back = holder.credential
    assert (again.status, again.credential_id) == (AwardStatus.ISSUED, before.id)
    assert (back.number, back.awarded_on) == (before.number, AWARDED)
    assert (back.status, back.valid_from, back.valid_until) == (
        Standing.ACTIVE,
        on,
        date(on.year + 3, on.month, on.day),
    )
    assert (holder.cycle.number, holder.cycle.starts_on, holder.cycle.status) == (2, on, CycleStatus.OPEN)
    assert holder.registry().json()["valid"] is True
    assert holder.registry(on - DAY).json()["status"] == "lapsed"


def test_an_attempt_that_did_not_pass_is_never_awarded(world: World) -> None:
    holder = a_holder(world, licence=ENDED)

    with world.unit() as uow:
        attempt = a_released_pass(uow, holder.candidate_id, passed=False, scaled=719)
        held = award(uow, attempt, uow.applications.get(holder.application_id), AWARDED)

    assert "not_passed" in [one.code for one in held.findings]
    assert held.status is AwardStatus.HELD
