"""Workers on Ray: what local processes give, what is tried again, what is lost, and no noise."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from concept_core.audio import BadClipsError
from concept_core.engine import Done, Lost, open_engine, ray_engine
from concept_core.engine.base import Worker
from concept_core.errors import AssumptionWarning, IntegrityError, MissingError
from tests.concept_core.engine.workers import (
    Cores,
    Dying,
    Failing,
    NoStart,
    Refused,
    Squares,
    Warner,
)
from tests.processes import heed_signals

ROOT = Path(__file__).resolve().parents[3]


def _done(worker: Worker, jobs: range, **how: bool) -> list:
    with open_engine("ray", 2) as engine:
        return list(engine.map(worker, jobs, **how))


@pytest.mark.parametrize("count", [0, 1, 9])
def test_all_jobs_are_done_in_order(ray_cluster: None, count: int) -> None:
    found = _done(Squares(), range(count))
    assert [(one.place, one.result[0]) for one in found] == [(n, n * n) for n in range(count)]
    assert os.getpid() not in {one.result[1] for one in found}


def test_as_they_are_done_all_come_once(ray_cluster: None) -> None:
    assert sorted(one.place for one in _done(Squares(), range(20), ordered=False)) == list(
        range(20)
    )


def test_workers_have_their_share_of_the_cores(ray_cluster: None) -> None:
    with open_engine("ray", 2) as engine:
        assert {one.result for one in engine.map(Cores(), range(2))} == {engine.cores}


def test_a_job_whose_worker_is_killed_is_tried_again(ray_cluster: None, tmp_path: Path) -> None:
    found = _done(Dying(str(tmp_path), which=3, often=2), range(6))
    assert found == [Done(n, n * n) for n in range(6)]
    assert (tmp_path / "3.tries").stat().st_size == 3


def test_a_job_that_always_kills_its_worker_is_lost_and_no_other(
    ray_cluster: None, tmp_path: Path
) -> None:
    found = _done(Dying(str(tmp_path), which=3, often=99), range(6))
    assert [one for one in found if isinstance(one, Done)] == [
        Done(n, n * n) for n in range(6) if n != 3
    ]
    (lost,) = (one for one in found if isinstance(one, Lost))
    assert (lost.place, lost.tries) == (3, 3)
    assert "died" in lost.reason
    assert (tmp_path / "3.tries").stat().st_size == 3


_RAY_DATA = """
import sys, warnings
sys.path.insert(0, {root!r})
warnings.simplefilter("ignore")  # of names that Ray renames
import ray.data
from concept_core.engine import open_engine
from tests.concept_core.engine.workers import Dying
class Kills:
    def __init__(self):
        self.act = Dying({folder!r}, which=0, often=99).start()
    def __call__(self, batch):
        return {{"item": [self.act(int(one)) for one in batch["item"]]}}
found = []
with open_engine("ray", 2):
    rows = ray.data.from_items(list(range(6)), override_num_blocks=6).map_batches(
        Kills, batch_size=1, compute=ray.data.ActorPoolStrategy(size=1), max_task_retries=2
    )
    try:
        found.extend(row["item"] for row in rows.iter_rows())
    except Exception as error:
        print(type(error).__name__, len(found))
"""


# In a process of its own: Ray Data keeps the processor of what failed so until its cluster ends.
@pytest.mark.long
def test_ray_data_loses_all_jobs_with_one(tmp_path: Path) -> None:
    # Why the engine uses actors; without the bound Ray Data tries for ever.
    pytest.importorskip("ray.data", reason='no Ray here: pip install "sonolex[ray]"')
    pytest.importorskip("pyarrow")
    code = _RAY_DATA.format(root=str(ROOT), folder=str(tmp_path))
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=600, check=False
    )
    name, found = ran.stdout.splitlines()[-1].split()
    assert name.startswith("Actor")
    assert int(found) < 5


def test_what_does_not_answer_is_asked_again(ray_cluster: None, tmp_path: Path) -> None:
    assert _done(Refused(str(tmp_path), 1, often=2), range(3)) == [Done(n, n * n) for n in range(3)]
    found = _done(Refused(str(tmp_path), 2, often=99), range(3))
    assert found[2] == Lost(2, "TimeoutError: no answer from the store", 3)


def test_errors_and_warnings_are_what_they_were(ray_cluster: None) -> None:
    with pytest.raises(IntegrityError, match=r"^a\.npz: another sum$"):
        _done(Failing("integrity"), range(3))
    with pytest.raises(BadClipsError, match="1 of 2 clips") as clips:
        _done(Failing("clips"), range(3))
    assert clips.value.bad[0].name == "a.wav"
    with pytest.raises(IntegrityError, match="the model"):
        _done(NoStart(), range(3))
    with pytest.raises(ZeroDivisionError) as found:
        _done(Failing("library"), range(3))
    assert "workers.py" in "".join(found.value.__notes__)
    with pytest.warns(AssumptionWarning) as caught:
        _done(Warner(), range(3))
    assert sorted(str(one.message) for one in caught) == [f"assumed {n}" for n in range(3)]


@pytest.mark.parametrize(
    ("machines", "workers", "expected"),
    [
        ([{"CPU": 8.0}, {"CPU": 4.0}, {}], None, (12, 1, 0)),
        ([{"CPU": 8.0}, {"CPU": 4.0}], 2, (2, 6, 0)),
        ([{"CPU": 8.0}, {"CPU": 8.0}], 1, (1, 8, 0)),
        ([{"CPU": 2.0}], 6, (6, 1, 0)),
        ([{"CPU": 64.0, "GPU": 8.0}], 8, (8, 8, 1)),
        ([{"CPU": 64.0, "GPU": 2.0}], 3, (3, 21, 0.5)),
    ],
)
def test_what_a_cluster_has_is_shared_out(
    machines: list[dict[str, float]], workers: int | None, expected: tuple[int, int, float]
) -> None:
    nodes = [{"Alive": True, "Resources": one} for one in machines]
    nodes.append({"Alive": False, "Resources": {"CPU": 99.0}})
    found = ray_engine._sized(SimpleNamespace(nodes=lambda: nodes), workers)
    assert (found.workers, found.cores, found.gpus) == expected


class _NoServer:
    """What a machine without sonolex makes of a worker."""

    def __init__(self, *given: object) -> None:
        raise ModuleNotFoundError("No module named 'concept_core'")


def test_where_no_worker_starts_that_is_said(
    ray_cluster: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_engine, "Server", _NoServer)
    with pytest.raises(MissingError, match="the same sonolex on every machine.*concept_core"):
        _done(Squares(), range(3))


_ALONE = """
import sys, signal
sys.path.insert(0, {root!r})
from concept_core.engine import open_engine
from tests.concept_core.engine.workers import Dying
before = signal.getsignal(signal.SIGTERM)
with open_engine("ray", 1) as engine:
    found = list(engine.map(Dying({folder!r}, 1, 1), range(3)))
    assert signal.getsignal(signal.SIGTERM) is before
