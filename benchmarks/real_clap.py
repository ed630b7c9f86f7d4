"""What concepts keep of real CLAP: ``python -m benchmarks.real_clap``.

LAION-CLAP's embeddings of ESC-50 (folds 1-3) over 192 class names of FSD50K: centrings, what is
left of means, tasks, explained classes. Prints the tables of docs/real-clap.md as Markdown;
``--write docs/real-clap.md`` puts them onto the page and draws its figures. Needs the shared data
(``SONOLEX_SHARED``), or ``sonolex fetch clap-esc50 clap-fsd50k-labels``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import clap_centrings, clap_explained, clap_remainders, clap_tasks
from benchmarks.clap_figures import draw_all
from benchmarks.clap_rows import RealRows, real_rows
from benchmarks.options import json_option, page_option, shared_option
from benchmarks.pages import rewritten
from concept_core.errors import SonolexError
from concept_core.extras import check_extra
from concept_core.files import pretty_json, write_text
from concept_core.values import to_data


class Part(NamedTuple):
    """A part of the page: its lines, its figures as JSON-ready values, and what was measured."""

    lines: list[str]
    data: Any
    found: Any


def centrings(rows: RealRows) -> Part:
    """Right and wrong centrings."""
    found = clap_centrings.centrings(rows)
    data = {name: one.to_dict() for name, one in found.items()}
    return Part(
        [*clap_centrings.centrings_table(found, clap_centrings.units_of(rows))], data, found
    )


def means(rows: RealRows) -> Part:
    """Means of fewer clips, and of fewer labels."""
    found = clap_centrings.fewer(rows)
    data = {name: [one.to_dict() for one in draws] for name, draws in found.items()}
    return Part([*clap_centrings.fewer_table(found)], data, found)


def small(rows: RealRows) -> Part:
    """Small vocabularies by their own mean, and by that of other labels."""
    found = clap_centrings.small(rows)
    data = [
        {"labels": size, "mean": name, "draws": [one.to_dict() for one in draws]}
        for (size, name), draws in found.items()
    ]
    return Part([*clap_centrings.small_table(found)], data, found)


def remainders(rows: RealRows) -> Part:
    """What is left of means."""
    found = clap_remainders.remainders(rows)
    data = [to_data(one) for one in found]
    return Part([*clap_remainders.remainders_table(found)], data, found)


def tasks(rows: RealRows) -> Part:
    """Every task, beside dense and random directions."""
    found = [one for task in clap_tasks.TASKS for one in clap_tasks.score(rows, task)]
    data = [one.to_dict() for one in found]
    return Part([*clap_tasks.scored_table(found)][1:], data, found)


def explained(rows: RealRows) -> Part:
    """Classes in words."""
    found = clap_explained.explain_classes(rows)
    return Part([*clap_explained.explained_table(found)], found.to_dict(), found)


PARTS: dict[str, Callable[[RealRows], Part]] = {
    "centrings": centrings,
    "means": means,
    "small": small,
    "remainders": remainders,
    "tasks": tasks,
    "explained": explained,
}
"""By the names of the page's markers."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.real_clap", description=__doc__)
    shared_option(parser)
    page_option(parser)
    json_option(parser)
    options = parser.parse_args(arguments)
    try:
        if options.write:
            check_extra("matplotlib")
        with real_rows(options.shared) as rows:
            found = {name: make(rows) for name, make in PARTS.items()}
        for name, part in found.items():
            print("\n".join(("", f"### {name}", "", *part.lines)))
        if options.json:
            write_text(options.json, pretty_json({name: one.data for name, one in found.items()}))
        if options.write:
            _write(options.write, found)
    except SonolexError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def _write(page: Path, found: dict[str, Part]) -> None:
    """The tables onto the page, the figures beside it."""
    tables = {name: "\n".join(part.lines) for name, part in found.items()}
    write_text(page, rewritten(page.read_text(encoding="utf-8"), tables))
    draw_all(found["centrings"].found, found["tasks"].found, page.parent / "figures", page.stem)


if __name__ == "__main__":
    sys.exit(main())
