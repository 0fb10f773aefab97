"""Certificates on paper, as PDFium reads them, zxing their code, pikepdf their file and pyHanko their signature."""

import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import manimgx_fonts
import pikepdf
import pypdfium2
import pytest
import zxingcpp
from asn1crypto import pem, x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from adapters.certificates.authority import face_of
from adapters.certificates.fonts import Fonts, clusters, language_of, runs_right_to_left
from adapters.certificates.press import Kept, Press
from adapters.certificates.request import signing_request
from adapters.certificates.signing import PURPOSE, SealFault, seal_of_file, seal_of_provider, seals_of_provider
from adapters.keys import FileKeyProvider
from domain.certificates.errors import UnprintableName
from domain.certificates.model import CONDITIONS, Certificate, PaperSize, Picture
from tests.builders_certificates import BADGE, NAMES, a_certificate, a_press, chain_in

ROOT: Final = Path(__file__).parents[2]
POINTS: Final = {PaperSize.A4: (841.89, 595.28), PaperSize.US_LETTER: (792.0, 612.0)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def press(folder: Path) -> Press:
    return a_press(folder)


@pytest.fixture(scope="module")
def pdf(press: Press) -> bytes:
    return press.certificate(a_certificate())


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


def judged(pdf: bytes, chain: bytes) -> PdfSignatureStatus:
    """What pyHanko's validator says of the one signature, trusting the chain's root."""
    root = [asn1.Certificate.load(der) for _, _, der in pem.unarmor(chain, multiple=True)][-1]
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    status: PdfSignatureStatus = validate_pdf_signature(signature, ValidationContext(trust_roots=[root]))
    return status


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


# --- the file


def test_the_file_is_pdf_a_after_it_is_signed(pdf: bytes) -> None:
    document = pikepdf.open(BytesIO(pdf))

    assert not document.is_encrypted
    (intent,) = document.Root.OutputIntents
    assert (str(intent.S), "/DestOutputProfile" in intent) == ("/GTS_PDFA1", True)
    with document.open_metadata(set_pikepdf_as_editor=False) as said:
        assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("2", "A")
        assert said["pdfuaid:part"] == "1"
        assert said["dc:title"] == "Certificate 7K3M-Q0DV-2XHT-9PE4"
    # ISO 19005-2: fonts within the file (6.2.11.4), no actions but harmless ones (6.5), no files within (6.8), tagged.
    assert set(_fonts_without_program(document)) == set()
    assert not {"/OpenAction", "/AA", "/JavaScript", "/Names"} & set(document.Root.keys())
    assert document.Root.MarkInfo.Marked
    assert str(document.Root.Lang) == "en"
    # The signature's widget (6.3): printed, neither hidden nor invisible, and of no extent, so without a face. It lies
    # off the page, so that ISO 14289-1 (7.18.1) asks for no tag.
    (field,) = document.Root.AcroForm.Fields
    left, bottom, right, top = (float(edge) for edge in field.Rect)
    assert int(field.F) & 0b100111 == 0b100
    assert (left, bottom) == (right, top)
    assert max(left, bottom) < 0


def _fonts_without_program(document: pikepdf.Pdf) -> Iterator[str]:
    for thing in document.objects:
        described = isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/FontDescriptor"
        if described and not {"/FontFile", "/FontFile2", "/FontFile3"} & set(thing.keys()):
            yield str(thing.FontName)


def test_the_signature_is_valid_pades_and_covers_the_whole_file(pdf: bytes, folder: Path) -> None:
    status = judged(pdf, chain_in(folder))

    assert status.bottom_line
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.docmdp_level is not None
    # ETSI EN 319 142-1, 6.3: level B names the signer's certificate in what is signed, and states no time there.
    signed = {one["type"].native for one in signature.signer_info["signed_attrs"]}
    assert signed == {"content_type", "message_digest", "signing_certificate_v2"}


def test_whoever_does_not_trust_the_authority_is_told_so(pdf: bytes, tmp_path: Path) -> None:
    others = chain_in(tmp_path)

    status = judged(pdf, others)

    assert (status.intact, status.valid, status.trusted, status.bottom_line) == (True, True, False, False)


def test_any_changed_byte_breaks_the_signature(pdf: bytes, folder: Path) -> None:
    chain = chain_in(folder)
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    begins, ends = int(signature.byte_range[1]), int(signature.byte_range[2])
    covered = [
        *range(20, begins, begins // 25),
        *range(ends, len(pdf) - 8, 100),
        begins + 40,
        begins + 900,
        begins + 1500,
    ]

    standing = [at for at in covered if _still_stands(pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :], chain)]

    assert standing == []


def _still_stands(pdf: bytes, chain: bytes) -> bool:
    try:
        return judged(pdf, chain).bottom_line
    except Exception:  # noqa: BLE001 - a file that cannot be read is no valid certificate either
        return False


def test_what_is_added_after_signing_breaks_it_too(pdf: bytes, folder: Path) -> None:
    document = pikepdf.open(BytesIO(pdf))
    document.Root.Extra = pikepdf.String("more")
    rewritten = BytesIO()
    document.save(rewritten)

    assert not _still_stands(rewritten.getvalue(), chain_in(folder))


# --- who signs


def test_after_a_rotation_the_new_key_signs_under_a_chain_of_its_own(tmp_path: Path) -> None:
    press, before = a_press(tmp_path), chain_in(tmp_path)
    first, tag = press.certificate(a_certificate()), press.tag(a_certificate())

    FileKeyProvider(tmp_path).rotate(PURPOSE)

    assert press.tag(a_certificate()) != tag
    second, after = press.certificate(a_certificate()), chain_in(tmp_path)
    assert judged(first, before).bottom_line
    assert judged(second, after).bottom_line
    assert not judged(second, before).bottom_line


def test_a_chain_for_another_key_signs_nothing(tmp_path: Path) -> None:
    keys = FileKeyProvider(tmp_path / "ours")

    with pytest.raises(SealFault, match="for another key"):
        seal_of_provider(keys, chain_in(tmp_path / "theirs"))
    with pytest.raises(SealFault, match="for another key"):
        Press(seals_of_provider(keys, lambda _: chain_in(tmp_path / "theirs")), base_url="https://x").certificate(
            a_certificate()
        )


def _pkcs12(path: Path, passphrase: bytes) -> bytes:
    """A PKCS #12 file with an RSA key, as authorities hand them out; its self-signed certificate in PEM."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "The body")])
    now = datetime.now(UTC)
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only"), False
    )
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(days=30))
        .add_extension(
            x509.KeyUsage(digital_signature=True, content_commitment=True, decipher_only=False, **usage), critical=True
        )
        .sign(key, hashes.SHA256())
    )
    sealed = pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, BestAvailableEncryption(passphrase))
    path.write_bytes(sealed)
    return certificate.public_bytes(Encoding.PEM)


def test_a_key_in_a_pkcs12_file_signs_as_well(tmp_path: Path) -> None:
    chain = _pkcs12(tmp_path / "signer.p12", b"a passphrase")
    seal = seal_of_file(tmp_path / "signer.p12", b"a passphrase")

    made = Press(lambda: seal, base_url="https://certs.example").certificate(a_certificate())

    assert judged(made, chain).bottom_line


@pytest.mark.parametrize("passphrase", [b"another", None])
def test_a_pkcs12_file_that_does_not_open_signs_nothing(tmp_path: Path, passphrase: bytes | None) -> None:
    _pkcs12(tmp_path / "signer.p12", b"a passphrase")

    with pytest.raises(SealFault, match=r"signer\.p12"):
        seal_of_file(tmp_path / "signer.p12", passphrase)
    with pytest.raises(SealFault, match=r"missing\.p12"):
        seal_of_file(tmp_path / "missing.p12", passphrase)


def test_an_authority_can_be_asked_to_vouch_for_the_provider_s_key(tmp_path: Path) -> None:
    keys = FileKeyProvider(tmp_path)

    request = x509.load_pem_x509_csr(signing_request(keys, "Council for Pharmacy Standards"))

    assert request.is_signature_valid
    assert request.public_key() == face_of(keys.current(PURPOSE))
    assert request.subject.rfc4514_string() == (
        "CN=Council for Pharmacy Standards certificates,O=Council for Pharmacy Standards"
    )


def test_a_sandbox_prints_specimens(press: Press, tmp_path: Path) -> None:
    specimen = a_press(tmp_path, specimen=True).certificate(a_certificate())

    assert "SPECIMEN" in text_of(specimen)
    assert "SPECIMEN" not in text_of(press.certificate(a_certificate()))


# --- what is kept


def test_the_same_certificate_is_made_once(press: Press) -> None:
    stated = a_certificate(name="Once")

    assert press.certificate(stated) is press.certificate(stated)


@pytest.mark.parametrize("field", [one for one in Certificate.__dataclass_fields__ if one != "paper"])
def test_whatever_changes_is_made_anew(press: Press, field: str) -> None:
    stated = a_certificate()
    value = getattr(stated, field)
    other = value + timedelta(days=1) if field.endswith(("_on", "_at", "_from", "_until")) else f"{value}x"

    assert press.tag(a_certificate(**{field: other})) != press.tag(stated)


def test_what_was_asked_for_longest_ago_is_forgotten_first() -> None:
    kept, made = Kept(10), list[str]()

    for name in ("a", "b", "a", "c", "a", "b"):

        def make(name: str = name) -> bytes:
            made.append(name)
            return b"1234"

        assert kept.or_made(name, make) == b"1234"

    assert made == ["a", "b", "c", "b"]


def test_a_process_that_makes_none_loads_nothing_of_what_it_takes() -> None:
    heavy = ("typst", "pyhanko", "fontTools", "segno", "asn1crypto", "lxml")
    said = f"import sys, api.wiring; print([name for name in {heavy!r} if name in sys.modules])"

    loaded = subprocess.run([sys.executable, "-c", said], cwd=ROOT, capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "[]"


# --- badges


@pytest.mark.parametrize("kind", Picture)
def test_a_badge_is_a_picture_in_both_formats(press: Press, kind: Picture) -> None:
    made = press.picture(BADGE, kind)

    assert made.startswith(b"\x89PNG" if kind is Picture.PNG else b"<svg")
    if kind is Picture.SVG:
        title = b"Certified Pharmacy Operations Manager (CPOM), Council for Pharmacy Standards"
        assert b'role="img"><title>' + title + b"</title>" in made
    assert b"<script" not in made
    assert b"<text" not in made
