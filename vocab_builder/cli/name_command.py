"""``sonolex name``: the directions of a learned dictionary in words of a vocabulary."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vocab_builder.cli.options import (
    OutputFile,
    dataset_options,
    encoder_options,
    order_option,
    vocabulary_option,
    write_csv,
    write_json,
)
from vocab_builder.cli.text import cut, number, table

if TYPE_CHECKING:
    from concept_core.explanation.directions import DirectionNames

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_WIDTH = 44


@click.command()
@click.argument("dictionary", type=_FILE)
@vocabulary_option
@order_option
@encoder_options
@dataset_options("Data set with clips, to find those that use each direction.")
@click.option(
    "--rows",
    type=_FILE,
    help="Clips as embeddings of the encoder, one per row, instead of --dataset.",
)
@click.option("--key", help="The array with the directions, if DICTIONARY has several.")
@click.option("--l0", type=click.IntRange(min=1), default=8, show_default=True,
              help="At most this many directions per clip.")  # fmt: skip
@click.option("--top", type=click.IntRange(min=1), default=5, show_default=True,
              help="Concepts and clips listed per direction.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True,
              help="Random seed of the random directions.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the names as JSON on stdout.")
@click.option("-o", "out", type=OutputFile(".json", ".csv"), help="Write FILE.json or FILE.csv.")
def command(dictionary: Path, as_json: bool, out: Path | None, **asked: Any) -> None:
    """Name the learned directions in DICTIONARY, such as the decoder of a sparse autoencoder.

    DICTIONARY is an npy, npz, safetensors, parquet or HDF5 file with one direction per row,
    learned from centred embeddings of the encoder. A direction is named by the nearest concept, if
    that is nearer than by chance and, if clips are given, heard in those that use the direction.

    \b
    Example:
      sonolex name decoder.npy --vocabulary sonolex-core --dataset esc10 -o names.csv
    """
    found = _name(dictionary, asked)
    as_csv = out is not None and out.suffix.lower() == ".csv"
    write_json(found.to_dict(), None if as_csv else out, shown=as_json)
    if as_csv and out is not None:
        write_csv(found.to_rows(), out)
    if not as_json:
        click.echo(render(found))


def _name(path: Path, asked: dict[str, Any]) -> DirectionNames:
    from concept_core.decomposition.dictionary import Dictionary, as_encoder
    from concept_core.explanation.direction_files import clips_of_rows, read_directions
    from concept_core.explanation.directions import name_directions
    from concept_core.releases.specifiers import load_vocabulary
    from vocab_builder.cli.measured_on import dataset_bench

    if asked["rows"] is not None and asked["dataset"] is not None:
        raise click.UsageError("give one of --rows and --dataset: the clips are of one of them")
    vocabulary = load_vocabulary(asked["spec"], order=asked["order"])
    bench = dataset_bench({**asked, "reference": None})
    if bench is not None:
        encoder, clips = bench.encoder, bench.reference
    else:
        encoder = as_encoder(asked["encoder"], device=asked["device"], offline=asked["offline"])
        clips = None
        if asked["rows"] is not None:
            clips, encoder = clips_of_rows(asked["rows"], encoder)
    directions = read_directions(path, encoder.spec.dim, asked["key"])
    words = Dictionary.build(vocabulary, encoder)
    options = {name: asked[name] for name in ("l0", "top", "seed", "device")}
    return name_directions(directions, words, clips, **options)


def render(found: DirectionNames) -> str:
    """How many are named, what chance gives, and a line a direction."""
    fired = "" if found.clips is None else f"; {found.clips} clips, at most {found.l0} directions"
    chance = found.chance
    title = (
        f"{found.vocabulary}: {found.named} of {found.directions} directions named{fired}\n"
        f"greatest cosine of {chance['draws']} random sums of {chance['sums_of']}: median"
        f" {chance['median']:.3f}, 95 % below {chance['p95']:.3f}"
    )
    head = ("direction", "name", "nearest", "cosine", "q", "fires", "heard", "q of clips", "rank",
            "its clips are nearest to")  # fmt: skip
    rows = [
        (
            str(one.place),
            one.name or "-",
            cut(one.concepts[0][0], _WIDTH),
            f"{one.concepts[0][1]:.3f}",
            f"{one.q:.3f}",
            "-" if one.fires is None else str(one.fires),
            number(one.auc, 2),
            number(one.clips_q),
            "-" if one.rank is None else str(one.rank),
            cut(", ".join(one.clip_concepts[:3]), _WIDTH) or "-",
        )
        for one in found.items
    ]
    return f"{title}\n\n{table(head, rows)}"
