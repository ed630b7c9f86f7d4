from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from concept_core.encoders.row_files import read_rows
from concept_core.errors import DataError
from concept_core.rows.source import open_sources


def test_rows_that_were_never_written_are_none(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "rows.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("audio", shape=(1 << 20, 1024), dtype="f4")
    with pytest.raises(DataError, match="0 bytes of audio"):
        read_rows(path)
    with h5py.File(path, "w") as file:
        file.create_dataset("audio", shape=(1 << 20, 1024), dtype="f4", chunks=(64, 1024))
        file["audio"][:64] = 1
    with pytest.raises(DataError, match="bytes of audio"):
        read_rows(path)


def test_packed_rows_are_read(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "rows.h5"
    rows = np.ones((512, 64), np.float32)
    with h5py.File(path, "w") as file:
        file.create_dataset("audio", data=rows, chunks=(64, 64), compression="gzip")
    (source,) = open_sources(path)
    assert np.array_equal(source.all_rows(), rows)


def test_a_name_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "rows.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("embeddings", data=np.ones((2, 3), np.float32))
    path.write_bytes(path.read_bytes().replace(b"embeddings", b"\xff\xfebeddings"))
    with pytest.raises(DataError, match="is not UTF-8"):
        read_rows(path)
