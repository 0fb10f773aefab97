"""The door to test centres' layouts and files."""

from collections.abc import Sequence
from typing import Protocol

from domain.test_centres.fields import FileKind
from domain.test_centres.layout import Layout
from domain.test_centres.model import ReadFile, RowFault, Values


class CentreFiles(Protocol):
    """Knows the vendors' layouts, and writes and reads files by them."""

    def layouts(self) -> Sequence[Layout]:
        """Every layout, by vendor."""
        ...

    def write(self, layout: Layout, kind: FileKind, rows: Sequence[Values]) -> tuple[bytes, list[RowFault | None]]:
        """A file with its heading, and for each row the fault that kept it out, or None.

        Values are texts, whole numbers, ISO days and instants; raises LookupError for a kind the vendor has not.
        """
        ...

    def read(self, layout: Layout, kind: FileKind, content: bytes) -> ReadFile:
        """Every line below the heading. Never raises for what the file holds."""
        ...
