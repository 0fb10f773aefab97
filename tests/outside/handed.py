"""What a verifier is handed: badges, and everything that they name, as files; and what each verifier says of them."""

import json
import shutil
import subprocess
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import jwt
import time_machine
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3 import OB3Verifier
from openbadgeslib.ob3.contexts import bundled_contexts
from openbadgeslib.ob3.did import pem_for_kid
from openbadgeslib.ob3.ldp import OB3LdpVerifier

from domain.badges.facts import Securing
from tests.builders_badges import as_list

ROOT: Final = Path(__file__).resolve().parents[2]
NODE: Final = shutil.which("node")
READY: Final = NODE is not None and (ROOT / "node_modules" / "@digitalbazaar" / "vc").is_dir()
WHY_NOT: Final = "needs node, and the packages of package.json (npm ci)"

Fetch = Callable[[str], bytes]
Verdicts = Mapping[str, str | None]
"""By the name of a file: None where it verifies, else what the verifier has against it."""


def name_of(securing: Securing) -> str:
    """The name of a badge's file."""
    return f"{securing.value}.{'jwt' if securing.is_jwt else 'json'}"


def stated(signed: bytes) -> Any:
    """What a badge states, whichever way it is secured; nothing is checked."""
    if signed.startswith(b"{"):
        return json.loads(signed)
    part = signed.split(b".")[1]
    return json.loads(urlsafe_b64decode(part + b"=" * (-len(part) % 4)))


def hand_over(directory: Path, badges: Mapping[str, bytes], did: str, fetch: Fetch) -> None:
    """Write the badges, and what they name, each fetched once by its address."""
    lists: dict[str, Any] = {}
    for signed in badges.values():
        for entry in as_list(stated(signed).get("credentialStatus", [])):
            address = entry["statusListCredential"]
            if address not in lists:
                lists[address] = json.loads(fetch(address))
    lay_out(directory, badges, json.loads(fetch(did)), lists)


def lay_out(directory: Path, badges: Mapping[str, bytes], did: Any, lists: Mapping[str, Any]) -> None:
    """Write the badges beside a DID document, the contexts, and status lists by their addresses."""
    (directory / "badges").mkdir(parents=True, exist_ok=True)
    for name, signed in badges.items():
        (directory / "badges" / name).write_bytes(signed)
    kept = {"did.json": did, "contexts.json": bundled_contexts(), "lists.json": lists}
    for name, content in kept.items():
        (directory / name).write_text(json.dumps(content))


def by_node(directory: Path, now: datetime) -> Verdicts:
    """What the verifiers from npm say."""
    assert NODE is not None, WHY_NOT
    command = [NODE, str(ROOT / "tests" / "outside" / "verify.mjs"), str(directory), now.isoformat()]
    done = subprocess.run(command, capture_output=True, check=True, timeout=150)
    said = json.loads(done.stdout)
    return {name: None if one["verified"] else one["fault"] for name, one in said.items()}


def by_openbadgeslib(directory: Path, now: datetime) -> Verdicts:
    """What openbadgeslib says of those that it reads: `eddsa-rdfc-2022`, and Open Badges' own token."""
    did = json.loads((directory / "did.json").read_bytes())
    lists = json.loads((directory / "lists.json").read_bytes())

    def download(address: str, *_: object, **__: object) -> bytes:
        return json.dumps(lists.get(address, did)).encode()

    said: dict[str, str | None] = {}
    with time_machine.travel(now, tick=False):
        for path in sorted((directory / "badges").iterdir()):
            if path.name in {name_of(Securing.EDDSA_RDFC), name_of(Securing.OB_JWT)}:
                said[path.name] = _fault(path, did, download)
    return said


def _fault(path: Path, did: Any, download: Callable[..., bytes]) -> str | None:
    signed = path.read_bytes()
    try:
        if path.suffix == ".json":
            OB3LdpVerifier.for_issuer_did(did["id"]).verify(
                signed, check_status=True, download=download, verify_status_list=False
            )
        else:
            pem = pem_for_kid(did, did["id"], _method_of(signed, did))
            OB3Verifier(pem, issuer_did=did["id"]).verify(
                signed.decode(), check_status=True, download=download, verify_status_list=False
            )
    except (LibOpenBadgesException, jwt.InvalidTokenError, StopIteration) as fault:
        return str(fault) or type(fault).__name__
    return None


def _method_of(signed: bytes, did: Any) -> str:
    """The DID URL of the key that a token names by its address."""
    kid = jwt.get_unverified_header(signed.decode())["kid"].rpartition("/")[2]
    methods = did["verificationMethod"]
    return str(next(one["id"] for one in methods if one.get("publicKeyJwk", {}).get("kid") == kid))
