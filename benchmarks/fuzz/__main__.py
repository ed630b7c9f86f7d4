"""``python -m benchmarks.fuzz``: mutated inputs for every reader, and what they find."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.fuzz.reader import Reader
from benchmarks.fuzz.readers import readers
from benchmarks.fuzz.worker import Input, Outcome, input_of, run_inputs, try_input

_TRIES, _PATIENCE = 300, 10.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; 1 where there is a finding."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000, help="how many, over all readers")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the same inputs again")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--readers", default="", help="only those with this in their name")
    parser.add_argument("--only", type=int, help="the one input of this number, with its traceback")
    parser.add_argument("--keep", type=Path, help="folder for the smallest input of each finding")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        os.environ["SONOLEX_HOME"] = str(Path(folder) / "home")
        known = readers(Path(folder))
        if asked.only is not None:
            return _one(known, asked.seed, asked.only, Path(folder))
        chosen = [place for place, one in enumerate(known) if asked.readers in one.name]
        # Numbers stand for the same inputs whichever readers are asked for.
        rounds = -(-asked.inputs // max(1, len(chosen)))
        numbers = [turn * len(known) + place for turn in range(rounds) for place in chosen]
        return _all(known, asked, numbers[: asked.inputs], Path(folder))


def _all(known: list[Reader], asked: argparse.Namespace, numbers: list[int], place: Path) -> int:
    started = time.perf_counter()
    print(f"{len(numbers)} inputs for {len(known)} readers, seed {asked.seed}", flush=True)
    found: dict[tuple[str, str], list[Outcome]] = {}
    slowest = largest = Outcome(-1, "", 0, 0)
    for one in run_inputs(known, asked.seed, numbers, asked.workers):
        slowest = max(slowest, one, key=lambda outcome: outcome.seconds)
        largest = max(largest, one, key=lambda outcome: outcome.bytes)
        if one.finding is not None:
            alike = found.setdefault((one.reader, one.where), [])
            alike.append(one)
            if len(alike) == 1:
                print(
                    f"  {one.reader}: {one.where}: {one.finding} (--only {one.number})", flush=True
                )
    for (reader, where), alike in sorted(found.items(), key=lambda item: -len(item[1])):
        print(f"{len(alike):6} {reader}: {where}: {alike[0].finding} (--only {alike[0].number})")
        if asked.keep is not None:
            _keep(known, asked.seed, alike[0], asked.keep, place)
    total = sum(map(len, found.values()))
    print(
        f"{len(numbers)} inputs, seed {asked.seed}, {time.perf_counter() - started:.0f} s: {total}"
        f" foreign ({len(found)} kinds); slowest {slowest.seconds:.2f} s ({slowest.reader},"
        f" {slowest.number}); largest {largest.bytes >> 20} MiB ({largest.reader},"
        f" {largest.number})"
    )
    return 1 if found else 0


def _one(known: list[Reader], seed: int, number: int, place: Path) -> int:
    one = input_of(known, seed, number)
    outcome = try_input(one, place, number)
    print(f"{one.reader.name}, {one.target}: {outcome.finding or 'fine'} ({outcome.seconds:.2f} s)")
    print(outcome.trace or one.files[one.target][:2000])
    return 1 if outcome.finding else 0


def _keep(known: list[Reader], seed: int, outcome: Outcome, keep: Path, place: Path) -> None:
    """Write the smallest input of a finding that still shows it, and how it came about."""
    one = input_of(known, seed, outcome.number)
    if outcome.trace:  # what ended the process would end this one
        one = _smallest(one, outcome.where, place)
    folder = keep / f"{seed}-{outcome.number}"
    for name, content in one.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    text = f"{outcome.reader}: {one.target}\n{outcome.finding}\n\n{outcome.trace}"
    (folder / "finding.txt").write_text(text, encoding="utf-8", errors="backslashreplace")


def _smallest(one: Input, where: str, place: Path) -> Input:
    """Leave parts out, halves first, for as long as the same comes out."""
    end, tries = time.perf_counter() + _PATIENCE, 0
    content = one.files[one.target]
    size = len(content) // 2
    while size and tries < _TRIES and time.perf_counter() < end:
        at = 0
        while at < len(content) and tries < _TRIES and time.perf_counter() < end:
            shorter = content[:at] + content[at + size :]
            tries += 1
            small = replace(one, files={**one.files, one.target: shorter})
            if try_input(small, place).where == where:
                content, one = shorter, small
            else:
                at += size
        size //= 2
    return one


if __name__ == "__main__":
    sys.exit(main())
