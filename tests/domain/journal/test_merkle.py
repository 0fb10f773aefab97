"""The tree against published vectors, and against the recursion that defines it.

The roots are those of google/certificate-transparency and transparency-dev/merkle (their `testonly` reference inputs);
the shapes of the proofs are the worked example of RFC 6962, section 2.1.3.
"""

from hashlib import sha256

import pytest
from hypothesis import given, settings, strategies as st

from domain.journal.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    proves_consistency,
    proves_inclusion,
    subtree_of,
)

INPUTS = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves_of(count: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962 writes it, over leaf hashes."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


def naive_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH as RFC 6962 writes it."""
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return [*naive_path(index, leaves[:split]), naive_root(leaves[split:])]
    return [*naive_path(index - split, leaves[split:]), naive_root(leaves[:split])]


def naive_subproof(first: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF as RFC 6962 writes it."""
    if first == len(leaves):
        return [] if whole else [naive_root(leaves)]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if first <= split:
        return [*naive_subproof(first, leaves[:split], whole=whole), naive_root(leaves[split:])]
    return [*naive_subproof(first - split, leaves[split:], whole=False), naive_root(leaves[:split])]


def grown(leaves: list[bytes]) -> Frontier:
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert Frontier().root() == EMPTY_ROOT == sha256(b"").digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_the_published_ones(size: int) -> None:
    frontier = grown([leaf_hash(content) for content in INPUTS[:size]])

    assert frontier.root().hex() == ROOTS[size - 1]


def test_proofs_have_the_shapes_of_the_example_in_rfc_6962() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(7)]
    a, b, c, d, e, f, j = leaves
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, ell = node_hash(g, h), node_hash(i, j)
    subtree = subtree_of(leaves)

    assert inclusion_proof(0, 7, subtree) == [b, h, ell]
    assert inclusion_proof(3, 7, subtree) == [c, g, ell]
    assert inclusion_proof(4, 7, subtree) == [f, j, k]
    assert inclusion_proof(6, 7, subtree) == [i, k]
    assert consistency_proof(3, 7, subtree) == [c, d, g, ell]
    assert consistency_proof(4, 7, subtree) == [ell]
    assert consistency_proof(6, 7, subtree) == [i, j, k]


@pytest.mark.parametrize("size", range(1, 34))
def test_everything_agrees_with_the_recursion_that_defines_it(size: int) -> None:
    leaves = leaves_of(size)
    subtree, root = subtree_of(leaves), naive_root(leaves)

    assert grown(leaves).root() == root
    for index in range(size):
        proof = inclusion_proof(index, size, subtree)
        assert proof == naive_path(index, leaves)
        assert proves_inclusion(leaves[index], index, size, proof, root)
    for first in range(1, size + 1):
        proof = consistency_proof(first, size, subtree)
        assert proof == naive_subproof(first, leaves, whole=True)
        assert proves_consistency(first, size, naive_root(leaves[:first]), root, proof)


@given(size=st.integers(1, 200), data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_proof_bent_anywhere_proves_nothing(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, subtree_of(leaves))
    root = naive_root(leaves)
    at = data.draw(st.integers(0, max(len(proof) - 1, 0)))

    assert not proves_inclusion(leaf_hash(b"another"), index, size, proof, root)
    assert not proves_inclusion(leaves[index], index, size, [*proof, root], root)
    assert not proves_inclusion(leaves[index], size, size, proof, root)
    if proof:
        bent = [*proof[:at], leaf_hash(b"bent"), *proof[at + 1 :]]
        assert not proves_inclusion(leaves[index], index, size, bent, root)
        assert not proves_inclusion(leaves[index], index, size, proof[:-1], root)


@given(sizes=st.tuples(st.integers(1, 150), st.integers(1, 150)).map(sorted))
@settings(max_examples=60, deadline=None)
def test_another_beginning_is_never_consistent(sizes: list[int]) -> None:
    first, second = sizes
    leaves = leaves_of(second)
    proof = consistency_proof(first, second, subtree_of(leaves))
    other = naive_root([leaf_hash(b"another"), *leaves[1:first]])

    assert not proves_consistency(first, second, other, naive_root(leaves), proof)
    assert not proves_consistency(first, second, naive_root(leaves[:first]), other, [*proof, other])


def test_the_empty_tree_begins_every_tree_and_needs_no_proof() -> None:
    root = naive_root(leaves_of(5))

    assert consistency_proof(0, 5, subtree_of(leaves_of(5))) == []
    assert proves_consistency(0, 5, EMPTY_ROOT, root, [])
    assert not proves_consistency(0, 5, root, root, [])
    assert not proves_consistency(5, 4, root, root, [])


@pytest.mark.parametrize("size", [0, 1, 2, 7, 8, 255, 256, 1000])
def test_a_frontier_goes_on_from_its_bytes(size: int) -> None:
    leaves = leaves_of(size + 3)
    resumed = Frontier.decode(size, grown(leaves[:size]).encode())

    for leaf in leaves[size:]:
        resumed.append(leaf)

    assert resumed.root() == naive_root(leaves)


@pytest.mark.parametrize(("size", "encoded"), [(3, b"\0" * 32), (-1, b""), (1, b""), (0, b"\0")])
def test_bytes_that_are_no_frontier_are_refused(size: int, encoded: bytes) -> None:
    with pytest.raises(ValueError, match="not the frontier"):
        Frontier.decode(size, encoded)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 3), (3, 3)])
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="has no leaf"):
        inclusion_proof(index, size, subtree_of(leaves_of(3)))


def test_a_larger_tree_does_not_begin_a_smaller_one() -> None:
    with pytest.raises(ValueError, match="not the beginning"):
        consistency_proof(4, 3, subtree_of(leaves_of(4)))
