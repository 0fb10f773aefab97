"""The fonts that names are set in, and which characters they have.

Noto Sans in one file per script comes from the package `manimgx-fonts`, Noto Sans CJK from `manimgx-fonts-cjk` (SIL
Open Font License 1.1, both unmodified). A folder of the body's own fonts may stand before them, for a script that they
lack. Only the files whose script a text needs are given to the typesetter, so that a Latin name never reads the 32
megabytes of Chinese, Japanese and Korean.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from domain.certificates.errors import UnprintableName

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

PACKAGES: Final = ("manimgx_fonts", "manimgx_fonts_cjk")
BASE: Final = "NotoSans[wght].ttf"
CJK: Final = "NotoSansCJK-VF.otf.ttc"
# Pictures and signs are no letters of a name; the slanted face is never asked for.
_LEFT_OUT: Final = frozenset({"NotoEmoji[wght].ttf", "NotoSans-Italic[wght].ttf", "NotoSansSymbols[wght].ttf"})
_SUFFIXES: Final = frozenset({".ttf", ".otf", ".ttc", ".otc"})

EASTERN: Final = "Noto Sans CJK"

# Which variant of the shared ideographs a text is set in: by the script that stands beside them.
HAN: Final[Mapping[str, str]] = {
    "zh-Hans": "Noto Sans CJK SC",
    "zh-Hant": "Noto Sans CJK TC",
    "ja": "Noto Sans CJK JP",
    "ko": "Noto Sans CJK KR",
}
HAN_OF: Final[Mapping[str, str]] = {
    "CN": "zh-Hans", "SG": "zh-Hans", "MY": "zh-Hans", "TW": "zh-Hant", "HK": "zh-Hant", "MO": "zh-Hant",
    "JP": "ja", "KR": "ko",
}  # fmt: skip
"""How ideographs are drawn in a country: many a Japanese name has no kana."""
_JOINERS: Final = frozenset("\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b\u200c\u200d\u2060\u3164\ufeff\uffa0")


class Face:
    """One font of a file. `characters` are those it has (code points), read from the file when first asked for."""

    def __init__(self, family: str, path: Path, index: int) -> None:
        """Name the font at `index` of the file."""
        self.family, self.path, self._index = family, path, index

    @cached_property
    def characters(self) -> frozenset[int]:
        """The characters that have a glyph."""
        with _opened(self.path, self._index) as font:
            return frozenset(font.getBestCmap())

    def sets(self, cluster: str) -> bool:
        """Whether it can set a letter with all its marks; what only joins or selects needs no glyph."""
        return all(ord(one) in self.characters for one in cluster if not _unseen(one))


class Fonts:
    """The faces in their order of preference; the largest file stands last and is read only when no other will do."""

    def __init__(self, folder: Path | None = None) -> None:
        """Look for fonts in `folder` first, then in the packages."""
        self._folder = folder

    @cached_property
    def faces(self) -> tuple[Face, ...]:
        """Every face."""
        return tuple(face for path in self._paths() for face in _faces(path))

    @cached_property
    def base(self) -> Face:
        """The face for all that is ours to say."""
        return next(face for face in self.faces if face.path.name == BASE)

    def needed(self, texts: Iterable[str]) -> tuple[Face, ...]:
        """The faces, in their order, that together set these texts: for each letter the first face that has it whole.

        Raises UnprintableName for letters that none has.
        """
        chosen, lacking = {self.base}, list[str]()
        for cluster in {cluster for text in texts for cluster in clusters(text)}:
            face = next((face for face in self.faces if face.sets(cluster)), None)
            if face is None:
                lacking += self._missing(cluster)
            else:
                chosen.add(face)
        if lacking:
            raise UnprintableName(sorted(lacking))
        return tuple(face for face in self.faces if face in chosen)

    def _missing(self, cluster: str) -> list[str]:
        """The characters of a letter that no face has; all of them where none has them together."""
        alone = [one for one in cluster if not _unseen(one) and not any(face.sets(one) for face in self.faces)]
        return alone or [one for one in cluster if not _unseen(one)]

    def _paths(self) -> Iterator[Path]:
        own = [] if self._folder is None else sorted(self._folder.iterdir())
        packaged = [path for name in PACKAGES for path in sorted(_folder_of(name).iterdir())]
        packaged.sort(key=lambda path: (path.name != BASE, path.name == CJK))
        for path in (*own, *packaged):
            if path.suffix.lower() in _SUFFIXES and path.name not in _LEFT_OUT:
                yield path


def clusters(text: str) -> Iterator[str]:
    """A text letter by letter, each with the marks and joiners that follow it: what one font must set as a whole."""
    cluster = ""
    for one in text:
        if cluster and (unicodedata.category(one)[0] == "M" or _unseen(one)):
            cluster += one
            continue
        if cluster:
            yield cluster
        cluster = one
    if cluster:
        yield cluster


def language_of(text: str, han: str = "zh-Hans") -> str:
    """The language (BCP 47) that chooses among the variants of shared ideographs: by kana or hangul, else `han`."""
    names = {unicodedata.name(one, "").split(" ")[0] for one in text if ord(one) >= _FIRST_EASTERN}
    if names & {"HIRAGANA", "KATAKANA"}:
        return "ja"
    if "HANGUL" in names:
        return "ko"
    return han if "CJK" in names else "en"


def runs_right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction runs from right to left (rule P2 of Unicode's UAX #9)."""
    strong = (unicodedata.bidirectional(one) for one in text)
    return next((one for one in strong if one in {"L", "R", "AL"}), "L") != "L"


_FIRST_EASTERN: Final = 0x1100


def _unseen(character: str) -> bool:
    """Whether a character never shows by itself: joiners, and what selects a variant of the letter before it."""
    return character in _JOINERS or 0xFE00 <= ord(character) <= 0xFE0F or 0xE0100 <= ord(character) <= 0xE01EF  # noqa: PLR2004 - Unicode's two blocks of variation selectors


def _folder_of(package: str) -> Path:
    """Where a package lies. It is looked for, not imported: it holds files alone."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        message = f"the fonts of {package} are not installed"
        raise RuntimeError(message)
    return Path(spec.origin).parent


def _faces(path: Path) -> Iterator[Face]:
    """The faces in a font file, or in a collection of them.

    Of the packaged collection one is enough: its faces have the same characters and differ in how a country draws them.
    """
    if path.name == CJK:
        yield Face(EASTERN, path, 0)
        return
    for index in range(_count(path)):
        with _opened(path, index) as font:
            yield Face(_family(font), path, index)


@contextmanager
def _opened(path: Path, index: int) -> Iterator["TTFont"]:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - for the processes that make certificates

    with TTFont(path, fontNumber=index, lazy=True) as font:
        yield font


def _count(path: Path) -> int:
    """How many fonts a file holds: the number in a collection's header (OpenType, TTC header), else one."""
    with path.open("rb") as file:
        head = file.read(12)
    return int.from_bytes(head[8:12], "big") if head.startswith(b"ttcf") else 1


def _family(font: Any) -> str:  # noqa: ANN401 - fontTools gives its tables no types
    names = font["name"]
    return str(names.getDebugName(16) or names.getDebugName(1))
