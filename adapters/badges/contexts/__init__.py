"""The JSON-LD contexts that our documents name, and those of other issuers' badges, pinned: no other is ever read.

A context decides what a document means. Each is therefore compared with its digest when it is first read.
"""

import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from domain.badges.document import OB_CONTEXT, OB_EXTENSIONS, VC_CONTEXT

PINNED: Final[Mapping[str, tuple[str, str]]] = {
    # The digest that the Verifiable Credentials Data Model 2.0 states in its appendix B.1.
    VC_CONTEXT: ("credentials-v2.json", "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"),
    OB_CONTEXT: ("ob-v3p0-context-3.0.3.json", "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84"),
    OB_EXTENSIONS: ("ob-v3p0-extensions.json", "87c06c81bc2317663bf288d740d94fddd2818c4342b186270ff6371dfaa63f93"),
    # What badges of other issuers name: an earlier edition (3.0.1 redefines terms that are protected), the suites' own.
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json": (
        "ob-v3p0-context-3.0.2.json",
        "00666ad080ba407687ed1846b7f5e7495f5019042b202a727de47c48a1755c53",
    ),
    "https://w3id.org/security/data-integrity/v2": (
        "security-data-integrity-v2.json",
        "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4",
    ),
}
"""Address to file and SHA-256."""


class ContextFault(RuntimeError):
    """A pinned context is not what it was."""


@cache
def pinned(address: str) -> Mapping[str, Any]:
    """The whole context document at this address; KeyError for one that is not pinned, ContextFault for a changed one.

    The same object at each call: it must not be changed.
    """
    name, digest = PINNED[address]
    content = (files("adapters.badges.contexts") / name).read_bytes()
    if sha256(content).hexdigest() != digest:
        message = f"{name} is not the context it is pinned as"
        raise ContextFault(message)
    document: Mapping[str, Any] = json.loads(content)
    return document
