"""What goes out by QTI 3.0 and comes in again is the same bank."""

import zipfile
from contextlib import suppress
from io import BytesIO

from hypothesis import given, settings, strategies as st
from lxml import etree

from adapters.qti import QtiExchange
from adapters.qti.names import ASI, LOM, METADATA, PACKAGE
from domain.errors import Contradiction
from domain.items import rules
from domain.items.exchange import BankDocument, ItemRecord, SetRecord, TestPlace, TestRecord, TestSection
from domain.items.markup import plain
from domain.items.model import ItemContent, Option
from tests.builders_items import a_document, several
from tests.domain.items.test_markup import MARKUP

QTI = QtiExchange()


def test_a_bank_with_sets_several_keys_and_a_test_comes_back_the_same() -> None:
    document = a_document()

    assert QTI.read(QTI.write(document)) == document


def test_the_same_bank_makes_the_same_bytes() -> None:
    assert QTI.write(a_document()) == QTI.write(a_document())


def test_an_item_answered_by_several_options_comes_back_the_same() -> None:
    document = BankDocument(items=(ItemRecord(code="M-1", content=several(shuffle=True), domain="x"),))

    assert QTI.read(QTI.write(document)) == document


def test_every_file_of_a_package_stands_in_its_manifest() -> None:
    with zipfile.ZipFile(BytesIO(QTI.write(a_document()))) as archive:
        manifest = archive.read("imsmanifest.xml").decode()

        assert all(f'href="{name}"' in manifest for name in archive.namelist() if name != "imsmanifest.xml")


def test_a_package_is_written_in_the_order_and_the_words_that_the_schemas_of_qti_3_ask_for() -> None:
    with zipfile.ZipFile(BytesIO(QTI.write(a_document()))) as archive:
        manifest = etree.fromstring(archive.read("imsmanifest.xml"))
        item = etree.fromstring(archive.read("items/FIN-1.xml"))

    about = manifest.findall(f".//{{{PACKAGE}}}resource/{{{PACKAGE}}}metadata")
    assert {tuple(child.tag for child in one) for one in about} == {(f"{{{METADATA}}}qtiMetadata", f"{{{LOM}}}lom")}
    assert [etree.QName(child).localname for child in item] == [
        "qti-response-declaration",
        "qti-outcome-declaration",
        "qti-outcome-declaration",
        "qti-assessment-stimulus-ref",
        "qti-item-body",
        "qti-response-processing",
        "qti-modal-feedback",
        "qti-modal-feedback",
    ]
    (rubric,) = item.findall(f".//{{{ASI}}}qti-rubric-block")
    assert (rubric.get("use"), rubric.get("view")) == ("ext:notes", "author")


_TITLES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30)
_CODES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)
_SAID = MARKUP.filter(lambda text: bool(plain(text)))


@st.composite
def contents(draw: st.DrawFn) -> ItemContent:
    """Any sound content."""
    texts = draw(st.lists(_SAID, min_size=2, max_size=5, unique=True))
    options = tuple(Option(text=text, rationale=draw(st.just("") | _SAID)) for text in texts)
    key = tuple(sorted(draw(st.sets(st.integers(1, len(options)), min_size=1))))
    choose = draw(st.just(1) | st.integers(max(2, len(key)), max(2, len(options))))
    content = ItemContent(
        title=draw(_TITLES),
        stem=draw(_SAID),
        options=options,
        key=key,
        choose=choose,
        shuffle=draw(st.booleans()),
        language=draw(st.sampled_from(["en", "ar", "he-IL", "pt-BR"])),
        notes=draw(st.just("") | _SAID),
    )
    with suppress(Contradiction):
        return rules.sound(content)
    # Options that only differ in blanks, or hold nothing to read, are no bank's: any sound item will do instead.
    return rules.sound(ItemContent(title="x", stem="y", options=(Option(text="a"), Option(text="b")), key=(1,)))


@st.composite
def documents(draw: st.DrawFn) -> BankDocument:
    """Any bank of a few items, with a set and a test."""
    codes = draw(st.lists(_CODES, min_size=1, max_size=4, unique_by=str.casefold))
    in_set = draw(st.booleans())
    items = tuple(
        ItemRecord(
            code=code,
            content=draw(contents()),
            domain=draw(st.none() | st.just("financial-management")),
            set_code="CASE" if in_set else None,
            status=draw(st.sampled_from([None, "draft", "operational"])),
            enemies=draw(st.sampled_from([(), ("OTHER",)])),
        )
        for code in codes
    )
    places = tuple(TestPlace(code=code, scored=draw(st.booleans())) for code in codes)
    return BankDocument(
        items=items,
        sets=(SetRecord(code="CASE", title="A case", stimulus=draw(_SAID)),) if in_set else (),
        tests=(TestRecord(code="FORM", title="Form", sections=(TestSection(title="All", places=places),)),),
    )


@settings(max_examples=120, deadline=None)
@given(documents())
def test_any_bank_comes_back_the_same(document: BankDocument) -> None:
    assert QTI.read(QTI.write(document)) == document
