"""Which tasks wait behind which: what talks to others has lanes of its own, so that nothing else waits for them.

A mail server that takes connections and never answers keeps every thread of its lane busy, and no other's.
"""

from enum import StrEnum
from typing import Final


class Lane(StrEnum):
    """A queue with threads of its own; its value is the queue's name, which never changes."""

    SMALL = "certificant"
    BULK = "certificant-bulk"
    MAIL = "certificant-mail"
    WEBHOOKS = "certificant-webhooks"
    SCHEDULES = "certificant-schedules"

    @property
    def label(self) -> str:
        """How operators are told of it."""
        return self.name.lower()


_LANES: Final = {
    "job.carry_on": Lane.BULK,
    "notice.send": Lane.MAIL,
    "notice.send_many": Lane.MAIL,
    "sweep.tell": Lane.MAIL,
    "watching.mail_digest": Lane.MAIL,
    "webhook.deliver": Lane.WEBHOOKS,
}
"""By the kinds' own names: whoever queues one task need not load what all the others do."""


def lane_of(kind: str) -> Lane:
    """Where a task of this kind waits, unless a schedule started it: those have their own lane."""
    return _LANES.get(kind, Lane.SMALL)
