"""Applicants and staff for tests of the routes: what each does is done through the API."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from httpx2 import Response

from domain.actors import Actor, Role
from domain.files.model import FilePurpose, StoredFile
from domain.payments.model import ChargeStatus
from domain.programs import actions as programs
from tests.builders import a_policy_document
from tests.world import World

ADMIN = Actor(subject="administrator", roles=frozenset({Role.ADMINISTRATOR}))
STATEMENTS = [{"code": code, "version": "1"} for code in ("truthful", "verify", "report-changes", "confidential")]
CLAUSES = ("us-licence", "us-education", "specialty-experience")
LICENCE = {"jurisdiction": "US-NC", "number": "12345", "expires_on": "2027-12-31"}
DEGREE = {
    "kind": "degree",
    "title": "PharmD",
    "school": "A school of pharmacy",
    "country": "US",
    "completed_on": "2015-05-01",
    "acpe_accredited": True,
}
JOB = {"kind": "experience", "setting": "health_system", "starts_on": "2020-01-01", "role": "Pharmacy Manager"}


def publish(world: World, changes: Mapping[str, object] | None = None) -> None:
    """Publish CPOM's edition, with the values at these JSON Pointers changed."""
    with world.unit(ADMIN) as uow:
        programs.publish(uow, ADMIN, "CPOM", a_policy_document(changes))


def next_edition(changes: Mapping[str, object] | None = None, *, begins: date = date(2026, 7, 1)) -> dict[str, object]:
    """A document that may follow CPOM's first edition."""
    return a_policy_document({"/edition": "cpom-next", "/in_force_from": begins.isoformat(), **(changes or {})})


VERBS = frozenset(
    {
        "add_evidence", "appeal", "attest", "claim", "decide", "release", "resubmit", "return", "submit", "update",
        "withdraw",
    }
)  # fmt: skip


def verbs(answer: Mapping[str, Any]) -> list[str]:
    """What may be done to an application in this slice; other slices have verbs of their own."""
    return [verb for verb in answer["allowed_actions"] if verb in VERBS]


@dataclass
class Caller:
    """Someone who speaks to the service under one sign-in."""

    world: World
    header: dict[str, str]

    def get(self, path: str) -> Response:
        """Read."""
        return self.world.client.get(f"/v1{path}", headers=self.header)

    def post(
        self, path: str, body: object | None = None, *, of: str | None = None, version: int | None = None
    ) -> Response:
        """Post; `of` is the path whose present version goes into If-Match, `version` one that is told."""
        return self.world.client.post(f"/v1{path}", json=body, headers=self._conditional(of, version))

    def put(self, path: str, body: object, *, of: str | None = None) -> Response:
        """Put."""
        return self.world.client.put(f"/v1{path}", json=body, headers=self._conditional(of, None))

    def delete(self, path: str, *, of: str) -> Response:
        """Delete."""
        return self.world.client.delete(f"/v1{path}", headers=self._conditional(of, None))

    def _conditional(self, of: str | None, version: int | None) -> dict[str, str]:
        if version is None and of is not None:
            version = self.get(of).json().get("version")
        return self.header if version is None else {**self.header, "if-match": f'"{version}"'}


