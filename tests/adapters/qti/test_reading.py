"""What other systems write is read where nothing of it is lost, and refused with its place where something would be."""

import pytest

from adapters.qti import QtiExchange
from domain.errors import Invalid
from domain.items.exchange import BankDocument
from tests.adapters.qti.packages import ASI, MAP, item_xml, manifest, one_item, packed, resource

QTI = QtiExchange()

MAPPED = (
    '<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">'
    "<qti-correct-response><qti-value>choice_a</qti-value></qti-correct-response>"
    '<qti-mapping default-value="0"><qti-map-entry map-key="choice_a" mapped-value="1"/>'
    '<qti-map-entry map-key="choice_b" mapped-value="{points}"/></qti-mapping></qti-response-declaration>'
)
PICK_BOTH = (
    '<qti-response-declaration identifier="RESPONSE" cardinality="multiple" base-type="identifier">'
    "<qti-correct-response><qti-value>choice_a</qti-value><qti-value>choice_b</qti-value></qti-correct-response>"
    "</qti-response-declaration>"
)
CHOICES = (
    '<qti-choice-interaction response-identifier="RESPONSE" max-choices="{most}">'
    '<qti-simple-choice identifier="choice_a">One</qti-simple-choice>'
    '<qti-simple-choice identifier="choice_b">Two</qti-simple-choice>'
    '<qti-simple-choice identifier="choice_c">Three</qti-simple-choice></qti-choice-interaction>'
)


def read_one(content: bytes) -> BankDocument:
    """A package of one item, read."""
    return QTI.read(one_item(content))


def test_an_item_of_another_system_is_read() -> None:
    (item,) = read_one(item_xml()).items

    assert item.code == "ITEM-1"
    assert item.content.stem == "<div><p>Read this.</p></div><div>Which one?</div>"
    assert [option.text for option in item.content.options] == ["One", "Two"]
    assert (item.content.key, item.content.choose, item.content.shuffle) == ((2,), 1, True)
    assert (item.domain, item.set_code) == (None, None)


def test_a_single_item_is_read_without_a_package() -> None:
    (item,) = QTI.read(item_xml()).items

    assert (item.code, item.where.file) == ("ITEM-1", "item.xml")


def test_utf_16_is_read() -> None:
    text = item_xml(body="<p>שלום</p>").decode().replace("UTF-8", "UTF-16")

    (item,) = QTI.read(text.encode("utf-16")).items

    assert "שלום" in item.content.stem


def test_a_mapping_of_one_point_each_makes_several_right_options() -> None:
    processing = f'<qti-response-processing template="{MAP}"/>'

    (item,) = read_one(item_xml(declaration=MAPPED.format(points=1), processing=processing)).items

    assert item.content.key == (1, 2)


def test_no_limit_on_choices_means_as_many_as_there_are() -> None:
    (item,) = read_one(item_xml(declaration=PICK_BOTH, interaction=CHOICES.format(most=0))).items

    assert (item.content.key, item.content.choose) == ((1, 2), 3)


def test_the_interaction_may_stand_in_a_division_and_feedback_within_a_choice() -> None:
    interaction = CHOICES.format(most=1).replace(
        "One", '<em>One</em><qti-feedback-inline outcome-identifier="F" identifier="choice_a">No.</qti-feedback-inline>'
    )

    (item,) = read_one(item_xml(body="", interaction=f"<div><p>Asked.</p>{interaction}</div>")).items

    assert item.content.stem == "<p>Asked.</p>"
    assert (item.content.options[0].text, item.content.options[0].rationale) == ("<em>One</em>", "No.")


def test_domain_and_objective_come_from_the_classification() -> None:
    taxa = (
        '<metadata><lom xmlns="http://ltsc.ieee.org/xsd/LOM"><classification><taxonPath>'
        "<taxon><id>financial-management</id></taxon><taxon><id>inventory</id></taxon>"
        "</taxonPath></classification></lom></metadata>"
    )
    files = {"imsmanifest.xml": manifest(resource("a.xml", inside=taxa)), "a.xml": item_xml()}

    (item,) = QTI.read(packed(files)).items

    assert (item.domain, item.objective) == ("financial-management", "inventory")


def test_a_stylesheet_and_web_content_are_passed_over() -> None:
    style = '<resource identifier="css" type="webcontent" href="a.css"><file href="a.css"/></resource>'
    item = item_xml(before='<qti-stylesheet href="a.css" type="text/css"/>')
    files = {"imsmanifest.xml": manifest(resource("a.xml") + style), "a.xml": item, "a.css": b"p{}"}

    assert len(QTI.read(packed(files)).items) == 1


