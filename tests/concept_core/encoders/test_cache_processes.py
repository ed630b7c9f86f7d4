"""Several processes at once, and processes that are killed: real ones, on one cache."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from concept_core.encoders.cache import CachedEncoder
from concept_core.encoders.cache_file import (
    collect,
    embeddings_path,
    list_embeddings,
    remove_all,
    verify,
)
from tests.toy import ToyEncoder

ROOT = Path(__file__).resolve().parents[3]
TEXTS = [f"text number {number}" for number in range(1000)]

# A process that embeds the texts in small batches. Its rows differ in their last bits from those
# of others, as a real encoder's may. It waits for a line, and says when a batch begins.
START = """
import sys
import numpy as np
from concept_core.encoders import cache, cache_file
from concept_core.encoders.cache import CachedEncoder
from tests.concept_core.encoders.test_cache_processes import TEXTS
from tests.toy import ToyEncoder

class Encoder(ToyEncoder):
    def encode_text(self, texts):
        print("batch", flush=True)
        return super().encode_text(texts) * np.float32(1 + int(sys.argv[1]) * 1e-6)

cache._TEXTS = 25
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
    assert (verify().sound, verify().damaged) == (len(TEXTS), ())
    assert [kept.embeddings for kept in list_embeddings()] == [len(TEXTS)], "each is kept once"
    assert kept_texts() == len(TEXTS)


@pytest.mark.parametrize("batches", [1, 2, 17])
def test_a_killed_process_loses_at_most_its_batch(batches: int) -> None:
    process = start(START + EMBED, 1)
    go(process)
    wait_for(process, "batch", batches)
    kill(process)
    assert verify().damaged == ()
    assert kept_texts() >= 25 * (batches - 1)


# Where it hangs: inside a transaction; with pages of it in the file already, and the old ones in
# the journal; before it ends; and while a damaged file is replaced.
INSERTING = "cache.insert = hang\n"
WRITING = """
cache._TEXTS = 1000
begin, insert = cache.begin, cache.insert
def small(file):
    begin(file)
    file.execute("PRAGMA cache_size = 1")
cache.begin = small
cache.insert = lambda file, rows: (insert(file, rows), hang())
"""
ENDING = """
insert = cache.insert
cache.insert = lambda file, rows: (insert(file, rows), hang())
"""
MENDING = "cache_file.insert = hang\n"
REPLACING = "import os\nos.replace = hang\n"


@pytest.mark.parametrize("where", [INSERTING, WRITING, ENDING])
def test_killed_while_it_writes_it_loses_what_it_wrote_alone(where: str, home: Path) -> None:
    CachedEncoder(ToyEncoder()).encode_text([f"before {number}" for number in range(2000)])
    process = start(START + HANG + where + EMBED, 1)
    go(process)
    wait_for(process, "hangs")
    kill(process)
    journal = home / "embeddings.sqlite-journal"
    assert journal.exists() == (where != INSERTING)
    assert (verify().sound, verify().damaged) == (2000, ())
    # The killed one's lock is nobody's: this one keeps what was not kept.
    assert kept_texts() == 0
    assert kept_texts() == len(TEXTS)
    assert not journal.exists()


@pytest.mark.parametrize("where", [MENDING, REPLACING])
def test_killed_while_it_mends_it_leaves_the_work_to_the_next(where: str, home: Path) -> None:
    CachedEncoder(ToyEncoder()).encode_text(TEXTS)
    content = bytearray(embeddings_path().read_bytes())
    content[16384 * 8 : 16384 * 9] = b"\xff" * 16384
    embeddings_path().write_bytes(content)
    process = start(START + HANG + where + EMBED, 1)
    go(process)
    wait_for(process, "hangs")
    kill(process)
    assert verify().damaged == (embeddings_path(),)
    assert list(home.glob(".embeddings.sqlite.*"))
    assert 900 < kept_texts() < len(TEXTS)
    collect()
    assert kept_texts() == len(TEXTS)
    assert verify().damaged == ()
    assert sorted(path.name for path in home.iterdir()) == ["embeddings.sqlite", "locks"]


def test_processes_that_find_a_damaged_file_mend_it_together() -> None:
    CachedEncoder(ToyEncoder()).encode_text(TEXTS[:500])
    content = bytearray(embeddings_path().read_bytes())
    content[16384 * 5 : 16384 * 7] = b"\xff" * (2 * 16384)
    embeddings_path().write_bytes(content)
    processes = [start(START + EMBED, 1) for _ in range(3)]
    for process in processes:
        wait_for(process, "ready")
    for process in processes:
        go(process)
    answers = [process.communicate()[0].split()[-1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    for answer in answers:
        rows = np.frombuffer(bytes.fromhex(answer), np.float32).reshape(len(TEXTS), -1)
        np.testing.assert_allclose(rows, ToyEncoder().encode_text(TEXTS), rtol=1e-5)
    assert verify().damaged == ()
    assert kept_texts() > 400


def test_the_cache_may_be_cleaned_up_while_others_write() -> None:
    process = start(START + EMBED, 1)
    go(process)
    wait_for(process, "batch", 3)
    for _ in range(5):
        collect()
        remove_all()
    rows = np.frombuffer(bytes.fromhex(process.communicate()[0].split()[-1]), np.float32)
    assert process.returncode == 0
    np.testing.assert_allclose(
        rows.reshape(len(TEXTS), -1), ToyEncoder().encode_text(TEXTS), rtol=1e-5
    )
    assert verify().damaged == ()
