"""The number on a certificate: readable, forgiving, and never a stranger's after one slip."""

import re
from itertools import combinations

import pytest
from hypothesis import given, strategies as st

from domain.credentials.number import ALPHABET, RANDOM_BYTES, MalformedNumber, new_number, parse

randomness = st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES)
numbers = randomness.map(new_number)
A_NUMBER = new_number(bytes(range(1, 11)))


@given(randomness)
def test_a_number_is_sixteen_symbols_in_groups_of_four_and_parses_to_itself(drawn: bytes) -> None:
    number = new_number(drawn)

    assert re.fullmatch(rf"[{ALPHABET}]{{4}}(-[{ALPHABET}]{{4}}){{3}}", number)
    assert parse(number) == number


@given(randomness, st.integers(0, 74))
def test_each_of_the_first_75_bits_makes_another_number(drawn: bytes, place: int) -> None:
    flipped = (int.from_bytes(drawn, "big") ^ 1 << 79 - place).to_bytes(RANDOM_BYTES, "big")

    assert new_number(flipped)[:18] != new_number(drawn)[:18]


def test_zeros_make_zeros_and_the_check_of_one_is_the_generator() -> None:
    one = (1 << 5).to_bytes(RANDOM_BYTES, "big")

    assert new_number(bytes(RANDOM_BYTES)) == "0000-0000-0000-0000"
    assert new_number(one) == "0000-0000-0000-0012"


@pytest.mark.parametrize("size", [0, 9, 11])
def test_a_number_needs_ten_random_bytes(size: int) -> None:
    with pytest.raises(ValueError, match="10 random bytes"):
        new_number(bytes(size))


def wrong_symbol(symbols: str, place: int, symbol: str) -> str:
    return symbols[:place] + symbol + symbols[place + 1 :]


def swapped(symbols: str, left: int, right: int) -> str:
    return wrong_symbol(wrong_symbol(symbols, left, symbols[right]), right, symbols[left])


def is_refused(text: str) -> bool:
    try:
        parse(text)
    except MalformedNumber:
        return True
    return False


def test_every_wrong_symbol_in_every_place_is_found() -> None:
    # The code is linear: what a slip does to the check depends on the difference alone, so one number stands for all.
    symbols = A_NUMBER.replace("-", "")
    slips = [(place, symbol) for place in range(16) for symbol in ALPHABET if symbol != symbols[place]]

    missed = [slip for slip in slips if not is_refused(wrong_symbol(symbols, *slip))]

    assert len(slips) == 16 * 31
    assert missed == []


def test_every_swap_of_any_two_different_symbols_in_any_two_places_is_found() -> None:
    # By linearity again, symbols a and b trade places as 0 and a ^ b do; a third place makes the number a true one.
    missed = []
    for left, right in combinations(range(16), 2):
        third = next(place for place in range(16) if place not in {left, right})
        for symbol in ALPHABET[1:]:
            body = wrong_symbol("0" * 16, right, symbol)
            true = next(number for s in ALPHABET if not is_refused(number := wrong_symbol(body, third, s)))
            if not is_refused(swapped(true, left, right)):
                missed.append((left, right, symbol))

    assert missed == []


@given(numbers, st.integers(0, 15), st.sampled_from(ALPHABET))
def test_a_wrong_symbol_in_any_number_is_found(number: str, place: int, symbol: str) -> None:
    symbols = number.replace("-", "")
    slipped = wrong_symbol(symbols, place, symbol)

    assert is_refused(slipped) is (slipped != symbols)


@given(st.text(ALPHABET, min_size=16, max_size=16))
def test_the_service_s_own_spelling_and_a_person_s_are_judged_alike(symbols: str) -> None:
    own, typed = "-".join(symbols[at : at + 4] for at in range(0, 16, 4)), symbols.lower()

    assert is_refused(own) is is_refused(typed)


def test_every_wrong_symbol_in_the_service_s_own_spelling_is_found() -> None:
    slips = [
        (place, symbol) for place in range(len(A_NUMBER)) for symbol in ALPHABET if A_NUMBER[place] not in {"-", symbol}
    ]

    assert len(slips) == 16 * 31
    assert [slip for slip in slips if not is_refused(wrong_symbol(A_NUMBER, *slip))] == []


@given(numbers, st.integers(0, 15), st.integers(0, 15))
def test_two_places_changed_in_any_number_are_found(number: str, left: int, right: int) -> None:
    symbols = number.replace("-", "")
    slipped = swapped(symbols, left, right)

    assert is_refused(slipped) is (slipped != symbols)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(A_NUMBER.lower(), id="small letters"),
        pytest.param(A_NUMBER.replace("-", ""), id="no hyphens"),
        pytest.param(f"  {A_NUMBER.replace('-', ' ')}\n", id="spaces"),
        pytest.param(A_NUMBER.replace("-", "\u2013"), id="dashes of a word processor"),
        pytest.param(A_NUMBER.replace("-", "\u00a0"), id="spaces that do not break"),
        pytest.param(f"CPOM-{A_NUMBER}", id="the program before it"),
        pytest.param(f"cpom {A_NUMBER.lower()}", id="the program before it, in small letters"),
        pytest.param(f"UX2 {A_NUMBER}", id="a program with letters outside the alphabet"),
    ],
)
def test_what_people_write_for_a_number_is_understood(written: str) -> None:
    assert parse(written) == A_NUMBER


@pytest.mark.parametrize("one", ["I", "i", "L", "l"])
def test_letters_that_look_like_one_are_one(one: str) -> None:
    number = next(n for b in range(256) if "1" in (n := new_number(bytes([b] * 10))))

    assert parse(number.replace("1", one)) == number


@pytest.mark.parametrize("zero", ["O", "o"])
def test_letters_that_look_like_zero_are_zero(zero: str) -> None:
    assert parse("0000-0000-0000-0012".replace("0", zero)) == "0000-0000-0000-0012"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "-",
        "U000-0000-0000-0000",
        "0000-0000-0000-000",
        "0000-0000-0000-00000",
        "0000-0000-0000-000\x00",
        "\N{FULLWIDTH DIGIT ZERO}000-0000-0000-0000",
        "\ud8000000000000000000",
        "0" * 100_000,
        "CPOM-",
        "CPOM",
        "../../../etc/passwd",
        "0000-0000-0000-0000 0000-0000-0000-0000",
    ],
)
def test_what_cannot_be_a_number_is_refused_without_an_echo(written: str) -> None:
    with pytest.raises(MalformedNumber) as refusal:
        parse(written)

    assert refusal.value.code == "malformed_number"
    assert refusal.value.detail == MalformedNumber.title


@given(st.text(max_size=80))
def test_any_text_is_a_number_or_is_refused(text: str) -> None:
    try:
        number = parse(text)
    except MalformedNumber:
        return

    assert parse(number) == number
