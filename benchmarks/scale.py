"""Many clips embedded while workers are killed: complete, the same, how fast, and at which cost.

    python -m benchmarks.scale --sounds FOLDER --clips 20000 --workers 2 --kill-every 30

The clips are the sounds of a folder under many names and cuts, and one of a thousand is broken.
`docs/scale.md` cites what it prints.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.machine import describe, sentences
from concept_core.errors import IntegrityError

BROKEN_EVERY = 1_000
_CUTS = ((0.0, 1.0), (0.0, 0.5), (0.25, 0.75), (0.5, 1.0))
"""Parts of each sound, as shares of its length."""
_LOOK = 0.5


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is embedded.

    Attributes
    ----------
    table : Path
        With the columns id and path.
    clips : int
    broken : frozenset of str
        Ids of those that have no sound.
    """

    table: Path
    clips: int
    broken: frozenset[str]


@dataclass(slots=True)
class Watched:
    """What was seen of the workers of a run.

    Attributes
    ----------
    killed : int
    peak_mb : float
        The greatest resident memory of one worker.
    """

    killed: int = 0
    peak_mb: float = 0.0


@dataclass(frozen=True, slots=True)
class Ran:
    """A run of the command line.

    Attributes
    ----------
    code : int
    seconds, cpu_seconds : float
        Wall time; time on cores of the command and of all that it started and waited for.
    said : str
    watched : Watched
    """

    code: int
    seconds: float
    cpu_seconds: float
    said: str
    watched: Watched = field(repr=False)


def make_corpus(sounds: Path, folder: Path, clips: int, longest: float | None = None) -> Corpus:
    """Cuts of the sounds of a folder as flac, a broken file, and a table of many names of them.

    ``longest`` is that of a cut, in seconds.
    """
    import soundfile

    found = sorted(path for path in sounds.rglob("*") if path.suffix in (".wav", ".ogg", ".flac"))
    if not found:
        sys.exit(f"{sounds}: no sounds there; give a folder with wav, ogg or flac files")
    paths = []
    for number, path in enumerate(found):
        samples, rate = soundfile.read(path, dtype="float32")
        for cut, (start, end) in enumerate(_CUTS):
            part = samples[int(start * len(samples)) : int(end * len(samples))]
            part = part if longest is None else part[: int(longest * rate)]
            if abs(part).max(initial=0) < 0.001:
                continue  # silence, which has no embedding
            paths.append(folder / f"{number:05d}-{cut}.flac")
            soundfile.write(paths[-1], part, rate)
    broken = folder / "broken.flac"
    broken.write_bytes(b"fLaC and then nothing")
    bad = set()
    table = folder / "clips.csv"
    with open(table, "w", encoding="utf-8", newline="") as handle:
        rows = csv.writer(handle)
        rows.writerow(("id", "path"))
        for number in range(clips):
            name = f"clip-{number:08d}"
            is_bad = number % BROKEN_EVERY == BROKEN_EVERY - 1
            if is_bad:
                bad.add(name)
            rows.writerow((name, broken.name if is_bad else paths[number % len(paths)].name))
    return Corpus(table, clips, frozenset(bad))


def workers_of(process: int) -> list[int]:
    """Processes below one that do its jobs: started by Python's ``spawn``, or Ray's workers."""
    found = []
    for child in _children(process):
        with contextlib.suppress(OSError):
            line = Path(f"/proc/{child}/cmdline").read_bytes()
            if b"spawn_main" in line or line.startswith(b"ray::"):
                found.append(child)
        found += workers_of(child)
    return found


def _children(process: int) -> list[int]:
    children = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            children += [int(one) for one in (task / "children").read_text().split()]
    return children


def _peak_mb(process: int) -> float:
    with contextlib.suppress(OSError, ValueError, StopIteration):
        lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
        return int(next(one for one in lines if one.startswith("VmHWM")).split()[1]) / 1024
    return 0.0


