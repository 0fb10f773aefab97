"""What the certificates slice may refuse with."""

import unicodedata
from collections.abc import Iterable

from domain.errors import Conflict

_MOST_NAMED = 10


class UnprintableName(Conflict):
    """A certificate would show a blank box: no font of this service has a glyph for some of the characters."""

    code = "unprintable_name"
    title = "No font of this service has a glyph for some of the characters."

    def __init__(self, characters: Iterable[str] = ()) -> None:
        """Refuse for these characters; each is named as Unicode names it, the first ten of them."""
        self.characters = tuple(dict.fromkeys(characters))
        named = ", ".join(_named(one) for one in self.characters[:_MOST_NAMED])
        more = len(self.characters) - _MOST_NAMED
        super().__init__(f"{self.title} {named}{f' and {more} more' if more > 0 else ''}." if named else None)


def _named(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, 'without a name')}"