def refused(content: bytes) -> tuple[str, str]:
    """The code of the first fault, and what it says."""
    with pytest.raises(Invalid) as refusal:
        QTI.read(content)
    fault = refusal.value.faults[0]
    assert fault.pointer == "/file"
    return fault.code, fault.detail


ITEM = "/qti-assessment-item"
BODY = f"{ITEM}/qti-item-body"


@pytest.mark.parametrize(
    ("item", "code", "place"),
    [
        pytest.param(item_xml()[:-20], "malformed_xml", "line 16, /", id="not well-formed"),
        pytest.param(b"nonsense", "malformed_xml", "line 1, /", id="no XML at all"),
        pytest.param(b"", "malformed_xml", "line 1, /", id="an empty file"),
        pytest.param(b"\xff\xfe\x00", "unreadable_text", "line 1, /", id="half a character"),
        pytest.param(item_xml("A B"), "bad_identifier", f"line 2, {ITEM}", id="an identifier with a blank"),
        pytest.param(item_xml("x" * 65), "bad_identifier", f"line 2, {ITEM}", id="an identifier too long"),
        pytest.param(item_xml(attributes='title="x" adaptive="true"'), "adaptive_item", ITEM, id="adaptive"),
        pytest.param(item_xml(attributes=""), "missing_attribute", ITEM, id="no title"),
        pytest.param(
            item_xml(interaction='<qti-text-entry-interaction response-identifier="RESPONSE"/>'),
            "unsupported_interaction",
            f"line 9, {BODY}/qti-text-entry-interaction",
            id="another interaction",
        ),
        pytest.param(item_xml(interaction="<p>x</p>"), "no_interaction", ITEM, id="nothing asked"),
        pytest.param(
            item_xml(interaction=CHOICES.format(most=1) * 2),
            "several_interactions",
            f"{BODY}/qti-choice-interaction[2]",
            id="two questions",
        ),
        pytest.param(
            item_xml(body='<p>x</p><img src="a.png" alt=""/>'), "forbidden_element", f"{BODY}/img", id="an image"
        ),
        pytest.param(
            item_xml(body="<p>x<script>alert(1)</script></p>"), "forbidden_element", f"{BODY}/p/script", id="a script"
        ),
        pytest.param(
            item_xml(body='<p>x</p><math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi></math>'),
            "forbidden_element",
            f"{BODY}/math",
            id="mathematics",
        ),
        pytest.param(item_xml(body='<p onclick="x()">y</p>'), "forbidden_attribute", f"{BODY}/p", id="a handler"),
        pytest.param(item_xml(body="<p>a\u202eb</p>"), "forbidden_character", BODY, id="what turns the direction"),
        pytest.param(
            item_xml(interaction=CHOICES.format(most=1) + "<p>after</p>"), "text_after_options", f"{BODY}/p", id="after"
        ),
        pytest.param(
            item_xml(declaration=PICK_BOTH, interaction=CHOICES.format(most=1)),
            "fewer_than_key",
            f"{BODY}/qti-choice-interaction",
            id="more right than may be marked",
        ),
        pytest.param(
            item_xml(
                declaration=MAPPED.format(points="0.5"),
                processing=f'<qti-response-processing template="{MAP}"/>',
            ),
            "partial_credit",
            "qti-map-entry[2]",
            id="half a point",
        ),
        pytest.param(
            item_xml(processing='<qti-response-processing template="https://x.example/custom"/>'),
            "unsupported_processing",
            "qti-response-processing",
            id="unheard-of processing",
        ),
        pytest.param(
            item_xml(processing="<qti-response-processing><qti-exit-response/></qti-response-processing>"),
            "unsupported_processing",
            "qti-response-processing",
            id="processing of its own",
        ),
        pytest.param(
            item_xml(interaction=CHOICES.format(most=1).replace("choice_b", "choice_a")),
            "duplicate_identifier",
            "qti-simple-choice[2]",
            id="two choices of one identifier",
        ),
        pytest.param(
            item_xml(interaction=CHOICES.format(most=1).replace('"choice_b"', '"b"')),
            "unknown_option",
            "qti-value",
            id="a key that names no choice",
        ),
        pytest.param(
            item_xml(interaction=CHOICES.format(most=1).replace("Two", "One")),
            "duplicate_text",
            ITEM,
            id="two options that say the same",
        ),
        pytest.param(
            item_xml(body='<p>x</p><qti-rubric-block view="candidate"><p>y</p></qti-rubric-block>'),
            "rubric_for_candidates",
            "qti-rubric-block",
            id="a rubric for candidates",
        ),
        pytest.param(
            item_xml(before="<qti-template-declaration/>"),
            "unsupported_element",
            "qti-template-declaration",
            id="template",
        ),
        pytest.param(
            item_xml(before='<qti-assessment-stimulus-ref identifier="S" href="s.xml"/>'),
            "missing_resource",
            "qti-assessment-stimulus-ref",
            id="a stimulus that is not there",
        ),
        pytest.param(
            item_xml(before='<qti-assessment-stimulus-ref identifier="S" href="../../../etc/passwd"/>'),
            "outside_package",
            "qti-assessment-stimulus-ref",
            id="a stimulus outside",
        ),
        pytest.param(
            b'<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="x"/>',
            "unexpected_document",
            ITEM,
            id="QTI 2.1",
        ),
    ],
)
def test_what_would_lose_something_is_refused_with_its_place(item: bytes, code: str, place: str) -> None:
    said, detail = refused(one_item(item))

    assert said == code
    assert detail.startswith("items/a.xml, line ")
    assert place in detail


