"""Holders of credentials for tests: a pass is awarded through the action that releases use."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from httpx2 import Response

from adapters.db.unit_of_work import SqlUnitOfWork
from domain.actors import Role
from domain.applications.model import Application
from domain.credentials.actions import award
from domain.credentials.model import Award, Credential, Standing, StandingChange
from domain.payments.model import ChargeStatus
from domain.renewals.model import Activity, ActivityStatus, Cycle
from domain.scores.model import Attempt, AttemptStatus, Form
from domain.sweep.actions import nightly
from tests.builders import cpom
from tests.builders_exams import eligible_candidate, stored_administration, stored_policy
from tests.world import World

ZONE = ZoneInfo("America/New_York")
AWARDED = date(2026, 3, 2)
ENDS = date(2029, 3, 2)
OPENS = ENDS - timedelta(days=90)
"""The first day on which it may be renewed."""
IN_TIME = date(2029, 1, 15)
GRACE_ENDS = ENDS + timedelta(days=90)
"""The last day on which it may be renewed late."""
OFFICER = (Role.CREDENTIAL_OFFICER,)
SOME_ID = UUID("0190f3c2-8a5e-7c11-9d2b-5f0e6a7b8c9d")


# --- values, for rules


def a_credential(**fields: Any) -> Credential:
    """An active credential, awarded on 2 March 2026."""
    good = Credential(
        id=SOME_ID,
        candidate_id=SOME_ID,
        application_id=SOME_ID,
        attempt_id=None,
        program="CPOM",
        edition="cpom-2026",
        number="7K3M-Q0DV-2XHT-9PE4",
        name="Adaeze Okafor",
        awarded_on=AWARDED,
        valid_from=AWARDED,
        valid_until=ENDS,
    )
    return replace(good, **fields)


def a_change(number: int, standing: Standing, effective_on: date, **fields: Any) -> StandingChange:
    """An entry of a history."""
    good = StandingChange(
        id=SOME_ID,
        credential_id=SOME_ID,
        candidate_id=SOME_ID,
        number=number,
        standing=standing,
        effective_on=effective_on,
        at=datetime.combine(effective_on, time(12), UTC),
        by="officer",
        reason="A reason.",
        valid_until=ENDS,
        edition="cpom-2026",
        name="Adaeze Okafor",
    )
    return replace(good, **fields)


def a_cycle(**fields: Any) -> Cycle:
    """The first cycle of that credential."""
    good = Cycle(
        id=SOME_ID,
        credential_id=SOME_ID,
        candidate_id=SOME_ID,
        program="CPOM",
        edition="cpom-2026",
        number=1,
        starts_on=AWARDED,
        ends_on=ENDS,
    )
    return replace(good, **fields)


_made = iter(range(1, 1_000_000))


def an_activity(minutes: int = 1_800, **fields: Any) -> Activity:
    """An accepted activity in law, completed in the cycle's second year."""
    good = Activity(
        id=UUID(int=next(_made)),
        credential_id=SOME_ID,
        cycle_id=SOME_ID,
        candidate_id=SOME_ID,
        title="Pharmacy law",
        provider="A provider",
        category="law",
        minutes=minutes,
        completed_on=date(2027, 6, 1),
        recorded_at=datetime(2027, 6, 2, tzinfo=UTC),
        status=ActivityStatus.ACCEPTED,
    )
    return replace(good, **fields)


# --- a holder in a world


