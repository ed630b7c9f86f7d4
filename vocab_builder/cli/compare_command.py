"""``sonolex compare``: everything that decides between vocabularies, on one screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vocab_builder.cli.options import (
    check_printed,
    dataset_options,
    encoder_options,
    figure_options,
    order_option,
    reference_option,
    seed_option,
    strict_option,
    table_option,
    write_json,
)

if TYPE_CHECKING:
    from vocab_builder.figures.style import Look

_FILE = click.Path(dir_okay=False, path_type=Path)
_FIRST_LOOK = "demo-sounds"


@click.command()
@click.argument("specs", nargs=-1, required=True, metavar="SPEC SPEC...")
@order_option
@click.option(
    "--top", type=click.IntRange(min=1), help="Use only the first N concepts of each vocabulary."
)
@reference_option
@dataset_options("Data set to measure and to score on, such as esc10.")
@click.option(
    "--l0",
    type=click.IntRange(min=1),
    default=8,
    show_default=True,
    help="At most this many concepts per clip, in every vocabulary.",
)
@click.option(
    "--scores",
    multiple=True,
    type=_FILE,
    help="Scorecard file (sonolex score -o); can be repeated.",
)
@click.option(
    "--across-encoders",
    is_flag=True,
    help="Also accept scorecards of other encoders, without tests.",
)
@click.option(
    "--near",
    type=float,
    help="Cosine above which two labels mean the same.  [default: calibrated for the encoder]",
)
@encoder_options
@strict_option
@seed_option
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON on stdout.")
@table_option
@click.option("-o", "out", type=_FILE, help="Also write the JSON to a file.")
@figure_options("the charts", ("concepts", "coverage", "cosine", "value"), ("l0", "size"))
def command(
    specs: tuple[str, ...],
    as_json: bool,
    form: str | None,
    out: Path | None,
    figures: dict[str, Path],
    look: Look,
    **asked: Any,
) -> None:
    """Compare vocabularies: each SPEC is an id, id@version, a folder, or a text file.

    Shows what they share, what only one has, and how much each repeats itself; on a reference or a
    data set also coverage, fidelity and the clips that one vocabulary explains much better than
    another. Without either, the ten demo sounds are used, if they were fetched.

    \b
    Example:
      sonolex compare sonolex-core audioset words.txt --order ascending --top 2000 \\
        --dataset esc10 --data esc10 --folds 1,2,3 --png compare.png
    """
    from concept_core.bench.replay import read_cards
    from vocab_builder.cli.compare_text import render
    from vocab_builder.cli.measured_on import dataset_bench
    from vocab_builder.cli.progress import progress_bar, say
    from vocab_builder.cli.text import show_tables
    from vocab_builder.comparison import compare
    from vocab_builder.figures.compare import draw_comparison
    from vocab_builder.figures.style import draw
    from vocab_builder.tables.comparison import comparison_tables

    check_printed(form, as_json=as_json)
    cards = [card for path in asked.pop("scores") for card in read_cards(path)]
    bench, reference = dataset_bench(asked, first_look=_FIRST_LOOK), asked.pop("reference")
    if bench is None and reference is not None:
        asked["progress"] = progress_bar(reference.name)
    found = compare(specs, reference=bench or reference, cards=cards, say=say, **asked)
    write_json(found.to_dict(), out, shown=as_json)
    for path in draw(lambda: draw_comparison(found, look), figures, look):
        click.echo(f"wrote {path}", err=True)
    if form is not None:
        show_tables(comparison_tables(found), form)
    elif not as_json:
        click.echo(render(found))
