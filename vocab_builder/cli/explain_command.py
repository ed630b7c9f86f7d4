"""``sonolex explain``: the concepts in clips, classes and data sets, and over time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vocab_builder.cli.options import (
    OutputFile,
    dataset_options,
    encoder_options,
    engine_options,
    figure_options,
    given_beside,
    order_option,
    strict_option,
)

if TYPE_CHECKING:
    from vocab_builder.figures.style import Look

# What the table of a decomposition needs.
_WITH_WEIGHTS = frozenset({"weights", "out", "top", "as_json", "engine", "workers"})


@click.command()
@click.argument("clips", nargs=-1, metavar="[CLIP]...", type=click.Path(path_type=Path))
@click.option("--vocabulary", "spec", help="Vocabulary: id, id@version, folder, or text file.")
@order_option
@encoder_options
@strict_option
@click.option("--l0", type=int, help="At most this many concepts per clip.  [default: 8]")
@click.option("--l1", type=float, help="Penalty of the lasso, instead of --l0.")
@click.option(
    "--top", type=click.IntRange(min=1), help="Show only the N most prominent concepts of each."
)
@click.option(
    "--without",
    multiple=True,
    metavar="CONCEPT",
    help="Explain without this concept; can be repeated.",
)
@click.option(
    "--reference",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Compare each CLIP with these clips (20 or more).  [default: the other CLIPs, from 20 on]",
)
@click.option("--over-time", is_flag=True, help="Explain every window of each CLIP by itself.")
@click.option(
    "--window", type=float, default=1.0, show_default=True, help="Length of a window in seconds."
)
@dataset_options("Explain the clips of this data set; named as for sonolex score.")
@click.option(
    "--class", "classes", multiple=True, metavar="NAME", help="Only this class of the data set."
)
@click.option("--against", metavar="NAME", help="Contrast each --class with this class.")
@click.option(
    "--weights",
    metavar="FOLDER_OR_ADDRESS",
    help="Show the output of sonolex decompose as a table: clip, concept, prominence.",
)
@click.option(
    "-o",
    "out",
    type=OutputFile(".csv", ".parquet"),
    help="Write the table of --weights to a file.  [default: csv on stdout]",
)
@engine_options
@click.option("--json", "as_json", is_flag=True, help="Print the explanations as JSON on stdout.")
@figure_options("the explanations", ("prominence",))
@click.option(
    "--html",
    type=OutputFile(".html", ".htm"),
    help="Also write an HTML page with the explanations and the sounds.",
)
def command(
    weights: str | None,
    out: Path | None,
    engine: str,
    workers: int | None,
    as_json: bool,
    figures: dict[str, Path],
    look: Look,
    html: Path | None,
    **asked: Any,
) -> None:
    """Show the concepts in each CLIP (wav, flac, ogg, mp3), or in a data set, with prominence.

    \b
    Examples:
      sonolex explain dog.wav --vocabulary sonolex-core
      sonolex explain street.flac --vocabulary sonolex-core --over-time --png street.png
      sonolex explain --vocabulary sonolex-core --dataset esc10 --data ESC-10 --folds 1,2,3
        --class rain --against "sea waves"
      sonolex explain --weights shards --top 5 -o table.csv
    """
    if weights is not None:
        _table(weights, out, asked["top"], (engine, workers), as_json=as_json)
        return
    for option in given_beside(()):
        if option in ("--engine", "--workers"):
            raise click.UsageError(f"{option} is for the shards of --weights")
    if asked["spec"] is None:
        raise click.UsageError("Missing option '--vocabulary'.")
    if out is not None:
        raise click.UsageError("-o writes the table of --weights; for clips there is --json")
    _explain(asked, (figures, look), html, as_json=as_json)


def _explain(
    asked: dict[str, Any],
    drawing: tuple[dict[str, Path], Look],
    html: Path | None,
    *,
    as_json: bool,
) -> None:
    """Clips, classes or data sets, with figures and a page where they are asked for."""
    from concept_core.audio import left_out
    from concept_core.explanation.request import ExplainRequest, explain_request
    from concept_core.extras import check_extra
    from concept_core.files import write_text
    from vocab_builder.cli.explain_text import outcome_text
    from vocab_builder.cli.text import plain, show
    from vocab_builder.figures.explain import outcome_figure
    from vocab_builder.figures.style import draw
    from vocab_builder.reporting import explained_page

    # What is wrong with the call, or missing, is said before anything slow starts.
    request, (figures, look) = ExplainRequest(**asked), drawing
    if html is not None:
        check_extra("jinja2")
    outcome = explain_request(request)
    for line in left_out(outcome.bad):
        click.echo(plain(line), err=True)
    written = draw(lambda: outcome_figure(outcome, look), figures, look)
    if html is not None:
        write_text(html, explained_page(outcome))
        written.append(html)
    for path in written:
        click.echo(f"wrote {path}", err=True)
    show(outcome, outcome_text, as_json=as_json)


def _table(
    folder: str,
    out: Path | None,
    top: int | None,
    engine: tuple[str, int | None],
    *,
    as_json: bool,
) -> None:
    """The weights of a streamed decomposition, to a file or on stdout."""
    from concept_core.engine import open_engine
    from concept_core.explanation.weights import csv_text, json_text, write_weights
    from vocab_builder.cli.text import plain, show

    if others := given_beside(_WITH_WEIGHTS):
        raise click.UsageError(f"--weights explains shards, with --top alone; not {others[0]}")
    with open_engine(*engine) as opened:
        if out is not None:
            found = write_weights(folder, out, top=top, engine=opened)
            show(found, lambda one: f"{one.file}: {one.rows:,} rows of {one.clips:,}"
                 f" clips, {one.without_concept:,} without a concept", as_json=as_json)  # fmt: skip
            return
        text = json_text if as_json else csv_text
        on_terminal = sys.stdout.isatty()
        for part in text(folder, top=top, engine=opened):
            # No escape code of a label passes; what is piped on is as it is.
            shown = "\n".join(map(plain, part.split("\n"))) if on_terminal else part
            click.echo(shown.encode("utf-8", "backslashreplace"), nl=False)
