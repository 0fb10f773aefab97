"""Packages made to do harm: refused, quickly, with nothing unpacked to a disk and nothing fetched."""

import stat
import struct
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from adapters.qti import QtiExchange, package
from domain.errors import Invalid
from domain.items.errors import PackageTooLarge
from tests.adapters.qti.packages import item_xml, manifest, one_item, packed, resource

QTI = QtiExchange()
LAUGHS = (
    "<!DOCTYPE lolz [<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)) + "]>"
)


def refused(content: bytes) -> str:
    with pytest.raises(Invalid) as refusal:
        QTI.read(content)
    return refusal.value.faults[0].code


def with_type(document_type: str, body: str) -> bytes:
    """An item behind a document type."""
    text = item_xml(body=body).decode()
    head, _, rest = text.partition("\n")
    return f"{head}\n{document_type}\n{rest}".encode()


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(with_type(LAUGHS, "<p>&a9;</p>"), id="a billion laughs"),
        pytest.param(
            with_type('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', "<p>&e;</p>"), id="a local file"
        ),
        pytest.param(with_type('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', "<p>x</p>"), id="a remote DTD"),
        pytest.param(
            with_type('<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/">%p;]>', "<p>x</p>"), id="a parameter"
        ),
        pytest.param(
            with_type("<!DOCTYPE x [<!ENTITY e 'y'>]>", "<p>x</p>").decode().encode("utf-16"), id="hidden in UTF-16"
        ),
    ],
)
def test_no_document_type_is_read_at_all(item: bytes) -> None:
    assert refused(one_item(item)) == "document_type"
    if not item.startswith(b"\xff\xfe"):
        assert refused(item) == "document_type"


def test_an_encoding_that_could_hide_something_is_refused() -> None:
    text = item_xml().decode().replace("UTF-8", "UTF-7")

    assert refused(text.encode()) == "unreadable_text"


def test_an_undeclared_entity_is_no_text() -> None:
    assert refused(item_xml(body="<p>&secret;</p>")) == "malformed_xml"


def test_what_stands_very_deep_is_refused() -> None:
    assert refused(item_xml(body="<div>" * 200 + "x" + "</div>" * 200)) == "forbidden_element"
    assert refused(item_xml(body="<div>" * 20_000 + "x" + "</div>" * 20_000)) == "malformed_xml"


@pytest.mark.parametrize(
    "name",
    ["../evil.xml", "a/../../evil.xml", "/etc/cron.d/evil", "C:/evil.xml", "a\\..\\evil.xml", "a//b.xml", "./a.xml"],
)
def test_a_name_that_leads_out_of_the_package_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert refused(packed({"imsmanifest.xml": manifest(resource("a.xml")), name: item_xml()})) == "outside_package"
    assert not list(tmp_path.rglob("*"))


def test_an_address_in_the_manifest_that_leads_out_is_refused() -> None:
    files = {"imsmanifest.xml": manifest(resource("..%2f..%2fetc/passwd")), "a.xml": item_xml()}

    assert refused(packed(files)) == "outside_package"


