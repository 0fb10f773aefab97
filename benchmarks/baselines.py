"""What this service is measured against: the least that ASGI can do, and the route that the tutorial teaches."""

import os
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, FastAPI, HTTPException
from sqlmodel import Field, Session, SQLModel, create_engine
from starlette.types import Receive, Scope, Send


async def hello(scope: Scope, _: Receive, send: Send) -> None:
    """Answer every request alike, with the fewest headers."""
    if scope["type"] != "http":
        return
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"hello"})


class PlainCredential(SQLModel, table=True):
    """The registry's answer as the tutorial would keep it: one column per field."""

    __tablename__ = "plain_credential"

    number: str = Field(primary_key=True)
    status: str
    issuer: str
    program_code: str
    program_title: str
    holder_name: str
    awarded_on: date
    valid_from: date
    valid_until: date
    policy_edition: str
    zone: str


class PlainAnswer(SQLModel):
    """The tutorial's response model: the same facts as the registry's answer."""

    as_of: date
    number: str
    status: str
    valid: bool
    issuer: str
    program_code: str
    program_title: str
    holder_name: str
    awarded_on: date
    valid_from: date
    valid_until: date
    policy_edition: str
    zone: str


def tutorial() -> FastAPI:
    """A FastAPI application with the plain route: a session per request, a table model, a response model."""
    url = os.environ["BENCH_URL"]
    lite = url.startswith("sqlite")
    engine = create_engine(url, connect_args={"check_same_thread": False} if lite else {})
    app = FastAPI()

    def get_session() -> Iterator[Session]:
        with Session(engine) as session:
            yield session

    @app.get("/v1/registry/{number}")
    def read(number: str, session: Annotated[Session, Depends(get_session)]) -> PlainAnswer:
        row = session.get(PlainCredential, number)
        if row is None:
            raise HTTPException(404)
        today = datetime.now(ZoneInfo(row.zone)).date()
        valid = row.status == "active" and today <= row.valid_until
        shown = row.status if valid or row.status != "active" else "expired"
        return PlainAnswer.model_validate(row, update={"as_of": today, "valid": valid, "status": shown})

    return app
