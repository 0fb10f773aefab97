"""What an upload may be: a table of real files, good and bad."""

import random

import pytest
from pikepdf import Array, Dictionary, Encryption, Name, Permissions, String

from adapters.inspection import Bounds, NotAccepted, Refusal, judge
from tests.adapters import made_files as made

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
SMALL = Bounds(size=2_000_000, pages=3, unpacked=4_000_000, pixels=10_000, side=400)


def a_nested_script() -> Dictionary:
    return Dictionary(A=Array([Dictionary(B=Array([made.a_script()]))]))


@pytest.mark.parametrize(
    ("content", "declared", "media_type"),
    [
        pytest.param(made.a_pdf(), PDF, PDF, id="a PDF"),
        pytest.param(made.a_pdf(3), PDF, PDF, id="as many pages as may be"),
        pytest.param(made.a_pdf(object_stream_mode=2), PDF, PDF, id="a PDF with object streams"),
        pytest.param(made.a_pdf() + b"\r\n\n", PDF, PDF, id="blank lines after the end"),
        pytest.param(made.a_pdf(), "Application/PDF; name=x", PDF, id="a type with a parameter, in capitals"),
        pytest.param(made.a_pdf_with_annotation(A=Dictionary(S=Name.URI, URI=String("https://a.example"))), PDF, PDF,
                     id="a PDF with a link"),
        pytest.param(made.a_pdf_bomb(3_000_000), PDF, PDF, id="a page that unpacks to just within the bound"),
        pytest.param(made.a_picture(), PNG, PNG, id="a PNG"),
        pytest.param(made.a_picture((100, 100)), PNG, PNG, id="as many pixels as may be"),
        pytest.param(made.a_picture(mode="RGBA"), PNG, PNG, id="a PNG one can see through"),
        pytest.param(made.a_picture(form="JPEG"), JPEG, JPEG, id="a JPEG"),
        pytest.param(made.a_picture(form="JPEG"), "image/jpg", JPEG, id="a JPEG by its common wrong name"),
        pytest.param(made.a_picture(form="JPEG", progressive=True), JPEG, JPEG, id="a progressive JPEG"),
        pytest.param(made.a_phone_picture(), JPEG, JPEG, id="a phone's JPEG with a preview"),
        pytest.param(made.a_picture(form="JPEG", mode="CMYK"), JPEG, JPEG, id="a JPEG in print colours"),
    ],
)  # fmt: skip
def test_an_honest_file_is_taken(content: bytes, declared: str, media_type: str) -> None:
    assert judge(content, declared, SMALL) == media_type


