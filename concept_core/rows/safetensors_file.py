"""Tensors of safetensors; lists of text in its metadata are arrays too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from concept_core.documents import parse_json
from concept_core.errors import DataError
from concept_core.rows.arrays import NUMBERS, OTHER, TEXT, ArrayInfo, Values, named

# BF16 and the eight-bit kinds have no type in numpy.
_NUMPY = ("F16", "F32", "F64", "I8", "I16", "I32", "I64", "U8", "U16", "U32", "U64")


@dataclass(frozen=True, slots=True)
class SafetensorsFile:
    """Tensors by name, and the JSON lists of the metadata."""

    path: Path
    arrays: tuple[ArrayInfo, ...]
    texts: Mapping[str, tuple[str, ...]] = field(repr=False)
    notes: Mapping[str, str] = field(repr=False)
    what: str = field(default="tensor", init=False)

    @classmethod
    def open(cls, path: Path) -> SafetensorsFile:
        """Read the header."""
        from safetensors import SafetensorError, safe_open

        found = []
        try:
            with named(path, "safetensors"), safe_open(path, "np") as file:
                notes = file.metadata() or {}
                texts = _texts(notes)
                for name in file.keys():  # noqa: SIM118  (it is no mapping)
                    part = file.get_slice(name)
                    kind, shape = part.get_dtype(), tuple(part.get_shape())
                    found.append(ArrayInfo(name, shape, NUMBERS if kind in _NUMPY else OTHER, kind))
        except SafetensorError as error:
            raise DataError(
                f"{path}: cannot be read as embeddings, not a whole safetensors file ({error})"
            ) from error
        ids = (ArrayInfo(name, (len(one),), TEXT, "text") for name, one in texts.items())
        return cls(path, (*found, *ids), texts, notes)

    def note(self, name: str) -> str | None:
        """See the protocol; an entry of the metadata."""
        return self.notes.get(name)

    def blocks(self, name: str, start: int, rows: int) -> Iterator[Values]:
        """See the protocol."""
        from safetensors import safe_open

        (info,) = (one for one in self.arrays if one.name == name)
        for at in range(start, info.shape[0], rows):
            if name in self.texts:
                yield np.array(self.texts[name][at : at + rows], object)
                continue
            # Opened again for each block, so that the pages of the last are given back.
            with named(self.path, "safetensors"), safe_open(self.path, "np") as file:
                yield np.array(file.get_slice(name)[at : min(at + rows, info.shape[0])])


def _texts(metadata: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Lists of text; whatever else stands in the metadata is not ours."""
    found = {}
    for name, value in metadata.items():
        try:
            values = parse_json(value, name, names=True)
        except DataError:
            continue
        if isinstance(values, list) and all(isinstance(one, (str, int)) for one in values):
            found[name] = tuple(map(str, values))
    return found