def with_entry(change: object) -> bytes:
    """A package whose second entry was changed by `change`."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("imsmanifest.xml", manifest(resource("a.xml")))
        entry = zipfile.ZipInfo("a.xml")
        change(entry)  # type: ignore[operator]
        archive.writestr(entry, b"/etc/passwd")
    return made.getvalue()


def test_a_symbolic_link_is_no_file() -> None:
    def link(entry: zipfile.ZipInfo) -> None:
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16

    assert refused(with_entry(link)) == "not_a_file"


def test_a_device_is_no_file() -> None:
    def device(entry: zipfile.ZipInfo) -> None:
        entry.external_attr = (stat.S_IFCHR | 0o666) << 16

    assert refused(with_entry(device)) == "not_a_file"


def test_an_encrypted_file_is_refused() -> None:
    content = bytearray(one_item(item_xml()))
    # The flags of the last entry stand 8 bytes into its central header (APPNOTE 4.3.12).
    at = content.rindex(b"PK\x01\x02") + 8
    content[at : at + 2] = struct.pack("<H", 1)

    assert refused(bytes(content)) == "encrypted_file"


def test_another_compression_is_refused() -> None:
    def squeezed(entry: zipfile.ZipInfo) -> None:
        entry.compress_type = zipfile.ZIP_LZMA

    assert refused(with_entry(squeezed)) == "unknown_compression"


def test_two_files_of_one_name_are_refused() -> None:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in ("imsmanifest.xml", "a.xml", "A.XML"):
            archive.writestr(zipfile.ZipInfo(name), item_xml())

    assert refused(made.getvalue()) == "duplicate_file"


def test_a_bomb_is_refused_by_what_it_says_it_unpacks_to() -> None:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(11):
            archive.writestr(f"{number}.xml", bytes(10 * 1024 * 1024))
    assert len(made.getvalue()) < 200_000

    with pytest.raises(PackageTooLarge):
        QTI.read(made.getvalue())


def test_a_bomb_that_lies_about_its_size_unpacks_to_no_more_than_it_says() -> None:
    content = bytearray(one_item(item_xml(body="<p>" + "x" * 100_000 + "</p>")))
    # The unpacked size stands 24 bytes into the central header (APPNOTE 4.3.12).
    at = content.rindex(b"PK\x01\x02") + 24
    content[at : at + 4] = struct.pack("<I", 100)

    assert refused(bytes(content)) == "damaged_package"


def test_very_many_files_are_refused() -> None:
    files = {f"{number}.xml": b"" for number in range(package.MOST_FILES + 1)}

    with pytest.raises(PackageTooLarge):
        QTI.read(packed(files))


def test_a_very_large_package_is_refused_before_it_is_opened() -> None:
    with pytest.raises(PackageTooLarge):
        QTI.read(b"PK\x03\x04" + bytes(package.LARGEST_PACKAGE))


def test_one_very_large_file_is_refused() -> None:
    assert refused(one_item(item_xml(body="<p>" + "x" * 6_000_000 + "</p>"))) == "file_too_large"


def test_very_many_small_elements_are_refused() -> None:
    assert refused(one_item(item_xml(body="<p>" + "<br/>" * 100_000 + "</p>"))) == "too_many_elements"


@pytest.mark.parametrize("cut", [10, 100, 400, -30, -1])
def test_half_a_package_is_refused(cut: int) -> None:
    assert refused(one_item(item_xml())[:cut]) == "damaged_package"


@pytest.mark.parametrize(
    ("resources", "code"),
    [
        pytest.param("", "empty_package", id="nothing in it"),
        pytest.param(resource("b.xml"), "missing_resource", id="a file that is not there"),
        pytest.param(resource("a.xml", identifier="x") * 2, "duplicate_identifier", id="an identifier twice"),
        pytest.param(
            resource("a.xml", identifier="x") + resource("a.xml", identifier="y"), "duplicate_resource", id="twice"
        ),
        pytest.param(
            resource("a.xml", inside='<dependency identifierref="none"/>'),
            "missing_resource",
            id="a dependency of nothing",
        ),
        pytest.param(
            '<resource identifier="x" type="imsqti_item_xmlv2p1" href="a.xml"/>', "unsupported_resource", id="QTI 2.1"
        ),
        pytest.param('<resource identifier="x" href="a.xml"/>', "missing_attribute", id="no type"),
    ],
)
def test_a_manifest_that_does_not_hold_together_is_refused(resources: str, code: str) -> None:
    assert refused(packed({"imsmanifest.xml": manifest(resources), "a.xml": item_xml()})) == code


def test_a_package_without_a_manifest_is_refused() -> None:
    assert refused(packed({"a.xml": item_xml()})) == "missing_resource"


def test_two_items_of_one_identifier_are_refused() -> None:
    files = {
        "imsmanifest.xml": manifest(resource("a.xml") + resource("b.xml")),
        "a.xml": item_xml("SAME"),
        "b.xml": item_xml("same"),
    }

    assert refused(packed(files)) == "duplicate_identifier"
