"""``sonolex build``: a recipe in, a release folder out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vocab_builder.cli.options import (
    device_option,
    engine_options,
    offline_option,
    write_json,
)


@click.command()
@click.argument("recipe", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Output folder.")
@click.option("--encoder", help="Filter with this encoder instead of the recipe's.")
@device_option
@offline_option
@click.option(
    "--lock",
    type=click.Path(path_type=Path),
    help="Take releases at the versions in this recipe.lock, and refuse any other input.",
)
@engine_options
@click.option("--json", "as_json", is_flag=True, help="Print the metadata as JSON on stdout.")
def command(
    recipe: Path, out: Path, engine: str, workers: int | None, as_json: bool, **asked: Any
) -> None:
    """Run RECIPE and write the vocabulary to the folder --out.

    If --out exists and was built from the same recipe, inputs, encoder and version of sonolex, it
    is up to date and stays as it is; any other existing folder is never overwritten.
    """
    from concept_core.engine import open_engine
    from vocab_builder.building.build import build
    from vocab_builder.cli.progress import say

    with open_engine(engine, workers) as opened:
        release = build(recipe, out, engine=opened, progress=say, **asked)
    vocabulary = release.vocabulary
    say(
        f"{out}: {release.specifier}, {len(vocabulary)} concepts,"
        f" content hash {vocabulary.content_hash[:12]}"
    )
    write_json(release.metadata, shown=as_json)
