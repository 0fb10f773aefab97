"""What the public may know of a credential, as finished bytes: written once at each change, read a thousand times.

The bytes are a JSON object without its first member: `dated` puts `as_of` in front at the moment of reading, so that
one stored answer serves every day until the credential's standing turns.
"""

import json
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Final

from domain.credentials.model import Standing
from domain.dates import end_of, start_of
from domain.ports import RegistryEntry

_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicStanding:
    """One standing, from the day `since`. `valid` says whether the holder may call themselves certified meanwhile."""

    status: Standing
    valid: bool
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFacts:
    """What stays the same between two changes of a credential.

    `holder_name` is the name on the certificate, None where the policy or an erasure keeps it out of the registry.
    `valid_until` is inclusive and ends at 24:00 in the IANA `zone` of the policy, whose `edition` the credential is
    under. `issuer` is the certifying body.
    """

    number: str
    issuer: str
    program_code: str
    program_title: str
    holder_name: str | None
    awarded_on: date
    valid_from: date
    valid_until: date
    edition: str
    zone: str


def public_entry(
    facts: PublicFacts, now: PublicStanding, then: PublicStanding | None = None, last: PublicStanding | None = None
) -> RegistryEntry:
    """The entry to store: the answer now, and the answers from the start of the days `then.since` and `last.since`.

    Those are the turns that need nobody's act, in the policy's zone: an active credential's expiry on the day after
    `valid_until`, and then the lapse on the day after its grace. So no sweep ever has to write an answer anew.
    """
    lasting = _lasting(facts)
    before = _payload(facts, now, lasting)
    after = None if then is None else _payload(facts, then, lasting)
    final = None if last is None else _payload(facts, last, lasting)
    return RegistryEntry(
        number=facts.number,
        zone=facts.zone,
        turns_at=_turn(then, facts.zone),
        payload_before=before,
        payload_after=after,
        tag=sha256(before + (after or b"") + (final or b"")).hexdigest()[:16],
        turns_again_at=_turn(last, facts.zone),
        payload_last=final,
    )


def answer_on(facts: PublicFacts, standing: PublicStanding, as_of: date) -> bytes:
    """The answer for one day, from the credential's history: the same JSON as the registry gives on that day."""
    return dated(_payload(facts, standing, _lasting(facts)), as_of.isoformat().encode())


def dated(payload: bytes, as_of: bytes) -> bytes:
    """A stored payload as the JSON object that clients see, `as_of` (an ISO date) its first member."""
    return b'{"as_of":"%b",%b' % (as_of, payload)


def _turn(standing: PublicStanding | None, zone: str) -> int | None:
    return None if standing is None else int(start_of(standing.since, zone).timestamp())


def _payload(facts: PublicFacts, standing: PublicStanding, lasting: bytes) -> bytes:
    members = {
        "number": facts.number,
        "status": standing.status.value,
        "valid": standing.valid,
        "status_since": standing.since.isoformat(),
    }
    return b"%b,%b" % (_JSON(members).encode()[1:-1], lasting)


def _lasting(facts: PublicFacts) -> bytes:
    """The members that are the same however it stands, from the fifth on, with the object's end."""
    members = {
        "issuer": facts.issuer,
        "program": {"code": facts.program_code, "title": facts.program_title},
        "holder_name": facts.holder_name,
        "awarded_on": facts.awarded_on.isoformat(),
        "valid_from": facts.valid_from.isoformat(),
        "valid_until": facts.valid_until.isoformat(),
        "valid_until_instant": f"{end_of(facts.valid_until, facts.zone):%Y-%m-%dT%H:%M:%SZ}",
        "zone": facts.zone,
        "policy_edition": facts.edition,
    }
    return _JSON(members).encode()[1:]
