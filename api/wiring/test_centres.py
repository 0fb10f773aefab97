"""The parts of the exchange with test centres."""

from pathlib import Path

from adapters.policies import LocatedFault
from adapters.test_centres import YamlCentreFiles
from adapters.test_centres.layouts import parse_layout
from api.settings import Settings
from domain.errors import Invalid
from domain.test_centres.ports import CentreFiles


def centres_of(settings: Settings) -> CentreFiles:
    """The vendors' layouts: the service's own, and those in the folder `test-centres` beside the policies.

    A body's own layouts are read at once, so that nothing starts with a faulty one; raises Invalid.
    """
    folder = settings.policies_dir / "test-centres"
    centres = YamlCentreFiles(folder)
    if folder.is_dir():
        centres.layouts()
    return centres


def lint_layout(path: Path) -> list[LocatedFault]:
    """Everything that stands against using a layout, place by place."""
    try:
        parse_layout(path.read_bytes())
    except Invalid as refusal:
        return [fault for fault in refusal.faults if isinstance(fault, LocatedFault)]
    return []
