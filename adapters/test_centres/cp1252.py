"""Text in CP1252, or nothing: a letter it lacks is written by its nearest, and never by a question mark.

The nearest of a letter with a mark is the letter without (Unicode canonical decomposition); letters that do not
decompose are listed, as authorities write them in machine-readable passports (ICAO 9303-3, section 6).
"""

import unicodedata

_NEAREST = {
    "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ħ": "H", "ħ": "h", "\u0131": "i", "İ": "I", "Ŀ": "L", "ŀ": "l", "Ŋ": "N",
    "ŋ": "n", "Ŧ": "T", "ŧ": "t", "ĸ": "k", "ŉ": "n", "Ə": "E", "ə": "e", "ẞ": "SS", "\u02bb": "'", "\u02bc": "'",
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2212": "-", "\u00a0": " ", "\u202f": " ", "\u2032": "'",
    "\u2033": '"',
}  # fmt: skip


def transliterated(text: str) -> str | None:
    """The text with every character that CP1252 lacks written by its nearest; None where one has none."""
    found = [_one(character) for character in unicodedata.normalize("NFC", text)]
    return None if None in found else "".join(one for one in found if one is not None)


def is_writable(text: str) -> bool:
    """Whether CP1252 has every character of the text."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def decoded(content: bytes) -> str | None:
    """The text of CP1252 bytes; None where one of the five bytes that it leaves undefined is among them."""
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        return None


def _one(character: str) -> str | None:
    if is_writable(character):
        return character
    if character in _NEAREST:
        return _NEAREST[character]
    # Marks are taken off one by one: of two, the one that CP1252 has with the letter may stay.
    base, _, mark = unicodedata.decomposition(character).partition(" ")
    if not mark or base.startswith("<"):
        return None
    return _one(chr(int(base, 16)))
