"""Verifiers from npm, which we did not write, agree on what we issue and on what we break; where Node is present."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from adapters.badges.signer import KeyedBadgeSigner
from adapters.keys import FileKeyProvider
from domain.badges.facts import BadgeFacts, BadgeProfile, Securing, StatusPurpose
from domain.badges.rules import encoded, with_places
from tests.adapters.test_badges_outside import BREAKS
from tests.builders_badge_facts import BASE, badge_facts, list_facts
from tests.outside.handed import READY, WHY_NOT, by_node, lay_out

PROOFS = [Securing.EDDSA_RDFC, Securing.ECDSA_RDFC, Securing.EDDSA_JCS]
NAMES = [
    None,
    "Ada Lovelace",
    'Zoë "Q" \\ O\u2028Neil \U0001f600 \u202e\u05d0',
    "controls \x01\x08\x0b\x0c\x1f\x7f\x85\t\r\n",
]

pytestmark = pytest.mark.skipif(not READY, reason=WHY_NOT)


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> KeyedBadgeSigner:
    return KeyedBadgeSigner(FileKeyProvider(tmp_path_factory.mktemp("node") / "keys"), BASE)


def verdicts(
    signer: KeyedBadgeSigner,
    badges: Sequence[Any],
    tokens: Sequence[bytes] = (),
    bad: StatusPurpose | None = None,
) -> list[str | None]:
    """What Node's verifiers have against these badges and then these tokens; the `bad` list says so of every badge."""
    lists = {f"{BASE}/v1/status-lists/0-{purpose}": _list(signer, purpose, purpose is bad) for purpose in StatusPurpose}
    named = {f"{at:03}.json": json.dumps(badge).encode() for at, badge in enumerate(badges)}
    named |= {f"{at:03}.jwt": token for at, token in enumerate(tokens, len(badges))}
    with TemporaryDirectory() as place:
        lay_out(Path(place), named, signer.did_document(), lists)
        said = by_node(Path(place), datetime.now(UTC))
    return [said[name] for name in named]


def _list(signer: KeyedBadgeSigner, purpose: StatusPurpose, bad: bool) -> Any:
    bits = with_places(131_072, [badge_facts().places[0].index] if bad else [7])
    facts = list_facts(id=f"{BASE}/v1/status-lists/0-{purpose}", purpose=purpose, encoded=encoded(bits))
    return json.loads(signer.sign_status_list(facts, Securing.EDDSA_RDFC))


def signed(signer: KeyedBadgeSigner, facts: BadgeFacts, securing: Securing = Securing.EDDSA_RDFC) -> Any:
    return json.loads(signer.sign(facts, securing))


def test_every_suite_profile_and_name_is_accepted(signer: KeyedBadgeSigner) -> None:
    badges = [
        signed(signer, badge_facts(profile=profile, holder_name=name), securing)
        for profile in BadgeProfile
        for name in NAMES
        for securing in PROOFS
    ]

    assert verdicts(signer, badges) == [None] * len(badges)


def test_both_dialects_of_tokens_are_accepted_and_no_other_signature(signer: KeyedBadgeSigner, tmp_path: Path) -> None:
    stranger = KeyedBadgeSigner(FileKeyProvider(tmp_path / "keys"), BASE)
    good = [signer.sign(badge_facts(), securing) for securing in (Securing.VC_JWT, Securing.OB_JWT)]
    past = badge_facts(valid_until=badge_facts().valid_from + timedelta(days=1))
    foreign = stranger.sign(badge_facts(), Securing.VC_JWT).rpartition(b".")[2]
    bad = [
        good[0].rpartition(b".")[0] + b"." + foreign,
        good[1].rpartition(b".")[0] + b"." + good[0].rpartition(b".")[2],
        signer.sign(past, Securing.OB_JWT),
    ]

    said = verdicts(signer, [], [*good, *bad])

    assert said[:2] == [None, None]
    assert None not in said[2:]


def test_every_broken_badge_is_rejected(signer: KeyedBadgeSigner) -> None:
    badges = [signed(signer, badge_facts()) for _ in BREAKS]
    for badge, broken in zip(badges, BREAKS.values(), strict=True):
        broken(badge)

    said = verdicts(signer, badges)

    assert [name for name, fault in zip(BREAKS, said, strict=True) if fault is None] == []


def test_another_bodys_badge_in_our_name_is_rejected(signer: KeyedBadgeSigner, tmp_path: Path) -> None:
    stranger = KeyedBadgeSigner(FileKeyProvider(tmp_path / "keys"), BASE)

    assert None not in verdicts(signer, [signed(stranger, badge_facts(), securing) for securing in PROOFS])


@pytest.mark.parametrize(
    ("bad", "profile", "said"),
    [
        (StatusPurpose.REVOCATION, BadgeProfile.VCDM2, "revocation"),
        (StatusPurpose.SUSPENSION, BadgeProfile.VCDM2, "suspension"),
        (StatusPurpose.REVOCATION, BadgeProfile.OB30_STRICT, "revocation"),
        (StatusPurpose.SUSPENSION, BadgeProfile.OB30_STRICT, None),
    ],
)
def test_a_bit_that_is_set_is_seen_where_the_profile_states_it(
    signer: KeyedBadgeSigner, bad: StatusPurpose, profile: BadgeProfile, said: str | None
) -> None:
    assert verdicts(signer, [signed(signer, badge_facts(profile=profile))], bad=bad) == [said]
