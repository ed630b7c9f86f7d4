"""Embeddings that another program made: their layouts, and what can be wrong with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from concept_core import load_encoder
from concept_core.audio import BadClipsError, Clip
from concept_core.decomposition.dictionary import Dictionary
from concept_core.encoders.precomputed import Precomputed
from concept_core.errors import AssumptionWarning, DataError, MissingError, UsageError
from concept_core.vocabulary import Concept, Vocabulary

IDS = {"audio": ["1-100-A.wav", "rain"], "text": ["rain", "null", "a\u2028b"]}
ROWS = {
    "audio": np.array([[3, 0, 4], [0, 2, 0]], np.float32),
    "text": np.array([[1, 0, 0], [0, 0, 5], [0, 1, 1]], np.float64),
}


def npz(folder: Path, ids: dict[str, list[str]], rows: dict[str, Any]) -> Path:
    named = {f"{kind}_ids": np.array(names) for kind, names in ids.items()}
    np.savez(folder / "x.npz", **rows, **named)
    return folder / "x.npz"


def safetensors(folder: Path, ids: dict[str, list[str]], rows: dict[str, Any]) -> Path:
    from safetensors.numpy import save_file

    told = {f"{kind}_ids": json.dumps(names) for kind, names in ids.items()}
    save_file(dict(rows), folder / "x.safetensors", told)
    return folder / "x.safetensors"


def parquet(folder: Path, ids: dict[str, list[str]], rows: dict[str, Any]) -> Path:
    arrow = pytest.importorskip("pyarrow", reason='needs pip install "sonolex[parquet]"')
    from pyarrow import parquet as files

    table = {
        "kind": [kind for kind, names in ids.items() for _ in names],
        "id": [name for names in ids.values() for name in names],
        "embedding": [row.tolist() for kind in ids for row in rows[kind]],
    }
    files.write_table(arrow.table(table), folder / "x.parquet")
    return folder / "x.parquet"


def plain(folder: Path, ids: dict[str, list[str]], rows: dict[str, Any]) -> Path:
    for kind, names in ids.items():
        np.save(folder / f"{kind}.npy", rows[kind])
        (folder / f"{kind}.txt").write_text("\n".join(names) + "\n", "utf-8")
    return folder


LAYOUTS = (npz, safetensors, parquet, plain)


@pytest.mark.parametrize("write", LAYOUTS)
def test_rows_are_found_by_their_ids(tmp_path: Path, write: Callable[..., Path]) -> None:
    encoder = load_encoder(f"precomputed:{write(tmp_path, IDS, ROWS)}")
    assert encoder.spec.dim == 3
    assert encoder.spec.centring == "mean@2", "by what is at hand; three rows have no mean"
    x = encoder.encode_text(["a\u2028b", "rain", "rain"])
    assert x.dtype == np.float32
    half = np.sqrt(0.5)
    assert x == pytest.approx(np.array([[0, half, half], [1, 0, 0], [1, 0, 0]]))
    # A whole path, a file's name, a name without its suffix, and a sound that has a name.
    clips = ["else/1-100-A.wav", Path("rain.flac"), Clip(np.zeros(0, np.float32), 1, "rain")]
    assert encoder.encode_audio(clips) == pytest.approx(
        np.array([[0.6, 0, 0.8], [0, 1, 0], [0, 1, 0]])
    )


def test_an_id_may_be_the_end_of_a_path(tmp_path: Path) -> None:
    """Two folders may hold clips of one name; the folders before them differ between machines."""
    ids = {"audio": ["fold1/a.wav", "fold2/a", "a"]}
    encoder = Precomputed(npz(tmp_path, ids, {"audio": np.eye(3, dtype=np.float32)}))
    clips = ["x/fold1/a.wav", "x/fold2/a.wav", "x/fold3/a.wav", "/fold1/a.wav", "a.b"]
    with pytest.raises(BadClipsError, match="whose ids are such as 'fold1/a.wav'"):
        encoder.encode_audio([*clips, "y.wav"])
    assert encoder.encode_audio(clips).argmax(axis=1).tolist() == [0, 1, 2, 0, 2]


@pytest.mark.parametrize("write", LAYOUTS)
def test_the_identity_is_that_of_the_bytes(tmp_path: Path, write: Callable[..., Path]) -> None:
    path = write(tmp_path, IDS, ROWS)
    one = Precomputed(path).spec
    assert Precomputed(path).spec == one
    turned = {**ROWS, "text": -ROWS["text"]}
    assert Precomputed(write(tmp_path, IDS, turned)).spec != one


def test_what_has_no_row_is_named(tmp_path: Path) -> None:
    encoder = Precomputed(npz(tmp_path, IDS, ROWS))
    with pytest.raises(DataError, match=r"no embedding of 2 of 3 texts, such as 'wind', 'sea'"):
        encoder.encode_text(["wind", "rain", "sea"])
    with pytest.raises(BadClipsError) as caught:
        encoder.encode_audio(["rain", "a.wav", "b.wav"])
    assert [(clip.index, clip.name) for clip in caught.value.bad] == [(1, "a.wav"), (2, "b.wav")]
    texts = Precomputed(npz(tmp_path, {"text": IDS["text"]}, {"text": ROWS["text"]}))
    with pytest.raises(DataError, match="holds no audio embeddings"):
        texts.encode_audio(["rain"])


@pytest.mark.parametrize(
    ("ids", "rows", "said"),
    [
        (["a", "b"], [[1.0, 2.0]], r"\(1, 2\) of float64 for 2 ids"),
        (["a"], [1.0], r"\(1,\) of float64 for 1 ids"),
        (["a"], [["x", "y"]], "not \\(ids, dim\\) of numbers"),
        (["a", "b", "a"], [[1.0], [2.0], [3.0]], "the text id 'a' stands there twice"),
        (["a", "b"], [[1.0], [np.nan]], r"text row 1 \('b'\) is zero or not finite"),
        (["a", "b"], [[0.0], [1.0]], r"text row 0 \('a'\) is zero or not finite"),
    ],
)
def test_rows_that_cannot_be_embeddings(
    tmp_path: Path, ids: list[str], rows: list[Any], said: str
) -> None:
    with pytest.raises(DataError, match=said):
        Precomputed(npz(tmp_path, {"text": ids}, {"text": np.array(rows)}))


def test_sounds_and_texts_of_two_encoders(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="of 2 and 3 dimensions"):
        Precomputed(npz(tmp_path, IDS, {**ROWS, "audio": np.ones((2, 2))}))


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file or folder"):
        Precomputed(tmp_path / "none.npz")
    with pytest.raises(DataError, match="neither audio nor text"):
        Precomputed(tmp_path)
    with pytest.raises(DataError, match=r"the rows vectors need their ids; it has vectors \(1 x 2"):
        Precomputed(npz(tmp_path, {}, {"vectors": np.ones((1, 2))}))
    (tmp_path / "x.csv").write_text("a,1")
    with pytest.raises(UsageError, match=r"\.npz, \.npy, \.safetensors, \.parquet, .* or a folder"):
        Precomputed(tmp_path / "x.csv")
    (tmp_path / "text.npy").write_text("no array")
    with pytest.raises(DataError, match=r"text\.npy: cannot be read as embeddings"):
        Precomputed(tmp_path)


@pytest.mark.parametrize("suffix", [".npz", ".safetensors", ".parquet"])
def test_a_broken_file_is_named(tmp_path: Path, suffix: str) -> None:
    if suffix == ".parquet":
        pytest.importorskip("pyarrow", reason='needs pip install "sonolex[parquet]"')
    (tmp_path / f"x{suffix}").write_text("not such a file, whatever its name says")
    with pytest.raises(DataError, match=rf"x\{suffix}: cannot be read as embeddings"):
        Precomputed(tmp_path / f"x{suffix}")


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", text=np.ones((1, 2)), text_ids=np.array(["a"], dtype=object))
    with pytest.raises(DataError, match="text_ids holds Python objects, which is not read"):
        Precomputed(tmp_path / "x.npz")


def test_parquet_without_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *_: None if name == "pyarrow" else find(name)
    )
    (tmp_path / "x.parquet").write_bytes(b"PAR1")
    with pytest.raises(MissingError, match=r"sonolex\[parquet\]"):
        Precomputed(tmp_path / "x.parquet")


def test_labels_stand_in_one_wording_that_has_them_all(tmp_path: Path) -> None:
    texts = [
        "This is a sound of dog.",
        "This is a sound of rain.",
        "This is a sound of a.",
        "b",
        "c",
    ]
    np.savez(tmp_path / "x.npz", text=np.eye(5), text_ids=np.array(texts))
    words = Vocabulary("toy", "1", tuple(Concept(one, one, "word", 1) for one in "bc"))
    encoder = load_encoder(f"precomputed:{tmp_path / 'x.npz'}?centring=none")
    assert encoder.spec.prompt_set == "paper@1"
    with pytest.warns(AssumptionWarning, match="in the wording paper@1, the labels in bare@1"):
        built = Dictionary.build(words, encoder)
    assert built.prompt_set == "bare@1" and np.array_equal(built.atoms, np.eye(5)[3:])
    # Never some in one and some in another; and what was asked for is what is taken.
    some = Vocabulary("toy", "1", tuple(Concept(one, one, "word", 1) for one in "abc"))
    with pytest.raises(DataError, match=r"no embedding of 2 of 3 texts.*prompts=bare@1"):
        Dictionary.build(some, encoder)
    asked = load_encoder(f"precomputed:{tmp_path / 'x.npz'}?centring=none&prompts=paper@1")
    with pytest.raises(DataError, match="no embedding of 2 of 2 texts"):
        Dictionary.build(words, asked)


def test_blanks_and_underscores_are_equal(tmp_path: Path) -> None:
    texts = ["This is a sound of drawer_open_or_close", "This is a sound of rain"]
    np.savez(tmp_path / "x.npz", text=np.eye(2), text_ids=np.array(texts))
    encoder = load_encoder(f"precomputed:{tmp_path / 'x.npz'}?centring=none")
    for label in ("drawer_open_or_close", "drawer open or close"):
        words = Vocabulary("toy", "1", (Concept("a", label, "word", 1),))
        assert np.array_equal(Dictionary.build(words, encoder).atoms, np.eye(2)[:1])
