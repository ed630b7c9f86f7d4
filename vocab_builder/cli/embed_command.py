"""``sonolex embed``: embeddings of clips and texts, with their ids, as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vocab_builder.cli.options import encoder_options

if TYPE_CHECKING:
    from concept_core.encoders.from_files import EmbeddedFile


@click.command()
@click.argument("clips", nargs=-1, metavar="[CLIP]...")
@click.option(
    "--texts",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Texts to embed: a line each (txt), or captions (csv, tsv, jsonl); may be given again.",
)
@click.option(
    "--prompts",
    multiple=True,
    metavar="SET",
    help="Take the texts as labels and write them in this prompt set, or in a text such as"
    ' "The sound of {label}"; may be given again.  [default: as they are]',
)
@encoder_options
@click.option(
    "-o",
    "out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write: .npz, .safetensors, .parquet, .h5, or .npy with its ids in a .txt.",
)
@click.option("--skip-bad", is_flag=True, help="Leave out clips that cannot be embedded.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON on stdout.")
def command(clips: tuple[str, ...], out: Path, as_json: bool, **asked: Any) -> None:
    """Embed each CLIP (wav, flac, ogg, mp3), or the texts of files, or both.

    The id of a clip is its path as given, that of a text the text itself, as it was written. The
    encoder precomputed:FILE gives the rows back, and `sonolex decompose` takes the file.

    \b
    Examples:
      sonolex embed *.wav --encoder clap:laion/clap-htsat-unfused -o clips.npz
      sonolex embed *.wav --texts words.txt --prompts paper@1 --prompts bare@1 -o rows.parquet
    """
    from concept_core.encoders.from_files import embed_files
    from vocab_builder.cli.progress import progress_bar, say
    from vocab_builder.cli.text import show

    found = embed_files(clips, out, progress=progress_bar("embed"), **asked)
    for clip in found.bad:
        say(f"left out: {clip['message']}")
    show(found, _render, as_json=as_json)


def _render(found: EmbeddedFile) -> str:
    counts = " and ".join(f"{count} {kind} rows" for kind, count in sorted(found.rows.items()))
    return f"{' and '.join(found.files)}: {counts} of {found.encoder['dim']} dimensions"
