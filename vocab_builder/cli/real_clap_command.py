"""``sonolex real-clap``: real CLAP embeddings, scored and explained without a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vocab_builder.cli.options import device_option, parts

if TYPE_CHECKING:
    from vocab_builder.reproduction.real_clap import RealClap


@click.command()
@click.option(
    "-o",
    "out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Output folder.",
)
@click.option(
    "--folds",
    default="3",
    show_default=True,
    callback=parts,
    help="Folds of ESC-50 to score and explain, such as 1,2.",
)
@device_option
@click.option("--json", "as_json", is_flag=True, help="Print all results as JSON on stdout.")
def command(out: Path, folds: tuple[str, ...], device: str, as_json: bool) -> None:
    """Score and explain published embeddings of ESC-50 by LAION-CLAP: no model, no sounds.

    The folder gets rows.npz (2,000 clips, 50 class prompts, 192 class names of FSD50K, for
    --encoder precomputed:rows.npz), fsd50k.txt (a vocabulary) and meta/esc50.csv; then zero-shot
    results, a sweep over sparsities and explained classes, as JSON and as figures. The commands
    that do the same by hand are printed.

    \b
    Example:
      sonolex fetch clap-esc50 clap-fsd50k-labels
      sonolex real-clap -o real-clap
    """
    from vocab_builder.cli.progress import say
    from vocab_builder.cli.text import show
    from vocab_builder.reproduction.real_clap import real_clap

    show(real_clap(out, folds=folds, device=device, say=say), render, as_json=as_json)


def render(found: RealClap) -> str:
    """The points of the sweep, what they are compared with, explained classes, and commands."""
    from vocab_builder.cli.task_text import spread
    from vocab_builder.cli.text import number, plain, ranged, table

    sweep, card = found.sweep, found.card
    folds = ", ".join(map(str, card.folds))
    points = [
        (f"{point.value:g}", f"{point.l0_mean:.1f}",
         ranged(point.main.value, point.main.interval), number(point.main.retention),
         spread(point.main.random, point.main.random_sd))
        for point in sweep.points
    ]  # fmt: skip
    classes = [
        (one["name"], ", ".join(f"{each['label']} {each['prominence']:.2f}"
                                for each in one["concepts"]))
        for one in found.explained.to_dict()["groups"]
    ]  # fmt: skip
    return "\n".join(
        [
            f"LAION-CLAP on ESC-50, folds {folds}: {card.n} clips among {len(card.classes)} names,"
            f" over {card.vocabulary['size']} class names of FSD50K",
            table(("at most", "mean l0", "zero-shot accuracy", "of dense", "random"), points),
            f"dense {ranged(sweep.dense, sweep.dense_interval)}; mean only {sweep.mean_only:.3f};"
            " random: as many random directions",
            "",
            table(("class", "concepts, with mean prominence"), classes),
            "",
            "The same by hand:",
            *(f"  {plain(line)}" for line in found.commands),
        ]
    )
