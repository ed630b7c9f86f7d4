"""Lists of words or labels: text with one a line, and a count behind a tab if there is one.

The one reader for vocabularies, ``mine wordlist:``, class names, and texts to embed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from concept_core.errors import DataError
from concept_core.text.files import read_lines

_COMMENT = "#"
# What nobody sees between letters: zero-width space, word joiner, mark of byte order, soft hyphen.
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"))
_LARGEST = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Word:
    """One entry of a list.

    Attributes
    ----------
    line : int
        Its number in the file.
    text : str
        As it is written, white space around it included.
    count : int or None
        What stands behind the tab; None in a list without counts.
    """

    line: int
    text: str
    count: int | None = None


def read_word_list(path: Path) -> Iterator[Word]:
    """The entries of a list, in its order; blank lines and those that begin with # are no entries.

    Raises
    ------
    DataError
        As `read_lines`; something else than a count behind a tab, or counts on some lines only.
    """
    counted: bool | None = None
    for number, line in read_lines(path):
        if not tidy_label(line) or line.lstrip().startswith(_COMMENT):
            continue
        word = _word(line, path, number)
        counted = word.count is not None if counted is None else counted
        if counted != (word.count is not None):
            found = "no count" if counted else f"{word.count} where other lines have none"
            raise _no_count(path, number, found)
        yield word


def _word(line: str, path: Path, number: int) -> Word:
    text, tab, count = line.partition("\t")
    if not tab or not count.strip():
        return Word(number, text)
    if not text.strip():
        # Indented by a tab.
        return _word(line.lstrip(), path, number)
    figure = count.strip()
    # Whole numbers of thousands of digits are no counts, and Python reads none.
    if not (figure.isascii() and figure.isdecimal() and len(figure) <= len(str(_LARGEST))):
        raise _no_count(path, number, repr(count[:40]))
    if not 1 <= int(figure) <= _LARGEST:
        raise _no_count(path, number, repr(count))
    return Word(number, text, int(figure))


def _no_count(path: Path, number: int, found: str) -> DataError:
    return DataError(
        f"{path}:{number}: expected a label, a tab and a count from 1, found {found}; give counts"
        " on every line or on none, and save a table as .tsv, with the names of its columns"
    )


def tidy_label(text: str) -> str:
    """A label as a list or table of a person means it: single spaces, none around, Unicode NFC.

    >>> tidy_label("church\\u00a0 bell "), tidy_label("Frying_(food)")
    ('church bell', 'Frying_(food)')
    """
    return unicodedata.normalize("NFC", " ".join(text.translate(_UNSEEN).split()))


def holds(text: str) -> bool:
    """Whether a line of a list can hold a text, so that it comes back as it is."""
    broken = {"\n", "\r", "\t", "\0", "\ufeff"} & set(text)
    return bool(tidy_label(text)) and not broken and not text.lstrip().startswith(_COMMENT)
