"""Quotas: fixed windows by caller, refused with the time to wait."""

import pytest

from api.limits import Quota, RateLimit, Windows, address
from tests.api.asgi import Answer, ask, echo


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def asked(app: RateLimit, path: str = "/v1/x", token: str = "", host: str = "203.0.113.7") -> Answer:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return ask(app, "GET", path, headers=headers, client=(host, 1))


def test_a_quota_is_used_up_and_comes_back_with_the_next_window() -> None:
    clock = Clock()
    app = RateLimit(echo, "2/minute", windows=Windows(clock))

    within = [asked(app).status for _ in range(3)]
    clock.now = 61.0

    assert within == [200, 200, 429]
    assert asked(app).status == 200


def test_a_refusal_says_how_long_to_wait() -> None:
    clock = Clock()
    app = RateLimit(echo, "1/minute", windows=Windows(clock))
    asked(app)
    clock.now = 47.5

    refused = asked(app)

    assert refused.json()["code"] == "too_many_requests"
    assert refused.headers["retry-after"] == "13"
    assert refused.headers["ratelimit"] == '"default";r=0;t=13'


def test_every_answer_says_what_is_left() -> None:
    app = RateLimit(echo, "60/minute", windows=Windows(Clock()))

    answer = asked(app)

    assert answer.headers["ratelimit"] == '"default";r=59;t=60'
    assert answer.headers["ratelimit-policy"] == '"default";q=60;w=60'


def test_callers_have_quotas_of_their_own() -> None:
    app = RateLimit(echo, "1/minute")

    statuses = [asked(app, token="a").status, asked(app, token="b").status, asked(app).status, asked(app).status]

    assert statuses == [200, 200, 200, 429]


def test_made_up_tokens_do_not_escape_a_limit_by_address() -> None:
    app = RateLimit(echo, "1/minute", key=address, announce=False)

    first, second = asked(app, token="a"), asked(app, token="b")

    assert (first.status, second.status) == (200, 429)
    assert "ratelimit" not in first.headers


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "::ffff:cb00:7107"),
        ("a:b", "a:b"),
    ],
)
def test_an_ipv6_customer_is_counted_as_one(host: str, counted: str) -> None:
    assert address({"client": (host, 1)}) == counted


@pytest.mark.parametrize("text", ["", "600", "0/minute", "-1/minute", "600/fortnight", "600/minute;5/second"])
def test_what_spells_no_quota_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no quota"):
        Quota.parse(text)


def test_probes_are_never_refused() -> None:
    app = RateLimit(echo, "1/minute")

    assert [asked(app, path="/livez").status for _ in range(5)] == [200] * 5


def test_windows_that_ended_are_forgotten() -> None:
    clock = Clock()
    windows = Windows(clock)
    for caller in range(4095):
        windows.hit(str(caller), 60)
    clock.now = 61.0

    windows.hit("one more", 60)

    assert len(windows) == 1
