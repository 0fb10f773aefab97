"""What the press makes once and keeps, what it loads, and the pictures of badges."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from adapters.certificates.press import Kept, Press
from domain.certificates.model import Certificate, Picture
from tests.builders_certificates import BADGE, a_certificate

ROOT: Final = Path(__file__).parents[3]


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
