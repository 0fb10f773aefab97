"""The allowed markup as elements of QTI, and back; `domain.items.markup` says what is allowed."""

from collections.abc import Iterable, Iterator, Sequence

from lxml import etree

from adapters.qti.names import ASI, XML, XML_LANG
from adapters.qti.xml import Source, local, namespace
from domain.items import markup
from domain.items.markup import DEEPEST, Element, MarkupFault, Node

_DROPPED = frozenset({"id", "class", "label"})
"""Attributes that only style or name an element for its own file: nothing is lost without them."""


def written_into(parent: "etree._Element", nodes: Iterable[Node]) -> None:
    """Add nodes to the end of an element."""
    for node in nodes:
        if isinstance(node, str):
            _add_text(parent, node)
            continue
        child = etree.SubElement(parent, f"{{{ASI}}}{node.tag}")
        for name, value in node.attributes:
            child.set(XML_LANG if name == "lang" else name, value)
        written_into(child, node.children)


def wrapped(parent: "etree._Element", text: str) -> None:
    """Add a canonical text to an element that holds no text directly, in one division."""
    written_into(etree.SubElement(parent, f"{{{ASI}}}div"), markup.read(text))


def read_from(source: Source, parts: Sequence["etree._Element | str"]) -> str:
    """The canonical text of a run of elements and texts; one division around all of it is taken off.

    Raises Faulty with the place of what is not allowed.
    """
    said = [part for part in parts if not isinstance(part, str) or part.strip()]
    if len(said) == 1 and not isinstance(said[0], str) and _is_wrapping(said[0]):
        parts = list(inside(said[0]))
    nodes = [node for part in parts for node in _nodes(source, None, part, 1)]
    try:
        return markup.canonical(markup.written(nodes))
    except MarkupFault as fault:
        where = next((part for part in parts if not isinstance(part, str)), source.root)
        raise source.faulty(where, fault.code, fault.detail) from None


def inside(element: "etree._Element") -> Iterator["etree._Element | str"]:
    """What an element holds, texts and elements in turn."""
    if element.text:
        yield element.text
    for child in element:
        yield child
        if child.tail:
            yield child.tail


def _is_wrapping(element: "etree._Element") -> bool:
    return local(element) == "div" and namespace(element) == ASI and not set(element.attrib) - _DROPPED


def _nodes(source: Source, parent: str | None, part: "etree._Element | str", depth: int) -> Iterator[Node]:
    if isinstance(part, str):
        yield part
        return
    if not isinstance(part.tag, str):
        raise source.faulty(source.root, "entity_reference", "No entity but XML's own may be named.")
    yield _element(source, parent, part, depth)


def _element(source: Source, parent: str | None, found: "etree._Element", depth: int) -> Element:
    tag = local(found)
    try:
        if namespace(found) != ASI or depth > DEEPEST:
            raise MarkupFault(1, "forbidden_element", "This element is not among those that a text may hold.")  # noqa: TRY301 - told with its place below, as all others
        markup.must_hold(parent, tag)
        attributes = [_attribute(tag, name, value) for name, value in found.attrib.items() if name not in _DROPPED]
        held = [node for part in inside(found) for node in _nodes(source, tag, part, depth + 1)]
        return markup.made(tag, attributes, held)
    except MarkupFault as fault:
        raise source.faulty(found, fault.code, fault.detail) from None


def _attribute(tag: str, name: str, value: str) -> tuple[str, str]:
    if name == XML_LANG:
        return markup.attribute(tag, "lang", value)
    if name.startswith((f"{{{XML}}}", "{")):
        raise MarkupFault(1, "forbidden_attribute", "This element may not bear this attribute.")
    return markup.attribute(tag, name, value)


def _add_text(parent: "etree._Element", text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text
