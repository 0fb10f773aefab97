"""Layouts from YAML files: read with the bounded reader of policies, linted, every fault with its line."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from adapters.policies import LocatedFault, read_yaml
from adapters.test_centres.tab_files import read_file, write_file
from domain.errors import Fault, Invalid
from domain.test_centres.fields import FileKind
from domain.test_centres.layout import Layout, lint
from domain.test_centres.model import ReadFile, RowFault, Values

OURS = Path(__file__).parent / "data"
"""The layouts that come with the service."""


def parse_layout(content: bytes) -> Layout:
    """The layout in YAML; raises Invalid with every fault of its shape and of its lint, as `LocatedFault`."""
    document, lines = read_yaml(content)
    try:
        layout = Layout.model_validate(document)
    except ValidationError as refusal:
        shape = [Fault(_pointer(one["loc"]), one["type"], one["msg"]) for one in refusal.errors(include_url=False)]
        raise _invalid(shape, lines) from None
    if faults := lint(layout):
        raise _invalid(faults, lines)
    return layout


class YamlCentreFiles:
    """The port `CentreFiles` over the layouts of some folders; of two for one vendor the later folder's counts."""

    def __init__(self, *folders: Path) -> None:
        """Read the service's own layouts, then those in `folders`, when they are first needed."""
        self._folders = (OURS, *folders)

    @cached_property
    def _by_vendor(self) -> dict[str, Layout]:
        found = [
            parse_layout(path.read_bytes())
            for folder in self._folders
            if folder.is_dir()
            for path in sorted(folder.glob("*.yaml"))
        ]
        return {layout.vendor: layout for layout in found}

    def layouts(self) -> Sequence[Layout]:
        """Every layout, by vendor; raises Invalid for a faulty one."""
        return [self._by_vendor[vendor] for vendor in sorted(self._by_vendor)]

    def write(self, layout: Layout, kind: FileKind, rows: Sequence[Values]) -> tuple[bytes, list[RowFault | None]]:
        """A file with its heading, and for each row the fault that kept it out, or None."""
        return write_file(layout, kind, rows)

    def read(self, layout: Layout, kind: FileKind, content: bytes) -> ReadFile:
        """Every line below the heading."""
        return read_file(layout, kind, content)


def _pointer(place: tuple[int | str, ...]) -> str:
    return "".join(f"/{step}" for step in place)


def _invalid(faults: Sequence[Fault], lines: dict[str, int]) -> Invalid:
    located = [LocatedFault(one.pointer, one.code, one.detail, _line(one.pointer, lines)) for one in faults]
    return Invalid(*located, detail="The layout is not valid.")


def _line(place: str, lines: dict[str, int]) -> int:
    """The line of a place, or of the nearest place around it."""
    while place and place not in lines:
        place = place.rpartition("/")[0]
    return lines.get(place, 1)
