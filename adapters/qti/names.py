"""The names that QTI 3.0 gives things: namespaces, types of resources, templates."""

ASI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
ASI_SCHEMA = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd"
PACKAGE = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
PACKAGE_SCHEMA = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqtiv3p0_imscpv1p2_v1p0.xsd"
METADATA = "http://www.imsglobal.org/xsd/imsqti_metadata_v3p0"
LOM = "http://ltsc.ieee.org/xsd/LOM"
RESULT = "http://www.imsglobal.org/xsd/imsqti_result_v3p0"
RESULT_SCHEMA = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_resultv3p0_v1p0.xsd"
OURS = "urn:certificant:bank:1"
"""What no standard has a place for: an item's standing, and its enemies."""
XML = "http://www.w3.org/XML/1998/namespace"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XML_LANG = f"{{{XML}}}lang"

MANIFEST = "imsmanifest.xml"
ITEM_TYPE = "imsqti_item_xmlv3p0"
TEST_TYPE = "imsqti_test_xmlv3p0"
STIMULUS_TYPE = "imsqti_stimulus_xmlv3p0"

MATCH_CORRECT = "match_correct"
MAP_RESPONSE = "map_response"

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PRETEST = "pretest"


def identifier(code: str) -> str:
    """A code as an identifier of QTI, which does not begin with a digit."""
    return f"_{code}" if code[0].isdigit() else code


def code_of(found: str) -> str:
    """The code that an identifier stands for."""
    return found[1:] if found[:1] == "_" and found[1:2].isdigit() else found
