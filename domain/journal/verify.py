"""The audit: everything that was sealed is hashed again and held against every checkpoint, inside and outside.

Who can change the database can rewrite rows, leaves and the checkpoints' own columns, but cannot sign; who truncates
everything consistently is still caught by the checkpoints kept outside; who can do so there as well, by any copy of a
checkpoint that is kept elsewhere. One pass over the leaves, in bounded memory.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import groupby

from domain.journal.actions import check_note
from domain.journal.merkle import HASH_SIZE, Frontier
from domain.journal.model import (
    Anomaly,
    AuditReport,
    Backlog,
    Checkpoint,
    Forged,
    JournalLine,
    Leaf,
    StoredCheckpoint,
    open_note,
)
from domain.ports import CheckpointStore, JournalLog, KeyProvider

LISTED = 1_000
"""Anomalies named one by one; what is beyond is counted."""

OVERDUE = timedelta(minutes=15)
"""Sealing and publishing run each minute. What still waits after so long does not wait by chance."""


def verify(
    log: JournalLog,
    keys: KeyProvider,
    outside: CheckpointStore,
    *,
    origin: str,
    now: datetime,
    withdrawn: frozenset[str] = frozenset(),
    anchors: Iterable[str] = (),
) -> AuditReport:
    """Recompute the whole log and name every place where it is not as it was sealed.

    `anchors` are notes of this log that somebody kept elsewhere: each must be a checkpoint of the log to this day.

    What keys of the ids `withdrawn` signed proves nothing any more, and is no fault: a later checkpoint under a key
    that holds must answer for its leaves.

    Safe while others write and seal: the notes outside are taken first, then one snapshot of the database, so that
    what is published after the one or sealed after the other is not mistaken for a fault.
    """
    notes = outside.notes()
    log.snapshot()
    audit = _Audit(keys, origin, withdrawn, now)
    audit.judge_guards(log.missing_guards())
    audit.expect(anchors)
    audit.walk(log.sealed(), log.checkpoints(), notes)
    audit.judge_backlog(log.backlog())
    return audit.report()


@dataclass(frozen=True, slots=True)
class _Post:
    """A checkpoint on the way, at `size` leaves. `proved` is None where its note proves nothing."""

    size: int
    inside: bool
    note: str
    proved: Checkpoint | None
    frontier: bytes = b""
    sealed_at: datetime | None = None

    @property
    def place(self) -> str:
        return f"checkpoint {self.size} {'in the database' if self.inside else 'outside'}"


class _Audit:
    """One walk: how far it is, what it holds in its hands, and what it found."""

    def __init__(self, keys: KeyProvider, origin: str, withdrawn: frozenset[str], now: datetime) -> None:
        self._keys, self._origin, self._withdrawn, self._now = keys, origin, withdrawn, now
        self._anchors: dict[str, int] = {}
        self._passed_by = 0
        self._found: list[Anomaly] = []
        self._unlisted = 0
        self._frontier: Frontier | None = Frontier()
        self._next = 0
        self._good = self._signed = self._claimed = 0
        self._inside = self._outside = 0
        self._unpublished: list[_Post] = []
        self._unchecked = 0

    def report(self) -> AuditReport:
        return AuditReport(
            leaves=self._next,
            checkpoints=self._inside,
            outside=self._outside,
            anomalies=tuple(self._found),
            unlisted=self._unlisted,
        )

    def judge_guards(self, missing: Iterable[str]) -> None:
        for name in missing:
            self._find("guard_missing", f"trigger {name}", "The trigger that refuses changes is not in force.")

    def judge_backlog(self, backlog: Backlog) -> None:
        for seq in backlog.inserted:
            self._find("row_inserted", f"journal row {seq}", "It stands among rows sealed long ago, without a leaf.")
        if backlog.waiting:
            self._judge_waiting(backlog)
        if backlog.last_given > backlog.last_known:
            place = _span("journal row", backlog.last_known + 1, backlog.last_given + 1)
            if backlog.dense:
                self._find("rows_removed", place, "The number was given to a row, and neither row nor leaf is left.")
            else:
                detail = "The number was given to a row that is being written, was rolled back, or was removed."
                self._find("numbers_open", place, detail, grave=False)

    def _judge_waiting(self, backlog: Backlog) -> None:
        place = f"journal row {backlog.oldest_seq} and later"
        if self._is_overdue(backlog.oldest_at):
            detail = f"{backlog.waiting} journal rows have waited for their seal for more than {_minutes(OVERDUE)}."
            self._find("seal_overdue", place, f"{detail} Either nothing seals, or their seals were removed.")
        else:
            self._find("unsealed", place, f"{backlog.waiting} journal rows wait to be sealed.", grave=False)

    def _is_overdue(self, since: datetime | None) -> bool:
        return since is not None and self._now - since > OVERDUE

    def expect(self, anchors: Iterable[str]) -> None:
        """Look for these notes on the way; what is no note of ours is found at once."""
        for number, note in enumerate(anchors, start=1):
            place = f"anchor {number}"
            said = self._proved(note, place) or self._said_under_a_withdrawn_key(note)
            if said is not None:
                self._anchors[note] = said.size

    def walk(
        self,
        leaves: Iterable[tuple[Leaf, JournalLine | None]],
        inside: Iterable[StoredCheckpoint],
        outside: Iterable[str],
    ) -> None:
        posts = merge(self._posts_inside(inside), self._posts_outside(outside), key=lambda post: post.size)
        groups = groupby(posts, key=lambda post: post.size)
        size, group = _take(groups)
        for leaf, line in leaves:
            while size <= leaf.position:
                self._pass(size, group)
                size, group = _take(groups)
            if self._in_order(leaf):
                self._judge(leaf, line)
        while group:
            self._pass(size, group)
            size, group = _take(groups)
        self._arrive()

    def _in_order(self, leaf: Leaf) -> bool:
        """Whether the leaf is where one was due, or at least beyond it."""
        if leaf.position < self._next:
            self._find("leaf_disorder", f"leaf {leaf.position}", "Another leaf has this index.")
            return False
        if leaf.position > self._next:
            self._find("leaf_missing", _span("leaf", self._next, leaf.position), "Sealed leaves are gone.")
            self._next = leaf.position
            if self._frontier is not None and self._frontier.size != leaf.position:
                self._frontier = None
        return True

    def _judge(self, leaf: Leaf, line: JournalLine | None) -> None:
        place = f"journal row {leaf.seq} (leaf {leaf.position})"
        if line is None:
            self._find("row_missing", place, "The row was sealed and is gone.")
        elif line.leaf_hash() != leaf.hash:
            self._find("row_changed", place, "The row is not the one that was sealed.")
        if len(leaf.hash) != HASH_SIZE:
            self._find("leaf_malformed", f"leaf {leaf.position}", "What is stored as its hash is none.")
        if self._frontier is not None:
            self._frontier.append(leaf.hash)
        self._next = leaf.position + 1

    def _pass(self, size: int, group: list[_Post]) -> None:
        """Hold what was hashed so far against the checkpoints of this size."""
        self._compare_copies(size, group)
        self._claimed = max(self._claimed, size)
        proved = [post for post in group if post.proved]
        if not proved:
            return
        self._signed = size
        if self._frontier is None or self._frontier.size != size:
            self._unchecked += 1 if self._next == size else 0
            self._resume(proved)
            return
        root = self._frontier.root()
        false = [post for post in proved if post.proved and post.proved.root != root]
        for post in false:
            detail = f"The leaves do not hash to the root that {post.place} signs: reordered, changed or replaced."
            self._find("root_differs", _span("leaf", self._good, size), detail)
        if false:
            self._frontier = None
            self._resume(proved)
        self._good = size

    def _resume(self, proved: list[_Post]) -> None:
        """Go on from a frontier that a signature vouches for, so that one fault does not hide the next."""
        for post in proved:
            try:
                frontier = Frontier.decode(post.size, post.frontier)
            except ValueError:
                continue
            if all(other.proved is not None and other.proved.root == frontier.root() for other in proved):
                self._frontier, self._good = frontier, post.size
                return

    def _compare_copies(self, size: int, group: list[_Post]) -> None:
        """Every checkpoint stands both in the database and outside; only the newest may not be outside yet."""
        inside = [post for post in group if post.inside]
        outside = [post for post in group if not post.inside]
        place = f"checkpoint {size}"
        if not inside:
            self._find("checkpoint_missing", place, "It is kept outside, and gone from the database.")
        elif not outside:
            self._unpublished += inside
        elif inside[0].note != outside[0].note:
            self._find("checkpoint_differs", place, "The database and the outside store hold different notes.")
        if outside:
            for post in [post for post in self._unpublished if post.size < size]:
                self._find("outside_missing", post.place, "It is gone from the outside store, which holds later ones.")
            self._unpublished = []

    def _judge_unpublished(self) -> None:
        """The newest may have been sealed just now; those before it were published before it was sealed."""
        for post in self._unpublished[:-1]:
            self._find("outside_missing", post.place, "It is gone from the outside store, or never got there.")
        for post in self._unpublished[-1:]:
            if self._is_overdue(post.sealed_at):
                detail = f"It was sealed more than {_minutes(OVERDUE)} ago and is not in the outside store."
                self._find("outside_missing", post.place, detail)
            else:
                self._find("unpublished", post.place, "It is not in the outside store yet.", grave=False)

    def _arrive(self) -> None:
        """Judge the end of the log."""
        if self._claimed > self._next:
            detail = f"A checkpoint signs {self._claimed} leaves; the database holds {self._next}."
            self._find("truncated", _span("leaf", self._next, self._claimed), detail)
        if self._next > self._signed:
            self._find("leaves_unsigned", _span("leaf", self._signed, self._next), "No checkpoint covers them.")
        if self._unchecked:
            detail = f"{self._unchecked} roots could not be recomputed, because leaves before them are not as sealed."
            self._find("roots_unchecked", "checkpoints", detail)
        if self._passed_by:
            detail = f"{self._passed_by} notes were signed by keys since withdrawn; later ones answer for their leaves."
            self._find("checkpoints_withdrawn", "checkpoints", detail, grave=False)
        self._judge_unpublished()
        for size in self._anchors.values():
            self._find("anchor_missing", f"checkpoint {size}", "It was kept elsewhere, and is none of the database's.")

    def _posts_inside(self, stored: Iterable[StoredCheckpoint]) -> Iterator[_Post]:
        for row in stored:
            self._inside += 1
            self._anchors.pop(row.note, None)
            place = f"checkpoint {row.size} in the database"
            proved = self._proved(row.note, place)
            if proved and proved.size != row.size:
                self._find("checkpoint_forged", place, "Its note is of another size.")
                proved = None
            yield _Post(
                row.size, inside=True, note=row.note, proved=proved, frontier=row.frontier, sealed_at=row.sealed_at
            )

    def _posts_outside(self, notes: Iterable[str]) -> Iterator[_Post]:
        last = 0
        for number, note in enumerate(notes, start=1):
            self._outside += 1
            proved = self._proved(note, f"note {number} outside")
            said = proved or self._said_under_a_withdrawn_key(note)
            if said is None:
                continue
            if said.size <= last:
                self._find("outside_disorder", f"note {number} outside", "It is not larger than the note before it.")
                continue
            last = said.size
            yield _Post(said.size, inside=False, note=note, proved=proved)

    def _proved(self, note: str, place: str) -> Checkpoint | None:
        try:
            return check_note(note, self._keys, self._origin)
        except Forged as fault:
            if self._said_under_a_withdrawn_key(note) is not None:
                self._passed_by += 1
                return None
            self._find("checkpoint_forged", place, f"The note proves nothing: {fault}.")
            return None

    def _said_under_a_withdrawn_key(self, note: str) -> Checkpoint | None:
        try:
            opened = open_note(note)
        except Forged:
            return None
        ours = opened.kid in self._withdrawn and opened.checkpoint.origin == self._origin
        return opened.checkpoint if ours else None

    def _find(self, code: str, place: str, detail: str, *, grave: bool = True) -> None:
        if len(self._found) < LISTED:
            self._found.append(Anomaly(code, place, detail, grave))
        else:
            self._unlisted += 1


def _take(groups: Iterator[tuple[int, Iterator[_Post]]]) -> tuple[int, list[_Post]]:
    """The next checkpoints of one size; an empty list, farther than any leaf, at the end."""
    size, group = next(groups, (1 << 64, iter(())))
    return size, list(group)


def _span(what: str, start: int, end: int) -> str:
    """Name the places from `start` up to, not including, `end`."""
    return f"{what} {start}" if end - start <= 1 else f"{what} {start} to {end - 1}"


def _minutes(time: timedelta) -> str:
    return f"{int(time.total_seconds() // 60)} minutes"
