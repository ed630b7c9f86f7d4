"""Workers of this machine: order, what is tried again, what is lost, errors as they were."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from concept_core.audio import BadClipsError
from concept_core.engine import Done, Lost, open_engine
from concept_core.engine.base import Worker
from concept_core.errors import AssumptionWarning, IntegrityError
from concept_core.parallel import cores
from tests.concept_core.engine.workers import (
    Cores,
    Dying,
    Failing,
    NoStart,
    Refused,
    Slow,
    Squares,
    Warner,
)

ROOT = Path(__file__).resolve().parents[3]


def _done(worker: Worker, jobs: range, workers: int, **how: bool) -> list:
    with open_engine("local", workers) as engine:
        return list(engine.map(worker, jobs, **how))


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("count", [0, 1, 2, 9])
def test_all_jobs_are_done_in_order(workers: int, count: int) -> None:
    found = _done(Squares(), range(count), workers)
    assert [(one.place, one.result[0]) for one in found] == [(n, n * n) for n in range(count)]
    processes = {one.result[1] for one in found}
    assert len(processes) <= workers
    assert (os.getpid() in processes) == (workers == 1 and count > 0)


def test_as_they_are_done_all_come_once() -> None:
    found = _done(Squares(), range(20), 2, ordered=False)
    assert sorted(one.place for one in found) == list(range(20))


def test_behind_a_slow_job_only_so_many_are_done_before_their_turn(tmp_path: Path) -> None:
    found = _done(Slow(str(tmp_path)), range(40), 2)
    assert [one.result for one in found[1:]] == list(range(1, 40))
    assert found[0].result == 7


def test_workers_share_the_cores() -> None:
    found = _done(Cores(), range(2), 2)
    assert {one.result for one in found} == {max(1, cores() // 2)}


def test_a_job_whose_worker_is_killed_is_tried_again(tmp_path: Path) -> None:
    found = _done(Dying(str(tmp_path), which=3, often=2), range(6), 2)
    assert found == [Done(n, n * n) for n in range(6)]
    assert (tmp_path / "3.tries").stat().st_size == 3


def test_a_job_that_always_kills_its_worker_is_lost_and_no_other(tmp_path: Path) -> None:
    found = _done(Dying(str(tmp_path), which=3, often=99), range(6), 2)
    assert [one for one in found if isinstance(one, Done)] == [
        Done(n, n * n) for n in range(6) if n != 3
    ]
    (lost,) = (one for one in found if isinstance(one, Lost))
    assert (lost.place, lost.tries) == (3, 3)
    assert "SIGKILL" in lost.reason and "--workers" in lost.reason
    assert (tmp_path / "3.tries").stat().st_size == 3


@pytest.mark.parametrize("workers", [1, 2])
def test_what_does_not_answer_is_asked_again(workers: int, tmp_path: Path) -> None:
    assert _done(Refused(str(tmp_path), 1, often=2), range(3), workers) == [
        Done(n, n * n) for n in range(3)
    ]
    found = _done(Refused(str(tmp_path), 2, often=99), range(3), workers)
    assert found[2] == Lost(2, "TimeoutError: no answer from the store", 3)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_missing_file_is_asked_for_once(workers: int, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        _done(Refused(str(tmp_path), 1, 99, FileNotFoundError), range(3), workers)
    assert (tmp_path / "1.tries").stat().st_size == 1


@pytest.mark.parametrize("workers", [1, 2])
def test_our_errors_are_what_they_were(workers: int) -> None:
    with pytest.raises(IntegrityError, match=r"^a\.npz: another sum$") as found:
        _done(Failing("integrity"), range(3), workers)
    assert found.value.exit_code == 5
    with pytest.raises(BadClipsError, match="1 of 2 clips cannot be embedded") as clips:
        _done(Failing("clips"), range(3), workers)
    assert clips.value.bad[0].name == "a.wav"
    with pytest.raises(IntegrityError, match="the model"):
        _done(NoStart(), range(3), workers)


def test_errors_of_others_say_where_they_were() -> None:
    with pytest.raises(ZeroDivisionError) as found:
        _done(Failing("library"), range(3), 2)
    assert "workers.py" in "".join(found.value.__notes__)
    with pytest.raises(RuntimeError, match="_UnreadableError in a worker"):
        _done(Failing("unreadable"), range(3), 2)


@pytest.mark.parametrize("workers", [1, 2])
def test_warnings_are_given_here(workers: int) -> None:
    with pytest.warns(AssumptionWarning) as caught:
        _done(Warner(), range(3), workers)
    assert sorted(str(one.message) for one in caught) == [f"assumed {n}" for n in range(3)]


def test_a_map_that_is_left_ends_its_processes() -> None:
    with open_engine("local", 2) as engine:
        found = engine.map(Squares(), range(50))
        pid = next(found).result[1]
        found.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


_QUIET = """
import sys
from concept_core.engine import open_engine
from tests.concept_core.engine.workers import Held
if __name__ == "__main__":
    with open_engine("local", 2) as engine:
        found = engine.map(Held(sys.argv[1]), range(3 if sys.argv[2] == "all" else 50))
        print(len(list(found)) if sys.argv[2] == "all" else next(found).result)
        found.close()
"""


@pytest.mark.parametrize(("how", "printed"), [("all", "3"), ("left", "0")])
def test_workers_end_without_a_word_and_take_away_what_is_half_written(
    how: str, printed: str, tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text(_QUIET, encoding="utf-8")
    (tmp_path / "out").mkdir()
    ran = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "out"), how],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert (ran.stdout, ran.stderr, ran.returncode) == (f"{printed}\n", "", 0)
    assert [one.name for one in (tmp_path / "out").iterdir() if "sonolex" in one.name] == []
