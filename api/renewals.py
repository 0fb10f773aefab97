"""Renewal cycles, the ledger of continuing education, renewal and reinstatement."""

from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from api.credentials import CredentialOut, shown
from api.fields import Code, Count, Day, Id, In, Line, Out, Reason
from api.paging import Listing
from api.routing import Resource, Routes
from api.rulings import FindingOut
from domain.actors import Actor
from domain.credentials.actions_standing import owned
from domain.credentials.model import Credential
from domain.paging import Page, PageRequest
from domain.payments.model import ChargeStatus
from domain.ports import UnitOfWork
from domain.programs.upkeep_terms import ExtensionKind
from domain.renewals import actions, activities
from domain.renewals.actions import Extension, Outlook
from domain.renewals.activities import MOST_FILES, Claim, Listed
from domain.renewals.model import Activity, ActivityStatus, ApprovedActivity, Cycle, CycleStatus
from domain.renewals.uan import WRITTEN, WRITTEN_STEM

routes = Routes("renewals")

Minutes = Annotated[Count, Field(ge=1, le=60_000, description="Minutes of education.")]
# The ledger reads what people write, and says what is wrong with it in its own words.
Uan = Annotated[Line, Field(json_schema_extra={"pattern": WRITTEN, "maxLength": 64})]
UanOrStem = Annotated[Line, Field(json_schema_extra={"pattern": WRITTEN_STEM, "maxLength": 56})]
FileIds = Annotated[tuple[Id, ...], Field(max_length=MOST_FILES)]


class CycleOut(Resource):
    """A renewal cycle; its days are inclusive. `extended_until` is the last day for a renewal in time, where it moved.

    `extensions` are the kinds of those granted; `audited` is told once renewal has opened.
    """

    noun: ClassVar[str] = "cycle"

    credential_id: UUID
    candidate_id: UUID
    program: str
    edition: str
    number: int
    starts_on: date
    ends_on: date
    status: CycleStatus
    extended_until: date | None
    extensions: list[ExtensionKind]
    audited: bool
    audit_cleared_at: datetime | None
    renewed_on: date | None


class OutlookOut(Out):
    """How a renewal stands today, clause by clause; after a lapse, a reinstatement. Days are inclusive.

    `minutes` is what counts so far by category, `carried_minutes` what the last cycle left over. `fees` are the codes
    of the fees that have to be settled; `renewed_until` is the last valid day after a renewal today.
    """

    credential_id: UUID
    cycle_id: UUID
    edition: str
    on: date
    reinstatement: bool
    granted: bool
    findings: list[FindingOut]
    opens_on: date
    last_day: date
    grace_until: date
    reinstatement_until: date
    renewed_until: date
    minutes: dict[str, int]
    carried_minutes: int
    fees: list[str]


class RenewalChargeOut(Out):
    """A charge for a renewal or reinstatement."""

    id: UUID
    fee: str
    amount_minor: int
    currency: str
    status: ChargeStatus


class RenewalChargesOut(Out):
    """What is charged for a renewal or reinstatement."""

    items: list[RenewalChargeOut]


class ExtensionIn(In):
    """Until when a cycle is extended, inclusive, and why. `military` counts also when it is proved after the lapse."""

    kind: ExtensionKind
    until: Day
    reason: Reason


class ActivityIn(In):
    """An activity of continuing education.

    With a `uan` whose topic or listing proves the category, `category` may be left out; otherwise it is needed.
    """

    title: Line
    provider: Line
    minutes: Minutes
    completed_on: Day
    category: Code | None = None
    uan: Uan | None = None
    file_ids: FileIds = ()


class DocumentsIn(In):
    """Files that show an activity."""

    file_ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MOST_FILES)]


class AcceptanceIn(In):
    """An activity counts, perhaps in another category or for fewer minutes than claimed."""

    category: Code | None = None
    minutes: Minutes | None = None


class RejectionIn(In):
    """Why an activity does not count."""

    reason: Reason


class ActivityOut(Resource):
    """An entry of the ledger. `proof` says what proved it: its topic, the list, or staff."""

    noun: ClassVar[str] = "activity"

    credential_id: UUID
    cycle_id: UUID
    candidate_id: UUID
    title: str
    provider: str
    category: str
    minutes: int
    completed_on: date
    recorded_at: datetime
    uan: str | None
    uan_stem: str | None
    file_ids: list[UUID]
    status: ActivityStatus
    proof: str | None
    judged_at: datetime | None
    reason: str | None


class ApprovedActivityIn(In):
    """An activity approved beforehand: its number or stem, the category it counts in, and the days (inclusive)."""

    program: Code
    uan: UanOrStem
    title: Line
    category: Code
    from_on: Day
    until_on: Day | None = None


