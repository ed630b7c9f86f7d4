"""AudioSet: names of the ontology's nodes, or of the classes in a label list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from concept_core.errors import DataError
from concept_core.spelling import check_names
from concept_core.text.files import read_json, read_lines, read_table
from vocab_builder.sources.base import Named, Occurrence, Source, gather
from vocab_builder.sources.class_names import bracket_names, split_at_commas, without_brackets
from vocab_builder.stages.candidates import Candidate
from vocab_builder.words.phrases import TaggedReader

RESTRICTIONS = ("abstract", "blacklist")
_FIELDS = {"id": str, "name": str, "description": str, "restrictions": list, "child_ids": list}
_NAMES = {str: "text", list: "a list"}
_HEADER = ("index", "mid", "display_name")
# Names whose comma narrows a place down instead of listing names of one thing.
_PLACES = ("Inside,", "Outside,")
# Parts of names that are no English words for a sound: Latin families, and "etc.".
_NO_PARTS = frozenset({"bovinae", "canidae", "etc."})


@dataclass(frozen=True, slots=True)
class AudioSet(Source):
    """Labels of ``ontology.json``, ``class_labels_indices.csv`` or YAMNet's class map.

    Which it is shows in the file itself. A name is split at its commas: "Male speech, man
    speaking" gives two labels, which their common mid holds together. What stands in brackets says
    which sense is meant and is left away; a single word there makes another name of the label
    ("Whimper (dog)" is also called "dog whimper"). The five names of places ("Inside, small room")
    are left out. A node counts 1; its mid is locator and link, and the mids of its parents are
    links too (``audioset-broader:/m/0jbk``). In the ontology the locator of a restricted node says
    so: ``/m/07srf8z#blacklist``. Label lists have neither parents nor restrictions.

    Attributes
    ----------
    leave_out : tuple of str
        Restrictions whose nodes are not taken: ``abstract`` (headings such as "Sourceless"),
        ``blacklist`` (classes that raters found hard to hear).
    under : tuple of str
        Names or mids of nodes (``Bird``): only these and what is below them; all by default.
    descriptions : bool
        Whether to take nouns and noun phrases of the descriptions too; the locator is
        ``/m/0bt9lr#description``, and there is no link.
    """

    leave_out: tuple[str, ...] = ("abstract",)
    under: tuple[str, ...] = ()
    descriptions: bool = False

    def __post_init__(self) -> None:
        check_names("restriction", self.leave_out, RESTRICTIONS, "audioset: leave_out")

    @property
    def needs(self) -> frozenset[str]:
        """See the base class."""
        return frozenset({"tagger", "wordnet"} if self.descriptions else ())

    def __call__(self, name: str, path: Path) -> list[Candidate]:
        """Read the file.

        Raises
        ------
        DataError
            The file is neither form, a node lacks a field, or ``under`` names none.
        MissingError
            Descriptions are read and the tagger or WordNet is not on this machine.
        """
        nodes = list(_nodes(path) if _is_json(path) else _classes(path))
        parents: dict[str, list[str]] = {}
        for node in nodes:
            for child in node.children:
                parents.setdefault(child, []).append(node.mid)
        taken = [node for node in self._below(nodes, path) if not self._left_out(node)]
        names = (
            Occurrence(
                part.label,
                node.locator,
                links=_links(node.mid, parents),
                names=part.names,
            )
            for node in taken
            for part in split_name(node.name)
        )
        return gather([*names, *self._described(taken)], name, path)

    def _left_out(self, node: Node) -> bool:
        return not set(node.restrictions).isdisjoint(self.leave_out)

    def _below(self, nodes: list[Node], path: Path) -> list[Node]:
        if not self.under:
            return nodes
        known = {node.mid: node for node in nodes}
        names = {node.name.lower(): node.mid for node in nodes}
        wanted = []
        for name in self.under:
            mid = name if name in known else names.get(name.lower())
            if mid is None:
                raise DataError(f"{path}: no node {name!r}; under takes names or mids of nodes")
            wanted.append(mid)
        found: set[str] = set()
        while wanted:
            mid = wanted.pop()
            if mid not in found and mid in known:
                found.add(mid)
                wanted.extend(known[mid].children)
        return [node for node in nodes if node.mid in found]

    def _described(self, nodes: list[Node]) -> Iterator[Occurrence]:
        if not self.descriptions:
            return
        reader = TaggedReader()
        for node in nodes:
            for label, kind in sorted(reader.mentions(node.description)):
                if kind in ("noun", "phrase"):
                    yield Occurrence(label, f"{node.mid}#description", kind=kind)


@dataclass(frozen=True, slots=True)
class Node:
    """A class, as the file has it."""

    mid: str
    name: str
    restrictions: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    description: str = ""

    @property
    def locator(self) -> str:
        """The mid, with the restrictions where there are any."""
        return "#".join(filter(None, (self.mid, "+".join(sorted(self.restrictions)))))


def split_name(name: str) -> list[Named]:
    """The names inside a class name; none for a place."""
    if name.startswith(_PLACES):
        return []
    parts = []
    for part in split_at_commas(name):
        text = re.sub(r"^(and|or)\s+", "", without_brackets(part))
        # "Cupboard open or close": a label is one thing, the first, as it happens.
        text = re.sub(r"\s+open or close$", " opening", text)
        text = re.sub(r"\s+or\s+.*", "", text)
        if text and text.lower() not in _NO_PARTS:
            parts.append(Named(text, tuple(bracket_names(part)[1:])))
    return parts


def _is_json(path: Path) -> bool:
    first = next((line for _, line in read_lines(path) if line.strip()), "")
    return first.lstrip().startswith(("[", "{"))


def _links(mid: str, parents: Mapping[str, list[str]]) -> tuple[str, ...]:
    return (f"audioset:{mid}", *(f"audioset-broader:{parent}" for parent in parents.get(mid, ())))


def _nodes(path: Path) -> Iterator[Node]:
    for number, node in enumerate(_list_of_nodes(path), 1):
        where = f"{path}: node {number} of the ontology"
        if not isinstance(node, dict):
            raise DataError(f"{where}: expected an object, found {type(node).__name__}")
        for field, kind in _FIELDS.items():
            if not isinstance(node.get(field), kind):
                raise DataError(
                    f"{where}: {field!r} must be {_NAMES[kind]}, found {node.get(field)!r}"
                )
            if kind is list and not all(isinstance(one, str) for one in node[field]):
                raise DataError(f"{where}: {field!r} must list texts, found {node[field]!r}")
        yield Node(
            node["id"],
            node["name"],
            tuple(node["restrictions"]),
            tuple(node["child_ids"]),
            node["description"],
        )


def _list_of_nodes(path: Path) -> list[Any]:
    value = read_json(path)
    if not isinstance(value, list):
        raise DataError(f"{path}: expected a list of ontology nodes, found {type(value).__name__}")
    return value


def _classes(path: Path) -> Iterator[Node]:
    for number, row in read_table(path):
        if not all(row.get(column) for column in _HEADER[1:]):
            raise DataError(
                f"{path}:{number}: expected AudioSet's ontology (JSON) or a label list with the"
                f" columns {', '.join(_HEADER)}; found the columns {', '.join(row)}"
            )
        yield Node(row["mid"], row["display_name"])
