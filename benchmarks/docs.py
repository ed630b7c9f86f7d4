"""Does every figure on the pages still come out? ``python -m benchmarks.docs --check``.

Runs the command of each block of README.md and docs/*.md that has a mark (`benchmarks.pages`) and
compares what it prints, or draws, with the page: to the digit, but for lines of a sample that were
cut (``...``). ``--write`` renews the blocks in place; without either the marks are listed. Commands
that take over 20 s of a core are left out without ``--slow``, those that measure time always.

Commands run without a shell, in a folder of their own in which the names of the pages lead to the
shared data (``SONOLEX_SHARED``): esc10, clotho, laion.txt, the demo sounds.

Exit 0: all that was run is on the pages; 1: something differs, or a command failed; 4: all that
was run is there, and something could not be run.
"""

from __future__ import annotations

import argparse
import difflib
import os
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pages import CUT, SHARED, SLOW, TIMING, Mark, marks, rewritten
from concept_core.errors import DataError, MissingError, SonolexError
from concept_core.files import atomic_path, write_text
from concept_core.resources import resource_path

ROOT = Path(__file__).resolve().parents[1]
LONG = 20
"""Seconds of a processor core from which a command is slow: of the clock they say little where
other work goes on."""

SAME, DIFFERS, FAILED, MISSING, LEFT = "same", "DIFFERS", "FAILED", "missing", "not run"

_THIS = "benchmarks.docs"
_SONOLEX = "from vocab_builder.cli import main; main()"
_SOUNDS = "demo-sounds"
# What pages call the files of the shared data.
_NAMES = {
    "esc10": "esc10",
    "clotho": "clotho",
    "laion.txt": "splice_vocab/laion.txt",
    "captions.csv": "audiocaps/v1_val.csv",
    "verdicts.csv": "librarian/core-0.1.1.csv",
}


