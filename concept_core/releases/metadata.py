"""What ``vocabulary.json`` says of a release: which keys we read, and what each must be.

Standard library only, as all of reading a release. A key that we do not know may hold anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from concept_core.errors import DataError

# A type; a list of one shape; or an object with these keys and any others.
_Shape = type | list[Any] | dict[str, Any]

_SHAPES: Mapping[str, _Shape] = {
    "id": str, "version": str, "title": str, "description": str, "content_hash": str,
    "licence": str, "selection": str, "built_with": str, "previous": str, "purpose": str,
    "not_for": str, "size": int, "permissive": bool, "authors": [str], "weaknesses": [str],
    "examples": [str], "stages": [{"stage": str, "before": int, "after": int}],
    "sources": [
        {"name": str, "kind": str, "origin": str, "sha256": str, "licence": str, "concepts": int}
    ],
    "encoder": {"name": str, "fingerprint": str},
    "calibration": [
        {"stage": str, "encoder": str, "measure": str, "value": float, "low": float, "on": str}
    ],
    "stale_decisions": [{"label": str, "action": str, "to": str, "code": str, "text": str}],
}  # fmt: skip
KEYS = tuple(_SHAPES)
"""The keys that anything is done with."""
_NAMES = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


def check_metadata(data: Any, where: str, *, needed: Sequence[str] = ()) -> dict[str, Any]:
    """The metadata of a vocabulary, each value of a key that we read of its type.

    Parameters
    ----------
    data : JSON-ready
    where : str
        What messages begin with: the file.
    needed : sequence of str
        Keys that must be there.

    Raises
    ------
    DataError
        It is no object, a key is missing, or a value is of another type; the message names it.
    """
    if not isinstance(data, dict):
        raise DataError(f"{where}: expected an object, found {type(data).__name__}")
    for key in needed:
        if key not in data:
            raise DataError(f"{where}: the key {key!r} is missing")
    for key, shape in _SHAPES.items():
        # Of no encoder, null.
        if key in data and not (key == "encoder" and data[key] is None):
            _check(data[key], shape, f"{where}: {key}")
    return data


def _check(value: Any, shape: _Shape, where: str) -> None:
    if isinstance(shape, list):
        if not isinstance(value, list):
            raise DataError(f"{where} must be a list, found {value!r:.80}")
        for place, one in enumerate(value, 1):
            _check(one, shape[0], f"{where}, entry {place}")
    elif isinstance(shape, dict):
        if not isinstance(value, dict):
            raise DataError(f"{where} must be an object, found {value!r:.80}")
        for key, inside in shape.items():
            if key not in value:
                raise DataError(f"{where}: the key {key!r} is missing")
            _check(value[key], inside, f"{where}: {key}")
    elif type(value) is not shape and not (shape is float and type(value) is int):
        raise DataError(f"{where} must be {_NAMES[shape]}, found {value!r:.80}")
