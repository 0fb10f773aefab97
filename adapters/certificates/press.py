"""Makes certificates and badge pictures: typst sets them, segno draws the code, pyHanko signs.

Everything heavy is imported when the first one is made. Made ones are kept in memory, a few megabytes of them, under
the digest of all that they are made from; nothing is kept on disk, so that an erasure has nothing to look for.
"""

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from adapters.badges.baking import bake
from adapters.certificates.fonts import EASTERN, HAN, HAN_OF, Face, Fonts, clusters, language_of, runs_right_to_left
from domain.certificates.model import BadgeFace, Certificate, PaperSize, Picture, written

if TYPE_CHECKING:
    import typst

    from adapters.certificates.signing import Seal

STANDARDS: Final = ["a-2a", "ua-1"]
"""PDF/A-2, level A (ISO 19005-2): every letter can be read out, and the page is tagged; and PDF/UA-1 (ISO 14289-1)."""
KEPT_BYTES: Final = 8_388_608
_PIXELS_PER_INCH: Final = 180.0
"""The badge's 240 points come out as 600 pixels."""
_LONGEST_WORD: Final = 40
_PAPERS: Final[Mapping[PaperSize, str]] = {PaperSize.A4: "a4", PaperSize.US_LETTER: "us-letter"}
_TITLE_SIZES: Final = ((44, 23.0), (64, 18.0), (110, 15.0), (10_000, 11.0))


class Press:
    """A `Press` that signs with one seal. Safe to share between threads."""

    def __init__(
        self,
        seal: Callable[[], "Seal"],
        *,
        base_url: str,
        paper: PaperSize = PaperSize.US_LETTER,
        fonts: Fonts | None = None,
        han: str = "zh-Hans",
        specimen: bool = False,
    ) -> None:
        """Sign with what `seal` gives, for the registry at `base_url`.

        `han` is how ideographs are drawn where neither kana or hangul beside them nor the holder's country tells. A
        `specimen` says so across the sheet: a sandbox's certificates look like nobody's.
        """
        self.paper, self._specimen = paper, specimen
        self._seal, self._base, self._fonts, self._han = seal, base_url, fonts or Fonts(), han
        self._kept = Kept(KEPT_BYTES)
        self._books: dict[frozenset[Path], typst.Fonts] = {}

    def address(self, number: str) -> str:
        """The registry's page of a credential."""
        return f"{self._base}/registry/{number}"

    def tag(self, made: Certificate | BadgeFace) -> str:
        """A name for what would be made: the same as long as facts, template, fonts and signer are the same."""
        facts = json.dumps(asdict(made), sort_keys=True, default=str)
        how = f"{STANDARDS} {self._han} {self._specimen}"
        parts = [type(made).__name__, facts, how, self._seal().fingerprint, self._templates]
        return sha256("\x00".join(parts).encode()).hexdigest()[:32]

    def certificate(self, stated: Certificate) -> bytes:
        """The certificate as PDF/A, signed. Raises UnprintableName."""
        return self._kept.or_made(self.tag(stated), lambda: self._certificate(stated))

    def picture(self, badge: BadgeFace, kind: Picture) -> bytes:
        """The badge's picture, PNG or SVG. Raises UnprintableName."""
        return self._kept.or_made(f"{self.tag(badge)}-{kind}", lambda: self._picture(badge, kind))

    def baked(self, badge: BadgeFace, kind: Picture, credential: str) -> bytes:
        """The badge's picture with its credential, a JSON document or a compact JWT, baked in."""
        return bake(self.picture(badge, kind), kind, credential)

    def _certificate(self, stated: Certificate) -> bytes:
        from adapters.certificates.signing import signed  # noqa: PLC0415

        language = language_of(stated.name, HAN_OF.get(stated.country or "", self._han))
        faces = self._fonts.needed(_texts(stated))
        said = {**_said(stated, language), "fonts": _families(faces, language), "specimen": self._specimen}
        pdf = self._set("certificate.typ", said, faces, format="pdf", pdf_standards=STANDARDS)
        return signed(pdf, self._seal(), by=stated.issuer, reason=f"Certificate {stated.number}")

    def _picture(self, badge: BadgeFace, kind: Picture) -> bytes:
        faces = self._fonts.needed(asdict(badge).values())
        said = {
            "title": f"{badge.program_title} ({badge.program})",
            "fonts": _families(faces, language_of(badge.program_title, self._han)),
            **asdict(badge),
        }
        drawn = self._set("badge.typ", said, faces, format=kind.value, ppi=_PIXELS_PER_INCH)
        return _named(drawn, f"{said['title']}, {badge.issuer}") if kind is Picture.SVG else drawn

    def _set(self, template: str, said: Mapping[str, Any], faces: Sequence[Face], **how: Any) -> bytes:  # noqa: ANN401 - the typesetter's own arguments
        import typst  # noqa: PLC0415 - for the processes that make certificates

        made: object = typst.compile(
            _template(template),
            root=str(files(__package__)),
            font_paths=self._book(faces, said["fonts"]),
            ignore_system_fonts=True,
            sys_inputs={"said": json.dumps(said, ensure_ascii=False)},
            timestamp=int(time.time()),
            **how,
        )
        if not isinstance(made, bytes):
            message = f"{template} became more than one page"
            raise TypeError(message)
        return made

    def _book(self, faces: Sequence[Face], families: Sequence[str]) -> "typst.Fonts":
        """The typesetter's book of the folders in which these faces lie, read once; each of the families is in it.

        A family that the typesetter does not know would leave blanks without a word.
        """
        import typst  # noqa: PLC0415

        folders = frozenset(face.path.parent for face in faces)
        if folders not in self._books:
            self._books[folders] = typst.Fonts(
                include_system_fonts=False, include_embedded_fonts=False, font_paths=sorted(map(str, folders))
            )
        if lacking := set(families) - set(self._books[folders].families()):
            message = f"the typesetter knows no font called {sorted(lacking)}"
            raise RuntimeError(message)
        return self._books[folders]

    @cached_property
    def _templates(self) -> str:
        return sha256(_template("certificate.typ") + _template("badge.typ")).hexdigest()


