"""Recipes: a TOML file that says all that a build does; unknown keys are errors."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from concept_core.errors import DataError, UsageError
from concept_core.releases.versions import VOCABULARY_ID, parse_version
from concept_core.spelling import check_names
from vocab_builder.filters import Filter, filter_type
from vocab_builder.selection import Selection, selection_type
from vocab_builder.sources import Source, check_source
from vocab_builder.stages.options import parse_options

_TABLES = ("vocabulary", "source", "filter", "reference", "selection")
# Keys of a [[source]] that say which file it is; the others are the source's own options.
_PLACE = ("kind", "name", "licence", "path", "resource", "member")
_COMMON = (*_PLACE, "weight")
# Options of filters that hold names of sources.
_SOURCE_NAMES = ("sources", "anchors", "examples", "spare", "trusted")


@dataclass(frozen=True, slots=True)
class Header:
    """The table ``[vocabulary]``: what will be written into the release.

    ``authors`` are whom CITATION.cff names.
    """

    id: str
    version: str
    title: str
    description: str
    encoder: str | None = None
    authors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not VOCABULARY_ID.fullmatch(self.id):
            raise ValueError(
                f"id {self.id!r} is not made of small letters, digits and single hyphens"
            )
        parse_version(self.version)


@dataclass(frozen=True, slots=True)
class SourceTable:
    """One ``[[source]]``: a file by path or by resource, and the source with its options."""

    kind: str
    name: str
    licence: str | None
    path: str | None
    resource: str | None
    member: str | None
    options: Mapping[str, Any]
    run: Source
    where: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Reference:
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
class Stage:
    """One ``[[filter]]`` with its options filled in."""

    kind: str
    run: Filter


@dataclass(frozen=True, slots=True)
class Recipe:
    """A recipe, checked as a whole before anything runs.

    ``size`` None takes every candidate that survives the filters.
    """

    path: Path
    text: str = field(repr=False)
    header: Header
    sources: tuple[SourceTable, ...]
    filters: tuple[Stage, ...]
    reference: Reference | None
    selection_kind: str
    selection: Selection
    size: int | None


def read_recipe(path: str | Path) -> Recipe:
    """Read and check a recipe.

    Raises
    ------
    DataError
        No such file, or no valid TOML; the message has the line.
    UsageError
        Unknown tables or keys (with the nearest spelling), wrong types, unknown kinds.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
        tables = tomllib.loads(text)
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such recipe") from error
    except IsADirectoryError as error:
        raise DataError(f"{path}: a folder, not a recipe; name the TOML file in it") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"{path}: not valid UTF-8 TOML: {error}") from error
    check_names("table", tables, _TABLES, str(path))
    header = parse_options(Header, _table(tables, "vocabulary", path), f"{path}: [vocabulary]")
    reference = tables.get("reference")
    selection = dict(_table(tables, "selection", path))
    where = f"{path}: [selection]"
    size = selection.pop("size", None)
    if size is not None and (type(size) is not int or size < 1):
        raise UsageError(f"{where}: size must be a whole number from 1, found {size!r}")
    kind = _kind(selection, where)
    sources = _sources(tables, path)
    return Recipe(
        path=path,
        text=text,
        header=header,
        sources=sources,
        filters=_filters(tables, path, [source.name for source in sources]),
        reference=None
        if reference is None
        else parse_options(Reference, reference, f"{path}: [reference]"),
        selection_kind=kind,
        selection=parse_options(selection_type(kind, where), selection, where),
        size=size,
    )


def _table(tables: Mapping[str, Any], name: str, path: Path) -> Mapping[str, Any]:
    table = tables.get(name)
    if not isinstance(table, dict):
        raise UsageError(f"{path}: the table [{name}] is missing")
    return table


def _array(tables: Mapping[str, Any], name: str, path: Path) -> list[dict[str, Any]]:
    array = tables.get(name, [])
    if not isinstance(array, list) or not all(isinstance(table, dict) for table in array):
        raise UsageError(f"{path}: write [[{name}]] with two brackets, once for each {name}")
    return array


def _kind(table: dict[str, Any], where: str) -> str:
    kind = table.pop("kind", None)
    if not isinstance(kind, str):
        raise UsageError(f"{where}: the key 'kind' is missing")
    return kind


def _filters(tables: Mapping[str, Any], path: Path, sources: list[str]) -> tuple[Stage, ...]:
    stages = []
    for number, table in enumerate(_array(tables, "filter", path), 1):
        where = f"{path}: [[filter]] {number}"
        options = dict(table)
        kind = _kind(options, where)
        where = f"{where} ({kind})"
        stage = Stage(kind, parse_options(filter_type(kind, where), options, where))
        for option in _SOURCE_NAMES:
            check_names("source", getattr(stage.run, option, ()), sources, f"{where}: {option}")
        stages.append(stage)
    return tuple(stages)


def _sources(tables: Mapping[str, Any], path: Path) -> tuple[SourceTable, ...]:
    sources: list[SourceTable] = []
    for number, table in enumerate(_array(tables, "source", path), 1):
        where = f"{path}: [[source]] {number}"
        options = {key: value for key, value in table.items() if key not in _COMMON}
        place = {key: table.get(key) for key in _PLACE}
        for key, value in place.items():
            if value is not None and not isinstance(value, str):
                raise UsageError(f"{where}: {key} must be text, found {value!r}")
        kind = place["kind"]
        if kind is None:
            raise UsageError(f"{where}: the key 'kind' is missing")
        where = f"{where} ({kind})"
        run = check_source(kind, options, where)
        _check_place(kind, place, where)
        name = place["name"] or kind
        if any(name == source.name for source in sources):
            raise UsageError(f"{where}: two sources are named {name!r}; give one another name")
        sources.append(
            SourceTable(
                kind,
                name,
                place["licence"],
                place["path"],
                place["resource"],
                place["member"],
                options,
                run,
                where,
                _weight(table, where),
            )
        )
    if not sources:
        raise UsageError(f"{path}: no [[source]]; a build needs at least one")
    return tuple(sources)


def _weight(table: Mapping[str, Any], where: str) -> float:
    weight = table.get("weight", 1.0)
    if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 < weight < 1e9:
        raise UsageError(f"{where}: weight must be a number above 0, found {weight!r}")
    return float(weight)


def _check_place(kind: str, place: Mapping[str, Any], where: str) -> None:
    """No key that nothing would read."""
    unused = {"wordnet": ("path", "resource", "member"), "release": ("resource", "member")}
    for key in unused.get(kind, ()):
        if place[key] is not None:
            raise UsageError(f"{where}: {key} is not read by this kind of source; leave it out")
    if place["member"] is not None and place["resource"] is None:
        raise UsageError(f"{where}: member names a file of a resource; say which with resource")
