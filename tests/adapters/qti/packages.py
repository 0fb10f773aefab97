"""Packages made by hand, for the tests of what is read and what is refused."""

import zipfile
from collections.abc import Mapping
from io import BytesIO

ASI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
MATCH = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct"
MAP = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/map_response.xml"


def item_xml(
    identifier: str = "ITEM-1",
    *,
    body: str = '<p class="stem">Read this.</p>',
    interaction: str | None = None,
    declaration: str | None = None,
    processing: str = f'<qti-response-processing template="{MATCH}"/>',
    more: str = "",
    before: str = "",
    attributes: str = 'title="An item" adaptive="false" time-dependent="false" xml:lang="en"',
) -> bytes:
    """An item as another system might write it: line breaks, ids and classes, its own names for choices."""
    declared = declaration or (
        '<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">\n'
        "    <qti-correct-response><qti-value>choice_b</qti-value></qti-correct-response>\n"
        "  </qti-response-declaration>"
    )
    asked = interaction or (
        '<qti-choice-interaction id="i1" response-identifier="RESPONSE" shuffle="true" max-choices="1">\n'
        "      <qti-prompt>Which one?</qti-prompt>\n"
        '      <qti-simple-choice identifier="choice_a" class="x">One</qti-simple-choice>\n'
        '      <qti-simple-choice identifier="choice_b">Two</qti-simple-choice>\n'
        "    </qti-choice-interaction>"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<qti-assessment-item xmlns="{ASI}" identifier="{identifier}" {attributes}>\n'
        f"  {declared}\n"
        '  <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>\n'
        f"  {before}<qti-item-body>\n"
        f"    {body}\n"
        f"    {asked}\n"
        "  </qti-item-body>\n"
        f"  {processing}{more}\n"
        "</qti-assessment-item>\n"
    ).encode()


def manifest(resources: str) -> bytes:
    """A manifest with these resources."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<manifest xmlns="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1" identifier="M">\n'
        "<metadata><schema>QTI Package</schema><schemaversion>3.0.0</schemaversion></metadata>\n"
        f"<organizations/>\n<resources>\n{resources}\n</resources></manifest>"
    ).encode()


def resource(href: str, kind: str = "item", identifier: str | None = None, inside: str = "") -> str:
    """One resource of a manifest."""
    id_ = identifier or href.replace("/", "-")
    return (
        f'<resource identifier="{id_}" type="imsqti_{kind}_xmlv3p0" href="{href}">{inside}'
        f'<file href="{href}"/></resource>'
    )


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files, whatever their names."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def one_item(content: bytes, name: str = "items/a.xml") -> bytes:
    """A package of one item."""
    return packed({"imsmanifest.xml": manifest(resource(name)), name: content})
