"""The issuer's keys over HTTP: asked seldom, believed only in full, kept while the issuer is away."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from adapters.jwks import FetchTerms, KeySetFault, RemoteJwks, StaticJwks
from domain.errors import Unauthenticated, Unavailable
from tests.builders_tokens import (
    HandClock,
    a_header,
    a_jwks,
    a_token,
    a_verifier,
    an_ec_jwk,
    ec_key,
    es256,
)

URL = "https://login.example.org/jwks"
TERMS = FetchTerms()


class Issuer:
    """An issuer that a test can turn over, break or send away; it counts who asks."""

    def __init__(self) -> None:
        self.document: dict[str, Any] = a_jwks(an_ec_jwk())
        self.answer: Callable[[httpx.Request], httpx.Response] | None = None
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answer(request) if self.answer else httpx.Response(200, json=self.document)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content))

    def turn_over(self) -> str:
        """Replace the key; return a token of the new one."""
        self.document = a_jwks(an_ec_jwk("ec-2", ec_key("second")))
        return a_token(a_header(kid="ec-2"), sign=lambda data: es256(data, ec_key("second")))


def _away(_: httpx.Request) -> httpx.Response:
    message = "nobody home"
    raise httpx.ConnectError(message)


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def source(issuer: Issuer, clock: HandClock) -> Iterator[RemoteJwks]:
    remote = RemoteJwks(URL, clock=clock, transport=httpx.MockTransport(issuer))
    yield remote
    remote.close()


def test_nothing_is_fetched_before_the_first_token(issuer: Issuer, source: RemoteJwks) -> None:
    assert source.current.keys == {}
    assert source.age is None
    assert issuer.asked == []


def test_many_tokens_cost_one_fetch(issuer: Issuer, source: RemoteJwks, clock: HandClock) -> None:
    verifier = a_verifier(source, clock)

    for number in range(5):
        verifier.verify(a_token(a_header(x=number)))

    assert len(issuer.asked) == 1
    assert source.age == 0
    request = issuer.asked[0]
    assert (request.method, str(request.url), request.headers["accept-encoding"]) == ("GET", URL, "identity")


def test_the_set_is_fetched_again_when_it_is_old(issuer: Issuer, source: RemoteJwks, clock: HandClock) -> None:
    source.holding("ec-1")
    before = source.current

    clock.now += TERMS.every
    source.holding("ec-1")

    assert len(issuer.asked) == 2
    assert source.current is before


def test_an_unknown_key_costs_one_fetch_per_throttle(issuer: Issuer, source: RemoteJwks, clock: HandClock) -> None:
    source.holding("ec-1")
    clock.now += TERMS.throttle

    for _ in range(20):
        source.holding("unknown")
    clock.now += TERMS.throttle - 0.1
    source.holding("another")

    assert len(issuer.asked) == 2
    clock.now += 0.1
    source.holding("another")
    assert len(issuer.asked) == 3


def test_a_turned_over_key_is_learned_from_its_first_token(
    issuer: Issuer, source: RemoteJwks, clock: HandClock
) -> None:
    verifier = a_verifier(source, clock)
    former = a_token()
    verifier.verify(former)
    clock.now += TERMS.throttle

    verifier.verify(issuer.turn_over())

    assert len(issuer.asked) == 2
    assert verifier.recall(former) is None
    with pytest.raises(Unauthenticated):
        verifier.verify(former)


def test_a_withdrawn_key_is_forgotten_when_the_set_is_fetched_again(
    issuer: Issuer, source: RemoteJwks, clock: HandClock
) -> None:
    verifier = a_verifier(source, clock)
    source.holding("ec-1")
    issuer.turn_over()
    clock.now += TERMS.every

    with pytest.raises(Unauthenticated):
        verifier.verify(a_token())


def _too_long(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=json.dumps(a_jwks(an_ec_jwk())).encode() + b" " * TERMS.max_bytes)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(_away, id="away"),
        pytest.param(lambda _: httpx.Response(503), id="unwell"),
        pytest.param(lambda _: httpx.Response(302, headers={"Location": "https://evil.example/"}), id="elsewhere"),
        pytest.param(lambda _: httpx.Response(200, content=b"<html>"), id="a page"),
        pytest.param(lambda _: httpx.Response(200, json={"keys": []}), id="no key"),
        pytest.param(lambda _: httpx.Response(200, json={"keys": {}}), id="no list"),
        pytest.param(lambda _: httpx.Response(200, json=[an_ec_jwk()]), id="a list"),
        pytest.param(lambda _: httpx.Response(200, json=a_jwks(*[an_ec_jwk()] * 101)), id="a hundred and one keys"),
        pytest.param(lambda _: httpx.Response(200, content=b"[" * 9999), id="deep"),
        pytest.param(_too_long, id="too long"),
    ],
)
def test_the_last_good_set_stays_while_the_issuer_is_unwell(
    issuer: Issuer, source: RemoteJwks, clock: HandClock, answer: Callable[[httpx.Request], httpx.Response]
) -> None:
    verifier = a_verifier(source, clock)
    source.holding("ec-1")
    issuer.answer = answer

    clock.now += TERMS.every
    for _ in range(5):
        assert verifier.verify(a_token(a_header(x="cold"))).token_id == "one-token"

    assert len(issuer.asked) == 2
    assert source.age == TERMS.every


def test_an_issuer_that_never_answered_makes_the_service_unavailable_and_then_well(
    issuer: Issuer, source: RemoteJwks, clock: HandClock
) -> None:
    verifier = a_verifier(source, clock)
    issuer.answer = _away

    for _ in range(5):
        with pytest.raises(Unavailable):
            verifier.verify(a_token())

    assert len(issuer.asked) == 1
    issuer.answer = None
    clock.now += TERMS.throttle
    assert verifier.verify(a_token()).token_id == "one-token"


def test_a_known_key_never_waits_for_a_slow_fetch(issuer: Issuer, source: RemoteJwks, clock: HandClock) -> None:
    source.holding("ec-1")
    asked, answer = threading.Event(), threading.Event()

    def slow(_: httpx.Request) -> httpx.Response:
        asked.set()
        answer.wait(30)
        return httpx.Response(200, json=issuer.document)

    issuer.answer = slow
    clock.now += TERMS.every
    fetching = threading.Thread(target=source.holding, args=("ec-1",))
    fetching.start()
    asked.wait(30)

    held_meanwhile = "ec-1" in source.holding("ec-1").keys

    answer.set()
    fetching.join(30)
    assert held_meanwhile
    assert len(issuer.asked) == 2


def test_tokens_that_arrive_together_share_the_first_fetch(issuer: Issuer, source: RemoteJwks) -> None:
    together = threading.Barrier(8)
    found: list[bool] = []

    def ask() -> None:
        together.wait(30)
        found.append("ec-1" in source.holding("ec-1").keys)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert found == [True] * 8
    assert len(issuer.asked) == 1


@pytest.mark.parametrize(
    ("url", "plain", "accepted"),
    [
        (URL, False, True),
        ("http://login.example.org/jwks", False, False),
        ("http://login.example.org/jwks", True, False),
        ("http://127.0.0.1:9000/jwks", False, False),
        ("http://127.0.0.1:9000/jwks", True, True),
        ("http://[::1]:9000/jwks", True, True),
        ("http://localhost.example.org/jwks", True, False),
        ("https://user:word@login.example.org/jwks", False, False),
        ("file:///etc/passwd", True, False),
        ("https:///jwks", False, False),
        ("", True, False),
    ],
)
def test_keys_are_fetched_by_https_or_from_the_machine_itself_in_development(
    url: str, plain: bool, accepted: bool
) -> None:
    terms = FetchTerms(plain_http_on_loopback=plain)

    if accepted:
        assert RemoteJwks(url, terms).age is None
    else:
        with pytest.raises(ValueError, match="https"):
            RemoteJwks(url, terms)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        content = json.dumps(a_jwks(an_ec_jwk())).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


def test_keys_come_over_a_real_socket_whatever_proxy_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    source = RemoteJwks(
        f"http://127.0.0.1:{server.server_port}/jwks", FetchTerms(plain_http_on_loopback=True), clock=HandClock()
    )
    try:
        verified = a_verifier(source).verify(a_token())
    finally:
        source.close()
        server.shutdown()
        serving.join(30)
        server.server_close()

    assert verified.token_id == "one-token"


def test_keys_may_be_given_once_and_for_all() -> None:
    assert set(StaticJwks(a_jwks()).current.keys) == {"ec-1", "rsa-1"}
    with pytest.raises(KeySetFault):
        StaticJwks({})
