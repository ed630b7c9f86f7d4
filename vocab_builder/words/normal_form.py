"""Text to normal form: the one spelling under which all sources meet."""

from __future__ import annotations

import re
import unicodedata

# Curly, low and prime quotation marks, grave and acute used as such, hyphens and dashes.
_APOSTROPHES = "\u2018\u2019\u201a\u201b\u2032\u02bc\u0060\u00b4"
_QUOTES = "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_PLAIN = str.maketrans(
    _APOSTROPHES + _QUOTES + _DASHES + "_",
    "'" * len(_APOSTROPHES) + '"' * len(_QUOTES) + "-" * len(_DASHES) + " ",
)
# Format marks, controls, and halves of surrogate pairs, which a JSON file may hold.
_INVISIBLE = frozenset({"Cf", "Cc", "Cs"})
_BRACKETS = {"(": ")", "[": "]", "{": "}", "\uff08": "\uff09", "\uff3b": "\uff3d"}
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")


def normal_form(text: str) -> str:
    """The normal form of a label, "" where nothing is left.

    Unicode NFC, lower case with accents kept, straight quotes, plain hyphens, underscores as
    spaces, single spaces, no invisible characters, no punctuation around the whole. Hyphens and
    apostrophes inside words stay ("t-shirt", "rock 'n' roll"); a dash between spaces separates
    and goes. Of a pair of brackets both stay ("frying (food)"), or both go where they are around
    the whole ("(dog)"). Idempotent.
    """
    # Lowering can compose anew and NFC can change case-pairs' marks: once more settles both.
    lowered = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
    visible = "".join(
        character
        for character in lowered.translate(_PLAIN)
        if character.isspace() or unicodedata.category(character) not in _INVISIBLE
    )
    words = [word for word in visible.split() if word.strip("-")]
    joined = unicodedata.normalize("NFC", " ".join(words))
    pairs = _pairs(joined)
    start, end = 0, len(joined)
    while start < end:
        first, last = start, end - 1
        if _is_outer(joined[first]) and first not in pairs:
            start += 1
        elif _is_outer(joined[last]) and last not in pairs:
            end -= 1
        elif pairs.get(first) == last:
            start, end = start + 1, end - 1
        else:
            break
    return joined[start:end]


def _pairs(text: str) -> dict[int, int]:
    """Where brackets that belong together stand: of each the place of the other."""
    pairs: dict[int, int] = {}
    opened: list[int] = []
    for place, character in enumerate(text):
        if character in _BRACKETS:
            opened.append(place)
        elif opened and character == _BRACKETS[text[opened[-1]]]:
            first = opened.pop()
            pairs |= {first: place, place: first}
    return pairs


def names_nothing(label: str) -> bool:
    """Whether a label has no letter, digit or symbol, and so no normal form: "_", "...", "- -".

    No source and no decision gives such a label. A list of others that has it keeps it (SpLiCE's
    has "_"); an encoder is given it as it stands, and ``sonolex check`` finds it.
    """
    return not normal_form(label)


def is_word(text: str) -> bool:
    """Whether a token is letters, with hyphens and apostrophes only between letters."""
    return _WORD.fullmatch(text) is not None


def split_words(label: str) -> list[str]:
    """The words of a label: its parts between spaces and hyphens."""
    return [word for word in re.split(r"[\s-]+", label) if word]


def _is_outer(character: str) -> bool:
    return character == " " or unicodedata.category(character).startswith("P")
