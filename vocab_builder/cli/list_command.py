"""``sonolex list``: what vocabularies this installation carries."""

from __future__ import annotations

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list on stdout.")
def command(as_json: bool) -> None:
    """List the carried vocabularies, every version."""
    from concept_core.files import package_folder, pretty_json
    from concept_core.release_index import read_index
    from concept_core.releases import list_releases, load_vocabulary
    from vocab_builder.cli.text import plain, table

    root = package_folder("vocabularies")
    # By folder, not by name: that a release is deprecated is said in the list, not in warnings.
    rows = [
        load_vocabulary(root / name / version)
        for name, versions in list_releases(root).items()
        for version in versions
    ]
    index = read_index(root).items()
    deprecated = {"@".join(key): entry.deprecated for key, entry in index if entry.deprecated}
    if as_json:
        keys = ("id", "version", "title", "size", "content_hash", "licence")
        click.echo(
            pretty_json(
                [
                    {
                        **{key: v.metadata.get(key) for key in keys},
                        "deprecated": deprecated.get(v.specifier),
                    }
                    for v in rows
                ]
            ),
            nl=False,
        )
        return
    cells = [
        (v.specifier, str(len(v)), str(v.metadata.get("licence")), str(v.metadata.get("title")))
        for v in rows
    ]
    click.echo(table(("vocabulary", "concepts", "licence", "title"), cells))
    for specifier, message in deprecated.items():
        click.echo(f"{specifier} is deprecated: {plain(message)}")
