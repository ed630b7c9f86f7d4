"""``sonolex select``: an order over candidates, and the first of it."""

from __future__ import annotations

from pathlib import Path

import click

from vocab_builder.cli.options import encoder_options
from vocab_builder.cli.piped import dropped_option, json_option, reference_option


@click.command()
@click.argument("selection")
@click.option("--size", type=click.IntRange(min=1), help="How many, exactly.  [default: all]")
@dropped_option
@encoder_options
@reference_option
@json_option
def command(
    selection: str,
    size: int | None,
    dropped: bool,
    encoder: str,
    device: str,
    offline: bool,
    reference: Path | None,
    as_json: bool,
) -> None:
    """Print the first --size candidates of standard input in the order of SELECTION.

    SELECTION is KIND or KIND:KEY=VALUE,... with the kinds and keys of a recipe (docs/recipes.md):
    frequency, clusters:clusters=500, coverage:redundancy=0.3.
    """
    from vocab_builder.building.stage_arguments import parse_selection
    from vocab_builder.cli.piped import make_context, print_drops, print_lines, read_input, say
    from vocab_builder.selection import check_size, stage_name, take
    from vocab_builder.stages.lines import Line

    kind, chosen = parse_selection(selection)
    lines = read_input()
    check_size(len(lines), size)
    context = make_context(chosen.needs, reference, encoder, device, offline)
    result = take(chosen([line.candidate for line in lines], context), size, kind)
    say(f"  selection by {kind}: {len(lines)} -> {len(result.kept)}")
    if dropped:
        print_drops(result.dropped, as_json=as_json)
        return
    before = {line.candidate.label: line.scores for line in lines}
    kept = [
        Line(one, (*before[one.label], (stage_name(kind), result.scores[one.label])))
        for one in result.kept
    ]
    print_lines(kept, as_json=as_json)
