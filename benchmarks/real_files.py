"""Sounds as people have them, read or refused: ``python -m benchmarks.real_files FOLDER``.

Every file below FOLDER that is named like a sound (those of ``AUDIO_SUFFIXES`` and of other
formats) is given to the bundled encoder, a process each, so that time and memory are its own.
Printed: a line for each file that is refused or warned of, and a count by reason. Exit 1 if one
ended in an exception that is not ours, took over 20 s or over 1 GB.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import time
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from concept_core.audio import AUDIO_SUFFIXES

_OTHERS = (
    *(".m4a", ".mp4", ".m4b", ".aac", ".wma", ".asf", ".wv", ".ape", ".mpc", ".tta", ".tak"),
    *(".spx", ".ofr", ".ofs", ".dsf", ".dff", ".amr", ".mid", ".mka", ".webm", ".ac3", ".eac3"),
    *(".mp1", ".mp2", ".oggflac", ".oggtheora", ".ogv", ".raw", ".voc", ".sph", ".xm", ".mod"),
)
_SECONDS, _MEGABYTES = 20.0, 1000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: "read", "refused" or "foreign"; what was said; what it took."""

    kind: str
    message: str
    seconds: float
    megabytes: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Embed, and print what became of each file."""
    parser = argparse.ArgumentParser(prog="benchmarks.real_files", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder
    suffixes = {*AUDIO_SUFFIXES, *_OTHERS}
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in suffixes and p.is_file())
    outcomes = []
    # A fresh process a file: what one leaves in memory is not counted for the next.
    with multiprocessing.get_context("fork").Pool(1, _load, maxtasksperchild=1) as pool:
        for path, outcome in zip(paths, pool.imap(embed, paths, chunksize=1), strict=True):
            outcomes.append(outcome)
            if outcome.message:
                print(f"{outcome.kind:8} {path.relative_to(folder)}\n         {outcome.message}")
    print(table(outcomes))
    return 0 if all(map(_fine, outcomes)) else 1


def embed(path: Path) -> Outcome:
    """One file to the bundled encoder, keeping nothing."""
    from concept_core import load_encoder
    from concept_core.errors import SonolexError

    start, kind, message = time.monotonic(), "read", ""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            load_encoder("yamnet-minilm", cache=False).encode_audio([path])
            message = "; ".join(str(one.message) for one in said)
        except SonolexError as error:
            kind, message = "refused", str(error).splitlines()[-1].strip()
        # Whatever else is raised is what this looks for.
        except Exception as error:
            kind, message = "foreign", repr(error)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000
    return Outcome(kind, message.replace(f"{path}: ", ""), time.monotonic() - start, memory)


def table(outcomes: Sequence[Outcome]) -> str:
    """Counts by reason, and the most that a file took."""
    if not outcomes:
        return "no files"
    reasons = Counter(f"{one.kind:8} {_reason(one.message)}" for one in outcomes)
    lines = [f"{count:5} {reason}" for reason, count in sorted(reasons.items())]
    kinds = Counter(one.kind for one in outcomes)
    counts = ", ".join(f"{kinds[kind]} {kind}" for kind in ("read", "refused", "foreign"))
    most = f"{max(one.seconds for one in outcomes):.1f} s"
    memory = f"{max(one.megabytes for one in outcomes)} MB"
    lines.append(f"{len(outcomes)} files: {counts}; at most {most} and {memory} a file")
    return "\n".join(lines)


def _reason(message: str) -> str:
    """A message without its numbers and its advice, so that equal ones count together."""
    short = message.split(";")[0]
    return "".join("N" if letter.isdigit() else letter for letter in short)


def _fine(outcome: Outcome) -> bool:
    return (
        outcome.kind != "foreign"
        and outcome.seconds <= _SECONDS
        and outcome.megabytes <= _MEGABYTES
    )


def _load() -> None:
    import onnxruntime  # noqa: F401


if __name__ == "__main__":
    sys.exit(main())
