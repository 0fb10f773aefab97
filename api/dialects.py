"""Failures in the words of the protocols that know no problem documents: OAuth 2.0's, and 1EdTech's status object.

Which dialect a path speaks is said here, once, so that every refusal of it is told the same way: the route's own, those
of the framework, and those of the middleware in front.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

Fields = tuple[int, list[tuple[bytes, bytes]], bytes]
"""A finished answer: status, headers as ASGI wants them, body."""
_Words = Callable[[int, Mapping[str, Any]], tuple[int, dict[str, Any]]]

HOST: Final = "/ims/ob/v3p0/"
"""How the paths of the Open Badges 3.0 API begin."""
LONGEST: Final = 500
_MOST_FAULTS: Final = 5
_BAD, _NOBODY, _MEDIA, _UNFIT, _MANY, _FAILED, _AWAY = 400, 401, 415, 422, 429, 500, 503
_REPLACED: Final = frozenset({b"content-type", b"content-length", b"cache-control"})

_OAUTH: Final[Mapping[str, str]] = {
    "/v1/wallets/token": "invalid_request",
    "/v1/wallets/nonce": "invalid_request",
    "/v1/wallets/credential": "invalid_credential_request",
    "/v1/wallets/notification": "invalid_notification_request",
}
"""What OpenID4VCI 1.0 (sections 6.3, 8.3.1 and 11.3) calls a malformed request at each of a wallet's endpoints."""

ANYWHERE: Final = ("server_error", "temporarily_unavailable")
"""What any endpoint may answer beside its own errors (RFC 6749, section 4.1.2.1)."""
_WHATEVER_WAS_ASKED: Final[Mapping[int, str]] = {
    _NOBODY: "invalid_token",
    _MANY: ANYWHERE[1],
    _FAILED: ANYWHERE[0],
    _AWAY: ANYWHERE[1],
}

MINOR: Final[Mapping[int, str]] = {
    400: "invalid_data",
    401: "unauthorizedrequest",
    403: "forbidden",
    404: "not_found",
    405: "not_allowed",
    406: "not_acceptable",
    409: "invalid_data",
    413: "invalid_data",
    414: "invalid_data",
    415: "invalid_data",
    429: "server_busy",
    500: "internal_server_error",
    503: "server_busy",
}
"""1EdTech's minor code of each status."""
REPORTER: Final = "TargetEndSystem"
"""Who reports a failure: the server that was asked, as the specification names it."""


def spoken(path: str, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> Fields:
    """A problem as the path's own protocol tells it; as it is where the path has no protocol of its own.

    Headers that say more (a challenge, how long to wait, which methods there are) stay.
    """
    words = _words(path)
    if words is None:
        return status, headers, body
    status, said = words(status, orjson.loads(body))
    text = orjson.dumps(said)
    kept = [(name, value) for name, value in headers if name not in _REPLACED]
    own = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(text)).encode()),
        (b"cache-control", b"no-store"),
    ]
    return status, [*own, *kept], text


def status_object(status: int, description: str) -> dict[str, Any]:
    """1EdTech's `Imsx_StatusInfo` for a refusal with this HTTP status."""
    minor = {"imsx_codeMinorFieldName": REPORTER, "imsx_codeMinorFieldValue": MINOR.get(status, "unknown")}
    return {
        "imsx_codeMajor": "failure",
        "imsx_severity": "error",
        "imsx_description": description[:LONGEST],
        "imsx_codeMinor": {"imsx_codeMinorField": [minor]},
    }


def _words(path: str) -> _Words | None:
    if path.startswith(HOST):
        return _of_the_host
    malformed = _OAUTH.get(path)
    return None if malformed is None else lambda status, said: _of_oauth(malformed, status, said)


def _of_the_host(status: int, said: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    """422 is none of the statuses that the specification knows: what is unfit is a bad request there."""
    status = _BAD if status == _UNFIT else status
    return status, status_object(status, _told(said))


def _of_oauth(malformed: str, status: int, said: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    status = _BAD if status in (_MEDIA, _UNFIT) else status
    error = _WHATEVER_WAS_ASKED.get(status, malformed)
    return status, {"error": error, "error_description": _plain(_told(said))[:LONGEST]}


def _told(said: Mapping[str, Any]) -> str:
    """One text of a problem: what it says, then its first faults with their places."""
    faults = [f"{one['pointer']}: {one['detail']}" for one in said.get("errors", ())[:_MOST_FAULTS]]
    return " ".join([said.get("detail") or said["title"], *faults])


def _plain(text: str) -> str:
    """What RFC 6749 lets a description hold (appendix A.8): printable ASCII, neither quotation mark nor backslash."""
    return "".join(sign if " " <= sign <= "~" and sign not in '"\\' else "'" for sign in text)
