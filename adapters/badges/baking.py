"""Badge pictures with a credential inside, as Open Badges 3.0 bakes them (section 5.3), and reading them back.

PNG: one uncompressed iTXt chunk with the keyword `openbadgecredential`. SVG: one `openbadges:credential` element below
the root, with a compact JWT in its `verify` attribute, or a JSON document as its text.

Strangers present such files, so reading believes nothing: every length, count and depth is bounded before anything is
held, checksums are compared, what is compressed is inflated up to the bound, and XML may declare no document type and
no entity. No pixel is ever decoded.
"""

import re
import zlib
from collections.abc import Iterator
from enum import StrEnum
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from domain.certificates.model import Picture
from domain.errors import Fault, Invalid

KEYWORD: Final = b"openbadgecredential"
NAMESPACE: Final = "https://purl.imsglobal.org/ob/v3p0"
LARGEST_IMAGE: Final = 4_194_304
LARGEST_SVG: Final = 1_048_576
"""Smaller than a PNG may be: markup takes a hundred times as long to read as pixels that nobody looks at."""
LARGEST_CREDENTIAL: Final = 262_144
MOST_CHUNKS: Final = 4_096
MOST_ELEMENTS: Final = 50_000
DEEPEST: Final = 64

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_HEADER_LENGTH: Final = 13
_TEXTUAL: Final = frozenset({b"iTXt", b"tEXt", b"zTXt"})
_FORMER: Final = frozenset({b"openbadges", b"openbadge"})
_FORMER_NAMESPACES: Final = frozenset({"http://openbadges.org", "https://openbadges.org"})
_ELEMENT: Final = f"{NAMESPACE} credential"
_ROOT: Final = "http://www.w3.org/2000/svg svg"
_SVG_START: Final = re.compile(rb"<svg(?=[\s>])[^>]*(?=>)")
# What XML 1.0 can hold in no way, and JSON only inside of texts, where it can be written otherwise.
_UNHOLDABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Wrong(StrEnum):
    """What is wrong with a presented image."""

    NOT_AN_IMAGE = "not_an_image"
    TOO_LARGE = "too_large"
    TOO_COMPLEX = "too_complex"
    DAMAGED_PNG = "damaged_png"
    DAMAGED_CHUNK = "damaged_chunk"
    DAMAGED_SVG = "damaged_svg"
    DECLARATIONS = "declarations"
    MIXED_CONTENT = "mixed_content"
    DAMAGED_TEXT = "damaged_text"
    NOTHING_BAKED = "nothing_baked"
    BAKED_TWICE = "baked_twice"
    FORMER_VERSION = "former_version"


_SENTENCES: Final = {
    Wrong.NOT_AN_IMAGE: "This is neither a PNG nor an SVG.",
    Wrong.TOO_LARGE: (
        f"At most {LARGEST_IMAGE} bytes in a PNG, {LARGEST_SVG} in an SVG, {LARGEST_CREDENTIAL} in what is baked in."
    ),
    Wrong.TOO_COMPLEX: f"At most {MOST_CHUNKS} chunks in a PNG; in an SVG {MOST_ELEMENTS} elements, {DEEPEST} deep.",
    Wrong.DAMAGED_PNG: "The PNG is cut short, a checksum does not fit, or it has no one header and end.",
    Wrong.DAMAGED_CHUNK: "The credential does not stand in a well-formed iTXt chunk.",
    Wrong.DAMAGED_SVG: "The SVG is not well-formed XML in an encoding that is known.",
    Wrong.DECLARATIONS: "The SVG must declare no document type and no entities.",
    Wrong.MIXED_CONTENT: "The credential in the SVG must be text alone.",
    Wrong.DAMAGED_TEXT: "The credential in the image is not UTF-8.",
    Wrong.NOTHING_BAKED: "No credential is baked into the image.",
    Wrong.BAKED_TWICE: "The image holds more than one credential: which is meant cannot be said.",
    Wrong.FORMER_VERSION: "The image holds a badge of an earlier version than Open Badges 3.0.",
}


