"""From a document to a policy: every fault with a JSON Pointer; and the form that is stored and signed."""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import cast

from pydantic import ValidationError

from domain.errors import Fault, Invalid
from domain.programs.clauses import Provider
from domain.programs.lint import lint
from domain.programs.partial import partial_policy
from domain.programs.policy import Policy

# A member that someone made up is named only where it could stand in a policy.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")

MOST_FAULTS_TO_READ_ON = 1_000
"""A document with more faults of shape than this is hardly a policy: what it means is not asked."""


def read_policy(document: Mapping[str, object]) -> Policy:
    """The policy that a document of JSON values describes.

    Raises:
        Invalid: with every fault of the document's shape; `lint` judges what the policy says.

    """
    try:
        return Policy.model_validate_json(json.dumps(document), strict=True)
    except ValidationError as error:
        faults = [_fault(document, tuple(one["loc"]), one["type"], one["msg"]) for one in error.errors()]
        raise Invalid(*faults, detail="The policy is not valid.") from None
    except (ValueError, TypeError, RecursionError):
        fault = Fault("", "not_json", "The document holds something that JSON cannot, such as a cycle.")
        raise Invalid(fault, detail="The policy is not valid.") from None


def read_and_lint(
    document: Mapping[str, object],
    others: Iterable[Policy] = (),
    providers: Iterable[Provider] = (),
    *,
    unread: Collection[str] = (),
    checks: Sequence[Callable[[Policy], Iterator[Fault]]] = (),
) -> tuple[Policy | None, list[Fault]]:
    """The policy, or None where its shape is wrong, and every fault: of its shape, and of what could be read of it.

    `others` and `providers` are as `lint` takes them. `unread` are places whose faults are known already: of them, and
    of what lies in them, nothing more is said. `checks` are further ones, which go as far as what was read.
    """
    try:
        policy, faults = read_policy(document), list[Fault]()
    except Invalid as refusal:
        policy, faults = None, list(refusal.faults)
    hidden = frozenset(unread)
    faults = [fault for fault in faults if hidden.isdisjoint(_around(fault.pointer))]
    if len(faults) <= MOST_FAULTS_TO_READ_ON:
        readable = partial_policy(document, hidden) if policy is None or hidden else policy
        faults += lint(readable, others, providers)
        faults += [fault for check in checks for fault in check(readable)]
    return None if hidden else policy, faults


def policy_document(policy: Policy) -> dict[str, object]:
    """The policy as JSON values: what is published and stored."""
    return cast("dict[str, object]", policy.model_dump(mode="json"))


def policy_digest(policy: Policy) -> str:
    """SHA-256 (hex) of the policy's canonical JSON: keys sorted, no spaces, UTF-8."""
    text = json.dumps(policy_document(policy), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def policy_schema() -> str:
    """The JSON Schema of a policy document, for editors: indented, keys sorted, one newline at the end."""
    schema = Policy.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _around(pointer: str) -> list[str]:
    """A place and every place it lies in."""
    return [pointer[:end] for end, step in enumerate(pointer) if step == "/"] + [pointer]


def _fault(document: object, location: tuple[int | str, ...], code: str, message: str) -> Fault:
    return Fault(_pointer(document, location), code, message)


def _pointer(document: object, location: tuple[int | str, ...]) -> str:
    """The JSON Pointer of a pydantic location, without the tags that it inserts for the kinds of a union."""
    pointer, here, in_list = "", document, False
    for index, step in enumerate(location):
        is_tag = in_list and isinstance(here, Mapping) and here.get("kind") == step
        in_list = isinstance(step, int)
        if is_tag:
            continue
        found, inner = _inside(here, step)
        if isinstance(step, str) and not _NAME.fullmatch(step):
            break
        if found or (index == len(location) - 1 and step != "[key]"):
            pointer += "/" + str(step).replace("~", "~0").replace("/", "~1")
            here = inner
    return pointer


def _inside(here: object, step: int | str) -> tuple[bool, object]:
    """Whether a mapping or list has this step, and what is there."""
    if isinstance(here, Mapping):
        return step in here, here.get(step)
    if isinstance(here, list) and isinstance(step, int):
        return step < len(here), here[step] if step < len(here) else None
    return False, None
