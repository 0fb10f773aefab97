"""Public keys that issuers publish: at the https address that a token names, or in the DID document of a did:web.

Fetched through `adapters.outgoing`: public addresses alone, no redirect, a bounded answer, a deadline. What was fetched
is kept for a few minutes, so that a holder who moves a hundred badges asks their issuer once.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import unquote

from adapters.outgoing import Failed, HttpsDoor, Outgoing
from adapters.public_keys import PublicKey, of_jwk, of_multikey
from adapters.strict import json_object, must_be_bounded
from domain.errors import Fault, Unavailable
from domain.hosting.errors import UnfitBadge

Json = Mapping[str, Any]
LARGEST: Final = 64 * 1024
DEADLINE: Final = 5.0
KEPT_SECONDS: Final = 300.0
MOST_KEPT: Final = 200
AT_ONCE: Final = 2
"""Keys that are fetched at the same time, in one process."""
LONGEST_ADDRESS: Final = 2_000
_DEEPEST, _MOST_VALUES = 12, 2_000
_OK: Final = 200
_WEB: Final = "did:web:"
_ACCEPT: Final = ("accept", "application/did+json, application/jwk+json, application/json")


class KeysElsewhere:
    """Keys of other issuers. Safe to share between threads."""

    def __init__(self, door: HttpsDoor, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Fetch through `door`; `clock` is in seconds."""
        self._door, self._clock = door, clock
        self._kept: OrderedDict[str, tuple[float, Json]] = OrderedDict()
        self._lock = threading.Lock()
        self._ways = threading.BoundedSemaphore(AT_ONCE)

    def key(self, name: str, algorithm: str) -> PublicKey:
        """The key of this name, a DID URL of did:web or an https address that answers one JWK or a set of them.

        Raises UnfitBadge where it cannot be had, ValueError or KeyError where it is no key for this algorithm, and
        Unavailable while others wait for slow issuers already.
        """
        if len(name) > LONGEST_ADDRESS or not name.isascii():
            raise ValueError
        if name.startswith(_WEB):
            return _of_document(self._fetched(_document_of(name)), name, algorithm)
        return of_jwk(_of_set(self._fetched(name.partition("#")[0]), name), algorithm)

    def _fetched(self, url: str) -> Json:
        with self._lock:
            found = self._kept.get(url)
        if found is not None and found[0] > self._clock():
            return found[1]
        # The threads of whoever waits are needed for other work too: slow issuers get a few of them, and no more.
        if not self._ways.acquire(blocking=False):
            raise Unavailable
        try:
            return self._keep(url, self._asked(url))
        finally:
            self._ways.release()

    def _asked(self, url: str) -> Json:
        asked = Outgoing(method="GET", url=url, headers=[_ACCEPT], ends_at=time.monotonic() + DEADLINE)
        try:
            answer = self._door.answer(asked, largest=LARGEST)
        except Failed as failure:
            raise UnfitBadge(_not_had(failure.code.value)) from None
        if answer.status != _OK:
            raise UnfitBadge(_not_had(f"status {answer.status}"))
        return _read(answer.body)

    def _keep(self, url: str, document: Json) -> Json:
        with self._lock:
            self._kept[url] = (self._clock() + KEPT_SECONDS, document)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return document


def _read(body: bytes) -> Json:
    try:
        document = json_object(body)
        must_be_bounded(document, deepest=_DEEPEST, most=_MOST_VALUES)
    except ValueError:
        raise UnfitBadge(_not_had("no JSON object")) from None
    return document


def _document_of(name: str) -> str:
    """Where the document of a did:web is (the method's section 3.2); ValueError for a name that is none."""
    host, *steps = name.partition("#")[0].removeprefix(_WEB).split(":")
    parts = [unquote(part) for part in (host, *steps)]
    if not host or any(not part or set(part) & set("/?#@\\ ") or part in {".", ".."} for part in parts):
        raise ValueError
    path = "/".join(steps) if steps else ".well-known"
    return f"https://{parts[0]}/{path}/did.json"


def _of_document(document: Json, name: str, algorithm: str) -> PublicKey:
    """The key of this name in a DID document that lets it make assertions."""
    did = name.partition("#")[0]
    if document["id"] != did:
        raise ValueError
    asserting = [one for one in document["assertionMethod"] if _id_of(one, did) == name]
    methods = [one for one in (*asserting, *document.get("verificationMethod", ())) if isinstance(one, dict)]
    found = next((one for one in methods if _id_of(one, did) == name), None)
    if not asserting or found is None or found.get("controller") != did:
        raise ValueError
    if "publicKeyMultibase" in found:
        return of_multikey(str(found["publicKeyMultibase"]), algorithm)
    return of_jwk(found["publicKeyJwk"], algorithm)


def _id_of(method: object, did: str) -> str:
    """A method's id, or the id it is; relative ones are the DID's own."""
    named = str(method.get("id")) if isinstance(method, dict) else str(method)
    return f"{did}{named}" if named.startswith("#") else named


def _of_set(document: Json, name: str) -> Json:
    """The JWK itself, or the one of a set whose `kid` is the name or its fragment."""
    listed = document.get("keys")
    if listed is None:
        return document
    wanted = {name, name.partition("#")[2]}
    found = [one for one in listed if isinstance(one, dict) and one.get("kid") in wanted]
    if len(found) != 1:
        raise ValueError
    return dict(found[0])


def _not_had(why: str) -> Fault:
    return Fault("", "key_not_had", f"The key that signed it could not be fetched where the badge says it is ({why}).")
