"""``sonolex filter``: candidates through filters."""

from __future__ import annotations

from typing import Any

import click

from vocab_builder.cli.options import encoder_options, reference_option
from vocab_builder.cli.piped import dropped_option, json_option
from vocab_builder.cli.progress import say


@click.command()
@click.argument("filters", nargs=-1, required=True, metavar="FILTER...")
@dropped_option
@encoder_options
@reference_option
@json_option
def command(filters: tuple[str, ...], dropped: bool, as_json: bool, **asked: Any) -> None:
    """Run candidates on standard input through every FILTER, in this order.

    A FILTER is KIND or KIND:KEY=VALUE,... with the kinds and keys of a recipe (docs/recipes.md):
    form, twins:forms=snowball, stop:lists=function,abstract,inside=qualifiers.
    """
    from vocab_builder.building.single_stages import filter_candidates
    from vocab_builder.cli.piped import print_outcome, read_input

    outcome = filter_candidates(read_input(), filters, progress=say, **asked)
    print_outcome(outcome, dropped=dropped, as_json=as_json)
