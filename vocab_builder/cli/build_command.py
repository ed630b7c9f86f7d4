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
    from concept_core.release_folder import is_release, read_release
    from vocab_builder.build_cache import run_cached
    from vocab_builder.cli.text import plain
    from vocab_builder.inputs import resolve_inputs
    from vocab_builder.licence_terms import licence_warnings
    from vocab_builder.pins import read_pins
    from vocab_builder.provenance import is_up_to_date, lock_key
    from vocab_builder.recipe import read_recipe
    from vocab_builder.release import make_vocabulary, write_release
    from vocab_builder.release_files import check_target

    plan = read_recipe(recipe)
    pins = None if lock is None else read_pins(lock)
    inputs = resolve_inputs(plan, None if pins is None else pins.releases)
    if pins is not None:
        pins.check(inputs)
    name = encoder or plan.header.encoder
    model = None if name is None else load_encoder(name, device=device, offline=offline)
    key = lock_key(plan, inputs, None if model is None else model.spec)
    if is_release(out) and is_up_to_date(out, key):
        vocabulary = read_release(out)
        click.echo(f"{out}: up to date", err=True)
    else:
        check_target(out)
        click.echo(f"building {plan.header.id}@{plan.header.version}", err=True)
        built = run_cached(plan, inputs, model, key, lambda line: click.echo(line, err=True))
        vocabulary = make_vocabulary(plan, inputs, built, key)
        write_release(out, plan, vocabulary, built, key)
        for line in licence_warnings(vocabulary):
            click.echo(plain(line), err=True)
    click.echo(
        f"{out}: {vocabulary.specifier}, {len(vocabulary)} concepts,"
        f" content hash {vocabulary.content_hash[:12]}",
        err=True,
    )
    if as_json:
        click.echo(pretty_json(vocabulary.metadata), nl=False)
