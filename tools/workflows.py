"""Run the Arazzo workflows of `openapi/arazzo/` against a live service, with Redocly's runner.

A workflow's document says what a client does; what it is given (tokens, a number, a day) comes from here.
"""

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import Request, urlopen

from domain.credentials.number import RANDOM_BYTES, new_number
from tools.service import ROOT, Service

FOLDER = ROOT / "openapi" / "arazzo"
# Of the sandbox's people, one whose renewal has opened: see `api/sandbox.py`.
IN_WINDOW = "sandbox:elias"


def run_workflows(service: Service) -> int:
    """Run every workflow; 0 when every step met its criteria."""
    return max(_run(service, path) for path in sorted(FOLDER.glob("*.yaml")))


def _run(service: Service, path: Path) -> int:
    print(f"\n-- {path.name}", flush=True)
    command = [
        *(str(ROOT / "node_modules" / ".bin" / "redocly"), "respect", str(path)),
        *("--input", json.dumps(_inputs(service, path.name.partition(".")[0]))),
        *("--server", f"certificant={service.url}"),
    ]
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode


def _inputs(service: Service, workflow: str) -> dict[str, str]:
    """What a workflow is given. Raises LookupError for one that is not known here."""
    finance = service.tokens["finance"]
    match workflow:
        case "apply":
            candidate = service.token("candidate", "a-new-person")
            return {"candidate_token": candidate, "finance_token": finance, "email": "ada.walker@example.org"}
        case "renew":
            holder, yesterday = service.token("candidate", IN_WINDOW), datetime.now(UTC) - timedelta(days=2)
            return {"holder_token": holder, "finance_token": finance, "completed_on": yesterday.date().isoformat()}
        case "verify":
            number = _a_number(service)
            mistyped = number[1] + number[0] + number[2:]
            return {"number": number, "mistyped": mistyped, "unknown": new_number(bytes(RANDOM_BYTES))}
        case _:
            raise LookupError(workflow)


def _a_number(service: Service) -> str:
    """The number of some active credential, whose first two symbols differ."""
    headers = {"authorization": f"Bearer {service.tokens['credential_officer']}"}
    with urlopen(Request(f"{service.url}/v1/credentials?status=active", headers=headers), timeout=60) as answer:  # noqa: S310 - our own address
        # The filter goes by what was last written down; the answer shows how each stands today.
        numbers: list[str] = [one["number"] for one in json.load(answer)["items"] if one["status"] == "active"]
    return next(number for number in numbers if number[0] != number[1])
