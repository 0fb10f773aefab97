"""Candidates on their way through the exam, through the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

from httpx2 import Response

from domain.actors import Role
from domain.exams.model import Registration, Session
from tests.api.outcomes import letters
from tests.builders_exams import eligible_candidate, stored_administration, stored_policy, stored_session
from tests.world import World

KEYS = count()
Header = dict[str, str]
Json = dict[str, Any]


@dataclass
class Exam:
    """The API as the people of an exam use it."""

    world: World

    def __post_init__(self) -> None:
        self.manager = self.world.token(Role.EXAM_MANAGER)
        self.finance = self.world.token(Role.FINANCE)

    def get(self, path: str, who: Header | None = None) -> Json:
        answer = self.world.client.get(f"/v1{path}", headers=who or self.manager)
        assert answer.status_code == 200, answer.text
        body: Json = answer.json()
        return body

    def post(self, path: str, who: Header, body: object = None, version: int | str | None = None) -> Response:
        headers = {**who, "idempotency-key": f"exams-{next(KEYS)}"}
        if version is not None:
            headers["if-match"] = version if version == "*" else f'"{version}"'
        return self.world.client.post(f"/v1{path}", json=body, headers=headers)

    def done(self, path: str, who: Header, body: object = None, version: int | str | None = None) -> Json:
        """A step that must succeed."""
        answer = self.post(path, who, body, version)
        assert answer.status_code in (200, 201), answer.text
        said: Json = answer.json()
        return said

    def candidate(self, name: str = "ada", **fields: Any) -> tuple[Header, str]:
        """A signed-in candidate whose application is approved: the sign-in and the application."""
        me = self.world.token(subject=name)
        candidate = self.world.id_of(me)
        with self.world.unit() as uow:
            application = eligible_candidate(uow, candidate, **fields)
        return me, str(application.id)

    def policy(self, changes: Mapping[str, object] | None = None) -> None:
        with self.world.unit() as uow:
            stored_policy(uow, changes)

    def session(self, day: date, **fields: Any) -> str:
        """A session in an open administration of its own."""
        with self.world.unit() as uow:
            return str(stored_session(uow, stored_administration(uow).id, day, **fields).id)

    def pay(self, charge: Json, me: Header) -> None:
        payment = self.done("/payments", me, {"charge_ids": [charge["id"]]})
        self.done(f"/payments/{payment['id']}/receipt", self.finance, version=payment["version"])

    def authorized(self, name: str = "ada", **fields: Any) -> tuple[Header, Json]:
        """A candidate who paid and is authorized: the sign-in and the authorization."""
        me, application = self.candidate(name, **fields)
        self.pay(self.done(f"/applications/{application}/exam-charge", me), me)
        return me, self.done(f"/applications/{application}/authorizations", me)

    def booked(self, day: date, name: str = "ada", **fields: Any) -> tuple[Header, Json, Json]:
        """A candidate with a seat in a new session on that day: the sign-in, the authorization, the registration."""
        me, authorization = self.authorized(name)
        seat = {"session_id": self.session(day, **fields)}
        return me, authorization, self.done(f"/authorizations/{authorization['id']}/registrations", me, seat)

    def seats(self, *sessions: str) -> list[int]:
        """How many seats are taken, session by session; always as many as are booked, tested or missed."""
        taken = []
        with self.world.unit() as uow:
            for id_ in sessions:
                session: Session = uow.sessions.get(UUID(id_))
                held: list[Registration] = uow.registrations.find(session_id=session.id)
                assert session.seats_taken == len([one for one in held if one.status != "cancelled"])
                taken.append(session.seats_taken)
        return taken

    def fee(self, application: str, fee: str = "exam") -> tuple[str, int]:
        """The status of the newest charge of this fee on a thing, and what of it went back."""
        with self.world.unit() as uow:
            charge = uow.charges.find(about_id=UUID(application), fee=fee)[-1]
            return charge.status.value, charge.refunded_minor

    def letters(self, kind: str) -> list[dict[str, Any]]:
        """The parameters of every letter of this kind."""
        return letters(self.world, kind)


def an_exam(world: World) -> Exam:
    """An exam's people, CPOM's edition published."""
    made = Exam(world)
    made.policy()
    return made
