"""Canonical N-Quads (RDFC-1.0) of what strangers sign: contexts pinned, nothing fetched, nothing dropped in silence.

JSON-LD passes over what it does not know: a term without a meaning, an address that is none. A signature over the quads
says nothing of those. So a document is read twice: once with a vocabulary that catches every unknown term and every
relative address, where each value must be found again; and once as it is, which gives the quads that were signed.

A graph whose blank nodes look alike can keep any canonicaliser busy for years: few that look alike are taken.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from adapters.badges.contexts import PINNED, pinned

if TYPE_CHECKING:
    from pyoxigraph import BlankNode, Quad

MOST_BLANKS: Final = 256
MOST_ALIKE: Final = 5
_UNKNOWN: Final = "urn:certificant:unknown:"
_RELATIVE: Final = "https://relative.invalid/"
_WITHOUT_MEANING: Final = frozenset({"verifiableCredential"})
"""Members under which the data model's own context forgets every term: a badge has none of them."""
_NAMED: Final = frozenset({"type", "@context", "proofPurpose"})
"""Members whose values are terms, not values."""


class Unfit(ValueError):
    """It cannot be canonicalised; what it says is for people, and never what was presented."""


def canonical(document: Mapping[str, Any]) -> bytes:
    """The canonical N-Quads of a document whose contexts are pinned ones; raises Unfit."""
    contexts = _contexts(document.get("@context"))
    _must_be_plain({name: value for name, value in document.items() if name != "@context"})
    _must_be_whole(document, _quads(document, [*contexts, {"@vocab": _UNKNOWN}], _RELATIVE))
    return _canonical(_quads(document, contexts, None))


def _contexts(named: object) -> list[Any]:
    addresses = named if isinstance(named, list) else [named]
    if not addresses or not all(isinstance(one, str) and one in PINNED for one in addresses):
        message = f"It names a context other than {', '.join(PINNED)}."
        raise Unfit(message)
    return [pinned(address)["@context"] for address in addresses]


def _must_be_plain(value: object) -> None:
    """No keyword of JSON-LD within (a context could give every term another meaning), no label of a blank node."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if any(name.startswith("@") or name in _WITHOUT_MEANING for name in one):
                message = "It has a keyword of JSON-LD, a context or a credential within, where a badge has none."
                raise Unfit(message)
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, str) and one.startswith("_:"):
            message = "It names blank nodes."
            raise Unfit(message)


def _quads(document: Mapping[str, Any], contexts: Sequence[Any], base: str | None) -> "list[Quad]":
    from pyoxigraph import RdfFormat, parse  # noqa: PLC0415 - for what strangers sign alone

    text = json.dumps({**document, "@context": list(contexts)}).encode()
    try:
        return list(parse(text, format=RdfFormat.JSON_LD, base_iri=base))
    except (SyntaxError, ValueError):
        message = "It is no JSON-LD."
        raise Unfit(message) from None


def _must_be_whole(document: Mapping[str, Any], quads: "Sequence[Quad]") -> None:
    from pyoxigraph import Literal, NamedNode  # noqa: PLC0415 - as above

    known: set[str] = set()
    for quad in quads:
        for term in (quad.subject, quad.predicate, quad.object):
            if isinstance(term, NamedNode):
                _must_be_known(term.value)
            if isinstance(term, NamedNode | Literal):
                known.add(term.value)
    if not known.issuperset(_values(document)):
        message = "A value of it would be covered by no signature: no context gives it a meaning where it stands."
        raise Unfit(message)


def _must_be_known(address: str) -> None:
    if address.startswith(_UNKNOWN):
        message = "It has a term or a type that none of its contexts defines."
        raise Unfit(message)
    if address.startswith(_RELATIVE):
        message = "It names something by an address that is not absolute."
        raise Unfit(message)


def _values(value: object) -> Iterator[str]:
    """Every text and truth value of a document as the quads spell it, but for its terms."""
    waiting: list[object] = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting.extend(inner for name, inner in one.items() if name not in _NAMED)
        elif isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, bool):
            yield "true" if one else "false"
        elif isinstance(one, str):
            yield one


def _canonical(quads: "Sequence[Quad]") -> bytes:
    from pyoxigraph import CanonicalizationAlgorithm, Dataset  # noqa: PLC0415 - as above

    _must_be_told_apart(quads)
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return "".join(sorted(f"{quad} .\n" for quad in dataset)).encode()


def _must_be_told_apart(quads: "Sequence[Quad]") -> None:
    """Refuse many blank nodes of which the same is said, seen from one step away (RDFC-1.0, section 4.6)."""
    from pyoxigraph import BlankNode  # noqa: PLC0415 - as above

    said: dict[BlankNode, list[str]] = {}
    for quad in quads:
        terms = (quad.subject, quad.predicate, quad.object, quad.graph_name)
        for blank in {term for term in terms if isinstance(term, BlankNode)}:
            said.setdefault(blank, []).append(" ".join(_seen_from(blank, term) for term in terms))
    times = Counter("\n".join(sorted(lines)) for lines in said.values())
    alike = sum(count for count in times.values() if count > 1)
    if len(said) > MOST_BLANKS or alike > MOST_ALIKE:
        message = f"More than {MOST_BLANKS} of its nodes have no id, or more than {MOST_ALIKE} of those are alike."
        raise Unfit(message)


def _seen_from(blank: "BlankNode", term: object) -> str:
    from pyoxigraph import BlankNode  # noqa: PLC0415 - as above

    return ("_:a" if term == blank else "_:z") if isinstance(term, BlankNode) else str(term)
