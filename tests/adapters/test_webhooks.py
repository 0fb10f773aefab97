"""The way out to endpoints, against a real TLS server on the loopback: what is sent, and what hostile answers do."""

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from adapters.outgoing import LARGEST_HEAD
from adapters.webhooks import HttpsWebhookSender
from domain.ports import SentMessage
from domain.watching.rules import secret_of
from tests.builders_credentials import SOME_ID
from tests.receiver import AWAY, GONE, HOST, OK, Receiver, a_receiver, answering

SECRETS = [secret_of(b"m" * 32, SOME_ID, 2), secret_of(b"m" * 32, SOME_ID, 1)]
BODY = {"type": "org.certificant.ping.v1", "data": {"reference": "Zoë’s"}}


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with a_receiver(tmp_path) as made:
        yield made


def sender_to(receiver: Receiver, **more: Any) -> HttpsWebhookSender:
    usual = {"resolve": receiver.resolve, "trust": receiver.trust, "loopback": True, "deadline": 5.0}
    return HttpsWebhookSender(**{**usual, **more})


def sent(receiver: Receiver, url: str | None = None, secrets: Sequence[str] = SECRETS, **more: Any) -> SentMessage:
    sender = sender_to(receiver, **more)
    return sender.send(url or receiver.url, message_id="msg_1", secrets=secrets, body=BODY)


# --- what is sent


def test_a_message_is_signed_so_that_standard_webhooks_own_library_takes_it(receiver: Receiver) -> None:
    result = sent(receiver)

    (taken,) = receiver.taken
    assert (result.taken, result.code, result.status_code) == (True, "delivered", 200)
    for secret in SECRETS:
        assert Webhook(secret).verify(taken.body, taken.headers) == BODY
    with pytest.raises(WebhookVerificationError):
        Webhook(secret_of(b"m" * 32, SOME_ID, 3)).verify(taken.body, taken.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRETS[0]).verify(taken.body.replace(b"ping", b"pong"), taken.headers)


def test_a_message_says_no_more_than_it_must(receiver: Receiver) -> None:
    sent(receiver)

    (taken,) = receiver.taken
    assert taken.target == "/hook?of=cps"
    assert set(taken.headers) == {
        "host", "content-length", "accept-encoding", "connection", "content-type", "user-agent",
        "webhook-id", "webhook-timestamp", "webhook-signature",
    }  # fmt: skip
    assert taken.headers["host"] == f"{HOST}:{receiver.port}"
    assert taken.headers["webhook-id"] == "msg_1"
    assert len(taken.headers["webhook-signature"].split(" ")) == 2
    assert json.loads(taken.body) == BODY


def test_a_receiver_whose_clock_differs_by_more_than_five_minutes_refuses(receiver: Receiver) -> None:
    sent(receiver, clock=lambda: time.time() - 400)

    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(SECRETS[0]).verify(receiver.taken[0].body, receiver.taken[0].headers)


def test_a_proxy_of_the_environment_is_not_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert sent(receiver).taken


# --- what comes back


@pytest.mark.parametrize(
    ("answer", "code", "status", "wait"),
    [
        (OK, "delivered", 200, None),
        (answering("204 No Content"), "delivered", 204, None),
        (answering("299 Odd"), "delivered", 299, None),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, "delivered", 200, None),
        (GONE, "status_410", 410, None),
        (AWAY, "status_503", 503, None),
        (answering("429 Slow", "Retry-After: 120"), "status_429", 429, 120),
        (answering("429 Slow", "Retry-After: 99999999999"), "status_429", 429, 86_400),
        (answering("503 Away", "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT"), "status_503", 503, None),
        (answering("302 Found", "Location: https://127.0.0.1/"), "redirected", 302, None),
        (answering("307 Same", "Location: https://hooks.partner.example/other"), "redirected", 307, None),
        (answering("304 Not Modified"), "redirected", 304, None),
    ],
    ids=lambda value: value[9:24].decode().replace("\r\n", "") if isinstance(value, bytes) else None,
)
def test_an_answer_is_read_for_its_status_alone(
    receiver: Receiver, answer: bytes, code: str, status: int, wait: int | None
) -> None:
    receiver.usual = answer

    result = sent(receiver)

    assert (result.taken, result.code) == (code == "delivered", code)
    assert (result.status_code, result.retry_after) == (status, wait)


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.usual = answering("302 Found", f"Location: {receiver.url}")

    sent(receiver)

    assert receiver.connections == 1


# --- hostile answers


def flooding(connection: ssl.SSLSocket) -> None:
    """A body without an end, after a head that is in order."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65_536)


def endless_head(connection: ssl.SSLSocket) -> None:
    """A head without an end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-More: " + b"y" * 1_000 + b"\r\n")


def dripping(connection: ssl.SSLSocket) -> None:
    """A byte now and then: each wait is short, their sum is not."""
    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"z" * 10_000:
        connection.sendall(bytes([byte]))
        threading.Event().wait(0.05)


