"""A QTI 3.0 package read whole: its manifest first, then each resource it names. Every faulty file is told at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from posixpath import dirname, join, normpath
from typing import TypeVar
from urllib.parse import unquote

from lxml import etree

from adapters.qti.items import ReadItem, code_in, read_item
from adapters.qti.markup import inside, read_from
from adapters.qti.names import (
    ASI,
    ITEM_TYPE,
    LOM,
    MANIFEST,
    OURS,
    PACKAGE,
    STIMULUS_TYPE,
    TEST_TYPE,
    XML_LANG,
    code_of,
)
from adapters.qti.package import is_package, unpacked
from adapters.qti.sections import Reference, read_test
from adapters.qti.xml import LARGEST_MANIFEST, Faulty, Source, children, local, namespace, text_of
from domain.errors import Contradiction, Fault, Invalid
from domain.items import rules
from domain.items.exchange import BankDocument, ItemRecord, Place, SetRecord, TestPlace, TestRecord, TestSection

T = TypeVar("T")
MOST_FAULTS = 100
MOST_RESOURCES = 4_000
SINGLE = "item.xml"
"""What the one file is called where no package is handed in."""
_PASSED_OVER = ("webcontent", "associatedcontent/", "controlfile/", "resourceprocessing/", "imslti", "css")
"""Types of resources that are no items: what an item needs of them is refused where it names it."""


@dataclass(frozen=True, slots=True)
class _Resource:
    """A resource of the manifest: its element, its file, and what its metadata say."""

    element: "etree._Element"
    type: str
    file: str
    domain: str | None = None
    objective: str | None = None
    status: str | None = None
    enemies: tuple[str, ...] = ()


@dataclass(slots=True)
class _Package:
    """A package on its way into a document."""

    files: dict[str, bytes]
    faults: list[Fault] = field(default_factory=list)
    items: dict[str, tuple[_Resource, ReadItem, Place]] = field(default_factory=dict)
    sets: dict[str, SetRecord] = field(default_factory=dict)
    tests: list[TestRecord] = field(default_factory=list)
    codes: set[tuple[str, str]] = field(default_factory=set)


def read_document(content: bytes) -> BankDocument:
    """What a package, or a single item, holds; raises Invalid with the place of each fault, or PackageTooLarge."""
    try:
        if not is_package(content):
            return _single(content)
        return _whole(_Package(unpacked(content)))
    except Faulty as fault:
        raise Invalid(fault.fault) from None


def _single(content: bytes) -> BankDocument:
    source = Source(SINGLE, content)
    _must_be(source, "qti-assessment-item")
    found = read_item(source)
    if found.reference is not None:
        raise source.faulty(found.reference, "missing_resource", "The stimulus does not come with the item.")
    return BankDocument(items=(ItemRecord(code=found.code, content=found.content, where=source.place(source.root)),))


def _whole(package: _Package) -> BankDocument:
    if MANIFEST not in package.files:
        raise Faulty(Place(file=MANIFEST), "missing_resource", "The package has no manifest.")
    resources = _resources(Source(MANIFEST, package.files[MANIFEST], LARGEST_MANIFEST), package)
    for type_, take in ((STIMULUS_TYPE, _take_set), (ITEM_TYPE, _take_item), (TEST_TYPE, _take_test)):
        for resource in resources:
            if resource.type == type_:
                _told(package, take, resource)
    _told(package, _must_be_apart, None)
    if package.faults:
        raise Invalid(*package.faults)
    return BankDocument(
        items=tuple(_record(package, *found) for found in package.items.values()),
        sets=tuple(package.sets.values()),
        tests=tuple(package.tests),
    )


def _told(package: _Package, take: Callable[[_Package, T], None], what: T) -> None:
    """Go on after a fault, so that all of them are told."""
    if len(package.faults) >= MOST_FAULTS:
        return
    try:
        take(package, what)
    except Faulty as fault:
        # The exception itself would keep the whole file it stopped at.
        package.faults.append(fault.fault)


# --- the manifest


def _resources(manifest: Source, package: _Package) -> list[_Resource]:
    _must_be(manifest, "manifest", PACKAGE)
    listed = next(children(manifest.root, "resources", PACKAGE), None)
    if listed is None or not len(listed):
        raise manifest.faulty(manifest.root, "empty_package", "The manifest names no resources.")
    if len(listed) > MOST_RESOURCES:
        raise manifest.faulty(listed, "too_many_resources", f"At most {MOST_RESOURCES} resources come at once.")
    return list(_checked(manifest, package, listed))


def _checked(manifest: Source, package: _Package, listed: "etree._Element") -> Iterator[_Resource]:
    ids: set[str] = set()
    files: set[str] = set()
    for element in listed:
        id_ = manifest.needed(element, "identifier")
        if id_ in ids:
            raise manifest.faulty(element, "duplicate_identifier", "Another resource has this identifier.")
        ids.add(id_)
        resource = _resource(manifest, element)
        if resource is None:
            continue
        if resource.file not in package.files:
            raise manifest.faulty(element, "missing_resource", "The package does not hold this file.")
        if resource.file in files:
            raise manifest.faulty(element, "duplicate_resource", "Another resource is this file.")
        files.add(resource.file)
        yield resource
    _must_be_listed(manifest, listed, ids)


def _must_be_listed(manifest: Source, listed: "etree._Element", ids: set[str]) -> None:
    for dependency in listed.iter(f"{{{PACKAGE}}}dependency"):
        if manifest.needed(dependency, "identifierref") not in ids:
            raise manifest.faulty(dependency, "missing_resource", "The manifest has no resource of this identifier.")


def _resource(manifest: Source, element: "etree._Element") -> _Resource | None:
    """A resource that is read; None for one that is passed over."""
    type_ = manifest.needed(element, "type")
    if type_.startswith(_PASSED_OVER):
        return None
    if type_ not in (ITEM_TYPE, TEST_TYPE, STIMULUS_TYPE):
        raise manifest.faulty(element, "unsupported_resource", "Items, stimuli and tests of QTI 3.0 are read.")
    domain, objective = _classification(element)
    standing = next(element.iter(f"{{{OURS}}}item"), None)
    return _Resource(
        element=element,
        type=type_,
        file=_address(manifest, element, MANIFEST),
        domain=domain,
        objective=objective,
        status=None if standing is None else standing.get("status"),
        enemies=() if standing is None else tuple(one.get("code", "") for one in standing),
    )


def _classification(element: "etree._Element") -> tuple[str | None, str | None]:
    """Exam domain and objective: the first two taxa of the first path of a classification by objective."""
    for path in element.iter(f"{{{LOM}}}taxonPath"):
        ids = [text_of(one) for one in path.iter(f"{{{LOM}}}id")]
        if ids and ids[0]:
            return ids[0], ids[1] if len(ids) > 1 else None
    return None, None


# --- resources


def _take_set(package: _Package, resource: _Resource) -> None:
    source = Source(resource.file, package.files[resource.file])
    _must_be(source, "qti-assessment-stimulus")
    body = source.only(source.root, "qti-stimulus-body")
    if body is None:
        raise source.faulty(source.root, "missing_element", "The qti-stimulus-body is missing.")
    title, language = source.needed(source.root, "title").strip(), source.root.get(XML_LANG) or "en"
    text = read_from(source, list(inside(body)))
    try:
        rules.sound_case(title, text, language)
    except Contradiction as refusal:
        first = refusal.faults[0]
        raise source.faulty(source.root, first.code, f"{first.pointer.lstrip('/')}: {first.detail}") from None
    code = _new_code(package, source)
    where = source.place(source.root)
    package.sets[resource.file] = SetRecord(code=code, title=title, stimulus=text, language=language, where=where)


def _take_item(package: _Package, resource: _Resource) -> None:
    source = Source(resource.file, package.files[resource.file])
    _must_be(source, "qti-assessment-item")
    found = read_item(source)
    _new_code(package, source)
    if found.reference is not None and found.stimulus is not None:
        file = _address(source, found.reference, resource.file)
        if file not in package.sets:
            raise source.faulty(found.reference, "missing_resource", "The package has no such stimulus.")
        found = replace(found, stimulus=file)
    # Without the element, or each item would keep its whole file.
    package.items[resource.file] = (resource, replace(found, reference=None), source.place(source.root))


def _take_test(package: _Package, resource: _Resource) -> None:
    source = Source(resource.file, package.files[resource.file])
    _must_be(source, "qti-assessment-test")
    code = _new_code(package, source)
    read = read_test(source)
    sections = tuple(
        TestSection(title=title, places=tuple(_places(package, source, resource, references)))
        for title, references in read.sections
    )
    package.tests.append(
        TestRecord(
            code=code,
            title=source.needed(source.root, "title").strip(),
            sections=sections,
            minutes=read.minutes,
            where=source.place(source.root),
        )
    )


def _places(
    package: _Package, source: Source, resource: _Resource, references: tuple[Reference, ...]
) -> Iterator[TestPlace]:
    for reference, scored in references:
        file = _address(source, reference, resource.file)
        if file not in package.items:
            raise source.faulty(reference, "missing_resource", "The package has no such item, or it is faulty.")
        yield TestPlace(code=package.items[file][1].code, scored=scored)


def _must_be_apart(package: _Package, nothing: None) -> None:
    """Items of one test stand there once."""
    del nothing
    for test in package.tests:
        codes = [place.code for place in test.places]
        if len(set(codes)) != len(codes):
            raise Faulty(test.where, "duplicate_item", "An item stands on the test twice.")


def _record(package: _Package, resource: _Resource, found: ReadItem, where: Place) -> ItemRecord:
    return ItemRecord(
        code=found.code,
        content=found.content,
        domain=resource.domain,
        objective=resource.objective,
        set_code=None if found.stimulus is None else package.sets[found.stimulus].code,
        status=resource.status,
        enemies=tuple(code_of(code) for code in resource.enemies),
        where=where,
    )


def _new_code(package: _Package, source: Source) -> str:
    """The code of a file; raises Faulty where another file of its kind has it."""
    code = code_in(source)
    entry = (local(source.root), code.casefold())
    if entry in package.codes:
        raise source.faulty(source.root, "duplicate_identifier", "Another file has this identifier.")
    package.codes.add(entry)
    return code


def _must_be(source: Source, name: str, within: str = ASI) -> None:
    if local(source.root) != name or namespace(source.root) != within:
        raise source.faulty(source.root, "unexpected_document", f"A {name} of QTI 3.0 is expected here.")


def _address(source: Source, element: "etree._Element", base: str) -> str:
    """The name, within the package, of the file that an element names; raises Faulty where it leads out."""
    href = unquote(source.needed(element, "href"))
    found = normpath(join(dirname(base), href))
    if ":" in href or "\\" in href or href.startswith("/") or found.startswith(".."):
        raise source.faulty(element, "outside_package", "The address leads out of the package.")
    return found
