"""Judges an uploaded file: magic and full parse, within bounds. Runs as a process of its own.

Parsers of PDF and images are large and have had their faults, so they never see foreign bytes inside the service:
`python inspection.py`, given the declared type and the bounds, reads the file from standard input and prints its
verdict as JSON. The process bounds its own memory and CPU time first. It imports nothing of the service.
"""

import io
import json
import sys
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
ACCEPTED = (PDF, PNG, JPEG)
SAME_TYPE = {"image/jpg": JPEG, "image/pjpeg": JPEG, "application/x-pdf": PDF}

MAGIC_BYTES = 1024
ZIP_END, ZIP_END_SIZE, LONGEST_ZIP_COMMENT = b"PK\x05\x06", 22, 65_535
MOST_FILTERS = 2
ACTIVE_ACTIONS = frozenset(
    {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/Rendition", "/RichMediaExecute"}
)
ACTIVE_ANNOTATIONS = frozenset({"/RichMedia", "/Movie", "/Screen", "/Sound", "/3D"})
ATTACHING = frozenset({"/EmbeddedFiles", "/EF"})
DECODED_BY_QPDF = frozenset({"/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"})
FLATE = frozenset({"/FlateDecode", "/Fl"})


class Refusal(StrEnum):
    """Why a file is not taken; `detail` words it for the person who uploaded it."""

    EMPTY_FILE = "empty_file"
    FILE_TOO_LARGE = "file_too_large"
    TYPE_NOT_ACCEPTED = "type_not_accepted"
    TYPE_MISMATCH = "type_mismatch"
    POLYGLOT = "polyglot"
    TRAILING_DATA = "trailing_data"
    UNREADABLE = "unreadable"
    ENCRYPTED = "encrypted"
    PAGE_COUNT = "page_count"
    ACTIVE_CONTENT = "active_content"
    EMBEDDED_FILE = "embedded_file"
    TOO_MANY_PIXELS = "too_many_pixels"
    ANIMATED = "animated"
    UNPACKS_TOO_LARGE = "unpacks_too_large"
    TOO_COSTLY = "too_costly"

    def detail(self, bounds: "Bounds") -> str:
        """The sentence."""
        return DETAILS[self].format(megabytes=bounds.size // 1024 // 1024, pages=bounds.pages)


DETAILS = {
    Refusal.EMPTY_FILE: "The file is empty.",
    Refusal.FILE_TOO_LARGE: "The file is larger than {megabytes} MB.",
    Refusal.TYPE_NOT_ACCEPTED: "Only PDF, PNG and JPEG files are accepted.",
    Refusal.TYPE_MISMATCH: "The file is not of the type that the request names.",
    Refusal.POLYGLOT: "The file is also a file of another type.",
    Refusal.TRAILING_DATA: "The file goes on after the end of the document or picture.",
    Refusal.UNREADABLE: "The file cannot be read; it may be damaged or cut short.",
    Refusal.ENCRYPTED: "The PDF is encrypted; please upload a copy without a password or restrictions.",
    Refusal.PAGE_COUNT: "A PDF must have between 1 and {pages} pages.",
    Refusal.ACTIVE_CONTENT: "The PDF holds a script, a form program, sound, film or an action that starts something.",
    Refusal.EMBEDDED_FILE: "The PDF has other files attached; please upload each by itself.",
    Refusal.TOO_MANY_PIXELS: "The picture, or one in the PDF, is larger than this service accepts.",
    Refusal.ANIMATED: "The picture is animated; please upload a still one.",
    Refusal.UNPACKS_TOO_LARGE: "The file unpacks to more than this service accepts.",
    Refusal.TOO_COSTLY: "The file takes too much time or memory to read.",
}


class NotAccepted(Exception):
    """The file is refused."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How large a file may be, as stored and as unpacked. Sizes in bytes, `cpu` in seconds."""

    size: int = 20 * 1024 * 1024
    pages: int = 300
    objects: int = 200_000
    unpacked: int = 256 * 1024 * 1024
    pixels: int = 64_000_000
    side: int = 30_000
    memory: int = 1024 * 1024 * 1024
    cpu: int = 20


def judge(content: bytes, declared: str, bounds: Bounds) -> str:
    """The file's true media type.

    Raises:
        NotAccepted: it is empty, too large, of no accepted type, not what was declared, unreadable, encrypted, active,
            also a file of another type, or it unpacks beyond the bounds.

    """
    if not content:
        raise NotAccepted(Refusal.EMPTY_FILE)
    if len(content) > bounds.size:
        raise NotAccepted(Refusal.FILE_TOO_LARGE)
    media_type = _type_by_magic(content)
    if _declared_type(declared) != media_type:
        raise NotAccepted(Refusal.TYPE_MISMATCH)
    _refuse_second_nature(content, media_type)
    if media_type == PDF:
        _judge_pdf(content, bounds)
    else:
        _judge_image(content, media_type, bounds)
    return media_type


def _declared_type(declared: str) -> str:
    plain = declared.partition(";")[0].strip().lower()
    return SAME_TYPE.get(plain, plain)


def _type_by_magic(content: bytes) -> str:
    import puremagic  # noqa: PLC0415 - loaded in the judging process alone

    try:
        matches = {match.mime_type for match in puremagic.magic_string(content[:MAGIC_BYTES])}
    except (puremagic.PureError, ValueError):
        matches = set()
    found = next((accepted for accepted in ACCEPTED if accepted in matches), None)
    if found is None or (found == PDF and not content.startswith(b"%PDF-")):
        raise NotAccepted(Refusal.TYPE_NOT_ACCEPTED)
    return found


def _refuse_second_nature(content: bytes, media_type: str) -> None:
    """No file that another program would open as an archive, or an image that a reader would open as a PDF."""
    if _ends_as_zip(content) or (media_type != PDF and b"%PDF-" in content[:MAGIC_BYTES]):
        raise NotAccepted(Refusal.POLYGLOT)


def _ends_as_zip(content: bytes) -> bool:
    """Whether an archive's directory ends exactly where the file does, its comment counted."""
    at = content.rfind(ZIP_END)
    while at >= 0 and len(content) - at <= ZIP_END_SIZE + LONGEST_ZIP_COMMENT:
        comment = content[at + 20 : at + ZIP_END_SIZE]
        if len(comment) == 2 and int.from_bytes(comment, "little") == len(content) - at - ZIP_END_SIZE:  # noqa: PLR2004
            return True
        at = content.rfind(ZIP_END, 0, at)
    return False


# --- PDF


def _judge_pdf(content: bytes, bounds: Bounds) -> None:
    import pikepdf  # noqa: PLC0415 - loaded in the judging process alone

    tail = content[content.rfind(b"%%EOF") + 5 :] if b"%%EOF" in content else content
    if tail.strip(b"\x00\t\n\x0c\r "):
        raise NotAccepted(Refusal.TRAILING_DATA)
    before = pikepdf.settings.get_qpdf_limits()
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=bounds.unpacked,
        run_length_max_memory=bounds.unpacked,
        png_max_memory=bounds.unpacked,
        tiff_max_memory=bounds.unpacked,
        max_stream_filters=MOST_FILTERS,
    )
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as pdf:
            _judge_open_pdf(pdf, bounds)
    except pikepdf.PasswordError as fault:
        raise NotAccepted(Refusal.ENCRYPTED) from fault
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, TypeError, RuntimeError, RecursionError) as fault:
        raise NotAccepted(Refusal.UNREADABLE) from fault
    finally:
        pikepdf.settings.set_qpdf_limits(**before)  # type: ignore[arg-type]