@pytest.mark.parametrize(
    ("content", "declared", "refusal"),
    [
        pytest.param(b"", PDF, Refusal.EMPTY_FILE, id="nothing"),
        pytest.param(b"%PDF-" + bytes(SMALL.size), PDF, Refusal.FILE_TOO_LARGE, id="too large"),
        pytest.param(b"hello", "text/plain", Refusal.TYPE_NOT_ACCEPTED, id="text"),
        pytest.param(b"\x00", PDF, Refusal.TYPE_NOT_ACCEPTED, id="one NUL"),
        pytest.param(b"<html><script>1</script></html>", "text/html", Refusal.TYPE_NOT_ACCEPTED, id="a web page"),
        pytest.param(b"<svg xmlns='a'/>", "image/svg+xml", Refusal.TYPE_NOT_ACCEPTED, id="SVG"),
        pytest.param(made.a_zip(), "application/zip", Refusal.TYPE_NOT_ACCEPTED, id="an archive"),
        pytest.param(made.a_picture(form="GIF", mode="P"), "image/gif", Refusal.TYPE_NOT_ACCEPTED, id="a GIF"),
        pytest.param(made.a_picture(form="TIFF"), "image/tiff", Refusal.TYPE_NOT_ACCEPTED, id="a TIFF"),
        pytest.param(b"junk\n" + made.a_pdf(), PDF, Refusal.TYPE_NOT_ACCEPTED, id="a PDF that begins late"),
        pytest.param(made.a_pdf(), PNG, Refusal.TYPE_MISMATCH, id="a PDF said to be a PNG"),
        pytest.param(made.a_picture(), JPEG, Refusal.TYPE_MISMATCH, id="a PNG said to be a JPEG"),
        pytest.param(made.a_picture(), "application/octet-stream", Refusal.TYPE_MISMATCH, id="no type said"),
        pytest.param(made.a_picture(), "", Refusal.TYPE_MISMATCH, id="an empty type"),
        pytest.param(b"%PDF-1.7\n", PDF, Refusal.TRAILING_DATA, id="a PDF's first line alone"),
        pytest.param(b"%PDF-1.7\n%%EOF", PDF, Refusal.UNREADABLE, id="a PDF's first and last line"),
        pytest.param(made.a_pdf(0), PDF, Refusal.PAGE_COUNT, id="a PDF without pages"),
        pytest.param(made.a_pdf(4), PDF, Refusal.PAGE_COUNT, id="a page too many"),
        pytest.param(made.a_pdf(encryption=Encryption(owner="o", user="u")), PDF, Refusal.ENCRYPTED, id="a password"),
        pytest.param(made.a_pdf(encryption=Encryption(owner="o", allow=Permissions(extract=False))), PDF,
                     Refusal.ENCRYPTED, id="restrictions only"),
        pytest.param(made.a_pdf_with(OpenAction=made.a_script()), PDF, Refusal.ACTIVE_CONTENT, id="a script"),
        pytest.param(made.a_pdf_with(Names=Dictionary(JavaScript=Dictionary(Names=["x", made.a_script()]))), PDF,
                     Refusal.ACTIVE_CONTENT, id="a named script"),
        pytest.param(made.a_pdf_with(Odd=a_nested_script()), PDF, Refusal.ACTIVE_CONTENT, id="a script deep inside"),
        pytest.param(made.a_pdf_with(AcroForm=Dictionary(Fields=[], XFA=String("<xdp/>"))), PDF,
                     Refusal.ACTIVE_CONTENT, id="a form program"),
        pytest.param(made.a_pdf_with_annotation(A=Dictionary(S=Name.Launch, F=String("cmd.exe"))), PDF,
                     Refusal.ACTIVE_CONTENT, id="a link that starts a program"),
        pytest.param(made.a_pdf_with_annotation(A=Dictionary(S=Name.SubmitForm, F=String("https://a.example"))), PDF,
                     Refusal.ACTIVE_CONTENT, id="a form that sends itself away"),
        pytest.param(made.a_pdf_with_annotation(Subtype=Name.RichMedia), PDF, Refusal.ACTIVE_CONTENT, id="film"),
        pytest.param(made.a_pdf_with_attachment(), PDF, Refusal.EMBEDDED_FILE, id="a file attached"),
        pytest.param(made.a_pdf_with_annotation(Subtype=Name.FileAttachment), PDF, Refusal.EMBEDDED_FILE, id="a pin"),
        pytest.param(made.a_pdf_bomb(5_000_000), PDF, Refusal.UNPACKS_TOO_LARGE, id="a page that unpacks beyond it"),
        pytest.param(made.a_pdf_with_stream(b"x", Array([Name.ASCIIHexDecode] * 3)), PDF, Refusal.UNPACKS_TOO_LARGE,
                     id="a page packed three times over"),
        pytest.param(made.a_pdf_with_stream(b"x", None, Subtype=Name.Image, Width=500, Height=500), PDF,
                     Refusal.TOO_MANY_PIXELS, id="a PDF with a huge picture"),
        pytest.param(made.a_pdf() + made.a_zip(), PDF, Refusal.POLYGLOT, id="a PDF with an archive behind it"),
        pytest.param(made.a_pdf() + made.a_zip(b"%%EOF\n"), PDF, Refusal.POLYGLOT, id="and an end mark behind that"),
        pytest.param(made.a_pdf() + b"<script>1</script>", PDF, Refusal.TRAILING_DATA, id="a PDF and more"),
        pytest.param(made.a_picture(form="JPEG") + made.a_zip(), JPEG, Refusal.POLYGLOT, id="a JPEG and an archive"),
        pytest.param(made.a_picture(form="JPEG", comment=b"%PDF-1.7"), JPEG, Refusal.POLYGLOT, id="a JPEG and a PDF"),
        pytest.param(made.a_picture() + b"more", PNG, Refusal.TRAILING_DATA, id="a PNG with more behind it"),
        pytest.param(made.a_picture()[:-20], PNG, Refusal.UNREADABLE, id="a PNG cut short"),
        pytest.param(made.a_picture((90, 90), "JPEG")[:400], JPEG, Refusal.UNREADABLE, id="a JPEG cut short"),
        pytest.param(b"\x89PNG\r\n\x1a\n", PNG, Refusal.UNREADABLE, id="a PNG's signature alone"),
        pytest.param(b"\xff\xd8\xff\xe0junk", JPEG, Refusal.UNREADABLE, id="a JPEG's first bytes alone"),
        pytest.param(made.a_picture((101, 100)), PNG, Refusal.TOO_MANY_PIXELS, id="a row of pixels too many"),
        pytest.param(made.a_picture((401, 1)), PNG, Refusal.TOO_MANY_PIXELS, id="too wide"),
        pytest.param(made.a_png_that_claims(60_000, 60_000), PNG, Refusal.TOO_MANY_PIXELS, id="a decompression bomb"),
        pytest.param(made.a_png_that_claims(50, 50), PNG, Refusal.UNREADABLE, id="a picture without its pixels"),
        pytest.param(made.an_animation(), PNG, Refusal.ANIMATED, id="an animation"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_for_what_is_wrong_with_it(content: bytes, declared: str, refusal: Refusal) -> None:
    with pytest.raises(NotAccepted) as refused:
        judge(content, declared, SMALL)

    assert refused.value.refusal is refusal


@pytest.mark.parametrize(
    ("content", "declared"),
    [(made.a_pdf(2), PDF), (made.a_picture(), PNG), (made.a_picture(form="JPEG"), JPEG)],
    ids=["PDF", "PNG", "JPEG"],
)
def test_a_damaged_file_is_taken_or_refused_but_never_breaks_the_judge(content: bytes, declared: str) -> None:
    chance = random.Random(17)  # noqa: S311 - damage, the same in every run

    for _ in range(60):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 8)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            verdict = judge(bytes(damaged), declared, SMALL)
        except NotAccepted as refused:
            verdict = refused.refusal.value

        assert verdict == declared or verdict in list(Refusal)


def test_every_refusal_has_its_sentence() -> None:
    assert all(refusal.detail(SMALL).endswith(".") for refusal in Refusal)
