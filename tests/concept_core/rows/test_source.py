"""Files of rows as people have them: which array is what, with which ids, of which kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from concept_core.encoders.row_files import read_rows
from concept_core.errors import AssumptionWarning, DataError, MissingError
from concept_core.rows.source import open_sources

X = np.random.default_rng(0).standard_normal((3, 4)).astype(np.float32)
CLIPS = ["a/dog.wav", "rain.wav", "é.wav"]
WORDS = ["This is a sound of dog.", "This is a sound of rain.", "rain_on glass"]
pytestmark = pytest.mark.filterwarnings("error")


def hdf5(path: Path, /, **arrays: Any) -> Path:
    h5py = pytest.importorskip("h5py", reason='needs pip install "sonolex[hdf5]"')
    with h5py.File(path, "w") as file:
        for name, values in arrays.items():
            is_text = isinstance(values, list) and isinstance(values[0], str)
            file.create_dataset(name, data=values, dtype=h5py.string_dtype() if is_text else None)
    return path


def parquet(path: Path, /, **columns: Any) -> Path:
    arrow = pytest.importorskip("pyarrow", reason='needs pip install "sonolex[parquet]"')
    from pyarrow import parquet as files

    files.write_table(arrow.table(columns), path, row_group_size=2)
    return path


def npz(path: Path, /, **arrays: Any) -> Path:
    np.savez(path, **arrays)
    return path


def npy(folder: Path, name: str, x: Any = X, txt: str = "", table: str = "") -> Path:
    np.save(folder / name, x)
    for suffix, text in ((".txt", txt), (".csv", table)):
        if text:
            (folder / name).with_suffix(suffix).write_text(text, "utf-8")
    return folder / name


def only(path: Path) -> tuple[str, list[str], np.ndarray]:
    ((kind, rows),) = read_rows(path).items()
    return kind, list(rows.ids), rows.x


def test_hdf5_of_both_kinds_with_ids_of_bytes(tmp_path: Path) -> None:
    coded = np.array([name.encode() for name in CLIPS])
    path = hdf5(tmp_path / "x.h5", audio=X, audio_ids=coded, text=X[:2], text_ids=WORDS[:2])
    found = read_rows(path)
    assert list(found["audio"].ids) == CLIPS and list(found["text"].ids) == WORDS[:2]
    np.testing.assert_array_equal(found["audio"].x, X)


@pytest.mark.parametrize("ids", ["filenames", "filename", "files", "path", "fname"])
def test_embeddings_beside_names_of_files_are_sounds(tmp_path: Path, ids: str) -> None:
    with pytest.warns(AssumptionWarning, match="embeddings is taken for audio rows by the name of"):
        kind, names, x = only(hdf5(tmp_path / "x.hdf5", embeddings=X, **{ids: CLIPS}))
    assert (kind, names) == ("audio", CLIPS)
    np.testing.assert_array_equal(x, X)


def test_groups_and_labels(tmp_path: Path) -> None:
    with pytest.warns(AssumptionWarning, match="for text rows by the name of its ids"):
        kind, names, _ = only(hdf5(tmp_path / "x.h5", **{"clap/embeddings": X, "labels": WORDS}))
    assert (kind, names) == ("text", WORDS)


def test_ids_tell_where_no_name_does(tmp_path: Path) -> None:
    with pytest.warns(AssumptionWarning, match=r"audio rows by its ids, which end in \.wav"):
        assert only(npz(tmp_path / "x.npz", features=X, ids=CLIPS))[:2] == ("audio", CLIPS)
    with pytest.warns(AssumptionWarning, match="text rows by its ids, which are words"):
        assert only(npz(tmp_path / "x.npz", features=X, ids=WORDS))[:2] == ("text", WORDS)
    with pytest.raises(DataError, match="are the rows features of sounds or of texts"):
        read_rows(npz(tmp_path / "x.npz", features=X, ids=["1-100-A", "b", "c"]))
    with pytest.warns(AssumptionWarning, match="audio rows by the file's name"):
        only(npz(tmp_path / "clap_audio.npz", features=X, ids=["1-100-A", "b", "c"]))


def test_names_as_they_are_published(tmp_path: Path) -> None:
    # ESC-50 as data sets have it: only one array is called as ids of sounds are.
    path = npz(tmp_path / "x.npz", audio=X, filename=CLIPS, fold=[1, 2, 3], category=list("abc"))
    assert only(path)[:2] == ("audio", CLIPS)
    both = npz(tmp_path / "y.npz", audio_embeddings=X, text_embeddings=X, captions=WORDS,
               audio_filenames=CLIPS)  # fmt: skip
    found = read_rows(both)
    assert (list(found["audio"].ids), list(found["text"].ids)) == (CLIPS, WORDS)


def test_ids_that_are_numbers(tmp_path: Path) -> None:
    path = npz(tmp_path / "x.npz", audio=X, ids=np.array([7, 8, 90]))
    assert only(path)[1] == ["7", "8", "90"]


def test_what_may_be_meant_twice_is_listed(tmp_path: Path) -> None:
    path = npz(tmp_path / "x.npz", text=X, labels=WORDS, prompts=WORDS)
    with pytest.raises(DataError, match="ids of text may be labels or prompts; call the right"):
        read_rows(path)
    path = npz(tmp_path / "x.npz", esc50=X, fsd50k=X, esc50_names=WORDS)
    with pytest.raises(DataError) as caught:
        read_rows(path)
    for part in ("found esc50 (3 x 4 float32), fsd50k", "esc50_names (3 text)", "audio_ids"):
        assert part in str(caught.value)
    with pytest.raises(DataError, match="the rows audio need their ids; it has audio .*label"):
        read_rows(npz(tmp_path / "x.npz", audio=X, label=["a", "b", "c"]))


def test_ids_as_pandas_saves_them_are_told(tmp_path: Path) -> None:
    objects = np.array(CLIPS, object)
    np.savez(tmp_path / "x.npz", audio=X, filename=objects)
    with pytest.raises(DataError, match=r"filename holds Python objects.*np\.array\(ids, str\)"):
        read_rows(tmp_path / "x.npz")


def test_npy_with_lines_and_with_tables(tmp_path: Path) -> None:
    assert only(npy(tmp_path, "audio.npy", txt="\n".join(CLIPS) + "\n"))[:2] == ("audio", CLIPS)
    quoted = 'class,filename\n"dog, big",a/dog.wav\nrain,rain.wav\ncat,é.wav\n'
    with pytest.warns(AssumptionWarning, match="the name of its ids"):
        assert only(npy(tmp_path, "x.npy", table=quoted))[:2] == ("audio", CLIPS)
    with pytest.warns(AssumptionWarning, match="its ids, which end in"):
        assert only(npy(tmp_path, "y.npy", table="\n".join(CLIPS)))[1] == CLIPS, "no header"
    with pytest.raises(DataError, match=r"z\.csv: 2 lines for the 3 rows of z\.npy"):
        read_rows(npy(tmp_path, "z.npy", table="a\nb\n"))
    with pytest.raises(DataError, match=r"need their ids, a line each in v\.txt or a column of v"):
        read_rows(npy(tmp_path, "v.npy"))
    with pytest.raises(DataError, match=r"w\.csv:2: 1 cells, the first line has 2"):
        read_rows(npy(tmp_path, "w.npy", table="a,b\nc\nd,e\n"))


def test_parquet_with_and_without_a_kind(tmp_path: Path) -> None:
    rows = [row.tolist() for row in np.concatenate([X, X])]
    kinds = ["text", "audio"] * 3
    path = parquet(tmp_path / "x.parquet", kind=kinds, id=WORDS + CLIPS, embedding=rows)
    found = read_rows(path)
    names = WORDS + CLIPS
    assert list(found["text"].ids) == names[::2] and list(found["audio"].ids) == names[1::2]
    np.testing.assert_array_equal(found["audio"].x, np.array(rows, np.float32)[1::2])
    (source, _) = open_sources(path)
    assert source.shape == (3, 4)
    parts = list(source.blocks(1, 1))
    np.testing.assert_array_equal(np.concatenate(parts), np.array(rows)[3::2])
    assert list(source.ids(1, 2)) == [names[3::2]]
    with pytest.warns(AssumptionWarning, match="clap is taken for audio rows"):
        assert only(parquet(tmp_path / "y.parquet", filename=CLIPS, clap=rows[:3]))[1] == CLIPS
    wrong = parquet(tmp_path / "z.parquet", kind=["sound"] * 3, id=CLIPS, embedding=rows[:3])
    with pytest.raises(DataError, match="kind has 'sound'; it says of each row whether"):
        read_rows(wrong)


def test_safetensors_with_names_of_its_own(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    save_file({"embeddings": X}, tmp_path / "x.safetensors", {"filenames": json.dumps(CLIPS)})
    with pytest.warns(AssumptionWarning):
        assert only(tmp_path / "x.safetensors")[:2] == ("audio", CLIPS)


@pytest.mark.parametrize("ending", ["npz", "h5"])
def test_rows_and_ids_come_in_blocks(tmp_path: Path, ending: str) -> None:
    x, names = np.arange(46.0).reshape(23, 2), [f"{n}.wav" for n in range(23)]
    write = npz if ending == "npz" else hdf5
    (source,) = open_sources(write(tmp_path / f"x.{ending}", audio=x, audio_ids=names))
    for start in (0, 5, 22):
        np.testing.assert_array_equal(np.concatenate(list(source.blocks(start, 4))), x[start:])
        assert [one for part in source.ids(start, 4) for one in part] == names[start:]


def test_a_compressed_npz_and_columns_first(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "x.npz", audio=np.asfortranarray(X), audio_ids=CLIPS)
    (source,) = open_sources(tmp_path / "x.npz")
    np.testing.assert_array_equal(source.all_rows(), X)
    assert source.all_ids() == CLIPS


def test_hdf5_without_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.h5").touch()
    found = __import__("importlib").util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == "h5py" else found(name)
    )
    with pytest.raises(MissingError, match=r"sonolex\[hdf5\]"):
        open_sources(tmp_path / "x.h5")


def test_a_broken_hdf5_file_is_named(tmp_path: Path) -> None:
    pytest.importorskip("h5py", reason='needs pip install "sonolex[hdf5]"')
    (tmp_path / "x.h5").write_bytes(b"\x89HDF\r\n\x1a\n and no more")
    with pytest.raises(DataError, match=r"x\.h5: cannot be read as embeddings, not a whole HDF5"):
        open_sources(tmp_path / "x.h5")
