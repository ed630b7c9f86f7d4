"""Pages that are followed from top to bottom: ``python -m benchmarks.lessons docs/explain.md``.

Each ``sh`` block of a lesson is run, each ``python`` block too (a process of its own), in one
folder and in order; a ``text`` block right below one is what it prints (stdout, or stderr where
that is all there is). A line ``...`` stands for any number of printed lines. Where a block is to
end with another exit code than 0, ``<!-- exits 1 -->`` stands above it.

``--write`` puts what was printed onto the page; without it differences are shown, and exit is 1.
Commands run in a shell: these pages are ours. Needs the bundled encoder, and for some WordNet.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.docs import cut
from benchmarks.pages import CUT
from concept_core.errors import DataError, SonolexError
from concept_core.files import write_text
from concept_core.resources import home

ROOT = Path(__file__).resolve().parents[1]
LESSONS = tuple(
    ROOT / "docs" / name
    for name in (
        "install.md",
        "explain.md",
        "birdwatcher.md",
        "compare-and-publish.md",
        "own-rows.md",
        "reproduce.md",
        "formats.md",
        "method.md",
        "certificate.md",
    )
)
"""The pages whose every command is run, in order."""

_BLOCK = re.compile(
    r"^(?:<!-- exits (?P<exits>\d+) -->\n+)?```(?P<kind>sh|python)\n(?P<code>.*?)^```$"
    r"(?:\n+```text\n(?P<shown>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)

# From three decimals on; versions have fewer, and stand between points.
_MEASURED = re.compile(r"(?<![\w.])-?\d+\.\d{3,}(?![\w.])")


@dataclass(frozen=True, slots=True)
class Step:
    """A block of a lesson.

    Attributes
    ----------
    line : int
        On which it opens, from 1.
    kind : str
        ``sh`` or ``python``.
    code : str
        What is run.
    exits : int
        The exit code that it must end with.
    shown : str or None
        What the page says that it prints; None where the page says nothing.
    span : tuple of int
        Where that stands on the page; (-1, -1) where it does not.
    """

    line: int
    kind: str
    code: str
    exits: int
    shown: str | None
    span: tuple[int, int]


def steps(page: str) -> list[Step]:
    """The blocks of a page that are run, in order."""
    return [
        Step(
            line=page.count("\n", 0, match.start("kind")) + 1,
            kind=match["kind"],
            code=match["code"],
            exits=int(match["exits"] or 0),
            shown=match["shown"],
            span=match.span("shown"),
        )
        for match in _BLOCK.finditer(page)
    ]


def printed(step: Step, folder: Path) -> str:
    """Run a step in a folder, with the cache folder beside it; what it prints.

    Raises
    ------
    DataError
        It ended with another exit code than the page says.
    """
    if step.kind == "sh":
        command = ["bash", "-e", "-o", "pipefail", "-c", step.code]
    else:
        command = [sys.executable, "-c", step.code]
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        # What a lesson fetches or embeds is not left on this machine.
        "SONOLEX_HOME": str(folder.parent / "home"),
        "COLUMNS": "100",
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        command, cwd=folder, env=environment, text=True, capture_output=True,
        stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    if done.returncode != step.exits:
        raise DataError(
            f"line {step.line}: exit {done.returncode}, expected {step.exits}\n{step.code}"
            f"{done.stdout}{done.stderr}"
        )
    return done.stdout if done.stdout.strip() else done.stderr


def as_on_page(step: Step, output: str) -> str:
    """What was printed, with the cut that the page has."""
    new = [line.rstrip() for line in output.strip("\n").split("\n")]
    old = (step.shown or "").rstrip("\n").split("\n")
    if old.count(CUT) == 1:
        new = cut(old, new)
    return "\n".join(new) + "\n"


def alike(shown: str, output: str) -> bool:
    """Whether two texts are the same but for what processors differ in.

    That is the digits after the third of a number, and how wide a column of such numbers is.
    """
    (old, old_numbers), (new, new_numbers) = _parted(shown), _parted(output)
    return old == new and all(
        abs(float(one) - float(other)) < 2e-3
        for one, other in zip(old_numbers, new_numbers, strict=True)
    )


def _parted(text: str) -> tuple[list[str], list[str]]:
    """The words of a text with its measured numbers taken out, and these."""
    return _MEASURED.sub("#", text).split(), _MEASURED.findall(text)


def follow(page: Path, folder: Path) -> Iterator[tuple[Step, str]]:
    """Run a lesson below an empty folder; each step with what should stand below it.

    Raises
    ------
    DataError
        As `printed`, with the name of the page.
    """
    work, fresh = folder / "work", folder / "home"
    work.mkdir()
    fresh.mkdir()
    for name in ("recipes", "data"):
        (work / name).symlink_to(ROOT / name)
    for name in ("resources", "nltk_data"):
        if (home() / name).is_dir():
            (fresh / name).symlink_to((home() / name).resolve())
    for step in steps(page.read_text(encoding="utf-8")):
        try:
            yield step, as_on_page(step, printed(step, work))
        except DataError as error:
            raise DataError(f"{page.name}: {error}") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Follow pages; say what differs, or write it."""
    parser = argparse.ArgumentParser(prog="benchmarks.lessons", description=__doc__)
    parser.add_argument("pages", nargs="*", type=Path, default=LESSONS, help="all by default")
    parser.add_argument("--write", action="store_true", help="put what was printed onto the page")
    options = parser.parse_args(arguments)
    differs = False
    try:
        for page in options.pages:
            text, moved = page.read_text(encoding="utf-8"), 0
            with tempfile.TemporaryDirectory(prefix="sonolex-lesson-") as folder:
                for step, output in follow(page, Path(folder)):
                    if step.shown is None or alike(step.shown, output):
                        continue
                    differs = True
                    print(f"{page.name}:{step.line}: printed now\n{output}", flush=True)
                    start, end = (place + moved for place in step.span)
                    text = text[:start] + output + text[end:]
                    moved += len(output) - len(step.shown)
            if options.write:
                write_text(page, text)
    except SonolexError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 1 if differs and not options.write else 0


if __name__ == "__main__":
    sys.exit(main())
