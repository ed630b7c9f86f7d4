"""``sonolex centre``: an encoder's centring, estimated on a reference of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vocab_builder.cli.options import OutputFile, encoder_options

if TYPE_CHECKING:
    from concept_core.encoders.from_files import CentringFile


@click.command()
@encoder_options
@click.option(
    "--clips",
    type=click.Path(exists=True, path_type=Path),
    help="Folder with the reference's sounds (wav, flac, ogg, mp3) and its subfolders. For"
    " precomputed rows also a text file with one sound name per line; by default all their sounds.",
)
@click.option(
    "--captions",
    type=click.Path(path_type=Path),
    help="The reference's texts, encoded as they are (csv, tsv, jsonl, txt).",
)
@click.option(
    "--labels",
    type=click.Path(path_type=Path),
    help="Labels instead of captions, written in the encoder's prompt set, as for a dictionary.",
)
@click.option("--name", required=True, help="Name of the reference in specs, such as fsd50k@1.")
@click.option(
    "--rule",
    type=click.Choice(["mean", "spectral"]),
    default="mean",
    show_default=True,
    help="How the rows are centred (docs/centring.md).",
)
@click.option(
    "-o",
    "out",
    required=True,
    type=OutputFile(".safetensors"),
    help="File to write (.safetensors).",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON on stdout.")
def command(
    encoder: str, clips: Path | None, name: str, out: Path, as_json: bool, **asked: Any
) -> None:
    """Estimate the means of sounds and of texts on a reference, and write them to a file.

    The encoder takes the file as an option: clap:FOLDER?centring=FILE. Without a file, the means
    are those of the labels and clips of each run; with a file, they are the same in every run.

    \b
    Example:
      sonolex centre --encoder clap:laion/clap-htsat-unfused --clips sounds \\
        --labels words.txt --name mine@1 -o mine.safetensors
    """
    from concept_core.encoders.from_files import centre_on_files
    from vocab_builder.cli.progress import progress_bar
    from vocab_builder.cli.text import show

    found = centre_on_files(encoder, clips, name, out, progress=progress_bar("centre"), **asked)
    show(found, _render, as_json=as_json)


def _render(found: CentringFile) -> str:
    return (
        f"{found.file}: {found.centring}, of {found.sounds} sounds and {found.texts} texts\n"
        f"modality gap {found.gap_before:.3f} before, {found.gap_after:.3f} after"
    )
