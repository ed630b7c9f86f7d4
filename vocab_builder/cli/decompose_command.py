"""``sonolex decompose``: files of embeddings in, shards of sparse weights out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from vocab_builder.cli.options import (
    encoder_options,
    engine_options,
    order_option,
    strict_option,
    vocabulary_option,
)

if TYPE_CHECKING:
    from concept_core.decomposition.streaming import StreamSummary


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@vocabulary_option
@order_option
@encoder_options
@strict_option
@click.option("--l1", type=float, help="Penalty of the lasso; give this or --l0.")
@click.option("--l0", type=int, help="At most this many concepts per row.")
@click.option(
    "--out",
    required=True,
    metavar="FOLDER_OR_ADDRESS",
    help="Where the shards go: a folder, or s3://BUCKET/PREFIX.",
)
@click.option("--key", help="The array or column with the rows, if a file has several.")
@click.option(
    "--solver", default="auto", show_default=True, help="Solver by name (docs/solver.md)."
)
@engine_options
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON on stdout.")
def command(
    inputs: tuple[str, ...],
    spec: str,
    order: str,
    encoder: str,
    device: str,
    offline: bool,
    out: str,
    engine: str,
    workers: int | None,
    as_json: bool,
    **asked: Any,
) -> None:
    """Decompose the embeddings in each INPUT over a vocabulary, with bounded memory.

    An INPUT is an npz, npy, safetensors, parquet or HDF5 file with one embedding per row, made
    by the same encoder, or a folder of such files, or the folder or address that `sonolex embed
    --out` has written. Ids of rows are kept. After an interruption the same command continues.
    `sonolex explain --weights` shows the result.

    \b
    Example:
      sonolex decompose clips.npz --vocabulary sonolex-core --l0 8 --out weights
      sonolex explain --weights weights --top 5 -o table.csv
    """
    from concept_core.decomposition.dictionary import Dictionary, as_encoder
    from concept_core.decomposition.streaming import decompose_stream
    from concept_core.engine import open_engine
    from concept_core.releases.specifiers import load_vocabulary
    from concept_core.solvers.registry import check_mode
    from vocab_builder.cli.progress import progress_bar, say
    from vocab_builder.cli.text import show

    # What is wrong with the call is said before anything slow starts.
    check_mode(asked["l1"], asked["l0"])
    vocabulary = load_vocabulary(spec, order=order)
    model = as_encoder(encoder, device=device, offline=offline)
    dictionary = Dictionary.build(vocabulary, model)
    with open_engine(engine, workers) as crew:
        summary = decompose_stream(
            inputs, dictionary, out, device=device, engine=crew,
            progress=progress_bar("decompose", "row"), **asked,
        )  # fmt: skip
    show(summary, _render, as_json=as_json)
    if summary.unconverged:
        say(f"{summary.unconverged} rows have a relative gap above 1e-06: not-converged")


def _render(summary: StreamSummary) -> str:
    if not summary.rows:
        return f"{summary.folder}: no rows"
    earlier = f", {summary.resumed} of them from an earlier run" if summary.resumed else ""
    gap = "" if math.isnan(summary.gap_max) else f", largest gap {summary.gap_max:.1e}"
    return (
        f"{summary.folder}: {summary.rows:,} rows in {summary.shards} shards{earlier}\n"
        f"mean l0 {summary.l0_mean:.1f}, mean cosine {summary.cosine_mean:.3f}{gap}"
    )
