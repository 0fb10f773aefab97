"""A request for every operation of the document: its path filled with ids of a world, its body from the schema."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from domain.access.model import ApiKey, RoleGrant
from domain.analysis.model import Analysis, EquatingRun, Grouping, StatisticsSheet
from domain.applications.model import Appeal, Application, AuditDraw, Determination, Evidence
from domain.assembly.model import Assembly
from domain.badges.model import Badge, StatusList
from domain.candidates.model import Candidate, Education, Licence
from domain.credentials.model import Award, Credential
from domain.entity import Entity
from domain.exams.model import Accommodation, Administration, Authorization, Registration, Session
from domain.files.model import StoredFile
from domain.items.model import Enemy, Item, ItemExport, ItemSet, ItemSetVersion, ItemVersion
from domain.jobs.model import Job
from domain.notices.model import Notice
from domain.payments.model import Charge, Payment
from domain.practice.model import PracticeExam
from domain.programs.model import RecognisedProvider
from domain.renewals.model import Activity, ApprovedActivity, Cycle
from domain.rescoring.model import Rescore
from domain.scores.model import Attempt, Conversion, Form, FormKey, Hold, ResponseImport, ScoreRelease
from domain.security.model import Flag, Review, Screening
from domain.standards.model import StandardSetting
from domain.test_centres.model import CentreFile, CentreRow
from domain.wallets.model import WalletOffer
from domain.watching.model import Watch, WatchList, WebhookDelivery, WebhookEndpoint
from tests.adapters.made_files import a_picture

KINDS: dict[str, type[Entity]] = {
    "accommodation_id": Accommodation,
    "activity_id": Activity,
    "administration_id": Administration,
    "analysis_id": Analysis,
    "api_key_id": ApiKey,
    "appeal_id": Appeal,
    "application_id": Application,
    "approved_id": ApprovedActivity,
    "assembly_id": Assembly,
    "attempt_id": Attempt,
    "authorization_id": Authorization,
    "award_id": Award,
    "badge_id": Badge,
    "candidate_id": Candidate,
    "case_id": ItemSetVersion,
    "charge_id": Charge,
    "conversion_id": Conversion,
    "credential_id": Credential,
    "cycle_id": Cycle,
    "determination_id": Determination,
    "draw_id": AuditDraw,
    "education_id": Education,
    "equating_run_id": EquatingRun,
    "evidence_id": Evidence,
    "export_id": ItemExport,
    "file_id": StoredFile,
    "form_id": Form,
    "grant_id": RoleGrant,
    "grouping_id": Grouping,
    "hold_id": Hold,
    "import_id": ResponseImport,
    "item_id": Item,
    "job_id": Job,
    "key_id": FormKey,
    "licence_id": Licence,
    "list_id": StatusList,
    "notice_id": Notice,
    "offer_id": WalletOffer,
    "pair_id": Enemy,
    "payment_id": Payment,
    "practice_id": PracticeExam,
    "provider_id": RecognisedProvider,
    "registration_id": Registration,
    "release_id": ScoreRelease,
    "receipt_id": CentreFile,
    "rescore_id": Rescore,
    "row_id": CentreRow,
    "screening_id": Screening,
    "flag_id": Flag,
    "review_id": Review,
    "session_id": Session,
    "set_id": ItemSet,
    "sheet_id": StatisticsSheet,
    "study_id": StandardSetting,
    "delivery_id": WebhookDelivery,
    "endpoint_id": WebhookEndpoint,
    "version_id": ItemVersion,
    "watch_id": Watch,
    "watch_list_id": WatchList,
}
"""Whose id a parameter holds. A new route with a parameter of another name adds it here."""

NAMED: dict[str, str] = {
    "program": "CPOM",
    "edition": "cpom-2026",
    "number": "0000-0000-0000-0000",
    "vendor": "pearson-vue",
    "version": "1",
}
"""Parameters that are no id."""

FREE = "Canary 7391"
"""What is written wherever a schema takes any text: a blank keeps it out of codes."""
NOT_FREE = frozenset({"subject"})
"""Members that take any text, and yet hold an id of somebody else's making."""

_TEXTS = (
    FREE, "Sample", "US", "en", "USD", "US-NC", "someone@example.org", "https://example.org/page", "2026-03-02", "A",
    "2026-03-02T15:00:00Z", "00000000-0000-7000-8000-000000000000", "09:00", "1", "America/New_York", "0" * 64,
    "0197-0000-26-001-L04-P", "aaaa",
)  # fmt: skip
_FORMATS = {"uuid": "^0{8}-", "date": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "date-time": r"^[0-9-]{10}T"}


