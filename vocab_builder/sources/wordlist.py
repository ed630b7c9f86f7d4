"""Word lists: a text file with one label a line, with or without counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from concept_core.datasets.text_files import read_lines
from concept_core.errors import DataError
from concept_core.spelling import check_names
from vocab_builder.sources.base import Occurrence, Source, by_count, gather
from vocab_builder.stages.candidates import Candidate
from vocab_builder.words.normal_form import normal_form

ORDERS = ("descending", "ascending")


@dataclass(frozen=True, slots=True)
class WordList(Source):
    """Lines ``label`` or ``label<TAB>count``.

    Skipped are lines that begin with # (comments) and those without a letter or digit.
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
            A count that is no whole number from 1, counts on some lines only, or no label.
        """
        lines = list(_read(path))
        if any(count is not None for _, _, count in lines):
            return gather(_counted(path, lines), name, path)
        ranked = lines if self.order == "descending" else lines[::-1]
        best: dict[str, int] = {}
        for number, label, _ in ranked:
            best.setdefault(label, number)
        occurrences = (Occurrence(label, f"{path.name}:{number}") for label, number in best.items())
        worth = {label: float(len(best) - place) for place, label in enumerate(best)}
        return by_count(
            replace(one, extra=-float(one.count), places=((name, worth[one.label]),))
            for one in gather(occurrences, name, path)
        )


def _read(path: Path) -> Iterator[tuple[int, str, str | None]]:
    for number, line in read_lines(path):
        text, tab, count = line.partition("\t")
        label = normal_form(text)
        if any(character.isalnum() for character in label) and not line.startswith("#"):
            yield number, label, count if tab else None


def _counted(path: Path, lines: list[tuple[int, str, str | None]]) -> Iterator[Occurrence]:
    for number, label, text in lines:
        count = int(text) if text is not None and text.strip().isdecimal() else 0
        if count < 1:
            found = "no count" if text is None else repr(text)
            raise DataError(
                f"{path}:{number}: expected a label, a tab and a count from 1, found {found}; give"
                " counts on every line or on none"
            )
        yield Occurrence(label, f"{path.name}:{number}", count)
