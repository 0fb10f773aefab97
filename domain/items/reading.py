"""Reading content is on the record, and bounded: reading item after item is no way around an export's consent."""

from uuid import UUID

from domain.actors import Actor
from domain.applications.model import ApplicationStatus
from domain.errors import SeparationOfDuties
from domain.exams.model import AuthorizationStatus
from domain.items import rules
from domain.items.errors import TooManyReads
from domain.items.events import ItemRead, ItemSetRead
from domain.items.model import ItemReading, ItemSetVersion, ItemVersion
from domain.ports import UnitOfWork

_OPEN = (
    ApplicationStatus.SUBMITTED,
    ApplicationStatus.IN_REVIEW,
    ApplicationStatus.RETURNED,
)


def read_item(uow: UnitOfWork, actor: Actor, version_id: UUID) -> ItemVersion:
    """A version of an item with its content; raises TooManyReads."""
    version = uow.item_versions.get(version_id)
    actor.must("item.read_content", uow.items.get(version.item_id))
    _keep(uow, actor, version)
    uow.record(ItemRead(item_id=version.item_id, version_id=version.id, number=version.number))
    return version


def read_case(uow: UnitOfWork, actor: Actor, version_id: UUID) -> ItemSetVersion:
    """A version of a set's case; raises TooManyReads."""
    version = uow.item_set_versions.get(version_id)
    actor.must("item_set.read_content", uow.item_sets.get(version.set_id))
    _keep(uow, actor, version)
    uow.record(ItemSetRead(set_id=version.set_id, version_id=version.id, number=version.number))
    return version


def must_not_be_sitting(uow: UnitOfWork, actor: Actor) -> None:
    """Return unless the caller is about to sit an exam: then no item is shown to them, whatever their roles.

    Raises SeparationOfDuties.
    """
    if actor.candidate_id is None or actor.system:
        return
    open_ones = uow.applications.count(candidate_id=actor.candidate_id, status=list(_OPEN))
    if open_ones or uow.authorizations.count(candidate_id=actor.candidate_id, status=AuthorizationStatus.ACTIVE):
        message = "Someone else must see to the items, because you are about to sit an exam yourself."
        raise SeparationOfDuties(message)


def _keep(uow: UnitOfWork, actor: Actor, version: ItemVersion | ItemSetVersion) -> None:
    """Put a reading on the record. The same version twice on a day counts twice: nobody can tell why."""
    must_not_be_sitting(uow, actor)
    if uow.item_readings.count(reader=actor.subject, read_on=uow.today) >= rules.READS_A_DAY:
        raise TooManyReads
    uow.item_readings.add(
        ItemReading(
            id=uow.new_id(),
            item_id=version.item_id if isinstance(version, ItemVersion) else None,
            set_id=version.set_id if isinstance(version, ItemSetVersion) else None,
            version_id=version.id,
            number=version.number,
            reader=actor.subject,
            read_on=uow.today,
            read_at=uow.now,
        )
    )
