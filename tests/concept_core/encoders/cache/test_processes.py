"""Several processes at once, and processes that are killed: real ones, on one cache."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from concept_core.encoders.cache import CachedEncoder, Store, upkeep
from tests.toy import ToyEncoder

ROOT = Path(__file__).resolve().parents[4]
TEXTS = [f"text number {number}" for number in range(1000)]

# A process that embeds the texts in small batches. Its rows differ in their last bits from those
# of others, as a real encoder's may. It waits for a line, and says when a batch begins.
START = """
import sys
import numpy as np
from concept_core.encoders.cache import CachedEncoder, encoder, store
from tests.concept_core.encoders.cache.test_processes import TEXTS
from tests.toy import ToyEncoder

class Encoder(ToyEncoder):
    def encode_text(self, texts):
        print("batch", flush=True)
        return super().encode_text(texts) * np.float32(1 + int(sys.argv[1]) * 1e-6)

encoder._TEXTS = 25
"""
EMBED = """
print("ready", flush=True)
sys.stdin.readline()
rows = CachedEncoder(Encoder()).encode_text(TEXTS)
print(rows.tobytes().hex())
"""
# Says where it is, and stays there until it is killed.
HANG = """
import time
def hang(*_, **__):
    print("hangs", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def start(code: str, number: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, str(number)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def wait_for(process: subprocess.Popen[str], line: str, times: int = 1) -> None:
    assert process.stdout is not None
    for said in process.stdout:
        times -= said.strip() == line
        if not times:
            return
    raise AssertionError(f"the process ended before it said {line!r}")


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def kept_texts() -> int:
    """How many of the texts are kept, each near what the encoder says of it."""
    right = ToyEncoder().encode_text(TEXTS)
    asked: list[str] = []

    class Asked(ToyEncoder):
        def encode_text(self, texts: object) -> object:  # type: ignore[override]
            asked.extend(texts)  # type: ignore[call-overload]
            return super().encode_text(texts)  # type: ignore[arg-type]

    np.testing.assert_allclose(CachedEncoder(Asked()).encode_text(TEXTS), right, rtol=1e-5)
    return len(TEXTS) - len(asked)


def test_two_processes_at_once_leave_one_sound_cache() -> None:
    processes = [start(START + EMBED, number) for number in (1, 2)]
    for process in processes:
        wait_for(process, "ready")
    for process in processes:
        go(process)
    answers = [process.communicate()[0].split()[-1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert answers[0] == answers[1], "the value that was kept first is everybody's"
    sound, broken = upkeep.verify()
    assert (sound > 1, broken) == (True, [])
    assert sum(map(len, Store(ToyEncoder.spec).shards())) == len(TEXTS), "each is kept once"
    assert kept_texts() == len(TEXTS)


@pytest.mark.parametrize("batches", [1, 2, 17])
def test_a_killed_process_loses_at_most_its_batch(batches: int) -> None:
    process = start(START + EMBED, 1)
    go(process)
    wait_for(process, "batch", batches)
    kill(process)
    assert upkeep.verify()[1] == []
    assert kept_texts() >= 25 * (batches - 1)


# The merged shard is there, and the first of the old ones is about to go.
REMOVING = """
store._MANY = 4
path = type(store.root())
unlink = path.unlink
path.unlink = lambda self, **how: (hang if self.suffix == store.SUFFIX else unlink)(self, **how)
"""


@pytest.mark.parametrize(
    ("where", "batches"),
    [
        ("import os\nos.fsync = hang\n", 0),
        ("import os\nos.replace = hang\n", 0),
        ("store.write_shard = hang\n", 0),
        ("store._MANY = 4\nstore.Store._join = hang\n", 4),
        (REMOVING, 4),
    ],
    ids=["writing", "renaming", "spec-alone", "merging", "removing"],
)
def test_killed_while_it_writes_it_leaves_what_gc_removes(where: str, batches: int) -> None:
    process = start(START + HANG + where + EMBED, 1)
    go(process)
    wait_for(process, "hangs")
    kill(process)
    assert upkeep.verify()[1] == []
    # The killed one's lock is nobody's: this one keeps what was not kept.
    assert kept_texts() >= 25 * batches
    upkeep.collect()
    assert kept_texts() == len(TEXTS)
    left = sorted(path.name for path in Store(ToyEncoder.spec).folder.iterdir())
    assert len(left) == 2, "one shard and the spec"
    assert upkeep.verify() == (2, [])


def test_the_cache_may_be_cleaned_up_while_others_write() -> None:
    process = start(START + EMBED, 1)
    go(process)
    wait_for(process, "batch", 3)
    for _ in range(5):
        upkeep.collect()
        upkeep.remove_all()
    rows = np.frombuffer(bytes.fromhex(process.communicate()[0].split()[-1]), np.float32)
    assert process.returncode == 0
    np.testing.assert_allclose(
        rows.reshape(len(TEXTS), -1), ToyEncoder().encode_text(TEXTS), rtol=1e-5
    )
    assert upkeep.verify()[1] == []
