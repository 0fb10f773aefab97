"""The Merkle tree of RFC 6962, section 2.1 (the same in RFC 9162): roots, inclusion and consistency proofs.

Every hash is the 32 bytes of a SHA-256. Leaves are hashed with a 0x00 before them and nodes with a 0x01, so that a
node can never pass for a leaf.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Self

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()

Subtree = Callable[[int, int], bytes]
"""The Merkle tree hash of the leaves from the first index up to, not including, the second."""


def leaf_hash(content: bytes) -> bytes:
    """The hash of one leaf's content."""
    return sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children's hashes."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: the roots of its complete subtrees, the largest first.

    It holds one hash for each bit set in `size`, which is all that is needed to append and to tell the root: sealing n
    leaves costs O(n), whatever the size of the tree before them.
    """

    __slots__ = ("_peaks", "size")

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add one leaf, given by its hash."""
        rest = self.size
        while rest & 1:
            leaf = node_hash(self._peaks.pop(), leaf)
            rest >>= 1
        self._peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The Merkle tree hash of all leaves so far; the hash of nothing for the empty tree."""
        if not self._peaks:
            return EMPTY_ROOT
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = node_hash(peak, node)
        return node

    def encode(self) -> bytes:
        """The subtree roots one after another; `decode` with the size gives the frontier back."""
        return b"".join(self._peaks)

    @classmethod
    def decode(cls, size: int, encoded: bytes) -> Self:
        """The frontier of a tree of `size` leaves; raises ValueError where the bytes cannot be that."""
        if size < 0 or len(encoded) != size.bit_count() * HASH_SIZE:
            message = f"{len(encoded)} bytes are not the frontier of {size} leaves"
            raise ValueError(message)
        frontier = cls()
        frontier.size = size
        frontier._peaks = [encoded[at : at + HASH_SIZE] for at in range(0, len(encoded), HASH_SIZE)]
        return frontier


def subtree_of(leaves: Sequence[bytes]) -> Subtree:
    """A `Subtree` over leaf hashes held in memory; each question costs O(its width)."""

    def hash_between(start: int, end: int) -> bytes:
        frontier = Frontier()
        for leaf in leaves[start:end]:
            frontier.append(leaf)
        return frontier.root()

    return hash_between


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """PATH(index, D[size]): the hashes that lead from one leaf to the root, nearest first. 0 <= index < size."""
    if not 0 <= index < size:
        message = f"a tree of {size} leaves has no leaf {index}"
        raise ValueError(message)
    path = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    return path[::-1]


def consistency_proof(first: int, second: int, subtree: Subtree) -> list[bytes]:
    """PROOF(first, D[second]): that the tree of `first` leaves is the beginning of the tree of `second`.

    0 <= first <= second; nothing needs proof where the two are equal or the first is empty.
    """
    if not 0 <= first <= second:
        message = f"a tree of {first} leaves is not the beginning of one of {second}"
        raise ValueError(message)
    if first in {0, second}:
        return []
    path = []
    start, end = 0, second
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    if start:
        path.append(subtree(start, end))
    return path[::-1]


def proves_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows the leaf (its hash) at `index` under `root`; RFC 9162, section 2.1.3.2."""
    if not 0 <= index < size:
        return False
    first, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if first & 1 or first == last:
            node = node_hash(sibling, node)
            first, last = _up(first, last)
        else:
            node = node_hash(node, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and node == root


def proves_consistency(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows one tree to be the beginning of another; RFC 9162, section 2.1.4.2."""
    if not 0 <= first <= second:
        return False
    if first in {0, second}:
        return not proof and (first_root == second_root if first else first_root == EMPTY_ROOT)
    path = list(proof) if first & (first - 1) else [first_root, *proof]
    if not path:
        return False
    at, last = _up_while_odd(first - 1, second - 1)
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            at, last = _up(at, last)
        else:
            after = node_hash(after, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and before == first_root and after == second_root


def _split(width: int) -> int:
    """The largest power of two below `width` (>= 2)."""
    return 1 << (width - 1).bit_length() - 1


def _up(at: int, last: int) -> tuple[int, int]:
    """Climb past the levels at which a right-most node has no sibling."""
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last


def _up_while_odd(at: int, last: int) -> tuple[int, int]:
    """Climb out of the complete subtree that ends at `at`."""
    while at & 1:
        at, last = at >> 1, last >> 1
    return at, last
