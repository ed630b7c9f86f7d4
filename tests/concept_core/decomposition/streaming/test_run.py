from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import load_npz

from concept_core import decompose
from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.streaming import decompose_stream, open_stream, run
from concept_core.decomposition.streaming.shards import read_shard
from concept_core.errors import DataError, IntegrityError, UsageError
from concept_core.files import sha256_file
from tests.problems import Array, assert_same_rows, gap_problem

X, ATOMS = gap_problem(1, 500, 150, 24)
WORDS = Dictionary(ATOMS, tuple(f"word {i}" for i in range(150)), "hash", "encoder")
ROOT = Path(__file__).parents[4]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "READ", 50)
    monkeypatch.setattr(run, "SHARD", 100)


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "x.npy"
    np.save(path, X)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("mode", [{"l1": 0.1}, {"l0": 4}])
def test_shards_are_what_decompose_says(mode: dict[str, float], rows: Path, tmp_path: Path) -> None:
    summary = decompose_stream(rows, ATOMS, tmp_path / "out", **mode)  # type: ignore[arg-type]
    whole = decompose(X, ATOMS, **mode)  # type: ignore[arg-type]
    stream = open_stream(tmp_path / "out")
    expected = whole.weights.toarray().astype(np.float32)
    assert_same_rows(stream.weights().toarray(), expected)
    shards = list(stream.shards())
    assert [shard.weights.shape[0] for shard in shards] == [100] * 5
    for name in ("gap", "cosine", "residual"):
        together = np.concatenate([getattr(shard, name) for shard in shards])
        np.testing.assert_allclose(together, getattr(whole, name), atol=1e-8)
    together = np.concatenate([shard.status for shard in shards])
    np.testing.assert_array_equal(together, whole.status)
    assert summary.rows == 500 and summary.shards == 5 and summary.resumed == 0
    assert summary.l0_mean == whole.l0.mean()
    assert summary.cosine_mean == pytest.approx(whole.cosine.mean())
    assert summary.unconverged == 0
    assert np.isnan(summary.gap_max) == ("l0" in mode)


def test_scipy_reads_a_shard(rows: Path, tmp_path: Path) -> None:
    decompose_stream(rows, ATOMS, tmp_path / "out", l1=0.1)
    found = load_npz(tmp_path / "out" / "shard-00001.npz")
    np.testing.assert_allclose(
        found.toarray(), decompose(X[100:200], ATOMS, l1=0.1).weights.toarray(), atol=1e-7
    )


