"""``sonolex merge``: shards of embeddings become one file."""

from __future__ import annotations

from pathlib import Path

import click

from vocab_builder.cli.options import write_json


@click.command()
@click.argument("shards", metavar="FOLDER_OR_ADDRESS")
@click.option(
    "-o",
    "out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write: .parquet, .npz, .safetensors, .h5, or .npy with its ids in a .txt.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON on stdout.")
def command(shards: str, out: Path, as_json: bool) -> None:
    """Write the shards of `sonolex embed --out` as one file, like that of `sonolex embed -o`.

    Parquet is written shard by shard; for other formats all rows are held in memory.

    \b
    Example:
      sonolex merge rows -o rows.parquet
    """
    from concept_core.embedding import merge_shards
    from vocab_builder.cli.text import plain

    count = merge_shards(shards, out)
    click.echo(plain(f"{out}: {count:,} rows"), err=True)
    write_json({"file": str(out), "rows": count}, shown=as_json)
