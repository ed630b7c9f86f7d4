"""What tasks are scored on, as embeddings: clips, captions, or arrays in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from concept_core.datasets import ClipSet
from concept_core.datasets.base import CAPTIONS, MULTI_LABEL, SINGLE_LABEL, unpublished
from concept_core.datasets.caption_files import DATASET, CaptionFile
from concept_core.encoders.base import Encoder, EncoderSpec, FloatArray, unit
from concept_core.encoders.centred import CentredEncoder, encode_list
from concept_core.encoders.embeddings import embed_clips
from concept_core.encoders.prompts import PROMPT_SETS
from concept_core.errors import DataError, UsageError
from concept_core.files import canonical_json, sha256_text
from concept_core.solvers.validate import check_rows
from concept_core.tasks.items import PROMPT_SET, Captioned, Embedded, Items
from concept_core.tasks.metrics import Classes, Targets, indicators

Progress = Callable[[int, int], None]


def embed(
    clips: ClipSet,
    encoder: Encoder,
    classes: Sequence[str],
    *,
    skip_bad: bool = False,
    progress: Progress | None = None,
) -> Embedded:
    """Embed labelled clips and class prompts.

    Parameters
    ----------
    clips : ClipSet
    encoder : Encoder
    classes : sequence of str
        The names to choose among; every class of the clips must be one.
    skip_bad : bool
        Leave out clips that cannot be embedded instead of raising.
    progress : callable, optional
        Called with the number of clips done and the number of all.

    Raises
    ------
    DataError
        A class of the clips is not among ``classes``, or clips cannot be embedded (all named).
    UsageError
        The clips have captions, no classes.
    """
    info = clips.info
    if info.kind == CAPTIONS:
        raise UsageError(f"{info.name}: its clips have captions, no classes; use task retrieval")
    own = info.classes
    occurring = np.flatnonzero(clips.targets.any(axis=0))
    absent = [own[label] for label in occurring if own[label] not in classes]
    if absent:
        raise DataError(
            f"{info.name}: the clips' classes {', '.join(map(repr, absent))} are not among"
            f" the {len(classes)} names to choose from; add them, or use --classes own"
        )
    x, good, items = _embed_clips(clips, encoder, skip_bad, progress)
    targets = np.zeros((len(good), len(classes)), dtype=np.bool_)
    for label in occurring:
        targets[:, classes.index(own[label])] = good.targets[:, label]
    return Embedded(
        items=items,
        x=x,
        classes=tuple(classes),
        prompts=_prompts(encoder, classes),
        targets=targets,
        labels=None if good.labels is None else targets.argmax(axis=1).astype(np.int64),
    )


def embed_arrays(
    x: ArrayLike,
    labels: ArrayLike,
    classes: Sequence[str],
    encoder: Encoder,
    *,
    name: str = "arrays",
    folds: Sequence[str | int] | None = None,
    names: Sequence[str] | None = None,
    recordings: Sequence[str | int] | None = None,
) -> Embedded:
    """Embeddings in memory, and class prompts.

    Parameters
    ----------
    x : (n, d)
        Embeddings of the encoder, of any length but zero; n >= 1.
    labels : (n,) int or str, or (n, C) bool
        The class of each row, by number or by name (underscores are as good as blanks); or which
        classes each row has.
    classes : sequence of C str
    encoder : Encoder
        Of the class prompts.
    name : str
        What to call the data.
    folds : sequence of n str or int, optional
        By default all rows are in the fold ``all``.
    names : sequence of n str, optional
        What to call each row in misses, such as its file; ``row 0`` and so on by default.
    recordings : sequence of n str or int, optional
        The recording that each row is from: figures are then resampled by recording. By default
        each row is one of its own.

    Raises
    ------
    DataError
        Rows that are not finite, zero or of another dimension; labels of another shape, a number
        that has no name, or a name that is no class.
    """
    rows = check_rows(x, encoder.spec.dim).astype(np.float32)
    where = ("all",) * len(rows) if folds is None else tuple(map(str, folds))
    called = [f"row {place}" for place in range(len(rows))] if names is None else names
    targets, truth = _targets(_numbered(np.asarray(labels), classes), len(classes))
    single = truth is not None
    cut_from = () if recordings is None else tuple(map(str, recordings))
    counts = len(targets), len(where), len(called), len(cut_from or rows)
    if set(counts) != {len(rows)} or not np.linalg.norm(rows, axis=1).all():
        raise DataError(
            f"{len(rows)} rows, {counts[0]} labels, {counts[1]} folds, {counts[2]} names and"
            f" {counts[3]} recordings: give one of each for every row, and no row of zeros"
        )
    kind, metric = (SINGLE_LABEL, "accuracy") if single else (MULTI_LABEL, "map")
    info = unpublished(name, kind, metric, tuple(dict.fromkeys(where)), classes)
    items = Items(
        info=info,
        names=tuple(map(str, called)),
        folds=where,
        missing=0,
        bad=(),
        data_hash=hashlib.sha256(rows.tobytes() + targets.tobytes()).hexdigest(),
        data_folds=info.folds,
        encoder=encoder.spec,
        recordings=cut_from,
    )
    return Embedded(
        items=items,
        x=unit(rows),
        classes=info.classes,
        prompts=_prompts(encoder, classes),
        targets=targets,
        labels=truth,
    )


def centre(data: Embedded, encoder: Encoder) -> Embedded:
    """Raw rows in memory as an encoder that was fitted to them centres them; else as they are."""
    if not isinstance(encoder, CentredEncoder) or encoder.spec == data.items.encoder:
        return data
    return replace(
        data,
        items=replace(data.items, encoder=encoder.spec),
        x=encoder.centring.off_sounds(data.x, data.items.names),
        prompts=_prompts(encoder, data.classes),
    )


def _numbered(labels: NDArray[Any], classes: Sequence[str]) -> NDArray[Any]:
    """Labels that are class names as class numbers; others as they are."""
    if labels.ndim != 1 or not all(isinstance(label, str) for label in labels.tolist()):
        return labels
    exact = {name: place for place, name in enumerate(classes)}
    places = {name.replace("_", " "): place for name, place in exact.items()}
    numbers = []
    for row, label in enumerate(labels.tolist()):
        place = exact.get(label, places.get(label.replace("_", " ")))
        if place is None:
            raise DataError(
                f"label {label!r} of row {row} is none of the {len(classes)} classes; name every"
                " class that occurs"
            )
        numbers.append(place)
    return np.array(numbers)


def _targets(labels: NDArray[Any], classes: int) -> tuple[Targets, Classes | None]:
    """Which classes rows have, and the class of each where they are numbers."""
    if labels.ndim == 2 and labels.shape[1] == classes and labels.dtype.kind == "b":
        return labels, None
    if labels.ndim == 1 and labels.dtype.kind in "iu" and classes:
        wrong = labels[(labels < 0) | (labels >= classes)]
        if len(wrong):
            raise DataError(f"class number {wrong[0]}: there are {classes} names, from 0")
        return indicators(labels.astype(np.int64), classes), labels.astype(np.int64)
    raise DataError(
        f"labels of shape {labels.shape} and type {labels.dtype}: give a class number a row, or a"
        f" true or false for each of the {classes} names"
    )


def embed_captioned(
    clips: ClipSet, encoder: Encoder, *, skip_bad: bool = False, progress: Progress | None = None
) -> Captioned:
    """Embed clips and their captions.

    Raises
    ------
    UsageError
        The clips have no captions.
    DataError
        Clips cannot be embedded (all named).
    """
    if clips.captions is None:
        raise UsageError(
            f"{clips.info.name}: its clips are {clips.info.kind} and have no captions; retrieval"
            " needs a set that has, such as clotho"
        )
    x, good, items = _embed_clips(clips, encoder, skip_bad, progress)
    assert good.captions is not None
    return Captioned(items, x, good.captions, _embed_texts(good.captions, encoder))


def embed_caption_file(file: CaptionFile, encoder: Encoder) -> Captioned:
    """Embed captions without sounds: the first of each clip stands for it, to find the others."""
    x = encoder.encode_text([own[0] for own in file.captions])
    texts = tuple(own[1:] for own in file.captions)
    items = _caption_items(file, encoder.spec)
    return Captioned(items, x, texts, _embed_texts(texts, encoder), heard=False)


def _embed_texts(texts: Sequence[Sequence[str]], encoder: Encoder) -> FloatArray:
    return encoder.encode_text([caption for own in texts for caption in own])


def _embed_clips(
    clips: ClipSet, encoder: Encoder, skip_bad: bool, progress: Progress | None
) -> tuple[FloatArray, ClipSet, Items]:
    """Embeddings of clips, the clips that have one, and what a card says of them."""
    embedded = embed_clips(encoder, clips.paths, skip_bad=skip_bad, progress=progress)
    good = clips.take(np.array(embedded.kept, dtype=np.intp))
    items = Items(
        info=good.info,
        names=tuple(path.name for path in good.paths),
        folds=good.folds,
        missing=len(good.missing),
        missing_names=tuple(Path(name).name for name in good.missing),
        bad=embedded.bad,
        data_hash=good.content_hash(),
        data_folds=good.fold_names(),
        encoder=encoder.spec,
        recordings=good.recordings or (),
    )
    return embedded.x, good, items


def _caption_items(file: CaptionFile, encoder: EncoderSpec) -> Items:
    """What a card says of a file of captions; clips with one caption count as missing."""
    info = unpublished(DATASET, CAPTIONS, "r@1", ("all",), revision=file.name)
    pairs = [[clip, *own] for clip, own in zip(file.clips, file.captions, strict=True)]
    return Items(
        info=info,
        names=file.clips,
        folds=("all",) * len(file.clips),
        missing=file.left_out,
        bad=(),
        data_hash=sha256_text(canonical_json(pairs)),
        data_folds=("all",),
        encoder=encoder,
    )


def _prompts(encoder: Encoder, classes: Sequence[str]) -> dict[str, FloatArray]:
    found = {PROMPT_SET: encode_list(encoder, classes, PROMPT_SET)}
    for name in PROMPT_SETS:
        try:
            found.setdefault(name, encode_list(encoder, classes, name))
        except DataError:
            # Precomputed rows need not have every wording: the card says which sets were there.
            continue
    return found
