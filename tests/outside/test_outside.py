"""Outside verifiers agree with us on every form of a badge: while it stands, while suspended, revoked, over, broken."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from domain.badges import rules
from domain.badges.facts import BadgeProfile, Securing
from domain.badges.model import SHARD_SIZE
from tests.badge_mutants import encoded, opened
from tests.builders_badges import DID, Stranger
from tests.builders_credentials import Holder, a_holder, officer
from tests.outside.handed import READY, WHY_NOT, Verdicts, by_node, by_openbadgeslib, hand_over, name_of
from tests.world import ADDRESS, World, a_world

ALL = [name_of(way) for way in Securing]
READ_BY = {"npm": ALL, "openbadgeslib": [name_of(Securing.EDDSA_RDFC), name_of(Securing.OB_JWT)]}
BY = {"npm": by_node, "openbadgeslib": by_openbadgeslib}

npm = pytest.mark.skipif(not READY, reason=WHY_NOT)
verifiers = pytest.mark.parametrize("verifier", [pytest.param("npm", marks=npm), "openbadgeslib"])


@dataclass
class Outside:
    """A holder with every form of their badge, and a stranger who is handed the files."""

    holder: Holder
    profile: BadgeProfile
    directory: Path
    badges: dict[str, bytes]

    @property
    def world(self) -> World:
        return self.holder.world

    def says(self, verifier: str, badges: dict[str, bytes] | None = None, **later: float) -> Verdicts:
        """What a verifier has against each badge, with the lists as they stand."""
        place = self.directory / f"handed-{len(list(self.directory.iterdir()))}"
        stranger = Stranger(self.world)

        def fetch(address: str) -> bytes:
            return stranger.fetch(f"{ADDRESS}/.well-known/did.json" if address == DID else address)

        hand_over(place, self.badges if badges is None else badges, DID, fetch)
        return BY[verifier](place, self.world.clock.now + timedelta(**later))

    def standing(self, step: str) -> None:
        answer = self.holder.post(f"/{step}", {"reason": "The board acted."}, officer(self.world))
        assert answer.status_code == 200, answer.text


@pytest.fixture(params=list(BadgeProfile))
def outside(request: pytest.FixtureRequest, sqlite_url: str, tmp_path: Path) -> Iterator[Outside]:
    with a_world(sqlite_url, tmp_path / "world") as world:
        holder = a_holder(world, {"/badges/profile": request.param.value}, on=date(2026, 3, 2))
        badges = {name_of(way): downloaded(holder, way) for way in Securing}
        (tmp_path / "handed").mkdir()
        yield Outside(holder, request.param, tmp_path / "handed", badges)


def downloaded(holder: Holder, securing: Securing) -> bytes:
    answer = holder.get(f"/badge?securing={quote(securing.value)}")
    assert answer.status_code == 200, answer.text
    content: bytes = answer.content
    return content


def all_good(verifier: str) -> Verdicts:
    return dict.fromkeys(sorted(READ_BY[verifier]))


def all_bad(said: Verdicts, verifier: str, word: str = "") -> bool:
    return sorted(said) == sorted(READ_BY[verifier]) and all(one and word in one.lower() for one in said.values())


@verifiers
def test_every_form_follows_the_standing(outside: Outside, verifier: str) -> None:
    issued = outside.says(verifier)
    outside.standing("suspension")
    suspended = outside.says(verifier)
    outside.standing("lift")
    lifted = outside.says(verifier)
    outside.standing("revocation")
    revoked = outside.says(verifier)

    assert issued == lifted == all_good(verifier)
    assert all_bad(revoked, verifier, "revo"), revoked
    if outside.profile is BadgeProfile.VCDM2:
        assert all_bad(suspended, verifier, "suspen"), suspended
    else:
        # The strict profile has one entry, revocation: a suspension shows in the registry and in what refresh answers.
        assert suspended == all_good(verifier)


@verifiers
@pytest.mark.parametrize("days", [-2, 4_000])
def test_every_form_is_good_in_its_time_only(outside: Outside, verifier: str, days: int) -> None:
    assert all_bad(outside.says(verifier, days=days), verifier)


def _named(document: dict[str, Any]) -> None:
    document["credentialSubject"]["name"] = "Somebody Else"


def _longer(document: dict[str, Any]) -> None:
    document["validUntil"] = "2199-01-01T00:00:00Z"


def _moved(document: dict[str, Any]) -> None:
    entries = document["credentialStatus"]
    (entries[0] if isinstance(entries, list) else entries)["statusListIndex"] = "5"


@verifiers
@pytest.mark.parametrize("change", [_named, _longer, _moved])
def test_every_form_is_rejected_once_it_is_changed(
    outside: Outside, verifier: str, change: Callable[[dict[str, Any]], None]
) -> None:
    broken: dict[str, bytes] = {}
    for name, signed in outside.badges.items():
        if name.endswith(".json"):
            document = json.loads(signed)
            change(document)
            broken[name] = json.dumps(document).encode()
        else:
            head, body, mark = signed.decode().split(".")
            payload = opened(body)
            change(payload)
            broken[name] = f"{head}.{encoded(payload)}.{mark}".encode()

    assert all_bad(outside.says(verifier, broken), verifier)


@npm
def test_a_status_list_that_is_changed_makes_every_form_fail(outside: Outside, tmp_path: Path) -> None:
    outside.standing("revocation")
    stranger, place = Stranger(outside.world), tmp_path / "forged"

    def fetch(address: str) -> bytes:
        if address == DID:
            return stranger.fetch(f"{ADDRESS}/.well-known/did.json")
        document = json.loads(stranger.fetch(address))
        document["credentialSubject"]["encodedList"] = rules.encoded(rules.empty(SHARD_SIZE))
        return json.dumps(document).encode()

    hand_over(place, outside.badges, DID, fetch)

    assert all_bad(by_node(place, outside.world.clock.now), "npm")
