"""Stages on a command line: ``kind``, ``kind:path``, ``kind:key=value,key=value``.

The keys are those of a recipe and are checked by the same rules. A value that is a list has commas
between its items: ``stop:lists=function,abstract,inside=qualifiers``.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from concept_core.errors import UsageError
from concept_core.resources import resource_path
from vocab_builder.building.recipe import Stage
from vocab_builder.filters import filter_type
from vocab_builder.selection import Selection, selection_type
from vocab_builder.sources import SourceSpec, check_source, source_type
from vocab_builder.stages.options import parse_options

_KEY = re.compile(r"([a-z_]+)=(.*)", re.DOTALL)
# Keys that say which file a source reads, beside the options of its kind.
_PLACE = ("name", "path", "resource", "member")


def parse_sources(arguments: Iterable[str]) -> list[SourceSpec]:
    """Sources such as ``wordnet``, ``captions:my.csv,tagger=none``, ``ucs:resource=ucs,member=F``.

    What comes before the first key is the path.

    Raises
    ------
    UsageError
        An unknown kind or key (with the nearest spelling), a value that does not fit, or two
        sources of one name.
    MissingError
        A resource is not on this machine.
    """
    specs: list[SourceSpec] = []
    for argument in arguments:
        where = f"source {argument!r}"
        kind, first, texts = _split(argument)
        if first is not None:
            if "path" in texts:
                raise UsageError(f"{where}: the path is given twice; write it once")
            texts["path"] = first
        place = {key: texts.pop(key, None) for key in _PLACE}
        options = _values(source_type(kind, where), texts)
        check_source(kind, options, where)
        name = place["name"] or kind
        if any(name == spec.name for spec in specs):
            raise UsageError(f"{where}: two sources are named {name!r}; add name=ANOTHER to one")
        specs.append(SourceSpec(kind, name, "not stated", _path(place, where), options))
    return specs


def parse_filters(arguments: Iterable[str]) -> list[Stage]:
    """Filters such as ``twins`` or ``redundancy:threshold=0.8``.

    Raises
    ------
    UsageError
        An unknown kind or key (with the nearest spelling), or a value that does not fit.
    """
    stages = []
    for argument in arguments:
        where = f"filter {argument!r}"
        kind, texts = _without_path(argument, where)
        schema = filter_type(kind, where)
        stages.append(Stage(kind, parse_options(schema, _values(schema, texts), where)))
    return stages


def parse_selection(argument: str) -> tuple[str, Selection]:
    """The kind and the selection of ``frequency`` or ``coverage:redundancy=0.3``.

    Raises
    ------
    UsageError
        As ``parse_filters``.
    """
    where = f"selection {argument!r}"
    kind, texts = _without_path(argument, where)
    schema = selection_type(kind, where)
    return kind, parse_options(schema, _values(schema, texts), where)


def _split(argument: str) -> tuple[str, str | None, dict[str, str]]:
    """Kind, what stands before the first key, and the keys with their texts."""
    kind, colon, rest = argument.partition(":")
    # A comma separates keys only before a key: lists and paths have commas too.
    parts = re.split(r",(?=[a-z_]+=)", rest) if colon else []
    first = parts.pop(0) if parts and not _KEY.fullmatch(parts[0]) else None
    pairs = (_KEY.fullmatch(part) for part in parts)
    return kind, first, {pair[1]: pair[2] for pair in pairs if pair}


def _without_path(argument: str, where: str) -> tuple[str, dict[str, str]]:
    kind, first, texts = _split(argument)
    if first is not None:
        raise UsageError(f"{where}: expected key=value after the colon, found {first!r}")
    return kind, texts


def _values(schema: type, texts: Mapping[str, str]) -> dict[str, Any]:
    """The texts as a recipe's TOML would give them, by the types of the schema's fields."""
    hints = typing.get_type_hints(schema)
    return {key: _value(text, hints.get(key, str)) for key, text in texts.items()}


def _value(text: str, hint: Any) -> Any:
    """A text that does not fit stays one, and the options' own check says what was expected."""
    if typing.get_origin(hint) is tuple:
        return [_value(item, typing.get_args(hint)[0]) for item in text.split(",") if item]
    kinds = typing.get_args(hint) or (hint,)
    if bool in kinds and text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        if kind in kinds:
            try:
                return kind(text)
            except ValueError:
                continue
    return text


def _path(place: Mapping[str, str | None], where: str) -> Path | None:
    path, resource, member = place["path"], place["resource"], place["member"]
    if path is not None and resource is not None:
        raise UsageError(f"{where}: give either path or resource")
    if member is not None and resource is None:
        raise UsageError(f"{where}: member names a file of a resource; say which with resource")
    if resource is not None:
        return resource_path(resource, member)
    return None if path is None else Path(path)
