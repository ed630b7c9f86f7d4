"""``sonolex verify``: is a release what was released, and are shards what a run wrote?"""

from __future__ import annotations

from pathlib import Path

import click

from vocab_builder.cli.options import write_json


@click.command()
@click.argument("spec")
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="PUBLIC",
    help="Require a signature by this public key of minisign.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the verified files as JSON.")
def command(spec: str, key: Path | None, as_json: bool) -> None:
    """Recompute every checksum of the release SPEC, or of shards.

    SPEC is an id, id@version or folder of this machine, or PLACE/NAME@VERSION: a release as it is
    published, such as s3://BUCKET/PREFIX/NAME@VERSION (the places: sonolex publish --help); or
    what `sonolex embed --out` or `sonolex decompose` has written, a folder or an address.
    """
    from vocab_builder.cli.text import plain
    from vocab_builder.publish.verifying import verify

    verified = verify(spec, key)
    signed = "" if verified.signed_by is None else f", signed by key {verified.signed_by}"
    click.echo(plain(f"{verified.where}: {len(verified.files)} files verified{signed}"), err=True)
    if verified.described_by:
        by = f"its descriptions were made by {verified.described_by} and are not vouched for"
        click.echo(plain(by), err=True)
    write_json({"verified": list(verified.files)}, shown=as_json)