print([one.result for one in found])
"""


def test_a_cluster_of_our_own_is_silent_and_ends(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason='no Ray here: pip install "sonolex[ray]"')
    short = Path("/tmp") / f"s{os.getpid()}"
    short.mkdir()
    try:
        ran = subprocess.run(
            [sys.executable, "-c", _ALONE.format(root=str(ROOT), folder=str(tmp_path))],
            env={**os.environ, "TMPDIR": str(short)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (ran.stdout, ran.stderr, ran.returncode) == ("[0, 1, 4]\n", "", 0)
        assert list(short.iterdir()) == []
    finally:
        short.rmdir()
    assert not _raylets_below(short)


def _raylets_below(folder: Path) -> list[str]:
    lines = (path / "cmdline" for path in Path("/proc").iterdir() if path.name.isdigit())
    found = []
    for path in lines:
        try:
            text = path.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if "raylet" in text and str(folder) in text:
            found.append(text)
    return found


_ENDED = """
import signal, sys
sys.path.insert(0, {root!r})
from concept_core.engine import open_engine
from tests.concept_core.engine.workers import Sleeping
class Ended(BaseException):
    pass
def end(number, frame):
    raise Ended(number)
signal.signal(signal.SIGTERM, end)
try:
    with open_engine("ray:{address}") as engine:
        for one in engine.map(Sleeping(), [0, 60]):
            print("working", flush=True)
except (Ended, KeyboardInterrupt) as error:
    print(type(error).__name__)
"""


@pytest.mark.parametrize(
    ("number", "name"), [(signal.SIGTERM, "Ended"), (signal.SIGINT, "KeyboardInterrupt")]
)
def test_signals_are_what_the_caller_made_of_them(
    number: int, name: str, ray_cluster: None
) -> None:
    import ray

    code = _ENDED.format(root=str(ROOT), address=ray.get_runtime_context().gcs_address)
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heed_signals,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "working\n"
        process.send_signal(number)
        out, err = process.communicate(timeout=100)
    assert (out, err) == (f"{name}\n", "")


class _StartingRay:
    """What Ray does with a SIGTERM that comes while it starts."""

    def is_initialized(self) -> bool:
        return False

    def init(self, **how: object) -> None:
        raise SystemExit(int(signal.SIGTERM))

    def shutdown(self) -> None:
        pass


def test_a_signal_while_the_cluster_starts_is_what_the_caller_made_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class EndedError(BaseException):
        pass

    def end(number: int, frame: object) -> None:
        raise EndedError

    monkeypatch.setattr(ray_engine, "require_extra", lambda name: _StartingRay())
    before = signal.signal(signal.SIGTERM, end)
    try:
        with pytest.raises(EndedError), ray_engine.connected(None, 1):
            pass
    finally:
        signal.signal(signal.SIGTERM, before)


_AT = """
import sys
sys.path.insert(0, {root!r})
from concept_core.engine import open_engine
from concept_core.errors import DataError
from tests.concept_core.engine.workers import Squares
try:
    with open_engine("ray:{address}") as engine:
        print([one.result[0] for one in engine.map(Squares(), range(3))])
except DataError as error:
    print(error)
"""


def _at(address: str) -> str:
    code = _AT.format(root=str(ROOT), address=address)
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.stderr == ""
    return ran.stdout


def test_a_cluster_that_runs_is_used_and_goes_on(ray_cluster: None) -> None:
    import ray

    address = ray.get_runtime_context().gcs_address
    assert _at(address) == "[0, 1, 4]\n"
    assert [one.result[0] for one in _done(Squares(), range(3))] == [0, 1, 4]


def test_where_no_cluster_is(ray_cluster: None) -> None:
    said = _at("127.0.0.1:9")
    assert "engine ray:127.0.0.1:9: no cluster answers there" in said
    assert "ray status" in said
