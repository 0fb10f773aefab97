"""What no store could keep, and what is too large, is refused in front of the routes."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from api import strict_json
from api.edge_errors import Unreadable, Unstorable
from api.guard import Bounds, Guard
from tests.api.asgi import ask, echo, post_json

SMALL = Bounds(media_types={"application/json": 100, "multipart/form-data": 200}, uploads={"/uploads/": 300})
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
MULTIPART: Mapping[str, str] = {"content-type": "multipart/form-data; boundary=x"}


def guarded(bounds: Bounds | None = None) -> Guard:
    return Guard(echo, bounds)


@pytest.mark.parametrize(
    ("body", "status", "pointer", "code"),
    [
        pytest.param(b'{"a":{"b":[1,"x\\u0000y"]}}', 422, "/body/a/b/1", "nul", id="NUL by escape"),
        pytest.param(b'{"a\\u0000":1}', 422, "/body", "nul", id="NUL in a name"),
        pytest.param(b'{"a":"x\x00"}', 400, "/body", "json_invalid", id="NUL as it is"),
        pytest.param(b'{"a":["\\ud800"]}', 422, "/body/a/0", "lone_surrogate", id="half a pair"),
        pytest.param(b'{"a":"\\udc00\\ud800"}', 422, "/body/a", "lone_surrogate", id="a pair the wrong way round"),
        pytest.param(b'{"a":"\xff"}', 400, "/body", "not_utf8", id="no UTF-8"),
        pytest.param(b'{"a":"\xed\xa0\x80"}', 400, "/body", "not_utf8", id="a surrogate as it is"),
        pytest.param(b"\xff\xfe{\x00}\x00", 400, "/body", "not_utf8", id="UTF-16"),
        pytest.param(b'{"a":NaN}', 400, "/body/a", "not_finite", id="NaN"),
        pytest.param(b'{"a":[-Infinity]}', 400, "/body/a/0", "not_finite", id="infinity"),
        pytest.param(b'{"a":1e999}', 400, "/body/a", "not_finite", id="infinity by exponent"),
        pytest.param(b'{"a":9223372036854775808}', 422, "/body/a", "number_out_of_range", id="65 bits"),
        pytest.param(b'{"a":' + b"9" * 5000 + b"}", 422, "/body/a", "number_out_of_range", id="5,000 digits"),
        pytest.param(b'{"a":1,"b":{"c":1,"c":2}}', 400, "/body/b/c", "duplicate_member", id="a member twice"),
        pytest.param(b'{"ab":1,"a\\u0062":2}', 400, "/body/ab", "duplicate_member", id="twice, once escaped"),
        pytest.param(b"[" * 65 + b"]" * 65, 400, "/body", "too_deep", id="65 levels"),
        pytest.param(b"[" * 100_000, 400, "/body", "too_deep", id="100,000 levels"),
        pytest.param(b'{"a":1', 400, "/body", "json_invalid", id="cut off"),
        pytest.param(b'{"a":01}', 400, "/body", "json_invalid", id="a leading zero"),
        pytest.param(b"\xef\xbb\xbf{}", 400, "/body", "json_invalid", id="a byte order mark"),
    ],
)
def test_what_no_store_keeps_is_refused_with_its_place(body: bytes, status: int, pointer: str, code: str) -> None:
    answer = post_json(guarded(), body)

    assert answer.status == status
    assert (answer.pointers, answer.codes) == ([pointer], [code])


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"null",
        b'{"a":"\\\\u0000"}',
        b'{"a":"\\ud83d\\ude00"}',
        b'{"a":9223372036854775807,"b":-9223372036854775808,"c":1.5e300}',
        b'[{"a":1},{"a":2}]',
        b"[" * 64 + b"]" * 64,
        b'{"a":"' + b"[" * 500 + b'"}',
        b'{"a":"' + b'\\"[' * 100 + b'"}',
    ],
)
def test_sound_json_is_handed_on_byte_for_byte(body: bytes) -> None:
    answer = post_json(guarded(), body)

    assert (answer.status, answer.body) == (200, body)
    assert answer.scope["json"] == json.loads(body)


def test_a_place_is_not_named_by_a_key_that_the_client_made_up() -> None:
    answer = post_json(guarded(), b'{"a":{"Zephyrine Quillfeather":{"b":"\\u0000"}}}')

    assert answer.pointers == ["/body/a"]
    assert b"Zephyrine" not in answer.body


def test_every_fault_of_a_body_is_listed_up_to_twenty() -> None:
    answer = post_json(guarded(), json.dumps(["\0"] * 50).encode())

    assert answer.pointers == [f"/body/{index}" for index in range(20)]


@given(VALUES)
def test_whatever_json_can_say_and_a_store_can_keep_is_read_as_it_is(value: object) -> None:
    assert strict_json.read(json.dumps(value).encode()) == value


@given(st.binary(max_size=60) | st.text('{}[]":,\\u0dD89 1e-.NIatnfiy', max_size=60).map(str.encode))
def test_any_bytes_are_read_as_something_storable_or_refused(body: bytes) -> None:
    try:
        value = strict_json.read(body)
    except (Unreadable, Unstorable):
        value = None

    assert "\\u0000" not in json.dumps(value, allow_nan=False).replace("\\\\", "")


def test_a_body_that_announces_too_much_is_refused_unread() -> None:
    answer = ask(guarded(SMALL), "POST", headers={"content-type": "application/json", "content-length": "101"})

    assert (answer.status, answer.json()["code"]) == (413, "too_large")
    assert answer.pointers == ["/body"]
    assert answer.headers["connection"] == "close"


def test_a_body_without_a_length_is_counted_as_it_comes() -> None:
    within = ask(guarded(SMALL), "POST", body=[b"[", b"1" * 18, b"]"], headers={"content-type": "application/json"})
    beyond = ask(guarded(SMALL), "POST", body=[b" " * 60] * 2, headers={"content-type": "application/json"})

    assert (within.status, beyond.status) == (200, 413)


def test_an_upload_is_bounded_by_its_media_type_and_by_where_it_goes() -> None:
    body = b"x" * 250

    elsewhere = ask(guarded(SMALL), "POST", "/forms", body=body, headers=MULTIPART)
    below = ask(guarded(SMALL), "POST", "/uploads/1", body=body, headers=MULTIPART)
    far_beyond = ask(guarded(SMALL), "POST", "/uploads/1", body=body * 2, headers=MULTIPART)

    assert (elsewhere.status, below.status, far_beyond.status) == (413, 200, 413)


def test_a_route_that_goes_by_what_a_body_is_gets_it_as_it_came_and_no_larger_than_any_other() -> None:
    bounds = replace(SMALL, uploads={"/badges": 20}, unjudged=frozenset({"/badges"}))

    token = post_json(guarded(bounds), b"eyJhbGciOiJ9.e30.c2ln", "/badges")
    short = post_json(guarded(bounds), b"eyJh.e30.c2ln", "/badges")
    below = post_json(guarded(bounds), b"eyJh.e30.c2ln", "/badges/1")
    elsewhere = post_json(guarded(bounds), b"eyJh.e30.c2ln", "/forms")

    assert [one.status for one in (token, short, below, elsewhere)] == [413, 200, 400, 400]
    assert short.body == b"eyJh.e30.c2ln"


@pytest.mark.parametrize("kind", ["text/html", "application/x-www-form-urlencoded", "application/xml", ""])
def test_a_body_of_another_media_type_is_refused(kind: str) -> None:
    answer = ask(guarded(), "POST", body=b"a=1", headers={"content-type": kind})

    assert (answer.status, answer.json()["code"]) == (415, "unsupported_media_type")
    assert answer.pointers == ["/header/content-type"]


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "br", "identity, deflate", "x-unheard-of"])
@pytest.mark.parametrize("kind", ["application/json", MULTIPART["content-type"], "text/csv"])
def test_an_encoded_body_is_refused_since_it_would_be_read_as_it_came(kind: str, coding: str) -> None:
    answer = ask(guarded(), "POST", body=b"{}", headers={"content-type": kind, "content-encoding": coding})

    assert (answer.status, answer.json()["code"]) == (415, "unsupported_content_coding")
    assert answer.pointers == ["/header/content-encoding"]
    assert answer.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(("coding", "body"), [("identity", b"{}"), ("", b"{}"), ("gzip", b"")])
def test_a_body_that_is_not_encoded_is_read_whatever_is_said_of_its_coding(coding: str, body: bytes) -> None:
    answer = ask(guarded(), "POST", body=body, headers={"content-type": "application/json", "content-encoding": coding})

    assert (answer.status, answer.body) == (200, body)


def test_a_body_without_a_media_type_is_refused() -> None:
    answer = ask(guarded(), "POST", body=b"{}")

    assert answer.status == 415


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json; charset=utf-8", 200),
        ('application/json; charset="UTF-8"', 200),
        ("Application/JSON", 200),
        ("application/merge-patch+json", 200),
        ("application/json; charset=latin-1", 415),
        ("application/json; charset=utf-16", 415),
    ],
)
def test_json_is_utf_8_under_any_of_its_names(content_type: str, status: int) -> None:
    answer = ask(guarded(), "POST", body=b"{}", headers={"content-type": content_type})

    assert answer.status == status


def test_a_request_without_a_body_needs_no_media_type() -> None:
    answer = ask(guarded(), "POST", "/transitions")

    assert answer.status == 200


@pytest.mark.parametrize("length", ["abc", "-1", "1.5", "0x10"])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    answer = ask(guarded(), "POST", headers={"content-type": "application/json", "content-length": length})

    assert (answer.status, answer.pointers) == (400, ["/header/content-length"])


@pytest.mark.parametrize(
    ("raw_path", "query", "status", "pointer"),
    [
        (b"/a%00b", b"", 400, "/path"),
        (b"/a%zzb", b"", 400, "/path"),
        (b"/a%", b"", 400, "/path"),
        (b"/a%ff", b"", 400, "/path"),
        (b"/a\xff", b"", 400, "/path"),
        (b"/a", b"name=%00", 400, "/query"),
        (b"/a", b"name=%ed%a0%80", 400, "/query"),
        (b"/a", b"name=100%", 400, "/query"),
    ],
)
def test_an_address_that_spells_no_text_is_refused(raw_path: bytes, query: bytes, status: int, pointer: str) -> None:
    answer = ask(guarded(), "GET", "/a", raw_path=raw_path, query=query)

    assert (answer.status, answer.pointers) == (status, [pointer])


def test_an_address_may_hold_any_text_in_utf_8() -> None:
    answer = ask(guarded(), "GET", "/a", raw_path=b"/%C3%A4%20%E2%82%AC", query=b"name=Jos%C3%A9")

    assert answer.status == 200


def test_an_address_longer_than_8_kib_is_refused() -> None:
    answer = ask(guarded(), "GET", "/a", query=b"q=" + b"a" * 8190)

    assert (answer.status, answer.json()["code"]) == (414, "uri_too_long")
