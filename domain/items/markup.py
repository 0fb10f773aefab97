"""The markup that texts of items may hold: a small part of HTML, read strictly and written in one canonical way.

Allowed are paragraphs, divisions, line breaks, emphasis, sub- and superscript, lists, tables, quotations and code,
with `dir` and `lang` on any of them. There is no link, image, style or script: a text shows the same everywhere and
fetches nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Union

LONGEST = 20_000
DEEPEST = 12

INLINE = frozenset({"em", "strong", "b", "i", "sub", "sup", "code", "span", "br"})
BLOCKS = frozenset({"p", "div", "ul", "ol", "table", "blockquote", "pre"})
_FLOW = INLINE | BLOCKS
_CELLS = frozenset({"th", "td"})
WITHIN: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("em", "strong", "b", "i", "sub", "sup", "code", "span", "p", "pre"), INLINE),
    "br": frozenset(),
    "ul": frozenset({"li"}),
    "ol": frozenset({"li"}),
    "li": _FLOW,
    "div": _FLOW,
    "blockquote": _FLOW,
    "table": frozenset({"thead", "tbody", "tr"}),
    "thead": frozenset({"tr"}),
    "tbody": frozenset({"tr"}),
    "tr": _CELLS,
    "th": _FLOW,
    "td": _FLOW,
}
"""Which elements each element may hold directly."""
WITHOUT_TEXT = frozenset({"ul", "ol", "table", "thead", "tbody", "tr", "br"})
"""Elements that hold elements only; white space between these says nothing and is dropped."""

_SPAN = re.compile(r"[1-9][0-9]?")
ATTRIBUTES: Mapping[str, re.Pattern[str]] = {
    "dir": re.compile(r"ltr|rtl|auto"),
    "lang": re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}"),
    "colspan": _SPAN,
    "rowspan": _SPAN,
}
# Controls, what turns the direction of reading unseen (`dir` says it openly), and what XML cannot hold.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff"
    "\U0001fffe\U0001ffff\U0002fffe\U0002ffff]"
)
_TOKEN = re.compile(
    r"<(?P<end>/?)(?P<tag>[A-Za-z]{1,12})(?P<attributes>(?:\s+[a-z]{1,12}=\"[^\"<>&]{0,64}\"){0,8})\s*(?P<void>/?)>"
    r"|&(?P<entity>amp|lt|gt|quot|apos|nbsp|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});"
    r"|(?P<text>[^<&]+)"
)
_ATTRIBUTE = re.compile(r"([a-z]+)=\"([^\"]*)\"")

Node = Union["Element", str]


@dataclass(frozen=True, slots=True)
class Element:
    """An allowed element, its attributes in alphabetical order, and what it holds."""

    tag: str
    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple[Node, ...] = ()


class MarkupFault(ValueError):
    """Why a text is not in the allowed markup: a stable `code`, a sentence, and the character it begins at, from 1."""

    def __init__(self, at: int, code: str, detail: str) -> None:
        """Refuse for `code`, at the character `at`."""
        super().__init__(detail)
        self.code, self.detail, self.at = code, detail, at


def read(text: str) -> tuple[Node, ...]:
    """The nodes of a text; raises MarkupFault at the first character that is not as it must be."""
    if len(text) > LONGEST:
        raise MarkupFault(LONGEST, "text_too_long", f"A text has at most {LONGEST} characters.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := _FORBIDDEN.search(text):
        raise MarkupFault(found.start() + 1, "forbidden_character", "This character may not stand in a text.")
    return _Reader(text).nodes()


def written(nodes: Iterable[Node]) -> str:
    """The canonical text of nodes: `read` of it gives them back."""
    return "".join(_pieces(nodes))


def canonical(text: str) -> str:
    """A text in its canonical spelling, without blanks at either end; raises MarkupFault."""
    return written(trimmed(read(text)))


def trimmed(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """The nodes without blanks at either end."""
    kept = list(_merged(nodes))
    if kept and isinstance(kept[0], str):
        kept[0] = kept[0].lstrip()
    if kept and isinstance(kept[-1], str):
        kept[-1] = kept[-1].rstrip()
    return _merged(kept)


def plain(text: str) -> str:
    """What a reader sees of a canonical text, without its markup, blanks made single."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())


def must_hold(parent: str | None, tag: str, at: int = 1) -> None:
    """Return when `parent` (None: the text itself) may hold an element `tag`; raises MarkupFault."""
    if tag not in WITHIN:
        raise MarkupFault(at, "forbidden_element", "This element is not among those that a text may hold.")
    if tag not in (_FLOW if parent is None else WITHIN[parent]):
        raise MarkupFault(at, "misplaced_element", "This element may not stand here.")


def attribute(tag: str, name: str, value: str, at: int = 1) -> tuple[str, str]:
    """An attribute that an element may bear; raises MarkupFault."""
    known = ATTRIBUTES.get(name)
    if known is None or (known is _SPAN and tag not in _CELLS):
        raise MarkupFault(at, "forbidden_attribute", "This element may not bear this attribute.")
    if known.fullmatch(value) is None:
        raise MarkupFault(at, "bad_attribute", "The attribute does not have one of its values.")
    return name, value


