"""Run the torture, and print what was done and what differs."""

from __future__ import annotations

import argparse
import contextlib
import functools
import http.server
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.torture.child import Stop
from benchmarks.torture.scenes import Scene, scenes, server_files
from benchmarks.torture.trials import Stage, can_mount, stops

_RACES = (4, 2, 3)
"""Processes of each race of a scene."""

_REDUCED = {
    "build", "embed to npy", "decompose", "release", "publish", "fetch from a folder",
    "export to datasette",
}  # fmt: skip
"""Scenes of the reduced lane: one of every kind."""


class Torture:
    """All scenes, one after the other.

    Parameters
    ----------
    seed : int
        Of the moments of kills and the numbers of processes.
    minutes : float
        No scene is begun afterwards.
    reduced : bool
        Few kills of some scenes, one race of each, no small disks.
    """

    def __init__(self, seed: int, minutes: float, *, reduced: bool) -> None:
        self._random = random.Random(seed)
        self._until = time.monotonic() + 60 * minutes
        self._reduced = reduced
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []

    def run(self, root: Path, only: str) -> None:
        """Try every scene whose name has ``only`` in it, in a folder of its own below ``root``."""
        mounted = not self._reduced and can_mount(root)
        if not self._reduced and not mounted:
            print("nothing may be mounted here: a limit on the size of files stands for full disks")
        with _served(root / "served") as site:
            server_files(root / "served", site)
            for number, scene in enumerate(scenes(site)):
                if only not in scene.name or (self._reduced and scene.name not in _REDUCED):
                    continue
                if time.monotonic() < self._until:
                    self._try(scene, root / str(number), mounted=mounted)
                else:
                    self.counts["scenes left out"] += 1

    def _try(self, scene: Scene, root: Path, *, mounted: bool) -> None:
        began, before = time.monotonic(), Counter(self.counts)
        stage = Stage(scene, root)
        few = self._reduced
        for stop in stops(stage, self._random, 4 if few else 1000, 0 if few else 3):
            self._note(scene, "kills", f"killed at {_place(stop)}", stage.killed(stop))
        for stop in self._signals(stage):
            name = signal.Signals(stop.signal).name
            self._note(scene, "signals", f"{name} at {_place(stop)}", stage.signalled(stop))
        for processes in _RACES[: 1 if few else None]:
            self._note(scene, "races", f"{processes} at once", stage.raced(processes))
        if not few:
            failed, wrong = stage.without_room(mounted=mounted)
            self.counts["full disks"] += failed
            self.wrong += [f"{scene.name}, {line}" for line in wrong]
        done = self.counts - before
        told = ", ".join(f"{count} {what}" for what, count in done.items())
        print(f"{scene.name}: {told}; {time.monotonic() - began:.1f} s", flush=True)

    def _signals(self, stage: Stage) -> list[Stop]:
        """Ctrl-C and SIGTERM at some of the operations."""
        if callable(stage.scene.action):  # the command line alone ends in order
            return []
        count = stage.undisturbed.ended.operations
        chosen = (
            [(count + 1) // 2]
            if self._reduced
            else self._random.sample(range(1, count + 1), min(4, count))
        )
        kinds = (signal.SIGINT, signal.SIGTERM)
        return [Stop(kinds[at % 2], operation=place) for at, place in enumerate(chosen)]

    def _note(self, scene: Scene, what: str, how: str, wrong: list[str]) -> None:
        self.counts[what] += 1
        self.wrong += [f"{scene.name}, {how}: {line}" for line in wrong]


def _place(stop: Stop) -> str:
    if stop.operation:
        return f"operation {stop.operation}"
    return f"{stop.seconds * 1000:.0f} ms"


@contextlib.contextmanager
def _served(root: Path) -> Iterator[str]:
    """The address of a server of a folder's files, on the loopback interface."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *told: object) -> None:
            pass

    root.mkdir()
    handler = functools.partial(Quiet, directory=str(root))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def main() -> int:
    """Read the command line; 1 where anything differs or is left."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.torture", description=__doc__)
    parser.add_argument("--seed", type=int, default=18)
    parser.add_argument("--minutes", type=float, default=30, help="begin no scene after these")
    parser.add_argument("--only", default="", help="scenes that have this in their name")
    parser.add_argument("--reduced", action="store_true", help="a few seconds, for the tests")
    asked = parser.parse_args()
    print(f"seed {asked.seed}")
    began = time.monotonic()
    torture = Torture(asked.seed, asked.minutes, reduced=asked.reduced)
    with tempfile.TemporaryDirectory(prefix="torture-") as root:
        torture.run(Path(root).resolve(), asked.only)
    for line in torture.wrong:
        print(f"WRONG {line}")
    told = ", ".join(f"{count} {what}" for what, count in torture.counts.items())
    print(f"{told}; {len(torture.wrong)} differences; {time.monotonic() - began:.0f} s")
    return 1 if torture.wrong else 0


if __name__ == "__main__":
    # One thread each: processes are forked, and two cores are enough to be killed on.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(main())