@contextlib.contextmanager
def watching(process: int, kill_every: float) -> Iterator[Watched]:
    """Look at the workers of a process until the block ends, and kill one now and then."""
    seen = Watched()
    over = threading.Event()

    def look() -> None:
        following = time.monotonic() + kill_every
        while not over.wait(_LOOK):
            workers = workers_of(process)
            seen.peak_mb = max([seen.peak_mb, *map(_peak_mb, workers)])
            if kill_every and workers and time.monotonic() >= following:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(workers[seen.killed % len(workers)], signal.SIGKILL)
                    seen.killed += 1
                following = time.monotonic() + kill_every

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def run(*arguments: str, kill_every: float = 0.0) -> Ran:
    """Run ``sonolex`` in a process of its own."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-c", "from vocab_builder.cli import main; main()", *arguments]
    with (
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process,
        watching(process.pid, kill_every) as seen,
    ):
        said, _ = process.communicate()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Ran(process.returncode, time.monotonic() - start, cpu, said.strip(), seen)


def check(corpus: Corpus, out: Path) -> list[str]:
    """What is wrong with an output; nothing where it is complete."""
    from concept_core.embedding import open_embeddings

    found = open_embeddings(out)
    with open(out / "failures.csv", encoding="utf-8", newline="") as handle:
        named = {row["clip"] for row in csv.DictReader(handle)}
    wrong = []
    if named != corpus.broken:
        wrong.append(f"{len(named ^ corpus.broken)} clips are named wrongly in failures.csv")
    if found.result["rows"] != corpus.clips - len(corpus.broken):
        wrong.append(f"{found.result['rows']} rows of {corpus.clips - len(corpus.broken)}")
    try:
        found.verify()
    except IntegrityError as error:
        # Such as a shard whose worker was killed at each of its tries.
        wrong.append(str(error))
    return wrong


def same(one: Path, other: Path) -> bool:
    """Whether two outputs have the same files, byte for byte."""
    files = [{path.relative_to(root): path.read_bytes() for path in sorted(root.rglob("*"))
              if path.is_file()} for root in (one, other)]  # fmt: skip
    return files[0] == files[1]


def main() -> None:
    """Embed, kill, check, compare, decompose, and print what it took."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("--sounds", type=Path, required=True, help="Folder of sounds to cut.")
    asked.add_argument("--clips", type=int, default=20_000)
    asked.add_argument("--longest", type=float, help="Seconds of a cut at most.")
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--engine", default="local", help="local, ray or ray:ADDRESS")
    asked.add_argument("--kill-every", type=float, default=0.0, help="Seconds between kills.")
    asked.add_argument("--compare", action="store_true", help="Embed again in one process.")
    asked.add_argument("--vocabulary", help="Decompose over it too.")
    given = asked.parse_args()
    print("\n".join(sentences(describe())))
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        (place / "sounds").mkdir()
        corpus = make_corpus(given.sounds, place / "sounds", given.clips, given.longest)
        crew = ("--engine", given.engine, "--workers", str(given.workers))
        _embed(corpus, place / "rows", crew, given.kill_every)
        if given.compare:
            _embed(corpus, place / "again", ("--workers", "1"), 0.0)
            print("the same bytes:", same(place / "rows", place / "again"))
        if given.vocabulary:
            _decompose(place, given.vocabulary, crew, given.kill_every)


def _embed(corpus: Corpus, out: Path, crew: tuple[str, ...], kill_every: float) -> None:
    ran = run("embed", str(corpus.table), "--out", str(out), *crew, kill_every=kill_every)
    # 3: clips without a row, as it should be where some are broken.
    if ran.code != (3 if corpus.broken else 0):
        sys.exit(ran.said)
    print(f"\nembed {' '.join(crew)}: {ran.said.splitlines()[0].partition(': ')[2]}")
    print(_took(ran, corpus.clips, "clips"))
    wrong = check(corpus, out)
    print("wrong:", "; ".join(wrong) or "nothing")
    again = run("embed", str(corpus.table), "--out", str(out), *crew)
    resumed = again.said.splitlines()[0].partition("shards, ")[2]
    print(f"the same command again: {again.seconds:.1f} s, {resumed}")
    if wrong:
        print("wrong after it:", "; ".join(check(corpus, out)) or "nothing")


def _decompose(place: Path, vocabulary: str, crew: tuple[str, ...], kill_every: float) -> None:
    ran = run(
        "decompose", str(place / "rows"), "--vocabulary", vocabulary, "--l0", "8", "--out",
        str(place / "weights"), *crew, kill_every=kill_every,
    )  # fmt: skip
    if ran.code:
        sys.exit(ran.said)
    rows = int(ran.said.split(" rows")[0].rpartition(" ")[2].replace(",", ""))
    print(f"\ndecompose {' '.join(crew)}: {rows:,} rows over {vocabulary}")
    print(_took(ran, rows, "rows"))


def _took(ran: Ran, count: int, what: str) -> str:
    return (
        f"{ran.seconds:.1f} s, {count / ran.seconds:,.1f} {what} a second;"
        f" {ran.cpu_seconds:.1f} s on cores, {1000 * ran.cpu_seconds / count:.1f} ms each;"
        f" {ran.watched.killed} workers killed; at most {ran.watched.peak_mb:,.0f} MB a worker"
    )


if __name__ == "__main__":
    main()
