"""What the commands of single stages share: candidates in and out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from vocab_builder.cli.progress import say

if TYPE_CHECKING:
    from vocab_builder.stages.candidates import Candidate, Drop, Outcome

_SHOWN = 50

json_option = click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print JSON lines on a terminal too; a pipe always gets them.",
)
dropped_option = click.option(
    "--dropped",
    is_flag=True,
    help="Print the dropped candidates and the reasons, instead of the kept ones.",
)


def read_input() -> list[Candidate]:
    """The candidates on standard input.

    Raises
    ------
    UsageError
        Nothing is piped in.
    DataError
        A line is no candidate.
    """
    from concept_core.errors import UsageError
    from vocab_builder.stages.candidates import read_candidates

    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError(
            "candidates are read from standard input: sonolex mine SOURCE... | sonolex filter ..."
        )
    return list(read_candidates(sys.stdin.buffer, "standard input"))


def print_outcome(outcome: Outcome, *, dropped: bool, as_json: bool) -> None:
    """What a stage kept, or else what it dropped."""
    if dropped:
        _print_drops(outcome.dropped, as_json=as_json)
    else:
        print_candidates(outcome.kept, as_json=as_json)


def print_candidates(candidates: Sequence[Candidate], *, as_json: bool) -> None:
    """Candidates on standard output: JSON lines, or a table for a person at a terminal."""
    from vocab_builder.cli.text import measured

    rows = []
    for one in candidates[:_SHOWN]:
        scores = (f"{score.stage} {measured(score.value)}" for score in one.scores)
        sources = sorted({evidence.source for evidence in one.evidence})
        rows.append((one.label, one.kind, str(one.count), ", ".join(sources), ", ".join(scores)))
    head = ("candidate", "kind", "count", "evidence in", "scores")
    _print(candidates, head, rows, as_json=as_json)


def _print_drops(drops: Sequence[Drop], *, as_json: bool) -> None:
    """Drops on standard output, in the same two forms."""
    from vocab_builder.cli.text import measured

    rows = [
        (
            drop.candidate.label, str(drop.candidate.count), drop.filter, drop.reason,
            measured(drop.score), measured(drop.threshold), drop.twin or "", measured(drop.rank),
        )
        for drop in drops[:_SHOWN]
    ]  # fmt: skip
    head = ("dropped", "count", "filter", "reason", "score", "threshold", "twin", "rank")
    _print(drops, head, rows, as_json=as_json)


def _print(
    values: Sequence[Candidate | Drop], head: Sequence[str], rows: list[Any], *, as_json: bool
) -> None:
    from concept_core.files import canonical_json
    from vocab_builder.cli.text import table

    if as_json or not sys.stdout.isatty():
        for value in values:
            click.echo(canonical_json(value.to_dict()))
        return
    click.echo(table(head, rows))
    if len(values) > len(rows):
        say(f"{len(rows)} of {len(values)} shown; --json prints all")
