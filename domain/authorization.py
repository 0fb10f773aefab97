"""The one table of who may do what: role × action × state × ownership, with separation of duties.

A route names its action; the action judges the thing itself with `actor.must(action, thing)`. A route whose action
has no row here does not start.
"""

from dataclasses import dataclass
from functools import cache

from domain.actors import STAFF, Actor, Role
from domain.errors import DomainError, Forbidden, NotFound, NotTheirWork, SeparationOfDuties, WrongState
from domain.jobs.kinds import LONG_WORK


@dataclass(frozen=True, slots=True)
class Permission:
    """One row: who, from which states, and whose earlier part in the matter stands against it.

    `roles` may do it to anyone's thing. `owner` lets the candidate whose thing it is. `public` needs no token.
    `states` are the values of the thing's `status` from which it may be done (None: any). `apart_from` names fields of
    the thing that hold the subject (or subjects) of an earlier step, whose person may not take this one. `partner` lets
    the partner whose thing it is, by the thing's `partner`; `sponsor` the one who pays, by its `payer`. `of_its_work`
    asks of those who step in with long work that they may do what it does; see `domain.jobs.kinds`.
    """

    roles: frozenset[Role]
    owner: bool = False
    public: bool = False
    states: frozenset[str] | None = None
    apart_from: tuple[str, ...] = ()
    signed_in: bool = False
    partner: bool = False
    sponsor: bool = False
    of_its_work: bool = False


def permission(
    *roles: Role,
    owner: bool = False,
    public: bool = False,
    signed_in: bool = False,
    states: tuple[str, ...] | None = None,
    apart_from: tuple[str, ...] = (),
    partner: bool = False,
    sponsor: bool = False,
    of_its_work: bool = False,
) -> Permission:
    """A row of the table. `signed_in` lets every caller with a valid token, whatever the roles."""
    return Permission(
        roles=frozenset(roles),
        owner=owner,
        public=public,
        signed_in=signed_in,
        partner=partner,
        sponsor=sponsor,
        of_its_work=of_its_work,
        states=None if states is None else frozenset(states),
        apart_from=apart_from,
    )


_NEVER_PERSONS_OF_OURS = frozenset({Role.PARTNER, Role.SPONSOR, Role.AUDITOR})
"""Machines and onlookers: being signed in is not enough for them."""
_FOR_PROGRAMS = frozenset({"badge_host.read", "badge_host.keep", "badge_host.state"})
"""What a holder lets somebody else's program do, by the scopes of Open Badges 3.0; each route names its own."""
_FROM_ANY_STATUS = frozenset(
    {
        "licence.update",
        "licence.verify",
        "education.update",
        "education.judge",
        "item.declare_enemy",
        "item_set.revise",
        "approved_activity.end",
        "watch_list.change",
        "webhook_endpoint.change",
    }
)
"""Steps on a thing that its status does not bar; the other rows without states read, list or begin something."""


def admits(actor: Actor, action: str) -> bool:
    """Whether a caller of these roles may ever take this action, on some thing or other."""
    row = TABLE[action]
    if row.public:
        return True
    if actor.delegated and action not in _FOR_PROGRAMS:
        # Whoever is let at badges is let do nothing else in the holder's name.
        return False
    if actor.system or actor.roles & row.roles:
        return True
    if row.signed_in and actor.subject != "anonymous" and not actor.roles & _NEVER_PERSONS_OF_OURS:
        return True
    if (row.partner and Role.PARTNER in actor.roles) or (row.sponsor and Role.SPONSOR in actor.roles):
        return True
    return row.owner and Role.CANDIDATE in actor.roles


def demand(actor: Actor, action: str, thing: object | None = None) -> None:
    """Raise unless `actor` may take `action` on `thing`; see `Actor.must`."""
    refusal = _refusal(actor, action, thing)
    if refusal is not None:
        raise refusal


def permits(actor: Actor, action: str, thing: object | None = None) -> bool:
    """Whether `demand` would return."""
    return _refusal(actor, action, thing) is None


def allowed_actions(actor: Actor, kind: str, thing: object) -> list[str]:
    """The verbs of `kind` (`application`) that would work on `thing` for this caller, now; sorted."""
    return [verb for verb, action in _steps(kind) if _refusal(actor, action, thing) is None]


