"""Sealing the journal, and publishing what was sealed outside the database."""

from datetime import UTC, datetime

from domain.journal.merkle import Frontier
from domain.journal.model import Checkpoint, Forged, Leaf, Sealed, StoredCheckpoint, open_note
from domain.ports import CheckpointStore, JournalLog, KeyProvider

PURPOSE = "journal"
BATCH = 5_000
"""Lines sealed in one transaction: a fraction of a second, so that SQLite's other writers get their turn."""


class SealBroken(RuntimeError):
    """What was sealed before is not as it was left, so nothing may be sealed on top of it. Run an audit."""


def seal(
    log: JournalLog, keys: KeyProvider, outside: CheckpointStore, *, origin: str, now: datetime, limit: int = BATCH
) -> Sealed:
    """Give the committed, unsealed lines their leaves, in the order of `seq`, and sign a checkpoint over the tree.

    Costs O(lines sealed). Commit, then `publish`: never the other way round, or a crash between the two would leave a
    checkpoint outside for leaves that do not exist. Call again while `more` is true.

    Raises:
        SealBroken: the last checkpoint, inside or outside the database, is forged or does not fit the other.

    """
    log.lock()
    latest = log.latest()
    frontier = _trusted_frontier(latest, outside.latest(), keys, origin)
    lines = log.unsealed(limit)
    if not lines:
        return Sealed(added=0, size=frontier.size, more=False)

    leaves = []
    for line in lines:
        leaves.append(Leaf(frontier.size, line.seq, line.leaf_hash()))
        frontier.append(leaves[-1].hash)
    last_seq = max(lines[-1].seq, latest.last_seq if latest else 0)
    log.append(leaves, _signed(frontier, last_seq, keys, origin, now))
    return Sealed(added=len(leaves), size=frontier.size, more=len(lines) == limit)


def publish(log: JournalLog, outside: CheckpointStore) -> int:
    """Add to the outside store every checkpoint it lacks; returns how many. Safe to repeat."""
    log.lock()
    last = outside.latest()
    above = _opened(last, "the last one outside the database").size if last is not None else 0
    return outside.append(stored.note for stored in log.checkpoints(above))


def check_note(note: str, keys: KeyProvider, origin: str) -> Checkpoint:
    """The checkpoint that a note holds; raises Forged unless one of our keys signed it for the log named `origin`."""
    opened = open_note(note)
    if opened.checkpoint.origin != origin:
        message = "it is of another log"
        raise Forged(message)
    if not keys.verify(PURPOSE, opened.kid, opened.checkpoint.text().encode(), opened.signature):
        message = "no key of this service made its signature"
        raise Forged(message)
    return opened.checkpoint


def _signed(frontier: Frontier, last_seq: int, keys: KeyProvider, origin: str, now: datetime) -> StoredCheckpoint:
    at = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    checkpoint = Checkpoint(origin=origin, size=frontier.size, root=frontier.root(), at=at)
    kid, signature = keys.sign(PURPOSE, checkpoint.text().encode())
    return StoredCheckpoint(
        size=frontier.size,
        note=checkpoint.note(kid, signature),
        frontier=frontier.encode(),
        last_seq=last_seq,
        sealed_at=now,
    )


def _trusted_frontier(latest: StoredCheckpoint | None, outside: str | None, keys: KeyProvider, origin: str) -> Frontier:
    """Where the next leaf goes, once the signature over everything before it has been checked."""
    if latest is None:
        if outside is not None:
            message = "there are checkpoints outside the database and none within"
            raise SealBroken(message)
        return Frontier()
    try:
        frontier = Frontier.decode(latest.size, latest.frontier)
        checkpoint = check_note(latest.note, keys, origin)
    except ValueError as fault:
        message = f"the last checkpoint cannot be trusted: {fault}"
        raise SealBroken(message) from fault
    if (checkpoint.size, checkpoint.root) != (frontier.size, frontier.root()):
        message = "the tree's frontier is not the one the last checkpoint was signed over"
        raise SealBroken(message)
    _fits(latest, outside)
    return frontier


def _fits(latest: StoredCheckpoint, outside: str | None) -> None:
    """The store outside may be behind, by a crash between commit and publishing; it is never ahead or different."""
    if outside is None or outside == latest.note:
        return
    if _opened(outside, "the last one outside the database").size >= latest.size:
        message = "the outside store holds a later or another checkpoint than the database"
        raise SealBroken(message)


def _opened(note: str, which: str) -> Checkpoint:
    try:
        return open_note(note).checkpoint
    except Forged as fault:
        message = f"{which}: {fault}"
        raise SealBroken(message) from fault
