"""``sonolex explain``: the concepts in clips, classes and data sets, and over time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vocab_builder.cli.options import (
    OutputFile,
    dataset_options,
    encoder_options,
    figure_options,
    order_option,
    strict_option,
    vocabulary_option,
)


@click.command()
@click.argument("clips", nargs=-1, metavar="[CLIP]...", type=click.Path(path_type=Path))
@vocabulary_option
@order_option
@encoder_options
@strict_option
@click.option("--l0", type=int, help="At most this many concepts a clip.  [default: 8]")
@click.option("--l1", type=float, help="Penalty of the lasso, instead of --l0.")
@click.option("--top", type=click.IntRange(min=1), help="Show this many concepts of each.")
@click.option("--without", multiple=True, metavar="CONCEPT", help="Explain without this concept.")
@click.option("--over-time", is_flag=True, help="Explain every window of each CLIP by itself.")
@click.option("--window", type=float, default=1.0, show_default=True, help="Seconds of a window.")
@dataset_options("Explain the clips of a data set, as sonolex score takes it.")
@click.option("--class", "classes", multiple=True, metavar="NAME", help="Only this class of it.")
@click.option("--against", metavar="NAME", help="What each --class has that this class has not.")
@click.option("--json", "as_json", is_flag=True, help="Print the explanations as JSON on stdout.")
@figure_options("what is explained")
@click.option(
    "--html",
    type=OutputFile(".html", ".htm"),
    help="Write a page too: what is explained, to hear and see.",
)
def command(
    as_json: bool, png: Path | None, svg: Path | None, html: Path | None, **asked: Any
) -> None:
    """Show the concepts in each CLIP (wav, flac, ogg, mp3), or in a data set, with prominence.

    \b
    Examples:
      sonolex explain dog.wav --vocabulary sonolex-core
      sonolex explain street.flac --vocabulary sonolex-core --over-time --png street.png
      sonolex explain --vocabulary sonolex-core --dataset esc10 --data ESC-10 --folds 1,2,3
        --class rain --against "sea waves"
    """
    from concept_core.audio import left_out
    from concept_core.explanation.request import ExplainRequest, explain_request
    from concept_core.extras import check_extra
    from concept_core.files import write_text
    from vocab_builder.cli.explain_text import outcome_text
    from vocab_builder.cli.text import plain, show
    from vocab_builder.figures.explain import outcome_figure
    from vocab_builder.figures.style import draw, figure_files
    from vocab_builder.reporting import explained_page

    # What is wrong with the call, or missing, is said before anything slow starts.
    request, figures = ExplainRequest(**asked), figure_files(png=png, svg=svg)
    if html is not None:
        check_extra("jinja2")
    outcome = explain_request(request)
    for line in left_out(outcome.bad):
        click.echo(plain(line), err=True)
    written = draw(lambda: outcome_figure(outcome), figures)
    if html is not None:
        write_text(html, explained_page(outcome))
        written.append(html)
    for path in written:
        click.echo(f"wrote {path}", err=True)
    show(outcome, outcome_text, as_json=as_json)
