"""XML read without trust: no document type, no entity, no network, bounded; every fault knows its place."""

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree

from adapters.qti.names import ASI
from domain.errors import Fault
from domain.items.exchange import Place

POINTER = "/file"
LARGEST, LARGEST_MANIFEST = 1024 * 1024, 8 * 1024 * 1024
"""Bytes of one XML file."""
BYTES_EACH = 50
"""A file may hold one element for so many bytes of the largest: what is much smaller than that is no item."""
_DECLARED = re.compile(r"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_READABLE = frozenset({"utf-8", "utf8", "utf-16", "utf16", "us-ascii", "ascii"})


class Faulty(Exception):
    """A fault in a file of the package, on its way to the answer."""

    def __init__(self, where: Place, code: str, detail: str) -> None:
        """Remember where."""
        super().__init__(detail)
        self.where, self.code, self.detail = where, code, detail

    @property
    def fault(self) -> Fault:
        """As the answer tells it."""
        return Fault(POINTER, self.code, f"{self.where}: {self.detail}")


class Source:
    """One XML file that was parsed; it knows the place of each of its elements."""

    def __init__(self, file: str, content: bytes, largest: int = LARGEST) -> None:
        """Parse at most so many bytes; raises Faulty."""
        self.file = file
        if len(content) > largest:
            raise Faulty(Place(file=file), "file_too_large", f"This file may have {largest // 1024 // 1024} MB.")
        self.root = _parsed(file, content)
        most = largest // BYTES_EACH
        if next(islice(self.root.iter(), most, None), None) is not None:
            raise Faulty(Place(file=file), "too_many_elements", f"This file may have {most} elements.")

    def place(self, element: "etree._Element") -> Place:
        """Where an element stands."""
        return Place(file=self.file, line=element.sourceline or 1, path=path_of(element))

    def faulty(self, element: "etree._Element", code: str, detail: str) -> Faulty:
        """A fault at an element."""
        return Faulty(self.place(element), code, detail)

    def only(self, parent: "etree._Element", name: str) -> "etree._Element | None":
        """The one child of this name, None where there is none; raises Faulty where there are several."""
        found = list(children(parent, name))
        if len(found) > 1:
            raise self.faulty(found[1], "duplicate_element", f"There is more than one {name}.")
        return found[0] if found else None

    def needed(self, element: "etree._Element", attribute: str) -> str:
        """The value of an attribute; raises Faulty where it is missing or empty."""
        value = element.get(attribute)
        if not value:
            raise self.faulty(element, "missing_attribute", f"The attribute {attribute} is missing.")
        return str(value)


def path_of(element: "etree._Element") -> str:
    """The path of an element by local names, counted where several of one name stand together."""
    steps = []
    at: etree._Element | None = element
    while at is not None:
        parent = at.getparent()
        same = [] if parent is None else [one for one in parent if one.tag == at.tag]
        count = f"[{same.index(at) + 1}]" if len(same) > 1 else ""
        steps.append(f"{local(at)}{count}")
        at = parent
    return "/" + "/".join(reversed(steps))


def local(element: "etree._Element") -> str:
    """The local name of an element."""
    return str(etree.QName(element).localname)


def namespace(element: "etree._Element") -> str:
    """The namespace of an element, empty for none."""
    return str(etree.QName(element).namespace or "")


def children(parent: "etree._Element", name: str, within: str = ASI) -> Iterator["etree._Element"]:
    """The children of this local name and namespace."""
    yield from parent.iterchildren(f"{{{within}}}{name}")


def text_of(element: "etree._Element") -> str:
    """The text that an element holds directly, without blanks around it."""
    return (element.text or "").strip()


def _parsed(file: str, content: bytes) -> "etree._Element":
    start = Place(file=file)
    text = _decoded(start, content)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        line = text[: text.index("<!")].count("\n") + 1
        raise Faulty(Place(file=file, line=line), "document_type", "No document type may be declared.")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=False,
    )
    try:
        return etree.fromstring(_without_declaration(text).encode(), parser)
    except etree.XMLSyntaxError as fault:
        line = fault.lineno or 1
        raise Faulty(Place(file=file, line=line), "malformed_xml", "This is not well-formed XML.") from None


def _decoded(start: Place, content: bytes) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise Faulty(start, "unreadable_text", "The file is neither UTF-8 nor UTF-16.") from None
    declared = _DECLARED.match(text)
    if declared is not None and declared[1].casefold() not in _READABLE:
        raise Faulty(start, "unreadable_text", "The file says that it is neither UTF-8 nor UTF-16.")
    return text


def _without_declaration(text: str) -> str:
    """The text without its XML declaration, the place of each line kept: what it says of the encoding is over."""
    if not text.startswith("<?xml"):
        return text
    end = text.find("?>") + 2
    return "\n" * text[:end].count("\n") + text[end:]
