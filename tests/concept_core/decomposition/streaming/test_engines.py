"""One folder, byte for byte, whoever solves its shards."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.streaming import StreamSummary, decompose_stream, open_stream, run
from concept_core.decomposition.streaming.plan import Piece
from concept_core.decomposition.streaming.workers import ShardSolver, ShardSums
from concept_core.encoders.centred import centred
from concept_core.engine import open_engine
from concept_core.errors import DataError
from concept_core.vocabulary import Concept, Vocabulary
from tests.cones import Cones
from tests.problems import gap_problem

X, ATOMS = gap_problem(1, 700, 150, 24)
WORDS = Dictionary(ATOMS, tuple(f"word {i}" for i in range(150)), "hash", "encoder")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "READ", 50)
    monkeypatch.setattr(run, "SHARD", 100)


@pytest.fixture
def inputs(tmp_path: Path) -> list[Path]:
    np.savez(tmp_path / "a.npz", audio=X[:430], audio_ids=[f"{n}.wav" for n in range(430)])
    np.save(tmp_path / "b.npy", X[430:].astype(np.float32))
    return [tmp_path / "a.npz", tmp_path / "b.npy"]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def solved(
    inputs: list[Path], out: Path, engine: str, workers: int | None, dictionary: Dictionary = WORDS
) -> StreamSummary:
    with open_engine(engine, workers) as opened:
        return decompose_stream(inputs, dictionary, out, l1=0.1, engine=opened)


def test_local_and_ray_write_the_same_bytes(
    inputs: list[Path], tmp_path: Path, ray_cluster: None
) -> None:
    found = [
        solved(inputs, tmp_path / "local", "local", 2),
        solved(inputs, tmp_path / "ray", "ray", 2),
    ]
    assert contents(tmp_path / "local") == contents(tmp_path / "ray")
    assert [(one.rows, one.shards, one.resumed) for one in found] == [(700, 8, 0)] * 2
    assert found[0].cosine_mean == found[1].cosine_mean
    names = [path.name for path in (tmp_path / "ray").iterdir()]
    assert len(names) == 8 + len(["stream.json", "labels.txt"])


def test_one_process_and_several_write_the_same_bytes(inputs: list[Path], tmp_path: Path) -> None:
    solved(inputs, tmp_path / "one", "local", 1)
    solved(inputs, tmp_path / "two", "local", 2)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_only_what_is_missing_is_made(inputs: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    solved(inputs, out, "local", 2)
    before = contents(out)
    for name in ("shard-00001.npz", "shard-00006.npz"):
        (out / name).unlink()
    kept = {path.name: path.stat().st_mtime_ns for path in out.glob("shard-*")}
    assert solved(inputs, out, "local", 2).resumed == 6
    assert contents(out) == before
    now = {path.name: path.stat().st_mtime_ns for path in out.glob("shard-*")}
    assert {name: now[name] for name in kept} == kept


@dataclass(frozen=True, slots=True, eq=False)
class _Killed(ShardSolver):
    """Dies in a shard until it has been tried so often; the file counts."""

    file: str = field(kw_only=True)
    often: int = field(kw_only=True)

    def start(self) -> Callable[[Piece], ShardSums]:
        made = ShardSolver.start(self)

        def dying(piece: Piece) -> ShardSums:
            if piece.file == self.file:
                with open(Path(self.folder).with_name("tries"), "a") as out:
                    out.write("x")
                if Path(self.folder).with_name("tries").stat().st_size <= self.often:
                    os.kill(os.getpid(), signal.SIGKILL)
            return made(piece)

        return dying


def _dying(monkeypatch: pytest.MonkeyPatch, often: int) -> None:
    def killed(*given: object) -> _Killed:
        return _Killed(*given, file="shard-00002.npz", often=often)  # type: ignore[arg-type]

    monkeypatch.setattr(run, "ShardSolver", killed)


@pytest.mark.parametrize("engine", ["local", "ray"])
def test_a_worker_that_is_killed_leaves_no_mark(
    engine: str, inputs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    if engine == "ray":
        request.getfixturevalue("ray_cluster")
    solved(inputs, tmp_path / "whole", "local", 2)
    _dying(monkeypatch, often=2)
    solved(inputs, tmp_path / "out", engine, 2)
    assert (tmp_path / "tries").read_text() == "xxx"
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_a_shard_that_cannot_be_made_is_named_and_the_others_are_kept(
    inputs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        _dying(patch, often=99)
        with pytest.raises(
            DataError, match=r"1 of 8 shards .*shard-00002\.npz, tried 3 times.*SIG"
        ):
            solved(inputs, out, "local", 2)
    assert json.loads((out / "stream.json").read_text())["result"] is None
    with pytest.raises(DataError, match="not finished"):
        open_stream(out)
    assert solved(inputs, out, "local", 2).resumed == 7


def test_a_bad_row_in_another_process_is_named(tmp_path: Path) -> None:
    x = X.copy()
    x[321, 7] = np.nan
    np.save(tmp_path / "x.npy", x)
    with pytest.raises(DataError, match=r"x\.npy: row 321 holds nan in column 7"):
        solved([tmp_path / "x.npy"], tmp_path / "out", "local", 2)


def test_relative_paths(
    inputs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ray_cluster: None
) -> None:
    monkeypatch.chdir(tmp_path)
    solved([Path("b.npy")], Path("near"), "ray", 2)
    solved([Path("b.npy")], Path("here"), "local", 2)
    assert contents(Path("near")) == contents(Path("here"))


def test_means_are_equal_whoever_sums(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    dictionary = Dictionary.build(
        Vocabulary("toy", "1.0.0", tuple(Concept(one, one, "word", 1) for one in "abcdefgh")),
        centred(Cones(), "mean"),
    )
    x = rng.normal(size=(390, dictionary.atoms.shape[1])) + 3
    np.save(tmp_path / "x.npy", x)
    for number, workers in enumerate((1, 2)):
        solved([tmp_path / "x.npy"], tmp_path / str(number), "local", workers, dictionary)
    assert open_stream(tmp_path / "0").plan["centring"]["mean_of"] == 390
    assert contents(tmp_path / "0") == contents(tmp_path / "1")
