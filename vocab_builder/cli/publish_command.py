"""``sonolex publish``: a release to where others can reach it."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("spec")
@click.option("--to", "place", required=True, metavar="DEST", help="One of the places above.")
@click.option("--dry-run", is_flag=True, help="Show what would be written where; write nothing.")
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
    help="For git: also write the release as one archive into this folder, for a release page.",
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

    What will be written is printed first. After an interruption the same command continues. Every
    file is read back. A version that exists with other content is never replaced (exit 5).
    """
    from concept_core.files import pretty_json
    from vocab_builder.publish.publishing import publish

    published = publish(spec, place, dry_run=dry_run, key=key, password=_ask, asset=asset, say=_say)
    if as_json:
        click.echo(pretty_json(published.to_dict()), nl=False)


def _ask() -> str:
    return str(click.prompt("password of the secret key", hide_input=True, err=True))


def _say(line: str) -> None:
    from vocab_builder.cli.text import plain

    click.echo(plain(line), err=True)
