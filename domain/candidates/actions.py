"""Verbs of candidates: register, invite, link, unlink, change a profile or a legal name.

Locks: whoever ties a sign-in, or ends one, holds the candidate's row (accepting an invitation: the invitation's first),
so that a candidate has one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

from domain.actors import Actor
from domain.applications.model import Application, ApplicationStatus
from domain.candidates import rules
from domain.candidates.errors import (
    AlreadyLinked,
    CandidateLinked,
    EmailNotVerified,
    InvitationSpent,
    NameChangeNeedsStaff,
    NotLinked,
    StaffSignIn,
)
from domain.candidates.events import (
    CandidateInvited,
    CandidateRegistered,
    CandidateUpdated,
    IdentityLinked,
    IdentityUnlinked,
    LegalNameChanged,
)
from domain.candidates.model import (
    Candidate,
    CandidateStatus,
    Identity,
    Invitation,
    PastName,
    PersonName,
    PostalAddress,
)
from domain.errors import Contradiction, Fault, NotFound, SeparationOfDuties
from domain.files import actions as files
from domain.independence import must_be_independent, must_not_have_denied
from domain.notices import actions as notices
from domain.notices.model import NoticeKind
from domain.numbers import reference
from domain.ports import UnitOfWork
from domain.text import folded

INVITATION_DAYS = 14
_ENDED_IT = "Someone else must invite this candidate, because you ended their sign-in."
_INVITED = "Someone else must follow this invitation, because you issued it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a candidate says of themselves."""

    legal_name: PersonName
    email: str
    practises_in: str
    date_of_birth: date | None = None
    phone: str | None = None
    address: PostalAddress | None = None


def search_name(name: PersonName) -> str:
    """The form by which staff search: family name first, without case, marks and doubled blanks."""
    return " ".join(folded(f"{name.family} {name.given} {name.middle}").split())


def register(uow: UnitOfWork, actor: Actor, profile: Profile) -> Candidate:
    """Open a candidate record: staff for anyone, a signed-in person for themselves, whose sign-in is tied to it."""
    actor.must("candidate.register")
    if not actor.is_staff and actor.candidate_id is not None:
        raise AlreadyLinked
    said = {"date_of_birth": profile.date_of_birth, "practises_in": profile.practises_in}
    rules.must_be_possible(rules.profile_faults(said, uow.today))
    candidate = uow.candidates.add(
        Candidate(
            id=uow.new_id(),
            number=reference("C", uow.random(8)),
            legal_name=profile.legal_name,
            search_name=search_name(profile.legal_name),
            email=profile.email,
            practises_in=profile.practises_in,
            date_of_birth=profile.date_of_birth,
            phone=profile.phone,
            address=profile.address,
            created_at=uow.now,
        )
    )
    uow.record(CandidateRegistered(candidate_id=candidate.id))
    if not actor.is_staff and not actor.system:
        _link(uow, actor, candidate.id, "registration")
    return candidate


def update(uow: UnitOfWork, actor: Actor, candidate_id: UUID, changes: dict[str, object]) -> Candidate:
    """Change contact details and country of practice; the legal name has a verb of its own."""
    candidate = uow.candidates.get(candidate_id)
    actor.must("candidate.update", candidate)
    must_not_have_denied(uow, actor, candidate_id)
    rules.must_be_possible(rules.profile_faults(changes, uow.today))
    changed = uow.candidates.save(replace(candidate, **changes))  # type: ignore[arg-type]
    uow.record(CandidateUpdated(candidate_id=candidate_id, fields=",".join(sorted(changes))))
    return changed


def change_name(
    uow: UnitOfWork, actor: Actor, candidate_id: UUID, name: PersonName, reason: str, file_id: UUID | None
) -> Candidate:
    """Change the legal name, keeping the former one with the time and reason of the change.

    Once an application was submitted, independent staff alone do so, on a document: a credential bears the name that
    they have seen. Raises NameChangeNeedsStaff, or Contradiction where they name no document.
    """
    candidate = uow.candidates.get(candidate_id)
    actor.must("candidate.change_name", candidate)
    applications = uow.applications.find(candidate_id=candidate_id)
    if _is_settled(applications):
        _must_have_seen(uow, actor, candidate_id, file_id)
    files.require(uow, candidate_id, () if file_id is None else (file_id,))
    former = PastName(
        name=candidate.legal_name, until=uow.now, reason=reason, changed_by=actor.subject, file_id=file_id
    )
    changed = uow.candidates.save(
        replace(
            candidate,
            legal_name=name,
            search_name=search_name(name),
            past_names=(*candidate.past_names, former),
        )
    )
    for application in applications:
        uow.applications.save(replace(application, search_name=changed.search_name))
    uow.record(LegalNameChanged(candidate_id=candidate_id))
    notices.notify(uow, candidate_id, NoticeKind.NAME_CHANGED, candidate_id)
    return changed


def may_change_own_name(uow: UnitOfWork, candidate_id: UUID) -> bool:
    """Whether candidates may still change their legal name themselves: until an application was submitted."""
    return not _is_settled(uow.applications.find(candidate_id=candidate_id))


def _is_settled(applications: Iterable[Application]) -> bool:
    return any(_was_submitted(one) for one in applications)


