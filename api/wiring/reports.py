"""What reads responses and presses statistics sheets: for workers and the command line, loaded when first used."""

from adapters.reports.press import ReportPress
from domain.ports import ResponseReader, SheetPress


def sheet_press() -> SheetPress:
    """A press, which loads its typesetter with the first sheet."""
    return ReportPress()


def response_reader() -> ResponseReader:
    """What reads files of responses."""
    from adapters.responses_csv import read_responses  # noqa: PLC0415 - polars and numpy are for workers

    return read_responses