def _judge_open_pdf(pdf: Any, bounds: Bounds) -> None:  # noqa: ANN401 - pikepdf is not imported at the top
    if pdf.is_encrypted:
        raise NotAccepted(Refusal.ENCRYPTED)
    if len(pdf.objects) > bounds.objects:
        raise NotAccepted(Refusal.UNPACKS_TOO_LARGE)
    if not 1 <= len(pdf.pages) <= bounds.pages:
        raise NotAccepted(Refusal.PAGE_COUNT)
    for node in _nodes(pdf, bounds.objects * 10):
        _refuse_active(node)
    _unpack_streams(pdf, bounds)


def _nodes(pdf: Any, most: int) -> Iterator[Any]:  # noqa: ANN401
    """Every dictionary of the document once, streams' own ones too, those within others included."""
    import pikepdf  # noqa: PLC0415

    containers = (pikepdf.ObjectType.dictionary, pikepdf.ObjectType.stream, pikepdf.ObjectType.array)
    waiting = [*pdf.objects, pdf.trailer]
    seen = 0
    while waiting:
        node = waiting.pop()
        kind = node._type_code if isinstance(node, pikepdf.Object) else None  # noqa: SLF001 - pikepdf's own tag
        if kind not in containers:
            continue
        seen += 1
        if seen > most:
            raise NotAccepted(Refusal.UNPACKS_TOO_LARGE)
        inner = list(node) if kind is pikepdf.ObjectType.array else [value for _, value in node.items()]
        waiting.extend(value for value in inner if isinstance(value, pikepdf.Object) and not value.is_indirect)
        if kind is not pikepdf.ObjectType.array:
            yield node


def _refuse_active(node: Any) -> None:  # noqa: ANN401
    if "/JS" in node or "/XFA" in node or str(node.get("/S", "")) in ACTIVE_ACTIONS:
        raise NotAccepted(Refusal.ACTIVE_CONTENT)
    if str(node.get("/Subtype", "")) in ACTIVE_ANNOTATIONS:
        raise NotAccepted(Refusal.ACTIVE_CONTENT)
    attached = str(node.get("/Type", "")) == "/EmbeddedFile" or str(node.get("/Subtype", "")) == "/FileAttachment"
    if attached or any(name in node for name in ATTACHING):
        raise NotAccepted(Refusal.EMBEDDED_FILE)