@dataclass(frozen=True)
class Operation:
    """One operation of the document."""

    method: str
    path: str
    action: str
    said: Mapping[str, Any] = field(repr=False)

    @property
    def name(self) -> str:
        """As it stands in reports."""
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> list[str]:
        """The names in its path."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def about(self) -> str | None:
        """The path's parameter that names an object, if any."""
        return next((name for name in self.parameters if name not in NAMED), None)

    def address(self, ids: Mapping[type[Entity], Any]) -> str:
        """The path and its required query, with these ids filled in."""
        filled = self.path.format(**{name: value_of(name, ids, self.name) for name in self.parameters})
        wanted = [said for said in map(_resolved, self.said.get("parameters", ())) if said["in"] == "query"]
        query = "&".join(
            f"{said['name']}={value_of(said['name'], ids, self.name, said['schema'])}"
            for said in wanted
            if said.get("required")
        )
        return f"{filled}?{query}" if query else filled

    def body(self, ids: Mapping[type[Entity], Any]) -> dict[str, Any]:
        """What the client library is given for a body: `json`, or `files` and `data`; it too names these ids."""
        content = self.said.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            return {"json": example(content["application/json"]["schema"], ids)}
        if "multipart/form-data" in content:
            made = example(content["multipart/form-data"]["schema"], ids)
            fields = {name: value for name, value in made.items() if name != "file"}
            return {"files": {"file": (f"{FREE}.png", a_picture(), "image/png")}, "data": fields}
        if "application/x-www-form-urlencoded" in content:
            return {"data": example(content["application/x-www-form-urlencoded"]["schema"], ids)}
        if "application/x-ndjson" in content:
            return {"content": b'"0000-0000-0000-0000"\n', "headers": {"content-type": "application/x-ndjson"}}
        if "text/csv" in content:
            return {"content": b"candidate,1\n", "headers": {"content-type": "text/csv"}}
        return {}


# As it was committed, which another test holds against the code: to make it anew takes seconds.
DOCUMENT: dict[str, Any] = orjson.loads((Path(__file__).parents[2] / "openapi" / "openapi.json").read_bytes())


def operations() -> Iterator[Operation]:
    """Every operation of the document."""
    for path, methods in DOCUMENT["paths"].items():
        for method, said in methods.items():
            if isinstance(said, dict) and "operationId" in said:
                yield Operation(method.upper(), path, said.get("x-action", ""), said)


def value_of(name: str, ids: Mapping[type[Entity], Any], where: str, schema: Mapping[str, Any] | None = None) -> str:
    """The value of a parameter; a clear fault for a name that nobody told us of."""
    if name in NAMED:
        return NAMED[name]
    if name in KINDS:
        return str(ids[KINDS[name]])
    if schema is not None:
        return str(example(schema, ids))
    message = f"{where}: whose id is {name}? Say so in tests/api/requests_of.py"
    raise LookupError(message)


def example(schema: Mapping[str, Any], ids: Mapping[type[Entity], Any]) -> Any:
    """A small value of this schema; members named as in `KINDS` hold these ids."""
    schema = _resolved(schema)
    for word in ("const", "default"):
        if schema.get(word) is not None:
            return schema[word]
    if "enum" in schema:
        return schema["enum"][0]
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return example(next(one for one in schema[word] if one.get("type") != "null"), ids)
    return _of_type(schema, ids)


def _of_type(schema: Mapping[str, Any], ids: Mapping[type[Entity], Any]) -> Any:
    match schema.get("type"):
        case "object":
            return {name: _member(name, schema["properties"][name], ids) for name in schema.get("required", ())}
        case "array":
            return [example(schema["items"], ids) for _ in range(schema.get("minItems", 0))]
        case "integer" | "number":
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        case "boolean":
            return False
        case "string":
            return _text(schema)
        case _:
            return {}


def _member(name: str, schema: Mapping[str, Any], ids: Mapping[type[Entity], Any]) -> Any:
    if name in NAMED and _resolved(schema).get("type") == "string":
        return NAMED[name]
    if name in KINDS:
        return str(ids[KINDS[name]])
    if name in NOT_FREE:
        return "somebody"
    if name.removesuffix("s") in KINDS:
        return [str(ids[KINDS[name.removesuffix("s")]])]
    return example(schema, ids)


def _text(schema: Mapping[str, Any]) -> str:
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", 10_000)
    pattern = schema.get("pattern", _FORMATS.get(schema.get("format", ""), ""))
    fitting = (text for text in _TEXTS if shortest <= len(text) <= longest and re.search(pattern, text))
    return next(fitting, "x" * shortest)


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        found: Any = DOCUMENT
        for step in schema["$ref"].split("/")[1:]:
            found = found[step]
        schema = found
    if "allOf" in schema and len(schema["allOf"]) == 1:
        return {**_resolved(schema["allOf"][0]), **{key: value for key, value in schema.items() if key != "allOf"}}
    return schema
