"""Drills: a rotation and a compromise of the badge keys, carried out for real, on keys that are made for it alone.

A drill signs what the body signs, turns the keys over, and looks at what a verifier would see after each step. The
body's own keys are neither used nor touched.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from adapters.badges.did import did_of
from adapters.badges.signer import KeyedBadgeSigner
from adapters.keys import PURPOSES, FileKeyProvider
from domain.badges.document import signed_with
from domain.badges.facts import (
    AchievementFacts,
    BadgeFacts,
    BadgeProfile,
    IdentityFacts,
    IssuerFacts,
    Securing,
    StatusPlaceFacts,
    StatusPurpose,
)
from domain.badges.keys import BADGE_PURPOSES, PURPOSE

ADDRESS: Final = "https://drill.certificant.invalid"
_NOON: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a drill: what was done or looked at, and whether it was as it should be."""

    said: str
    held: bool


def rotation(purpose: str) -> list[Step]:
    """Turn a purpose's key over with overlap: nothing that was signed before stops to hold."""
    with _stage() as (keys, signer):
        securing = _securing(purpose)
        before = signer.sign(_badge(), securing)
        former = signed_with(before)
        steps = [Step(said="A badge is signed, and holds.", held=signer.holds(before))]
        pending = keys.prepare(purpose)
        published = signer.verification_methods()
        steps.append(
            Step(
                said="Prepared: the next key is published; the present one still signs.",
                held=pending in published.values() and signer.verification_method(securing) == former,
            )
        )
        keys.rotate(purpose)
        after = signer.sign(_badge(), securing)
        steps += [
            Step(said="Rotated: the prepared key signs.", held=published.get(signed_with(after)) == pending),
            Step(
                said="The badge from before still holds: its key is retired, and published.", held=signer.holds(before)
            ),
            Step(said="A badge from after holds too.", held=signer.holds(after)),
        ]
    return steps


def compromise(purpose: str) -> list[Step]:
    """Revoke a purpose's signing key: what it signed holds nowhere, whatever the other keys signed stays good."""
    with _stage() as (keys, signer):
        securing = _securing(purpose)
        others = [way for way in Securing if PURPOSE[way] != purpose]
        before = signer.sign(_badge(), securing)
        elsewhere = [signer.sign(_badge(), way) for way in others]
        steps = [Step(said="Badges are signed in every way, and hold.", held=_all_hold(signer, [before, *elsewhere]))]
        stolen = keys.current(purpose).kid
        fresh = keys.revoke(purpose, stolen)
        again = signer.sign(_badge(), securing)
        published = signer.verification_methods()
        steps += [
            Step(said="Revoked: the key is published no more.", held=stolen not in published.values()),
            Step(said="What it signed is handed out no more.", held=not signer.publishes(signed_with(before))),
            Step(said="A fresh key signs at once.", held=published.get(signed_with(again)) == fresh != stolen),
            Step(said="What the revoked key signed holds no more.", held=not signer.holds(before)),
            Step(said="The same badge issued anew holds.", held=signer.holds(again)),
            Step(said="What other keys signed is untouched.", held=_all_hold(signer, elsewhere)),
        ]
    return steps


@contextmanager
def _stage() -> Iterator[tuple[FileKeyProvider, KeyedBadgeSigner]]:
    with TemporaryDirectory(prefix="certificant-drill-") as directory:
        purposes = {purpose: PURPOSES[purpose] for purpose in BADGE_PURPOSES}
        keys = FileKeyProvider(Path(directory) / "keys", purposes=purposes)
        yield keys, KeyedBadgeSigner(keys, ADDRESS)


def _all_hold(signer: KeyedBadgeSigner, signed: list[bytes]) -> bool:
    return all(signer.holds(one) for one in signed)


def _securing(purpose: str) -> Securing:
    return next(way for way, used in PURPOSE.items() if used == purpose)


def _badge() -> BadgeFacts:
    """A badge of nobody's."""
    return BadgeFacts(
        id=f"{ADDRESS}/badges/drill",
        number="DRILL",
        profile=BadgeProfile.VCDM2,
        issuer=IssuerFacts(did=did_of(ADDRESS), name="Drill", url=ADDRESS),
        achievement=AchievementFacts(
            id=f"{ADDRESS}/achievement",
            name="Drill",
            description="A drill.",
            criteria="None.",
            criteria_url=f"{ADDRESS}/criteria",
            program="DRILL",
            exam="DRILL",
            exam_title="Drill",
            edition="drill",
        ),
        identity=IdentityFacts.hiding("nobody", "salt"),
        awarded_at=_NOON,
        valid_from=_NOON,
        valid_until=_NOON + timedelta(days=365),
        signed_at=_NOON,
        places=tuple(
            StatusPlaceFacts(purpose=purpose, list_url=f"{ADDRESS}/lists/{purpose}", index=1)
            for purpose in StatusPurpose
        ),
    )
