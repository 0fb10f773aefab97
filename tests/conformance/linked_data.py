"""Canonical N-Quads of JSON-LD that strangers hand in: contexts pinned, nothing fetched, bounded in size and in time.

PyLD expands (and tells what it dropped); Oxigraph canonicalises by RDFC-1.0. Where there are many blank nodes, a graph
may be made so that no processor is ever done with it: that runs in a process of its own, which is ended in time.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final

import pyoxigraph
from openbadgeslib.ob3.contexts import bundled_contexts
from pyld import jsonld
from pyld.documentloader.frozen import BUNDLED_CONTEXTS

from adapters.badges.contexts import PINNED, pinned
from tests.conformance.rules import FIRST_CONTEXT

EXAMPLES: Final = "https://www.w3.org/ns/credentials/examples/v2"
EXAMPLES_CONTEXT: Final = {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}
RELATIVE: Final = "https://relative.invalid/"
"""What a name that is relative is made absolute with, so that it is found: a document handed in has no address."""
MOST_BLANKS: Final = 256
FEW_BLANKS: Final = 6
SECONDS: Final = 5


class Unfit(ValueError):
    """It cannot be canonicalised: an unknown context, a dropped term, too much of it."""


@cache
def known_contexts() -> dict[str, Any]:
    """Every context that is read here, by its address; no other ever is."""
    first = json.loads(BUNDLED_CONTEXTS[FIRST_CONTEXT].read_bytes())
    ours = {address: pinned(address) for address in PINNED}
    return {**bundled_contexts(), EXAMPLES: EXAMPLES_CONTEXT, FIRST_CONTEXT: first, **ours}


def pinned_bytes(address: str) -> bytes | None:
    """The bytes of what is pinned at an address; None for another."""
    if address not in PINNED:
        return None
    return (files("adapters.badges.contexts") / PINNED[address][0]).read_bytes()


def canonical(document: dict[str, Any]) -> bytes:
    """The canonical N-Quads of a document; raises Unfit."""
    expanded = _expanded(document)
    blanks = sum(_blanks(expanded))
    if blanks > MOST_BLANKS:
        message = f"more than {MOST_BLANKS} blank nodes"
        raise Unfit(message)
    text = json.dumps(expanded).encode()
    try:
        return of_expanded(text) if blanks <= FEW_BLANKS else _elsewhere(text)
    except Unfit:
        raise
    except (SyntaxError, ValueError) as fault:
        message = f"no RDF ({type(fault).__name__})"
        raise Unfit(message) from None


def of_expanded(text: bytes) -> bytes:
    """The canonical N-Quads of expanded JSON-LD; may take forever."""
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.JSON_LD))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return "".join(sorted(f"{quad} .\n" for quad in dataset)).encode()


def _elsewhere(text: bytes) -> bytes:
    command = [sys.executable, "-m", "tests.conformance.linked_data"]
    try:
        done = subprocess.run(command, input=text, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        message = f"not canonicalised within {SECONDS} seconds"
        raise Unfit(message) from None
    if done.returncode != 0:
        message = "no RDF that can be canonicalised"
        raise ValueError(message)
    return done.stdout


def _expanded(document: dict[str, Any]) -> list[Any]:
    dropped: list[str] = []
    try:
        options = {"documentLoader": _load, "base": RELATIVE}
        found: list[Any] = jsonld.expand(document, options, on_property_dropped=lambda name: dropped.append(str(name)))
    except (jsonld.JsonLdError, RecursionError, ValueError, TypeError, KeyError, AttributeError) as fault:
        message = f"no JSON-LD with the contexts that are known here ({type(fault).__name__})"
        raise Unfit(message) from None
    _must_be_whole(found, dropped)
    return found


def _must_be_whole(expanded: list[Any], dropped: list[str]) -> None:
    """No member without a meaning, no type and no id that is not absolute: a signature would not cover it."""
    if dropped:
        message = f"a term that no context defines: {dropped[0]:.60}"
        raise Unfit(message)
    for node in _nodes(expanded):
        for name in [*node.get("@type", []), node.get("@id", "urn:x")] if "@value" not in node else []:
            if not isinstance(name, str) or ":" not in name or name.startswith(RELATIVE):
                message = f"a type or an id that is no URL: {name!r:.60}"
                raise Unfit(message)


def _load(address: str, _: object) -> dict[str, Any]:
    found = known_contexts().get(address)
    if found is None:
        message = "a context that is not pinned"
        raise Unfit(message)
    return {"contextUrl": None, "documentUrl": address, "document": found, "contentType": "application/ld+json"}


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from _nodes(one)
    elif isinstance(value, list):
        for one in value:
            yield from _nodes(one)


def _blanks(expanded: list[Any]) -> Iterator[int]:
    for node in _nodes(expanded):
        if "@value" not in node and "@list" not in node and "@set" not in node:
            yield int(str(node.get("@id", "_:")).startswith("_:"))
        if "@list" in node:
            yield len(node["@list"])


if __name__ == "__main__":
    sys.stdout.buffer.write(of_expanded(sys.stdin.buffer.read()))
