"""Idempotency keys and preconditions: a retried write happens once, and a stale one not at all.

The key's row, the effect, the journal and the stored answer are one transaction. The row goes in first: a twin in
flight waits for it in the database, then finds the answer and replays it.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from fastapi import Request, Response

from api.edge_errors import (
    IdempotencyKeyInFlight,
    IdempotencyKeyRequired,
    IdempotencyKeyReused,
    InvalidRequest,
    PreconditionRequired,
)
from domain.actors import Actor
from domain.errors import Conflict, Fault, Stale
from domain.ports import KeptAnswer, KeptAnswers

LIFETIME = timedelta(hours=24)
_KEY = re.compile(r"^[\x21-\x7e]{1,255}$")
# RFC 9110, 8.8.3: an entity tag; a weak one never matches here, since If-Match compares strongly (13.1.1).
_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_VERSION = re.compile(r"[1-9][0-9]{0,17}")
_KEPT_HEADERS = ("etag", "location", "content-type", "link")


class Precondition:
    """The If-Match header."""

    @staticmethod
    def of(request: Request) -> frozenset[int] | None:
        """The versions that If-Match names, None for `*`: tags that are none of ours name no version.

        Raises PreconditionRequired where it is missing or empty, Stale where it is no list of tags (RFC 9110, 13.1.1).
        """
        header = ",".join(request.headers.getlist("if-match")).strip(" \t,")
        if not header:
            raise PreconditionRequired
        if header == "*":
            return None
        if _TAG.sub("", header).strip(" \t,"):
            raise Stale
        named = (tag for weak, tag in _TAG.findall(header) if not weak)
        return frozenset(int(tag) for tag in named if _VERSION.fullmatch(tag))


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that this transaction holds; `answer` is set when an earlier one already answered."""

    scope: str
    fingerprint: str
    answer: Response | None = None


class Idempotency:
    """Claims keys and keeps answers, in the caller's transaction."""

    def __init__(self, lifetime: timedelta = LIFETIME) -> None:
        """Keep answers for `lifetime`."""
        self._lifetime = lifetime

    def claim(self, uow: Any, actor: Actor, request: Request, body: bytes, *, needed: bool) -> Claim | None:  # noqa: ANN401 - the adapter's unit of work
        """Hold the request's key, or find its answer; None when it bears none.

        Raises IdempotencyKeyRequired, IdempotencyKeyReused, IdempotencyKeyInFlight, or Invalid for a key that is none.
        """
        key = request.headers.get("idempotency-key")
        if key is None:
            if needed:
                raise IdempotencyKeyRequired
            return None
        if not _KEY.match(key):
            said = "1 to 255 printable ASCII characters without blanks."
            raise InvalidRequest(Fault("/header/idempotency-key", "idempotency_key", said))
        scope = _digest(actor.subject.encode(), request.method.encode(), request.url.path.encode(), key.encode())
        fingerprint = _digest(request.url.query.encode(), body)
        return self._held(uow.kept_answers, scope, fingerprint, uow.now)

    def keep(self, uow: Any, claim: Claim, response: Response, secrets: tuple[str, ...]) -> None:  # noqa: ANN401
        """Store the answer for replay, without what is shown only once."""
        body = bytes(response.body)
        if secrets:
            body = orjson.dumps(
                {name: None if name in secrets else value for name, value in orjson.loads(body).items()}
            )
        headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        uow.kept_answers.answer(claim.scope, response.status_code, headers, body)

    def _held(self, kept: KeptAnswers, scope: str, fingerprint: str, now: datetime) -> Claim:
        try:
            earlier = kept.claim(scope, fingerprint, now, now + self._lifetime)
        except Conflict:
            raise IdempotencyKeyInFlight from None
        if earlier is None:
            return Claim(scope, fingerprint)
        if earlier.fingerprint != fingerprint:
            raise IdempotencyKeyReused
        return Claim(scope, fingerprint, _replayed(earlier))


def _replayed(kept: KeptAnswer) -> Response:
    response = Response(kept.body, kept.status)
    for name, value in {**kept.headers, "idempotent-replayed": "true"}.items():
        response.headers[name] = value
    return response


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()
