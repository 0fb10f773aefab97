"""Refusals before any route, as the protocols of their paths tell them, and who may read them: pages of any origin."""

from io import BytesIO
from typing import Any, Final

import pytest
from starlette.types import ASGIApp

from api.dialects import LONGEST, spoken
from api.edge import surround
from api.logs import Log
from api.observability import Metrics
from api.problems import problem
from api.settings import Settings
from domain.errors import Fault, Invalid
from tests.api.asgi import Answer, ask, echo

PAGE: Final = "https://wallet.example"
PREFLIGHT: Final = {"origin": PAGE, "access-control-request-method": "POST"}
JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
TOKEN, CREDENTIAL = "/v1/wallets/token", "/v1/wallets/credential"
SHELF: Final = "/ims/ob/v3p0/credentials"


def the_edge(**settings: Any) -> ASGIApp:
    return surround(echo, Settings(**settings), log=Log(BytesIO()), metrics=Metrics())


def sent(path: str, body: bytes, media_type: str, app: ASGIApp | None = None) -> Answer:
    headers = {"content-type": media_type, "origin": PAGE}
    return ask(app or the_edge(), "POST", path, body=body, headers=headers)


def word_of(answer: Answer) -> str:
    said = answer.json()
    if "imsx_codeMinor" in said:
        (minor,) = said["imsx_codeMinor"]["imsx_codeMinorField"]
        return str(minor["imsx_codeMinorFieldValue"])
    return str(said.get("error") or said["code"])


@pytest.mark.parametrize(
    ("path", "body", "media_type", "status", "word"),
    [
        (CREDENTIAL, b"{", JSON, 400, "invalid_credential_request"),
        (CREDENTIAL, b'{"a":1,"a":2}', JSON, 400, "invalid_credential_request"),
        (CREDENTIAL, b"{}", "text/html", 400, "invalid_credential_request"),
        ("/v1/wallets/notification", b"{", JSON, 400, "invalid_notification_request"),
        (TOKEN, b"x=" + b"y" * 20_000, FORM, 413, "invalid_request"),
        (SHELF, b"{", JSON, 400, "invalid_data"),
        (SHELF, b"x" * 300_000, "text/plain", 413, "invalid_data"),
        ("/ims/ob/v3p0/profile", b"{}", "text/html", 415, "invalid_data"),
        ("/v1/candidates", b"{", JSON, 400, "unreadable"),
    ],
)
def test_what_the_guard_refuses_is_told_in_the_words_of_the_path(
    path: str, body: bytes, media_type: str, status: int, word: str
) -> None:
    answer = sent(path, body, media_type)

    assert (answer.status, word_of(answer)) == (status, word), answer.body
    assert answer.headers["cache-control"] == "no-store"
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert answer.headers["content-type"] == ("application/problem+json" if path == "/v1/candidates" else JSON)


@pytest.mark.parametrize(
    ("path", "word"), [(CREDENTIAL, "temporarily_unavailable"), (SHELF, "server_busy"), ("/v1/me", "too_many_requests")]
)
def test_a_quota_that_is_used_up_says_how_long_to_wait_in_any_words(path: str, word: str) -> None:
    app = the_edge(address_rate_limit="1/minute")
    sent(path, b"", "", app)

    answer = sent(path, b"", "", app)

    assert (answer.status, word_of(answer)) == (429, word)
    assert int(answer.headers["retry-after"]) > 0


def test_a_description_holds_what_oauth_lets_it_hold_and_no_more() -> None:
    status, headers, body = problem(Invalid(Fault("/a", "x", "“Zoë” said \\ no." + "y" * 2_000)), "1")

    _, _, told = spoken(CREDENTIAL, status, headers, body)
    _, _, same = spoken("/v1/candidates", status, headers, body)

    description = told.decode().partition('"error_description":"')[2].removesuffix('"}')
    assert set(description) <= {chr(code) for code in range(0x20, 0x7F)} - {'"', "\\"}
    assert len(description) == LONGEST
    assert same == body


# --- pages of every origin


@pytest.mark.parametrize(
    "path", [TOKEN, CREDENTIAL, "/v1/wallets/nonce", "/v1/wallets/notification", "/v1/registry/verify"]
)
def test_a_page_of_any_origin_may_call_what_is_for_everyone(path: str) -> None:
    preflight = ask(the_edge(), "OPTIONS", path, headers=PREFLIGHT)
    answer = sent(path, b"{}", JSON)

    assert preflight.status == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "Authorization" in preflight.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in preflight.headers
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_page_may_read_why_its_wallet_was_refused() -> None:
    answer = sent(CREDENTIAL, b"{", JSON)

    assert answer.status == 400
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", ["/v1/me", "/v1/wallet-offers/1", SHELF, "/v1/registry/check"])
def test_what_is_for_those_signed_in_stays_with_the_allowed_origins(path: str) -> None:
    preflight = ask(the_edge(), "OPTIONS", path, headers=PREFLIGHT)
    answer = sent(path, b"{}", JSON)

    assert preflight.status == 403
    assert "access-control-allow-origin" not in preflight.headers
    assert "access-control-allow-origin" not in answer.headers
