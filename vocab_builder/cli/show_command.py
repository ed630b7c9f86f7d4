"""``sonolex show``: a vocabulary and its concepts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from vocab_builder.cli.options import order_option

if TYPE_CHECKING:
    from concept_core.vocabulary import Vocabulary


@click.command()
@click.argument("spec")
@order_option
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="Number of concepts shown.",
)
@click.option(
    "--sample",
    is_flag=True,
    help="Show --top concepts drawn at random (the seed is the content hash), not the first ones.",
)
@click.option("--json", "as_json", is_flag=True, help="Print metadata and all concepts as JSON.")
def command(spec: str, order: str, top: int, sample: bool, as_json: bool) -> None:
    """Show the vocabulary SPEC (id, id@version, a folder, or a text file)."""
    from concept_core.files import pretty_json
    from concept_core.releases.specifiers import load_vocabulary
    from concept_core.values import to_data

    vocabulary = load_vocabulary(spec, order=order)
    if as_json:
        # A text file has no metadata of its own; what it is called and hashes to it has.
        identity = {
            "id": vocabulary.id,
            "version": vocabulary.version,
            "size": len(vocabulary),
            "content_hash": vocabulary.content_hash,
            "concepts": to_data(vocabulary.concepts),
        }
        click.echo(pretty_json({**vocabulary.metadata, **identity}), nl=False)
        return
    size = len(vocabulary)
    chosen = _draw(size, top, vocabulary.content_hash) if sample else range(min(top, size))
    click.echo(_render(vocabulary, chosen))


def _render(vocabulary: Vocabulary, places: Iterable[int]) -> str:
    """What it is, and the concepts at some places."""
    from vocab_builder.cli.text import plain, table

    metadata = vocabulary.metadata
    rows = []
    for place in places:
        concept = vocabulary.concepts[place]
        sources = ", ".join(sorted({evidence.source for evidence in concept.evidence}))
        rows.append((str(place + 1), concept.label, concept.kind, str(concept.count), sources))
    lines = [
        f"{vocabulary.specifier}  {plain(str(metadata.get('title', '')))}".rstrip(),
        f"{len(vocabulary)} concepts, content hash {vocabulary.content_hash}",
        f"licence: {plain(str(metadata.get('licence', 'not stated')))}",
        "",
        table(("place", "concept", "kind", "count", "evidence in"), rows),
    ]
    return "\n".join(lines)


def _draw(total: int, size: int, content_hash: str) -> list[int]:
    """Places drawn without replacement; who has the vocabulary can draw the same ones."""
    import numpy as np

    generator = np.random.default_rng(int(content_hash, 16))
    return sorted(generator.choice(total, min(size, total), replace=False).tolist())