class Kept:
    """What was made last, up to a number of bytes in all."""

    def __init__(self, most: int) -> None:
        """Keep at most `most` bytes; what was asked for longest ago goes first."""
        self._most, self._bytes = most, 0
        self._made: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def or_made(self, name: str, make: Callable[[], bytes]) -> bytes:
        """What is kept under a name, or what `make` makes, kept from now on."""
        with self._lock:
            if (known := self._made.get(name)) is not None:
                self._made.move_to_end(name)
                return known
        made = make()
        with self._lock:
            self._bytes += len(made) - len(self._made.get(name, b""))
            self._made[name] = made
            self._made.move_to_end(name)
            while self._bytes > self._most:
                self._bytes -= len(self._made.popitem(last=False)[1])
        return made


def _said(stated: Certificate, language: str) -> dict[str, object]:
    """What the template is told: every value as it is printed."""
    lang, _, script = language.partition("-")
    until = written(stated.valid_until)
    return {
        "title": f"Certificate {stated.number}",
        "description": f"{stated.program_title} ({stated.program})",
        "name": _breakable(stated.name),
        "leftward": runs_right_to_left(stated.name),
        "language": lang,
        "region": {"Hans": "CN", "Hant": "TW"}.get(script),
        "paper": _PAPERS[stated.paper],
        "issuer": stated.issuer,
        "program": stated.program,
        "program_title": stated.program_title,
        "title-size": next(size for most, size in _TITLE_SIZES if len(stated.program_title) <= most),
        "number": stated.number,
        "scheme": stated.scheme,
        "edition": stated.edition,
        "awarded_on": written(stated.awarded_on),
        "valid_from": written(stated.valid_from),
        "valid_until": until,
        "ends": f"Its last day, {until}, ends at midnight in {stated.zone} ({stated.ends_at:%Y-%m-%d %H:%M} UTC).",
        "conditions": stated.conditions,
        "address": stated.address,
        "code": code_of(stated.address),
    }


def _named(svg: bytes, title: str) -> bytes:
    """The picture with a name for whoever does not see it (SVG 2, 5.7): letters in it are outlines, not text."""
    start, _, rest = svg.partition(b">")
    return start + f' role="img"><title>{escape(title)}</title>'.encode() + rest


def code_of(address: str) -> str:
    """The QR code (ISO/IEC 18004, error correction M, four modules of quiet around it) that leads there, as SVG."""
    import segno  # noqa: PLC0415 - for the processes that make certificates

    out = BytesIO()
    segno.make_qr(address, error="m", boost_error=False).save(
        out, kind="svg", border=4, xmldecl=False, svgns=True, dark="#000000", light="#ffffff", omitsize=True
    )
    return out.getvalue().decode()


def _texts(stated: Certificate) -> list[str]:
    """All that comes from outside the template."""
    return [
        stated.name, stated.issuer, stated.program, stated.program_title, stated.scheme, stated.edition, stated.zone,
        stated.address, stated.number,
    ]  # fmt: skip


def _families(faces: Sequence[Face], language: str) -> list[str]:
    return [HAN.get(language, HAN["zh-Hans"]) if face.family == EASTERN else face.family for face in faces]


def _breakable(name: str) -> str:
    """The name, its overlong words (no person's, but what a field allows) breakable between letters without a sign."""
    return " ".join(_in_pieces(word) for word in name.split(" "))


def _in_pieces(word: str) -> str:
    letters = list(clusters(word))
    return "\u200b".join("".join(letters[at : at + _LONGEST_WORD]) for at in range(0, len(letters), _LONGEST_WORD))


def _template(name: str) -> bytes:
    return files(__package__).joinpath(name).read_bytes()
