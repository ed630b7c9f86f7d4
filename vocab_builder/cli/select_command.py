"""``sonolex select``: an order over candidates, and the first of it."""

from __future__ import annotations

from typing import Any

import click

from vocab_builder.cli.options import encoder_options, reference_option
from vocab_builder.cli.piped import dropped_option, json_option
from vocab_builder.cli.progress import say


@click.command()
@click.argument("selection")
@click.option(
    "--size", type=click.IntRange(min=1), help="Number of candidates to print.  [default: all]"
)
@dropped_option
@encoder_options
@reference_option
@json_option
def command(selection: str, size: int | None, dropped: bool, as_json: bool, **asked: Any) -> None:
    """Print the first --size candidates of standard input in the order of SELECTION.

    SELECTION is KIND or KIND:KEY=VALUE,... with the kinds and keys of a recipe (docs/recipes.md):
    frequency, clusters:clusters=500, coverage:redundancy=0.3.
    """
    from vocab_builder.building.single_stages import select_candidates
    from vocab_builder.cli.piped import print_outcome, read_input

    outcome = select_candidates(read_input(), selection, size, progress=say, **asked)
    print_outcome(outcome, dropped=dropped, as_json=as_json)
