r"""The canonical N-Quads (RDFC-1.0) of our own documents, from templates: no JSON-LD is processed when signing.

What a JSON-LD processor would make of a document follows from its shape alone, so each kind of node is written down
once with the IRIs that the pinned contexts give its terms. To fill in is to escape, and to put a dozen blocks in order.
The tests hold every template against two processors that were not written here.

Canonical N-Quads as RDFC-1.0 has them: one space between terms, a full stop and a line feed, each line once, in code
point order; in literals `\b \t \n \f \r \" \`, other controls and DEL as `\u` and four digits, the rest as it is (so a
line may hold U+0085 or U+2028, and lines are split at the line feed alone). A single blank node is always `_:c14n0`.
"""

from collections.abc import Mapping
from functools import lru_cache
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

# Each block is all that is said of one subject, its lines in canonical order: predicate, then object.
_BADGE: Final = f"""\
<{{id}}> {_A} <{_OB}OpenBadgeCredential> .
<{{id}}> {_A} <{_VC}VerifiableCredential> .
<{{id}}> <{_OB}awardedDate> "{{awarded}}"^^<xsd:dateTime> .
<{{id}}> <{_SCHEMA}name> "{{name}}" .
{{schemas}}{{statuses}}<{{id}}> <{_VC}credentialSubject> <{{subject}}> .
{{evidence}}<{{id}}> <{_VC}issuer> <{{issuer}}> .
{{refresh}}<{{id}}> <{_VC}validFrom> "{{valid_from}}"^^<{_XSD}dateTime> .
<{{id}}> <{_VC}validUntil> "{{valid_until}}"^^<{_XSD}dateTime> .
""".format
_SCHEMA_LINE: Final = f"<{{}}> <{_VC}credentialSchema> <{{}}> .\n".format
_STATUS_LINE: Final = f"<{{}}> <{_VC}credentialStatus> <{{}}> .\n".format
_EVIDENCE_LINE: Final = f"<{{}}> <{_VC}evidence> <{{}}> .\n".format
_REFRESH_LINE: Final = f"<{{}}> <{_VC}refreshService> <{{}}> .\n".format
_SUBJECT: Final = f"""\
<{{id}}> {_A} <{_OB}AchievementSubject> .
<{{id}}> <{_OB}achievement> <{{achievement}}> .
<{{id}}> <{_OB}identifier> {_BLANK} .
<{{id}}> <{_OB}licenseNumber> "{{number}}" .
""".format
_NAME_LINE: Final = f'<{{}}> <{_SCHEMA}name> "{{}}" .\n'.format
_IDENTITY: Final = f"""\
{_BLANK} {_A} <{_OB}IdentityObject> .
{_BLANK} <{_OB}hashed> "true"^^<{_OB_XSD}boolean> .
{_BLANK} <{_OB}identityHash> "{{hash}}" .
{_BLANK} <{_OB}identityType> "{{kind}}" .
{_BLANK} <{_OB}salt> "{{salt}}" .
""".format
_ISSUER: Final = f"""\
<{{id}}> {_A} <{_OB}Profile> .
{{email}}<{{id}}> <{_SCHEMA}name> "{{name}}" .
<{{id}}> <{_SCHEMA}url> "{{url}}"^^<{_OB_XSD}anyURI> .
""".format
_EMAIL_LINE: Final = f'<{{}}> <{_SCHEMA}email> "{{}}" .\n'.format
_ACHIEVEMENT: Final = f"""\
<{{id}}> {_A} <{_OB}Achievement> .
<{{id}}> <{_OB}Criteria> <{{criteria}}> .
<{{id}}> <{_OB}achievementType> "{{kind}}" .
<{{id}}> <{_OB}alignment> <{{exam}}> .
<{{id}}> <{_OB}humanCode> "{{code}}" .
{{image}}<{{id}}> <{_OB}version> "{{version}}" .
<{{id}}> <{_SCHEMA}description> "{{description}}" .
<{{id}}> <{_SCHEMA}inLanguage> "{{language}}" .
<{{id}}> <{_SCHEMA}name> "{{name}}" .
""".format
_IMAGE_LINE: Final = f"<{{}}> <{_OB}image> <{{}}> .\n".format
_IMAGE: Final = f"<{{}}> {_A} <{_OB}Image> .\n".format
_CRITERIA: Final = f'<{{}}> <{_OB}narrative> "{{}}" .\n'.format
_EXAM: Final = f"""\
<{{id}}> {_A} <{_SCHEMA}AlignmentObject> .
<{{id}}> <{_OB}targetCode> "{{code}}" .
<{{id}}> <{_OB}targetType> "{{kind}}" .
<{{id}}> <{_SCHEMA}targetFramework> "{{framework}}" .
<{{id}}> <{_SCHEMA}targetName> "{{name}}" .
<{{id}}> <{_SCHEMA}targetUrl> "{{url}}"^^<{_OB_XSD}anyURI> .
""".format
_EVIDENCE: Final = f"""\
<{{id}}> {_A} <{_OB}Evidence> .
<{{id}}> <{_OB}narrative> "{{narrative}}" .
<{{id}}> <{_SCHEMA}genre> "{{genre}}" .
<{{id}}> <{_SCHEMA}name> "{{name}}" .
""".format
_ENTRY: Final = f"""\
<{{id}}> {_A} <{_STATUS}BitstringStatusListEntry> .
<{{id}}> <{_STATUS}statusListCredential> <{{list}}> .
<{{id}}> <{_STATUS}statusListIndex> "{{index}}" .
<{{id}}> <{_STATUS}statusPurpose> "{{purpose}}" .
""".format
_REFRESH: Final = (
    f"<{{}}> {_A} <https://purl.imsglobal.org/spec/vccr/v1p0/context.json#1EdTechCredentialRefresh> .\n".format
)
_SCHEMA_NODE: Final = f"<{{}}> {_A} <{{}}> .\n".format
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
{{until}}<{{list}}> {_A} <{_STATUS}BitstringStatusList> .
<{{list}}> <{_STATUS}encodedList> "{{encoded}}"^^<{_SECURITY}multibase> .
<{{list}}> <{_STATUS}statusPurpose> "{{purpose}}" .
<{{list}}> <{_STATUS}ttl> "{{ttl}}"^^<{_XSD}integer> .
""".format
_UNTIL_LINE: Final = f'<{{}}> <{_VC}validUntil> "{{}}"^^<{_XSD}dateTime> .\n'.format
_PROOF: Final = f"""\
{_BLANK} <http://purl.org/dc/terms/created> "{{created}}"^^<{_XSD}dateTime> .
{_BLANK} {_A} <{_SECURITY}DataIntegrityProof> .
{_BLANK} <{_SECURITY}cryptosuite> "{{cryptosuite}}"^^<{_SECURITY}cryptosuiteString> .
{_BLANK} <{_SECURITY}proofPurpose> <{_SECURITY}assertionMethod> .
{_BLANK} <{_SECURITY}verificationMethod> <{{method}}> .
""".format


def of_badge(document: Document) -> bytes:
    """The canonical form of a document that `badge_document` made."""
    subject = document["credentialSubject"]
    blocks = [_badge(document), *_subject(subject), _issuer(document["issuer"]), *_achievement(subject["achievement"])]
    blocks += [_entry(one) for one in _listed(document["credentialStatus"])]
    blocks += [_evidence(one) for one in document.get("evidence", ())]
    blocks += [_SCHEMA_NODE(one["id"], _SCHEMA_KINDS[one["type"]]) for one in document.get("credentialSchema", ())]
    if "refreshService" in document:
        blocks.append(_REFRESH(document["refreshService"]["id"]))
    return _joined(blocks)


def of_status_list(document: Document) -> bytes:
    """The canonical form of a document that `status_list_document` made."""
    listed, badge = document["credentialSubject"], document["id"]
    text = _STATUS_LIST(
        id=badge,
        list=listed["id"],
        issuer=document["issuer"],
        valid_from=document["validFrom"],
        until=_UNTIL_LINE(badge, document["validUntil"]) if "validUntil" in document else "",
        encoded=listed["encodedList"],
        purpose=listed["statusPurpose"],
        ttl=listed["ttl"],
    )
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


def _badge(document: Document) -> str:
    badge = document["id"]
    statuses = sorted(_STATUS_LINE(badge, one["id"]) for one in _listed(document["credentialStatus"]))
    evidence = sorted(_EVIDENCE_LINE(badge, one["id"]) for one in document.get("evidence", ()))
    return _BADGE(
        id=badge,
        awarded=document["awardedDate"],
        name=literal(document["name"]),
        schemas="".join(_SCHEMA_LINE(badge, one["id"]) for one in document.get("credentialSchema", ())),
        statuses="".join(statuses),
        subject=document["credentialSubject"]["id"],
        evidence="".join(evidence),
        issuer=document["issuer"]["id"],
        refresh=_REFRESH_LINE(badge, document["refreshService"]["id"]) if "refreshService" in document else "",
        valid_from=document["validFrom"],
        valid_until=document["validUntil"],
    )


def _subject(stated: Document) -> tuple[str, str]:
    """The subject's block and the identity object's."""
    id_, (identity,) = stated["id"], stated["identifier"]
    block = _SUBJECT(id=id_, achievement=stated["achievement"]["id"], number=literal(stated["licenseNumber"]))
    return (
        block + _NAME_LINE(id_, literal(stated["name"])) if "name" in stated else block,
        _IDENTITY(
            hash=literal(identity["identityHash"]),
            kind=literal(identity["identityType"]),
            salt=literal(identity["salt"]),
        ),
    )


def _issuer(stated: Document) -> str:
    id_ = stated["id"]
    email = _EMAIL_LINE(id_, literal(stated["email"])) if "email" in stated else ""
    return _ISSUER(id=id_, email=email, name=literal(stated["name"]), url=stated["url"])


def _achievement(stated: Document) -> tuple[str, ...]:
    """The blocks of an achievement, its criteria, its exam and its image: the same for every badge of an edition."""
    criteria, (exam,) = stated["criteria"], stated["alignment"]
    return _achieved(
        stated["id"],
        stated["name"],
        stated["description"],
        (stated["achievementType"], stated["humanCode"], stated["version"], stated["inLanguage"]),
        (criteria["id"], criteria["narrative"]),
        (exam["id"], exam["targetCode"], exam["targetType"], exam["targetFramework"], exam["targetName"]),
        exam["targetUrl"],
        stated["image"]["id"] if "image" in stated else None,
    )


@lru_cache(maxsize=256)
def _achieved(
    id_: str,
    name: str,
    description: str,
    marks: tuple[str, str, str, str],
    criteria: tuple[str, str],
    exam: tuple[str, str, str, str, str],
    url: str,
    image: str | None,
) -> tuple[str, ...]:
    kind, code, version, language = map(literal, marks)
    exam_id, exam_code, exam_kind, framework, exam_name = exam
    blocks = (
        _ACHIEVEMENT(
            id=id_,
            criteria=criteria[0],
            kind=kind,
            exam=exam_id,
            code=code,
            image="" if image is None else _IMAGE_LINE(id_, image),
            version=version,
            description=literal(description),
            language=language,
            name=literal(name),
        ),
        _CRITERIA(criteria[0], literal(criteria[1])),
        _EXAM(
            id=exam_id,
            code=literal(exam_code),
            kind=literal(exam_kind),
            framework=literal(framework),
            name=literal(exam_name),
            url=url,
        ),
    )
    return blocks if image is None else (*blocks, _IMAGE(image))


def _entry(entry: Document) -> str:
    return _ENTRY(
        id=entry["id"],
        list=entry["statusListCredential"],
        index=entry["statusListIndex"],
        purpose=entry["statusPurpose"],
    )


def _evidence(stated: Document) -> str:
    return _EVIDENCE(
        id=stated["id"],
        narrative=literal(stated["narrative"]),
        genre=literal(stated["genre"]),
        name=literal(stated["name"]),
    )


def _listed(value: Any) -> list[Document]:  # noqa: ANN401 - one entry, or a list of them
    return value if isinstance(value, list) else [value]


def _joined(blocks: list[str]) -> bytes:
    """Blocks of one subject each, in canonical order.

    A line is ordered by its subject first, and no IRI holds the `>` that ends it: so blocks of different subjects stand
    in the order of their first lines. Where ids fall together, the lines of two blocks may mingle or repeat.
    """
    subjects = {block.partition(" ")[0] for block in blocks}
    if len(subjects) < len(blocks):
        return _sorted("".join(blocks))
    blocks.sort()
    return "".join(blocks).encode()


def _sorted(text: str) -> bytes:
    """The lines of a text that ends with a line feed, each once, in canonical order."""
    lines = sorted(set(text.split("\n")))
    return "\n".join((*lines[1:], "")).encode()
