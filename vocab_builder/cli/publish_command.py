"""``sonolex publish``: a release to where others can reach it."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("spec")
@click.option("--to", "place", required=True, metavar="DEST", help="One of the places below.")
@click.option("--dry-run", is_flag=True, help="Say what would be written where; write nothing.")
@click.option(
    "--sign",
    "key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="KEYFILE",
    help="Sign with this secret key of minisign.",
)
@click.option(
    "--asset",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Of git: write the release as one archive there too, for a forge's release page.",
)
@click.option("--json", "as_json", is_flag=True, help="Print plan and outcome as JSON.")
def command(
    spec: str, place: str, dry_run: bool, key: Path | None, asset: Path | None, as_json: bool
) -> None:
    """Publish the release SPEC (id, id@version, or a folder), which then never changes there.

    \b
    PATH                  a folder or mounted share, laid out as vocabularies/
    git:REPOSITORY        a commit of its own, tagged vocabulary/NAME-VERSION
    hf:OWNER/NAME         a data set repository of the Hugging Face Hub
    s3://BUCKET/PREFIX    an S3-compatible store

    What will be written is said first. A run that was cut off is taken up by the same command;
    every file is read back; a version that is there with other content is never replaced (exit 5).
    """
    from concept_core.errors import UsageError
    from concept_core.files import pretty_json
    from concept_core.releases.specifiers import find_release
    from vocab_builder.cli.text import plain
    from vocab_builder.publish.archive import write_asset
    from vocab_builder.publish.publishing import load_package, publish
    from vocab_builder.publish.signatures import signer
    from vocab_builder.publish.store import open_destination

    if asset is not None and not place.startswith("git:"):
        raise UsageError("--asset goes with a git: destination, whose forge shows it")
    destination = open_destination(place)
    folder = find_release(spec)
    sign = None if key is None else signer(key, folder, _ask)
    package = load_package(folder, sign)
    done = publish(package, destination, _say, dry_run=dry_run)
    if asset is not None and not dry_run:
        click.echo(plain(f"  asset  {write_asset(package, asset)}"), err=True)
    if as_json:
        click.echo(pretty_json({**done.to_dict(), "destination": destination.name}), nl=False)


def _ask() -> str:
    return str(click.prompt("password of the secret key", hide_input=True, err=True))


def _say(line: str) -> None:
    from vocab_builder.cli.text import plain

    click.echo(plain(line), err=True)
