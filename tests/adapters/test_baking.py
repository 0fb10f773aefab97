"""Badge pictures with a credential inside: `openbadgeslib`, which is not ours, reads and writes the same files."""

import json
import zlib
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given, strategies as st
from openbadgeslib import baking as theirs

from adapters.badges.baking import (
    DEEPEST,
    KEYWORD,
    LARGEST_CREDENTIAL,
    LARGEST_IMAGE,
    LARGEST_SVG,
    MOST_CHUNKS,
    MOST_ELEMENTS,
    NAMESPACE,
    UnreadableImage,
    bake,
    unbake,
)
from domain.certificates.model import Picture

JWT: Final = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJkaWQ6d2ViOmNlcnRzLmV4YW1wbGUifQ.c2lnbmF0dXJl"
DOCUMENT: Final = json.dumps(
    {"type": ["VerifiableCredential"], "name": 'a ]]> b & <c> "d" Παν 王 \u202e'}, ensure_ascii=False
)
SVG: Final = b'<svg viewBox="0 0 1 1" xmlns="http://www.w3.org/2000/svg"><path d="M0 0h1v1H0z"/></svg>'


def chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


HEADER: Final = chunk(b"IHDR", b"\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00")
PIXELS: Final = chunk(b"IDAT", zlib.compress(b"\x00\x00"))
END: Final = chunk(b"IEND", b"")


