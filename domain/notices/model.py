"""What a candidate is told, and what became of each letter."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from domain.entity import Entity
from domain.errors import WrongState
from domain.jobs.model import Retries
from domain.ruling import Finding, Ruling

Value = str | int | bool | None

MOST_TRIES = Retries().away
"""How often a letter is tried while mail is away; as often as the task that sends it."""


class NoticeKind(StrEnum):
    """Every step of a candidate's life that they hear of. Each has a template of the same name."""

    INVITATION = "invitation"
    NAME_CHANGED = "name_changed"
    APPLICATION_SUBMITTED = "application_submitted"
    INFORMATION_REQUESTED = "information_requested"
    RESUBMISSION_RECEIVED = "resubmission_received"
    APPLICATION_APPROVED = "application_approved"
    APPLICATION_DENIED = "application_denied"
    APPLICATION_WITHDRAWN = "application_withdrawn"
    APPLICATION_EXPIRING = "application_expiring"
    APPLICATION_EXPIRED = "application_expired"
    APPEAL_RECEIVED = "appeal_received"
    APPEAL_DECIDED = "appeal_decided"
    AUTHORIZATION_ISSUED = "authorization_issued"
    AUTHORIZATION_EXTENDED = "authorization_extended"
    AUTHORIZATION_EXPIRED = "authorization_expired"
    ACCOMMODATION_DECIDED = "accommodation_decided"
    REGISTRATION_CONFIRMED = "registration_confirmed"
    REGISTRATION_RESCHEDULED = "registration_rescheduled"
    REGISTRATION_CANCELLED = "registration_cancelled"
    NO_SHOW = "no_show"
    SCORE_REPORT_READY = "score_report_ready"
    SCORE_HELD = "score_held"
    SCORE_INVALIDATED = "score_invalidated"
    SCORE_CORRECTED = "score_corrected"
    CREDENTIAL_ISSUED = "credential_issued"
    CREDENTIAL_HELD = "credential_held"
    CREDENTIAL_SUSPENDED = "credential_suspended"
    CREDENTIAL_REVOKED = "credential_revoked"
    CREDENTIAL_REINSTATED = "credential_reinstated"
    CREDENTIAL_RETIRED = "credential_retired"
    RENEWAL_OPEN = "renewal_open"
    RENEWAL_REMINDER = "renewal_reminder"
    RENEWAL_GRACE = "renewal_grace"
    CREDENTIAL_LAPSED = "credential_lapsed"
    CREDENTIAL_RENEWED = "credential_renewed"
    AUDIT_CHOSEN = "audit_chosen"
    PAYMENT_DUE = "payment_due"
    PAYMENT_RECEIVED = "payment_received"
    PAYMENT_REFUNDED = "payment_refunded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a kind of letter needs: `about` says whose id `about_id` is; parameters are `needs`, and perhaps `takes`."""

    about: str
    needs: frozenset[str]
    takes: frozenset[str] = frozenset()


def _terms(about: str, needs: str = "", takes: str = "") -> Terms:
    return Terms(about=about, needs=frozenset(needs.split()), takes=frozenset(takes.split()))


