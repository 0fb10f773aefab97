r"""The canonical N-Quads (RDFC-1.0) of our own documents, from templates: no JSON-LD is processed when signing.

What a JSON-LD processor would make of a document follows from its shape alone, so each kind of node is written down
once with the IRIs that the pinned contexts give its terms. To fill in is to escape, and to sort once. The tests hold
every template against two processors that were not written here.

Canonical N-Quads as RDFC-1.0 has them: one space between terms, a full stop and a line feed, each line once, in code
point order; in literals `\b \t \n \f \r \" \`, other controls and DEL as `\uXXXX`, everything else as it is (so a
line may hold U+0085 or U+2028, and lines are split at the line feed alone). A single blank node is always `_:c14n0`.
"""

from collections.abc import Mapping
from typing import Any, Final

Document = Mapping[str, Any]

_BLANK: Final = "_:c14n0"
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
# Open Badges' context spells XML Schema with https, and in `awardedDate` with a prefix that it never declares: those
# are other IRIs than the usual ones, and the ones that every processor signs.
_OB_XSD: Final = "https://www.w3.org/2001/XMLSchema#"
_OB: Final = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"
_VC: Final = "https://www.w3.org/2018/credentials#"
_STATUS: Final = "https://www.w3.org/ns/credentials/status#"
_SECURITY: Final = "https://w3id.org/security#"
_SCHEMA: Final = "https://schema.org/"
_A: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"

_ESCAPES: Final = {
    **{code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F)},
    **{ord(sign): f"\\{letter}" for sign, letter in zip('\b\t\n\f\r"\\', 'btnfr"\\', strict=True)},
}