def a_png(*between: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + HEADER + b"".join(between) + PIXELS + END


def a_text(text: bytes, keyword: bytes = KEYWORD, flags: bytes = b"\x00\x00") -> bytes:
    return chunk(b"iTXt", keyword + b"\x00" + flags + b"\x00\x00" + text)


def an_svg(inside: str, head: str = "") -> bytes:
    return f'{head}<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="{NAMESPACE}">{inside}</svg>'.encode()


PICTURES: Final = {Picture.PNG: a_png(), Picture.SVG: SVG}


@pytest.mark.parametrize("kind", Picture)
@pytest.mark.parametrize("credential", [JWT, DOCUMENT], ids=["jwt", "document"])
def test_what_was_baked_in_comes_out_again(kind: Picture, credential: str) -> None:
    assert unbake(bake(PICTURES[kind], kind, credential)) == credential


@pytest.mark.parametrize("credential", [JWT, DOCUMENT], ids=["jwt", "document"])
def test_an_independent_library_reads_what_we_bake(credential: str) -> None:
    png, svg = (bake(PICTURES[kind], kind, credential) for kind in (Picture.PNG, Picture.SVG))

    assert theirs.extract_png(png, keyword=theirs.ITXT_KEYWORD_OB3) == credential
    assert theirs.extract_svg(svg, element=theirs.SVG_ELEMENT_OB3, text_fallback=True) == credential


@pytest.mark.parametrize("credential", [JWT, DOCUMENT], ids=["jwt", "document"])
def test_we_read_what_an_independent_library_bakes(credential: str) -> None:
    png = theirs.bake_png(PICTURES[Picture.PNG], credential, keyword=theirs.ITXT_KEYWORD_OB3)
    svg = theirs.bake_svg(
        SVG, credential, element=theirs.SVG_ELEMENT_OB3, namespace=theirs.SVG_NS_OB3, as_text=credential is DOCUMENT
    )

    assert unbake(png) == credential
    assert unbake(svg) == credential


def test_a_baked_picture_is_otherwise_the_same_picture() -> None:
    png, svg = (bake(PICTURES[kind], kind, JWT) for kind in (Picture.PNG, Picture.SVG))

    assert png.count(KEYWORD) == 1
    assert png.replace(a_text(JWT.encode()), b"") == PICTURES[Picture.PNG]
    assert b"<path d=" in svg
    assert svg.count(b"<openbadges:credential ") == 1


def test_what_xml_cannot_hold_is_written_as_json_writes_it() -> None:
    document = json.dumps({"name": "a\uffffb\ufffe"}, ensure_ascii=False)

    found = unbake(bake(SVG, Picture.SVG, document))

    assert json.loads(found) == json.loads(document)


def test_a_credential_that_no_reader_would_accept_is_not_baked() -> None:
    with pytest.raises(ValueError, match="larger than any reader accepts"):
        bake(SVG, Picture.SVG, "{" + " " * LARGEST_CREDENTIAL)


COMPRESSED: Final = b"\x01\x00"
BOMB: Final = zlib.compress(b"{" + b" " * 50_000_000, 9)
CREDENTIAL: Final = "<openbadges:credential>{}</openbadges:credential>"

REFUSED: Final[dict[str, tuple[bytes, str]]] = {
    "nothing": (b"", "not_an_image"),
    "a JPEG": (b"\xff\xd8\xff\xe0" + bytes(20), "not_an_image"),
    "too large": (b"\x89PNG\r\n\x1a\n" + bytes(LARGEST_IMAGE), "too_large"),
    "PNG, signature alone": (a_png()[:8], "damaged_png"),
    "PNG, cut short": (a_png(a_text(JWT.encode()))[:-5], "damaged_png"),
    "PNG, no end": (a_png(a_text(JWT.encode())).removesuffix(END), "damaged_png"),
    "PNG, more after the end": (a_png(a_text(JWT.encode())) + b"\x00", "damaged_png"),
    "PNG, two headers": (a_png(HEADER), "damaged_png"),
    "PNG, no header": (b"\x89PNG\r\n\x1a\n" + PIXELS + END, "damaged_png"),
    "PNG, header of another length": (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\x00") + END, "damaged_png"),
    "PNG, a length beyond the file": (a_png(b"\xff\xff\xff\xffiTXt"), "damaged_png"),
    "PNG, a checksum that does not fit": (a_png(a_text(JWT.encode())[:-1] + b"\x00"), "damaged_png"),
    "PNG, too many chunks": (a_png(*[chunk(b"tIME", b"")] * MOST_CHUNKS), "too_complex"),
    "PNG, nothing baked": (a_png(), "nothing_baked"),
    "PNG, an empty credential": (a_png(a_text(b" ")), "nothing_baked"),
    "PNG, baked twice": (a_png(a_text(b"a"), a_text(b"a")), "baked_twice"),
    "PNG, earlier version": (a_png(a_text(b"a.b.c", b"openbadges")), "former_version"),
    "PNG, in a chunk for Latin-1": (a_png(chunk(b"tEXt", KEYWORD + b"\x00" + JWT.encode())), "damaged_chunk"),
    "PNG, keyword alone": (a_png(chunk(b"iTXt", KEYWORD)), "damaged_chunk"),
    "PNG, no room for the language": (a_png(chunk(b"iTXt", KEYWORD + b"\x00\x00\x00ab")), "damaged_chunk"),
    "PNG, an unknown compression": (a_png(a_text(b"a", flags=b"\x01\x07")), "damaged_chunk"),
    "PNG, not compressed after all": (a_png(a_text(b"plain", flags=COMPRESSED)), "damaged_chunk"),
    "PNG, compressed and cut short": (a_png(a_text(zlib.compress(b"{}" * 99)[:-6], flags=COMPRESSED)), "damaged_chunk"),
    "PNG, compressed and more after it": (
        a_png(a_text(zlib.compress(b"") + b"x", flags=COMPRESSED)),
        "damaged_chunk",
    ),
    "PNG, a bomb": (a_png(a_text(BOMB, flags=COMPRESSED)), "too_large"),
    "PNG, a large credential": (a_png(a_text(b" " * (LARGEST_CREDENTIAL + 1))), "too_large"),
    "PNG, not UTF-8": (a_png(a_text(b"\xff\xfe")), "damaged_text"),
    "SVG, too large": (an_svg(" " * LARGEST_SVG), "too_large"),
    "SVG, not closed": (an_svg(CREDENTIAL)[:-1], "damaged_svg"),
    "SVG, two roots": (an_svg("") + b"<a/>", "damaged_svg"),
    "SVG, an encoding nobody knows": (b'<?xml version="1.0" encoding="klingon"?>' + an_svg(""), "damaged_svg"),
    "SVG, a prefix nobody declared": (b'<svg xmlns="http://www.w3.org/2000/svg"><a:b/></svg>', "damaged_svg"),
    "SVG, a document type": (an_svg("", "<!DOCTYPE svg>"), "declarations"),
    "SVG, an entity": (an_svg("&a;", '<!DOCTYPE svg [<!ENTITY a "b">]>'), "declarations"),
    "SVG, a file of ours": (an_svg("&a;", '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'), "declarations"),
    "SVG, deep": (an_svg("<g>" * DEEPEST + "</g>" * DEEPEST), "too_complex"),
    "SVG, many": (an_svg("<g/>" * MOST_ELEMENTS), "too_complex"),
    "SVG, the root is something else": (b"<html/>", "not_an_image"),
    "SVG, the root is another's svg": (b'<svg xmlns="urn:x"/>', "not_an_image"),
    "SVG, nothing baked": (an_svg("<g/>"), "nothing_baked"),
    "SVG, another's credential": (an_svg('<credential xmlns="urn:x">{}</credential>'), "nothing_baked"),
    "SVG, an empty credential": (an_svg(CREDENTIAL.format(" ")), "nothing_baked"),
    "SVG, baked twice": (an_svg(CREDENTIAL * 2), "baked_twice"),
    "SVG, attribute and text": (an_svg('<openbadges:credential verify="a">b</openbadges:credential>'), "baked_twice"),
    "SVG, elements inside": (an_svg(CREDENTIAL.format("<g/>")), "mixed_content"),
    "SVG, a large credential": (an_svg(CREDENTIAL.format("a" * (LARGEST_CREDENTIAL + 1))), "too_large"),
    "SVG, a large token": (an_svg(f'<openbadges:credential verify="{"a" * (LARGEST_CREDENTIAL + 1)}"/>'), "too_large"),
    "SVG, earlier version": (an_svg('<a:assertion xmlns:a="http://openbadges.org" verify="a.b.c"/>'), "former_version"),
}


@pytest.mark.parametrize(("image", "code"), REFUSED.values(), ids=REFUSED)
def test_what_strangers_present_is_refused_by_its_name(image: bytes, code: str) -> None:
    with pytest.raises(UnreadableImage) as refusal:
        unbake(image)

    assert [fault.code for fault in refusal.value.faults] == [code]


def test_a_compressed_text_is_read_though_nothing_bakes_one() -> None:
    assert unbake(a_png(a_text(zlib.compress(DOCUMENT.encode()), flags=COMPRESSED))) == DOCUMENT


def test_an_svg_says_its_encoding_itself() -> None:
    image = an_svg(CREDENTIAL.format("{é}"), "<?xml version='1.0' encoding='iso-8859-1'?>").decode().encode("latin-1")

    assert unbake(image) == "{é}"


def _mutated(image: bytes) -> Callable[[int, int], bytes]:
    def mutate(at: int, to: int) -> bytes:
        at %= len(image)
        return image[:at] + bytes([to]) + image[at + 1 :]

    return mutate


@pytest.mark.parametrize("kind", Picture)
@given(at=st.integers(min_value=0, max_value=100_000), to=st.integers(min_value=0, max_value=255))
def test_no_changed_byte_is_anything_but_refused_or_read(kind: Picture, at: int, to: int) -> None:
    mutated = _mutated(bake(PICTURES[kind], kind, JWT))(at, to)

    try:
        found = unbake(mutated)
    except UnreadableImage:
        return
    assert isinstance(found, str)


@given(st.binary(max_size=200))
def test_no_bytes_at_all_are_anything_but_refused(noise: bytes) -> None:
    for image in (noise, a_png(noise), a_png(chunk(b"iTXt", noise)), b"<" + noise):
        try:
            unbake(image)
        except UnreadableImage:
            continue
        assert KEYWORD in image
