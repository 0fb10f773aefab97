"""Judge a live service: the workflows of `openapi/arazzo/` run, and fuzzing finds nothing.

    python -m tools.live openapi/openapi.json [schemathesis options]

Starts a sandbox of its own on a free port with an empty database, and stops it at the end. Exits 1 on any finding.
"""

import sys
import tempfile
from pathlib import Path

from tools.fuzz import fuzz
from tools.service import service
from tools.workflows import run_workflows


def main(arguments: list[str]) -> int:
    """Run the workflows, then fuzz; the worst exit code."""
    document, *options = arguments
    with tempfile.TemporaryDirectory(prefix="certificant-live-") as folder, service(Path(folder)) as running:
        return max(run_workflows(running), fuzz(running, Path(document), options))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
