"""Tables of recipes: a frozen dataclass is the schema, its fields the allowed keys."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from concept_core.errors import UsageError
from concept_core.spelling import check_names
from concept_core.values import to_data

_T = TypeVar("_T")


def field_names(schema: type) -> tuple[str, ...]:
    """The keys that a schema allows."""
    return tuple(field.name for field in dataclasses.fields(schema))


def options_of(stage: object) -> dict[str, Any]:
    """The options of a stage, a frozen dataclass, with defaults filled in, as JSON-ready values."""
    return typing.cast("dict[str, Any]", to_data(stage))


def pop_kind(table: Mapping[str, Any], where: str) -> tuple[str, dict[str, Any]]:
    """The key ``kind`` of a table, and the others.

    Raises
    ------
    UsageError
        There is none, or it is no text.
    """
    rest = dict(table)
    kind = rest.pop("kind", None)
    if not isinstance(kind, str):
        raise UsageError(f"{where}: the key 'kind' is missing")
    return kind, rest


def parse_options(schema: type[_T], options: Any, where: str) -> _T:
    """Make ``schema`` (a dataclass) from a TOML table.

    Raises
    ------
    UsageError
        An unknown key (with the nearest spelling), a missing one, or a value of another type;
        the message begins with ``where``.
    """
    if not isinstance(options, Mapping):
        raise UsageError(f"{where}: expected a table, found {options!r}")
    fields = {field.name: field for field in dataclasses.fields(typing.cast(Any, schema))}
    check_names("key", options, fields, where)
    hints = typing.get_type_hints(schema)
    values = {key: _convert(value, hints[key], f"{where}: {key}") for key, value in options.items()}
    for name, field in fields.items():
        required = (
            field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        )
        if required and name not in values:
            raise UsageError(f"{where}: the key {name!r} is missing")
    try:
        return schema(**values)
    except (ValueError, UsageError) as error:
        raise UsageError(f"{where}: {error}") from error


def _convert(value: Any, hint: Any, where: str) -> Any:
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise UsageError(f"{where}: expected a list, found {value!r}")
        return tuple(_convert(item, arguments[0], f"{where}[{i}]") for i, item in enumerate(value))
    allowed = [kind for kind in (arguments or (hint,)) if kind is not type(None)]
    if float in allowed and type(value) is int:
        return float(value)
    if type(value) not in allowed:
        names = " or ".join(kind.__name__ for kind in allowed)
        raise UsageError(f"{where}: expected {names}, found {value!r}")
    return value
