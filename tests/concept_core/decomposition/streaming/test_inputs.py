from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from safetensors.numpy import save_file

from concept_core.decomposition.streaming.inputs import find_inputs, open_rows
from concept_core.errors import DataError, UsageError

ROWS = np.random.default_rng(0).standard_normal((23, 5))


def write(folder: Path, suffix: str, x: np.ndarray, dtype: str = "f4") -> Path:
    path = folder / f"x{suffix}"
    x = x.astype(dtype)
    if suffix == ".npy":
        np.save(path, x)
    elif suffix == ".safetensors":
        save_file({"x": x}, path)
    elif suffix == ".list.parquet":
        lists = pa.array(list(x), pa.list_(pa.from_numpy_dtype(x.dtype)))
        pq.write_table(pa.table({"id": range(len(x)), "x": lists}), path, row_group_size=7)
    else:
        flat = pa.FixedSizeListArray.from_arrays(pa.array(x.ravel()), x.shape[1])
        pq.write_table(pa.table({"x": flat}), path, row_group_size=7)
    return path


EVERY = pytest.mark.parametrize("suffix", [".npy", ".safetensors", ".parquet", ".list.parquet"])


@EVERY
@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_blocks_are_the_rows(suffix: str, dtype: str, tmp_path: Path) -> None:
    found = open_rows(write(tmp_path, suffix, ROWS, dtype))
    assert found.shape == (23, 5)
    for start in (0, 1, 7, 13, 22):
        blocks = list(found.blocks(start, 4))
        assert [len(block) for block in blocks[:-1]] == [4] * (len(blocks) - 1)
        whole = np.concatenate(blocks)
        assert whole.dtype == np.dtype(dtype)
        np.testing.assert_array_equal(whole, ROWS[start:].astype(dtype))


@EVERY
def test_no_rows(suffix: str, tmp_path: Path) -> None:
    found = open_rows(write(tmp_path, suffix, ROWS[:0]))
    assert found.shape[0] == 0
    assert list(found.blocks(0, 4)) == []


def test_a_folder_gives_its_files_by_name(tmp_path: Path) -> None:
    for name in ("b.npy", "a.parquet", "c.txt"):
        (tmp_path / name).touch()
    one = tmp_path / "b.npy"
    assert find_inputs([tmp_path, one]) == [tmp_path / "a.parquet", one, one]


def test_what_is_no_input(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no input"):
        find_inputs([])
    with pytest.raises(DataError, match=r"no file ending in \.npz, \.npy, \.safetensors"):
        find_inputs([tmp_path])
    with pytest.raises(DataError, match="no such file"):
        find_inputs([tmp_path / "x.npy"])
    (tmp_path / "x.csv").touch()
    with pytest.raises(DataError, match=r"x.csv: expected a file ending"):
        find_inputs([tmp_path / "x.csv"])


@pytest.mark.parametrize("suffix", [".npy", ".safetensors", ".parquet"])
@pytest.mark.parametrize("kept", [0, 40, 0.7])
def test_a_broken_file_is_named(suffix: str, kept: float, tmp_path: Path) -> None:
    path = write(tmp_path, suffix, ROWS)
    whole = path.read_bytes()
    path.write_bytes(whole[: kept if isinstance(kept, int) else int(len(whole) * kept)])
    with pytest.raises(DataError, match=rf"x{suffix}: cannot be read as embeddings, not a whole"):
        open_rows(path)


def test_rows_stored_column_by_column(tmp_path: Path) -> None:
    np.save(tmp_path / "columns.npy", np.asfortranarray(ROWS))
    blocks = list(open_rows(tmp_path / "columns.npy").blocks(7, 4))
    np.testing.assert_array_equal(np.concatenate(blocks), ROWS[7:])


def test_a_file_that_shrinks_while_it_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, ".npy", ROWS)
    found = open_rows(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match="x.npy: ends within row 18"):
        list(found.blocks(0, 4))


def test_other_shapes_and_types(tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", ROWS[0])
    with pytest.raises(DataError, match=r"shape \(5,\); expected two dimensions"):
        open_rows(tmp_path / "one.npy")
    np.save(tmp_path / "ints.npy", np.zeros((2, 2), int))
    with pytest.raises(DataError, match="values of type int64; expected float16"):
        open_rows(tmp_path / "ints.npy")
    save_file({"x": np.zeros((2, 2), np.int32)}, tmp_path / "x.safetensors")
    with pytest.raises(DataError, match="x holds values of type I32"):
        open_rows(tmp_path / "x.safetensors")
    pq.write_table(pa.table({"x": [[1, 2]]}), tmp_path / "x.parquet")
    with pytest.raises(DataError, match="x holds values of type list of int64"):
        open_rows(tmp_path / "x.parquet")
    pq.write_table(pa.table({"x": [1.0]}), tmp_path / "y.parquet")
    with pytest.raises(DataError, match="expected one column of rows, found none"):
        open_rows(tmp_path / "y.parquet")


def test_a_key_says_which(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    save_file({"audio": ROWS, "text": ROWS[:3]}, path)
    assert open_rows(path).shape == (23, 5), "sounds, where there are both"
    with pytest.raises(DataError, match=r"no tensor 'sound'; it has audio \(23 x 5 F64\), text"):
        open_rows(path, "sound")
    assert open_rows(path, "text").shape == (3, 5)
    save_file({"a": ROWS, "b": ROWS[:3]}, path)
    with pytest.raises(DataError, match=r"expected one tensor of rows, found a \(23 x 5 F64\), b"):
        open_rows(path)


def test_a_ragged_column_names_the_row(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"x": [[1.0, 2.0]] * 9 + [[1.0]]}), path, row_group_size=4)
    with pytest.raises(DataError, match="row 9 of column x has 1 numbers, the first row 2"):
        list(open_rows(path).blocks(5, 2))
    pq.write_table(pa.table({"x": [[1.0, 2.0], None]}), path)
    with pytest.raises(DataError, match="row 1 of column x has nothing"):
        list(open_rows(path).blocks(0, 2))
