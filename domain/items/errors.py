"""What the item bank may refuse with."""

from domain.errors import Conflict, TooLarge


class SetInUse(Conflict):
    """A case that was reviewed with its items stays as it is: another text is another set."""

    code = "item_set_in_use"
    title = "An item of this set is past its draft, so the case may not change any more."


class NotProposed(Conflict):
    """Two people make an item operational: one proposes, another agrees."""

    code = "item_not_proposed"
    title = "Nobody has proposed to make this item operational."


class AlreadyProposed(Conflict):
    """A proposal stands until it is agreed to or taken back."""

    code = "item_already_proposed"
    title = "This item is proposed already; another person agrees, or the proposal is taken back."


class StandsOnForm(Conflict):
    """What candidates still meet in the exam may not be given out for practice."""

    code = "item_on_form"
    title = "The item stands on a form that is not retired, so it cannot serve practice."


class NeverReviewed(Conflict):
    """Practice shows only what somebody has judged."""

    code = "item_never_reviewed"
    title = "A draft cannot serve practice; it retires without."


class ItemsNotFound(Conflict):
    """An export names what there is."""

    code = "items_to_export_missing"
    title = "No item of this bank answers to what the export asks for."


class ExportOver(Conflict):
    """A package waits for a stated time, and is fetched once."""

    code = "item_export_over"
    title = "The package waits no longer; ask for a new export."


class TooManyReads(Conflict):
    """Reading items one by one is no way around the consent that an export needs."""

    code = "too_many_item_reads"
    title = "You have read as many items today as one person may; ask for an export, which a second person approves."


class PackageTooLarge(TooLarge):
    """A package is read whole, so its parts have bounds."""

    code = "package_too_large"
    title = "The package, or what it unpacks to, is larger than this service accepts."
