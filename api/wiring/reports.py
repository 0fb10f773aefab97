"""The press of statistics sheets, which loads its typesetter when the first one is made."""

from adapters.reports.press import ReportPress
from domain.ports import SheetPress


def sheet_press() -> SheetPress:
    """A press for workers and the command line."""
    return ReportPress()
