"""A bank's document as a QTI 3.0 package; the same document gives the same bytes."""

import zipfile
from collections.abc import Mapping
from io import BytesIO

from lxml import etree

from adapters.qti.markup import wrapped, written_into
from adapters.qti.names import (
    ASI,
    ASI_SCHEMA,
    ITEM_TYPE,
    LETTERS,
    LOM,
    MANIFEST,
    METADATA,
    OURS,
    PACKAGE,
    PACKAGE_SCHEMA,
    PRETEST,
    STIMULUS_TYPE,
    TEST_TYPE,
    XML_LANG,
    XSI,
    identifier,
)
from domain.items import markup
from domain.items.exchange import BankDocument, ItemRecord, SetRecord, TestRecord
from domain.items.model import ItemContent

TOOL = "certificant"
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every file in a package, so that equal documents make equal bytes."""
PLAIN_FILE = 0o100644 << 16


def write_package(document: BankDocument) -> bytes:
    """The zip: a manifest first, then the stimuli, the items and the tests."""
    files = {MANIFEST: _xml(_manifest(document))}
    for one in document.sets:
        files[_set_file(one.code)] = _xml(stimulus(one))
    sets = {one.code: one for one in document.sets}
    for item in document.items:
        files[_item_file(item.code)] = _xml(assessment_item(item, sets))
    for test in document.tests:
        files[_test_file(test.code)] = _xml(assessment_test(test))
    return _zipped(files)


def assessment_item(record: ItemRecord, sets: Mapping[str, SetRecord]) -> "etree._Element":
    """One item."""
    content = record.content
    root = _root("qti-assessment-item")
    root.set("identifier", identifier(record.code))
    root.set("title", content.title)
    root.set("adaptive", "false")
    root.set("time-dependent", "false")
    root.set("tool-name", TOOL)
    root.set(XML_LANG, content.language)
    _response_declaration(root, content)
    _outcome(root, "SCORE", "single", "float", "0")
    explained = any(option.rationale for option in content.options)
    if explained:
        _outcome(root, "FEEDBACK", _cardinality(content), "identifier")
    if record.set_code is not None and record.set_code in sets:
        reference = _sub(root, "qti-assessment-stimulus-ref")
        reference.set("identifier", identifier(record.set_code))
        reference.set("href", f"../{_set_file(record.set_code)}")
    _body(root, content)
    root.append(response_processing(mapped=is_mapped(content), explained=explained))
    for place, option in enumerate(content.options):
        if option.rationale:
            _feedback(root, LETTERS[place], option.rationale)
    return root


def is_mapped(content: ItemContent) -> bool:
    """Whether each option of the key scores by itself, which QTI says by a mapping."""
    return not content.multiple and len(content.key) > 1


def response_processing(*, mapped: bool, explained: bool) -> "etree._Element":
    """How an answer becomes a score: one point or none; and, with rationales, which of them is shown."""
    root = etree.Element(f"{{{ASI}}}qti-response-processing", nsmap={None: ASI})
    if mapped:
        score = _sub(root, "qti-set-outcome-value", identifier="SCORE")
        _sub(score, "qti-map-response", identifier="RESPONSE")
    else:
        condition = _sub(root, "qti-response-condition")
        right = _sub(condition, "qti-response-if")
        match = _sub(right, "qti-match")
        _sub(match, "qti-variable", identifier="RESPONSE")
        _sub(match, "qti-correct", identifier="RESPONSE")
        _set_score(right, "1")
        _set_score(_sub(condition, "qti-response-else"), "0")
    if explained:
        shown = _sub(root, "qti-set-outcome-value", identifier="FEEDBACK")
        _sub(shown, "qti-variable", identifier="RESPONSE")
    return root


def stimulus(record: SetRecord) -> "etree._Element":
    """The case that items share."""
    root = _root("qti-assessment-stimulus")
    root.set("identifier", identifier(record.code))
    root.set("title", record.title)
    root.set("tool-name", TOOL)
    root.set(XML_LANG, record.language)
    wrapped(_sub(root, "qti-stimulus-body"), record.stimulus)
    return root


def assessment_test(record: TestRecord) -> "etree._Element":
    """A form: one part, a section for each run of items, pretest items of no weight."""
    root = _root("qti-assessment-test")
    root.set("identifier", identifier(record.code))
    root.set("title", record.title)
    root.set("tool-name", TOOL)
    _outcome(root, "SCORE", "single", "float", "0")
    if record.minutes is not None:
        _sub(root, "qti-time-limits", **{"max-time": str(record.minutes * 60)})
    part = _sub(
        root,
        "qti-test-part",
        identifier="PART",
        **{"navigation-mode": "nonlinear", "submission-mode": "simultaneous"},
    )
    number = 0
    for place, section in enumerate(record.sections, start=1):
        drawn = _sub(part, "qti-assessment-section", identifier=f"S{place}", title=section.title, visible="true")
        for one in section.places:
            number += 1
            reference = _sub(drawn, "qti-assessment-item-ref", identifier=f"Q{number}")
            reference.set("href", f"../{_item_file(one.code)}")
            if not one.scored:
                reference.set("category", PRETEST)
                _sub(reference, "qti-weight", identifier="WEIGHT", value="0")
    return root


def _response_declaration(root: "etree._Element", content: ItemContent) -> None:
    declared = _sub(
        root,
        "qti-response-declaration",
        identifier="RESPONSE",
        cardinality=_cardinality(content),
        **{"base-type": "identifier"},
    )
    correct = _sub(declared, "qti-correct-response")
    for option in content.key if content.multiple else content.key[:1]:
        _sub(correct, "qti-value").text = LETTERS[option - 1]
    if is_mapped(content):
        mapping = _sub(declared, "qti-mapping", **{"default-value": "0"})
        for option in content.key:
            _sub(mapping, "qti-map-entry", **{"map-key": LETTERS[option - 1], "mapped-value": "1"})


def _body(root: "etree._Element", content: ItemContent) -> None:
    body = _sub(root, "qti-item-body")
    wrapped(body, content.stem)
    interaction = _sub(
        body,
        "qti-choice-interaction",
        **{
            "response-identifier": "RESPONSE",
            "shuffle": "true" if content.shuffle else "false",
            "max-choices": str(content.choose),
        },
    )
    for place, option in enumerate(content.options):
        choice = _sub(interaction, "qti-simple-choice", identifier=LETTERS[place])
        written_into(choice, markup.read(option.text))
    if content.notes:
        rubric = _sub(body, "qti-rubric-block", view="author", use="ext:notes")
        wrapped(_sub(rubric, "qti-content-body"), content.notes)


def _feedback(root: "etree._Element", letter: str, rationale: str) -> None:
    feedback = _sub(root, "qti-modal-feedback", identifier=letter)
    feedback.set("outcome-identifier", "FEEDBACK")
    feedback.set("show-hide", "show")
    wrapped(_sub(feedback, "qti-content-body"), rationale)


def _cardinality(content: ItemContent) -> str:
    return "multiple" if content.multiple else "single"


def _outcome(root: "etree._Element", name: str, cardinality: str, base: str, default: str | None = None) -> None:
    declared = _sub(root, "qti-outcome-declaration", identifier=name, cardinality=cardinality, **{"base-type": base})
    if default is not None:
        _sub(_sub(declared, "qti-default-value"), "qti-value").text = default


def _set_score(parent: "etree._Element", points: str) -> None:
    score = _sub(parent, "qti-set-outcome-value", identifier="SCORE")
    _sub(score, "qti-base-value", **{"base-type": "float"}).text = points


def _manifest(document: BankDocument) -> "etree._Element":
    root = etree.Element(
        f"{{{PACKAGE}}}manifest", nsmap={None: PACKAGE, "lom": LOM, "qmd": METADATA, "bank": OURS, "xsi": XSI}
    )
    root.set("identifier", "MANIFEST")
    root.set(f"{{{XSI}}}schemaLocation", f"{PACKAGE} {PACKAGE_SCHEMA}")
    about = _packed(root, "metadata")
    _packed(about, "schema").text = "QTI Package"
    _packed(about, "schemaversion").text = "3.0.0"
    _packed(root, "organizations")
    resources = _packed(root, "resources")
    sets = {one.code for one in document.sets}
    for one in document.sets:
        _resource(resources, "S", one.code, STIMULUS_TYPE, _set_file(one.code))
    for item in document.items:
        resource = _resource(resources, "I", item.code, ITEM_TYPE, _item_file(item.code), item)
        if item.set_code in sets:
            _packed(resource, "dependency", identifierref=f"S-{item.set_code}")
    known = {item.code for item in document.items}
    for test in document.tests:
        resource = _resource(resources, "T", test.code, TEST_TYPE, _test_file(test.code))
        for code in dict.fromkeys(place.code for place in test.places if place.code in known):
            _packed(resource, "dependency", identifierref=f"I-{code}")
    return root


def _resource(
    resources: "etree._Element", kind: str, code: str, type_: str, href: str, item: ItemRecord | None = None
) -> "etree._Element":
    resource = _packed(resources, "resource", identifier=f"{kind}-{code}", type=type_, href=href)
    if item is not None:
        about = _packed(resource, "metadata")
        _qti_metadata(about, item)
        learning = etree.SubElement(about, f"{{{LOM}}}lom")
        _classification(learning, item)
        _standing(learning, item)
    _packed(resource, "file", href=href)
    return resource


def _classification(learning: "etree._Element", item: ItemRecord) -> None:
    """Exam domain and objective, as LOM classifies by educational objective."""
    if item.domain is None:
        return
    classification = etree.SubElement(learning, f"{{{LOM}}}classification")
    purpose = etree.SubElement(classification, f"{{{LOM}}}purpose")
    etree.SubElement(purpose, f"{{{LOM}}}source").text = "LOMv1.0"
    etree.SubElement(purpose, f"{{{LOM}}}value").text = "educational objective"
    path = etree.SubElement(classification, f"{{{LOM}}}taxonPath")
    for code in (item.domain, item.objective):
        if code is not None:
            taxon = etree.SubElement(path, f"{{{LOM}}}taxon")
            etree.SubElement(taxon, f"{{{LOM}}}id").text = code


def _qti_metadata(about: "etree._Element", item: ItemRecord) -> None:
    metadata = etree.SubElement(about, f"{{{METADATA}}}qtiMetadata")
    explained = any(option.rationale for option in item.content.options)
    for name, value in (
        ("itemTemplate", "false"),
        ("timeDependent", "false"),
        ("composite", "false"),
        ("interactionType", "choiceInteraction"),
        ("feedbackType", "nonadaptive" if explained else "none"),
        ("solutionAvailable", "true"),
        ("scoringMode", "responseprocessing"),
    ):
        etree.SubElement(metadata, f"{{{METADATA}}}{name}").text = value


def _standing(learning: "etree._Element", item: ItemRecord) -> None:
    """What LOM has no word for, where it leaves room for other vocabularies."""
    standing = etree.SubElement(learning, f"{{{OURS}}}item")
    if item.status is not None:
        standing.set("status", item.status)
    for enemy in item.enemies:
        etree.SubElement(standing, f"{{{OURS}}}enemy").set("code", enemy)


def _root(name: str) -> "etree._Element":
    root = etree.Element(f"{{{ASI}}}{name}", nsmap={None: ASI, "xsi": XSI})
    root.set(f"{{{XSI}}}schemaLocation", f"{ASI} {ASI_SCHEMA}")
    return root


def _sub(parent: "etree._Element", name: str, **attributes: str) -> "etree._Element":
    child = etree.SubElement(parent, f"{{{ASI}}}{name}")
    for key, value in attributes.items():
        child.set(key, value)
    return child


def _packed(parent: "etree._Element", name: str, **attributes: str) -> "etree._Element":
    child = etree.SubElement(parent, f"{{{PACKAGE}}}{name}")
    for key, value in attributes.items():
        child.set(key, value)
    return child


def _item_file(code: str) -> str:
    return f"items/{code}.xml"


def _set_file(code: str) -> str:
    return f"stimuli/{code}.xml"


def _test_file(code: str) -> str:
    return f"tests/{code}.xml"


def _xml(root: "etree._Element") -> bytes:
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written + b"\n"


def _zipped(files: Mapping[str, bytes]) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.external_attr, entry.compress_type = PLAIN_FILE, zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return packed.getvalue()
