"""``sonolex list``: what vocabularies are here."""

from __future__ import annotations

import click

from vocab_builder.cli.options import write_json


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list on stdout.")
def command(as_json: bool) -> None:
    """List the vocabularies that come with sonolex or were fetched, every version."""
    from concept_core.releases.specifiers import load_all
    from vocab_builder.cli.text import plain, table

    releases = load_all()
    if as_json:
        keys = ("id", "version", "title", "size", "content_hash", "licence")
        rows = [
            {**{key: one.metadata.get(key) for key in keys}, "deprecated": notice or None}
            for one, notice in releases
        ]
        write_json(rows, shown=True)
        return
    cells = [
        (
            one.specifier,
            str(len(one)),
            *(str(one.metadata.get(key)) for key in ("licence", "title")),
        )
        for one, _ in releases
    ]
    click.echo(table(("vocabulary", "concepts", "licence", "title"), cells))
    for one, notice in releases:
        if notice:
            click.echo(f"{one.specifier} is deprecated: {plain(notice)}")