_CREDENTIAL: Final = f"""\
<{{id}}> {_A} <{_OB}OpenBadgeCredential> .
<{{id}}> {_A} <{_VC}VerifiableCredential> .
<{{id}}> <{_OB}awardedDate> "{{awarded}}"^^<xsd:dateTime> .
<{{id}}> <{_SCHEMA}name> "{{name}}" .
<{{id}}> <{_VC}credentialSubject> <{{subject}}> .
<{{id}}> <{_VC}issuer> <{{issuer}}> .
<{{id}}> <{_VC}validFrom> "{{valid_from}}"^^<{_XSD}dateTime> .
<{{id}}> <{_VC}validUntil> "{{valid_until}}"^^<{_XSD}dateTime> .
<{{subject}}> {_A} <{_OB}AchievementSubject> .
<{{subject}}> <{_OB}achievement> <{{achievement}}> .
<{{subject}}> <{_OB}identifier> {_BLANK} .
<{{subject}}> <{_OB}licenseNumber> "{{number}}" .
{_BLANK} {_A} <{_OB}IdentityObject> .
{_BLANK} <{_OB}hashed> "true"^^<{_OB_XSD}boolean> .
{_BLANK} <{_OB}identityHash> "{{hash}}" .
{_BLANK} <{_OB}identityType> "{{kind}}" .
{_BLANK} <{_OB}salt> "{{salt}}" .
""".format
_HOLDER: Final = f"""\
<{{subject}}> <{_SCHEMA}name> "{{name}}" .
""".format
_ISSUER: Final = f"""\
<{{id}}> {_A} <{_OB}Profile> .
<{{id}}> <{_SCHEMA}name> "{{name}}" .
<{{id}}> <{_SCHEMA}url> "{{url}}"^^<{_OB_XSD}anyURI> .
""".format
_EMAIL: Final = f"""\
<{{id}}> <{_SCHEMA}email> "{{email}}" .
""".format
_ACHIEVEMENT: Final = f"""\
<{{id}}> {_A} <{_OB}Achievement> .
<{{id}}> <{_OB}Criteria> <{{criteria}}> .
<{{id}}> <{_OB}achievementType> "{{kind}}" .
<{{id}}> <{_OB}alignment> <{{exam}}> .
<{{id}}> <{_OB}humanCode> "{{code}}" .
<{{id}}> <{_OB}version> "{{version}}" .
<{{id}}> <{_SCHEMA}description> "{{description}}" .
<{{id}}> <{_SCHEMA}inLanguage> "{{language}}" .
<{{id}}> <{_SCHEMA}name> "{{name}}" .
<{{criteria}}> <{_OB}narrative> "{{narrative}}" .
<{{exam}}> {_A} <{_SCHEMA}AlignmentObject> .
<{{exam}}> <{_OB}targetCode> "{{target_code}}" .
<{{exam}}> <{_OB}targetType> "{{target_type}}" .
<{{exam}}> <{_SCHEMA}targetFramework> "{{target_framework}}" .
<{{exam}}> <{_SCHEMA}targetName> "{{target_name}}" .
<{{exam}}> <{_SCHEMA}targetUrl> "{{target_url}}"^^<{_OB_XSD}anyURI> .
""".format
_IMAGE: Final = f"""\
<{{achievement}}> <{_OB}image> <{{id}}> .
<{{id}}> {_A} <{_OB}Image> .
""".format
_EVIDENCE: Final = f"""\
<{{badge}}> <{_VC}evidence> <{{id}}> .
<{{id}}> {_A} <{_OB}Evidence> .
<{{id}}> <{_OB}narrative> "{{narrative}}" .
<{{id}}> <{_SCHEMA}genre> "{{genre}}" .
<{{id}}> <{_SCHEMA}name> "{{name}}" .
""".format
_ENTRY: Final = f"""\
<{{badge}}> <{_VC}credentialStatus> <{{id}}> .
<{{id}}> {_A} <{_STATUS}BitstringStatusListEntry> .
<{{id}}> <{_STATUS}statusListCredential> <{{list}}> .
<{{id}}> <{_STATUS}statusListIndex> "{{index}}" .
<{{id}}> <{_STATUS}statusPurpose> "{{purpose}}" .
""".format
_REFRESH: Final = f"""\
<{{badge}}> <{_VC}refreshService> <{{id}}> .
<{{id}}> {_A} <https://purl.imsglobal.org/spec/vccr/v1p0/context.json#1EdTechCredentialRefresh> .
""".format
_SCHEMA_OF: Final = f"""\
<{{badge}}> <{_VC}credentialSchema> <{{id}}> .
<{{id}}> {_A} <{{kind}}> .
""".format
_SCHEMA_KINDS: Final[Mapping[str, str]] = {
    "JsonSchema": f"{_VC}JsonSchema",
    "1EdTechJsonSchemaValidator2019": (
        "https://purl.imsglobal.org/spec/vccs/v1p0/context.json#1EdTechJsonSchemaValidator2019"
    ),
}
_STATUS_LIST: Final = f"""\
<{{id}}> {_A} <{_VC}VerifiableCredential> .
<{{id}}> {_A} <{_STATUS}BitstringStatusListCredential> .
<{{id}}> <{_VC}credentialSubject> <{{list}}> .
<{{id}}> <{_VC}issuer> <{{issuer}}> .
<{{id}}> <{_VC}validFrom> "{{valid_from}}"^^<{_XSD}dateTime> .
<{{list}}> {_A} <{_STATUS}BitstringStatusList> .
<{{list}}> <{_STATUS}encodedList> "{{encoded}}"^^<{_SECURITY}multibase> .
<{{list}}> <{_STATUS}statusPurpose> "{{purpose}}" .
<{{list}}> <{_STATUS}ttl> "{{ttl}}"^^<{_XSD}integer> .
""".format
_UNTIL: Final = f"""\
<{{id}}> <{_VC}validUntil> "{{until}}"^^<{_XSD}dateTime> .
""".format
_PROOF: Final = f"""\
{_BLANK} <http://purl.org/dc/terms/created> "{{created}}"^^<{_XSD}dateTime> .
{_BLANK} {_A} <{_SECURITY}DataIntegrityProof> .
{_BLANK} <{_SECURITY}cryptosuite> "{{cryptosuite}}"^^<{_SECURITY}cryptosuiteString> .
{_BLANK} <{_SECURITY}proofPurpose> <{_SECURITY}assertionMethod> .
{_BLANK} <{_SECURITY}verificationMethod> <{{method}}> .
""".format


