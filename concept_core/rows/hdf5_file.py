"""Datasets of an HDF5 file, those in groups by their path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from concept_core.extras import require_extra
from concept_core.rows.arrays import TEXT, ArrayInfo, Values, kind_of, named

_PACKED = 1100
"""Bytes that one byte may stand for: deflate ends there, and embeddings nowhere near."""


@dataclass(frozen=True, slots=True)
class Hdf5File:
    """Datasets by path."""

    path: Path
    arrays: tuple[ArrayInfo, ...]
    what: str = field(default="dataset", init=False)

    @classmethod
    def open(cls, path: Path) -> Hdf5File:
        """Read what datasets there are; links to other files are not followed."""
        h5py = require_extra("h5py")
        found: list[ArrayInfo] = []

        def visit(name: str | bytes, item: Any) -> None:
            if isinstance(name, bytes):
                raise ValueError(f"the name {name!r} is not UTF-8")
            if isinstance(item, h5py.Dataset):
                if item.is_virtual or item.external:
                    raise ValueError(f"the rows of {name} are said to lie in other files")
                is_text = h5py.check_string_dtype(item.dtype) is not None
                holds, kind = (TEXT, "text") if is_text else (kind_of(item.dtype), str(item.dtype))
                # What was never written reads as zeros, as many as the header likes.
                stored = item.id.get_storage_size()
                if item.nbytes > (stored if item.chunks is None else _PACKED * stored):
                    raise ValueError(f"{stored} bytes of {name}, {item.shape} {item.dtype}")
                found.append(ArrayInfo(name, tuple(item.shape or ()), holds, kind))

        with named(path, "HDF5"), h5py.File(path, "r") as file:
            file.visititems(visit)
        return cls(path, tuple(found))

    def note(self, name: str) -> str | None:
        """See the protocol; an attribute of the file."""
        h5py = require_extra("h5py")
        with named(self.path, "HDF5"), h5py.File(self.path, "r") as file:
            value = file.attrs.get(name)
        return value if isinstance(value, str) else None

    def blocks(self, name: str, start: int, rows: int) -> Iterator[Values]:
        """See the protocol."""
        h5py = require_extra("h5py")
        with named(self.path, "HDF5"), h5py.File(self.path, "r") as file:
            dataset = file[name]
            for at in range(start, dataset.shape[0], rows):
                yield np.asarray(dataset[at : at + rows])
