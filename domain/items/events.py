"""What the journal says of items: ids, codes, numbers of versions. Never a word of their content."""

from dataclasses import dataclass
from uuid import UUID

from domain.events import Event


@dataclass(frozen=True, kw_only=True)
class ItemCreated(Event, kind="item.created", about="item_id"):
    """An item was written."""

    item_id: UUID
    code: str
    exam_code: str
    domain: str
    imported: bool = False


@dataclass(frozen=True, kw_only=True)
class ItemRevised(Event, kind="item.revised", about="item_id"):
    """An item got a new version, and is a draft again."""

    item_id: UUID
    number: int
    was: str


@dataclass(frozen=True, kw_only=True)
class ItemMoved(Event, kind="item.moved", about="item_id"):
    """An item went from one status to another."""

    item_id: UUID
    number: int
    was: str
    now: str


@dataclass(frozen=True, kw_only=True)
class ItemProposed(Event, kind="item.proposed", about="item_id"):
    """Somebody proposed to make an item operational."""

    item_id: UUID
    number: int


@dataclass(frozen=True, kw_only=True)
class ItemProposalDropped(Event, kind="item.proposal_dropped", about="item_id"):
    """A proposal to make an item operational was turned down or taken back."""

    item_id: UUID
    number: int


@dataclass(frozen=True, kw_only=True)
class ItemRead(Event, kind="item.content_read", about="item_id"):
    """Somebody read the content of a version; the entry's actor says who."""

    item_id: UUID
    version_id: UUID
    number: int


@dataclass(frozen=True, kw_only=True)
class ItemSetCreated(Event, kind="item_set.created", about="set_id"):
    """A set with its case was written."""

    set_id: UUID
    code: str
    exam_code: str
    imported: bool = False


@dataclass(frozen=True, kw_only=True)
class ItemSetRevised(Event, kind="item_set.revised", about="set_id"):
    """The case of a set got a new version."""

    set_id: UUID
    number: int


@dataclass(frozen=True, kw_only=True)
class ItemSetRead(Event, kind="item_set.content_read", about="set_id"):
    """Somebody read the case of a set; the entry's actor says who."""

    set_id: UUID
    version_id: UUID
    number: int


@dataclass(frozen=True, kw_only=True)
class EnemyDeclared(Event, kind="item.enemy_declared", about="item_id"):
    """Two items may not stand together."""

    item_id: UUID
    enemy_id: UUID


@dataclass(frozen=True, kw_only=True)
class EnemyWithdrawn(Event, kind="item.enemy_withdrawn", about="item_id"):
    """Two items may stand together again."""

    item_id: UUID
    enemy_id: UUID


@dataclass(frozen=True, kw_only=True)
class ExposureCounted(Event, kind="item.exposure_counted", about="form_id"):
    """What a form showed in an administration was counted, item by item."""

    form_id: UUID
    administration_id: UUID
    items: int
    shown: int


@dataclass(frozen=True, kw_only=True)
class StatisticsRecorded(Event, kind="item.statistics_recorded", about="form_id"):
    """The items of a form got their statistics of an administration."""

    form_id: UUID
    administration_id: UUID
    items: int


@dataclass(frozen=True, kw_only=True)
class ExportRequested(Event, kind="item_export.requested", about="export_id"):
    """Somebody asked for items to leave the house."""

    export_id: UUID
    program: str
    items: int
    small: bool


@dataclass(frozen=True, kw_only=True)
class ExportDecided(Event, kind="item_export.decided", about="export_id"):
    """A second person let items leave the house, or not."""

    export_id: UUID
    approved: bool


@dataclass(frozen=True, kw_only=True)
class ExportMade(Event, kind="item_export.made", about="export_id"):
    """The package lies ready, until it is fetched or its time is over."""

    export_id: UUID
    items: int
    sha256: str
    size: int


@dataclass(frozen=True, kw_only=True)
class ExportFetched(Event, kind="item_export.fetched", about="export_id"):
    """The package left the house; the entry's actor says with whom."""

    export_id: UUID
    items: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class ExportExpired(Event, kind="item_export.expired", about="export_id"):
    """Nobody fetched the package in time; it is erased."""

    export_id: UUID


@dataclass(frozen=True, kw_only=True)
class PackageImported(Event, kind="item.package_imported", about="import_id"):
    """A QTI package was taken in; `sha256` names its bytes."""

    import_id: UUID
    program: str
    sha256: str
    created: int
    unchanged: int
    sets: int
    forms: int
