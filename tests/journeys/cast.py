"""The people of a life: each speaks to the service over HTTP under a sign-in of their own, and nothing else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID

from httpx2 import Response

from domain.actors import Role
from tests.adapters.made_files import a_pdf
from tests.builders_applications import Applicant, Caller
from tests.journeys.stage import ZONE, Stage

KEYS = count(1)
PAID = ["payment_due", "payment_received"]
"""The letters of one charge that is paid: what is asked, the invoice, and the receipt."""
Json = dict[str, Any]


class Refusal(NamedTuple):
    """How a step was refused: the status, the code, and the codes of the clauses that a rule found unmet."""

    status: int
    code: str
    unmet: tuple[str, ...] = ()


@dataclass
class Speaker(Caller):
    """Someone who speaks to the service; each step carries a key of its own, and the version that was seen last."""

    def _conditional(self, of: str | None, version: int | None) -> dict[str, str]:
        return {**super()._conditional(of, version), "idempotency-key": f"journey-{next(KEYS)}"}

    def sees(self, path: str) -> Json:
        """What is there to be read."""
        return _good(self.get(path))

    def all_of(self, path: str) -> list[Json]:
        """Everything on a list, which here is always shorter than a page."""
        page = self.sees(f"{path}{'&' if '?' in path else '?'}limit=100")
        assert page["next_cursor"] is None
        items: list[Json] = page["items"]
        return items

    def changes(self, path: str, body: object, version: int) -> Json:
        """Put something else in the place of the version seen."""
        headers = self._conditional(None, version)
        return _good(self.world.client.put(f"/v1{path}", json=body, headers=headers))

    def does(self, path: str, body: object | None = None, *, of: str | None = None) -> Json:
        """Take a step that succeeds."""
        return _good(self.post(path, body, of=of))

    def hands_in(self, path: str, file: tuple[str, bytes, str]) -> Json:
        """Hand in a file: its name, content and type."""
        headers = self._conditional(None, None)
        return _good(self.world.client.post(f"/v1{path}", files={"file": file}, headers=headers))

    def is_refused(self, path: str, body: object | None = None, *, of: str | None = None) -> Refusal:
        """Take a step that does not succeed; how it is refused."""
        answer = self.post(path, body, of=of)
        assert 400 <= answer.status_code < 500, answer.text
        told = answer.json()
        findings = told.get("ruling", {}).get("findings", [])
        return Refusal(answer.status_code, told["code"], tuple(one["code"] for one in findings if not one["met"]))


@dataclass
class Candidate(Speaker, Applicant):
    """Someone who wants the credential, or holds it."""

    stage: Stage = field(kw_only=True)
    email: str = field(kw_only=True)
    read: int = field(default=0, kw_only=True)

    @property
    def me(self) -> str:
        """Where the candidate's record is."""
        return f"/candidates/{self.candidate_id}"

    @property
    def number(self) -> str:
        """The number by which staff and test centres know them."""
        return str(self.sees(self.me)["number"])

    # --- applying

    def shows(self, licence: Mapping[str, object], degree: Mapping[str, object], job: Mapping[str, object]) -> None:
        """Begin an application with a licence, a degree and a job, by Pathway 1."""
        self.draft()
        self.show("licence", {"kind": "licence", "record_id": self.record("licences", licence)})
        self.show("degree", {"kind": "education", "record_id": self.record("education", degree)})
        self.show("job", job)

    def uploads(self, name: str, pages: int = 1) -> str:
        """Upload a document; its id."""
        return str(self.hands_in(f"{self.me}/files", (name, a_pdf(pages), "application/pdf"))["id"])

    def affirms_and_pays(self, finance: "Finance") -> None:
        """Affirm every statement, and pay what is open."""
        self.affirmed()
        self.pays(finance)

    def submits(self) -> Json:
        """Hand the application in."""
        return _good(self.step("submission"))

    def ruling(self, mode: str = "claimed") -> Json:
        """How the application stands."""
        return self.sees(f"{self.path}/ruling?mode={mode}")

    # --- money

    def owes(self) -> dict[str, int]:
        """What is open, by fee, in cents."""
        return {one["fee"]: one["amount_minor"] for one in self._open()}

    def pays(self, finance: "Finance") -> None:
        """Pay all that is open at once; finance marks it as received."""
        payment = self.does("/payments", {"charge_ids": [one["id"] for one in self._open()]})
        finance.receives(payment)

    def balance(self) -> Json:
        """What the ledger comes to; what was charged is due, settled or waived, and nothing else."""
        (one,) = self.sees(f"{self.me}/statement")["balances"]
        assert one.pop("currency") == "USD"
        assert one["charged_minor"] == one["due_minor"] + one["settled_minor"] + one["waived_minor"]
        balance: Json = {name.removesuffix("_minor"): amount for name, amount in one.items() if amount}
        return balance

    def _open(self) -> list[Json]:
        return self.all_of(f"{self.me}/charges?status=open")

    # --- letters

    def letters(self) -> list[str]:
        """The kinds of the letters that have come since the last look, in order; every one has left."""
        self.stage.work()
        told = sorted(self.all_of(f"{self.me}/notices"), key=lambda one: (one["created_at"], one["id"]))
        assert {one["status"] for one in told} <= {"sent"}, told
        new, self.read = told[self.read :], len(told)
        return [one["kind"] for one in new]

    def letter(self, kind: str) -> str:
        """The text of the letter of this kind, of which there is one."""
        about = {one["id"] for one in self.all_of(f"{self.me}/notices?kind={kind}")}
        mail = self.stage.mail(self.email)
        (text,) = (one.get_content() for one in mail if any(id_ in str(one["Message-ID"]) for id_ in about))
        return " ".join(str(text).split())

    # --- the exam

    def authorization_ruling(self) -> Json:
        """Could an authorization be given today?"""
        return self.sees(f"{self.path}/authorization-ruling")

    def pays_for_the_exam(self, finance: "Finance") -> None:
        """Ask for the charge of the next exam, and pay it."""
        self.does(f"{self.path}/exam-charge")
        self.pays(finance)

    def is_authorized(self) -> Json:
        """Ask for an authorization to test."""
        return self.does(f"{self.path}/authorizations")

    def books(self, authorization: Json, session: str) -> Json:
        """Take a seat."""
        return self.does(f"/authorizations/{authorization['id']}/registrations", {"session_id": session})

    def newest_attempt(self) -> str:
        """The id of the newest attempt."""
        return str(max(self.all_of(f"{self.me}/attempts"), key=lambda one: str(one["taken_on"]))["id"])

    def report(self) -> Json:
        """The score report of the newest attempt, as the candidate gets it."""
        return self.sees(f"/attempts/{self.newest_attempt()}/score-report")

    # --- the credential

    @property
    def credential(self) -> Json:
        """The credential as it stands today."""
        (held,) = self.all_of(f"{self.me}/credentials")
        return self.sees(f"/credentials/{held['id']}")

    @property
    def held(self) -> str:
        """Where the credential is."""
        return f"/credentials/{self.credential['id']}"

    def outlook(self) -> Json:
        """How a renewal, or after a lapse a reinstatement, stands today."""
        return self.sees(f"{self.held}/renewal-ruling")

    def learns(self, title: str, hours: float, on: date, **more: Any) -> Json:
        """Enter an activity of continuing education."""
        claim = {"title": title, "provider": "ASHP", "minutes": int(60 * hours), "completed_on": on.isoformat()}
        return self.does(f"{self.held}/activities", {**claim, **more})

    def learns_enough(self, on: date) -> None:
        """Thirty hours in law, whose numbers prove themselves, completed on one day."""
        for sequence in (1, 2, 3):
            self.learns("Pharmacy law", 10, on, uan=f"0197-0000-{on.year % 100}-00{sequence}-L03-P")

    def pays_the_renewal(self, finance: "Finance") -> dict[str, int]:
        """Ask for the fees of a renewal or reinstatement today, and pay them; what they were."""
        self.does(f"{self.held}/renewal-charges")
        owed = self.owes()
        self.pays(finance)
        return owed

    def renews(self) -> Json:
        """Renew."""
        path = self.held
        return self.does(f"{path}/renewals", of=path)

    def may_not_renew(self) -> Refusal:
        """Try to renew, in vain."""
        path = self.held
        return self.is_refused(f"{path}/renewals", of=path)


