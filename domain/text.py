"""Text as people search it."""

import unicodedata

# Letters that Unicode does not take apart though readers do: nearly as passports spell them (ICAO 9303-3, section 6).
_SPELT = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ł": "l",
        "ħ": "h",
        "ŧ": "t",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "ŋ": "n",
    }
)


def folded(text: str) -> str:
    """The form under which a name is stored for search and looked for: `Dvořák` and `DVORAK` are both `dvorak`.

    Compatibility composition and case folding (Unicode 15, 3.13, and UAX 15), without the marks on letters. The same
    text in any normalisation form folds alike, and what is folded already stays as it is.
    """
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return unicodedata.normalize("NFKC", bare.casefold().translate(_SPELT))
