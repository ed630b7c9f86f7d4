"""The means that scored clips are centred by: of clips that are not scored, whatever is scored.

Clips to train on, and those of other folds, serve for all; where every clip is scored, each fold
is centred by the others. What a card's encoder spec names is what was taken off.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from concept_core.audio import BadClipsError
from concept_core.datasets import ClipSet, load_dataset
from concept_core.datasets.caption_files import DATASET, CaptionFile
from concept_core.encoders.base import Encoder, FloatArray
from concept_core.encoders.centred import CentredEncoder, uncentred
from concept_core.encoders.embeddings import embed_clips
from concept_core.encoders.needs import needs_sound
from concept_core.encoders.own_means import FEWEST, ClipMeans
from concept_core.errors import SonolexError
from concept_core.files import canonical_json, sha256_text
from concept_core.tasks.items import Embedded
from concept_core.tasks.request import TRAINED, TaskRequest

MOST = 200
"""Of more clips to take a mean of than these, evenly spaced ones are taken: it hardly moves."""

_GROUPS = 5
_Places = NDArray[np.intp]


def fit(
    request: TaskRequest,
    loaded: ClipSet | CaptionFile,
    encoder: Encoder,
    folder: str | Path | None = None,
) -> Encoder:
    """The encoder with means for what a request scores; one that is not by clips as it is.

    Parameters
    ----------
    request : TaskRequest
    loaded : ClipSet or CaptionFile
        Clips that are scored, with those to train on; or captions.
    encoder : Encoder
    folder : str, Path or None
        Where the data set lies, to find the clips of other folds.
    """
    if not isinstance(encoder, CentredEncoder) or encoder.own_means is None:
        return encoder
    if isinstance(loaded, CaptionFile):
        return _fit_to_captions(encoder, loaded)
    scored = np.arange(len(loaded))
    if request.task in TRAINED and set(loaded.info.test_folds) & set(loaded.folds):
        scored = np.flatnonzero(np.isin(loaded.folds, loaded.info.test_folds))
    free = loaded.take(np.setdiff1d(np.arange(len(loaded)), scored))
    others = other_clips(request, loaded, encoder, folder)
    parts = [one for one in (free, others) if one is not None]
    for part in sorted(parts, key=len, reverse=True):
        found = _fit(encoder, part, crossed=False)
        if found is not None:
            return found
    return _fit(encoder, loaded.take(scored), crossed=True) or encoder.without_clips()


def other_clips(
    request: TaskRequest, loaded: ClipSet, encoder: Encoder, folder: str | Path | None
) -> ClipSet | None:
    """The clips of folds that the request does not ask for; None where there are none here.

    Parameters
    ----------
    request : TaskRequest
    loaded : ClipSet
        What it asks for.
    encoder : Encoder
        Of which it depends whether sounds are looked for.
    folder : str, Path or None
        Where the data set lies.
    """
    info = loaded.info
    folds = [one for one in info.train_folds or info.folds if one not in loaded.folds]
    if not folds:
        return None
    try:
        found = load_dataset(request.dataset, folder, folds, sounds=needs_sound(encoder))
    except SonolexError:
        return None
    # Some sets list a clip in several folds.
    scored = set(loaded.paths)
    return found.take(np.flatnonzero([path not in scored for path in found.paths]))


def _fit_to_captions(encoder: CentredEncoder, file: CaptionFile) -> Encoder:
    """The encoder with means for the captions of a file, each clip's by those of the others."""
    if len(file.captions) < FEWEST + _GROUPS:
        return encoder
    stamp = sha256_text(canonical_json(file.captions))
    groups = _in_turn(len(file.captions))
    name = f"{DATASET}-crossed"
    return encoder.of_captions(_of_captions(encoder, file.captions, groups, name, stamp))