def _unpack_streams(pdf: Any, bounds: Bounds) -> None:  # noqa: ANN401
    """Unpack every packed stream, to prove that it can be, and that all together stay within the bounds."""
    import pikepdf  # noqa: PLC0415

    left = bounds.unpacked
    for node in pdf.objects:
        if not isinstance(node, pikepdf.Stream):
            continue
        filters = _filters(node)
        if len(filters) > MOST_FILTERS:
            raise NotAccepted(Refusal.UNPACKS_TOO_LARGE)
        _judge_picture(node, bounds)
        left -= _unpacked_size(node, filters, left)
        if left < 0:
            raise NotAccepted(Refusal.UNPACKS_TOO_LARGE)


def _filters(stream: Any) -> list[str]:  # noqa: ANN401
    named = stream.get("/Filter")
    if named is None:
        return []
    return [str(named)] if str(named).startswith("/") else [str(one) for one in named]


def _unpacked_size(stream: Any, filters: list[str], most: int) -> int:  # noqa: ANN401
    """Bytes of the unpacked stream, counted without keeping them; more than `most` when there are more."""
    if len(filters) == 1 and filters[0] in FLATE:
        return _inflated_size(stream.read_raw_bytes(), most)
    if any(one in FLATE or one in DECODED_BY_QPDF for one in filters):
        return len(stream.read_bytes())
    return len(stream.read_raw_bytes())


def _inflated_size(packed: bytes, most: int) -> int:
    """A stream with a damaged end still shows in every reader, so it counts for what comes out of it."""
    machine, size, waiting = zlib.decompressobj(), 0, packed
    try:
        while waiting and not machine.eof and size <= most:
            size += len(machine.decompress(waiting, 1 << 20))
            waiting = machine.unconsumed_tail
    except zlib.error:
        pass
    return size


def _judge_picture(stream: Any, bounds: Bounds) -> None:  # noqa: ANN401
    if str(stream.get("/Subtype", "")) != "/Image":
        return
    width, height = int(stream.get("/Width", 0)), int(stream.get("/Height", 0))
    if width * height > bounds.pixels or max(width, height) > bounds.side:
        raise NotAccepted(Refusal.TOO_MANY_PIXELS)


# --- images


def _judge_image(content: bytes, media_type: str, bounds: Bounds) -> None:
    import warnings  # noqa: PLC0415 - loaded in the judging process alone

    from PIL import Image  # noqa: PLC0415

    if media_type == PNG:
        _refuse_png_tail(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Once to check what is written around the pixels, and again, since `verify` leaves the picture unusable.
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
                _judge_size(image, bounds)
                image.verify()
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
                image.load()
    except Image.DecompressionBombError as fault:
        raise NotAccepted(Refusal.TOO_MANY_PIXELS) from fault
    except (OSError, SyntaxError, ValueError, TypeError, IndexError, EOFError, OverflowError) as fault:
        raise NotAccepted(Refusal.UNREADABLE) from fault


def _judge_size(image: Any, bounds: Bounds) -> None:  # noqa: ANN401 - Pillow is not imported at the top
    width, height = image.size
    if width * height > bounds.pixels or max(width, height) > bounds.side:
        raise NotAccepted(Refusal.TOO_MANY_PIXELS)
    # A phone's JPEG may carry a preview as a second picture; a PNG with several is an animation.
    if image.format == "PNG" and getattr(image, "n_frames", 1) > 1:
        raise NotAccepted(Refusal.ANIMATED)


def _refuse_png_tail(content: bytes) -> None:
    """Walk the chunks; nothing may follow the one that ends the picture."""
    at = 8
    while at + 12 <= len(content):
        length, name = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        at += 12 + length
        if name == b"IEND":
            if at != len(content):
                raise NotAccepted(Refusal.TRAILING_DATA)
            return
    raise NotAccepted(Refusal.UNREADABLE)


# --- the process


def main() -> None:
    """Print the verdict on standard input: `{"media_type"}`, or `{"refusal"}`."""
    declared, bounds = sys.argv[1], Bounds(**json.loads(sys.argv[2]))
    content = sys.stdin.buffer.read()
    _bound_this_process(bounds)
    try:
        verdict = {"media_type": judge(content, declared, bounds)}
    except NotAccepted as refused:
        verdict = {"refusal": refused.refusal.value}
    except MemoryError:
        verdict = {"refusal": Refusal.UNPACKS_TOO_LARGE.value}
    sys.stdout.write(json.dumps(verdict))


def arguments(declared: str, bounds: Bounds) -> list[str]:
    """What to start the process with, after the interpreter."""
    return [__file__, declared, json.dumps(asdict(bounds))]


def _bound_this_process(bounds: Bounds) -> None:
    import resource  # noqa: PLC0415 - Unix only, and only for the process

    for limit, most in (
        (resource.RLIMIT_AS, bounds.memory),
        (resource.RLIMIT_CPU, bounds.cpu),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(limit)[1]
        resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    main()
