"""``sonolex build``: a recipe in, a release folder out."""

from __future__ import annotations

from pathlib import Path

import click

from vocab_builder.cli.options import device_option, offline_option


@click.command()
@click.argument("recipe", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder to make.")
@click.option("--encoder", help="Filter with this encoder instead of the recipe's.")
@device_option
@offline_option
@click.option(
    "--lock",
    type=click.Path(path_type=Path),
    help="Take releases at the versions of this recipe.lock, and refuse any other input.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the metadata as JSON on stdout.")
def command(
    recipe: Path,
    out: Path,
    encoder: str | None,
    device: str,
    offline: bool,
    lock: Path | None,
    as_json: bool,
) -> None:
    """Run RECIPE and write the vocabulary to the folder --out.

    A folder that was built from the same recipe, inputs, encoder and version of sonolex is up
    to date and stays as it is; any other folder is never overwritten.
    """
    from concept_core.files import pretty_json
    from vocab_builder.building.build import build
    from vocab_builder.cli.piped import say

    release = build(
        recipe, out, encoder=encoder, device=device, offline=offline, lock=lock, progress=say
    )
    vocabulary = release.vocabulary
    say(
        f"{out}: {release.specifier}, {len(vocabulary)} concepts,"
        f" content hash {vocabulary.content_hash[:12]}"
    )
    if as_json:
        click.echo(pretty_json(release.metadata), nl=False)