def fit_to_rows(encoder: Encoder, data: Embedded, judged: Collection[str]) -> Encoder:
    """The encoder with means for raw rows in memory; one that is not by clips as it is.

    Parameters
    ----------
    encoder : Encoder
    data : Embedded
        With raw rows.
    judged : collection of str
        The folds that are scored; empty for all.
    """
    if not isinstance(encoder, CentredEncoder) or encoder.own_means is None:
        return encoder
    folds, names = np.array(data.items.folds), np.array(data.items.names, dtype=object)
    free = ~np.isin(folds, list(judged)) if judged else np.zeros(len(folds), np.bool_)
    crossed = int(free.sum()) < FEWEST
    used = ~free if crossed else free
    rows, stamp = data.x[used], data.items.data_hash
    name = data.items.info.name
    means = _of_clips(rows, names[used].tolist(), folds[used].tolist(), name, stamp, crossed)
    return encoder.without_clips() if means is None else encoder.of_clips(means, rows)


def _fit(encoder: CentredEncoder, clips: ClipSet, *, crossed: bool) -> CentredEncoder | None:
    """By these clips, or each group of them by the others; None if there are too few."""
    raw = uncentred(encoder)
    if not crossed and needs_sound(raw):
        clips = clips.take(_spaced(len(clips)))
    try:
        # A clip that is bad counts for no mean; where it is scored it is an error, or left out.
        found = embed_clips(raw, clips.paths, skip_bad=True)
    except BadClipsError:
        return None
    # Of rows that were given many may lack: the spaced ones are chosen among those there are.
    chosen = np.arange(len(found.x)) if crossed else _spaced(len(found.x))
    x, good = found.x[chosen], clips.take(np.asarray(found.kept, np.intp)[chosen])
    stamp = good.content_hash().rpartition(":")[2]
    paths = list(map(str, good.paths))
    means = _of_clips(x, paths, good.folds, clips.info.name, stamp, crossed)
    if means is None:
        return None
    fitted = encoder.of_clips(means, x)
    if good.captions is None:
        return fitted
    groups = _groups(good.folds) if crossed else None
    return fitted.of_captions(_of_captions(raw, good.captions, groups, means.name, stamp))


def _of_clips(
    rows: FloatArray,
    names: Sequence[str],
    folds: Sequence[str],
    name: str,
    stamp: str,
    crossed: bool,
) -> ClipMeans | None:
    """The mean of rows, or of each group's others; None if any is of fewer than ``FEWEST``."""
    title = f"{name}:{','.join(dict.fromkeys(folds))}".replace(" ", "-")
    if not crossed:
        return ClipMeans.of(rows, title, stamp) if len(rows) >= FEWEST else None
    groups = _groups(folds)
    if len(rows) < FEWEST or len(rows) - np.bincount(groups).max() < FEWEST:
        return None
    return ClipMeans.crossed(rows, names, groups, f"{title}-crossed", stamp)


def _of_captions(
    encoder: Encoder,
    captions: Sequence[Sequence[str]],
    groups: _Places | None,
    name: str,
    stamp: str,
) -> ClipMeans:
    """The mean of captions, or of those of the other groups' clips."""
    rows = uncentred(encoder).encode_text([text for own in captions for text in own])
    if groups is None:
        return ClipMeans.of(rows, name, stamp)
    texts = [text for own in captions for text in own]
    of_texts = np.repeat(groups, [len(own) for own in captions])
    return ClipMeans.crossed(rows, texts, of_texts, name, stamp)


def _groups(folds: Sequence[str]) -> _Places:
    """A group for each clip: its fold; where there is one fold, one of a few in turn."""
    names = list(dict.fromkeys(folds))
    if len(names) < 2:
        return _in_turn(len(folds))
    return np.array([names.index(fold) for fold in folds], dtype=np.intp)


def _in_turn(n: int) -> _Places:
    return np.arange(n) % _GROUPS


def _spaced(n: int) -> _Places:
    """Places of at most ``MOST`` of n clips, evenly spaced."""
    return np.arange(n) if n <= MOST else np.arange(MOST) * n // MOST
