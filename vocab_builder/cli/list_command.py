"""``sonolex list``: what vocabularies this installation carries."""

from __future__ import annotations

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list on stdout.")
def command(as_json: bool) -> None:
    """List the carried vocabularies, every version."""
    from concept_core.files import pretty_json
    from concept_core.releases import list_releases, load_vocabulary
    from vocab_builder.cli.text import table

    rows = [
        load_vocabulary(f"{name}@{version}")
        for name, versions in list_releases().items()
        for version in versions
    ]
    if as_json:
        keys = ("id", "version", "title", "size", "content_hash", "licence")
        click.echo(
            pretty_json([{key: v.metadata.get(key) for key in keys} for v in rows]), nl=False
        )
        return
    cells = [
        (v.specifier, str(len(v)), str(v.metadata.get("licence")), str(v.metadata.get("title")))
        for v in rows
    ]
    click.echo(table(("vocabulary", "concepts", "licence", "title"), cells))
