"""Class names of labelled data sets, of a file that lists them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from concept_core.errors import DataError
from concept_core.text.files import read_json, read_table
from vocab_builder.sources.base import Named, Occurrence, Source, gather
from vocab_builder.sources.class_names import class_things
from vocab_builder.stages.candidates import Candidate


@dataclass(frozen=True, slots=True)
class ClassNames(Source):
    """Names of classes: an object of numbers by name, a list of names, or a column of a table.

    A class counts 1, however many rows of a table have it, and its name is the locator. Further
    names of the same thing are not candidates but other names of it: see ``class_things``.

    Attributes
    ----------
    column : str
        Of a csv or tsv file: the column that has the names.
    other_names : str
        Of a csv or tsv file: the column that has further names, with semicolons between them. A
        class is then called as the table calls it, and by nothing else.
    """

    column: str = "name"
    other_names: str = ""

    def __call__(self, name: str, path: Path) -> list[Candidate]:
        """Read the file.

        Raises
        ------
        DataError
            It is none of these forms, or has no such column; the message says where.
        """
        occurrences = (
            Occurrence(thing.label, class_name, names=thing.names)
            for class_name, things in self._classes(path).items()
            for thing in things
        )
        return gather(occurrences, name, path)

    def _classes(self, path: Path) -> dict[str, tuple[Named, ...]]:
        suffix = path.suffix.lower()
        if suffix in (".csv", ".tsv"):
            return dict(self._rows(path))
        if self.other_names:
            raise DataError(f"{path}: other_names is a column of a csv or tsv file")
        return {name: class_things(name) for name in _listed(path)}

    def _rows(self, path: Path) -> Iterator[tuple[str, tuple[Named, ...]]]:
        for number, row in read_table(path):
            for option in filter(None, (self.column, self.other_names)):
                if option not in row:
                    raise DataError(
                        f"{path}:{number}: no column {option!r}; there are: {', '.join(row)};"
                        ' say which has the class names with column = "..."'
                    )
            class_name = row[self.column].strip()
            if class_name and self.other_names:
                further = tuple(one.strip() for one in row[self.other_names].split(";"))
                yield class_name, (Named(class_name, further),)
            elif class_name:
                yield class_name, class_things(class_name)


def _listed(path: Path) -> Iterator[str]:
    """The names of a JSON file."""
    value = read_json(path)
    expected = "expected class names: an object of numbers by name, or a list of names"
    if not isinstance(value, (dict, list)):
        raise DataError(f"{path}: {expected}; found {type(value).__name__}")
    for number, one in enumerate(value, 1):
        if not isinstance(one, str):
            raise DataError(f"{path}: {expected}; number {number} is {one!r}")
        if one.strip():
            yield one.strip()
