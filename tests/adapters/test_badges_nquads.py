"""The templates of canonical N-Quads against two JSON-LD processors that we did not write: Oxigraph and PyLD."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pyoxigraph
import pytest
from hypothesis import example, given, settings, strategies as st
from openbadgeslib.ob3.contexts import bundled_contexts, document_loader
from pyld import jsonld

from adapters.badges import nquads
from adapters.badges.contexts import PINNED, pinned
from domain.badges.document import BADGE_CONTEXTS, badge_document, proof_options, status_list_document
from domain.badges.facts import BadgeFacts, BadgeProfile, EvidenceFacts, IdentityFacts
from tests.builders_badge_facts import ACHIEVEMENT, BASE, DID, ISSUER, badge_facts, canonical, list_facts

HOSTILE = [
    "".join(chr(code) for code in range(1, 0x20)),
    "\x00",
    "\x7f\x80\x85\x9f",
    'quote " backslash \\ both \\" \\\\',
    "newlines \n \r \r\n \u0085 \u2028 \u2029 \x0b \x0c \x1c \x1d \x1e",
    "right to left \u202e\u200f שלום \u2066 مرحبا",
    "astral \U0001f600 \U0010fffd \U000e0001",
    "\ufeffbyte order mark, \ufdd0, \u00a0 space, combining e\u0301, Z\u0351\u0310",
    "<b>&amp;</b> {id} %s %(x)s {{}} _:c14n0 <https://x.example/> . ^^ @en",
    " leading and trailing ",
    "\\u0041 \\U0001F600 \\n",
    "",
]
PLAIN = '"\\\n\r\u0085\u2028\u2029\u202e\U0001f600{}<>%_:é'
"""Hostile characters but for those that PyLD escapes otherwise than RDFC-1.0 has it (other controls and DEL)."""

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=60)
hostile = st.one_of(st.sampled_from(HOSTILE), texts)
plain = st.text(
    st.one_of(st.sampled_from(PLAIN), st.characters(min_codepoint=0x20, exclude_categories=["Cs", "Cc", "Cn"])),
    max_size=60,
)


def by_pyld(document: Mapping[str, Any]) -> bytes:
    options = {
        "algorithm": "URDNA2015",
        "format": "application/n-quads",
        "documentLoader": document_loader(),
        "safe": True,
    }
    return str(jsonld.normalize(dict(document), options)).encode()


def facts_of(text: st.SearchStrategy[str]) -> st.SearchStrategy[BadgeFacts]:
    """Badges that bear these texts wherever somebody wrote one, with or without what is optional."""
    optional = st.one_of(st.none(), text)
    achievement = st.builds(
        lambda name, description, criteria, exam, image: replace(
            ACHIEVEMENT,
            name=name,
            description=description,
            criteria=criteria,
            exam=exam,
            exam_title=name,
            edition=description,
            program=exam,
            image_url=image,
        ),
        text,
        text,
        text,
        text,
        st.sampled_from([None, f"{BASE}/i.png"]),
    )
    evidence = st.builds(
        lambda number, narrative: EvidenceFacts(
            id=f"urn:uuid:{number}", name=narrative, narrative=narrative, genre=narrative
        ),
        st.uuids(),
        text,
    )
    return st.builds(
        lambda achievement, issuer_name, email, number, holder, salt, evidence, profile, refresh: badge_facts(
            achievement=achievement,
            issuer=replace(ISSUER, name=issuer_name, email=email),
            number=number,
            holder_name=holder,
            identity=IdentityFacts.hiding("a@b.example", salt),
            evidence=tuple(evidence),
            profile=profile,
            refresh_url=refresh,
            schema_url=refresh,
        ),
        achievement,
        text,
        optional,
        text,
        optional,
        text,
        st.lists(evidence, max_size=3),
        st.sampled_from(BadgeProfile),
        st.sampled_from([None, f"{BASE}/refresh"]),
    )


# --- against Oxigraph


@settings(max_examples=300, deadline=None)
@given(facts_of(hostile))
def test_a_badge_is_what_oxigraph_makes_of_its_json(facts: BadgeFacts) -> None:
    document = badge_document(facts)

    assert nquads.of_badge(document) == canonical(document)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("profile", list(BadgeProfile))
def test_hostile_text_in_every_place_changes_no_line_but_its_own(text: str, profile: BadgeProfile) -> None:
    achievement = replace(ACHIEVEMENT, name=text, description=text, criteria=text, exam=text, exam_title=text)
    document = badge_document(
        badge_facts(
            profile=profile,
            achievement=replace(achievement, edition=text, program=text, language=text),
            holder_name=text,
            number=text,
            issuer=replace(ISSUER, name=text, email=text),
            identity=IdentityFacts(hash=text, salt=text, kind=text),
        )
    )
    made = nquads.of_badge(document)

    assert made == canonical(document)
    assert made.count(b"\n") == nquads.of_badge(badge_document(badge_facts(profile=profile))).count(b"\n")


@pytest.mark.parametrize("places", [("0", "1"), ("7", "7"), ("131071", "0")])
def test_lines_stand_in_code_point_order_whatever_the_places(places: tuple[str, str]) -> None:
    stated = tuple(replace(place, index=int(index)) for place, index in zip(badge_facts().places, places, strict=True))
    document = badge_document(badge_facts(places=stated))

    lines = nquads.of_badge(document).decode().split("\n")

    assert lines[:-1] == sorted(lines[:-1])
    assert nquads.of_badge(document) == canonical(document)


@pytest.mark.parametrize("same", [f"{BASE}/same", f"{BASE}/a%20b?x=1&y=(2)"])
def test_ids_that_fall_together_are_one_node(same: str) -> None:
    document = badge_document(
        badge_facts(
            id=same,
            achievement=replace(ACHIEVEMENT, id=same, criteria_url=same, image_url=same),
            refresh_url=same,
            schema_url=same,
        )
    )

    assert nquads.of_badge(document) == canonical(document)


@given(st.integers(0, 2**53 - 1), st.text("ABCdef0189-_", min_size=1), st.booleans())
@settings(max_examples=50, deadline=None)
def test_a_status_list_is_what_oxigraph_makes_of_its_json(ttl: int, encoded: str, until: bool) -> None:
    end = badge_facts().valid_until if until else None
    document = status_list_document(list_facts(ttl=ttl, encoded=f"u{encoded}", valid_until=end))

    assert nquads.of_status_list(document) == canonical(document)


@pytest.mark.parametrize("cryptosuite", ["eddsa-rdfc-2022", "ecdsa-rdfc-2019"])
@pytest.mark.parametrize("facts", [badge_facts(), list_facts()], ids=["badge", "list"])
def test_proof_options_are_what_oxigraph_makes_of_them(facts: Any, cryptosuite: str) -> None:
    options = proof_options(facts, cryptosuite, f"{DID}#z6MkabcDEF")
    of = badge_document(facts) if isinstance(facts, BadgeFacts) else status_list_document(facts)

    assert nquads.of_proof(options) == canonical({**options, "@context": of["@context"]})


# --- against PyLD


@settings(max_examples=60, deadline=None)
@given(facts_of(plain))
@example(badge_facts(holder_name=PLAIN))
def test_a_badge_is_what_pyld_makes_of_its_json(facts: BadgeFacts) -> None:
    document = badge_document(facts)

    assert nquads.of_badge(document) == by_pyld(document)


def test_a_status_list_and_a_proof_are_what_pyld_makes_of_them() -> None:
    document = status_list_document(list_facts(valid_until=badge_facts().valid_until))
    options = proof_options(list_facts(), "eddsa-rdfc-2022", f"{DID}#z6MkabcDEF")

    assert nquads.of_status_list(document) == by_pyld(document)
    assert nquads.of_proof(options) == by_pyld({**options, "@context": document["@context"]})


@pytest.mark.parametrize("profile", list(BadgeProfile))
def test_no_term_of_a_badge_is_dropped(profile: BadgeProfile) -> None:
    document = badge_document(badge_facts(profile=profile))
    expanded = jsonld.expand(document, {"documentLoader": document_loader()})
    context = {"@context": document["@context"]}

    compacted = jsonld.compact(expanded, context, {"documentLoader": document_loader()})

    # Every member stands again by its own name: one that no context defines would be gone.
    assert members(compacted) == members(document)


def members(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return sorted(
            [name for name in value if name != "@context"] + [one for v in value.values() for one in members(v)]
        )
    return sorted(one for v in value for one in members(v)) if isinstance(value, list) else []


# --- the escapes themselves


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ('\b\t\n\f\r"\\', '\\b\\t\\n\\f\\r\\"\\\\'),
        ("\x00\x07\x0b\x0e\x1f", "\\u0000\\u0007\\u000B\\u000E\\u001F"),
        ("\x7f", "\\u007F"),
        ("'\x80\x85\x9f\xa0\u2028\u2029\ufeff", "'\x80\x85\x9f\xa0\u2028\u2029\ufeff"),
        ("Zoë 😀", "Zoë 😀"),
    ],
)
def test_literals_are_escaped_as_rdfc_says(text: str, escaped: str) -> None:
    assert nquads.literal(text) == escaped


@given(texts)
def test_every_literal_is_read_back_as_it_was_by_oxigraph(text: str) -> None:
    line = f'<https://x.example/> <https://x.example/> "{nquads.literal(text)}" .\n'.encode()
    (quad,) = pyoxigraph.parse(line, format=pyoxigraph.RdfFormat.N_QUADS)

    assert quad.object.value == text


# --- pinned contexts


@pytest.mark.parametrize("address", list(PINNED))
def test_our_pinned_contexts_are_those_that_openbadgeslib_pinned(address: str) -> None:
    assert pinned(address) == bundled_contexts()[address]


def test_only_pinned_contexts_are_read() -> None:
    with pytest.raises(KeyError):
        pinned("https://certs.example/context")
    with pytest.raises(KeyError):
        pinned("https://www.w3.org/2018/credentials/v1")


def test_contexts_in_place_of_their_addresses_mean_the_same() -> None:
    document = badge_document(badge_facts())
    inlined = document | {"@context": [pinned(address)["@context"] for address in BADGE_CONTEXTS]}
    quads = pyoxigraph.parse(json.dumps(inlined).encode(), format=pyoxigraph.RdfFormat.JSON_LD)

    assert len(set(quads)) == nquads.of_badge(document).count(b"\n")
