"""``sonolex mine``: the candidates of sources."""

from __future__ import annotations

import click

from vocab_builder.cli.options import engine_options
from vocab_builder.cli.piped import json_option
from vocab_builder.cli.progress import say


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@engine_options
@json_option
def command(sources: tuple[str, ...], engine: str, workers: int | None, as_json: bool) -> None:
    """Print the candidates of every SOURCE, merged, with their evidence and links.

    A SOURCE is KIND, KIND:PATH, or KIND:PATH,KEY=VALUE,... with the kinds and keys of a recipe
    (docs/recipes.md): wordnet, captions:my.csv,tagger=none, ucs:resource=ucs,member=ucs_en.json.
    """
    from concept_core.engine import open_engine
    from vocab_builder.building.pipeline import mine_all
    from vocab_builder.building.single_stages import sources_of
    from vocab_builder.cli.piped import print_candidates

    with open_engine(engine, workers) as opened:
        found = mine_all(sources_of(sources), say, lambda source: source.mine(opened))
    print_candidates(found.kept, as_json=as_json)
