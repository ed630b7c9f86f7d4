"""``sonolex embed``: embeddings of clips and texts, with their ids, as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vocab_builder.cli.options import encoder_options

if TYPE_CHECKING:
    from concept_core.encoders import Encoder
    from concept_core.encoders.row_files import Rows


@click.command()
@click.argument("clips", nargs=-1, metavar="[CLIP]...")
@click.option(
    "--texts",
    type=click.Path(path_type=Path),
    help="Texts to embed: a line each (txt), or captions (csv, tsv, jsonl).",
)
@click.option(
    "--prompts",
    metavar="SET",
    help="Take the texts as labels and write them in this prompt set.  [default: as they are]",
)
@encoder_options
@click.option(
    "-o",
    "out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write: .npz, .safetensors, or .npy with its ids in a .txt beside it.",
)
@click.option("--skip-bad", is_flag=True, help="Leave out clips that cannot be embedded.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON on stdout.")
def command(
    clips: tuple[str, ...],
    texts: Path | None,
    prompts: str | None,
    encoder: str,
    device: str,
    offline: bool,
    out: Path,
    skip_bad: bool,
    as_json: bool,
) -> None:
    """Embed each CLIP (wav, flac, ogg, mp3), or the texts of a file, or both.

    The id of a clip is its path as given, that of a text the text itself. The encoder
    precomputed:FILE gives the rows back, and `sonolex decompose` takes .npy and .safetensors.

    \b
    Example:
      sonolex embed *.wav --encoder clap:laion/clap-htsat-unfused -o clips.npz
    """
    from concept_core.encoders import load_encoder
    from concept_core.encoders.prompts import templates
    from concept_core.encoders.row_files import check_target, write_rows
    from concept_core.errors import UsageError
    from concept_core.files import pretty_json
    from vocab_builder.cli.text import plain

    if not clips and texts is None:
        raise UsageError("nothing to embed: name clips, or a file with --texts")
    if prompts is not None:
        templates(prompts)
        if texts is None:
            raise UsageError("--prompts is how the labels of --texts are written; name their file")
    check_target(out, ["audio"] * bool(clips) + ["text"] * (texts is not None))
    model = load_encoder(encoder, device=device, offline=offline)
    tables: dict[str, Rows] = {}
    bad: tuple[tuple[str, str], ...] = ()
    # Words first: they are fast, and what is wrong with them is said before clips are heard.
    if texts is not None:
        tables["text"] = _texts(model, texts, prompts)
    if clips:
        tables["audio"], bad = _clips(model, clips, skip_bad=skip_bad)
    files = write_rows(out, tables, model.spec)
    for _, message in bad:
        click.echo(f"left out: {plain(message)}", err=True)
    if as_json:
        answer = {
            "files": [str(path) for path in files],
            "encoder": model.spec.to_dict(),
            "rows": {kind: len(rows.ids) for kind, rows in tables.items()},
            "bad": [{"clip": name, "message": message} for name, message in bad],
        }
        click.echo(pretty_json(answer), nl=False)
        return
    counts = " and ".join(f"{len(rows.ids)} {kind} rows" for kind, rows in sorted(tables.items()))
    click.echo(f"{' and '.join(map(str, files))}: {counts} of {model.spec.dim} dimensions")


def _texts(model: Encoder, path: Path, prompts: str | None) -> Rows:
    """The texts of a file, each once."""
    from concept_core.datasets.caption_files import read_captions
    from concept_core.encoders.prompts import encode_labels
    from concept_core.encoders.row_files import Rows

    texts = list(dict.fromkeys(read_captions(path)))
    if prompts is None:
        return Rows(texts, model.encode_text(texts))
    return Rows(texts, encode_labels(model, texts, prompts))


def _clips(
    model: Encoder, clips: tuple[str, ...], *, skip_bad: bool
) -> tuple[Rows, tuple[tuple[str, str], ...]]:
    """The clips that can be embedded, each once, and the others with what is wrong with them."""
    from tqdm import tqdm

    from concept_core.encoders.embeddings import embed_clips
    from concept_core.encoders.row_files import Rows

    names = list(dict.fromkeys(clips))
    with tqdm(total=len(names), unit="clip", disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.update(done - bar.n)

        embedded = embed_clips(model, names, skip_bad=skip_bad, progress=show)
    return Rows([names[place] for place in embedded.kept], embedded.x), embedded.bad