@dataclass(frozen=True, slots=True)
class Run:
    """What a command did: exit code, output, talk, and seconds of a core."""

    code: int
    output: str
    talk: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mark: a status, what to say of it, and what to put onto the page."""

    status: str
    note: str = ""
    new: str | None = None


class Replay:
    """Runs the commands of pages, each once, in one folder.

    Parameters
    ----------
    folder : Path
        An empty one.
    shared : Path
        The folder that has ``data``; it need not be there.
    """

    def __init__(self, folder: Path, shared: Path) -> None:
        self.folder, self.shared = folder, shared
        self._runs: dict[str, Run] = {}
        for name in ("recipes", "data", "vocabularies"):
            (folder / name).symlink_to(ROOT / name)
        # A program that writes onto a page writes onto a copy.
        shutil.copytree(ROOT / "docs", folder / "docs")
        shutil.copy(ROOT / "README.md", folder)
        for name, target in _NAMES.items():
            if (shared / "data" / target).exists():
                (folder / name).symlink_to(shared / "data" / target)
        try:
            for sound in resource_path(_SOUNDS).iterdir():
                shutil.copy(sound, folder)
        except MissingError as error:
            print(f"note: {error}", file=sys.stderr)

    def outcome(self, mark: Mark, *, slow: bool) -> Outcome:
        """Run the command of a mark, if it is to be run, and compare."""
        if not mark.command:
            return Outcome(FAILED, "the mark names no command: <!-- NAME: printed by COMMAND -->")
        if TIMING in mark.words:
            return Outcome(LEFT, "measures time")
        try:
            arguments(mark.command)
        except DataError as error:
            return Outcome(FAILED, str(error))
        if SLOW in mark.words and not slow:
            return Outcome(LEFT, "slow: add --slow")
        if SHARED in mark.words and not (self.shared / "data").is_dir():
            return Outcome(MISSING, f"no shared data in {self.shared} (set SONOLEX_SHARED)")
        run = self.run(mark.command)
        if run.code == MissingError.exit_code:
            return Outcome(MISSING, run.talk.strip())
        # Exit 1 of sonolex is findings, which samples may show.
        if run.code not in ((0, 1) if mark.command.startswith("sonolex ") else (0,)):
            return Outcome(FAILED, f"exit {run.code}\n{run.talk.strip()}")
        if not mark.drawn and not run.output.strip():
            return Outcome(FAILED, f"exit {run.code}, and nothing printed\n{run.talk.strip()}")
        found = self._drawn(mark) if mark.drawn else printed(mark, run.output)
        if run.seconds > LONG and SLOW not in mark.words:
            took = f"took {run.seconds:.0f} s: mark it {SLOW}"
            return Outcome(found.status, "\n".join(filter(None, (took, found.note))), found.new)
        return found

    def run(self, command: str) -> Run:
        """Run a command of a page, if it has not been.

        Raises
        ------
        DataError
            It is no program that pages may run.
        """
        if command not in self._runs:
            start = processor_seconds()
            environment = {
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "SONOLEX_SHARED": str(self.shared),
                "COLUMNS": "120",
                "NO_COLOR": "1",
            }
            done = subprocess.run(
                arguments(command), cwd=self.folder, env=environment, text=True,
                capture_output=True, stdin=subprocess.DEVNULL, check=False,
            )  # fmt: skip
            seconds = processor_seconds() - start
            self._runs[command] = Run(done.returncode, done.stdout, done.stderr, seconds)
        return self._runs[command]

    def _drawn(self, mark: Mark) -> Outcome:
        """Compare the images that a block shows with those that were drawn, byte for byte."""
        differ = [
            name
            for name in images(mark.text)
            if not (self.folder / "docs" / name).is_file()
            or (self.folder / "docs" / name).read_bytes() != (ROOT / "docs" / name).read_bytes()
        ]
        note = f"drawn otherwise: {', '.join(differ)}" if differ else ""
        return Outcome(DIFFERS if differ else SAME, note)

    def keep_images(self, mark: Mark) -> None:
        """Put the images of a block that were drawn in the place of those that there were."""
        for name in images(mark.text):
            with atomic_path(ROOT / "docs" / name) as path:
                shutil.copy(self.folder / "docs" / name, path)


def processor_seconds() -> float:
    """What the programs that were run took of processor cores."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def arguments(command: str) -> list[str]:
    """A command of a page as a program and its arguments: ``sonolex``, or a benchmark.

    Raises
    ------
    DataError
        It is another program, or has a quotation mark without its second.
    """
    try:
        program, *rest = shlex.split(command)
    except ValueError as error:
        raise DataError(f"{command!r} cannot be split into words: {error}") from error
    if program == "sonolex":
        return [sys.executable, "-c", _SONOLEX, *rest]
    known = {f"benchmarks.{path.stem}" for path in (ROOT / "benchmarks").glob("*.py")} - {_THIS}
    if program == "python" and rest[:1] == ["-m"] and rest[1:2] and rest[1] in known:
        return [sys.executable, *rest]
    raise DataError(
        f"{command!r} is no command that a page may have run; use sonolex ... or"
        " python -m benchmarks.NAME ..."
    )


def printed(mark: Mark, output: str) -> Outcome:
    """Compare what stands on the page with what was printed."""
    old, new = mark.body.split("\n"), section(output, mark.name)
    if old.count(CUT) == 1:
        new = cut(old, new)
    if [line.rstrip() for line in old] == new:
        return Outcome(SAME)
    lines = difflib.unified_diff(old, new, "the page", "printed now", lineterm="")
    return Outcome(DIFFERS, "\n".join(lines), "\n".join(new))


def section(output: str, name: str) -> list[str]:
    """The lines below ``### NAME``, or all where there is no such heading."""
    lines = [line.rstrip() for line in output.split("\n")]
    heading = f"### {name}"
    if heading in lines:
        lines = lines[lines.index(heading) + 1 :]
        ends = [place for place, line in enumerate(lines) if line.startswith("### ")]
        lines = lines[: ends[0]] if ends else lines
    return "\n".join(lines).strip("\n").split("\n")