class ApprovalEndIn(In):
    """The last day on which an activity stands on the list."""

    until_on: Day


class ApprovedActivityOut(Resource):
    """An entry of a program's list of activities approved beforehand."""

    noun: ClassVar[str] = "approved_activity"

    program: str
    uan_stem: str
    title: str
    category: str
    from_on: date
    until_on: date | None
    approved_at: datetime


ACTIVITIES = Listing(Activity, filters={"status": ActivityStatus, "candidate_id": Id})
OF_CREDENTIAL = Listing(Activity, filters={"status": ActivityStatus, "cycle_id": Id})
APPROVED = Listing(ApprovedActivity, filters={"program": Code, "category": Code})


@routes.get(
    "/credentials/{credential_id}/renewal-ruling", action="renewal.foresee", answers=OutlookOut, responses={409: {}}
)
def renewal_ruling(uow: UnitOfWork, actor: Actor, credential_id: Id) -> OutlookOut:
    """See how a renewal stands today, clause by clause; at any time, also long before it opens."""
    return _outlook(actions.outlook(uow, actor, credential_id))


@routes.post(
    "/credentials/{credential_id}/renewal-charges",
    action="credential.charge_renewal",
    answers=RenewalChargesOut,
    needs_key=True,
)
def charge_fees(uow: UnitOfWork, actor: Actor, credential_id: Id) -> dict[str, object]:
    """Ask the fees that a renewal or reinstatement today needs, so that they can be paid."""
    return {"items": actions.charge_fees(uow, actor, credential_id)}


@routes.post(
    "/credentials/{credential_id}/renewals",
    action="credential.renew",
    answers=CredentialOut,
    status_code=201,
    location="/v1/credentials/{id}",
    needs_key=True,
    if_match=Credential,
)
def renew(uow: UnitOfWork, actor: Actor, credential_id: Id) -> CredentialOut:
    """Renew a credential whose holder has met the terms of the cycle."""
    return shown(uow, actor, actions.renew(uow, actor, credential_id))


@routes.post(
    "/credentials/{credential_id}/reinstatements",
    action="credential.reinstate",
    answers=CredentialOut,
    status_code=201,
    location="/v1/credentials/{id}",
    needs_key=True,
    if_match=Credential,
)
def reinstate(uow: UnitOfWork, actor: Actor, credential_id: Id) -> CredentialOut:
    """Reinstate a lapsed credential whose holder has met the terms of reinstatement."""
    return shown(uow, actor, actions.reinstate(uow, actor, credential_id))


@routes.post(
    "/credentials/{credential_id}/extensions",
    action="credential.extend",
    answers=CredentialOut,
    needs_key=True,
    if_match=Credential,
)
def extend(uow: UnitOfWork, actor: Actor, credential_id: Id, body: ExtensionIn) -> CredentialOut:
    """Extend a credential's cycle, within the edition's terms (`renewal.extension`).

    Military service proved late makes an expiry not to have happened.
    """
    granted = Extension(kind=body.kind, until=body.until, reason=body.reason)
    return shown(uow, actor, actions.extend(uow, actor, credential_id, granted))


@routes.get("/credentials/{credential_id}/cycles", action="cycle.read", answers=CycleOut, listing=Listing(Cycle))
def list_cycles(uow: UnitOfWork, actor: Actor, credential_id: Id, page: PageRequest) -> Page[Cycle]:
    """List a credential's renewal cycles."""
    owned(uow, actor, "cycle.read", credential_id)
    found = uow.cycles.page(page.within(credential_id=credential_id))
    return Page([actions.as_told(uow, actor, one) for one in found.items], found.after)


@routes.get("/cycles/{cycle_id}", action="cycle.read", answers=CycleOut)
def read_cycle(uow: UnitOfWork, actor: Actor, cycle_id: Id) -> Cycle:
    """Read a renewal cycle."""
    cycle = uow.cycles.get(cycle_id)
    actor.must("cycle.read", cycle)
    return actions.as_told(uow, actor, cycle)


@routes.post("/cycles/{cycle_id}/audit", action="cycle.audit", answers=CycleOut, if_match=Cycle)
def audit(uow: UnitOfWork, actor: Actor, cycle_id: Id) -> Cycle:
    """Choose a cycle for audit: it is not renewed before staff clear it."""
    return actions.audit(uow, actor, cycle_id)


@routes.post("/cycles/{cycle_id}/audit-clearance", action="cycle.clear_audit", answers=CycleOut, if_match=Cycle)
def clear_audit(uow: UnitOfWork, actor: Actor, cycle_id: Id) -> Cycle:
    """Say that an audited cycle's activities agree with their documents."""
    return actions.clear_audit(uow, actor, cycle_id)


