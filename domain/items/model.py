"""The nouns of the item bank: an item and its versions, a set that shares a case, enemies, exposure, statistics."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from domain.entity import Entity


class ItemStatus(StrEnum):
    """Where an item stands.

    `draft` is being written; `reviewed` was judged by somebody who did not write it; `pretest` may stand on a form
    without scoring; `operational` may score; `retired` stands on no new form, and may serve practice.
    """

    DRAFT = "draft"
    REVIEWED = "reviewed"
    PRETEST = "pretest"
    OPERATIONAL = "operational"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option: its text and why it is right or wrong, both in the allowed markup (`domain.items.markup`)."""

    text: str
    rationale: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemContent:
    """What an item asks. Texts are in the allowed markup; options are numbered from 1 in this order.

    With `choose` of 1 each option of `key` scores by itself (several right answers); with more, exactly the options of
    `key` score together, and `choose` is how many a candidate may mark. `language` is a BCP 47 tag, `title` a name for
    staff, and `notes` (references, remarks to the reviewer) is never shown to candidates.
    """

    title: str
    stem: str
    options: tuple[Option, ...]
    key: tuple[int, ...]
    choose: int = 1
    shuffle: bool = False
    language: str = "en"
    notes: str = ""

    @property
    def multiple(self) -> bool:
        """Whether a candidate marks more than one option."""
        return self.choose > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(Entity):
    """An item of an exam, without its content: that stands in version `number`, the one this status is about.

    `domain` and `objective` are codes of the outline of `edition`. `set_id` is the set whose case it belongs to, and
    `set_place` its place there, from 1. `search_code` is the code casefolded. `authored_by` are all who wrote a
    version. `proposed_by` proposed to make it operational, until a second person agrees. `for_practice` is decided
    when it retires.
    """

    program: str
    exam_code: str
    edition: str
    code: str
    search_code: str
    domain: str
    objective: str | None = None
    set_id: UUID | None = None
    set_place: int | None = None
    number: int = 1
    options: int
    status: ItemStatus = ItemStatus.DRAFT
    authored_by: tuple[str, ...]
    created_at: datetime
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None
    proposed_by: str | None = None
    proposed_at: datetime | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    retired_by: str | None = None
    retired_at: datetime | None = None
    retired_reason: str | None = None
    for_practice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemVersion(Entity):
    """One version of an item's content, with the classification it was written for. Never changed once stored.

    `sha256` is the digest (hex) of the content alone: two versions of one text share it.
    """

    item_id: UUID
    number: int
    domain: str
    objective: str | None
    content: ItemContent
    sha256: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSet(Entity):
    """Items that share one case. The case stands in version `number`; it may change while every member is a draft."""

    program: str
    exam_code: str
    edition: str
    code: str
    search_code: str
    title: str
    number: int = 1
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSetVersion(Entity):
    """One version of a set's shared case, in the allowed markup. Never changed once stored."""

    set_id: UUID
    number: int
    stimulus: str
    language: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Enemy(Entity):
    """Two items that may not stand on one form: one gives the other away, or both ask the same.

    The pair has no direction: `item_id` is the smaller of the two ids, so that the store keeps each pair once.
    """

    item_id: UUID
    enemy_id: UUID
    reason: str
    declared_by: str
    declared_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure(Entity):
    """How many candidates a form of an administration showed an item to. One per item, form and administration."""

    item_id: UUID
    number: int
    form_id: UUID
    administration_id: UUID
    shown: int
    scored: bool
    counted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReading(Entity):
    """Somebody read the content of an item's version, or of a set's; one of `item_id` and `set_id` is filled."""

    item_id: UUID | None
    set_id: UUID | None
    version_id: UUID
    number: int
    reader: str
    read_on: date
    read_at: datetime


class IrtModel(StrEnum):
    """Which item response model parameters were estimated under."""

    RASCH = "rasch"
    ONE_PARAMETER = "1pl"
    TWO_PARAMETER = "2pl"
    THREE_PARAMETER = "3pl"


@dataclass(frozen=True, slots=True, kw_only=True)
class IrtParameters:
    """Estimated parameters: slope `a`, difficulty `b` and lower asymptote `c`, with standard errors where known.

    The metric is logistic, D = 1. `scale` names the metric that `b` is on, so that none is compared across scales.
    """

    model: IrtModel
    a: float
    b: float
    c: float = 0.0
    a_error: float | None = None
    b_error: float | None = None
    scale: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionStatistics:
    """One option in one administration: how many chose it, and its point-biserial, null with the item's `reason`."""

    option: int
    chosen: int
    point_biserial: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStatistics(Entity):
    """What one administration of one form showed of an item. One per item, form and administration.

    `n` counts the responses; `p` is the share of right ones, `point_biserial` the corrected item-rest correlation. What
    cannot be known is null, and `reason` is the code why (`constant_item`, `too_few_responses`, `dropped_item`).
    """

    item_id: UUID
    number: int
    form_id: UUID
    administration_id: UUID
    n: int
    p: float | None
    point_biserial: float | None
    reason: str | None = None
    options: tuple[OptionStatistics, ...] = ()
    omitted: int = 0
    not_reached: int = 0
    irt: IrtParameters | None = None
    recorded_by: str
    recorded_at: datetime


class ExportStatus(StrEnum):
    """How far items are on their way out of the house."""

    REQUESTED = "requested"
    APPROVED = "approved"
    READY = "ready"
    DOWNLOADED = "downloaded"
    REJECTED = "rejected"
    EXPIRED = "expired"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemExport(Entity):
    """Items on their way out, as one QTI package: asked for by one person, approved by another, fetched once.

    `item_ids` are the items, `form_ids` the forms whose tests go along. A small export (`small`) needs no second
    person; see `domain.items.rules`. `file_key` is the random name of the package while it waits.
    """

    program: str
    item_ids: tuple[UUID, ...]
    form_ids: tuple[UUID, ...] = ()
    items: int
    reason: str
    small: bool
    requested_by: str
    requested_at: datetime
    status: ExportStatus = ExportStatus.REQUESTED
    decided_by: str | None = None
    decided_at: datetime | None = None
    decided_reason: str | None = None
    job_id: UUID | None = None
    file_key: str | None = None
    sha256: str | None = None
    size: int | None = None
    expires_at: datetime | None = None
    fetched_by: str | None = None
    fetched_at: datetime | None = None