@dataclass
class Applicant(Caller):
    """A registered candidate with one application."""

    candidate_id: UUID
    application_id: str = ""
    evidence: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Where the application is."""
        return f"/applications/{self.application_id}"

    def now(self) -> dict[str, Any]:
        """The application as it stands."""
        answer: dict[str, Any] = self.get(self.path).json()
        return answer

    def draft(self, pathway: str | None = "us-licensed") -> "Applicant":
        """Begin an application."""
        made = self.post("/applications", {"program": "CPOM", **({"pathway": pathway} if pathway else {})})
        assert made.status_code == 201, made.text
        self.application_id = made.json()["id"]
        return self

    def step(self, verb: str, body: object | None = None) -> Response:
        """Take a step of the application, from its present version."""
        return self.post(f"{self.path}/{verb}", body, of=self.path)

    def record(self, kind: str, body: Mapping[str, object]) -> str:
        """Record a licence or an education."""
        made = self.post(f"/candidates/{self.candidate_id}/{kind}", body)
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    def show(self, name: str, body: Mapping[str, object]) -> str:
        """Add evidence, and remember it under a name."""
        made = self.post(f"{self.path}/evidence", body)
        assert made.status_code == 201, made.text
        self.evidence[name] = made.json()["id"]
        return self.evidence[name]

    def with_evidence(self, licence: Mapping[str, object] = LICENCE) -> "Applicant":
        """Show a licence, a degree and a job: what Pathway 1 asks for."""
        self.show("licence", {"kind": "licence", "record_id": self.record("licences", licence)})
        self.show("degree", {"kind": "education", "record_id": self.record("education", DEGREE)})
        self.show("job", JOB)
        return self

    def affirmed(self) -> "Applicant":
        """Affirm every statement."""
        answer = self.step("attestations", {"statements": STATEMENTS})
        assert answer.status_code == 200, answer.text
        return self

    def settled(self) -> "Applicant":
        """Have every charge for the application waived."""
        with self.world.unit() as uow:
            for charge in uow.charges.find(about_id=UUID(self.application_id), status=ChargeStatus.OPEN):
                uow.charges.save(charge.waived(uow.now, "test", "A test."))
        return self

    def submitted(self) -> "Applicant":
        """Hand a complete application in."""
        self.with_evidence().affirmed().settled()
        answer = self.step("submission")
        assert answer.status_code == 200, answer.text
        return self


@dataclass
class Reviewer(Caller):
    """A member of staff who reviews."""

    def claims(self, one: Applicant) -> "Reviewer":
        """Claim an application."""
        answer = self.take(one, "claim")
        assert answer.status_code == 200, answer.text
        return self

    def take(self, one: Applicant, verb: str, body: object | None = None) -> Response:
        """Take a step with an application, from its present version."""
        return self.post(f"{one.path}/{verb}", body, of=one.path)

    def judge(self, one: Applicant, name: str, **said: Any) -> Response:
        """Judge a piece of evidence; accepted unless told otherwise."""
        path = f"/evidence/{one.evidence[name]}"
        return self.post(f"{path}/judgement", {"status": "accepted", **said}, of=path)

    def accepts_all(self, one: Applicant) -> "Reviewer":
        """Accept every piece."""
        for name in one.evidence:
            answer = self.judge(one, name)
            assert answer.status_code == 200, answer.text
        return self

    def decide(self, one: Applicant, outcome: str = "approved", *, unmet: tuple[str, ...] = ()) -> Response:
        """Decide every clause of Pathway 1; those named as unmet, the others as met."""
        return self.take(one, "determinations", a_decision(outcome, unmet=unmet))

    def approves(self, one: Applicant) -> dict[str, Any]:
        """Claim, accept everything and approve."""
        self.claims(one).accepts_all(one)
        answer = self.decide(one)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def denies(self, one: Applicant, unmet: tuple[str, ...] = ("us-education",)) -> dict[str, Any]:
        """Claim, accept everything, and deny for these clauses."""
        self.claims(one).accepts_all(one)
        answer = self.decide(one, "denied", unmet=unmet)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made


def a_decision(outcome: str = "approved", *, unmet: tuple[str, ...] = ()) -> dict[str, object]:
    """A decision on every clause of Pathway 1."""
    decisions = [
        {"clause": clause, "met": clause not in unmet, "reason": "As the documents show."} for clause in CLAUSES
    ]
    return {"outcome": outcome, "reason": "The documents were compared.", "decisions": decisions}


def an_applicant(world: World, subject: str = "ada") -> Applicant:
    """A registered candidate."""
    header = world.token(subject=subject)
    return Applicant(world, header, world.id_of(header))


def a_reviewer(world: World, subject: str = "rita") -> Reviewer:
    """A reviewer."""
    return Reviewer(world, world.token(Role.REVIEWER, subject=subject))


def staff(world: World, role: Role) -> Caller:
    """A member of staff of a role."""
    return Caller(world, world.token(role))


def a_file(world: World, one: Applicant) -> str:
    """A kept file of this candidate."""
    with world.unit() as uow:
        kept = uow.stored_files.add(
            StoredFile(
                id=uow.new_id(),
                candidate_id=one.candidate_id,
                key=uow.random(8).hex(),
                media_type="application/pdf",
                size=1,
                sha256="0" * 64,
                purpose=FilePurpose.EVIDENCE,
                name="scan",
                uploaded_at=uow.now,
                uploaded_by="ada",
            )
        )
        return str(kept.id)
