"""One scene tried: killed and run again, signalled, raced, and on a disk that is too small."""

from __future__ import annotations

import contextlib
import mmap
import os
import random
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.torture.child import Child, Ended, Stop
from benchmarks.torture.scenes import Scene

Tree = dict[str, bytes | None]
# Locks of the cache stay; the file of embeddings has tests of its own, by its rows' checksums.
_NOT_COMPARED = ("home/locks", "home/embeddings.sqlite")
_ROOM = (0, 4, 16, 40, 80, 160, 400, 1200, 4000)
"""KiB that a disk has left."""


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """A scene that nobody disturbed.

    Attributes
    ----------
    before, after : dict
        Its folder: bytes by relative path, None of a folder.
    ended : Ended
    """

    before: Tree
    after: Tree
    ended: Ended


class Stage:
    """A scene's folder, made again for every trial.

    Parameters
    ----------
    scene : Scene
    root : Path
        Where trials run.
    """

    def __init__(self, scene: Scene, root: Path) -> None:
        self.scene = scene
        self._base, self._folder = root / "base", root / "trial"
        self._root = root
        self._base.mkdir(parents=True)
        scene.prepare(self._base)
        self.fresh()
        ended = self.run()
        if ended.code:
            raise RuntimeError(f"{scene.name}: exit {ended.code}, undisturbed: {ended.said}")
        self.undisturbed = Undisturbed(tree(self._base), tree(self._folder), ended)

    def fresh(self) -> None:
        """The folder as the scene finds it."""
        shutil.rmtree(self._folder, ignore_errors=True)
        shutil.copytree(self._base, self._folder)

    def run(self, stop: Stop | None = None, largest: int | None = None) -> Ended:
        """The scene's command in the folder as it is."""
        said = self._root / "said"
        return Child(self.scene.action, self._folder, said, stop=stop, largest=largest).wait()

    def killed(self, stop: Stop) -> list[str]:
        """What is wrong after a kill and an undisturbed second run."""
        self.fresh()
        first = self.run(stop)
        if first.code not in (0, -stop.signal):
            return [f"exit {first.code} before it was killed: {first.said[-300:]}"]
        return [*self._look(), *self._ends_well()]

    def signalled(self, stop: Stop) -> list[str]:
        """What is wrong after Ctrl-C or SIGTERM: the code, what it says, what it leaves."""
        self.fresh()
        first = self.run(stop)
        if first.code == 0:  # it had nothing left to do
            return self._ends_well()
        wrong = []
        if first.code != 128 + stop.signal or "Traceback" in first.said:
            wrong.append(f"exit {first.code} with {first.said[-300:]!r}")
        left = [name for name in tree(self._folder) if ".sonolex-" in name]
        wrong += [f"{name} is left" for name in left]
        return [*wrong, *self._look(), *self._ends_well()]

    def raced(self, processes: int) -> list[str]:
        """What is wrong after several processes did the same at once."""
        self.fresh()
        gate = os.pipe()
        children = [
            Child(self.scene.action, self._folder, self._root / f"said-{number}", gate=gate)
            for number in range(processes)
        ]
        for end in gate:
            os.close(end)
        ended = [child.wait() for child in children]
        wrong = [
            f"exit {one.code}: {one.said[-300:]}"
            for one in ended
            if one.code and not self._refused(one)
        ]
        return [*wrong, *differences(self.undisturbed.after, tree(self._folder))]

    def without_room(self, *, mounted: bool) -> tuple[int, list[str]]:
        """How many disks were too small, and what is wrong after any of them."""
        wrong: list[str] = []
        failed = 0
        for room in _ROOM:
            with self._disk(room) if mounted else contextlib.nullcontext():
                self.fresh() if not mounted else None
                ended = self.run(largest=None if mounted else room * 1024)
                if ended.code:
                    failed += 1
                    wrong += [f"{room} KiB: {one}" for one in self._says_full(ended)]
                if mounted:
                    subprocess.run(
                        ["mount", "-o", "remount,size=64m", str(self._folder)], check=True
                    )
                wrong += [f"{room} KiB, then room: {one}" for one in self._ends_well()]
                if not ended.code:
                    break
        return failed, wrong

    def _says_full(self, ended: Ended) -> list[str]:
        wrong = []
        if callable(self.scene.action):
            if "No space left" not in ended.said and "File too large" not in ended.said:
                wrong.append(f"says {ended.said[-200:]!r}")
        elif ended.code != 3 or not any(
            word in ended.said for word in ("disk is full", "No space left", "larger", "too large")
        ):
            wrong.append(f"exit {ended.code}, says {ended.said[-300:]!r}")
        if not self.scene.goes_on:
            # Empty folders that were made on the way are nothing half-done, nor is the cache.
            wrong += differences(_files(self.undisturbed.before), _files(tree(self._folder)))
        return wrong

    @contextlib.contextmanager
    def _disk(self, room: int) -> Iterator[None]:
        """The folder as the scene finds it, on a disk of its own that has so many KiB left."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", "size=64m", "torture", str(self._folder)]
        subprocess.run(command, check=True)
        try:
            shutil.copytree(self._base, self._folder, dirs_exist_ok=True)
            # No size at all would be no limit.
            size = max(shutil.disk_usage(self._folder).used + room * 1024, mmap.PAGESIZE)
            subprocess.run(["mount", "-o", f"remount,size={size}", str(self._folder)], check=True)
            yield
        finally:
            subprocess.run(["umount", str(self._folder)], check=True)

    def _look(self) -> list[str]:
        if self.scene.look is None:
            return []
        copy = self._root / "copy"
        shutil.copytree(self._folder, copy)
        try:
            found = self.scene.look(copy)
        except Exception as error:
            found = repr(error)
        finally:
            shutil.rmtree(copy)
        return [f"before it ran again: {found}"] if found else []

    def _ends_well(self) -> list[str]:
        """Run it undisturbed: what differs from a folder that never was disturbed."""
        ended = self.run()
        wrong = []
        if ended.code and not self._refused(ended):
            wrong.append(f"the next run ended with {ended.code}: {ended.said[-300:]}")
        return [*wrong, *differences(self.undisturbed.after, tree(self._folder))]

    def _refused(self, ended: Ended) -> bool:
        """Whether it was refused since all had been done; `differences` says whether it was."""
        return bool(self.scene.refusal) and self.scene.refusal in ended.said


def stops(stage: Stage, rng: random.Random, most: int, timed: int) -> list[Stop]:
    """Kills before every file operation, or ``most`` of them, and at ``timed`` moments."""
    count = stage.undisturbed.ended.operations
    places = list(range(1, count + 1))
    if len(places) > most:
        places = sorted({1, count, *rng.sample(places, most - 2)})
    moments = [rng.uniform(0.0, stage.undisturbed.ended.seconds) for _ in range(timed)]
    return [
        *(Stop(signal.SIGKILL, operation=place) for place in places),
        *(Stop(signal.SIGKILL, seconds=max(moment, 1e-4)) for moment in moments),
    ]


def tree(folder: Path) -> Tree:
    """Bytes of every file by its path, hidden ones too; None of a folder."""
    found: Tree = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not name.startswith(_NOT_COMPARED):
            found[name] = None if path.is_dir() else path.read_bytes()
    return found


def _files(found: Tree) -> Tree:
    return {
        name: content
        for name, content in found.items()
        if content is not None and not name.startswith("home/derived/")
    }


def differences(expected: Tree, found: Tree) -> list[str]:
    """What differs between two folders, a line each."""
    return [
        f"{name} is left" if name not in expected
        else f"{name} is missing" if name not in found
        else f"{name} differs"
        for name in sorted({*expected, *found})
        if name not in expected or name not in found or expected[name] != found[name]
    ]  # fmt: skip


def can_mount(root: Path) -> bool:
    """Whether a disk may be mounted here."""
    place = root / "mounted"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "torture", str(place)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    subprocess.run(["umount", str(place)], check=True)
    return True
