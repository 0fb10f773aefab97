"""The registry's page for people: WCAG 2.2 at level AA, as far as a program can tell, in light, dark and print."""

import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from typing import Final

import pytest

from api.pages import POLICY, SENTENCES, credential_page, history_page, refusal_page

CSS: Final = files("api.pages").joinpath("registry.css").read_text("utf-8")
SHOWN: Final = {
    "as_of": "2027-06-01",
    "number": "7K3M-Q0DV-2XHT-9PE4",
    "status": "active",
    "valid": True,
    "status_since": "2026-03-02",
    "issuer": "Council for Pharmacy Standards",
    "program": {"code": "CPOM", "title": "Certified Pharmacy Operations Manager"},
    "holder_name": "Adaeze Ngozi Okafor",
    "awarded_on": "2026-03-02",
    "valid_from": "2026-03-02",
    "valid_until": "2029-03-02",
    "valid_until_instant": "2029-03-03T05:00:00Z",
    "zone": "America/New_York",
    "policy_edition": "cpom-2026",
}


def a_page(**changes: object) -> str:
    return credential_page(json.dumps({**SHOWN, **changes}).encode()).decode()


PAGES: Final = {
    **{
        f"{status}, {'valid' if valid else 'not valid'}": a_page(status=status, valid=valid)
        for status, valid in SENTENCES
    },
    "the history": history_page(
        "Council",
        json.dumps(
            {
                "number": SHOWN["number"],
                "standings": [
                    {"status": "active", "valid": True, "since": "2026-03-02"},
                    {"status": "suspended", "valid": False, "since": "2026-09-01"},
                ],
            }
        ).encode(),
    ).decode(),
    "the form": refusal_page("Council", "Is this certification genuine?", "Type the number.").decode(),
}

# --- colours: the ratio of luminances, WCAG 2.2, 1.4.3 and 1.4.11

TEXT: Final = (
    ("ink", "paper"), ("quiet", "paper"), ("link", "paper"), ("ink", "good-paper"), ("ink", "bad-paper"),
    ("good", "good-paper"), ("bad", "bad-paper"), ("paper", "link"),
)  # fmt: skip
PARTS: Final = (("edge", "paper"), ("link", "paper"), ("good", "paper"), ("bad", "paper"))


def _palettes() -> dict[str, dict[str, str]]:
    """The colours in light, dark and print; each of the later two stands upon the first."""
    blocks = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    light, dark, printed = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block)) for block in blocks)
    return {"light": light, "dark": light | dark, "print": light | printed}


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_ratio_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    # Two greys that are well known for lying on either side of the bound.
    assert contrast("#767676", "#ffffff") > 4.5 > contrast("#777777", "#ffffff")


@pytest.mark.parametrize("medium", ["light", "dark", "print"])
def test_what_is_read_stands_out(medium: str) -> None:
    palette = _palettes()[medium]

    assert [pair for pair in TEXT if contrast(palette[pair[0]], palette[pair[1]]) < 4.5] == []
    assert [pair for pair in PARTS if contrast(palette[pair[0]], palette[pair[1]]) < 3] == []


def test_every_colour_is_one_of_the_palette() -> None:
    rules = re.sub(r":root \{.*?\}", "", CSS, flags=re.DOTALL)

    assert re.findall(r"#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(", rules) == []


def test_whoever_goes_by_keyboard_sees_where_they_are_and_can_hit_what_they_want() -> None:
    assert ":focus-visible { outline: 3px solid" in CSS
    assert "outline: none" not in CSS
    # 2.5.8: 24 pixels at least; ours are 44.
    assert "min-height: 2.75rem" in CSS


# --- structure


class Outline(HTMLParser):
    """What a screen reader goes by."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember the tag."""
        self.tags.append((tag, dict(attrs)))

    def all(self, *names: str) -> list[dict[str, str | None]]:
        """The attributes of every tag of these names."""
        return [attributes for tag, attributes in self.tags if tag in names]


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_page_has_its_landmarks_language_and_headings_in_order(page: str) -> None:
    outline = Outline(page)

    assert outline.all("html") == [{"lang": "en"}]
    assert [len(outline.all(name)) for name in ("header", "main", "title", "h1")] == [1, 1, 1, 1]
    headings = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert headings[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))
    assert "maximum-scale" not in page
    assert "user-scalable" not in page


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_every_field_has_a_label_and_every_reference_leads_somewhere(page: str) -> None:
    outline = Outline(page)
    ids = [one["id"] for _, one in outline.tags if "id" in one]

    assert len(ids) == len(set(ids))
    assert {one["id"] for one in outline.all("input")} == {one["for"] for one in outline.all("label")}
    for _, attributes in outline.tags:
        for name in ("aria-labelledby", "aria-describedby"):
            assert set((attributes.get(name) or "").split()) <= set(ids)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_page_needs_no_script_and_loads_nothing(page: str) -> None:
    outline = Outline(page)

    assert outline.all("script", "img", "link", "iframe", "object", "embed") == []
    assert [name for _, one in outline.tags for name in one if name.startswith("on") or name in {"src", "style"}] == []
    assert all(str(one["href"]).startswith(("/registry/", "/v1/registry/")) for one in outline.all("a"))
    assert "default-src 'none'" in POLICY


def test_the_standing_is_told_in_words_not_by_colour_alone() -> None:
    for (status, valid), sentence in SENTENCES.items():
        page = a_page(status=status, valid=valid)
        assert f"</span>{status.capitalize()}</p>" in page
        assert sentence in page
        assert f"<title>{status.capitalize()}: CPOM" in page


def test_the_history_is_a_list_of_days_and_of_words_and_reached_by_a_plain_link() -> None:
    number, page = SHOWN["number"], PAGES["the history"]

    assert f'<a href="/v1/registry/{number}/history">History of this credential</a>' in a_page()
    assert re.findall(
        r'<li><strong>(\w+)</strong> since <time datetime="([0-9-]+)">([^<]+)</time>: ([^<]+)</li>', page
    ) == [
        ("Active", "2026-03-02", "2 March 2026", "counted as certified"),
        ("Suspended", "2026-09-01", "1 September 2026", "did not count as certified (today’s standing)"),
    ]
    assert f'<a class="number" href="/registry/{number}">' in page


def test_what_a_page_is_told_is_text_and_never_markup() -> None:
    told = {"number": "<script>", "standings": [{"status": "<b>", "valid": True, "since": "2026-03-02"}]}

    page = history_page("<i>", json.dumps(told).encode()).decode()

    assert re.findall(r"<script|<b>|<i>", page) == []


def test_a_name_that_runs_the_other_way_turns_nothing_around_it() -> None:
    assert "<bdi>فاطمة الزهراء</bdi>" in a_page(holder_name="فاطمة الزهراء")


def test_printed_it_says_all_but_the_form() -> None:
    printed = CSS[CSS.index("@media print") :]

    assert "form { display: none; }" in printed
    assert printed.count("display: none") == 1