def silent(connection: ssl.SSLSocket) -> None:
    """No answer at all."""
    connection.recv(1)


def hanging_up(connection: ssl.SSLSocket) -> None:
    """The end, at once."""
    connection.close()


@pytest.mark.parametrize(
    ("speech", "code"),
    [
        pytest.param(flooding, "delivered", id="an endless body is not read"),
        pytest.param(endless_head, "bad_answer", id="an endless head"),
        pytest.param(dripping, "timeout", id="a byte now and then"),
        pytest.param(silent, "timeout", id="silence"),
        pytest.param(hanging_up, "bad_answer", id="the end at once"),
        pytest.param(lambda c: c.sendall(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), "bad_answer", id="another protocol"),
        pytest.param(lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nA: \x00\r\n\r\n"), "bad_answer", id="a broken head"),
        pytest.param(lambda c: c.sendall(b"HTTP/1.1 103 Hint\r\n\r\n" * 4_000), "bad_answer", id="hints without end"),
    ],
)
def test_a_hostile_answer_is_bounded(receiver: Receiver, speech: Callable[[ssl.SSLSocket], None], code: str) -> None:
    receiver.usual = speech
    begun = time.monotonic()

    result = sent(receiver, deadline=1.5)

    assert (result.taken, result.code) == (code == "delivered", code)
    # Far beyond the deadline: the bound is that it ends at all, and not when the other side likes.
    assert time.monotonic() - begun < 15
    assert LARGEST_HEAD < 20_000


def test_a_listener_that_never_shakes_hands_is_left(receiver: Receiver) -> None:
    import socket  # noqa: PLC0415 - for this one test

    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        result = sent(receiver, f"https://{HOST}:{port}/", resolve=lambda *_: ["127.0.0.1"], deadline=1.0)

    assert result.code == "timeout"


def test_a_certificate_of_another_name_is_refused(tmp_path: Path) -> None:
    with a_receiver(tmp_path, "other.example") as other:
        result = sent(other, f"https://{HOST}:{other.port}/", resolve=lambda *_: ["127.0.0.1"])

        assert (result.code, other.taken) == ("tls", [])


def test_a_certificate_of_an_unknown_authority_is_refused(receiver: Receiver) -> None:
    result = sent(receiver, trust=ssl.create_default_context())

    assert (result.code, receiver.taken) == ("tls", [])


def test_where_nobody_listens_the_connection_fails(receiver: Receiver) -> None:
    assert sent(receiver, f"https://{HOST}:9/", resolve=lambda *_: ["127.0.0.1"]).code == "connection"


# --- where it may go


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["10.1.2.3"],
        ["169.254.169.254"],
        ["64:ff9b::7f00:1"],
        ["8.8.8.8", "127.0.0.1"],
        ["fd00::1", "8.8.8.8"],
        ["not an address"],
    ],
    ids=" ".join,
)
def test_nothing_is_sent_where_a_name_stands_for_an_address_that_is_not_public(
    receiver: Receiver, addresses: list[str]
) -> None:
    result = sent(receiver, loopback=False, resolve=lambda *_: addresses)

    assert (result.code, receiver.connections) == ("address_refused", 0)


def test_a_name_that_is_bound_anew_between_two_questions_is_asked_about_once(receiver: Receiver) -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        del port
        asked.append(host)
        return ["192.0.2.1" if len(asked) > 1 else "127.0.0.1"]

    result = sent(receiver, resolve=rebinding)

    assert (result.taken, asked) == (True, [HOST])


def test_a_sandbox_that_may_speak_to_itself_may_not_speak_to_its_network(receiver: Receiver) -> None:
    assert sent(receiver, resolve=lambda *_: ["192.168.0.1"]).code == "address_refused"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://hooks.partner.example/", "address_refused"),
        ("https:///path", "address_refused"),
        ("https://hooks.partner.example:99999/", "address_refused"),
        ("ftp://hooks.partner.example/", "address_refused"),
        ("https://no.such.example/", "unknown_host"),
    ],
)
def test_an_address_that_cannot_be_one_is_refused(receiver: Receiver, url: str, code: str) -> None:
    assert sent(receiver, url).code == code


def test_a_name_without_an_address_is_unknown(receiver: Receiver) -> None:
    assert sent(receiver, resolve=lambda *_: []).code == "unknown_host"


def test_the_same_master_gives_each_endpoint_and_generation_a_secret_of_its_own() -> None:
    other = type(SOME_ID)(int=SOME_ID.int + 1)
    asked = product((b"a" * 32, b"b" * 32), (SOME_ID, other), (1, 2))

    made = {secret_of(master, id_, generation) for master, id_, generation in asked}

    assert len(made) == 8
    assert all(one.startswith("whsec_") for one in made)
    assert Webhook(SECRETS[0]).sign("m", datetime(2026, 1, 1, tzinfo=UTC), "{}").startswith("v1,")
