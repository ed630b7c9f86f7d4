"""``sonolex embed``: embeddings of clips and texts, with their ids, as a file or as shards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vocab_builder.cli.options import encoder_options, engine_options, given_beside

if TYPE_CHECKING:
    from concept_core.embedding import EmbedPlan, EmbedSummary
    from concept_core.encoders.from_files import EmbeddedFile

# Which options belong to which of the two ways.
_OF_BOTH = {"inputs", "encoder", "device", "offline", "as_json"}
_OF_A_FILE = {"file", "texts", "prompts", "skip_bad"}
_OF_SHARDS = {
    "out", "shard_rows", "format", "column", "id_column", "engine", "workers", "dry_run",
}  # fmt: skip


@click.command()
@click.argument("inputs", nargs=-1, metavar="[INPUT]...")
@click.option(
    "--texts",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Texts to embed: one per line (txt), or captions (csv, tsv, jsonl); can be repeated.",
)
@click.option(
    "--prompts",
    multiple=True,
    metavar="SET",
    help="Treat the texts as labels and write them in this prompt set, or in a text such as"
    ' "The sound of {label}"; can be repeated.  [default: as they are]',
)
@encoder_options
@click.option(
    "-o",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write: .npz, .safetensors, .parquet, .h5, or .npy with its ids in a .txt.",
)
@click.option("--skip-bad", is_flag=True, help="With -o: leave out clips that cannot be embedded.")
@click.option(
    "--out",
    metavar="FOLDER_OR_ADDRESS",
    help="Write shards instead, for any number of clips, into a folder or s3://BUCKET/PREFIX.",
)
@click.option(
    "--shard-rows",
    type=click.IntRange(1, 100_000),
    default=512,
    show_default=True,
    help="Clips per shard; a tar is one shard, however many clips it has.",
)
@click.option(
    "--format",
    type=click.Choice(["parquet", "npz"]),
    default="parquet",
    show_default=True,
    help="File format of a shard.",
)
@click.option("--column", help="Column of a table with the paths.  [default: by its name]")
@click.option("--id-column", help="Column with the ids.  [default: by its name, or the paths]")
@engine_options
@click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON on stdout.")
def command(inputs: tuple[str, ...], file: Path | None, as_json: bool, **asked: Any) -> None:
    """Embed sounds, or the texts of files, or both, into one file; or sounds into shards.

    With -o, each INPUT is a sound (wav, flac, ogg, mp3). The id of a clip is its path as given;
    the id of a text is the text itself, as it was written. --encoder precomputed:FILE and `sonolex
    decompose` read the file.

    With --out, an INPUT is a sound, a folder of sounds, a list (txt, one path per line), a
    table (csv, tsv, parquet) with a column of paths, or a WebDataset tar, "part-{000..123}.tar";
    each is a path or an address such as s3://BUCKET/NAME. A clip that cannot be embedded is listed
    in failures.csv and does not stop the run; after an interruption the same command continues
    (docs/scale.md). Exit code 3 means that something is missing from the output.

    \b
    Examples:
      sonolex embed *.wav --encoder clap:laion/clap-htsat-unfused -o clips.npz
      sonolex embed *.wav --texts words.txt --prompts paper@1 --prompts bare@1 -o rows.parquet
      sonolex embed clips.csv --out s3://bucket/rows --engine ray:auto --dry-run
      sonolex embed "part-{000..123}.tar" --out rows --workers 4
    """
    _check_way(file, asked)
    foreign = _OF_A_FILE if file is None else _OF_SHARDS
    own = {name: value for name, value in asked.items() if name not in foreign}
    if file is None:
        _shards(inputs, as_json=as_json, **own)
    else:
        _file(inputs, file, as_json=as_json, **own)


def _check_way(file: Path | None, asked: dict[str, Any]) -> None:
    """See that it is one of the two ways, without options of the other."""
    out = asked["out"]
    if (file is None) == (out is None):
        raise click.UsageError("name what to write: -o FILE, or --out FOLDER_OR_ADDRESS for shards")
    way, own = ("-o", _OF_A_FILE) if out is None else ("--out", _OF_SHARDS)
    if foreign := given_beside(own | _OF_BOTH):
        raise click.UsageError(f"{foreign[0]} does not go with {way}")


def _file(clips: tuple[str, ...], out: Path, *, as_json: bool, **asked: Any) -> None:
    from concept_core.encoders.from_files import embed_files
    from vocab_builder.cli.progress import progress_bar, say
    from vocab_builder.cli.text import show

    found = embed_files(clips, out, progress=progress_bar("embed"), **asked)
    for clip in found.bad:
        say(f"left out: {clip['message']}")
    show(found, _render, as_json=as_json)


def _shards(
    inputs: tuple[str, ...],
    *,
    as_json: bool,
    engine: str,
    workers: int | None,
    dry_run: bool,
    **asked: Any,
) -> None:
    from concept_core.embedding import EmbedAsk, embed_shards, plan_shards
    from concept_core.engine import open_engine
    from concept_core.errors import DataError
    from vocab_builder.cli.progress import sound_bar
    from vocab_builder.cli.text import show

    ask = EmbedAsk(inputs, **asked)
    if dry_run:
        show(plan_shards(ask, workers), _render_plan, as_json=as_json)
        return
    ask.check()
    with open_engine(engine, workers) as crew, sound_bar("embed") as progress:
        found = embed_shards(ask, crew, progress)
    show(found, _render_summary, as_json=as_json)
    if found.failures:
        raise DataError(
            f"{found.out}: {found.failures:,} of {found.clips:,} clips have no row; failures.csv"
            f" there names them and says why{_render_missing(len(found.missing))}"
        )


def _render_missing(shards: int) -> str:
    if not shards:
        return ""
    what, them = ("1 shard", "it") if shards == 1 else (f"{shards:,} shards", "them")
    return f"; {what} could not be made: the same command tries {them} again"


def _render(found: EmbeddedFile) -> str:
    counts = " and ".join(f"{count} {kind} rows" for kind, count in sorted(found.rows.items()))
    return f"{' and '.join(found.files)}: {counts} of {found.encoder['dim']} dimensions"


def _render_plan(plan: EmbedPlan) -> str:
    tars = f" and those of {plan.tars:,} tars, a shard each" if plan.tars else ""
    workers = "as many workers as the engine has"
    if plan.workers is not None:
        workers = f"{plan.workers} workers"
    return (
        f"would write {plan.shards:,} shards into {plan.out}\n"
        f"clips: {plan.clips:,}{tars}; {plan.input_bytes / 1e6:,.1f} MB where sizes are known\n"
        f"rows: {plan.encoder['dim']} dimensions, {plan.output_bytes / 1e6:,.1f} MB\n"
        f"{workers}, each about {plan.worker_mb:,} MB of memory beside the weights of the model"
    )


def _render_summary(found: EmbedSummary) -> str:
    earlier = f", {found.resumed} of them from an earlier run" if found.resumed else ""
    return (
        f"{found.out}: {found.rows:,} rows of {found.clips:,} clips ({found.hours:,.2f} hours) in"
        f" {found.shards} shards{earlier}"
    )
