"""``sonolex reproduce``: the tables of the paper, on one's own data and weights."""

from __future__ import annotations

from pathlib import Path

import click

from vocab_builder.cli.options import check_printed, device_option, table_option, write_json

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
    help="Folder with all data sets and the weights, at the paths that RECIPE names.",
)
@click.option(
    "--out", type=_FOLDER, default=Path("reproduction"), show_default=True, help="Output folder."
)
@click.option("--encoder", help="Score with this encoder instead of the study's.")
@device_option
@click.option("--json", "as_json", is_flag=True, help="Print the scorecards as JSON on stdout.")
@table_option
def command(
    recipe: Path,
    data: Path,
    out: Path,
    encoder: str | None,
    device: str,
    as_json: bool,
    form: str | None,
) -> None:
    """Compute the tables of RECIPE, by default those of the paper, into the folder --out.

    They are written as tables.md; with --table as tables.tex, tables.md or tables.csv.

    If anything is missing, all of it is listed first, with where to get it (exit code 4); nothing
    is downloaded. After an interruption the same command continues: finished scorecards whose
    hashes still match are kept. See docs/reproduce.md.
    """
    from vocab_builder.cli.progress import progress_bar, say
    from vocab_builder.reproduction.run import reproduce

    check_printed(form, as_json=as_json)
    found = reproduce(
        recipe, data, out, encoder=encoder, device=device, form=form or "markdown", say=say,
        progress=progress_bar,
    )  # fmt: skip
    click.echo(f"wrote {found.tables}", err=True)
    write_json(found.cards, None, shown=as_json)
    if not as_json:
        click.echo(found.tables.read_text(encoding="utf-8"), nl=False)