def made(tag: str, attributes: Iterable[tuple[str, str]], children: Iterable[Node], at: int = 1) -> Element:
    """An element; text that may not stand in it is refused (MarkupFault), white space there is dropped."""
    kept = _merged(children)
    if tag in WITHOUT_TEXT:
        if any(isinstance(child, str) and child.strip() for child in kept):
            raise MarkupFault(at, "misplaced_text", "No text may stand directly in this element.")
        kept = tuple(child for child in kept if isinstance(child, Element))
        _must_be_filled(tag, [child.tag for child in kept if isinstance(child, Element)], at)
    return Element(tag, tuple(sorted(attributes)), kept)


def _must_be_filled(tag: str, parts: Sequence[str], at: int) -> None:
    """Lists and tables hold something; a table its head first, and then bodies or rows, not both."""
    if tag != "br" and not parts:
        raise MarkupFault(at, "empty_element", "This element must hold something.")
    if tag == "table" and not _is_table(parts):
        raise MarkupFault(at, "misplaced_element", "A table has one head at most, first, and then bodies or rows.")


def _is_table(parts: Sequence[str]) -> bool:
    rest = set(parts[1:] if parts[0] == "thead" else parts)
    return len(rest) == 1 and rest <= {"tbody", "tr"}


def _merged(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """The nodes with neighbouring texts made one."""
    kept: list[Node] = []
    for node in nodes:
        if isinstance(node, str) and kept and isinstance(kept[-1], str):
            kept[-1] += node
        elif node != "":
            kept.append(node)
    return tuple(kept)


def _pieces(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, str):
            yield node.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            continue
        attributes = "".join(f' {name}="{value}"' for name, value in node.attributes)
        if node.tag == "br":
            yield f"<br{attributes}/>"
            continue
        yield f"<{node.tag}{attributes}>"
        yield from _pieces(node.children)
        yield f"</{node.tag}>"


@dataclass(slots=True)
class _Open:
    """An element whose end is still to come; the text itself has no tag."""

    tag: str | None
    attributes: tuple[tuple[str, str], ...]
    children: list[Node]
    at: int


class _Reader:
    """One text on its way through the checks."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._open = [_Open(None, (), [], 1)]

    def nodes(self) -> tuple[Node, ...]:
        """Every node; raises MarkupFault."""
        place = 0
        while place < len(self._text):
            token = _TOKEN.match(self._text, place)
            if token is None:
                message = "A < or & begins no element or character that may stand here; write &lt; or &amp;."
                raise MarkupFault(place + 1, "malformed_markup", message)
            self._take(token, place + 1)
            place = token.end()
        if len(self._open) > 1:
            raise MarkupFault(self._open[-1].at, "unclosed_element", "The element that begins here does not end.")
        return _merged(self._open[0].children)

    def _take(self, token: re.Match[str], at: int) -> None:
        if (text := token["text"]) is not None:
            self._open[-1].children.append(text)
        elif (entity := token["entity"]) is not None:
            self._open[-1].children.append(_character(entity, at))
        elif token["end"]:
            self._end(token, at)
        else:
            self._begin(token, at)

    def _begin(self, token: re.Match[str], at: int) -> None:
        tag = token["tag"].lower()
        must_hold(self._open[-1].tag, tag, at)
        if len(self._open) > DEEPEST:
            raise MarkupFault(at, "too_deep", f"Elements stand at most {DEEPEST} deep in each other.")
        found = _ATTRIBUTE.findall(token["attributes"])
        attributes = tuple(attribute(tag, name, value, at) for name, value in found)
        if len({name for name, _ in attributes}) != len(attributes):
            raise MarkupFault(at, "duplicate_attribute", "The element bears an attribute twice.")
        if token["void"] or tag == "br":
            self._open[-1].children.append(made(tag, attributes, (), at))
        else:
            self._open.append(_Open(tag, attributes, [], at))

    def _end(self, token: re.Match[str], at: int) -> None:
        begun = self._open[-1]
        if begun.tag is None or begun.tag != token["tag"].lower() or token["attributes"] or token["void"]:
            raise MarkupFault(at, "misplaced_end", "This end does not close the element that is open.")
        self._open.pop()
        self._open[-1].children.append(made(begun.tag, begun.attributes, begun.children, begun.at))


def _character(entity: str, at: int) -> str:
    """The character that an entity stands for; a forbidden one does not come in by its number."""
    digits = entity.removeprefix("#").removeprefix("x")
    number = int(digits, 16 if entity[1] == "x" else 10) if entity[0] == "#" else None
    if number is not None and not 0 < number <= 0x10FFFF:  # noqa: PLR2004 - the last code point there is
        raise MarkupFault(at, "forbidden_character", "There is no such character.")
    character = unescape(f"&{entity};") if number is None else chr(number)
    if _FORBIDDEN.search(character):
        raise MarkupFault(at, "forbidden_character", "This character may not stand in a text.")
    return "\n" if character == "\r" else character
