"""Publishing: new editions with their dry run, and the providers that staff recognise."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Response
from pydantic import JsonValue

from api.fields import Code, Day, Id, In, Line, Out, Reason
from api.paging import Listing
from api.programs import EditionOut
from api.public import Program
from api.routing import Resource, Routes
from domain.actors import Actor
from domain.applications.model import ApplicationStatus
from domain.applications.rules import OutcomeChange
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork
from domain.programs import actions
from domain.programs.actions import Recognition
from domain.programs.dry_run import Comparison, rehearse
from domain.programs.effects import Applies, Group
from domain.programs.model import RecognisedProvider
from domain.programs.policy import Policy
from domain.programs.upkeep_terms import InFlight

routes = Routes("programs")


class ChangedClauseOut(Out):
    """A clause that is judged otherwise: its reason code before and after, null where an edition has no such clause.

    Where the new edition lacks the whole pathway, `clause` is the pathway's own code, and `after` is `pathway_missing`.
    """

    pathway: str
    clause: str
    before: str | None
    after: str | None


class ChangedOutcomeOut(Out):
    """An application whose outcome the new edition would change, and by which clauses of the pathway that was chosen.

    `code` is `becomes_eligible`, `no_longer_eligible`, or `pathway_missing`: the new edition lacks the pathway. Such an
    application, once handed in, stays under its own edition even where work in flight moves; a draft moves, and its
    applicant chooses anew.
    """

    application_id: UUID
    number: str
    status: ApplicationStatus
    edition: str
    code: OutcomeChange
    eligible_before: bool
    eligible_after: bool
    clauses: list[ChangedClauseOut]


class ChangedTermOut(Out):
    """A place in the edition (a JSON Pointer) with what stands there before and after; null where nothing does."""

    pointer: str
    before: JsonValue
    after: JsonValue


class EffectOut(Out):
    """Work in flight under one edition whose terms the new one would change: how many, which terms, and from when.

    Where `applies` is `never`, what began under an edition keeps it, and is spared these terms; `why` says so. `ids`
    are the first hundred of the group: the credentials of renewal cycles, the applications, or the authorizations.
    """

    group: Group
    edition: str
    judged: int
    applies: Applies
    from_on: date | None
    why: str
    terms: list[ChangedTermOut]
    ids: list[UUID]


class NotJudgedOut(Out):
    """A section of the edition that changed and was judged for nobody, and why."""

    section: str
    why: str


class RehearsalOut(Out):
    """What publishing an edition would do.

    `judged` and `changed` are about eligibility, application by application; `effects` are about renewal cycles,
    applications and authorizations, by groups; `not_judged` names what else changed. `in_flight` is the edition's own
    rule: under `grandfather` the changes befall nobody who has applied already.
    Where there are many applications, `job_id` names the job that compares them; its outcomes are the changes.
    """

    program: str
    edition: str
    in_force_from: date
    in_flight: InFlight
    judged: int
    changed: list[ChangedOutcomeOut]
    effects: list[EffectOut]
    not_judged: list[NotJudgedOut]
    job_id: UUID | None


class ProviderIn(In):
    """A provider to recognise, from a day until a day, both inclusive."""

    code: Code
    name: Line
    from_on: Day
    until_on: Day | None = None
    reason: Reason


class ProviderEndIn(In):
    """The last day of a recognition, and why it ends."""

    until_on: Day
    reason: Reason


class ProviderOut(Resource):
    """A provider that staff recognise beside those that the edition names."""

    program: str
    code: str
    name: str
    from_on: date
    until_on: date | None
    recognised_at: datetime
    reason: str
    ended_at: datetime | None
    ended_reason: str | None


Document = Annotated[dict[str, JsonValue], Body(description="The edition: a policy document, as its schema describes.")]
_REHEARSED: dict[int | str, dict[str, Any]] = {
    200: {"model": RehearsalOut, "description": "Nothing was published: what publishing would do."},
    202: {"model": RehearsalOut, "description": "Nothing was published: the job at Location compares."},
}

PROVIDERS = Listing(RecognisedProvider, sorts=("id", "name"), filters={"code": Code})


@routes.post(
    "/programs/{program}/policies",
    action="policy.publish",
    answers=EditionOut,
    status_code=201,
    responses=_REHEARSED,
)
def publish(
    uow: UnitOfWork,
    actor: Actor,
    program: Program,
    document: Document,
    dry_run: bool = False,  # noqa: FBT001, FBT002 - a query parameter
) -> EditionOut | Response:
    """Publish a new edition for good, or with `dry_run` learn whose outcome it would change and by which clause.

    An edition that lint finds fault with is refused with every fault and its place. The edition before it ends the day
    before this one begins. What becomes of applications under way, the edition's own `in_flight` says.
    """
    if dry_run:
        return _rehearsed(uow, actor, actions.checked(uow, program, document))
    published = actions.publish(uow, actor, program, document)
    return _located(EditionOut.model_validate(published))


@routes.get("/programs/{program}/providers", action="program.read", answers=ProviderOut, listing=PROVIDERS)
def list_providers(uow: UnitOfWork, actor: Actor, program: Program, page: PageRequest) -> Page[ProviderOut]:
    """List the providers that staff recognise or recognised; those that the edition names stand in its eligibility."""
    found = uow.providers.page(page.within(program=program))
    return Page([_provider(actor, one) for one in found.items], found.after)


@routes.post(
    "/programs/{program}/providers",
    action="provider.recognise",
    answers=ProviderOut,
    status_code=201,
    location="/v1/providers/{id}",
)
def recognise_provider(uow: UnitOfWork, actor: Actor, program: Program, body: ProviderIn) -> ProviderOut:
    """Recognise a provider of training, from a day until a day."""
    return _provider(actor, actions.recognise(uow, actor, program, Recognition(**dict(body))))


@routes.get("/providers/{provider_id}", action="program.read", answers=ProviderOut)
def read_provider(uow: UnitOfWork, actor: Actor, provider_id: Id) -> ProviderOut:
    """Read one recognised provider."""
    return _provider(actor, uow.providers.get(provider_id))


@routes.post("/providers/{provider_id}/end", action="provider.end", answers=ProviderOut, if_match=RecognisedProvider)
def end_provider(uow: UnitOfWork, actor: Actor, provider_id: Id, body: ProviderEndIn) -> ProviderOut:
    """Let the recognition of a provider end on a day."""
    return _provider(actor, actions.end_recognition(uow, actor, provider_id, body.until_on, body.reason))


def _rehearsed(uow: UnitOfWork, actor: Actor, policy: Policy) -> Response:
    compared = rehearse(uow, actor, policy)
    body = _rehearsal(policy, compared).model_dump_json()
    if compared.job is None:
        return Response(body, 200, media_type="application/json")
    return Response(body, 202, {"location": f"/v1/jobs/{compared.job.id}"}, "application/json")


def _rehearsal(policy: Policy, compared: Comparison) -> RehearsalOut:
    return RehearsalOut(
        program=policy.program,
        edition=policy.edition,
        in_force_from=policy.in_force_from,
        in_flight=policy.in_flight,
        judged=compared.judged,
        changed=[
            ChangedOutcomeOut(
                application_id=application.id,
                number=application.number,
                status=application.status,
                edition=application.edition,
                code=outcome.code,
                eligible_before=outcome.eligible_before,
                eligible_after=outcome.eligible_after,
                clauses=[ChangedClauseOut.model_validate(one) for one in outcome.clauses],
            )
            for application, outcome in compared.changed
        ],
        effects=[EffectOut.model_validate(one) for one in compared.effects],
        not_judged=[NotJudgedOut.model_validate(one) for one in compared.not_judged],
        job_id=compared.job.id if compared.job else None,
    )


def _located(edition: EditionOut) -> Response:
    where = f"/v1/programs/{edition.program}/policies/{edition.edition}"
    return Response(edition.model_dump_json(), 201, {"location": where}, "application/json")


def _provider(actor: Actor, provider: RecognisedProvider) -> ProviderOut:
    may_end = actor.may("provider.end", provider) and provider.ended_at is None
    return ProviderOut.model_validate(provider).model_copy(update={"allowed_actions": ["end"] if may_end else []})