@dataclass
class Reviewer(Speaker):
    """A member of staff who reviews."""

    def claims(self, one: Candidate) -> None:
        """Take an application into review."""
        self.does(f"{one.path}/claim", of=one.path)

    def judges(self, one: Candidate, name: str, status: str = "accepted", **said: Any) -> Json:
        """Judge a piece of evidence."""
        path = f"/evidence/{one.evidence[name]}"
        return self.does(f"{path}/judgement", {"status": status, **said}, of=path)

    def accepts(self, one: Candidate, *names: str) -> None:
        """Accept these pieces, or all of them."""
        for name in names or one.evidence:
            self.judges(one, name)

    def decisions(self, one: Candidate, *unmet: str) -> list[Json]:
        """A decision on each clause of the chosen pathway: those named are not met, the others are."""
        ruling = self.sees(f"{one.path}/ruling?mode=verified")
        (chosen,) = (each for each in ruling["pathways"] if each["pathway"] == ruling["pathway"])
        clauses = [finding["clause"] for finding in chosen["findings"]]
        assert set(unmet) <= set(clauses)
        return [
            {"clause": clause, "met": clause not in unmet, "reason": "As the documents show."} for clause in clauses
        ]

    def approves(self, one: Candidate) -> Json:
        """Approve what is in review."""
        return self._decides(one, "approved", "Every requirement is met.")

    def denies(self, one: Candidate, *unmet: str, reason: str) -> Json:
        """Deny what is in review, because these clauses are not met."""
        return self._decides(one, "denied", reason, *unmet)

    def _decides(self, one: Candidate, outcome: str, reason: str, *unmet: str) -> Json:
        body = {"outcome": outcome, "reason": reason, "decisions": self.decisions(one, *unmet)}
        return self.does(f"{one.path}/determinations", body, of=one.path)


