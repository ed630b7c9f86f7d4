"""Word lists: a text file with one label a line, with or without counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from concept_core.releases.label_files import check_list
from concept_core.spelling import check_names
from concept_core.text.word_lists import Word, read_word_list
from vocab_builder.sources.base import Occurrence, Source, gather, ranked_by_place
from vocab_builder.stages.candidates import Candidate
from vocab_builder.words.normal_form import normal_form

ORDERS = ("descending", "ascending")
_THEN = " and give its folder to a source of kind release"


@dataclass(frozen=True, slots=True)
class WordList(Source):
    """Lines ``label`` or ``label<TAB>count``, as ``read_word_list`` reads them.

    Skipped are comments, and lines without a letter or digit.
    Without counts the place decides: every label counts 1, and the first of n ranks as if it
    counted n. A label that comes again keeps its best place; counts of one label add up. The
    locator is ``file:line``.

    Attributes
    ----------
    order : str
        ``descending`` where the most important label comes first, ``ascending`` where it comes
        last; of no effect on lines with counts.
    """

    order: str = "descending"

    def __post_init__(self) -> None:
        check_names("order", (self.order,), ORDERS, "wordlist")

    def __call__(self, name: str, path: Path) -> list[Candidate]:
        """Read the file.

        Raises
        ------
        DataError
            A count that is no whole number from 1, counts on some lines only, or no label; a
            table, an export or JSON: the message has the command that reads it.
        """
        check_list(path, _THEN)
        words = [word for word in read_word_list(path) if any(map(str.isalnum, word.text))]
        if any(word.count is not None for word in words):
            return gather(_counted(path, words), name, path)
        ranked = words if self.order == "descending" else words[::-1]
        best: dict[str, int] = {}
        for word in ranked:
            best.setdefault(normal_form(word.text), word.line)
        occurrences = (Occurrence(label, f"{path.name}:{number}") for label, number in best.items())
        found = {one.label: one for one in gather(occurrences, name, path)}
        return ranked_by_place((found[label] for label in best if label), name)


def _counted(path: Path, words: Sequence[Word]) -> Iterator[Occurrence]:
    for word in words:
        yield Occurrence(word.text, f"{path.name}:{word.line}", word.count or 0)