def of_badge(document: Document) -> bytes:
    """The canonical form of a document that `badge_document` made."""
    badge, subject, issuer = document["id"], document["credentialSubject"], document["issuer"]
    (identity,) = subject["identifier"]
    parts = [
        _CREDENTIAL(
            id=badge,
            awarded=document["awardedDate"],
            name=literal(document["name"]),
            subject=subject["id"],
            issuer=issuer["id"],
            valid_from=document["validFrom"],
            valid_until=document["validUntil"],
            achievement=subject["achievement"]["id"],
            number=literal(subject["licenseNumber"]),
            hash=literal(identity["identityHash"]),
            kind=literal(identity["identityType"]),
            salt=literal(identity["salt"]),
        ),
        _ISSUER(id=issuer["id"], name=literal(issuer["name"]), url=issuer["url"]),
        _achievement(subject["achievement"]),
        *(_entry(badge, one) for one in _listed(document["credentialStatus"])),
        *(_evidence(badge, one) for one in document.get("evidence", ())),
        *(_schema(badge, one) for one in document.get("credentialSchema", ())),
    ]
    if "name" in subject:
        parts.append(_HOLDER(subject=subject["id"], name=literal(subject["name"])))
    if "email" in issuer:
        parts.append(_EMAIL(id=issuer["id"], email=literal(issuer["email"])))
    if "refreshService" in document:
        parts.append(_REFRESH(badge=badge, id=document["refreshService"]["id"]))
    return _sorted("".join(parts))


def of_status_list(document: Document) -> bytes:
    """The canonical form of a document that `status_list_document` made."""
    listed = document["credentialSubject"]
    text = _STATUS_LIST(
        id=document["id"],
        list=listed["id"],
        issuer=document["issuer"],
        valid_from=document["validFrom"],
        encoded=listed["encodedList"],
        purpose=listed["statusPurpose"],
        ttl=listed["ttl"],
    )
    if "validUntil" in document:
        text += _UNTIL(id=document["id"], until=document["validUntil"])
    return _sorted(text)


def of_proof(proof: Document) -> bytes:
    """The canonical form of a proof's options, read with the contexts of either document."""
    return _PROOF(
        created=proof["created"], cryptosuite=proof["cryptosuite"], method=proof["verificationMethod"]
    ).encode("ascii")


def literal(text: str) -> str:
    """The inside of a canonical literal."""
    if text.isprintable() and '"' not in text and "\\" not in text:
        return text
    return text.translate(_ESCAPES)


def _achievement(stated: Document) -> str:
    criteria, (exam,) = stated["criteria"], stated["alignment"]
    text = _ACHIEVEMENT(
        id=stated["id"],
        criteria=criteria["id"],
        kind=literal(stated["achievementType"]),
        exam=exam["id"],
        code=literal(stated["humanCode"]),
        version=literal(stated["version"]),
        description=literal(stated["description"]),
        language=literal(stated["inLanguage"]),
        name=literal(stated["name"]),
        narrative=literal(criteria["narrative"]),
        target_code=literal(exam["targetCode"]),
        target_type=literal(exam["targetType"]),
        target_framework=literal(exam["targetFramework"]),
        target_name=literal(exam["targetName"]),
        target_url=exam["targetUrl"],
    )
    return text + _IMAGE(achievement=stated["id"], id=stated["image"]["id"]) if "image" in stated else text


def _entry(badge: str, entry: Document) -> str:
    return _ENTRY(
        badge=badge,
        id=entry["id"],
        list=entry["statusListCredential"],
        index=entry["statusListIndex"],
        purpose=entry["statusPurpose"],
    )


def _evidence(badge: str, stated: Document) -> str:
    return _EVIDENCE(
        badge=badge,
        id=stated["id"],
        narrative=literal(stated["narrative"]),
        genre=literal(stated["genre"]),
        name=literal(stated["name"]),
    )


def _schema(badge: str, stated: Document) -> str:
    return _SCHEMA_OF(badge=badge, id=stated["id"], kind=_SCHEMA_KINDS[stated["type"]])


def _listed(value: Any) -> list[Document]:  # noqa: ANN401 - one entry, or a list of them
    return value if isinstance(value, list) else [value]


def _sorted(text: str) -> bytes:
    """The lines of a filled template in canonical order; the text ends with a line feed."""
    lines = sorted(set(text.split("\n")))
    return "\n".join((*lines[1:], "")).encode()