@dataclass
class Finance(Speaker):
    """Whoever watches the body's account."""

    def receives(self, payment: Json) -> None:
        """Mark a payment as received."""
        path = f"/payments/{payment['id']}"
        assert self.does(f"{path}/receipt", of=path)["status"] == "received"


@dataclass
class ExamOffice(Speaker):
    """Whoever plans testing windows and keeps the seats."""

    def plans(self, code: str, opens_on: date, closes_on: date, *days: date) -> tuple[str, list[str]]:
        """Open a testing window with a session at ten on each of these days; its id, and the sessions'."""
        plan = {
            "program": "CPOM",
            "code": code,
            "title": f"Testing window {code}",
            "opens_on": opens_on.isoformat(),
            "closes_on": closes_on.isoformat(),
            "zone": str(ZONE),
        }
        made = self.does("/exam-administrations", plan)
        path = f"/exam-administrations/{made['id']}"
        sessions = [self.does(f"{path}/sessions", _a_session(day))["id"] for day in days]
        self.does(f"{path}/opening", of=path)
        return made["id"], sessions

    def marks_missed(self, registration: Json) -> Json:
        """Say that someone did not come."""
        path = f"/registrations/{registration['id']}"
        return self.does(f"{path}/no-show", {"excused": False, "reason": "Nobody came."}, of=path)


def a_candidate(stage: Stage, given: str, family: str, country: str = "US", **more: Any) -> Candidate:
    """Someone registers themselves."""
    email = f"{given.lower()}@example.org"
    header = stage.world.token(subject=given.lower())
    name = {"given": given, "family": family}
    body = {"legal_name": name, "email": email, "practises_in": country, "date_of_birth": "1986-04-12", **more}
    made = _good(stage.world.client.post("/v1/candidates", json=body, headers=header))
    return Candidate(stage.world, header, UUID(made["id"]), stage=stage, email=email)


def a_reviewer(stage: Stage, subject: str = "rita") -> Reviewer:
    """A reviewer of this name."""
    return Reviewer(stage.world, stage.world.token(Role.REVIEWER, subject=subject))


def finance(stage: Stage) -> Finance:
    """Finance."""
    return Finance(stage.world, stage.world.token(Role.FINANCE, subject="fay"))


def exam_office(stage: Stage) -> ExamOffice:
    """The exam office."""
    return ExamOffice(stage.world, stage.world.token(Role.EXAM_MANAGER, subject="edgar"))


def credential_office(stage: Stage) -> Speaker:
    """The credential office."""
    return Speaker(stage.world, stage.world.token(Role.CREDENTIAL_OFFICER, subject="olga"))


def unmet(ruling: Mapping[str, Any]) -> list[str]:
    """The codes of what a ruling finds unmet."""
    findings: Iterable[Json] = ruling["findings"]
    return [one["code"] for one in findings if not one["met"]]


def _good(answer: Response) -> Json:
    assert answer.status_code in {200, 201, 202}, answer.text
    body: Json = answer.json()
    return body


def _a_session(day: date) -> Json:
    starts_at = datetime.combine(day, time(10), ZONE).astimezone(UTC)
    return {
        "site": "Test Centre Raleigh",
        "address": "1 Example Street, Raleigh",
        "starts_at": starts_at.isoformat(),
        "zone": str(ZONE),
        "seats": 20,
    }