@cache
def _steps(kind: str) -> tuple[tuple[str, str], ...]:
    """The verbs that change a thing of a kind, each with its action; sorted."""
    prefix = f"{kind}."
    changes = [name for name, row in TABLE.items() if row.states is not None or name in _FROM_ANY_STATUS]
    steps = (name for name in changes if name.startswith(prefix))
    return tuple(sorted((name.removeprefix(prefix), name) for name in steps))


def _refusal(actor: Actor, action: str, thing: object | None) -> type[DomainError] | None:
    row = TABLE[action]
    if not admits(actor, action):
        return Forbidden
    if thing is None or actor.system:
        return None
    if not _may_know(actor, row, thing):
        return NotFound
    return _in_the_way(actor, row, thing)


def _in_the_way(actor: Actor, row: Permission, thing: object) -> type[DomainError] | None:
    """What keeps a caller from a step on a thing that they may know of."""
    if row.of_its_work and not _may_do_its_work(actor, thing):
        return NotTheirWork
    if any(_took_part(actor, thing, field) for field in row.apart_from):
        return SeparationOfDuties
    if row.states is not None and getattr(thing, "status", None) not in row.states:
        return WrongState
    return None


def _may_know(actor: Actor, row: Permission, thing: object) -> bool:
    if row.public or row.signed_in or actor.roles & row.roles:
        return True
    if row.partner and Role.PARTNER in actor.roles:
        return getattr(thing, "partner", None) == actor.subject
    if row.sponsor and Role.SPONSOR in actor.roles and getattr(thing, "payer", None) == actor.pays_as:
        return True
    owner = getattr(thing, "candidate_id", None)
    return row.owner and owner is not None and owner == actor.candidate_id


def may_know(actor: Actor, action: str, thing: object) -> bool:
    """Whether `thing` is any of the caller's business where `action` is concerned; else it is a missing one to them."""
    return _may_know(actor, TABLE[action], thing)


def _may_do_its_work(actor: Actor, job: object) -> bool:
    """Whether the caller's roles let them do what a job does; a kind that the table lacks is for administrators."""
    action = LONG_WORK.get(getattr(job, "kind", ""))
    return Role.ADMINISTRATOR in actor.roles if action is None else admits(actor, action)


def _took_part(actor: Actor, thing: object, field: str) -> bool:
    who = getattr(thing, field, None)
    if who is None:
        return False
    return actor.is_one_of((who,) if isinstance(who, str) else who)


_REVIEWER, _ADMIN, _AUDITOR = Role.REVIEWER, Role.ADMINISTRATOR, Role.AUDITOR
_RUNS_JOBS = (Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN)
_SEES_FILES = (_REVIEWER, Role.EXAM_MANAGER, Role.CREDENTIAL_OFFICER, _ADMIN)
_SEES_APPLICATIONS = (_REVIEWER, Role.EXAM_MANAGER, Role.CREDENTIAL_OFFICER, Role.FINANCE, _ADMIN, _AUDITOR)
_SEES_CHARGES = (Role.EXAM_MANAGER, Role.CREDENTIAL_OFFICER, Role.FINANCE, _ADMIN, _AUDITOR)
_SEES_LETTERS = (_REVIEWER, Role.EXAM_MANAGER, Role.CREDENTIAL_OFFICER, Role.FINANCE, _ADMIN)
_OFFICERS = (Role.CREDENTIAL_OFFICER, _ADMIN)
_WRITES_ITEMS = (Role.PSYCHOMETRICIAN, Role.EXAM_MANAGER, _ADMIN)