def test_every_faulty_file_is_told_at_once() -> None:
    names = ["a.xml", "b.xml", "c.xml"]
    files = {"imsmanifest.xml": manifest("".join(map(resource, names)))} | dict.fromkeys(names, b"<")

    with pytest.raises(Invalid) as refusal:
        QTI.read(packed(files))

    assert [fault.detail.split(",")[0] for fault in refusal.value.faults] == names


STIMULUS = (
    f'<qti-assessment-stimulus xmlns="{ASI}" identifier="S" title="{{title}}" xml:lang="{{language}}">'
    "<qti-stimulus-body>{body}</qti-stimulus-body></qti-assessment-stimulus>"
)


@pytest.mark.parametrize(
    ("title", "language", "body", "code"),
    [
        ("", "en", "<p>x</p>", "missing_attribute"),
        ("x" * 201, "en", "<p>x</p>", "bad_title"),
        ("x", "no language at all", "<p>x</p>", "bad_language"),
        ("x", "en", " ", "blank_text"),
        ("x", "en", '<p>x</p><object data="a.swf"/>', "forbidden_element"),
    ],
)
def test_a_stimulus_that_no_case_could_be_is_refused(title: str, language: str, body: str, code: str) -> None:
    files = {
        "imsmanifest.xml": manifest(resource("s.xml", "stimulus")),
        "s.xml": STIMULUS.format(title=title, language=language, body=body).encode(),
    }

    said, detail = refused(packed(files))
    assert said == code
    assert detail.startswith("s.xml, line 1, /qti-assessment-stimulus")


TEST = (
    f'<qti-assessment-test xmlns="{ASI}" identifier="T" title="t"><qti-test-part identifier="P" '
    'navigation-mode="linear" submission-mode="individual"><qti-assessment-section identifier="S" title="s" '
    'visible="true">{inside}</qti-assessment-section></qti-test-part></qti-assessment-test>'
)
REFERENCE = '<qti-assessment-item-ref identifier="Q" href="{href}"/>'


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        pytest.param("", "empty_test", id="no items"),
        pytest.param(REFERENCE.format(href="b.xml"), "missing_resource", id="an item that is not there"),
        pytest.param(REFERENCE.format(href="a.xml") * 2, "duplicate_item", id="an item twice"),
        pytest.param('<qti-selection select="1"/>' + REFERENCE.format(href="a.xml"), "unsupported_element", id="drawn"),
    ],
)
def test_a_test_that_no_form_could_be_is_refused(inside: str, code: str) -> None:
    files = {
        "imsmanifest.xml": manifest(resource("a.xml") + resource("t.xml", "test")),
        "a.xml": item_xml(),
        "t.xml": TEST.format(inside=inside).encode(),
    }

    assert refused(packed(files))[0] == code


def test_a_section_in_a_section_is_one_of_its_own() -> None:
    inner = (
        '<qti-assessment-section identifier="S2" title="inner" visible="true">'
        + REFERENCE.format(href="b.xml").replace("/>", ' category="pretest"/>')
        + "</qti-assessment-section>"
    )
    files = {
        "imsmanifest.xml": manifest(resource("a.xml") + resource("b.xml") + resource("t.xml", "test")),
        "a.xml": item_xml(),
        "b.xml": item_xml("ITEM-2"),
        "t.xml": TEST.format(inside=REFERENCE.format(href="a.xml") + inner).encode(),
    }

    (test,) = QTI.read(packed(files)).tests

    assert [(section.title, [(one.code, one.scored) for one in section.places]) for section in test.sections] == [
        ("s", [("ITEM-1", True)]),
        ("inner", [("ITEM-2", False)]),
    ]
