"""What Schemathesis cannot know of our document: cursors are signed, and a key is new for each intended effect."""

import re
from typing import Any
from uuid import uuid4

import schemathesis

_CURSOR = re.compile(r"[A-Za-z0-9_-]{1,1024}")
_KEY = "idempotency-key"


@schemathesis.hook
def before_call(_context: schemathesis.HookContext, case: schemathesis.Case[Any], _kwargs: dict[str, Any]) -> None:
    """Begin at the first page where the cursor is made up but of the right form; give each effect its own key.

    A cursor or key of the wrong form stays as it is: that one must be refused.
    """
    if case.query and _CURSOR.fullmatch(str(case.query.get("cursor", ""))):
        case.query.pop("cursor")
    if case.meta is not None and case.meta.generation.mode.is_positive:
        for name in [name for name in case.headers if name.lower() == _KEY]:
            case.headers[name] = str(uuid4())
