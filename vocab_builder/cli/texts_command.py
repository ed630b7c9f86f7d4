"""``sonolex texts``: all texts that a job will need, so that they can be embedded elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vocab_builder.cli.options import order_option, parts, reference_option

if TYPE_CHECKING:
    from vocab_builder.texts import WantedTexts

_JOBS = ("score", "compare", "sweep", "report", "explain", "build")
_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("specs", nargs=-1, metavar="SPEC...")
@click.option(
    "--for",
    "job",
    required=True,
    type=click.Choice(_JOBS),
    help="The job that will need the texts.",
)
@click.option("--dataset", help="For score, sweep and compare: the data set.")
@click.option(
    "--data",
    type=_PATH,
    help="Folder of the data set, or the table, if classes or captions come with it.",
)
@click.option("--folds", default="", callback=parts, help="Folds of a data set with captions.")
@click.option("--task", help="For score and sweep: the task.  [default: zero-shot]")
@click.option("--classes", help="For score and sweep: class names, if not those of the data set.")
@reference_option
@click.option(
    "--near", is_flag=True, help="For compare: compare will get --near, so nothing is calibrated."
)
@order_option
@click.option(
    "--top", type=click.IntRange(min=1), help="Use only the first N concepts of each vocabulary."
)
@click.option("--recipe", type=_PATH, help="For build: the recipe.")
@click.option(
    "--prompts",
    multiple=True,
    metavar="SET",
    default=("paper@1",),
    show_default=True,
    help='How labels are written: a prompt set, or a text such as "The sound of {label}"; can be'
    " repeated.",
)
@click.option(
    "-o",
    "out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write, one text per line.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON on stdout.")
def command(out: Path, as_json: bool, **asked: Any) -> None:
    """Write all texts that a job over each vocabulary SPEC will need, each once, one per line.

    Embed them unchanged where your model is, and save the rows with the texts as their ids
    (docs/encoders.md, Rows of your own); then run the job with --encoder precomputed:FILE. This
    command needs no model, embeddings or sounds. It lists what the job's own code asks for.

    \b
    Examples:
      sonolex texts words.txt --for score --dataset esc50 -o texts.txt
      sonolex texts --for build --recipe recipe.toml --prompts "The sound of {label}" -o texts.txt
    """
    from vocab_builder.cli.progress import say
    from vocab_builder.cli.text import show
    from vocab_builder.texts import TextsRequest, write_texts

    show(write_texts(TextsRequest(**asked), out, say), _render, as_json=as_json)


def _render(found: WantedTexts) -> str:
    wordings = " and ".join(found.prompts)
    return f"{found.file}: {found.texts:,} texts for {found.job}, labels in {wordings}"
