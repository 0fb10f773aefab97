"""The press of statistics sheets: CSV by the standard library, PDF by typst, which is imported when first used."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from adapters.reports.pages import pages
from adapters.reports.sheet_csv import sheet_csv

if TYPE_CHECKING:
    import typst

STANDARD: Final = "a-2u"
"""PDF/A-2, level U: it is kept for as long as the accreditation asks, and can be read out as text."""
FONTS: Final = "manimgx_fonts"


_AS: Final[Mapping[str, Any]] = {"format": "pdf", "pdf_standards": STANDARD, "timestamp": 0}


class ReportPress:
    """A `SheetPress`. Safe to share between threads."""

    def csv(self, sheet: Mapping[str, Any]) -> bytes:
        """The sheet as CSV, in UTF-8."""
        return sheet_csv(sheet)

    def pdf(self, sheet: Mapping[str, Any]) -> bytes:
        """The sheet as PDF/A with its plots; the same sheet gives the same bytes."""
        import typst  # noqa: PLC0415 - for workers and the command line

        made: object = typst.compile(
            (files(__package__) / "sheet.typ").read_bytes(),
            root=str(files(__package__)),
            font_paths=_book(),
            ignore_system_fonts=True,
            sys_inputs={"said": json.dumps(pages(sheet), ensure_ascii=False)},
            **_AS,
        )
        if not isinstance(made, bytes):
            message = "the sheet did not become one document"
            raise TypeError(message)
        return made


@cache
def _book() -> "typst.Fonts":
    """The typesetter's book of Noto Sans, read once."""
    import typst  # noqa: PLC0415 - as above

    found = find_spec(FONTS)
    if found is None or found.origin is None:
        message = f"the fonts of {FONTS} are not installed"
        raise RuntimeError(message)
    folder = str(Path(found.origin).parent)
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
