"""``sonolex filter``: candidates through filters."""

from __future__ import annotations

from pathlib import Path

import click

from vocab_builder.cli.options import encoder_options
from vocab_builder.cli.piped import dropped_option, json_option, reference_option


@click.command()
@click.argument("filters", nargs=-1, required=True, metavar="FILTER...")
@dropped_option
@encoder_options
@reference_option
@json_option
def command(
    filters: tuple[str, ...],
    dropped: bool,
    encoder: str,
    device: str,
    offline: bool,
    reference: Path | None,
    as_json: bool,
) -> None:
    """Run candidates on standard input through every FILTER, in this order.

    A FILTER is KIND or KIND:KEY=VALUE,... with the kinds and keys of a recipe (docs/recipes.md):
    form, twins:forms=snowball, stop:lists=function,abstract,inside=qualifiers.
    """
    from vocab_builder.building.pipeline import filter_all
    from vocab_builder.building.stage_arguments import parse_filters
    from vocab_builder.cli.piped import make_context, print_drops, print_lines, read_input, say
    from vocab_builder.stages.lines import Line

    stages = parse_filters(filters)
    needs = set().union(*(stage.run.needs for stage in stages))
    lines = read_input()
    context = make_context(needs, reference, encoder, device, offline)
    filtered = filter_all(stages, [line.candidate for line in lines], context, say)
    if dropped:
        print_drops(filtered.dropped, as_json=as_json)
        return
    before = {line.candidate.label: line.scores for line in lines}
    kept = [
        Line(one, (*before[one.label], *filtered.scores.get(one.label, ())))
        for one in filtered.kept
    ]
    print_lines(kept, as_json=as_json)
