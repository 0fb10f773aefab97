"""What the sheet says, as PDFium reads it and zxing its code."""

import unicodedata
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import manimgx_fonts
import pikepdf
import pypdfium2
import pytest
import zxingcpp

from adapters.certificates.fonts import Fonts, clusters, language_of, runs_right_to_left
from adapters.certificates.press import Press
from domain.certificates.errors import UnprintableName
from domain.certificates.model import CONDITIONS, PaperSize
from tests.builders_certificates import NAMES, a_certificate, a_press

POINTS: Final = {PaperSize.A4: (841.89, 595.28), PaperSize.US_LETTER: (792.0, 612.0)}


def text_of(pdf: bytes) -> str:
    """The words of the one page, as PDFium reads them."""
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    page = document[0]
    text = page.get_textpage()
    read: str = text.get_text_bounded()
    text.close()
    page.close()
    document.close()
    return " ".join(read.split())


def letters(text: str) -> Counter[str]:
    """The letters of a text in any order: PDFium gives some scripts as they are seen, others as they are read."""
    return Counter(one for one in unicodedata.normalize("NFKD", text) if unicodedata.category(one)[0] in "LM")


# --- what it says


@pytest.mark.parametrize("paper", PaperSize)
def test_a_certificate_says_all_that_it_must_on_one_sheet(press: Press, paper: PaperSize) -> None:
    stated = a_certificate(paper=paper)

    made = press.certificate(stated)

    said = text_of(made)
    for part in (
        stated.name,
        "Certified Pharmacy Operations Manager (CPOM)",
        "Council for Pharmacy Standards",
        "7K3M-Q0DV-2XHT-9PE4",
        "First awarded",
        "2 March 2026",
        "Valid until",
        "2 March 2029",
        "CPOM rules, edition of 2026 (edition cpom-2026)",
        "ends at midnight in America/New_York (2029-03-03 05:00 UTC)",
        stated.address,
    ):
        assert part in said
    assert all(one in said.replace("\u00ad", "") for one in stated.conditions)
    assert "remains the property of Council for Pharmacy Standards" in said
    assert len(stated.conditions) == len(CONDITIONS)
    with pikepdf.open(BytesIO(made)) as document:
        box = [float(edge) for edge in document.pages[0].mediabox]
    assert box == pytest.approx([0, 0, *POINTS[paper]], abs=0.1)


def test_the_code_on_the_sheet_leads_to_the_registry_page(pdf: bytes) -> None:
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=150 / 72).to_pil()

    (code,) = zxingcpp.read_barcodes(picture)

    assert code.text == a_certificate().address
    with pikepdf.open(BytesIO(pdf)) as document:
        links = {str(one.A.URI) for one in document.pages[0].Annots if "/A" in one}
    assert links == {code.text}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_in_any_script_is_printed_whole(press: Press, name: str) -> None:
    made = press.certificate(a_certificate(name=name))

    # Sets, for PDFium tells what stands behind a ligature or a mark once for each of its glyphs.
    said, plain = (set(letters(text_of(one))) for one in (made, press.certificate(a_certificate(name="1"))))
    assert set(letters(name)) <= said
    assert said <= set(letters(name)) | plain
    assert not _has_blanks(made)


def _has_blanks(pdf: bytes) -> bool:
    """Whether any glyph drawn is .notdef: its number is 0 in every font (OpenType), two bytes in Identity-H."""
    with pikepdf.open(BytesIO(pdf)) as document:
        drawn = [operand for operands in _shown(document.pages[0]) for operand in operands]
    assert drawn
    return any(b"\x00\x00" in bytes(text)[at : at + 2] for text in drawn for at in range(0, len(bytes(text)), 2))


def _shown(page: pikepdf.Page) -> Iterator[list[Any]]:
    for drawn in pikepdf.parse_content_stream(page):
        if str(drawn.operator) == "Tj":
            yield [drawn.operands[0]]
        if str(drawn.operator) == "TJ":
            shown: Any = drawn.operands[0]
            yield [one for one in shown if isinstance(one, pikepdf.String)]


def test_a_letter_that_no_font_has_is_named_not_left_blank(press: Press) -> None:
    with pytest.raises(UnprintableName) as refusal:
        press.certificate(a_certificate(name="Ada ᚠᚢ 𓀀"))

    assert refusal.value.characters == ("ᚠ", "ᚢ", "𓀀")
    assert "U+16A0 RUNIC LETTER FEHU FEOH FE F" in refusal.value.detail
    assert "U+13000 EGYPTIAN HIEROGLYPH A001" in refusal.value.detail