def cut(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """As many printed lines before and after the cut as the page shows."""
    before = list(old).index(CUT)
    after = len(old) - before - 1
    return [*new[:before], CUT, *new[len(new) - after :]]


def images(text: str) -> list[str]:
    """The files that a block shows, as the page calls them."""
    return [one.split(")")[0] for one in text.split("](")[1:]]


def main(given: Sequence[str] | None = None) -> int:
    """List, check, or renew."""
    parser = argparse.ArgumentParser(prog=_THIS, description=__doc__)
    parser.add_argument("pages", nargs="*", type=Path, metavar="PAGE", help="all by default")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="run the commands and compare")
    what.add_argument("--write", action="store_true", help="run the commands and renew the blocks")
    parser.add_argument(
        "--slow", action="store_true", help="those that take over 20 s of a core too"
    )
    options = parser.parse_args(given)
    pages = options.pages or all_pages()
    try:
        found = {page: read_marks(page) for page in pages}
        if not options.check and not options.write:
            print("\n".join(listed(found)))
            return 0
        with replay() as runs:
            counts = Counter(
                status
                for page, of_page in found.items()
                for status in treated(page, of_page, runs, options.slow, options.write)
            )
    except SonolexError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(", ".join(f"{number} {status}" for status, number in counts.items()))
    if counts[FAILED] or (counts[DIFFERS] and not options.write):
        return 1
    return MissingError.exit_code if counts[MISSING] else 0


def read_marks(page: Path) -> list[Mark]:
    """The marks of a page.

    Raises
    ------
    DataError
        It is no file that can be read, or no UTF-8; or as `marks`, with the name of the page.
    """
    try:
        return marks(page.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"{page}: {error.strerror}; give pages that there are") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{page} is no text in UTF-8: {error.reason}; save it as UTF-8") from error
    except DataError as error:
        raise DataError(f"{page}: {error}") from error


def all_pages() -> list[Path]:
    """README.md and the pages of docs."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@contextmanager
def replay() -> Iterator[Replay]:
    """A replay in a folder that is gone afterwards."""
    shared = Path(os.environ.get("SONOLEX_SHARED", ROOT.parent / "shared")).resolve()
    with tempfile.TemporaryDirectory(prefix="sonolex-docs-") as folder:
        yield Replay(Path(folder), shared)


def listed(found: dict[Path, list[Mark]]) -> Iterator[str]:
    """A line a mark."""
    for page, of_page in found.items():
        for mark in of_page:
            words = f" ({', '.join(sorted(mark.words))})" if mark.words else ""
            yield f"{_place(page, mark)}: {mark.command}{words}"


def treated(
    page: Path, of_page: Sequence[Mark], runs: Replay, slow: bool, write: bool
) -> Iterator[str]:
    """Replay the marks of a page, say what came out, and write what is to be written."""
    for mark in of_page:
        one = runs.outcome(mark, slow=slow)
        note = f"\n{one.note}" if "\n" in one.note else f" ({one.note})" if one.note else ""
        print(f"{one.status}: {_place(page, mark)}{note}", flush=True)
        if write and one.status == DIFFERS:
            if mark.drawn:
                runs.keep_images(mark)
            elif one.new is not None:
                # At once: what was done stays when a later command is stopped.
                text = page.read_text(encoding="utf-8")
                write_text(page, rewritten(text, {mark.name: mark.dressed(one.new)}))
        yield one.status


def _place(page: Path, mark: Mark) -> str:
    shown = page.resolve()
    name = shown.relative_to(ROOT) if shown.is_relative_to(ROOT) else page
    return f"{name}:{mark.line} {mark.name}"


def end_in_order() -> None:
    """Let SIGTERM be an exit, so that no folder is left, and no command goes on by itself."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))


if __name__ == "__main__":
    end_in_order()
    sys.exit(main())
