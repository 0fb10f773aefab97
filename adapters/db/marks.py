"""What every line that a transaction writes into the journal has in common."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Marks:
    """The instant, the acting subject, and the request's id where a request began the transaction."""

    now: datetime
    actor: str
    request_id: str | None
