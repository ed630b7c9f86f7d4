"""``sonolex import``: a vocabulary from another format, as a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vocab_builder.cli.options import order_option, write_json


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Output folder.")
@click.option("--id", "name", help="Id of the vocabulary, if the file has none or another.")
@click.option("--version", help="Version of the vocabulary.")
@click.option("--licence", help="Licence of the words, such as CC0-1.0, if the file states none.")
@click.option(
    "--column",
    metavar="NAME",
    help="For other tables or JSON: the column or key with the labels.",
)
@order_option
@click.option("--json", "as_json", is_flag=True, help="Print the metadata as JSON on stdout.")
def command(file: Path, out: Path, as_json: bool, **asked: Any) -> None:
    """Read FILE and write it as the folder --out, which sonolex release takes.

    FILE is csv, tsv, jsonl, json, txt, parquet, safetensors, SKOS (jsonld), SQLite (db), a folder
    that sonolex export made, or a release as a folder, zip or tar. A file that does not
    match its own checksums, or would write outside --out, is refused.
    """
    from vocab_builder.formats.importing import import_vocabulary

    release = import_vocabulary(file, out, **asked)
    vocabulary = release.vocabulary
    click.echo(
        f"{out}: {vocabulary.specifier}, {len(vocabulary)} concepts,"
        f" content hash {vocabulary.content_hash[:12]}, licence"
        f" {vocabulary.metadata['licence']}",
        err=True,
    )
    write_json(vocabulary.metadata, shown=as_json)
