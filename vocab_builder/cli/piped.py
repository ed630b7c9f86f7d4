"""What the commands of single stages share: candidates in and out, and where they embed."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from vocab_builder.stages.candidates import Drop
    from vocab_builder.stages.context import Context
    from vocab_builder.stages.lines import Line

_SHOWN = 50

json_option = click.option(
    "--json", "as_json", is_flag=True, help="JSON lines on a terminal too; a pipe gets them anyway."
)
dropped_option = click.option(
    "--dropped", is_flag=True, help="Print what is left out, and why, instead of what stays."
)
reference_option = click.option(
    "--reference",
    type=click.Path(path_type=Path),
    help="Captions (csv, tsv, jsonl, txt), or a folder of clips, to measure coverage on.",
)


def say(line: str) -> None:
    """Talk goes to standard error."""
    click.echo(line, err=True)


def read_input() -> list[Line]:
    """The candidates on standard input.

    Raises
    ------
    UsageError
        Nothing is piped in.
    DataError
        A line is no candidate.
    """
    from concept_core.errors import UsageError
    from vocab_builder.stages.lines import read_lines

    if sys.stdin.isatty():
        raise UsageError(
            "candidates are read from standard input: sonolex mine SOURCE... | sonolex filter ..."
        )
    return list(read_lines(sys.stdin.buffer, "standard input"))


def make_context(
    needs: Collection[str], reference: Path | None, encoder: str, device: str, offline: bool
) -> Context:
    """The encoder and reference that stages need, and no more.

    Raises
    ------
    UsageError
        A stage needs a reference and none is given, or the other way round.
    DataError, MissingError
        The reference is broken, or the encoder's files are not on this machine.
    """
    from concept_core.encoders import load_encoder
    from concept_core.errors import UsageError
    from concept_core.measures.reference import read_items
    from vocab_builder.stages.context import Context

    if ("reference" in needs) != (reference is not None):
        raise UsageError(
            "coverage is measured on captions; name their file with --reference"
            if reference is None
            else "--reference: nothing here looks at it; leave it out"
        )
    items = None if reference is None else read_items(reference)
    model = None
    if "encoder" in needs:
        model = load_encoder(encoder, device=device, offline=offline)
    return Context(model, items, say=say)


def print_lines(lines: Sequence[Line], *, as_json: bool) -> None:
    """Candidates on standard output: JSON lines, or a table for a person at a terminal."""
    from vocab_builder.stages.lines import write_line

    if as_json or not sys.stdout.isatty():
        for line in lines:
            click.echo(write_line(line))
        return
    rows = []
    for line in lines[:_SHOWN]:
        one = line.candidate
        scores = (f"{stage} {_number(score.value)}" for stage, score in line.scores)
        sources = sorted({evidence.source for evidence in one.evidence})
        rows.append((one.label, one.kind, str(one.count), ", ".join(sources), ", ".join(scores)))
    _print_table(("candidate", "kind", "count", "evidence in", "scores"), rows, len(lines))


def print_drops(drops: Sequence[Drop], *, as_json: bool) -> None:
    """Drops on standard output, in the same two forms."""
    from concept_core.files import canonical_json
    from vocab_builder.stages.lines import drop_data

    if as_json or not sys.stdout.isatty():
        for drop in drops:
            click.echo(canonical_json(drop_data(drop)))
        return
    rows = [
        (
            drop.candidate.label, str(drop.candidate.count), drop.filter, drop.reason,
            _number(drop.score), _number(drop.threshold), drop.twin or "", _number(drop.rank),
        )
        for drop in drops[:_SHOWN]
    ]  # fmt: skip
    head = ("dropped", "count", "filter", "reason", "score", "threshold", "twin", "rank")
    _print_table(head, rows, len(drops))


def _print_table(head: Sequence[str], rows: list[Any], total: int) -> None:
    from vocab_builder.cli.text import table

    click.echo(table(head, rows))
    if total > len(rows):
        say(f"{len(rows)} of {total} shown; --json prints all")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
