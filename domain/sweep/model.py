"""What the sweep asks of the store."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One set of credentials to turn: those under an edition whose last valid day lies before `before`.

    At most `limit` of them. `grace_days` are the edition's, and so is `back_fee`: the code of the fee for coming back
    after a lapse, None where it asks none.
    """

    edition: str
    before: date
    grace_days: int
    limit: int
    back_fee: str | None = None
