"""Recipes: a TOML file that says all that a build does; unknown keys are errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from concept_core.documents import parse_toml, read_text
from concept_core.errors import AbsentFileError, DataError, UsageError, refuse_secrets
from concept_core.releases.versions import VOCABULARY_ID, parse_version
from concept_core.spelling import check_names
from vocab_builder.filters import Filter, filter_type, named_sources
from vocab_builder.filters.topic import Topic
from vocab_builder.selection import Selection, selection_type
from vocab_builder.sources import SourceEntry, parse_sources
from vocab_builder.stages.options import parse_options, pop_kind

_T = TypeVar("_T")
_TABLES = ("vocabulary", "source", "curation", "filter", "reference", "selection")


@dataclass(frozen=True, slots=True)
class Header:
    """The table ``[vocabulary]``: what will be written into the release.

    Attributes
    ----------
    id, version, title, description : str
    encoder : str or None
        What filters and selection embed with.
    authors : tuple of str
        Whom CITATION.cff and the card name.
    purpose, not_for : str
        What the vocabulary is for, and what it is not for; "" says nothing.
    weaknesses : tuple of str
        What is known to be wrong with it, a sentence each.
    examples : tuple of str
        Labels that the card shows first; the vocabulary must have them.
    """

    id: str
    version: str
    title: str
    description: str
    encoder: str | None = None
    authors: tuple[str, ...] = ()
    purpose: str = ""
    not_for: str = ""
    weaknesses: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not VOCABULARY_ID.fullmatch(self.id):
            raise ValueError(
                f"id {self.id!r} is not made of small letters, digits and single hyphens"
            )
        parse_version(self.version)
        for name in ("authors", "weaknesses", "examples"):
            if not all(text.strip() for text in getattr(self, name)):
                raise ValueError(f"an entry of {name} is empty; leave it out")

    def said(self) -> dict[str, Any]:
        """What it says beside id, version, title and description, as JSON-ready values."""
        said: dict[str, Any] = {"purpose": self.purpose, "not_for": self.not_for}
        for name in ("authors", "weaknesses", "examples"):
            said[name] = list(getattr(self, name))
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class ReferenceTable:
    """``[reference]``: captions, or a folder of clips, that coverage is measured on.

    ``sample`` rows are drawn with ``seed`` where there are more; 0 takes all.
    """

    path: str | None = None
    resource: str | None = None
    member: str | None = None
    columns: tuple[str, ...] = ()
    sample: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("sample", "seed"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must be from 0, found {getattr(self, name)}")


@dataclass(frozen=True, slots=True)
class CurationTable:
    """``[curation]``: the files of decisions, of which a later one wins.

    ``licence`` is that of words which are kept though no source has them.
    """

    decisions: tuple[str, ...]
    licence: str | None = None

    def __post_init__(self) -> None:
        if not self.decisions:
            raise ValueError('name a file with decisions = ["decisions.csv"]')


@dataclass(frozen=True, slots=True)
class FilterEntry:
    """One ``[[filter]]`` of a recipe or FILTER of a command line, with its options filled in."""

    kind: str
    filter: Filter


@dataclass(frozen=True, slots=True)
class SelectionEntry:
    """``[selection]`` without its size, or SELECTION of a command line.

    ``topic`` is what is to be chosen from, where the recipe says ``about``.
    """

    kind: str
    selection: Selection
    topic: Topic | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Recipe:
    """A recipe, checked as a whole before anything runs.

    Attributes
    ----------
    path : Path
    text : str
    header : Header
    sources : tuple of SourceEntry
    filters : tuple of FilterEntry
    curation : CurationTable or None
    reference : ReferenceTable or None
    selection : SelectionEntry
    size : int or None
        None takes every candidate that survives the filters.
    """

    path: Path
    text: str
    header: Header
    sources: tuple[SourceEntry, ...]
    filters: tuple[FilterEntry, ...]
    curation: CurationTable | None
    reference: ReferenceTable | None
    selection: SelectionEntry
    size: int | None

    @classmethod
    def read(cls, path: str | Path) -> Recipe:
        """Read and check a recipe.

        Raises
        ------
        DataError
            No such file, or no valid TOML; the message has the line.
        UsageError
            Unknown tables or keys (with the nearest spelling), wrong types, unknown kinds.
        """
        path = Path(path)
        text, tables = _read_toml(path)
        check_names("table", tables, _TABLES, str(path))
        header = parse_options(Header, _table(tables, "vocabulary", path), f"{path}: [vocabulary]")
        reference = _optional(ReferenceTable, tables, "reference", path)
        curation = _optional(CurationTable, tables, "curation", path)
        where = f"{path}: [selection]"
        selection = dict(_table(tables, "selection", path))
        size = selection.pop("size", None)
        if size is not None and (type(size) is not int or size < 1):
            raise UsageError(f"{where}: size must be a whole number from 1, found {size!r}")
        topic = {"about": selection.pop("about")} if "about" in selection else None
        chosen = parse_selection(selection, where)
        if topic is not None:
            chosen = replace(chosen, topic=parse_options(Topic, topic, where))
        sources = parse_sources(_array(tables, "source", path), path.parent)
        if not sources:
            raise UsageError(f"{path}: no [[source]]; a build needs at least one")
        names = [source.name for source in sources]
        filters = tuple(
            _check_names(parse_filter(table, where), names, where)
            for where, table in _array(tables, "filter", path)
        )
        return cls(path, text, header, sources, filters, curation, reference, chosen, size)

    def __repr__(self) -> str:
        kinds = ", ".join([*(entry.kind for entry in self.filters), self.selection.kind])
        name = f"{self.header.id}@{self.header.version}"
        return f"Recipe({name!r}, {len(self.sources)} sources, {kinds})"


def parse_filter(table: Mapping[str, Any], where: str) -> FilterEntry:
    """A filter of its table: ``kind`` and its options.

    Raises
    ------
    UsageError
        An unknown kind or key (with the nearest spelling), or a value that does not fit.
    """
    kind, options = pop_kind(table, where)
    return FilterEntry(kind, parse_options(filter_type(kind, where), options, where))


def parse_selection(table: Mapping[str, Any], where: str) -> SelectionEntry:
    """A selection of its table, as ``parse_filter``."""
    kind, options = pop_kind(table, where)
    return SelectionEntry(kind, parse_options(selection_type(kind, where), options, where))


def _check_names(entry: FilterEntry, sources: Sequence[str], where: str) -> FilterEntry:
    """See that the sources that a filter names are there."""
    for option, names in named_sources(entry.filter).items():
        check_names("source", names, sources, f"{where}: {option}")
    return entry


def _read_toml(path: Path) -> tuple[str, dict[str, Any]]:
    if path.is_dir():
        raise DataError(f"{path}: a folder, not a recipe; name the TOML file in it")
    try:
        text = read_text(path)
    except FileNotFoundError as error:
        raise AbsentFileError(f"{path}: no such recipe") from error
    # It goes with every release, whole.
    refuse_secrets(text, str(path))
    return text, parse_toml(text, str(path))


def _table(tables: Mapping[str, Any], name: str, path: Path) -> Mapping[str, Any]:
    table = tables.get(name)
    if not isinstance(table, dict):
        raise UsageError(f"{path}: the table [{name}] is missing")
    return table


def _optional(schema: type[_T], tables: Mapping[str, Any], name: str, path: Path) -> _T | None:
    table = tables.get(name)
    return None if table is None else parse_options(schema, table, f"{path}: [{name}]")


def _array(tables: Mapping[str, Any], name: str, path: Path) -> list[tuple[str, dict[str, Any]]]:
    """The tables of an array, each with where it stands and its kind."""
    array = tables.get(name, [])
    if not isinstance(array, list) or not all(isinstance(table, dict) for table in array):
        raise UsageError(f"{path}: write [[{name}]] with two brackets, once for each {name}")
    return [
        (f"{path}: [[{name}]] {number}" + (f" ({table['kind']})" if "kind" in table else ""), table)
        for number, table in enumerate(array, 1)
    ]
