"""Badges that a signer from npm made, which we did not write, are read; and none of them once it is altered."""

import json
import subprocess
from typing import Any

import pytest
from openbadgeslib.ob3.contexts import bundled_contexts

from adapters.badges.foreign import SignedElsewhere
from domain.hosting.errors import UnfitBadge
from tests.builders_foreign import a_badge
from tests.outside.handed import NODE, READY, ROOT, WHY_NOT

SUITES = ["eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019"]
HOSTILE = 'Zoë "Q" \\ O\u2028Neil \U0001f600 \u202e\u05d0 \x01\x08\x0b\x0c\x1f\x7f\x85\t\r\n'

pytestmark = pytest.mark.skipif(not READY, reason=WHY_NOT)


@pytest.fixture(scope="module")
def signed() -> dict[str, Any]:
    """A badge by every suite, with letters that canonicalisers disagree on, and nodes without ids."""
    assert NODE is not None
    evidence = [{"type": ["Evidence"], "name": f"Number {place}"} for place in range(12)]
    badge = a_badge(name=HOSTILE, evidence=evidence, validUntil="2035-01-01T00:00:00Z")
    handed = json.dumps({"badge": badge, "contexts": bundled_contexts()}).encode()
    command = [NODE, str(ROOT / "tests" / "outside" / "sign.mjs")]
    done = subprocess.run(command, input=handed, capture_output=True, check=False, timeout=150)
    assert done.returncode == 0, done.stderr.decode()
    made: dict[str, Any] = json.loads(done.stdout)
    return made


@pytest.mark.parametrize("suite", SUITES)
def test_a_badge_that_npm_signed_is_read(signed: dict[str, Any], suite: str) -> None:
    content = json.dumps(signed[suite], ensure_ascii=False).encode()

    given = SignedElsewhere("did:web:certifier.example").read(content, compact=False)

    assert given.issuer == signed[suite]["issuer"]["id"]
    assert given.content == content


@pytest.mark.parametrize("suite", SUITES)
def test_the_same_badge_with_another_letter_is_not(signed: dict[str, Any], suite: str) -> None:
    altered = {**signed[suite], "name": HOSTILE + "."}

    with pytest.raises(UnfitBadge) as refusal:
        SignedElsewhere("did:web:certifier.example").read(json.dumps(altered).encode(), compact=False)

    assert refusal.value.faults[0].code == "proof"
