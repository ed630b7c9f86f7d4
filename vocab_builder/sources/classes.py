"""Class names of labelled data sets, of a file that lists them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from concept_core.datasets.text_files import read_json, read_table
from concept_core.errors import DataError
from vocab_builder.sources.base import Occurrence, Source, gather
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
    """

    column: str = "name"

    def __call__(self, name: str, path: Path) -> list[Candidate]:
        """Read the file.

        Raises
        ------
        DataError
            It is none of these forms, or has no such column; the message says where.
        """
        occurrences = (
            Occurrence(thing.label, class_name, other_names=thing.others(name))
            for class_name in dict.fromkeys(self._names(path))
            for thing in class_things(class_name)
        )
        return gather(occurrences, name, path)

    def _names(self, path: Path) -> Iterator[str]:
        suffix = path.suffix.lower()
        if suffix in (".csv", ".tsv"):
            yield from self._column(path, "\t" if suffix == ".tsv" else ",")
            return
        value = read_json(path)
        expected = "expected class names: an object of numbers by name, or a list of names"
        if not isinstance(value, (dict, list)):
            raise DataError(f"{path}: {expected}; found {type(value).__name__}")
        for number, one in enumerate(value, 1):
            if not isinstance(one, str):
                raise DataError(f"{path}: {expected}; number {number} is {one!r}")
            if one.strip():
                yield one.strip()

    def _column(self, path: Path, delimiter: str) -> Iterator[str]:
        for number, row in read_table(path, delimiter):
            if self.column not in row:
                raise DataError(
                    f"{path}:{number}: no column {self.column!r}; there are: {', '.join(row)};"
                    ' say which has the class names with column = "..."'
                )
            if row[self.column].strip():
                yield row[self.column].strip()
