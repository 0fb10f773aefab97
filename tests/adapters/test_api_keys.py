"""API keys: what they look like, and that only the whole key is the key."""

import pytest
from hypothesis import given, strategies as st

from adapters.api_keys import KEY_PATTERN, PresentedKey, digest, looks_like_one, matches, mint, parse
from domain.errors import Unauthenticated


def test_a_minted_key_reads_back() -> None:
    key = mint("live")

    assert parse(key.text) == key
    assert key.text.startswith(f"ck_live_{key.id}_")
    assert len(key.id) == 12
    assert looks_like_one(key.text)
    assert not looks_like_one("eyJhbGciOiJFUzI1NiJ9.e30.x")


def test_no_two_keys_are_alike() -> None:
    keys = [mint("test") for _ in range(50)]

    assert len({key.id for key in keys}) == len({key.text for key in keys}) == 50


def test_a_key_is_known_by_its_digest_alone() -> None:
    key, other = mint("live"), mint("live")

    assert matches(key, digest(key))
    assert not matches(other, digest(key))
    assert not matches(key, "")
    assert not matches(key, "é")
    assert len(digest(key)) == 64
    assert key.text not in digest(key)


def test_the_digest_binds_the_environment() -> None:
    key = mint("live")
    moved = PresentedKey(environment="test", id=key.id, text=key.text.replace("ck_live", "ck_test"))

    assert not matches(moved, digest(key))


def test_a_key_is_not_shown_by_accident() -> None:
    key = mint("live")

    assert key.text not in repr(key)
    assert key.id in repr(key)


def test_a_leaked_key_can_be_found_in_text() -> None:
    key = mint("live")

    found = KEY_PATTERN.search(f'token = "{key.text}"  # oops')

    assert found is not None
    assert parse(found[0]) == key


@given(at=st.integers(0, 200), character=st.sampled_from("0aZ_x \n\x00é"))
def test_a_slip_of_one_character_is_refused_without_asking_the_store(at: int, character: str) -> None:
    text = mint("live").text
    at %= len(text)
    bent = text[:at] + character + text[at + 1 :]

    if bent == text:
        assert parse(bent).text == text
    else:
        with pytest.raises(Unauthenticated):
            parse(bent)


@pytest.mark.parametrize("text", ["", "ck_", "ck_live_x_y", "Bearer ck_live", "ck_live_" + "a" * 10_000, "\ud800"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(Unauthenticated):
        parse(text)


@pytest.mark.parametrize("padding", [" ", "\n", "\x00", "a"])
def test_nothing_may_stand_around_a_key(padding: str) -> None:
    text = mint("live").text

    for bent in (padding + text, text + padding):
        with pytest.raises(Unauthenticated):
            parse(bent)


@pytest.mark.parametrize("environment", ["", "l", "Live", "li_ve", "live\n", "é" * 3, "x" * 17])
def test_an_environment_is_a_short_word(environment: str) -> None:
    with pytest.raises(ValueError, match="environment"):
        mint(environment)
