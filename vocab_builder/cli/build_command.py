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
    from concept_core.encoders import load_encoder
    from concept_core.files import pretty_json
    from vocab_builder.building.build import build_into
    from vocab_builder.building.inputs import resolve_inputs
    from vocab_builder.building.recipe import read_recipe
    from vocab_builder.cli.text import plain
    from vocab_builder.licences.terms import licence_warnings
    from vocab_builder.release.lock import read_lock

    plan = read_recipe(recipe)
    held = None if lock is None else read_lock(lock)
    inputs = resolve_inputs(plan, held)
    if held is not None:
        held.check_inputs(inputs.listed, str(lock))
    name = encoder or plan.header.encoder
    model = None if name is None else load_encoder(name, device=device, offline=offline)
    release, fresh = build_into(out, plan, inputs, model, lambda line: click.echo(line, err=True))
    vocabulary = release.vocabulary
    if not fresh:
        click.echo(f"{out}: up to date", err=True)
    for line in licence_warnings(vocabulary) if fresh else ():
        click.echo(plain(line), err=True)
    click.echo(
        f"{out}: {vocabulary.specifier}, {len(vocabulary)} concepts,"
        f" content hash {vocabulary.content_hash[:12]}",
        err=True,
    )
    if as_json:
        click.echo(pretty_json(vocabulary.metadata), nl=False)
