"""One input after the other, in processes of their own: what comes out, how long, how large."""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import random
import resource
import shutil
import signal
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.fuzz.mutations import mutate
from benchmarks.fuzz.reader import Reader

SECONDS = 20
"""An input may take no longer."""
BYTES = 1 << 30
"""Nor may it take more memory than this, over what the process had before."""
_ADDRESSES = 3 << 30
"""Address space beyond what is there; whoever wants more gets MemoryError, not the machine."""


@dataclass(frozen=True, slots=True)
class Input:
    """A mutated input.

    Attributes
    ----------
    reader : Reader
    files : mapping of str to bytes
    target : str
        The one of the files that was mutated.
    """

    reader: Reader
    files: dict[str, bytes]
    target: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an input came to; ``finding`` is None if that is a value or an error of ours.

    ``where`` tells findings of one cause from others: the error and the last place in our code.
    """

    number: int
    reader: str
    seconds: float
    bytes: int
    finding: str | None = None
    where: str = ""
    trace: str = field(default="", repr=False)


def input_of(readers: Sequence[Reader], seed: int, number: int) -> Input:
    """The input of a number: the same for the same seed and corpus."""
    rng = random.Random(f"{seed}:{number}")
    reader = readers[number % len(readers)]
    whole = rng.choice(reader.seeds)
    target = rng.choice(whole.targets)
    others = [next(iter(rng.choice(rng.choice(readers).seeds).files.values())) for _ in range(3)]
    files = dict(whole.files)
    files[target] = mutate(files[target], target, others, rng)
    return Input(reader, files, target)


def try_input(one: Input, place: Path, number: int = 0) -> Outcome:
    """Call the reader on the files, in a folder that is removed afterwards."""
    folder = Path(tempfile.mkdtemp(dir=place)) / "in"
    folder.mkdir()
    try:
        for name, content in one.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        before = _reset_peak()
        started = time.process_time()
        found = _called(one.reader, folder, one.target)
        seconds, grown = time.process_time() - started, max(0, _peak() - before)
    finally:
        shutil.rmtree(folder.parent, ignore_errors=True)
    if found is None and grown > BYTES:
        found = f"{grown >> 20} MiB", "memory", ""
    if found is None and seconds > SECONDS:
        found = f"{seconds:.0f} s", "time", ""
    finding, where, trace = found or (None, "", "")
    return Outcome(number, one.reader.name, seconds, grown, finding, where, trace)


def _called(reader: Reader, folder: Path, target: str) -> tuple[str, str, str] | None:
    """What the reader raised that is none of our errors: in words, where, and the traceback."""
    import click

    from concept_core.errors import SonolexError

    quiet = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace")
    try:
        with warnings.catch_warnings(), contextlib.redirect_stderr(quiet):
            warnings.simplefilter("ignore")
            reader.call(folder, target)
    except (SonolexError, click.ClickException, click.exceptions.Exit):
        return None
    except (Exception, SystemExit) as error:
        ours = [
            f"{Path(frame.filename).name}:{frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
            if "concept_core" in frame.filename or "vocab_builder" in frame.filename
        ]
        where = f"{type(error).__name__} in {' < '.join(reversed(ours[-3:]))}"
        return f"{type(error).__name__}: {str(error)[:300]!r}", where, traceback.format_exc()
    return None


def run_inputs(
    readers: Sequence[Reader], seed: int, numbers: Sequence[int], workers: int
) -> Iterator[Outcome]:
    """The outcomes of inputs by number, as they come; a worker that dies is one too."""
    context = multiprocessing.get_context("fork")
    queue: Any = context.SimpleQueue()
    left = {place: list(numbers[place::workers]) for place in range(workers)}
    current = context.Array("q", [-1] * workers)
    running: dict[int, Any] = {}

    def start(place: int) -> None:
        arguments = (readers, seed, left[place], place, current, queue)
        running[place] = context.Process(target=_work, args=arguments, daemon=True)
        running[place].start()

    for place in range(workers):
        start(place)
    while running:
        if queue.empty():
            time.sleep(0.02)
            for place, process in list(running.items()):
                if process.is_alive() or not queue.empty():
                    continue
                del running[place]
                if process.exitcode == 0:
                    continue
                number = current[place]
                left[place] = left[place][left[place].index(number) + 1 :]
                code = process.exitcode
                word = "over 20 s" if code == -signal.SIGPROF else f"the process died ({code})"
                name = readers[number % len(readers)].name
                yield Outcome(number, name, float(SECONDS), 0, word, f"{word} in {name}")
                start(place)
            continue
        yield queue.get()


def _work(
    readers: Sequence[Reader],
    seed: int,
    numbers: Sequence[int],
    place: int,
    current: Any,
    queue: Any,
) -> None:
    import socket

    import torch

    torch.set_num_threads(1)
    socket.socket.connect = _no_network  # type: ignore[method-assign]
    # The default of this signal ends the process, also within a loop of a library in C.
    # It comes by processor time, which does not depend on what else the machine does.
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + _ADDRESSES, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        for number in numbers:
            current[place] = number
            signal.setitimer(signal.ITIMER_PROF, SECONDS + 2)
            queue.put(try_input(input_of(readers, seed, number), Path(folder), number))
        signal.setitimer(signal.ITIMER_PROF, 0)


def _no_network(*arguments: Any) -> None:
    raise OSError("no network while fuzzing")


def _reset_peak() -> int:
    """Bytes in memory now, from which the peak counts anew."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _peak() -> int:
    return _status("VmHWM")


def _status(name: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) << 10
    return 0