def test_a_body_adds_a_font_of_its_own_for_what_is_lacking(press: Press, tmp_path: Path) -> None:
    with pytest.raises(UnprintableName, match="STAFF OF AESCULAPIUS"):
        press.certificate(a_certificate(name="Ada ⚕"))
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "LICENCE.txt").write_text("Not a font.")
    (tmp_path / "fonts" / "signs.ttf").write_bytes(
        (Path(manimgx_fonts.__file__).parent / "NotoSansSymbols[wght].ttf").read_bytes()
    )

    made = a_press(tmp_path / "keys", fonts=Fonts(tmp_path / "fonts")).certificate(a_certificate(name="Ada ⚕"))

    assert "Ada ⚕" in text_of(made)
    assert not _has_blanks(made)


def test_of_many_unknown_letters_ten_are_named() -> None:
    refusal = UnprintableName(chr(0x16A0 + one) for one in range(13))

    assert refusal.detail.count("RUNIC") == 10
    assert refusal.detail.endswith("and 3 more.")


def test_marks_that_no_font_sets_on_their_letter_are_refused() -> None:
    # A Devanagari vowel sign on a Latin letter: each has its font, but no font has both.
    with pytest.raises(UnprintableName) as refusal:
        Fonts().needed(["A\u093f"])

    assert refusal.value.characters == ("A", "\u093f")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("O\u0328\u0301g", ["O\u0328\u0301", "g"]),
        ("क्षि", ["क्", "षि"]),
        ("葛\U000e0100城", ["葛\U000e0100", "城"]),
        ("a\u200db", ["a\u200d", "b"]),
        ("\u0301a", ["\u0301", "a"]),
        ("", []),
    ],
)
def test_a_letter_is_what_one_font_must_set_as_a_whole(text: str, expected: list[str]) -> None:
    assert list(clusters(text)) == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Ada", "en"),
        ("王小明", "zh-Hant"),
        ("渡邉 さくら", "ja"),
        ("渡邉 カナ", "ja"),
        ("金하늘", "ko"),
        ("محمد", "en"),
    ],
)
def test_ideographs_are_drawn_as_the_script_beside_them_asks_else_as_the_body_says(text: str, language: str) -> None:
    assert language_of(text, han="zh-Hant") == language


def test_ideographs_by_themselves_are_drawn_as_in_the_country_of_their_holder(press: Press) -> None:
    drawn = {
        country: _fonts_of(press.certificate(a_certificate(name="直樹", country=country)))
        for country in ("JP", "TW", "KR", "CN", "US", None)
    }

    assert [one[-1] for one in drawn.values()] == ["JP", "TC", "KR", "SC", "SC", "SC"]


def _fonts_of(pdf: bytes) -> list[str]:
    """Which of the eastern faces stand in the file, by the end of their names."""
    with pikepdf.open(BytesIO(pdf)) as document:
        names = {
            str(one.FontName)
            for one in document.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor"
        }
    return sorted(name.split("CJK")[1][:2].upper() for name in names if "CJK" in name)


@pytest.mark.parametrize(
    ("text", "leftward"),
    [("محمد", True), ("יצחק", True), ("123 دانا", True), ("Ada محمد", False), ("123", False), ("فاطمة (Fatima)", True)],
)
def test_a_name_runs_as_its_first_letter_with_a_direction_does(text: str, leftward: bool) -> None:
    assert runs_right_to_left(text) is leftward


LONG: Final = " ".join(["Wolfeschlegelsteinhausenbergerdorff"] * 6)[:200]


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"name": " ".join([LONG] * 3)}, id="three names of two hundred letters"),
        pytest.param({"name": "W" * 200}, id="one word of two hundred"),
        pytest.param({"name": "م" * 200}, id="one word of two hundred, leftward"),
        pytest.param({"name": "Ó" * 200}, id="one word of two hundred, with marks"),
        pytest.param(
            {"name": LONG, "issuer": LONG, "program_title": LONG, "scheme": LONG, "program": "P" * 64},
            id="everything as long as it may be",
        ),
    ],
)
def test_what_is_as_long_as_it_may_be_still_fits_on_one_sheet(press: Press, fields: dict[str, str]) -> None:
    stated = a_certificate(paper=PaperSize.US_LETTER, **fields)

    made = press.certificate(stated)

    assert letters(text_of(made)) >= letters(stated.name)
    for word in _boxes(made):
        assert 0 <= word[0] <= word[2] <= 792
        assert 0 <= word[1] <= word[3] <= 612


def _boxes(pdf: bytes) -> list[tuple[float, float, float, float]]:
    text = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    return [text.get_rect(at) for at in range(text.count_rects())]


def test_markup_in_a_name_is_a_name(press: Press) -> None:
    made = press.certificate(a_certificate(name='#import "x" *A* $x$ `r` <l> @m \\u{41} // --'))

    assert '#import "x" *A* $x$ `r` <l> @m \\u{41} // --' in text_of(made)


def test_a_sandbox_prints_specimens(press: Press, tmp_path: Path) -> None:
    specimen = a_press(tmp_path, specimen=True).certificate(a_certificate())

    assert "SPECIMEN" in text_of(specimen)
    assert "SPECIMEN" not in text_of(press.certificate(a_certificate()))
