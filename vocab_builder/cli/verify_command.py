"""``sonolex verify``: is a release what was released?"""

from __future__ import annotations

import tempfile
from pathlib import Path

import click


@click.command()
@click.argument("spec")
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="PUBLIC",
    help="Ask for a signature by this public key of minisign.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the verified files as JSON.")
def command(spec: str, key: Path | None, as_json: bool) -> None:
    """Recompute every checksum of the release SPEC.

    SPEC is an id, id@version or folder of this machine, or PLACE/NAME@VERSION: a release as it is
    published, such as s3://BUCKET/PREFIX/NAME@VERSION (the places: sonolex publish --help).
    """
    from concept_core.files import pretty_json
    from concept_core.releases.folder import verify_release
    from concept_core.releases.specifiers import find_release
    from vocab_builder.cli.text import plain
    from vocab_builder.publish.signatures import check_signature
    from vocab_builder.publish.store import split_place
    from vocab_builder.publish.transfer import download_newest

    with tempfile.TemporaryDirectory() as scratch:
        place = None if Path(spec).exists() else split_place(spec)
        if place is None:
            folder = find_release(spec)
            where, files = str(folder), verify_release(folder)
        else:
            folder = Path(scratch)
            where, files = download_newest(*place, folder)
        said = "" if key is None else f", signed by key {check_signature(folder, key, where)}"
    click.echo(plain(f"{where}: {len(files)} files verified{said}"), err=True)
    if as_json:
        click.echo(pretty_json({"verified": list(files)}), nl=False)
