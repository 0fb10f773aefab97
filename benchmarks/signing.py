"""What signing a badge costs, beside one bare Ed25519 signature.

Signing alone is all that stands between the facts of a badge and its finished bytes: the document, its canonical form
by template, two hashes, the signature by the key provider, the proof, the JSON. The bare signature is cryptography's,
over the 64 bytes that `eddsa-rdfc-2022` signs. Beside both, for the scale of things: the same document canonicalised by
PyLD, which is how signing is usually done.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.badges.signer import KeyedBadgeSigner
from adapters.keys import FileKeyProvider
from adapters.policies import load_policy
from benchmarks.harness import ROOT, Figure, interleave, ratio
from domain.badges.document import badge_document
from domain.badges.facts import (
    SCHEMA_PATH,
    BadgeFacts,
    BadgeProfile,
    EvidenceFacts,
    IdentityFacts,
    IssuerFacts,
    Securing,
    StatusPlaceFacts,
    StatusPurpose,
)
from domain.badges.stating import achievement

ROUNDS: Final = 15
BADGES: Final = 2_000
BASE: Final = "https://certs.example"
AT_MOST: Final = 6.0
WAYS: Final = {
    Securing.EDDSA_RDFC: AT_MOST,
    Securing.ECDSA_RDFC: None,
    Securing.EDDSA_JCS: None,
    Securing.VC_JWT: None,
    Securing.OB_JWT: None,
}


def run(*, quick: bool) -> list[Figure]:
    """Measure every way of securing a badge."""
    with TemporaryDirectory() as directory:
        signer = KeyedBadgeSigner(FileKeyProvider(Path(directory) / "keys"), BASE)
        return measure(signer, badges=BADGES // 20 if quick else BADGES, rounds=3 if quick else ROUNDS)


def measure(signer: KeyedBadgeSigner, *, badges: int, rounds: int) -> list[Figure]:
    """The CPU of each way, in one process, in rounds that take turns."""
    facts = [badge(signer.did, index) for index in range(badges)]
    slow = facts[: max(1, badges // 40)]
    bare, message = Ed25519PrivateKey.generate(), bytes(range(64))
    cases: dict[str, Callable[[], object]] = {"bare": lambda: [bare.sign(message) for _ in facts]}
    counts = {"bare": badges}
    for way in WAYS:
        asked = slow if way is Securing.OB_JWT else facts
        cases[way.value] = _signing(signer, asked, way)
        counts[way.value] = len(asked)
    cases["pyld"], counts["pyld"] = _by_pyld(slow), len(slow)
    taken = interleave(cases, rounds=rounds, clock=process_time)
    each = {name: [seconds / counts[name] * 1e6 for seconds in times] for name, times in taken.items()}
    return _figures(each)


def badge(did: str, index: int) -> BadgeFacts:
    """One badge of many of the same program: holder, number and places differ."""
    url = f"{BASE}/v1/badges/5f0f8d0c-6f6e-4d9a-9e6f-{index:012x}"
    return replace(
        _ONE,
        id=url,
        number=f"CPOM-7K3M-{index:04d}-X",
        issuer=IssuerFacts(did=did, name="The Certifying Body", url=BASE, email="certification@certs.example"),
        identity=IdentityFacts.hiding(f"holder{index}@mail.example", f"{index:032x}"),
        holder_name=f"Zoë Ångström-{index}",
        refresh_url=f"{url}/refresh",
        places=tuple(
            StatusPlaceFacts(purpose=purpose, list_url=f"{BASE}/v1/status-lists/{purpose}", index=index)
            for purpose in StatusPurpose
        ),
        evidence=(
            EvidenceFacts(
                id=f"urn:uuid:0190aa54-3f5e-7c7b-9d3e-{index:012x}",
                name="Determination under policy edition cpom-2026",
                narrative="The certifying body judged that every requirement of the edition was met.",
                genre="Determination",
            ),
        ),
    )


def _signing(signer: KeyedBadgeSigner, facts: list[BadgeFacts], way: Securing) -> Callable[[], object]:
    return lambda: [signer.sign(one, way) for one in facts]


def _by_pyld(facts: list[BadgeFacts]) -> Callable[[], object]:
    from openbadgeslib.ob3.contexts import document_loader  # noqa: PLC0415 - for the comparison alone
    from pyld import jsonld  # noqa: PLC0415 - likewise

    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": document_loader()}
    documents = [json.loads(json.dumps(badge_document(one))) for one in facts]
    return lambda: [jsonld.normalize(document, options) for document in documents]


def _figures(each: dict[str, list[float]]) -> list[Figure]:
    figures = [Figure(what="one bare Ed25519 signature", value=median(each["bare"]), unit="µs")]
    for way, bound in WAYS.items():
        what = f"a badge by {way.value}"
        figures.append(Figure(what=what, value=median(each[way.value]), unit="µs"))
        figures.append(Figure(what=what, value=ratio(each[way.value], each["bare"]), unit="of bare", at_most=bound))
    figures.append(Figure(what="its canonical form alone by PyLD", value=median(each["pyld"]), unit="µs"))
    figures.append(
        Figure(
            what="a badge by eddsa-rdfc-2022",
            value=ratio(each["pyld"], each[Securing.EDDSA_RDFC.value]),
            unit="times PyLD's canonical form",
        )
    )
    return figures


_NOON = datetime(2026, 3, 1, 17, tzinfo=UTC)
_ONE = BadgeFacts(
    id=BASE,
    number="",
    profile=BadgeProfile.VCDM2,
    issuer=IssuerFacts(did="", name="", url=BASE),
    achievement=achievement(BASE, load_policy(ROOT / "policies" / "cpom-2026.yaml")),
    identity=IdentityFacts.hiding("", ""),
    awarded_at=_NOON,
    valid_from=_NOON,
    valid_until=datetime(2029, 3, 2, 5, tzinfo=UTC),
    signed_at=_NOON,
    places=(),
    schema_url=f"{BASE}{SCHEMA_PATH}",
)