def test_blocks_shards_and_files_change_no_row(
    rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decompose_stream(rows, ATOMS, tmp_path / "a", l1=0.1)
    monkeypatch.setattr(run, "READ", 77)
    monkeypatch.setattr(run, "SHARD", 77 * 3)
    for number, part in enumerate(np.split(X, [3, 3, 200])):
        np.save(tmp_path / f"part-{number}.npy", part)
    parts = [tmp_path / f"part-{number}.npy" for number in range(4)]
    decompose_stream(parts, ATOMS, tmp_path / "b", l1=0.1)
    first, second = open_stream(tmp_path / "a"), open_stream(tmp_path / "b")
    assert_same_rows(first.weights().toarray(), second.weights().toarray())
    assert [shard.weights.shape[0] for shard in second.shards()] == [3, 197, 231, 69]


def test_a_second_run_does_nothing_and_changes_nothing(rows: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    decompose_stream(rows, WORDS, out, l1=0.1)
    before = contents(out)
    stamps = {path.name: path.stat().st_mtime_ns for path in out.glob("shard-*")}
    again = decompose_stream(rows, WORDS, out, l1=0.1)
    assert again.resumed == 5
    assert contents(out) == before
    assert {path.name: path.stat().st_mtime_ns for path in out.glob("shard-*")} == stamps
    assert open_stream(out).labels[149] == "word 149"


def test_lost_and_damaged_shards_are_made_again(rows: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    decompose_stream(rows, ATOMS, out, l1=0.1)
    before = contents(out)
    (out / "shard-00001.npz").unlink()
    damaged = bytearray(before["shard-00003.npz"])
    damaged[len(damaged) // 2] ^= 1
    (out / "shard-00003.npz").write_bytes(damaged)
    with pytest.raises(IntegrityError, match="shard-00001.npz: missing"):
        list(open_stream(out).shards())
    assert decompose_stream(rows, ATOMS, out, l1=0.1).resumed == 3
    assert contents(out) == before


KILLED = """
import sys
from pathlib import Path
import numpy as np
from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.streaming import run, workers
run.READ, run.SHARD = 50, 100
slow = workers.write_shard
def write_shard(path, parts, ids):
    slow(path, parts, ids)
    if path.endswith("shard-00002.npz"):
        # In the middle of the next one.
        (Path(path).parent / ".shard-00003.npz.half").write_bytes(b"half")
        print("now", flush=True)
        sys.stdin.read()
workers.write_shard = write_shard
run.decompose_stream(sys.argv[1], np.load(sys.argv[2]), sys.argv[3], l1=0.1)
"""


def test_killed_in_the_middle_and_started_again(rows: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "atoms.npy", ATOMS)
    whole, out = tmp_path / "whole", tmp_path / "out"
    decompose_stream(rows, ATOMS, whole, l1=0.1)
    command = [sys.executable, "-c", KILLED, str(rows), str(tmp_path / "atoms.npy"), str(out)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"now\n"
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert not (out / "shard-00003.npz").exists()
    with pytest.raises(DataError, match="this run is not finished; start it again"):
        open_stream(out)
    # The third was whole, but its sum was not on record yet.
    assert decompose_stream(rows, ATOMS, out, l1=0.1).resumed == 2
    (out / ".shard-00003.npz.half").unlink()
    assert contents(out) == contents(whole)


def rewrite(path: Path, **changed: Array) -> None:
    """A shard with other arrays: a whole archive, whose own checksums hold."""
    with np.load(path) as arrays:
        kept = dict(arrays)
    np.savez(path, **{**kept, **changed})


BROKEN = {
    "an index beyond the concepts": {"indices": 150},
    "an index below the first": {"indices": -1},
    "starts that fall": {"indptr": 10**9},
    "an index that is no whole number": {"indices": 0.5},
    "fewer rows of gaps": {"gap": None},
    "words for cosines": {"cosine": "x"},
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_shard_that_contradicts_itself_is_an_error(what: str, rows: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    decompose_stream(rows, ATOMS, out, l1=0.1)
    shard = out / "shard-00002.npz"
    whole = shard.read_bytes()
    ((name, value),) = BROKEN[what].items()
    with np.load(shard) as arrays:
        array = arrays[name]
    if value is None:
        array = array[:-1]
    else:
        array = array.astype(type(value))
        array[len(array) // 2] = value
    rewrite(shard, **{name: array})
    with pytest.raises(IntegrityError, match=r"shard-00002\.npz: not a whole shard"):
        read_shard(shard)
    # Whoever changed it may have changed the sum as well, or the run was not finished.
    manifest = json.loads((out / "stream.json").read_text(encoding="utf-8"))
    before = contents(out) | {shard.name: whole}
    manifest["result"]["shards"][2]["sha256"] = sha256_file(shard)
    (out / "stream.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(IntegrityError, match="not a whole shard"):
        open_stream(out).weights()
    assert decompose_stream(rows, ATOMS, out, l1=0.1).resumed == 4
    assert contents(out) == before


@pytest.mark.parametrize("finished", [True, False])
def test_a_shard_of_another_is_made_again(finished: bool, rows: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    decompose_stream(rows, ATOMS, out, l1=0.1)
    before = contents(out)
    (out / "shard-00003.npz").write_bytes(before["shard-00001.npz"])
    if not finished:
        found = json.loads(before["stream.json"])
        sums = {one["file"]: one["sha256"] for one in found["result"]["shards"]}
        manifest = {"plan": found["plan"], "result": None, "done": sums}
        (out / "stream.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert decompose_stream(rows, ATOMS, out, l1=0.1).resumed == 4
    assert contents(out) == before


def test_a_shard_without_a_recorded_sum_is_made_again(rows: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    decompose_stream(rows, ATOMS, out, l1=0.1)
    before = contents(out)
    plan = json.loads(before["stream.json"])["plan"]
    for done in ({}, {"done": 7}, {"done": {"shard-00000.npz": 7}}):
        manifest = {"plan": plan, "result": None, **done}
        (out / "stream.json").write_text(json.dumps(manifest), encoding="utf-8")
        assert decompose_stream(rows, ATOMS, out, l1=0.1).resumed == 0
        assert contents(out) == before


def test_killed_before_its_labels(rows: Path, tmp_path: Path) -> None:
    whole, out = tmp_path / "whole", tmp_path / "out"
    decompose_stream(rows, WORDS, whole, l1=0.1)
    out.mkdir()
    found = json.loads((whole / "stream.json").read_text(encoding="utf-8"))
    manifest = {"plan": found["plan"], "result": None, "done": {}}
    (out / "stream.json").write_text(json.dumps(manifest), encoding="utf-8")
    decompose_stream(rows, WORDS, out, l1=0.1)
    assert contents(out) == contents(whole)


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("value", "its value is 0.1, now it is 0.2"),
        ("atoms", "its dictionary: sha256 is"),
        ("rows", r"its inputs: \S+: sha256 is"),
    ],
)
def test_another_run_in_the_same_folder(
    what: str, message: str, rows: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    decompose_stream(rows, ATOMS, out, l1=0.1)
    before = contents(out)
    if what == "rows":
        np.save(rows, X[::-1])
    atoms = ATOMS[::-1] if what == "atoms" else ATOMS
    with pytest.raises(DataError, match=message):
        decompose_stream(rows, atoms, out, l1=0.2 if what == "value" else 0.1)
    assert contents(out) == before


def test_a_folder_of_something_else_is_left_alone(rows: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(DataError, match="is not empty and holds no stream.json"):
        decompose_stream(rows, ATOMS, tmp_path / "out", l1=0.1)
    with pytest.raises(DataError, match="no stream.json here"):
        open_stream(tmp_path / "out")
    (tmp_path / "out" / "stream.json").write_text("{", encoding="utf-8")
    with pytest.raises(
        DataError, match=r"stream.json:1: broken JSON.*remove the folder and run again"
    ):
        open_stream(tmp_path / "out")


def test_a_bad_row_is_named_by_file_and_row(tmp_path: Path) -> None:
    x = X.copy()
    x[321, 7] = np.nan
    np.save(tmp_path / "x.npy", x)
    with pytest.raises(DataError, match=r"x.npy: row 321 holds nan in column 7"):
        decompose_stream(tmp_path / "x.npy", ATOMS, tmp_path / "out", l1=0.1)
    assert len(list((tmp_path / "out").glob("shard-*.npz"))) == 3


def test_ids_go_into_the_shards(tmp_path: Path) -> None:
    x, names = X[:230] * 3, [f"clip {place}.wav" for place in range(230)]
    np.savez(tmp_path / "x.npz", audio=x, filename=names, text=X[:2], text_ids=["a", "b"])
    np.save(tmp_path / "y.npy", x)
    (tmp_path / "y.txt").write_text("\n".join(names) + "\n")
    np.save(tmp_path / "z.npy", x)
    for number, inputs in enumerate(("x.npz", "y.npy", "z.npy")):
        decompose_stream(tmp_path / inputs, WORDS, tmp_path / f"{number}", l0=3)
    first, second, bare = (list(open_stream(tmp_path / f"{n}").shards()) for n in range(3))
    for shards in (first, second):
        assert [one for shard in shards for one in shard.ids.tolist()] == names
    assert [len(shard.ids) for shard in first] == [100, 100, 30]
    assert [shard.ids for shard in bare] == [None] * 3
    assert (tmp_path / "0" / "shard-00001.npz").read_bytes() == (
        tmp_path / "1" / "shard-00001.npz"
    ).read_bytes()
    # Ids beside are part of what the run is about.
    (tmp_path / "y.txt").write_text("\n".join(reversed(names)) + "\n")
    with pytest.raises(DataError, match="holds another run: its inputs"):
        decompose_stream(tmp_path / "y.npy", WORDS, tmp_path / "1", l0=3)
    (tmp_path / "y.txt").write_text("\n".join(names[:-1]) + "\n")
    with pytest.raises(DataError, match=r"y\.txt: 229 lines for the 230 rows of y\.npy"):
        decompose_stream(tmp_path / "y.npy", WORDS, tmp_path / "3", l0=3)


def test_rows_over_a_vocabulary_are_scaled_and_a_zero_row_is_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", audio=X[:60] * 7, audio_ids=[f"{n}.wav" for n in range(60)])
    decompose_stream(tmp_path / "x.npz", WORDS, tmp_path / "out", l1=0.1)
    unit = X[:60] / np.linalg.norm(X[:60], axis=1, keepdims=True)
    expected = decompose(unit, ATOMS, l1=0.1).weights.toarray()
    np.testing.assert_allclose(
        open_stream(tmp_path / "out").weights().toarray(), expected, atol=1e-5
    )
    x = X[:60].copy()
    x[51] = 0
    np.savez(tmp_path / "x.npz", audio=x, audio_ids=[f"{n}.wav" for n in range(60)])
    with pytest.raises(DataError, match=r"x\.npz: row 51 \('51\.wav'\) is zero"):
        decompose_stream(tmp_path / "x.npz", WORDS, tmp_path / "other", l1=0.1)
    x[51] = np.inf
    np.savez(tmp_path / "x.npz", audio=x, audio_ids=[f"{n}.wav" for n in range(60)])
    with pytest.raises(DataError, match=r"row 51 \('51\.wav'\) holds inf in column 0"):
        decompose_stream(tmp_path / "x.npz", WORDS, tmp_path / "third", l1=0.1)


def test_an_input_that_changes_meanwhile(rows: Path, tmp_path: Path) -> None:
    def touch(done: int, total: int) -> None:
        os.utime(rows, ns=(time.time_ns(), 1))

    with pytest.raises(DataError, match="x.npy has changed while it was read"):
        decompose_stream(rows, ATOMS, tmp_path / "out", l1=0.1, progress=touch)


def test_what_does_not_fit_is_said_before_anything_is_written(rows: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(DataError, match=r"x.npy has 24 columns, the atoms 23"):
        decompose_stream(
            rows, ATOMS[:, 1:] / np.linalg.norm(ATOMS[:, 1:], axis=1)[:, None], out, l1=1
        )
    with pytest.raises(UsageError, match="exactly one of l1"):
        decompose_stream(rows, ATOMS, out)
    with pytest.raises(UsageError, match="unknown solver"):
        decompose_stream(rows, ATOMS, out, l1=0.1, solver="lass")
    assert not out.exists()


def test_no_rows(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X[:0])
    summary = decompose_stream(tmp_path / "x.npy", ATOMS, tmp_path / "out", l1=0.1)
    assert summary.rows == summary.shards == 0
    assert open_stream(tmp_path / "out").weights().shape == (0, 150)
    json.loads((tmp_path / "out" / "stream.json").read_text(encoding="utf-8"))


def test_rows_above_the_tolerance_are_counted(
    rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from concept_core.solvers import lasso

    monkeypatch.setattr(lasso, "_TOL", 0.1)
    summary = decompose_stream(rows, ATOMS, tmp_path / "out", l1=0.01, solver="lasso")
    assert summary.unconverged > 0
    assert summary.gap_max > 1e-6


PEAK = """
import sys
import numpy as np
from benchmarks.stream import peak_memory
from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.streaming import run, workers
run.READ, run.SHARD = 1024, 4096
atoms = np.eye(256)[:200]
run.decompose_stream(sys.argv[1], atoms, sys.argv[2] + "-warm", l1=0.5)
before = peak_memory()
run.decompose_stream(sys.argv[3], atoms, sys.argv[2], l1=0.5)
print(peak_memory() - before)
"""


@pytest.mark.parametrize("suffix", [".npy", ".safetensors", ".parquet"])
def test_memory_does_not_grow_with_the_file(suffix: str, tmp_path: Path) -> None:
    from tests.concept_core.decomposition.streaming.test_inputs import write

    x: Array = np.zeros((60_000, 256))
    x[:, 0] = 1.0
    (tmp_path / "little").mkdir()
    little, large = write(tmp_path / "little", suffix, x[:4096]), write(tmp_path, suffix, x)
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(little), str(tmp_path / "out"), str(large)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    # The file has 61 MB; a block 1 MB.
    assert int(done.stdout) < 25e6


def test_a_manifest_of_other_types(rows: Path, tmp_path: Path) -> None:
    decompose_stream(rows, ATOMS, tmp_path / "out", l1=0.1)
    path = tmp_path / "out" / "stream.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    entry = whole["result"]["shards"][0]
    for changed, message in (
        ({**whole, "result": [1]}, "the manifest is broken"),
        ({**whole, "plan": {}}, "the manifest is broken"),
        ({**whole, "result": {"shards": [{**entry, "input": 7}]}}, "no run wrote a shard"),
        ({**whole, "result": {"shards": [{**entry, "file": "../x.npz"}]}}, "no run wrote a shard"),
    ):
        path.write_text(json.dumps(changed), encoding="utf-8")
        with pytest.raises(DataError, match=message):
            open_stream(tmp_path / "out")
    path.write_text(json.dumps(whole), encoding="utf-8")
    (tmp_path / "out" / "labels.txt").write_text("one\n", encoding="utf-8")
    with pytest.raises(DataError, match="1 labels of"):
        open_stream(tmp_path / "out")


def test_a_shard_whose_arrays_do_not_fit(rows: Path, tmp_path: Path) -> None:
    decompose_stream(rows, ATOMS, tmp_path / "out", l1=0.1)
    path = next((tmp_path / "out").glob("*.npz"))
    with np.load(path) as arrays:
        held = dict(arrays)
    for name, value in (("indices", held["indices"] + 1000), ("gap", held["gap"][1:])):
        with open(path, "wb") as handle:
            np.savez(handle, **{**held, name: value})
        with pytest.raises(IntegrityError, match="not a whole shard"):
            read_shard(path)
