"""``sonolex report``: one page with everything that decides between vocabularies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vocab_builder.cli.options import encoder_options, order_option

if TYPE_CHECKING:
    from concept_core.encoders import Encoder
    from vocab_builder.reporting import Subject
    from vocab_builder.reporting.clips import ExplainedClip


@click.command()
@click.argument("specs", nargs=-1, required=True, metavar="SPEC...")
@click.option(
    "-o", "out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The page."
)
@order_option
@click.option("--top", type=click.IntRange(min=1), help="Only the first so many concepts of each.")
@encoder_options
@click.option(
    "--scores",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A scorecard file (sonolex score -o); may be given again.",
)
@click.option(
    "--explain",
    "clips",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A clip to hear and explain; may be given again.",
)
@click.option("--l0", type=int, help="At most this many concepts a clip.  [default: 8]")
@click.option("--l1", type=float, help="Penalty of the lasso, instead of --l0.")
@click.option(
    "--reference",
    type=click.Path(path_type=Path),
    help="Captions (csv, tsv, jsonl, txt), or a folder of clips, to measure coverage on.",
)
@click.option(
    "--figures",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for every chart as PNG and SVG too, fit for a column.",
)
def command(
    specs: tuple[str, ...],
    out: Path,
    order: str,
    top: int | None,
    encoder: str,
    device: str,
    offline: bool,
    scores: tuple[Path, ...],
    clips: tuple[Path, ...],
    l0: int | None,
    l1: float | None,
    reference: Path | None,
    figures: Path | None,
) -> None:
    """Write one self-contained HTML page about each vocabulary SPEC, side by side.

    \b
    Example:
      sonolex report sonolex-core audioset -o report.html --explain dog.wav
    """
    from concept_core.encoders import load_encoder
    from concept_core.extras import check_extra
    from concept_core.files import write_text
    from concept_core.measures.reference import read_reference
    from concept_core.solvers.registry import check_mode
    from vocab_builder.reporting import render_page, report_data
    from vocab_builder.reporting.cards import read_scores

    if l0 is None and l1 is None:
        l0 = 8
    # What is wrong with the call, or missing, is said before anything slow starts.
    check_mode(l1, l0)
    check_extra("jinja2")
    if figures is not None:
        check_extra("matplotlib")
    rows = read_scores(scores)
    model = load_encoder(encoder, device=device, offline=offline)
    subjects = _subjects(specs, model, order, top)
    measured_on = None if reference is None else read_reference(reference, model)
    heard = _explain(clips, model, subjects, l0, l1)
    data = report_data(subjects, model.spec, reference=measured_on, scores=rows, clips=heard)
    page = render_page(data)
    write_text(out, page)
    if figures is not None:
        from vocab_builder.reporting.figures import write_figures

        for path in write_figures(data, figures):
            click.echo(f"wrote {path}", err=True)
    click.echo(f"wrote {out} ({len(page.encode()) / 1e6:.1f} MB)", err=True)


def _subjects(specs: tuple[str, ...], model: Encoder, order: str, top: int | None) -> list[Subject]:
    """Each vocabulary with its atoms; a release with its folder."""
    from dataclasses import replace

    from concept_core.decomposition.dictionary import Dictionary
    from concept_core.errors import UsageError
    from vocab_builder.release.release import Release
    from vocab_builder.reporting import Subject

    subjects = []
    for spec in specs:
        release = Release.load(spec, order=order)
        vocabulary = replace(release.vocabulary, concepts=release.vocabulary.concepts[:top])
        dictionary = Dictionary.build(vocabulary, model)
        subjects.append(Subject(replace(release, vocabulary=vocabulary), dictionary))
    hashes = [subject.vocabulary.content_hash for subject in subjects]
    for place, content_hash in enumerate(hashes):
        if content_hash in hashes[:place]:
            twin = specs[hashes.index(content_hash)]
            raise UsageError(f"{specs[place]}: the same vocabulary as {twin}; give each once")
    return subjects


def _explain(
    clips: tuple[Path, ...],
    model: Encoder,
    subjects: list[Subject],
    l0: int | None,
    l1: float | None,
) -> list[ExplainedClip]:
    """Every clip over every vocabulary."""
    from concept_core.encoders.embeddings import embed_clips
    from concept_core.explanation.clips import explain_rows
    from vocab_builder.reporting.clips import ExplainedClip

    if not clips:
        return []
    x = embed_clips(model, clips).x
    names = [str(clip) for clip in clips]
    over = [explain_rows(x, names, subject.dictionary, l0=l0, l1=l1) for subject in subjects]
    return [ExplainedClip(clip, tuple(each)) for clip, *each in zip(clips, *over, strict=True)]
