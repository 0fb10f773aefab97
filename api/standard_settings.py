"""Standard setting: routes with their In and Out models."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, JsonValue

from api.fields import Code, Id, In, Line, Out, Reason, Text, Words
from api.paging import Listing
from api.routing import Resource, Routes
from domain.actors import Actor
from domain.paging import Page, PageRequest
from domain.ports import UnitOfWork
from domain.standards import actions
from domain.standards.actions import Plan
from domain.standards.model import Centre, JudgeRating, Method, RoundingPolicy, StandardSetting, StudyStatus

routes = Routes("standard_settings")

MOST_JUDGES = 100
MOST_VALUES = 1_000
Probability = Annotated[float, Field(strict=True, gt=0, lt=1)]
Value = Annotated[float, Field(strict=True, ge=0, le=10_000)]
Scale = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9._ -]*$")]


class StandardSettingIn(In):
    """A study to be held. `judges` are codes; who they are and why they qualify is told under `panel`.

    `borderline` describes the candidate who just passes. Hofstee and Beuk weigh the scores of the analysis; to the
    others it tells the impact. A bookmark needs parameters of every item on `scale`; `probability` is that of a right
    answer, and the panel's place is the median or the mean of the judges'.
    """

    method: Method
    title: Line
    borderline: Words
    judges: Annotated[tuple[Code, ...], Field(min_length=2, max_length=MOST_JUDGES)]
    panel: Text = ""
    rounding: RoundingPolicy = RoundingPolicy.UP
    analysis_id: Id | None = None
    probability: Probability = 2 / 3
    centre: Centre = Centre.MEDIAN
    scale: Scale = ""


class RatingIn(In):
    """What a judge says in the round that is open.

    Angoff: for each of the study's items the chance (0 to 1) that the borderline candidate is right. Hofstee: lowest
    and highest acceptable cut, lowest and highest acceptable share failing. Beuk: cut and share passing. Bookmark: the
    page of the ordered booklet.
    """

    judge: Code
    values: Annotated[tuple[Value, ...], Field(min_length=1, max_length=MOST_VALUES)]


class AbandonIn(In):
    """Why nothing will come of the study."""

    reason: Reason


class CalibratedOut(Out):
    """An item of the ordered booklet, with its parameters (logistic, D = 1)."""

    code: str
    a: float
    b: float
    c: float


class StandardSettingOut(Resource):
    """A study. `rounds` tell what each finished round came to, `result` what was computed at the end.

    `cut` is unrounded, in raw points, with its standard error; `cut_raw` is the whole raw score by the stated rounding.
    """

    noun: ClassVar[str] = "standard_setting"

    program: str
    form_id: UUID
    number: int
    key_number: int
    method: Method
    title: str
    borderline: str
    rounding: RoundingPolicy
    judges: tuple[str, ...]
    panel: str
    items: tuple[str, ...]
    booklet: tuple[CalibratedOut, ...]
    probability: float | None
    centre: Centre | None
    scale: str
    analysis_id: UUID | None
    round: int
    rounds: tuple[dict[str, JsonValue], ...]
    status: StudyStatus
    result: dict[str, JsonValue]
    cut: float | None
    cut_error: float | None
    cut_raw: int | None
    conversion_id: UUID | None
    opened_by: str
    opened_at: datetime
    closed_by: str | None
    closed_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None


class RatingOut(Resource):
    """What a judge said in a round."""

    noun: ClassVar[str] = "judge_rating"

    study_id: UUID
    judge: str
    round: int
    values: tuple[float, ...]
    recorded_by: str
    recorded_at: datetime


@routes.post(
    "/forms/{form_id}/standard-settings",
    action="standard_setting.open",
    answers=StandardSettingOut,
    status_code=201,
    location="/v1/standard-settings/{id}",
)
def open_study(uow: UnitOfWork, actor: Actor, form_id: Id, body: StandardSettingIn) -> StandardSetting:
    """Call a panel together about a form; its newest key says which items score."""
    return actions.open_study(uow, actor, form_id, Plan(**dict(body)))


@routes.get(
    "/forms/{form_id}/standard-settings",
    action="standard_setting.read",
    answers=StandardSettingOut,
    listing=Listing(StandardSetting, sorts=("id", "number"), default_sort="-number"),
)
def list_studies(uow: UnitOfWork, actor: Actor, form_id: Id, page: PageRequest) -> Page[StandardSetting]:
    """List a form's studies, the newest first."""
    return actions.listed(uow, actor, form_id, page)


@routes.get("/standard-settings/{study_id}", action="standard_setting.read", answers=StandardSettingOut)
def read_study(uow: UnitOfWork, actor: Actor, study_id: Id) -> StandardSetting:
    """Read a study."""
    return actions.read(uow, actor, study_id)


@routes.post(
    "/standard-settings/{study_id}/ratings", action="standard_setting.rate", answers=RatingOut, status_code=201
)
def rate(uow: UnitOfWork, actor: Actor, study_id: Id, body: RatingIn) -> JudgeRating:
    """Take down what a judge says in the round that is open; said again, it replaces what was said."""
    return actions.rate(uow, actor, study_id, body.judge, body.values)


@routes.get(
    "/standard-settings/{study_id}/ratings",
    action="standard_setting.read",
    answers=RatingOut,
    listing=Listing(JudgeRating),
)
def list_ratings(uow: UnitOfWork, actor: Actor, study_id: Id, page: PageRequest) -> Page[JudgeRating]:
    """List what the judges said."""
    return actions.ratings(uow, actor, study_id, page)


@routes.post(
    "/standard-settings/{study_id}/rounds",
    action="standard_setting.advance",
    answers=StandardSettingOut,
    if_match=StandardSetting,
)
def next_round(uow: UnitOfWork, actor: Actor, study_id: Id) -> StandardSetting:
    """Close the round, tell what it came to, and open the next one."""
    return actions.next_round(uow, actor, study_id)


@routes.post(
    "/standard-settings/{study_id}/closing",
    action="standard_setting.close",
    answers=StandardSettingOut,
    if_match=StandardSetting,
)
def close(uow: UnitOfWork, actor: Actor, study_id: Id) -> StandardSetting:
    """Compute the cut with its standard error, and what it would have done to those who took the form."""
    return actions.close(uow, actor, study_id)


@routes.post(
    "/standard-settings/{study_id}/adoption",
    action="standard_setting.adopt",
    answers=StandardSettingOut,
    if_match=StandardSetting,
)
def adopt(uow: UnitOfWork, actor: Actor, study_id: Id) -> StandardSetting:
    """Draft the form's conversion with the study's cut; a second person puts it in force."""
    return actions.adopt(uow, actor, study_id)


@routes.post(
    "/standard-settings/{study_id}/abandoning",
    action="standard_setting.abandon",
    answers=StandardSettingOut,
    if_match=StandardSetting,
)
def abandon(uow: UnitOfWork, actor: Actor, study_id: Id, body: AbandonIn) -> StandardSetting:
    """End a study from which nothing will come."""
    return actions.abandon(uow, actor, study_id, body.reason)
