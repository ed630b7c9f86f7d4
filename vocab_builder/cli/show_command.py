"""``sonolex show``: a vocabulary and its concepts."""

from __future__ import annotations

import click

from vocab_builder.cli.options import order_option


@click.command()
@click.argument("spec")
@order_option
@click.option(
    "--top", type=click.IntRange(min=1), default=50, show_default=True, help="Concepts shown."
)
@click.option(
    "--sample",
    is_flag=True,
    help="Show --top concepts drawn at random, the content hash as seed, instead of the first.",
)
@click.option("--json", "as_json", is_flag=True, help="Print metadata and all concepts as JSON.")
def command(spec: str, order: str, top: int, sample: bool, as_json: bool) -> None:
    """Show the vocabulary SPEC (id, id@version, a folder, or a text file)."""
    from dataclasses import asdict

    from concept_core.files import pretty_json
    from concept_core.releases.specifiers import load_vocabulary
    from vocab_builder.cli.text import plain, table

    vocabulary = load_vocabulary(spec, order=order)
    if as_json:
        concepts = [asdict(concept) for concept in vocabulary]
        # A text file has no metadata of its own; what it is called and hashes to it has.
        identity = {
            "id": vocabulary.id,
            "version": vocabulary.version,
            "size": len(vocabulary),
            "content_hash": vocabulary.content_hash,
        }
        answer = {**vocabulary.metadata, **identity, "concepts": concepts}
        click.echo(pretty_json(answer), nl=False)
        return
    metadata = vocabulary.metadata
    click.echo(f"{vocabulary.specifier}  {plain(str(metadata.get('title', '')))}".rstrip())
    click.echo(f"{len(vocabulary)} concepts, content hash {vocabulary.content_hash}")
    click.echo(f"licence: {plain(str(metadata.get('licence', 'not stated')))}")
    click.echo()
    chosen = _draw(len(vocabulary), top, vocabulary.content_hash) if sample else range(top)
    rows = [
        (
            str(position + 1),
            concept.label,
            concept.kind,
            str(concept.count),
            ", ".join(sorted({evidence.source for evidence in concept.evidence})),
        )
        for position, concept in enumerate(vocabulary)
        if position in set(chosen)
    ]
    click.echo(table(("place", "concept", "kind", "count", "evidence in"), rows))


def _draw(total: int, size: int, content_hash: str) -> list[int]:
    """Places drawn without replacement; who has the vocabulary can draw the same ones."""
    import numpy as np

    generator = np.random.default_rng(int(content_hash, 16))
    return sorted(generator.choice(total, min(size, total), replace=False).tolist())
