"""Names as people search them."""

import unicodedata

import pytest
from hypothesis import given, strategies as st

from domain.text import folded


@pytest.mark.parametrize(
    ("written", "searched"),
    [
        pytest.param("DVORAK", "dvorak", id="case"),
        pytest.param(
            "Dvo\N{LATIN SMALL LETTER R WITH CARON}\N{LATIN SMALL LETTER A WITH ACUTE}k", "dvorak", id="marks"
        ),
        pytest.param("Dvor\N{COMBINING CARON}a\N{COMBINING ACUTE ACCENT}k", "dvorak", id="marks written apart"),
        pytest.param("Wei\N{LATIN SMALL LETTER SHARP S}", "weiss", id="a sharp s"),
        pytest.param("S\N{LATIN SMALL LETTER O WITH STROKE}rensen", "sorensen", id="a stroke that is no mark"),
        pytest.param("\N{LATIN CAPITAL LETTER L WITH STROKE}ukasz", "lukasz", id="another, in a capital"),
        pytest.param("\N{LATIN SMALL LIGATURE FI}nch", "finch", id="a ligature"),
        pytest.param("\N{FULLWIDTH LATIN CAPITAL LETTER A}da", "ada", id="full width"),
        pytest.param("\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}zmir", "izmir", id="a dotted capital I"),
        pytest.param("\N{GREEK CAPITAL LETTER SIGMA}as", "\N{GREEK SMALL LETTER SIGMA}as", id="another script"),
        pytest.param("O'Neil-Smith 3rd", "o'neil-smith 3rd", id="what is no letter stays"),
    ],
)
def test_a_name_is_searched_without_case_marks_and_forms(written: str, searched: str) -> None:
    assert folded(written) == searched


@given(st.text())
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    once = folded(text)

    assert folded(once) == once


@given(st.text(), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_every_normalisation_form_of_a_text_folds_alike(text: str, form: str) -> None:
    assert folded(unicodedata.normalize(form, text)) == folded(text)  # type: ignore[arg-type]
