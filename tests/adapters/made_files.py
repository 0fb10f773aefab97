"""Real files, made on the spot: good ones, and one for each way to be bad."""

import io
import struct
import zipfile
import zlib
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image


def a_pdf(pages: int = 1, **options: Any) -> bytes:
    pdf = pikepdf.new()
    for _ in range(pages):
        pdf.add_blank_page()
    return saved(pdf, **options)


def saved(pdf: pikepdf.Pdf, **options: Any) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **options)
    return out.getvalue()


def a_pdf_with(**root: Any) -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    for name, value in root.items():
        pdf.Root[f"/{name}"] = value
    return saved(pdf)


def a_pdf_with_annotation(**fields: Any) -> bytes:
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    page.Annots = Array([Dictionary(Type=Name.Annot, Rect=[0, 0, 10, 10], **fields)])
    return saved(pdf)


def a_pdf_with_stream(raw: bytes, filters: Any = None, **fields: Any) -> bytes:
    """A page whose content is `raw`, as it stands, said to be packed by `filters`."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    stream = pikepdf.Stream(pdf, b"")
    stream.write(raw, filter=filters)
    for name, value in fields.items():
        stream[f"/{name}"] = value
    page.Contents = stream
    return saved(pdf, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def a_pdf_with_attachment() -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.attachments["macro.exe"] = b"MZ"
    return saved(pdf)


def a_pdf_bomb(size: int) -> bytes:
    return a_pdf_with_stream(zlib.compress(bytes(size), 9), Name.FlateDecode)


def an_object_stream_bomb(size: int) -> bytes:
    """A PDF whose cross-reference stream inflates to `size` bytes before anything can be looked at."""
    packed = zlib.compress(bytes(size), 9)
    start = b"%PDF-1.5\n"
    head = (
        f"1 0 obj\n<</Type/XRef/Size {size // 4}/W[1 2 1]/Root 2 0 R/Filter/FlateDecode/Length {len(packed)}>>stream\n"
    )
    return start + head.encode() + packed + f"\nendstream\nendobj\nstartxref\n{len(start)}\n%%EOF\n".encode()


def a_picture(size: tuple[int, int] = (40, 30), form: str = "PNG", mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 1).save(out, form, **options)
    return out.getvalue()


def a_phone_picture() -> bytes:
    """A JPEG with a second picture behind it, as phones write them (MPF)."""
    return a_picture(form="MPO", save_all=True, append_images=[Image.new("RGB", (10, 10))])


def an_animation() -> bytes:
    return a_picture(save_all=True, append_images=[Image.new("RGB", (40, 30), 200)])


def a_png_that_claims(width: int, height: int) -> bytes:
    """A tiny file whose header promises a huge picture."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def a_zip(comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "hello")
        archive.comment = comment
    return out.getvalue()


def a_script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