@dataclass
class Holder:
    """A candidate who passed, their sign-in, and what became of the pass."""

    world: World
    header: dict[str, str]
    candidate_id: UUID
    application_id: UUID
    attempt_id: UUID
    award: Award

    @property
    def credential_id(self) -> UUID:
        """The credential's id."""
        assert self.award.credential_id is not None
        return self.award.credential_id

    @property
    def credential(self) -> Credential:
        """The credential as it is stored."""
        with self.world.unit() as uow:
            return uow.credentials.get(self.credential_id)

    @property
    def cycle(self) -> Cycle:
        """The newest cycle."""
        with self.world.unit() as uow:
            return max(uow.cycles.find(credential_id=self.credential_id), key=lambda one: one.number)

    def history(self) -> list[StandingChange]:
        """The credential's history, in order."""
        with self.world.unit() as uow:
            found = uow.standing_changes.find(credential_id=self.credential_id)
        return sorted(found, key=lambda one: one.number)

    def get(self, path: str = "", header: Mapping[str, str] | None = None) -> Response:
        """Read what lies under the credential."""
        return self.world.client.get(f"/v1/credentials/{self.credential_id}{path}", headers=header or self.header)

    def post(self, path: str, body: object | None = None, header: Mapping[str, str] | None = None) -> Response:
        """Post to what lies under the credential, its present version in If-Match, with a key of its own."""
        more = {"if-match": f'"{self.credential.version}"', "idempotency-key": f"k{next(_made)}"}
        return self.world.client.post(
            f"/v1/credentials/{self.credential_id}{path}", json=body, headers={**(header or self.header), **more}
        )

    def earned(self, minutes: int = 1_800, completed_on: date | None = None) -> None:
        """So many minutes in law are accepted in the newest cycle."""
        cycle = self.cycle
        with self.world.unit() as uow:
            uow.activities.add(
                an_activity(
                    minutes,
                    credential_id=self.credential_id,
                    cycle_id=cycle.id,
                    candidate_id=self.candidate_id,
                    completed_on=completed_on or cycle.starts_on,
                )
            )

    def paid(self) -> None:
        """Whatever is due for a renewal today was asked and paid."""
        asked = self.post("/renewal-charges")
        assert asked.status_code == 200, asked.text
        cycle_id = self.cycle.id
        with self.world.unit() as uow:
            for charge in uow.charges.find(about_id=cycle_id, status=ChargeStatus.OPEN):
                uow.charges.save(charge.paid(uow.now))

    def registry(self, as_of: date | None = None) -> Response:
        """The public answer, from the history."""
        query = f"?as_of={as_of}" if as_of else ""
        return self.world.client.get(f"/v1/registry/{self.credential.number}{query}")


def midday(world: World, day: date) -> None:
    """Turn the clock to noon of a day in the policy's zone."""
    world.clock.set(datetime.combine(day, time(12), ZONE).astimezone(UTC))


def officer(world: World) -> dict[str, str]:
    """The sign-in of a credential officer."""
    return world.token(*OFFICER)


def a_holder(
    world: World,
    changes: Mapping[str, object] | None = None,
    *,
    subject: str = "ada",
    licence: Mapping[str, object] | None = None,
    on: date = AWARDED,
) -> Holder:
    """A candidate whose pass was awarded on a day, under CPOM's edition with these values changed.

    No renewal is drawn for audit unless the changes say so.
    """
    midday(world, on)
    header = world.token(subject=subject)
    candidate_id = world.id_of(header)
    with world.unit() as uow:
        stored_policy(uow, {"/audit/renewals_rate": 0.0, **(changes or {})})
        application = an_approved_application(uow, candidate_id, licence)
        attempt = a_released_pass(uow, candidate_id)
    with world.unit() as uow:
        made = award(uow, attempt, application, on)
    return Holder(world, header, candidate_id, application.id, attempt.id, made)


def ready(world: World, on: date = IN_TIME, changes: Mapping[str, object] | None = None) -> Holder:
    """A holder who has earned and paid all that a renewal on a day needs."""
    holder = a_holder(world, changes)
    holder.earned()
    midday(world, on)
    holder.paid()
    return holder


def lapsed(world: World, on: date = GRACE_ENDS + timedelta(days=1), *, sweep: bool = True) -> Holder:
    """A holder whose credential has lapsed."""
    holder = a_holder(world)
    midday(world, on)
    if sweep:
        nightly(world.units)
    return holder


def extension(kind: str, until: date) -> dict[str, str]:
    """What staff grant."""
    return {"kind": kind, "until": until.isoformat(), "reason": "A document shows it."}


def an_approved_application(
    uow: SqlUnitOfWork, candidate_id: UUID, licence: Mapping[str, object] | None = None
) -> Application:
    """An eligible candidate's, whose licence outlives every cycle and whose application never lapses."""
    return eligible_candidate(uow, candidate_id, {"expires_on": date(2040, 12, 31), **(licence or {})}, expires_on=None)


def a_released_pass(uow: SqlUnitOfWork, candidate_id: UUID, **fields: Any) -> Attempt:
    """A passed attempt on a form of its own."""
    administration = stored_administration(uow)
    form = uow.forms.add(
        Form(
            id=uow.new_id(),
            program=administration.program,
            exam_code=administration.exam_code,
            code=administration.code,
            edition=cpom().edition,
            items=(),
            created_by="test",
            created_at=uow.now,
        )
    )
    good = Attempt(
        id=uow.new_id(),
        candidate_id=candidate_id,
        authorization_id=None,
        registration_id=None,
        administration_id=administration.id,
        form_id=form.id,
        import_id=None,
        taken_on=uow.today,
        responses=b"",
        created_at=uow.now,
        status=AttemptStatus.RELEASED,
        raw=90,
        scaled=760,
        passed=True,
    )
    return uow.attempts.add(replace(good, **fields))
