"""An audit stands in the way of a renewal until staff clear it."""

from datetime import timedelta
from typing import Any

from domain.actors import Role
from domain.notices.model import NoticeKind
from tests.api.outcomes import letters, unmet
from tests.builders_credentials import IN_TIME, OPENS, Holder, a_holder, midday, officer, ready
from tests.world import World

DAY = timedelta(days=1)


def cleared(holder: Holder, verb: str, header: dict[str, str]) -> Any:
    """Take a step of the cycle's audit."""
    cycle = holder.cycle
    more = {"if-match": f'"{cycle.version}"'}
    return holder.world.client.post(f"/v1/cycles/{cycle.id}/{verb}", headers={**header, **more})


def test_an_audit_blocks_the_renewal_until_staff_clear_it(either_world: World) -> None:
    holder = ready(either_world, changes={"/audit/renewals_rate": 1.0})

    blocked = holder.post("/renewals")
    done = cleared(holder, "audit-clearance", either_world.token(Role.REVIEWER))

    assert unmet(blocked) == ["audit_open"]
    assert done.status_code == 200, done.text
    assert holder.post("/renewals").status_code == 201


def test_staff_may_choose_a_cycle_and_its_holder_is_told(world: World) -> None:
    holder = ready(world)

    chosen = cleared(holder, "audit", officer(world))

    assert chosen.json()["audited"] is True
    assert unmet(holder.post("/renewals")) == ["audit_open"]
    assert letters(world, NoticeKind.AUDIT_CHOSEN)[0]["due_on"] == (IN_TIME + timedelta(days=30)).isoformat()


def test_a_holder_hears_of_the_lot_when_renewal_opens_and_not_before(world: World) -> None:
    holder = a_holder(world, {"/audit/renewals_rate": 1.0})
    path = f"/v1/cycles/{holder.cycle.id}"

    def told(header: dict[str, str]) -> bool:
        return bool(world.client.get(path, headers=header).json()["audited"])

    midday(world, OPENS - DAY)
    early = told(holder.header), told(officer(world))
    early_codes = [one["code"] for one in holder.get("/renewal-ruling").json()["findings"] if not one["met"]]
    midday(world, OPENS)

    assert early == (False, True)
    assert "audit_open" not in early_codes
    assert told(holder.header)


def test_nobody_clears_their_own_audit(world: World) -> None:
    holder = a_holder(world, {"/audit/renewals_rate": 1.0})
    own = world.token(Role.CREDENTIAL_OFFICER, Role.CANDIDATE, subject="ada")

    assert cleared(holder, "audit-clearance", own).json()["code"] == "separation_of_duties"
    assert cleared(holder, "audit-clearance", holder.header).status_code == 403
