"""``sonolex reproduce``: the tables of the paper, on one's own data and weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from vocab_builder.cli.options import device_option

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument(
    "recipe", type=click.Path(path_type=Path), default=Path("recipes/reproduce-paper.toml")
)
@click.option(
    "--data",
    type=_FOLDER,
    default=Path("datasets"),
    show_default=True,
    help="Folder with all data sets and the weights, each where RECIPE says.",
)
@click.option("--out", type=_FOLDER, default=Path("reproduction"), show_default=True)
@device_option
@click.option("--json", "as_json", is_flag=True, help="Print the scorecards as JSON on stdout.")
def command(recipe: Path, data: Path, out: Path, device: str, as_json: bool) -> None:
    """Compute the tables of RECIPE, by default those of the paper, into the folder --out.

    All that is missing is named first, with where it comes from (exit code 4); nothing is
    downloaded. A run that was stopped goes on where it was: finished scorecards whose hashes
    still match are kept. See docs/reproduce.md.
    """
    from concept_core.files import pretty_json
    from vocab_builder.cli.text import plain
    from vocab_builder.reproduction.lacks import gather
    from vocab_builder.reproduction.run import run_study
    from vocab_builder.reproduction.study import read_study

    study = read_study(recipe)
    ready = gather(study, data, device=device)
    cards = run_study(
        ready,
        out,
        device=device,
        say=lambda line: click.echo(plain(line), err=True),
        progress=_bar,
    )
    click.echo(f"wrote {out / 'tables.md'}", err=True)
    if as_json:
        click.echo(pretty_json(cards), nl=False)
    else:
        click.echo((out / "tables.md").read_text(encoding="utf-8"), nl=False)


def _bar(name: str) -> Callable[[int, int], None]:
    """A progress bar for the clips of a cell."""
    from tqdm import tqdm

    bar = tqdm(desc=name, unit="clip", disable=None)

    def show(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)
        if done == total:
            bar.close()

    return show
