"""The allowed markup: what is read, how it is written, and what is refused at which character."""

import pytest
from hypothesis import given, settings, strategies as st

from domain.items import markup
from domain.items.markup import Element, MarkupFault, Node, canonical, plain, read, written


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("plain", "plain", id="plain text"),
        pytest.param("  around  ", "around", id="blanks at the ends go"),
        pytest.param("a &lt; b &amp; c &#39;d&#39; &quot;", "a &lt; b &amp; c 'd' \"", id="entities in one spelling"),
        pytest.param("<P>x</P>", "<p>x</p>", id="lower case"),
        pytest.param("a<br>b", "a<br/>b", id="a break needs no end"),
        pytest.param('<p lang="ar" dir="rtl">x</p>', '<p dir="rtl" lang="ar">x</p>', id="attributes in order"),
        pytest.param("<ul> <li>a</li>\n<li>b</li></ul>", "<ul><li>a</li><li>b</li></ul>", id="blanks in a list go"),
        pytest.param("a\r\nb\rc", "a\nb\nc", id="line ends"),
        pytest.param("شارع <em>النيل</em>", "شارع <em>النيل</em>", id="right to left"),
        pytest.param("<em></em>", "<em></em>", id="an empty element stays"),
    ],
)
def test_a_text_has_one_canonical_spelling(text: str, expected: str) -> None:
    assert canonical(text) == expected
    assert canonical(expected) == expected


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        pytest.param("a < b", "malformed_markup", 3, id="a bare less-than"),
        pytest.param("a & b", "malformed_markup", 3, id="a bare ampersand"),
        pytest.param("<script>x</script>", "forbidden_element", 1, id="a script"),
        pytest.param('x<img src="a.png"/>', "forbidden_element", 2, id="an image"),
        pytest.param('<a href="x">y</a>', "forbidden_element", 1, id="a link"),
        pytest.param('<p onclick="x">y</p>', "forbidden_attribute", 1, id="a handler"),
        pytest.param('<p style="x">y</p>', "forbidden_attribute", 1, id="a style"),
        pytest.param('<p colspan="2">y</p>', "forbidden_attribute", 1, id="a cell's attribute elsewhere"),
        pytest.param('<p dir="up">y</p>', "bad_attribute", 1, id="no such direction"),
        pytest.param('<p dir="ltr" dir="rtl">y</p>', "duplicate_attribute", 1, id="an attribute twice"),
        pytest.param("<p>x", "unclosed_element", 1, id="no end"),
        pytest.param("x</p>", "misplaced_end", 2, id="no beginning"),
        pytest.param("<em><strong>x</em></strong>", "misplaced_end", 14, id="crossed"),
        pytest.param("<p><p>x</p></p>", "misplaced_element", 4, id="a paragraph in a paragraph"),
        pytest.param("<ul>x</ul>", "misplaced_text", 1, id="text in a list"),
        pytest.param("<li>x</li>", "misplaced_element", 1, id="an entry without a list"),
        pytest.param("x<ul></ul>", "empty_element", 2, id="a list of nothing"),
        pytest.param("<table><tr></tr></table>", "empty_element", 8, id="a row without cells"),
        pytest.param("<table><thead><tr><th>a</th></tr></thead></table>", "misplaced_element", 1, id="only a head"),
        pytest.param(
            "<table><tr><td>a</td></tr><tbody><tr><td>a</td></tr></tbody></table>",
            "misplaced_element",
            1,
            id="rows, body",
        ),
        pytest.param("<!-- x -->", "malformed_markup", 1, id="a comment"),
        pytest.param("<!DOCTYPE x>", "malformed_markup", 1, id="a document type"),
        pytest.param("&nothing;", "malformed_markup", 1, id="an unknown entity"),
        pytest.param("&#0;", "forbidden_character", 1, id="NUL by its number"),
        pytest.param("&#xD800;", "forbidden_character", 1, id="a lone surrogate by its number"),
        pytest.param("&#1114112;", "forbidden_character", 1, id="past the last character"),
        pytest.param("ab\u202ec", "forbidden_character", 3, id="what turns the direction unseen"),
        pytest.param("a\x00", "forbidden_character", 2, id="NUL"),
        pytest.param("<div>" * 13 + "</div>" * 13, "too_deep", 61, id="too deep"),
        pytest.param("x" * 20_001, "text_too_long", 20_000, id="too long"),
    ],
)
def test_what_is_not_allowed_is_refused_at_its_character(text: str, code: str, at: int) -> None:
    with pytest.raises(MarkupFault) as refusal:
        read(text)

    assert (refusal.value.code, refusal.value.at) == (code, at)


def test_what_a_reader_sees_is_told_without_markup() -> None:
    assert plain("<p>1 &lt; <em>2</em></p><ul><li>a</li></ul>") == "1 < 2 a"


_CHARACTERS = st.characters(
    codec="utf-8",
    exclude_categories=("Cc", "Cs", "Cn", "Co"),
    exclude_characters="\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
)
TEXTS = st.text(_CHARACTERS, max_size=12)


def _elements(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    inline = st.sampled_from(["em", "strong", "sub", "sup", "code", "span"])
    attributes = st.sampled_from([(), (("dir", "rtl"),), (("dir", "ltr"), ("lang", "ar"))])
    return st.builds(markup.made, inline, attributes, st.lists(children, max_size=3))


INLINES: st.SearchStrategy[Node] = st.recursive(TEXTS, _elements, max_leaves=6)
BLOCKS = st.one_of(
    st.lists(INLINES, max_size=3).map(lambda held: markup.made("p", (), held)),
    st.lists(INLINES, min_size=1, max_size=3).map(
        lambda held: markup.made("ul", (), [markup.made("li", (), [one]) for one in held])
    ),
    st.lists(INLINES, min_size=1, max_size=2).map(
        lambda held: Element("table", (), (Element("tr", (), tuple(markup.made("td", (), [one]) for one in held)),))
    ),
)
MARKUP = st.lists(st.one_of(INLINES, BLOCKS), max_size=4).map(lambda nodes: written(markup.trimmed(nodes)))


@settings(max_examples=150, deadline=None)
@given(MARKUP)
def test_reading_and_writing_again_changes_nothing(text: str) -> None:
    assert canonical(text) == text
    assert written(read(text)) == text


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40) | st.text('<>&/;"= pdiv', max_size=40))
def test_any_text_is_either_refused_with_a_code_or_has_a_canonical_spelling(text: str) -> None:
    said = _outcome(text)

    if isinstance(said, MarkupFault):
        assert said.code
        assert 1 <= said.at <= len(text) + 1
    else:
        assert canonical(said) == said


def _outcome(text: str) -> str | MarkupFault:
    try:
        return canonical(text)
    except MarkupFault as fault:
        return fault
