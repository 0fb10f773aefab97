"""The parts of the exchange with test centres."""

from adapters.test_centres import YamlCentreFiles
from api.settings import Settings
from domain.test_centres.ports import CentreFiles


def centres_of(settings: Settings) -> CentreFiles:
    """The vendors' layouts: the service's own, and those in the folder `test-centres` beside the policies."""
    return YamlCentreFiles(settings.policies_dir / "test-centres")
