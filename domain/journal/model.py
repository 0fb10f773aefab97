"""What the seal speaks of: journal lines, leaves, checkpoints, and what an audit finds."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from domain.events import Scalar
from domain.journal.merkle import HASH_SIZE, leaf_hash

_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=repr).encode
"""`default` is for what a stranger stored where text belongs (SQLite lets a column hold anything)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event on its way into the journal. `data` holds ids, codes, dates and numbers only."""

    id: UUID
    occurred_at: datetime
    kind: str
    subject_id: UUID
    actor: str
    request_id: str | None
    data: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An entry as it stands in the journal; `seq` follows the order of writing."""

    seq: int
    id: UUID
    occurred_at: datetime
    kind: str
    subject_id: UUID
    actor: str
    request_id: str | None
    data: Mapping[str, Scalar]


class JournalLine(NamedTuple):
    """A journal row as the store spells it, so that what is sealed is what is stored.

    Ids are 32 lower-case hexadecimal digits, `occurred_at` is `YYYY-MM-DDTHH:MM:SS.ffffff+00:00`, `data` is
    JSON text.
    """

    seq: int
    id: str
    occurred_at: str
    kind: str
    subject_id: str
    actor: str
    request_id: str | None
    data: str

    def content(self) -> bytes:
        """The canonical bytes that are hashed into the line's leaf.

        One JSON object of the eight fields in UTF-8: keys sorted, no white space, strings escaped as little as JSON
        allows. For what events hold (strings, integers within 53 bits, booleans, null, ASCII keys) that is the
        canonical form of RFC 8785. The stored text of `data` is read and written again, so its spacing and the order
        of its keys do not matter. Text that is no JSON, which only a stranger can have stored, is taken as it stands
        under a name of its own: it cannot stop the sealing, and cannot pass for data.
        """
        fields: dict[str, object] = self._asdict()
        try:
            fields["data"] = json.loads(self.data)
            text = _canonical(fields)
        except (TypeError, ValueError, RecursionError):
            fields["unreadable_data"] = fields.pop("data")
            text = _canonical(fields)
        return text.encode("utf-8", "surrogatepass")

    def leaf_hash(self) -> bytes:
        """The hash of this line's leaf."""
        return leaf_hash(self.content())


class Leaf(NamedTuple):
    """The place of one journal line in the tree: dense from 0, in the order of sealing."""

    position: int
    seq: int
    hash: bytes


class Forged(ValueError):
    """A note is not a checkpoint of this log under one of its keys. Its text is the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The state of the log at one moment: how many leaves, and their root."""

    origin: str
    size: int
    root: bytes
    at: str

    def text(self) -> str:
        """The signed text: origin, decimal size, root in base 64 and the time, each ending its line.

        It follows C2SP tlog-checkpoint; the time is its extension line.
        """
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n{self.at}\n"

    def note(self, kid: str, signature: bytes) -> str:
        """The text, an empty line, and a signature line as in C2SP signed-note, which names the key by its `kid`."""
        return f"{self.text()}\n— {kid} {b64encode(signature).decode()}\n"


class OpenedNote(NamedTuple):
    """A note taken apart; nothing about it is proved yet."""

    checkpoint: Checkpoint
    kid: str
    signature: bytes


def open_note(note: str) -> OpenedNote:
    """Take a note apart; raises Forged unless it is spelled exactly as `Checkpoint.note` spells it."""
    try:
        origin, size, root, at, empty, signed, end = note.split("\n")
        dash, kid, signature = signed.split(" ")
        opened = OpenedNote(
            Checkpoint(origin=origin, size=int(size), root=b64decode(root), at=at), kid, b64decode(signature)
        )
    except ValueError as fault:
        message = "it is not spelled as a checkpoint"
        raise Forged(message) from fault
    checkpoint = opened.checkpoint
    strange = (dash, empty, end) != ("—", "", "") or len(checkpoint.root) != HASH_SIZE or checkpoint.size < 1
    if strange or checkpoint.note(kid, opened.signature) != note:
        message = "it is not spelled as a checkpoint"
        raise Forged(message)
    return opened


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCheckpoint:
    """A signed checkpoint in the database, with what the next sealing starts from.

    `frontier` is `Frontier.encode()`; `last_seq` the highest journal number sealed so far.
    """

    size: int
    note: str
    frontier: bytes
    last_seq: int
    sealed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What one sealing did: leaves it added, leaves there are now, and whether lines may be waiting still."""

    added: int
    size: int
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """Journal lines without a leaf.

    `waiting` will be sealed; the oldest is numbered `oldest_seq`, and the first was written at `oldest_at`. `inserted`
    lists (the first of) those below the mark under which everything was sealed long ago: no honest writer puts a line
    there. `last_given` is the highest number that the store ever gave a line, `last_known` the highest one that a line
    or a leaf bears; `dense` says that this store takes the numbers of what was rolled back again.
    """

    waiting: int
    oldest_seq: int | None
    oldest_at: datetime | None
    inserted: tuple[int, ...]
    last_given: int
    last_known: int
    dense: bool


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One thing an audit found: a stable code, the place, and a sentence.

    `grave` means that the record is not what was sealed; what is not grave is a notice (lines still to be sealed).
    """

    code: str
    place: str
    detail: str
    grave: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """The result of an audit. `anomalies` lists the first ones in the order found; `unlisted` counts the rest."""

    leaves: int
    checkpoints: int
    outside: int
    anomalies: tuple[Anomaly, ...]
    unlisted: int

    @property
    def intact(self) -> bool:
        """Whether nothing grave was found."""
        return not self.unlisted and not any(anomaly.grave for anomaly in self.anomalies)