class UnreadableImage(Invalid):
    """The image cannot be read, or no Open Badges 3.0 credential is baked into it."""

    code = "unreadable_image"
    title = "This is no image with one Open Badges 3.0 credential baked into it."

    def __init__(self, wrong: Wrong, pointer: str = "") -> None:
        """Refuse for one fault; `pointer` says where in the request the image stands."""
        super().__init__(Fault(pointer, wrong.value, _SENTENCES[wrong]))


def bake(picture: bytes, kind: Picture, credential: str) -> bytes:
    """A picture of ours (without a credential yet) with one baked in: a JSON document, or a compact JWT."""
    if len(credential.encode()) > LARGEST_CREDENTIAL:
        message = "the credential is larger than any reader accepts"
        raise ValueError(message)
    return _into_png(picture, credential) if kind is Picture.PNG else _into_svg(picture, credential)


def unbake(image: bytes) -> str:
    """The credential in a presented image: JSON text or a compact JWT, not yet believed in any way.

    Raises UnreadableImage, whose fault names what is wrong; never anything else, whatever the bytes are.
    """
    if len(image) > LARGEST_IMAGE:
        raise UnreadableImage(Wrong.TOO_LARGE)
    if image.startswith(_SIGNATURE):
        found = _from_png(image)
    elif image.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        found = _from_svg(image)
    else:
        raise UnreadableImage(Wrong.NOT_AN_IMAGE)
    if not found.strip():
        raise UnreadableImage(Wrong.NOTHING_BAKED)
    return found.strip()


# --- PNG


def _into_png(picture: bytes, credential: str) -> bytes:
    """The chunk stands right after the header, so that whoever reads for it need not read the pixels."""
    body = KEYWORD + b"\x00" + b"\x00\x00" + b"\x00" + b"\x00" + credential.encode()
    at = len(_SIGNATURE) + 12 + _HEADER_LENGTH
    return picture[:at] + _chunk(b"iTXt", body) + picture[at:]


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def _from_png(image: bytes) -> str:
    found: list[bytes] = []
    former = False
    for kind, body in _chunks(image):
        if kind in _TEXTUAL:
            keyword, _, rest = body.partition(b"\x00")
            former = former or keyword in _FORMER
            if keyword == KEYWORD:
                found.append(_text_of(kind, rest))
    return _the_one(found, former=former).decode()


