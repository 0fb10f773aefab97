"""What a badge of another issuer must say to be kept (Open Badges 3.0, sections 8.2 and 9.1). Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from urllib.parse import unquote

from domain.badges.document import VC_CONTEXT
from domain.errors import Fault
from domain.hosting.errors import UnfitBadge
from domain.hosting.model import Given

_OB_CONTEXT: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context"
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]{1,2000}")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](\.[0-9]{1,9})?(Z|[+-][0-2][0-9]:[0-5][0-9])"
)
_MICROSECONDS: Final = 6

Json = Mapping[str, Any]


def stated(document: Json, content: bytes, *, compact: bool) -> Given:
    """What an AchievementCredential states; raises UnfitBadge with the place of what it lacks or misstates.

    Only the shape is judged: neither signature nor dates.
    """
    _must_be_a_badge(document)
    until = document.get("validUntil")
    return Given(
        content=content,
        compact=compact,
        issuer=_issuer(document),
        named=_address(document.get("id"), "/id"),
        valid_from=_instant(document.get("validFrom"), "/validFrom"),
        valid_until=None if until is None else _instant(until, "/validUntil"),
    )


def claims_must_agree(document: Json, given: Given, *, needed: bool) -> None:
    """Refuse a token whose registered claims say something else than the credential in it (section 8.2.4.1).

    `needed` asks for those that Open Badges 3.0 demands: `iss`, `jti` and `nbf`, `sub` where the subject has an id.
    """
    subject = document["credentialSubject"].get("id")
    until = given.valid_until
    wanted: dict[str, object] = {
        "iss": given.issuer,
        "jti": given.named,
        "nbf": int(given.valid_from.timestamp()),
        "sub": subject,
        "exp": None if until is None else int(until.timestamp()),
    }
    for name, value in wanted.items():
        if name not in document:
            if needed and value is not None and name != "exp":
                raise UnfitBadge(Fault(f"/{name}", "claim_missing", f"The token lacks the claim {name}."))
        elif _whole(document[name]) != value or isinstance(document[name], bool):
            raise UnfitBadge(Fault(f"/{name}", "claim_differs", f"The claim {name} differs from the credential."))


def must_be_in_force(given: Given, now: datetime) -> None:
    """Refuse a badge whose validity has not begun or is over: that one no longer verifies (section 9.1)."""
    if given.valid_from > now:
        raise UnfitBadge(Fault("/validFrom", "not_begun", "Its validity has not begun yet."))
    if given.valid_until is not None and given.valid_until < now:
        raise UnfitBadge(Fault("/validUntil", "ended", "Its validity has ended."))


def digest_of(given: Given) -> str:
    """What two forms of one badge share: issuer and id, with percent-escapes undone and blanks cut off (section 10)."""
    parts = "\n".join(unquote(part).strip() for part in (given.issuer, given.named))
    return sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()


def _must_be_a_badge(document: Json) -> None:
    contexts, types = document.get("@context"), document.get("type")
    if not isinstance(contexts, list) or contexts[:1] != [VC_CONTEXT]:
        raise UnfitBadge(Fault("/@context", "data_model", f"The first context of a badge is {VC_CONTEXT}."))
    if not any(isinstance(one, str) and one.startswith(_OB_CONTEXT) for one in contexts):
        raise UnfitBadge(Fault("/@context", "data_model", "No context of Open Badges 3.0 is among its contexts."))
    if not isinstance(types, list) or "VerifiableCredential" not in types:
        raise UnfitBadge(Fault("/type", "data_model", "It is no VerifiableCredential."))
    if not {"AchievementCredential", "OpenBadgeCredential"} & {one for one in types if isinstance(one, str)}:
        raise UnfitBadge(Fault("/type", "data_model", "It is no AchievementCredential."))
    _must_have_a_subject(document.get("credentialSubject"))


def _must_have_a_subject(subject: object) -> None:
    where = "/credentialSubject"
    if not isinstance(subject, dict):
        raise UnfitBadge(Fault(where, "data_model", "A badge has one subject."))
    named = subject.get("id")
    if named is not None:
        _address(named, f"{where}/id")
    if named is None and not subject.get("identifier"):
        raise UnfitBadge(Fault(where, "data_model", "Its subject has neither an id nor an identifier."))
    if not isinstance(subject.get("achievement"), dict):
        raise UnfitBadge(Fault(f"{where}/achievement", "data_model", "It names no achievement."))


def _issuer(document: Json) -> str:
    issuer = document.get("issuer")
    return _address(issuer.get("id") if isinstance(issuer, dict) else issuer, "/issuer")


def _address(value: object, where: str) -> str:
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value.strip()):
        raise UnfitBadge(Fault(where, "address", "An absolute address of at most 2,000 characters is expected."))
    return value


def _instant(value: object, where: str) -> datetime:
    """The instant; digits beyond the microsecond are cut off."""
    if isinstance(value, str) and (match := _INSTANT.fullmatch(value)):
        fraction = (match[1] or "")[: _MICROSECONDS + 1]
        try:
            found = datetime.fromisoformat(value[:19] + fraction.ljust(7, "0") * bool(fraction) + match[2])
            return found.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise UnfitBadge(Fault(where, "instant", "An instant with its offset is expected."))


def _whole(value: object) -> object:
    """A NumericDate without its fraction."""
    return int(value) if isinstance(value, float) and abs(value) < 1e12 else value  # noqa: PLR2004 - far beyond any year
