"""Ours against the floor and against the field: ``make bench``, or ``python -m benchmarks.solver``.

Everything is measured in one run, side by side. Tables and targets go to standard output, talk
to standard error; ``solver.json`` and two drawings into the folder given.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from benchmarks import large, latency, machine, peers, report, selection, stream
from benchmarks.drawings import draw
from benchmarks.plan import QUICK, Plan
from benchmarks.points import Arena, Point
from benchmarks.problems import DataSet, load_sets, synthetic_set
from concept_core.files import pretty_json, write_text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, and write; 0 whatever the targets say."""
    options = _options(arguments)
    started = time.perf_counter()
    plan = QUICK if options.quick else Plan()
    if options.ours:
        plan = replace(plan, sizes=plan.sizes[:2], peers=False)
    sets, notes = _sets(plan, quick=options.quick)
    notes += [
        f"{name} is not installed (pip install 'sonolex[bench]')"
        for name in peers.INSTALLABLE
        if not peers.installed(name)
    ]
    points = [point for data in sets for point in _points(data, plan)]
    if options.ours:
        print("\n".join([*machine.sentences(machine.describe()), report.costs(points)]))
        return 0
    _say("a few rows ...")
    few = [latency.run(sets[-1], k) for k in plan.few]
    _say("many atoms ...")
    many = large.run(*plan.large)
    _say("selecting ...")
    selected = selection.run(*plan.selection)
    _say("streaming ...")
    rows = 1_000_000 if options.million else plan.stream_rows
    streamed = stream.run(rows, plan.stream_atoms)
    about = machine.describe()
    reached = report.targets(points, streamed, few, many, selected)
    for line in [
        *machine.sentences(about),
        *(f"Set {data.name}: {data.about}." for data in sets),
        *(f"NOTE: {note}" for note in notes),
        "",
        report.tables(points),
        "",
        *map(str, few),
        str(many),
        f"Selection: {selected}",
        str(streamed),
        "",
        "Targets",
        *map(str, reached),
    ]:
        print(line)
    options.out.mkdir(parents=True, exist_ok=True)
    record = {
        "machine": about,
        "notes": notes,
        "sets": {data.name: data.about for data in sets},
        "points": [asdict(point) for point in points],
        "few rows": [asdict(one) for one in few],
        "many atoms": asdict(many),
        "selection": asdict(selected),
        "stream": asdict(streamed),
        "targets": [asdict(target) for target in reached],
        "seconds": time.perf_counter() - started,
    }
    result = options.out / "solver.json"
    write_text(result, pretty_json(record))
    for path in [result, *draw(points, options.out)]:
        _say(f"wrote {path}")
    _say(f"{record['seconds']:.0f} s in all")
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.solver", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="a few seconds on made-up data; shows that it runs"
    )
    parser.add_argument(
        "--million", action="store_true", help="stream a million rows, instead of 200,000"
    )
    parser.add_argument(
        "--ours", action="store_true", help="our solvers alone, over up to 10,000 atoms"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("build/bench"), help="folder (default: build/bench)"
    )
    return parser.parse_args(arguments)


def _sets(plan: Plan, *, quick: bool) -> tuple[list[DataSet], list[str]]:
    if quick:
        small = synthetic_set(plan.rows, max(plan.sizes), dim=64)
        return [small], ["--quick: the figures say nothing"]
    _say("loading the data sets ...")
    return load_sets(plan.rows, max(plan.sizes))


def _points(data: DataSet, plan: Plan) -> list[Point]:
    """All points of one data set; what one size needs is dropped before the next."""
    found = []
    for k in (size for size in plan.sizes if size <= len(data.pool)):
        arena = Arena(data, k, plan)
        for asked in plan.sparsities:
            start = time.perf_counter()
            point = arena.measure(asked)
            found.append(point)
            _say(
                f"{data.name}, K = {k:,}, l0 {point.l0:.1f}: {report.headline(point)}"
                f" ({time.perf_counter() - start:.0f} s)"
            )
    return found


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