@routes.post(
    "/credentials/{credential_id}/activities",
    action="credential.record_activity",
    answers=ActivityOut,
    status_code=201,
    location="/v1/activities/{id}",
)
def record(uow: UnitOfWork, actor: Actor, credential_id: Id, body: ActivityIn) -> Activity:
    """Record an activity in the credential's present cycle, where it stays.

    What its number proves is accepted at once; the rest waits for staff.
    """
    claim = Claim(
        title=body.title,
        provider=body.provider,
        minutes=body.minutes,
        completed_on=body.completed_on,
        category=body.category,
        uan=body.uan,
        file_ids=body.file_ids,
    )
    return activities.record(uow, actor, credential_id, claim)


@routes.get(
    "/credentials/{credential_id}/activities", action="activity.read", answers=ActivityOut, listing=OF_CREDENTIAL
)
def list_of_credential(uow: UnitOfWork, actor: Actor, credential_id: Id, page: PageRequest) -> Page[Activity]:
    """List the activities of a credential, of every cycle or one."""
    owned(uow, actor, "activity.read", credential_id)
    return uow.activities.page(page.within(credential_id=credential_id))


@routes.get("/activities", action="activity.list", answers=ActivityOut, listing=ACTIVITIES)
def list_activities(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[Activity]:
    """List activities, for staff: those claimed wait for a judgement."""
    actor.must("activity.list")
    return uow.activities.page(page)


@routes.get("/activities/{activity_id}", action="activity.read", answers=ActivityOut)
def read_activity(uow: UnitOfWork, actor: Actor, activity_id: Id) -> Activity:
    """Read an activity."""
    activity = uow.activities.get(activity_id)
    actor.must("activity.read", activity)
    return activity


@routes.post("/activities/{activity_id}/documents", action="activity.document", answers=ActivityOut, if_match=Activity)
def document(uow: UnitOfWork, actor: Actor, activity_id: Id, body: DocumentsIn) -> Activity:
    """Add documents to an activity."""
    return activities.document(uow, actor, activity_id, body.file_ids)


@routes.post("/activities/{activity_id}/acceptance", action="activity.accept", answers=ActivityOut, if_match=Activity)
def accept(uow: UnitOfWork, actor: Actor, activity_id: Id, body: AcceptanceIn) -> Activity:
    """Accept an activity."""
    return activities.accept(uow, actor, activity_id, body.category, body.minutes)


@routes.post("/activities/{activity_id}/rejection", action="activity.reject", answers=ActivityOut, if_match=Activity)
def reject(uow: UnitOfWork, actor: Actor, activity_id: Id, body: RejectionIn) -> Activity:
    """Reject an activity, and say why."""
    return activities.reject(uow, actor, activity_id, body.reason)


@routes.post("/activities/{activity_id}/withdrawal", action="activity.withdraw", answers=ActivityOut, if_match=Activity)
def withdraw(uow: UnitOfWork, actor: Actor, activity_id: Id) -> Activity:
    """Take an activity back, while its cycle runs."""
    return activities.withdraw(uow, actor, activity_id)


@routes.get("/approved-activities", action="approved_activity.list", answers=ApprovedActivityOut, listing=APPROVED)
def list_approved(uow: UnitOfWork, page: PageRequest) -> Page[ApprovedActivity]:
    """List the activities that are approved beforehand, for anyone."""
    return uow.approved_activities.page(page)


@routes.post(
    "/approved-activities",
    action="approved_activity.add",
    answers=ApprovedActivityOut,
    status_code=201,
)
def approve_beforehand(uow: UnitOfWork, actor: Actor, body: ApprovedActivityIn) -> ApprovedActivity:
    """Approve an activity beforehand: whoever completes it within these days need not ask staff."""
    return activities.approve_beforehand(uow, actor, Listed(**dict(body)))


@routes.post(
    "/approved-activities/{approved_id}/end",
    action="approved_activity.end",
    answers=ApprovedActivityOut,
    if_match=ApprovedActivity,
)
def end_approval(uow: UnitOfWork, actor: Actor, approved_id: Id, body: ApprovalEndIn) -> ApprovedActivity:
    """Let an activity leave the list after a day."""
    return activities.end_approval(uow, actor, approved_id, body.until_on)


def _outlook(seen: Outlook) -> OutlookOut:
    told = {name: getattr(seen, name) for name in OutlookOut.model_fields if name != "findings"}
    return OutlookOut.model_validate({**told, "findings": seen.ruling.findings})