TERMS: Mapping[NoticeKind, Terms] = {
    NoticeKind.INVITATION: _terms("invitation", "token expires_on"),
    NoticeKind.NAME_CHANGED: _terms("candidate"),
    NoticeKind.APPLICATION_SUBMITTED: _terms("application", "program number"),
    NoticeKind.INFORMATION_REQUESTED: _terms("application", "program number due_on"),
    NoticeKind.RESUBMISSION_RECEIVED: _terms("application", "program number"),
    NoticeKind.APPLICATION_APPROVED: _terms("determination", "program number", "expires_on"),
    NoticeKind.APPLICATION_DENIED: _terms("determination", "program number", "appeal_by"),
    NoticeKind.APPLICATION_WITHDRAWN: _terms("application", "program number"),
    NoticeKind.APPLICATION_EXPIRING: _terms("application", "program number expires_on"),
    NoticeKind.APPLICATION_EXPIRED: _terms("application", "program number"),
    NoticeKind.APPEAL_RECEIVED: _terms("appeal", "program number"),
    NoticeKind.APPEAL_DECIDED: _terms("appeal", "program number outcome"),
    NoticeKind.AUTHORIZATION_ISSUED: _terms("authorization", "program number opens_on closes_on"),
    NoticeKind.AUTHORIZATION_EXTENDED: _terms("authorization", "program number closes_on"),
    NoticeKind.AUTHORIZATION_EXPIRED: _terms("authorization", "program number closes_on"),
    NoticeKind.ACCOMMODATION_DECIDED: _terms("accommodation", "program outcome", "extra_minutes"),
    NoticeKind.REGISTRATION_CONFIRMED: _terms("registration", "program number starts_at zone site"),
    NoticeKind.REGISTRATION_RESCHEDULED: _terms("registration", "program number starts_at zone site"),
    NoticeKind.REGISTRATION_CANCELLED: _terms("registration", "program number", "starts_at zone by_body"),
    NoticeKind.NO_SHOW: _terms("registration", "program number", "starts_at zone"),
    NoticeKind.SCORE_REPORT_READY: _terms("attempt", "program"),
    NoticeKind.SCORE_HELD: _terms("attempt", "program"),
    NoticeKind.SCORE_INVALIDATED: _terms("attempt", "program grounds"),
    NoticeKind.SCORE_CORRECTED: _terms("attempt", "program"),
    NoticeKind.CREDENTIAL_ISSUED: _terms("credential", "program number valid_from valid_until"),
    NoticeKind.CREDENTIAL_HELD: _terms("award", "program"),
    NoticeKind.CREDENTIAL_SUSPENDED: _terms("credential", "program number effective_on", "appeal_by"),
    NoticeKind.CREDENTIAL_REVOKED: _terms("credential", "program number effective_on", "appeal_by"),
    NoticeKind.CREDENTIAL_REINSTATED: _terms("credential", "program number effective_on valid_until"),
    NoticeKind.CREDENTIAL_RETIRED: _terms("credential", "program number effective_on"),
    NoticeKind.RENEWAL_OPEN: _terms("cycle", "program number ends_on"),
    NoticeKind.RENEWAL_REMINDER: _terms("cycle", "program number ends_on", "days_left"),
    NoticeKind.RENEWAL_GRACE: _terms("cycle", "program number ended_on grace_until"),
    NoticeKind.CREDENTIAL_LAPSED: _terms("credential", "program number effective_on"),
    NoticeKind.CREDENTIAL_RENEWED: _terms("credential", "program number valid_until"),
    NoticeKind.AUDIT_CHOSEN: _terms("cycle or application", "program number", "due_on"),
    NoticeKind.PAYMENT_DUE: _terms("charge or payment", "fee amount_minor currency", "due_on"),
    NoticeKind.PAYMENT_RECEIVED: _terms("payment", "amount_minor currency reference"),
    NoticeKind.PAYMENT_REFUNDED: _terms("refund", "amount_minor currency reference"),
}
"""`program` is the program's title as people read it; `number` the human reference of the application, authorization,
registration or credential; `…_on`, `…_by` and `…_until` inclusive days; `starts_at` an instant with its IANA `zone`."""

SECRETS = frozenset({"token"})
"""Parameters that are forgotten as soon as the letter has left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmetClause:
    """A clause that stood in the way: what the edition asks, and the code of what was found. Nothing of the person."""

    clause: str
    code: str
    asked: str
    edition: str | None = None
    paragraph: str | None = None


class NoticeStatus(StrEnum):
    """What became of a letter."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Entity):
    """One letter to a candidate, written when it is sent: it holds ids, codes, days, amounts, never a personal value.

    `about_id` is the object that `TERMS[kind].about` names. `unmet` are the clauses that the letter lists.
    """

    candidate_id: UUID
    kind: NoticeKind
    about_id: UUID
    created_at: datetime
    parameters: dict[str, Value] = field(default_factory=dict)
    unmet: tuple[UnmetClause, ...] = ()
    status: NoticeStatus = NoticeStatus.QUEUED
    attempts: int = 0
    sent_at: datetime | None = None
    last_error_code: str | None = None

    def sent(self, at: datetime) -> Self:
        """Handed over to the mail server; its secrets are forgotten."""
        return replace(
            self._without_secrets(),
            status=NoticeStatus.SENT,
            attempts=self.attempts + 1,
            sent_at=at,
            last_error_code=None,
        )

    def failed(self, code: str) -> Self:
        """Given up for good, for the reason `code`."""
        done = self._without_secrets()
        return replace(done, status=NoticeStatus.FAILED, attempts=done.attempts + 1, last_error_code=code)

    def delayed(self, code: str) -> Self:
        """To be tried again; the last of `MOST_TRIES` gives it up."""
        if self.attempts + 1 >= MOST_TRIES:
            return self.failed(code)
        return replace(self, attempts=self.attempts + 1, last_error_code=code)

    def requeued(self) -> Self:
        """To be tried afresh. WrongState for one that carried a secret: that is made anew, with a notice of its own."""
        if self.status is not NoticeStatus.FAILED or TERMS[self.kind].needs & SECRETS:
            raise WrongState
        return replace(self, status=NoticeStatus.QUEUED, attempts=0, last_error_code=None)

    def _without_secrets(self) -> Self:
        return replace(self, parameters={name: v for name, v in self.parameters.items() if name not in SECRETS})


def unmet_clauses(ruling: Ruling) -> tuple[UnmetClause, ...]:
    """The clauses that stand in the way, in the ruling's order; a choice among alternatives is one clause."""
    return tuple(_unmet(finding) for finding in ruling.unmet)


def _unmet(finding: Finding) -> UnmetClause:
    source = finding.source
    return UnmetClause(
        clause=finding.clause,
        code=finding.code,
        asked=finding.asked,
        edition=source.edition if source else None,
        paragraph=source.paragraph if source else None,
    )
