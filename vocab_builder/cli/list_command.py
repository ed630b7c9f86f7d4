"""``sonolex list``: what vocabularies are here."""

from __future__ import annotations

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list on stdout.")
def command(as_json: bool) -> None:
    """List the vocabularies that are carried or were fetched, every version."""
    from concept_core.files import pretty_json
    from concept_core.releases.index import read_index
    from concept_core.releases.specifiers import list_releases, load_vocabulary, release_roots
    from concept_core.releases.versions import parse_version
    from vocab_builder.cli.text import plain, table

    roots = release_roots()
    places = {
        (name, version): root
        for root in reversed(roots)  # of one that is carried and fetched, the carried
        for name, versions in list_releases(root).items()
        for version in versions
    }
    # By folder, not by name: that a release is deprecated is said in the list, not in warnings.
    rows = [
        load_vocabulary(places[key] / "/".join(key))
        for key in sorted(places, key=lambda key: (key[0], parse_version(key[1])))
    ]
    deprecated = {
        f"{name}@{version}": entry.deprecated
        for root in roots
        for (name, version), entry in read_index(root).items()
        if entry.deprecated
    }
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
