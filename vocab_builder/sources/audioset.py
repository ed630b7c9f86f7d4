"""AudioSet: names of the ontology's nodes, or of the classes in a label list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from concept_core.errors import DataError
from concept_core.spelling import check_names
from vocab_builder.candidates import Candidate
from vocab_builder.sources.base import Occurrence, SourceSpec, file_of, gather
from vocab_builder.sources.text_files import read_json, read_lines, read_table

RESTRICTIONS = ("abstract", "blacklist")
_HEADER = ("index", "mid", "display_name")
_BRACKETS = re.compile(r"\s*\([^()]*\)")
# Names whose comma narrows a place down instead of listing names of one thing.
_PLACES = ("Inside,", "Outside,")
# Parts of names that are no English words for a sound: Latin families, and "etc.".
_NO_PARTS = frozenset({"bovinae", "canidae", "etc."})


@dataclass(frozen=True, slots=True)
class AudioSet:
    """Labels of ``ontology.json``, ``class_labels_indices.csv`` or YAMNet's class map.

    Which it is shows in the file itself. A name is split at its commas ("Male speech, man
    speaking" gives two labels); what stands in brackets says which sense is meant and is left
    away ("Keyboard (musical)", "Ambulance (siren)"). The five names of places ("Inside, small
    room") are left out. A node counts 1; its mid is locator and link. In the ontology
    the locator of a restricted node says so: ``/m/07srf8z#blacklist``.

    Attributes
    ----------
    leave_out : tuple of str
        Restrictions whose nodes are not taken: ``abstract`` (headings such as "Sourceless"),
        ``blacklist`` (classes that raters found hard to hear). Label lists have neither.
    """

    needs: ClassVar[frozenset[str]] = frozenset()
    leave_out: tuple[str, ...] = ("abstract",)

    def __post_init__(self) -> None:
        check_names("restriction", self.leave_out, RESTRICTIONS, "audioset: leave_out")

    def __call__(self, spec: SourceSpec) -> list[Candidate]:
        """Read the file.

        Raises
        ------
        DataError
            The file is neither form, or a node lacks its id or name.
        """
        path = file_of(spec)
        nodes = self._nodes(path) if _is_json(path) else _classes(path)
        return gather(
            (
                Occurrence(part, locator, links=(f"audioset:{mid}",))
                for mid, name, locator in nodes
                for part in split_name(name)
            ),
            spec,
        )

    def _nodes(self, path: Path) -> Iterator[tuple[str, str, str]]:
        for number, node in enumerate(_list_of_nodes(path), 1):
            try:
                mid, name, restrictions = node["id"], node["name"], node["restrictions"]
            except (KeyError, TypeError) as error:
                raise DataError(
                    f"{path}: node {number} of the ontology is not an object with 'id', 'name' and"
                    " 'restrictions'"
                ) from error
            if not set(restrictions) & set(self.leave_out):
                mark = "+".join(sorted(restrictions))
                yield mid, name, f"{mid}#{mark}" if mark else mid


def split_name(name: str) -> list[str]:
    """The names inside a class name; none for a place."""
    if name.startswith(_PLACES):
        return []
    parts = []
    for part in _BRACKETS.sub("", name).split(","):
        text = re.sub(r"^(and|or)\s+", "", part.strip())
        # "Cupboard open or close": a label is one thing, the first.
        text = re.sub(r"\s+or\s+.*", "", text)
        if text and text.lower() not in _NO_PARTS:
            parts.append(text)
    return parts


def _is_json(path: Path) -> bool:
    first = next((line for _, line in read_lines(path) if line.strip()), "")
    return first.lstrip().startswith(("[", "{"))


def _list_of_nodes(path: Path) -> list[Any]:
    value = read_json(path)
    if not isinstance(value, list):
        raise DataError(f"{path}: expected a list of ontology nodes, found {type(value).__name__}")
    return value


def _classes(path: Path) -> Iterator[tuple[str, str, str]]:
    for number, row in read_table(path, ","):
        if not all(row.get(column) for column in _HEADER[1:]):
            raise DataError(
                f"{path}:{number}: expected AudioSet's ontology (JSON) or a label list with the"
                f" columns {', '.join(_HEADER)}; found the columns {', '.join(row)}"
            )
        yield row["mid"], row["display_name"], row["mid"]