def _was_submitted(application: Application) -> bool:
    unseen = (ApplicationStatus.DRAFT, ApplicationStatus.WITHDRAWN, ApplicationStatus.EXPIRED)
    return application.submitted_at is not None or application.status not in unseen


def _must_have_seen(uow: UnitOfWork, actor: Actor, candidate_id: UUID, file_id: UUID | None) -> None:
    if actor.candidate_id == candidate_id:
        raise NameChangeNeedsStaff
    must_be_independent(uow, actor, candidate_id)
    if file_id is None:
        raise Contradiction(Fault("/file_id", "document_needed", "Name the document that shows the new name."))


def invite(uow: UnitOfWork, actor: Actor, candidate_id: UUID) -> tuple[Invitation, str]:
    """A one-time link for a candidate without a sign-in; the token is returned once and kept as a digest.

    Raises CandidateLinked where there is one, SeparationOfDuties for who ended the candidate's last one.
    """
    candidate = uow.candidates.lock(candidate_id)
    actor.must("candidate.invite", candidate)
    earlier = uow.identities.find(candidate_id=candidate_id)
    if any(one.ended_at is None for one in earlier):
        raise CandidateLinked
    if earlier and actor.is_one_of((earlier[-1].ended_by or "",)):
        raise SeparationOfDuties(_ENDED_IT)
    token = uow.random(32).hex()
    invitation = uow.invitations.add(
        Invitation(
            id=uow.new_id(),
            candidate_id=candidate_id,
            token_digest=sha256(token.encode()).hexdigest(),
            created_by=actor.subject,
            created_at=uow.now,
            expires_at=uow.now + timedelta(days=INVITATION_DAYS),
        )
    )
    uow.record(CandidateInvited(candidate_id=candidate_id, invitation_id=invitation.id))
    notices.notify(
        uow,
        candidate_id,
        NoticeKind.INVITATION,
        invitation.id,
        token=token,
        expires_on=invitation.expires_at.date(),
    )
    return invitation, token


def accept(uow: UnitOfWork, actor: Actor, token: str) -> Candidate:
    """Tie the caller's sign-in to the candidate whom the invitation names.

    Raises StaffSignIn, SeparationOfDuties for who issued it, or InvitationSpent where a sign-in was tied since then.
    """
    actor.must("candidate.link")
    _must_not_be_staff(actor)
    found = uow.invitations.first(token_digest=sha256(token.encode()).hexdigest())
    if found is None:
        raise NotFound
    invitation = uow.invitations.lock(found.id)
    if actor.is_one_of((invitation.created_by,)):
        raise SeparationOfDuties(_INVITED)
    candidate = uow.candidates.lock(invitation.candidate_id)
    if _is_spent(uow, invitation) or candidate.status is not CandidateStatus.ACTIVE:
        raise InvitationSpent
    uow.invitations.save(replace(invitation, used_at=uow.now, used_by=actor.subject))
    _link(uow, actor, candidate.id, "invitation")
    return candidate


def link_by_email(uow: UnitOfWork, actor: Actor) -> Candidate:
    """Tie the caller's sign-in to the one candidate who never had one and has the caller's verified e-mail address."""
    actor.must("candidate.link")
    _must_not_be_staff(actor)
    if actor.email is None:
        raise EmailNotVerified
    found = uow.candidates.find(email=actor.email.lower(), status="active")
    free = [candidate for candidate in found if not uow.identities.find(candidate_id=candidate.id)]
    if len(free) != 1:
        raise NotFound
    _link(uow, actor, free[0].id, "verified_email")
    return free[0]


def unlink(uow: UnitOfWork, actor: Actor, candidate_id: UUID, reason: str) -> Candidate:
    """End the candidate's sign-in, which is lost or somebody else's; someone else then invites them anew.

    Raises NotLinked where there is none.
    """
    candidate = uow.candidates.lock(candidate_id)
    actor.must("candidate.unlink", candidate)
    must_be_independent(uow, actor, candidate_id)
    identity = uow.identities.first(candidate_id=candidate_id, ended_at=None)
    if identity is None:
        raise NotLinked
    uow.identities.save(replace(identity, ended_at=uow.now, ended_by=actor.subject, ended_reason=reason))
    uow.record(IdentityUnlinked(candidate_id=candidate_id, identity_id=identity.id))
    return candidate


def _must_not_be_staff(actor: Actor) -> None:
    if actor.is_staff:
        raise StaffSignIn


def _is_spent(uow: UnitOfWork, invitation: Invitation) -> bool:
    if invitation.used_at is not None or invitation.expires_at <= uow.now:
        return True
    tied = uow.identities.find(candidate_id=invitation.candidate_id)
    return any(one.linked_at >= invitation.created_at for one in tied)


def _link(uow: UnitOfWork, actor: Actor, candidate_id: UUID, how: str) -> None:
    if actor.candidate_id is not None:
        raise AlreadyLinked
    uow.candidates.lock(candidate_id)
    if uow.identities.first(candidate_id=candidate_id, ended_at=None) is not None:
        raise CandidateLinked
    identity = uow.identities.add(
        Identity(id=uow.new_id(), subject=actor.subject, candidate_id=candidate_id, linked_at=uow.now, how=how)
    )
    uow.record(IdentityLinked(candidate_id=candidate_id, identity_id=identity.id, how=how))
