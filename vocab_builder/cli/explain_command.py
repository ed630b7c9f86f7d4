"""``sonolex explain``: the concepts in clips, classes and data sets, and over time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vocab_builder.cli.options import OutputFile, encoder_options, order_option

if TYPE_CHECKING:
    from concept_core.explanation.request import Outcome


@click.command()
@click.argument("clips", nargs=-1, metavar="[CLIP]...", type=click.Path(path_type=Path))
@click.option("--vocabulary", "spec", required=True, help="id, id@version, folder, or text file.")
@order_option
@encoder_options
@click.option("--l0", type=int, help="At most this many concepts a clip.  [default: 8]")
@click.option("--l1", type=float, help="Penalty of the lasso, instead of --l0.")
@click.option("--top", type=click.IntRange(min=1), help="Show this many concepts of each.")
@click.option("--without", multiple=True, metavar="CONCEPT", help="Explain without this concept.")
@click.option("--over-time", is_flag=True, help="Explain every window of each CLIP by itself.")
@click.option("--window", type=float, default=1.0, show_default=True, help="Seconds of a window.")
@click.option("--dataset", help="Explain the clips of a data set, as sonolex score takes it.")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Its folder.  [default: where sonolex fetch puts it]",
)
@click.option("--folds", help="Its folds, such as 1,2,3.  [default: those that score takes]")
@click.option("--class", "classes", multiple=True, metavar="NAME", help="Only this class of it.")
@click.option("--against", metavar="NAME", help="What each --class has that this class has not.")
@click.option("--skip-bad", is_flag=True, help="Leave out clips that cannot be embedded.")
@click.option("--json", "as_json", is_flag=True, help="Print the explanations as JSON on stdout.")
@click.option(
    "--png", type=OutputFile(".png"), help="Write a figure too, fit for a column (300 dpi)."
)
@click.option("--svg", type=OutputFile(".svg"), help="The same as SVG.")
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
    from concept_core.explanation.request import ExplainRequest, explain_request
    from vocab_builder.cli.explain_text import outcome_text
    from vocab_builder.cli.text import plain, show

    # What is wrong with the call, or missing, is said before anything slow starts.
    request = ExplainRequest(**asked)
    _check_packages(png or svg, html)
    outcome = explain_request(request)
    for _, message in outcome.bad:
        click.echo(f"left out: {plain(message)}", err=True)
    for path in _write(outcome, png, svg, html):
        click.echo(f"wrote {path}", err=True)
    show(outcome, outcome_text, as_json=as_json)


def _check_packages(figure: Path | None, page: Path | None) -> None:
    from concept_core.extras import check_extra

    for wanted, module in ((figure, "matplotlib"), (page, "jinja2")):
        if wanted is not None:
            check_extra(module)


def _write(
    outcome: Outcome, png: Path | None, svg: Path | None, html: Path | None
) -> Iterator[Path]:
    """The files that were asked for."""
    for form, path in (("png", png), ("svg", svg)):
        if path is not None:
            from vocab_builder.figures.explain import outcome_figure
            from vocab_builder.figures.style import save

            yield save(outcome_figure(outcome), path, form)
    if html is not None:
        from concept_core.files import write_text
        from vocab_builder.reporting import explained_page

        write_text(html, explained_page(outcome))
        yield html
