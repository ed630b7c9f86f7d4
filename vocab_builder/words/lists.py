"""Lists of words that this package carries, and NLTK's English stop words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from concept_core.errors import UsageError
from concept_core.files import package_folder
from concept_core.spelling import check_names

NLTK_LIST = "nltk"


def read_lists(names: Sequence[str]) -> frozenset[str]:
    """All words of the named lists.

    Raises
    ------
    UsageError
        An unknown list; the message names the known ones.
    MissingError
        NLTK's list is asked for and not on this machine.
    """
    check_lists(names)
    words: set[str] = set()
    for name in names:
        if name == NLTK_LIST:
            words.update(_nltk_words())
            continue
        words.update(read_words(_folder() / f"{name}.txt"))
    return frozenset(words)


def read_words(path: Path) -> frozenset[str]:
    """The words of a list of this package, one a line; ``#`` begins a comment line."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _folder() -> Path:
    return package_folder("data") / "stop"


def check_lists(names: Sequence[str]) -> None:
    """See that there are lists of these names.

    Raises
    ------
    UsageError
        An unknown list; the message names the known ones.
    """
    known = [entry.stem for entry in _folder().glob("*.txt")]
    check_names("stop list", names, [*known, NLTK_LIST], "stop")


def _nltk_words() -> list[str]:
    from nltk.corpus import stopwords

    from concept_core.resources import require_nltk

    require_nltk("stopwords")
    words: list[str] = stopwords.words("english")
    if not words:
        raise UsageError("NLTK's English stop word list is empty; run: sonolex fetch stopwords")
    return words
