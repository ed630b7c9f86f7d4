"""Shards as words: the table of a streamed decomposition."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.streaming import decompose_stream, open_stream, run
from concept_core.engine import open_engine
from concept_core.errors import DataError, IntegrityError, UsageError
from concept_core.explanation.clips import explain_rows
from concept_core.explanation.weights import csv_text, json_text, weight_rows, write_weights
from tests.problems import gap_problem

X, ATOMS = gap_problem(1, 250, 40, 24)
X = X / np.linalg.norm(X, axis=1, keepdims=True)
LABELS = ("=cmd()", "rain, heavy", *(f"word {i}" for i in range(38)))
WORDS = Dictionary(ATOMS, LABELS, "hash", "encoder")
CLIPS = ["-2+3.wav", *(f"clip {i}.wav" for i in range(249))]


@pytest.fixture
def shards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(run, "READ", 50)
    monkeypatch.setattr(run, "SHARD", 100)
    np.savez(tmp_path / "x.npz", audio=X, audio_ids=CLIPS)
    decompose_stream(tmp_path / "x.npz", WORDS, tmp_path / "out", l0=6)
    return tmp_path / "out"


def expected(top: int | None = None) -> list[tuple[str, str, float]]:
    found = explain_rows(X.astype(np.float32), CLIPS, WORDS, l0=6, top=top)
    return [(one.clip, *concept) for one in found for concept in one.concepts]


@pytest.mark.parametrize("top", [None, 2])
def test_the_table_says_what_explain_says(shards: Path, top: int | None) -> None:
    parts = list(weight_rows(shards, top=top))
    assert len(parts) == 3, "a shard at a time"
    rows = [row for part in parts for row in part]
    assert [row[:2] for row in rows] == [row[:2] for row in expected(top)]
    assert [row[2] for row in rows] == pytest.approx([row[2] for row in expected(top)], abs=1e-5)


def test_csv_is_safe_to_open_and_counts_its_rows(shards: Path, tmp_path: Path) -> None:
    told = write_weights(shards, tmp_path / "t.csv", top=3)
    with open(tmp_path / "t.csv", encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))
    assert rows[0] == ["clip", "concept", "prominence"]
    assert (told.clips, told.rows) == (250, len(rows) - 1)
    assert rows[1][0] == "'-2+3.wav"
    assert {row[1] for row in rows} >= {"'=cmd()", "rain, heavy"}
    assert "".join(csv_text(shards, top=3)) == (tmp_path / "t.csv").read_text("utf-8")


def test_parquet_and_json_have_the_words_as_they_are(shards: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason='pip install "sonolex[parquet]"')
    write_weights(shards, tmp_path / "t.parquet", top=3)
    table = parquet.read_table(tmp_path / "t.parquet").to_pylist()
    rows = [row for part in weight_rows(shards, top=3) for row in part]
    assert [(one["clip"], one["concept"]) for one in table] == [row[:2] for row in rows]
    assert json.loads("".join(json_text(shards, top=3))) == [
        dict(zip(("clip", "concept", "prominence"), row, strict=True)) for row in rows
    ]


def test_rows_without_ids_are_called_by_file_and_row(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X[:3])
    decompose_stream(tmp_path / "x.npy", WORDS, tmp_path / "out", l0=1)
    (rows,) = weight_rows(tmp_path / "out")
    assert [row[0] for row in rows] == ["x.npy:0", "x.npy:1", "x.npy:2"]


def test_clips_without_a_concept_are_counted(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.concatenate([X[:2], -ATOMS.sum(axis=0)[None]]))
    decompose_stream(tmp_path / "x.npy", WORDS, tmp_path / "out", l1=0.99)
    told = write_weights(tmp_path / "out", tmp_path / "t.csv")
    assert (told.clips, told.without_concept + told.rows >= 3) == (3, True)
    assert told.without_concept >= 1
    np.save(tmp_path / "none.npy", X[:0])
    decompose_stream(tmp_path / "none.npy", WORDS, tmp_path / "none", l0=1)
    assert "".join(json_text(tmp_path / "none")) == "[]\n"
    assert "".join(csv_text(tmp_path / "none")) == "clip,concept,prominence\n"


def test_what_is_no_table(shards: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"t\.txt: the table is written as \.csv or \.parquet"):
        write_weights(shards, tmp_path / "t.txt")
    with pytest.raises(DataError, match="no stream.json here"):
        list(weight_rows(tmp_path))
    (shards / "shard-00001.npz").write_bytes(b"")
    with pytest.raises(IntegrityError, match="shard-00001"):
        write_weights(shards, tmp_path / "t.csv")
    assert not (tmp_path / "t.csv").exists(), "nothing is half written"
    np.save(tmp_path / "x.npy", X[:3])
    decompose_stream(tmp_path / "x.npy", ATOMS, tmp_path / "bare", l0=1)
    assert not open_stream(tmp_path / "bare").labels
    with pytest.raises(DataError, match="has no labels: it was decomposed over plain atoms"):
        list(weight_rows(tmp_path / "bare"))


@pytest.mark.parametrize("text", [csv_text, json_text])
def test_of_what_is_no_run_not_even_the_head_is_printed(text: object, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no stream.json"):
        text(tmp_path)  # type: ignore[operator]


@pytest.mark.parametrize("engine", ["local", "ray"])
def test_workers_make_the_same_tables(
    engine: str, shards: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if engine == "ray":
        request.getfixturevalue("ray_cluster")
    with open_engine(engine, 2) as opened:
        for name in ("t.csv", "t.parquet"):
            told = write_weights(shards, tmp_path / name, top=3)
            again = write_weights(shards, tmp_path / f"e-{name}", top=3, engine=opened)
            assert (told.clips, told.rows, told.without_concept) == (
                again.clips, again.rows, again.without_concept,
            )  # fmt: skip
            assert (tmp_path / name).read_bytes() == (tmp_path / f"e-{name}").read_bytes()
        assert list(json_text(shards)) == list(json_text(shards, engine=opened))
        (shards / "shard-00001.npz").unlink()
        with pytest.raises(IntegrityError, match="shard-00001"):
            list(csv_text(shards, engine=opened))
