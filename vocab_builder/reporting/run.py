"""The report itself: from vocabularies, and from what was explained, to one page."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from concept_core.audio import left_out
from concept_core.bench.bench import Bench
from concept_core.decomposition.dictionary import Dictionary
from concept_core.encoders import Encoder, load_encoder
from concept_core.encoders.base import FloatArray
from concept_core.encoders.centred import own_means_of
from concept_core.encoders.embeddings import embed_clips
from concept_core.encoders.needs import needs_sound
from concept_core.errors import LeftOutWarning, UsageError
from concept_core.explanation.clips import Explanation, explain_clips
from concept_core.explanation.depth import FEWEST
from concept_core.explanation.request import Outcome
from concept_core.extras import check_extra
from concept_core.files import write_text
from concept_core.measures.reference import CLIPS, Reference, read_reference
from concept_core.solvers.registry import chosen_mode
from concept_core.vocabulary import Vocabulary, check_top
from vocab_builder.release.release import Release
from vocab_builder.reporting.cards import read_scores
from vocab_builder.reporting.data import Subject, report_data
from vocab_builder.reporting.explained import charts_of, clip_data
from vocab_builder.reporting.figures import write_figures
from vocab_builder.reporting.page import render_page

Reported: TypeAlias = str | Path | Vocabulary | Release
"""A release, a vocabulary, or what ``Release.load`` takes."""


def report(
    vocabularies: Reported | Sequence[Reported],
    out: str | Path,
    *,
    encoder: Encoder | str = "yamnet-minilm",
    device: str = "auto",
    offline: bool = False,
    order: str = "descending",
    top: int | None = None,
    reference: Bench | Reference | str | Path | None = None,
    scores: Sequence[str | Path] = (),
    clips: Sequence[str | Path] = (),
    l0: int | None = None,
    l1: float | None = None,
    figures: str | Path | None = None,
    skip_bad: bool = False,
) -> Path:
    """Write one self-contained HTML page about each vocabulary, side by side.

    Parameters
    ----------
    vocabularies : Release, Vocabulary, str or Path, or a sequence of these
        Specifiers, release folders, or text files. A text file or vocabulary has no drops.
    out : str or Path
        The page.
    encoder : Encoder or str
        An encoder, or the specifier of one.
    device, offline
        As for `load_encoder`; solvers run on that device as well.
    order : str
        Of text files, as for `load_vocabulary`.
    top : int, optional
        Of each vocabulary the first so many concepts alone, 1 or more.
    reference : Bench, Reference, str or Path, optional
        A file of captions or a folder of clips, to measure coverage and fidelity on; or a bench,
        whose clips serve. Of clips, concepts name those in which they are most prominent.
    scores : sequence of str or Path
        Files of scorecards, as ``sonolex score -o`` writes them.
    clips : sequence of str or Path
        Audio files to hear and explain. With an encoder that knows clips by their names
        (``precomputed``) no file need be there; then there is nothing to hear.
    l0, l1 : int, float, optional
        Of the clips: as ``decompose`` takes them; at most 8 concepts where neither is given.
    figures : str or Path, optional
        Folder for every chart as PNG and SVG too.
    skip_bad : bool
        Leave out clips that cannot be embedded, of the reference and of ``clips``.

    Returns
    -------
    Path
        ``out``.

    Raises
    ------
    UsageError
        No vocabulary, one twice, or an option out of range.
    DataError
        A file of a release, a scorecard, the reference or a clip cannot be read.
    MissingError
        The encoder, the reference, or a package that the page or the figures need is not here.
    """
    # What is wrong with the call, or missing, is said before anything slow starts.
    l0, l1 = chosen_mode(l0, l1)
    check_extra("jinja2")
    if figures is not None:
        check_extra("matplotlib")
    rows = read_scores(map(Path, scores))
    releases = _load(vocabularies, order, top)
    if isinstance(encoder, str):
        encoder = load_encoder(encoder, device=device, offline=offline)
    subjects = [Subject(one, Dictionary.build(one.vocabulary, encoder)) for one in releases]
    if isinstance(reference, Bench):
        reference = reference.reference
    elif isinstance(reference, (str, Path)):
        reference = read_reference(Path(reference), encoder, skip_bad=skip_bad)
    explained = list(
        _explain(
            list(map(Path, clips)),
            encoder,
            subjects,
            l0,
            l1,
            device,
            beside=_clips_of(reference, encoder),
            skip_bad=skip_bad,
        )
    )
    data = report_data(
        subjects, encoder.spec, reference=reference, scores=rows, clips=explained, device=device
    )
    out = Path(out)
    write_text(out, render_page(data))
    if figures is not None:
        write_figures(data, Path(figures))
    return out


def explained_page(outcome: Outcome) -> str:
    """The report of the outcome's vocabulary, with what was explained at its top.

    Raises
    ------
    DataError
        A clip cannot be read.
    MissingError
        jinja2 is not installed.
    """
    release = replace(Release.load(outcome.request.spec), vocabulary=outcome.vocabulary)
    clips: list[dict[str, Any]] = []
    charts: list[dict[str, Any]] = []
    for item in outcome.items:
        if isinstance(item, Explanation):
            heard = _heard(Path(item.clip), outcome.request.encoder)
            clips.append(clip_data(Path(item.clip), [item], heard=heard))
        else:
            charts += charts_of(item, outcome.request.shown)
    subject = Subject(release, outcome.dictionary)
    return render_page(report_data([subject], outcome.spec, clips=clips, charts=charts))


def _load(given: Reported | Sequence[Reported], order: str, top: int | None) -> list[Release]:
    """Each vocabulary once, with what its release says of it."""
    check_top(top)
    several = [given] if isinstance(given, (str, Path, Vocabulary, Release)) else list(given)
    if not several:
        raise UsageError("no vocabulary to report; give at least one, such as sonolex-core")
    names: dict[str, object] = {}
    releases = []
    for one in several:
        if isinstance(one, Vocabulary):
            release = Release(one)
        else:
            release = one if isinstance(one, Release) else Release.load(one, order=order)
        shown = replace(release.vocabulary, concepts=release.vocabulary.concepts[:top])
        name = one if isinstance(one, (str, Path)) else shown.specifier
        if shown.content_hash in names:
            same = names[shown.content_hash]
            raise UsageError(f"{name}: the same vocabulary as {same}; give each once")
        names[shown.content_hash] = name
        releases.append(replace(release, vocabulary=shown))
    return releases


def _explain(
    clips: Sequence[Path],
    encoder: Encoder,
    subjects: Sequence[Subject],
    l0: int | None,
    l1: float | None,
    device: str,
    *,
    beside: FloatArray | None,
    skip_bad: bool,
) -> Iterator[dict[str, Any]]:
    """Every clip over every vocabulary, as the page holds it."""
    if not clips:
        return
    found = embed_clips(encoder, clips, skip_bad=skip_bad)
    if found.bad:
        warnings.warn("\n".join(left_out(found.bad)), LeftOutWarning, stacklevel=2)
    clips = [clips[place] for place in found.kept]
    x, names = found.x, list(map(str, clips))
    over = [
        explain_clips(x, names, subject.dictionary, l0=l0, l1=l1, reference=beside, device=device)
        for subject in subjects
    ]
    for clip, *explanations in zip(clips, *over, strict=True):
        yield clip_data(clip, explanations, heard=_heard(clip, encoder))


def _clips_of(reference: Reference | None, encoder: Encoder) -> FloatArray | None:
    """What clips can be set beside: enough clips, no captions, centred as the clips are."""
    if reference is None or own_means_of(encoder) is not None:
        return None
    if reference.kind != CLIPS or len(reference.x) < FEWEST:
        return None
    return reference.x


def _heard(clip: Path, encoder: Encoder | str) -> bool:
    """Whether there is a sound to hear; where the encoder needs it, its lack is an error."""
    return needs_sound(encoder) or clip.is_file()