TABLE: dict[str, Permission] = {
    # --- programs: public reading, staff publishing
    "program.read": permission(public=True),
    "policy.publish": permission(_ADMIN),
    "provider.recognise": permission(_REVIEWER, _ADMIN),
    "provider.end": permission(_REVIEWER, _ADMIN),
    "eligibility.check": permission(public=True),
    # --- candidates
    "candidate.register": permission(_REVIEWER, _ADMIN, signed_in=True),
    "candidate.link": permission(signed_in=True),
    "candidate.list": permission(_REVIEWER, Role.EXAM_MANAGER, Role.CREDENTIAL_OFFICER, Role.FINANCE, _ADMIN, _AUDITOR),
    "candidate.read": permission(
        _REVIEWER, Role.EXAM_MANAGER, Role.CREDENTIAL_OFFICER, Role.FINANCE, _ADMIN, _AUDITOR, owner=True
    ),
    "candidate.update": permission(_REVIEWER, _ADMIN, owner=True, states=("active",)),
    "candidate.change_name": permission(_REVIEWER, Role.CREDENTIAL_OFFICER, _ADMIN, owner=True, states=("active",)),
    "candidate.invite": permission(_REVIEWER, _ADMIN, states=("active",)),
    "candidate.unlink": permission(_ADMIN, states=("active",)),
    "licence.record": permission(_REVIEWER, _ADMIN, owner=True),
    "licence.read": permission(_REVIEWER, Role.CREDENTIAL_OFFICER, _ADMIN, _AUDITOR, owner=True),
    "licence.update": permission(_REVIEWER, _ADMIN, owner=True),
    "licence.verify": permission(_REVIEWER, _ADMIN),
    "education.record": permission(_REVIEWER, _ADMIN, owner=True),
    "education.read": permission(_REVIEWER, Role.CREDENTIAL_OFFICER, _ADMIN, _AUDITOR, owner=True),
    "education.update": permission(_REVIEWER, _ADMIN, owner=True),
    "education.judge": permission(_REVIEWER, _ADMIN),
    # --- applications
    "application.create": permission(owner=True, states=("active",)),
    "application.list": permission(*_SEES_APPLICATIONS),
    "application.read": permission(*_SEES_APPLICATIONS, owner=True),
    "application.update": permission(owner=True, states=("draft", "returned")),
    "application.attest": permission(owner=True, states=("draft", "returned")),
    "application.add_evidence": permission(owner=True, states=("draft", "returned", "denied")),
    "application.submit": permission(owner=True, states=("draft",)),
    "application.resubmit": permission(owner=True, states=("returned",)),
    "application.withdraw": permission(owner=True, states=("draft", "submitted", "in_review", "returned")),
    "application.appeal": permission(owner=True, states=("denied",)),
    "application.claim": permission(_REVIEWER, _ADMIN, states=("submitted",)),
    "application.release": permission(_REVIEWER, _ADMIN, states=("in_review",)),
    "application.return": permission(_REVIEWER, _ADMIN, states=("in_review",)),
    "application.decide": permission(_REVIEWER, _ADMIN, states=("in_review",)),
    "application.draw_audit": permission(_ADMIN),
    "audit_draw.read": permission(public=True),
    "evidence.read": permission(_REVIEWER, Role.CREDENTIAL_OFFICER, _ADMIN, _AUDITOR, owner=True),
    "evidence.change": permission(owner=True),
    "evidence.remove": permission(owner=True),
    "evidence.judge": permission(_REVIEWER, _ADMIN),
    "determination.read": permission(*_SEES_APPLICATIONS, owner=True),
    "determination.replay": permission(_REVIEWER, _ADMIN, _AUDITOR),
    "appeal.list": permission(_REVIEWER, _ADMIN, _AUDITOR),
    "appeal.read": permission(_REVIEWER, _ADMIN, _AUDITOR, owner=True),
    "appeal.decide": permission(_REVIEWER, _ADMIN, states=("filed",), apart_from=("first_decided_by",)),
    "appeal.withdraw": permission(owner=True, states=("filed",)),
    "conflict_of_interest.declare": permission(*STAFF),
    "conflict_of_interest.list": permission(_REVIEWER, _ADMIN, _AUDITOR),
    # --- exams
    "administration.create": permission(Role.EXAM_MANAGER, _ADMIN),
    "administration.read": permission(public=True),
    "administration.open": permission(Role.EXAM_MANAGER, _ADMIN, states=("planned", "closed")),
    "administration.close": permission(Role.EXAM_MANAGER, _ADMIN, states=("open",)),
    "administration.cancel": permission(Role.EXAM_MANAGER, _ADMIN, states=("planned", "open", "closed")),
    "administration.add_session": permission(Role.EXAM_MANAGER, _ADMIN, states=("planned", "open")),
    "session.read": permission(*STAFF, _AUDITOR, signed_in=True),
    "session.change": permission(Role.EXAM_MANAGER, _ADMIN, states=("open", "closed")),
    "session.close": permission(Role.EXAM_MANAGER, _ADMIN, states=("open",)),
    "session.reopen": permission(Role.EXAM_MANAGER, _ADMIN, states=("closed",)),
    "session.cancel": permission(Role.EXAM_MANAGER, _ADMIN, states=("open", "closed")),
    "application.charge_exam": permission(Role.EXAM_MANAGER, Role.FINANCE, _ADMIN, owner=True, states=("approved",)),
    "application.authorize": permission(Role.EXAM_MANAGER, _ADMIN, owner=True, states=("approved",)),
    "application.request_accommodation": permission(
        Role.EXAM_MANAGER, _ADMIN, owner=True, states=("draft", "submitted", "in_review", "returned", "approved")
    ),
    "authorization.rule": permission(_REVIEWER, Role.EXAM_MANAGER, _ADMIN, _AUDITOR, owner=True),
    "authorization.list": permission(_REVIEWER, Role.EXAM_MANAGER, Role.CREDENTIAL_OFFICER, _ADMIN, _AUDITOR),
    "authorization.read": permission(
        _REVIEWER, Role.EXAM_MANAGER, Role.CREDENTIAL_OFFICER, _ADMIN, _AUDITOR, owner=True
    ),
    "authorization.extend": permission(Role.EXAM_MANAGER, _ADMIN, owner=True, states=("active",)),
    "authorization.book": permission(Role.EXAM_MANAGER, _ADMIN, owner=True, states=("active",)),
    "registration.rule": permission(Role.EXAM_MANAGER, _ADMIN, _AUDITOR, owner=True),
    "registration.list": permission(Role.EXAM_MANAGER, _ADMIN, _AUDITOR),
    "registration.read": permission(Role.EXAM_MANAGER, Role.FINANCE, _ADMIN, _AUDITOR, owner=True),
    "registration.charge": permission(Role.EXAM_MANAGER, Role.FINANCE, _ADMIN, owner=True, states=("booked",)),
    "registration.reschedule": permission(Role.EXAM_MANAGER, _ADMIN, owner=True, states=("booked",)),
    "registration.cancel": permission(Role.EXAM_MANAGER, _ADMIN, owner=True, states=("booked",)),
    "registration.mark_missed": permission(Role.EXAM_MANAGER, _ADMIN, states=("booked",)),
    "registration.excuse": permission(Role.EXAM_MANAGER, _ADMIN, states=("no_show",)),
    "accommodation.list": permission(Role.EXAM_MANAGER, _ADMIN, _AUDITOR),
    "accommodation.read": permission(Role.EXAM_MANAGER, _ADMIN, _AUDITOR, owner=True),
    "accommodation.decide": permission(Role.EXAM_MANAGER, _ADMIN, states=("requested",)),
    "accommodation.withdraw": permission(owner=True, states=("requested",)),
    # --- scores
    "form.create": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN),
    "form.read": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, _AUDITOR),
    "form.change": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, states=("draft",)),
    "form.retire": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, states=("approved",)),
    "form.draft_key": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, states=("draft", "approved")),
    "form.draft_conversion": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, states=("draft", "approved")),
    "form.import_responses": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, states=("approved",)),
    "form.score": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, states=("approved", "retired")),
    "form_key.approve": permission(
        Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, states=("draft",), apart_from=("created_by",)
    ),
    "conversion.approve": permission(
        Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, states=("draft",), apart_from=("created_by",)
    ),
    "response_import.read": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, _AUDITOR),
    "attempt.read": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, Role.CREDENTIAL_OFFICER, _ADMIN, _AUDITOR),
    "attempt.read_report": permission(
        Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, Role.CREDENTIAL_OFFICER, _ADMIN, _AUDITOR, owner=True
    ),
    "attempt.hold": permission(
        Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, Role.CREDENTIAL_OFFICER, _ADMIN, states=("imported", "scored")
    ),
    "attempt.invalidate": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, states=("imported", "scored")),
    "hold.lift": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, states=("standing",)),
    "score_release.propose": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN),
    "score_release.read": permission(
        Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, Role.CREDENTIAL_OFFICER, _ADMIN, _AUDITOR
    ),
    "score_release.approve": permission(
        Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, states=("proposed",), apart_from=("proposed_by",)
    ),
    "score_release.reject": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, states=("proposed",)),
    # --- rescores
    "form.rescore": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, states=("approved", "retired")),
    "rescore.read": permission(
        Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, Role.CREDENTIAL_OFFICER, Role.FINANCE, _ADMIN, _AUDITOR
    ),
    "rescore.relist": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, states=("listing", "listed")),
    "rescore.approve": permission(
        Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, states=("listed",), apart_from=("created_by",)
    ),
    "rescore.reject": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, states=("listing", "listed")),
    # --- items
    "item.create": permission(*_WRITES_ITEMS),
    "item.import": permission(*_WRITES_ITEMS),
    "item.read": permission(*_WRITES_ITEMS, _AUDITOR),
    "item.read_content": permission(*_WRITES_ITEMS, _AUDITOR),
    "item.revise": permission(*_WRITES_ITEMS, states=("draft", "reviewed", "pretest", "operational")),
    "item.review": permission(*_WRITES_ITEMS, states=("draft",), apart_from=("authored_by",)),
    "item.send_back": permission(*_WRITES_ITEMS, states=("reviewed", "pretest")),
    "item.pretest": permission(Role.PSYCHOMETRICIAN, _ADMIN, states=("reviewed",)),
    "item.propose": permission(*_WRITES_ITEMS, states=("reviewed", "pretest")),
    "item.drop_proposal": permission(*_WRITES_ITEMS, states=("reviewed", "pretest")),
    "item.approve": permission(
        Role.PSYCHOMETRICIAN, _ADMIN, states=("reviewed", "pretest"), apart_from=("authored_by", "proposed_by")
    ),
    "item.retire": permission(Role.PSYCHOMETRICIAN, _ADMIN, states=("draft", "reviewed", "pretest", "operational")),
    "item.declare_enemy": permission(*_WRITES_ITEMS),
    "item.count_exposure": permission(Role.PSYCHOMETRICIAN, _ADMIN),
    "item.record_statistics": permission(Role.PSYCHOMETRICIAN, _ADMIN),
    "item_set.create": permission(*_WRITES_ITEMS),
    "item_set.read": permission(*_WRITES_ITEMS, _AUDITOR),
    "item_set.read_content": permission(*_WRITES_ITEMS, _AUDITOR),
    "item_set.revise": permission(*_WRITES_ITEMS),
    "item_reading.read": permission(Role.PSYCHOMETRICIAN, _ADMIN, _AUDITOR),
    "item_export.request": permission(*_WRITES_ITEMS),
    "item_export.read": permission(*_WRITES_ITEMS, _AUDITOR),
    "item_export.approve": permission(
        Role.PSYCHOMETRICIAN, _ADMIN, states=("requested",), apart_from=("requested_by",)
    ),
    "item_export.reject": permission(Role.PSYCHOMETRICIAN, _ADMIN, states=("requested",)),
    "item_export.fetch": permission(*_WRITES_ITEMS, states=("ready",)),
    # --- assembly
    "assembly.request": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN),
    "assembly.read": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, _AUDITOR),
    "assembly.adopt": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, states=("solved",)),
    "assembly.discard": permission(
        Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, states=("solved", "infeasible", "unsolved")
    ),
    # --- wallets
    "badge_host.read": permission(signed_in=True),
    "badge_host.keep": permission(owner=True),
    "badge_host.state": permission(owner=True),
    "badge_host.describe": permission(public=True),
    "credential.offer_to_wallet": permission(owner=True, states=("active", "expired")),
    "wallet_offer.read": permission(*STAFF, _AUDITOR, owner=True),
    "wallet_offer.withdraw": permission(owner=True, states=("offered", "redeemed")),
    "wallet.exchange": permission(public=True),
    # --- standard setting
    "standard_setting.open": permission(Role.PSYCHOMETRICIAN, _ADMIN, states=("draft", "approved")),
    "standard_setting.read": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, _AUDITOR),
    "standard_setting.rate": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, states=("open",)),
    "standard_setting.advance": permission(Role.PSYCHOMETRICIAN, _ADMIN, states=("open",)),
    "standard_setting.close": permission(Role.PSYCHOMETRICIAN, _ADMIN, states=("open",)),
    "standard_setting.adopt": permission(Role.PSYCHOMETRICIAN, _ADMIN, states=("closed",)),
    "standard_setting.abandon": permission(Role.PSYCHOMETRICIAN, _ADMIN, states=("open", "closed")),
    # --- practice
    "practice_exam.start": permission(owner=True, states=("active",)),
    "practice_exam.read": permission(Role.EXAM_MANAGER, _ADMIN, _AUDITOR, owner=True),
    "practice_exam.see": permission(owner=True),
    "practice_exam.answer": permission(owner=True, states=("in_progress",)),
    "practice_exam.finish": permission(owner=True, states=("in_progress",)),
    # --- analyses of forms
    "grouping.record": permission(Role.PSYCHOMETRICIAN, _ADMIN),
    "grouping.forget": permission(Role.PSYCHOMETRICIAN, _ADMIN),
    "grouping.read": permission(Role.PSYCHOMETRICIAN, _ADMIN, _AUDITOR),
    "analysis.request": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN),
    "analysis.read": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, _AUDITOR),
    "equating_run.request": permission(Role.PSYCHOMETRICIAN, _ADMIN),
    "equating_run.read": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, _AUDITOR),
    "equating_run.propose_conversion": permission(Role.PSYCHOMETRICIAN, _ADMIN),
    "statistics_sheet.request": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN),
    "statistics_sheet.read": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, _AUDITOR),
    # --- irregularities
    "irregularity.screen": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN),
    "irregularity.read": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, _AUDITOR),
    "irregularity_review.clear": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, states=("open",)),
    "irregularity_review.confirm": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, states=("open",)),
    # --- test centres
    "centre.read": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, _AUDITOR),
    "centre_file.export": permission(Role.EXAM_MANAGER, _ADMIN),
    "centre_file.receive": permission(Role.EXAM_MANAGER, _ADMIN),
    "centre_file.read": permission(Role.EXAM_MANAGER, Role.PSYCHOMETRICIAN, _ADMIN, _AUDITOR),
    "centre_file.download": permission(Role.EXAM_MANAGER, _ADMIN, _AUDITOR),
    "centre_row.read": permission(Role.EXAM_MANAGER, _ADMIN, _AUDITOR),
    "centre_row.match": permission(Role.EXAM_MANAGER, _ADMIN, states=("parked",)),
    "centre_row.dismiss": permission(Role.EXAM_MANAGER, _ADMIN, states=("parked",)),
    # --- credentials
    "registry.read": permission(public=True),
    "badge.read": permission(public=True),
    "status_list.read": permission(public=True),
    "registry.check": permission(public=True),
    "registry.verify": permission(public=True),
    "registry.state": permission(public=True),
    "award.list": permission(*_OFFICERS, _AUDITOR),
    "award.read": permission(*_OFFICERS, Role.PSYCHOMETRICIAN, _AUDITOR, owner=True),
    "award.rejudge": permission(*_OFFICERS, states=("held",)),
    "award.decline": permission(*_OFFICERS, states=("held",)),
    "credential.list": permission(*STAFF, _AUDITOR),
    "credential.read": permission(*STAFF, _AUDITOR, owner=True),
    "credential.print": permission(*STAFF, _AUDITOR, owner=True),
    "credential.suspend": permission(*_OFFICERS, states=("active", "expired")),
    "credential.lift": permission(*_OFFICERS, states=("suspended",)),
    "credential.revoke": permission(*_OFFICERS, states=("active", "suspended", "expired", "lapsed", "retired")),
    "credential.date_change": permission(*_OFFICERS),
    "credential.retire": permission(*_OFFICERS, owner=True, states=("active", "expired", "lapsed")),
    "credential.correct_name": permission(*_OFFICERS, states=("active", "suspended", "expired", "lapsed")),
    # --- renewals
    "renewal.foresee": permission(_REVIEWER, *_OFFICERS, Role.FINANCE, _AUDITOR, owner=True),
    "credential.record_activity": permission(
        _REVIEWER, *_OFFICERS, owner=True, states=("active", "suspended", "expired", "lapsed")
    ),
    "credential.charge_renewal": permission(
        *_OFFICERS, Role.FINANCE, owner=True, states=("active", "expired", "lapsed")
    ),
    "credential.renew": permission(*_OFFICERS, owner=True, states=("active", "expired")),
    "credential.reinstate": permission(*_OFFICERS, owner=True, states=("lapsed",)),
    "credential.extend": permission(*_OFFICERS, states=("active", "suspended", "expired", "lapsed")),
    "cycle.read": permission(_REVIEWER, *_OFFICERS, Role.FINANCE, _AUDITOR, owner=True),
    "cycle.audit": permission(*_OFFICERS, states=("open", "lapsed")),
    "cycle.clear_audit": permission(*_OFFICERS, _REVIEWER, states=("open", "lapsed")),
    "activity.list": permission(_REVIEWER, *_OFFICERS, _AUDITOR),
    "activity.read": permission(_REVIEWER, *_OFFICERS, _AUDITOR, owner=True),
    "activity.document": permission(_REVIEWER, *_OFFICERS, owner=True, states=("claimed", "accepted")),
    "activity.accept": permission(_REVIEWER, *_OFFICERS, states=("claimed", "rejected")),
    "activity.reject": permission(_REVIEWER, *_OFFICERS, states=("claimed", "accepted")),
    "activity.withdraw": permission(*_OFFICERS, owner=True, states=("claimed", "accepted")),
    "approved_activity.list": permission(public=True),
    "approved_activity.add": permission(_REVIEWER, *_OFFICERS),
    "approved_activity.end": permission(_REVIEWER, *_OFFICERS),
    # --- payments
    "charge.list": permission(Role.FINANCE, _ADMIN, _AUDITOR),
    "charge.read": permission(*_SEES_CHARGES, owner=True),
    "charge.pay": permission(Role.FINANCE, _ADMIN, owner=True, states=("open",)),
    "charge.waive": permission(Role.FINANCE, _ADMIN, states=("open",)),
    "charge.refund": permission(Role.FINANCE, _ADMIN, states=("paid",)),
    "payment.list": permission(Role.FINANCE, _ADMIN, _AUDITOR, sponsor=True),
    "payment.read": permission(Role.FINANCE, _ADMIN, _AUDITOR, owner=True, sponsor=True),
    "payment.receive": permission(Role.FINANCE, _ADMIN, states=("started", "failed")),
    "payment.fail": permission(Role.FINANCE, _ADMIN, owner=True, states=("started",)),
    "statement.read": permission(Role.FINANCE, _ADMIN, _AUDITOR, owner=True),
    # --- watching: each partner its own; administrators and auditors read
    "watch_list.open": permission(partner=True),
    "watch_list.read": permission(_ADMIN, _AUDITOR, partner=True),
    "watch_list.change": permission(partner=True),
    "watch.add": permission(partner=True),
    "watch.read": permission(_ADMIN, _AUDITOR, partner=True),
    "watch.end": permission(partner=True, states=("watching",)),
    "watch_event.read": permission(partner=True),
    "webhook_endpoint.add": permission(partner=True),
    "webhook_endpoint.read": permission(_ADMIN, _AUDITOR, partner=True),
    "webhook_endpoint.change": permission(partner=True),
    "webhook_endpoint.rotate": permission(partner=True, states=("pending", "enabled")),
    "webhook_endpoint.ping": permission(partner=True, states=("pending", "enabled")),
    "webhook_endpoint.disable": permission(_ADMIN, partner=True, states=("pending", "enabled")),
    "webhook_endpoint.enable": permission(partner=True, states=("disabled",)),
    "webhook_endpoint.recover": permission(partner=True, states=("enabled",)),
    "webhook_delivery.read": permission(_ADMIN, _AUDITOR, partner=True),
    "webhook_delivery.redeliver": permission(partner=True, states=("delivered", "failed")),
    # --- access
    "role_grant.create": permission(_ADMIN),
    "role_grant.list": permission(_ADMIN, _AUDITOR),
    "role_grant.revoke": permission(_ADMIN, states=("standing",)),
    "api_key.create": permission(_ADMIN),
    "api_key.list": permission(_ADMIN, _AUDITOR),
    "api_key.revoke": permission(_ADMIN, states=("standing",)),
    "me.read": permission(*Role, signed_in=True),
    # --- sandbox
    "sandbox.turn_clock": permission(_ADMIN),
    # --- jobs, files, journal, service
    "journal.read": permission(_AUDITOR, _ADMIN),
    "job.read": permission(*STAFF, _AUDITOR),
    "job.cancel": permission(*_RUNS_JOBS, states=("queued", "running"), of_its_work=True),
    "job.resume": permission(*_RUNS_JOBS, states=("failed", "cancelled"), of_its_work=True),
    "file.upload": permission(*_SEES_FILES, owner=True, states=("active",)),
    "file.read": permission(*_SEES_FILES, _AUDITOR, owner=True),
    "file.read_accommodation": permission(Role.EXAM_MANAGER, _ADMIN, _AUDITOR, owner=True),
    "file.remove": permission(_ADMIN, owner=True, states=("stored",)),
    "notice.list": permission(*_SEES_LETTERS, _AUDITOR, owner=True),
    "notice.resend": permission(*_SEES_LETTERS, states=("failed",)),
}
