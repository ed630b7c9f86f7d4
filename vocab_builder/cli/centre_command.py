"""``sonolex centre``: an encoder's centring, estimated on a reference of one's own."""

from __future__ import annotations

from pathlib import Path

import click

from vocab_builder.cli.options import OutputFile, encoder_options

_SOUNDS = {".wav", ".flac", ".ogg", ".mp3"}


@click.command()
@encoder_options
@click.option(
    "--clips",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the reference's sounds (wav, flac, ogg, mp3), and its folders.",
)
@click.option(
    "--captions",
    type=click.Path(path_type=Path),
    help="The reference's texts, encoded as they are (csv, tsv, jsonl, txt).",
)
@click.option(
    "--labels",
    type=click.Path(path_type=Path),
    help="Labels instead, written in the encoder's prompt set, as the atoms of a dictionary are.",
)
@click.option("--name", required=True, help="What specs call the reference, such as fsd50k@1.")
@click.option("--rule", type=click.Choice(["mean", "spectral"]), default="mean", show_default=True)
@click.option(
    "-o",
    "out",
    required=True,
    type=OutputFile(".safetensors"),
    help="File to write (.safetensors).",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON on stdout.")
def command(
    encoder: str,
    device: str,
    offline: bool,
    clips: Path,
    captions: Path | None,
    labels: Path | None,
    name: str,
    rule: str,
    out: Path,
    as_json: bool,
) -> None:
    """Estimate the means of sounds and of texts on a reference, and write them to a file.

    The encoder takes the file as an option: clap:FOLDER?centring=FILE. Never estimate on the
    vocabulary that you evaluate: then each edit of it would move all of its atoms.

    \b
    Example:
      sonolex centre --encoder clap:laion/clap-htsat-unfused --clips sounds \\
        --labels words.txt --name mine@1 -o mine.safetensors
    """
    from tqdm import tqdm

    from concept_core.datasets.caption_files import read_captions
    from concept_core.encoders import load_encoder
    from concept_core.encoders.centring import CentredEncoder, estimate_on, write_centring
    from concept_core.errors import UsageError
    from concept_core.files import pretty_json

    path = captions or labels
    if path is None or (captions and labels):
        raise UsageError("name the reference's texts with --captions or with --labels, one of them")
    model = load_encoder(encoder, device=device, offline=offline)
    if not isinstance(model, CentredEncoder):
        raise UsageError(
            f"encoder {encoder!r} has no centring; name a CLAP model without the option"
            " centring=none (docs/encoders.md)"
        )
    sounds = sorted(file for file in clips.rglob("*") if file.suffix.lower() in _SOUNDS)
    texts = sorted(set(read_captions(path)))
    prompt_set = None if captions else model.spec.prompt_set
    with tqdm(total=len(sounds), unit="clip", disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.update(done - bar.n)

        found = estimate_on(
            model.uncentred, rule, sounds, texts, name, prompt_set=prompt_set, progress=show
        )
    write_centring(found, out)
    if as_json:
        answer = {
            "file": str(out),
            "centring": found.name,
            "encoder": found.encoder.to_dict(),
            "sounds": len(sounds),
            "texts": len(texts),
            "gap_before": found.gap_before,
            "gap_after": found.gap_after,
        }
        click.echo(pretty_json(answer), nl=False)
        return
    click.echo(
        f"{out}: {found.name}, of {len(sounds)} sounds and {len(texts)} texts\n"
        f"modality gap {found.gap_before:.3f} before, {found.gap_after:.3f} after"
    )