def _chunks(image: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Every chunk, its checksum compared: the header first, the end last, and nothing after it."""
    at, count, kind = len(_SIGNATURE), 0, b""
    while kind != b"IEND":
        length = int.from_bytes(image[at : at + 4], "big")
        kind, body = image[at + 4 : at + 8], image[at + 8 : at + 8 + length]
        check = image[at + 8 + length : at + 12 + length]
        if len(check) != 4 or zlib.crc32(kind + body).to_bytes(4, "big") != check:  # noqa: PLR2004 - a CRC's bytes
            raise UnreadableImage(Wrong.DAMAGED_PNG)
        if (count == 0) != (kind == b"IHDR") or (count == 0 and length != _HEADER_LENGTH):
            raise UnreadableImage(Wrong.DAMAGED_PNG)
        count += 1
        if count > MOST_CHUNKS:
            raise UnreadableImage(Wrong.TOO_COMPLEX)
        at += 12 + length
        yield kind, body
    if at != len(image):
        raise UnreadableImage(Wrong.DAMAGED_PNG)


def _text_of(kind: bytes, rest: bytes) -> bytes:
    """The text of an iTXt chunk after its keyword: flag, method, language, translated keyword, text."""
    if kind != b"iTXt" or len(rest) < 2 or rest[0] > 1 or rest[1] != 0:  # noqa: PLR2004 - two bytes of flags
        raise UnreadableImage(Wrong.DAMAGED_CHUNK)
    parts = rest[2:].split(b"\x00", 2)
    if len(parts) != 3:  # noqa: PLR2004 - language, translated keyword, text
        raise UnreadableImage(Wrong.DAMAGED_CHUNK)
    return _bounded(_inflated(parts[2]) if rest[0] else parts[2])


def _inflated(text: bytes) -> bytes:
    """What a compressed text holds. Open Badges bakes uncompressed, but some tools compress all texts of a file."""
    inflator = zlib.decompressobj()
    try:
        held = inflator.decompress(text, LARGEST_CREDENTIAL + 1)
    except zlib.error:
        raise UnreadableImage(Wrong.DAMAGED_CHUNK) from None
    if len(held) <= LARGEST_CREDENTIAL and (not inflator.eof or inflator.unused_data):
        raise UnreadableImage(Wrong.DAMAGED_CHUNK)
    return held


# --- SVG


def _into_svg(picture: bytes, credential: str) -> bytes:
    """The element stands first below the root, as the specification places it."""
    start = _SVG_START.search(picture)
    if start is None:
        message = "the picture is no SVG"
        raise ValueError(message)
    head = start.group() + f' xmlns:openbadges="{NAMESPACE}">'.encode()
    if credential.startswith("{"):
        text = _UNHOLDABLE.sub(lambda one: f"\\u{ord(one.group()):04x}", credential)
        inner = f"<openbadges:credential><![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]></openbadges:credential>"
    else:
        inner = f"<openbadges:credential verify={quoteattr(credential)}/>"
    return picture[: start.start()] + head + inner.encode() + picture[start.end() + 1 :]


def _from_svg(image: bytes) -> str:
    if len(image) > LARGEST_SVG:
        raise UnreadableImage(Wrong.TOO_LARGE)
    reading = _Reading()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_declarations
    parser.EntityDeclHandler = _refuse_declarations
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    try:
        parser.Parse(image, True)  # noqa: FBT003 - expat's "this is all"
    except expat.ExpatError:
        raise UnreadableImage(Wrong.DAMAGED_SVG) from None
    except (ValueError, LookupError):
        raise UnreadableImage(Wrong.DAMAGED_SVG) from None
    return _the_one(reading.found, former=reading.former).decode()


def _refuse_declarations(*_: object) -> None:
    raise UnreadableImage(Wrong.DECLARATIONS)


class _Reading:
    """What is kept while an SVG goes by: the credentials, and how deep and how far it is. No tree is built."""

    def __init__(self) -> None:
        self.found: list[bytes] = []
        self.former = False
        self._depth = self._count = self._size = 0
        self._held: list[str] | None = None
        self._verified = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        self._depth += 1
        if self._count > MOST_ELEMENTS or self._depth > DEEPEST:
            raise UnreadableImage(Wrong.TOO_COMPLEX)
        if self._depth == 1 and name != _ROOT:
            raise UnreadableImage(Wrong.NOT_AN_IMAGE)
        if self._held is not None:
            raise UnreadableImage(Wrong.MIXED_CONTENT)
        self.former = self.former or name.partition(" ")[0] in _FORMER_NAMESPACES
        if name == _ELEMENT:
            self._held, self._size, self._verified = [], 0, "verify" in attributes
            if self._verified:
                self.found.append(_bounded(attributes["verify"].encode()))

    def end(self, name: str) -> None:
        self._depth -= 1
        if name != _ELEMENT or self._held is None:
            return
        text = "".join(self._held).strip().encode()
        self._held = None
        # A JWT stands in the attribute, a document in the text: an element with both would be read in two ways.
        if text or not self._verified:
            self.found.append(text)

    def text(self, data: str) -> None:
        if self._held is None:
            return
        self._size += len(data)
        if self._size > LARGEST_CREDENTIAL:
            _bounded(bytes(LARGEST_CREDENTIAL + 1))
        self._held.append(data)


# --- both


def _bounded(text: bytes) -> bytes:
    """A credential of a size that any has; and text at all."""
    if len(text) > LARGEST_CREDENTIAL:
        raise UnreadableImage(Wrong.TOO_LARGE)
    try:
        text.decode()
    except UnicodeDecodeError:
        raise UnreadableImage(Wrong.DAMAGED_TEXT) from None
    return text


def _the_one(found: list[bytes], *, former: bool) -> bytes:
    if len(found) > 1:
        raise UnreadableImage(Wrong.BAKED_TWICE)
    if found:
        return found[0]
    if former:
        raise UnreadableImage(Wrong.FORMER_VERSION)
    raise UnreadableImage(Wrong.NOTHING_BAKED)
