"""What an analysis or an equating is of: a form in an administration, with versions of its key and conversion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import JsonValue

from domain.analysis.errors import NothingTaken
from domain.errors import Contradiction, Fault
from domain.ports import UnitOfWork
from domain.scores import rules
from domain.scores.errors import FormNotApproved
from domain.scores.model import Conversion, Form, FormKey, VersionStatus

if TYPE_CHECKING:
    from domain.analysis.taken import Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A form in an administration, and the answers to it once they are read: pairs of attempt id and answers."""

    form: Form
    administration_id: UUID
    key: FormKey
    conversion: Conversion | None
    rows: Sequence[tuple[str, bytes]] = ()

    @property
    def form_id(self) -> UUID:
        """The form's id."""
        return self.form.id

    @property
    def raw_max(self) -> int:
        """The highest raw score that the key gives."""
        pairs = zip(self.form.items, self.key.correct, strict=True)
        return sum(item.scored and bool(right) for item, right in pairs)

    @property
    def cut(self) -> int | None:
        """The cut of the conversion, where it fits the key."""
        return self.conversion.cut_raw if self.conversion and self._fits else None

    @property
    def scaled(self) -> tuple[int, ...]:
        """The scaled score of each raw score; empty where no conversion fits the key."""
        return self.conversion.scaled if self.conversion and self._fits else ()

    @property
    def _fits(self) -> bool:
        return self.conversion is not None and rules.fits(self.conversion, self.raw_max)

    def parameters(self) -> dict[str, JsonValue]:
        """What names this source in a job."""
        return {
            "administration_id": str(self.administration_id),
            "form_id": str(self.form.id),
            "key_number": self.key.number,
            "conversion_number": self.conversion.number if self.conversion else None,
        }

    def taken(self) -> "Taken":
        """The answers in arrays."""
        from domain.analysis.taken import taken  # noqa: PLC0415 - it loads numpy, which only jobs need

        return taken(self.form.items, self.key.correct, self.rows)


def named(
    uow: UnitOfWork, administration_id: UUID, form_id: UUID, key_number: int | None = None, at: str = ""
) -> Source:
    """The source by its ids, with the versions in force, or another version of the key; its answers are not read.

    `at` is where in the request it is named. Raises FormNotApproved, NothingTaken, or Contradiction.
    """
    form, administration = uow.forms.get(form_id), uow.administrations.get(administration_id)
    rules.must_belong(form, administration)
    if key_number is None:
        key = uow.form_keys.first(form_id=form.id, status=VersionStatus.APPROVED)
    else:
        key = uow.form_keys.first(form_id=form.id, number=key_number)
        if key is None:
            fault = Fault(f"{at}/key_number", "unknown_key", "The form has no such version of its key.")
            raise Contradiction(fault)
    if key is None:
        raise FormNotApproved
    if people(uow, administration_id, form_id) == 0:
        raise NothingTaken
    conversion = uow.conversions.first(form_id=form.id, status=VersionStatus.APPROVED)
    return Source(form=form, administration_id=administration_id, key=key, conversion=conversion)


def people(uow: UnitOfWork, administration_id: UUID, form_id: UUID) -> int:
    """How many took the form and were not invalidated; scores that came without answers are nobody's."""
    return uow.analyses.people(administration_id, form_id)


def of_job(uow: UnitOfWork, parameters: Mapping[str, JsonValue], *, unheld: bool = False) -> Source:
    """The source that a job names, with the answers to it."""
    form_id, administration_id = UUID(str(parameters["form_id"])), UUID(str(parameters["administration_id"]))
    key = uow.form_keys.first(form_id=form_id, number=parameters["key_number"])
    if key is None:
        raise FormNotApproved
    number = parameters["conversion_number"]
    return Source(
        form=uow.forms.get(form_id),
        administration_id=administration_id,
        key=key,
        conversion=None if number is None else uow.conversions.first(form_id=form_id, number=number),
        rows=uow.analyses.answers(administration_id, form_id, unheld=unheld),
    )
