"""What certificates state, read in one transaction; they are made after it has ended."""

from uuid import UUID

from domain.actors import Actor
from domain.certificates import rules
from domain.certificates.model import BadgeFace, Certificate, PaperSize
from domain.credentials import actions
from domain.credentials.actions_standing import life_of, owned
from domain.credentials.model import Credential
from domain.errors import NotFound
from domain.ports import Press, UnitOfWork
from domain.programs.days import today_of

ACTION = "credential.print"


def stated(uow: UnitOfWork, actor: Actor, credential_id: UUID, press: Press, paper: PaperSize | None) -> Certificate:
    """What the certificate of a credential that stands today says, on this paper or the press's own.

    Raises Refused with the reason while the credential does not stand, NotFound once its names are erased.
    """
    credential = standing(uow, actor, credential_id)
    data = actions.certificate(uow, actor, credential.id)
    return Certificate(
        number=data.number,
        name=data.name,
        program=data.program,
        program_title=data.program_title,
        edition=data.edition,
        scheme=uow.policies.named(data.edition).title,
        issuer=data.issuer,
        awarded_on=data.awarded_on,
        valid_from=data.valid_from,
        valid_until=data.valid_until,
        ends_at=data.ends_at,
        zone=data.zone,
        address=press.address(data.number),
        paper=paper or press.paper,
        country=uow.candidates.get(credential.candidate_id).practises_in,
    )


def pictured(uow: UnitOfWork, actor: Actor, credential_id: UUID) -> BadgeFace:
    """What the picture of a credential's badge shows, while the credential stands; refused as `stated` is."""
    credential = standing(uow, actor, credential_id)
    return face_of(uow, credential.program, credential.edition)


def face_of(uow: UnitOfWork, program: str, edition: str) -> BadgeFace:
    """What the picture of the badges of a program's edition shows; raises NotFound."""
    policy = uow.policies.named(edition)
    if policy.program != program:
        raise NotFound
    return BadgeFace(program=program, program_title=policy.program_title, issuer=uow.body_name)


def standing(uow: UnitOfWork, actor: Actor, credential_id: UUID) -> Credential:
    """A credential that stands today, for its holder and staff; a ruling with the reason where it does not."""
    credential = owned(uow, actor, "credential.read", credential_id)
    if not credential.name:
        raise NotFound
    history = uow.standing_changes.find(credential_id=credential.id)
    span = life_of(uow, history).on(today_of(uow, uow.policies.named(credential.edition)))
    rules.may_make(credential, valid=span is not None and span.valid).require()
    actor.must(ACTION, credential)
    return credential
