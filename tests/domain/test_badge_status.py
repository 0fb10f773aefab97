"""Bits, draws and what a standing says in a list. The encoded empty list is the one in the specification."""

import random

import pytest

from domain.badges.facts import StatusPurpose
from domain.badges.model import SHARD_SIZE
from domain.badges.rules import (
    DRAW_BYTES,
    buckets,
    chosen,
    decoded,
    draws,
    empty,
    encoded,
    is_set,
    list_id,
    said_of,
    with_bit,
    with_places,
)
from domain.credentials.model import Standing

# W3C Bitstring Status List v1.0, its examples of a BitstringStatusListCredential.
PUBLISHED_EMPTY = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"


def test_the_specifications_own_list_is_read_and_ours_says_the_same() -> None:
    assert decoded(PUBLISHED_EMPTY) == decoded(encoded(empty(SHARD_SIZE))) == bytes(16_384)


def test_the_same_bits_are_always_encoded_alike() -> None:
    bits = with_places(SHARD_SIZE, random.Random(1).sample(range(SHARD_SIZE), 1_310))  # noqa: S311 - a fixed sample

    assert encoded(bits) == encoded(bytes(bits))
    assert decoded(encoded(bits)) == bits


@pytest.mark.parametrize(
    ("place", "byte", "value"),
    [
        pytest.param(0, 0, 0b1000_0000, id="the first is the highest bit of the first byte"),
        pytest.param(7, 0, 0b0000_0001, id="the eighth is its lowest"),
        pytest.param(8, 1, 0b1000_0000, id="the ninth begins the second byte"),
        pytest.param(SHARD_SIZE - 1, 16_383, 0b0000_0001, id="the last ends the last byte"),
    ],
)
def test_places_count_from_the_left(place: int, byte: int, value: int) -> None:
    bits = with_bit(empty(SHARD_SIZE), place, on=True)

    assert (bits[byte], sum(bits)) == (value, value)
    assert is_set(bits, place)
    assert with_bit(bits, place, on=False) == empty(SHARD_SIZE)


def test_a_list_made_of_its_places_is_the_list_that_was_changed_bit_by_bit() -> None:
    places = random.Random(2).sample(range(256), 40)  # noqa: S311 - a fixed sample
    bits = empty(256)
    for place in places:
        bits = with_bit(bits, place, on=True)

    assert with_places(256, places) == bits
    assert [place for place in range(256) if is_set(bits, place)] == sorted(places)


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        (Standing.ACTIVE, set()),
        (Standing.EXPIRED, set()),
        (Standing.LAPSED, set()),
        (Standing.SUSPENDED, {StatusPurpose.SUSPENSION}),
        (Standing.REVOKED, {StatusPurpose.REVOCATION}),
        (Standing.RETIRED, {StatusPurpose.REVOCATION}),
    ],
)
def test_what_a_standing_says_in_the_lists(standing: Standing, said: set[StatusPurpose]) -> None:
    assert said_of(standing) == said


def test_draws_lie_within_the_shard_and_reach_all_of_it() -> None:
    source = random.Random(3)  # noqa: S311 - a fixed sample

    drawn = [place for _ in range(64) for place in draws(source.randbytes(DRAW_BYTES * 64), 64)]

    assert len(drawn) == 4_096
    assert set(drawn) == set(range(64))


def test_very_many_draws_lie_in_few_buckets_and_yet_anywhere() -> None:
    source = random.Random(5)  # noqa: S311 - a fixed sample
    drawn = [draws(source.randbytes(DRAW_BYTES * 500), SHARD_SIZE) for _ in range(200)]

    assert max(len({place % buckets(SHARD_SIZE) for place in some}) for some in drawn) <= 64
    every = [place for some in drawn for place in some]
    assert all(0 <= place < SHARD_SIZE for place in every)
    eighths = [sum(place * 8 // SHARD_SIZE == eighth for place in every) / len(every) for eighth in range(8)]
    assert all(abs(share - 1 / 8) < 0.01 for share in eighths)
    assert len(set(every)) > 0.5 * len(every)


@pytest.mark.parametrize(("count", "given"), [(0, 0), (3, 3), (5, 5), (9, 5)])
def test_places_are_drawn_from_the_free_ones_none_twice(count: int, given: int) -> None:
    free = [2, 3, 5, 7, 11]

    picked = chosen(free, count, random.Random(4).randbytes(DRAW_BYTES * count))  # noqa: S311 - a fixed sample

    assert len(picked) == len(set(picked)) == given
    assert set(picked) <= set(free)
    assert free == [2, 3, 5, 7, 11]


def test_each_list_has_an_id_of_its_own_that_never_changes() -> None:
    ids = {list_id(shard, purpose) for shard in range(100) for purpose in StatusPurpose}

    assert len(ids) == 200
    assert str(list_id(0, StatusPurpose.REVOCATION)) == "7ae06adb-02bc-58a7-b325-eab993e14a39"
