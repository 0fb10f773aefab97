"""JSON Pointers (RFC 6901) into a request, which never repeat what a client made up.

The request is read as one document with the members `body`, `query`, `path`, `header` and `cookie`, so that
`/body/licences/0/number` and `/query/limit` are told apart.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

# A name of the contract looks like this; anything else may be a person's value used as a key.
_NAME = re.compile(r"[a-z][a-z0-9]*(?:[_-][a-z0-9]+|[A-Z][a-z0-9]+)*\Z")
_LONGEST_NAME = 64


def pointer(parts: Iterable[object]) -> str:
    """The pointer of `parts` (member names and array indexes).

    It ends at the parent of the first member whose name is no name of a contract (lower case words joined by `_`, `-`
    or a capital): such a key was made up by the client, and problems never echo the input.
    """
    said = []
    for part in parts:
        if isinstance(part, int):
            said.append(str(part))
        elif isinstance(part, str) and len(part) <= _LONGEST_NAME and _NAME.match(part):
            said.append(part)
        else:
            break
    return "".join(f"/{part}" for part in said)


def resolve(location: Sequence[str | int], body: object) -> str:
    """The pointer of a pydantic location, less the tags that pydantic adds for unions, which are in no document.

    `location` begins with `body`, `query`, `path`, `header` or `cookie`; `body` is the parsed body, or None.
    """
    if not location:
        return ""
    where, *rest = location
    if where != "body":
        return pointer(_lowered(location))
    found: list[object] = ["body"]
    here = body
    for index, part in enumerate(rest):
        if _leads_on(here, part):
            here = here[part]  # type: ignore[index]  # just looked
            found.append(part)
        elif index == len(rest) - 1 and isinstance(here, Mapping):
            found.append(part)  # the member that is missing
    return pointer(found)


def _leads_on(here: object, part: str | int) -> bool:
    if isinstance(here, Mapping):
        return part in here
    return isinstance(here, list) and isinstance(part, int) and 0 <= part < len(here)


def _lowered(location: Sequence[str | int]) -> list[str | int]:
    return [part.lower() if isinstance(part, str) else part for part in location]
