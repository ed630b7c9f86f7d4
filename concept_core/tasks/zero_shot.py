"""Zero-shot classification: the class whose prompt is nearest, dense beside reconstructed.

A clip whose decomposition is empty counts as wrong (see ``metrics``).

Source: arXiv 2504.14076, zero-shot with concept-based representations.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from concept_core import __version__
from concept_core.datasets import DATASETS, ClipSet, DatasetInfo, known_classes
from concept_core.decomposition import Dictionary, decompose
from concept_core.embeddings import embed_clips
from concept_core.encoders.base import Encoder, EncoderSpec, FloatArray
from concept_core.errors import DataError, UsageError
from concept_core.prompts import encode_labels
from concept_core.releases import load_vocabulary
from concept_core.tasks.intervals import LEVEL, RESAMPLES, bootstrap_means
from concept_core.tasks.metrics import Classes, accuracy, class_accuracies, classify
from concept_core.tasks.scorecard import ClassScore, Intervals, Miss, Scorecard
from concept_core.vocabulary import Vocabulary

PROMPT_SET = "paper@1"
"""The prompt set of the paper: "This is a sound of {label}."."""


@dataclass(frozen=True, slots=True, eq=False)
class ZeroShot:
    """The task for one encoder: clips and class prompts, embedded once for all vocabularies.

    Attributes
    ----------
    clips : ClipSet
        The n clips that could be embedded.
    bad : tuple of (name, message)
        Those that could not, and why.
    x : (n, d) float32, unit rows
    truth : (n,) int64
        Place of each clip's class in ``classes``.
    classes : tuple of C str
    class_atoms : (C, d) float32, unit rows
    encoder : EncoderSpec
    data_hash : str
    """

    clips: ClipSet
    bad: tuple[tuple[str, str], ...]
    x: FloatArray = field(repr=False)
    truth: Classes = field(repr=False)
    classes: tuple[str, ...] = field(repr=False)
    class_atoms: FloatArray = field(repr=False)
    encoder: EncoderSpec
    data_hash: str


def class_names(choice: str, info: DatasetInfo) -> tuple[str, ...]:
    """The names to choose among: ``own``, those of a data set, or a file with one a line.

    Raises
    ------
    UsageError
        If the choice is none of them.
    """
    if choice == "own":
        return info.classes
    if choice in DATASETS:
        return known_classes(choice)
    if Path(choice).is_file():
        return tuple(load_vocabulary(choice).labels)
    raise UsageError(
        f"classes {choice!r}: neither 'own', a data set ({', '.join(DATASETS)}), nor a file with"
        " one class name a line"
    )


def prepare(
    clips: ClipSet,
    encoder: Encoder,
    classes: Sequence[str],
    *,
    skip_bad: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> ZeroShot:
    """Embed the clips and the class prompts.

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
    """
    if clips.labels is None:
        raise DataError(
            f"{clips.info.name}: its clips are {clips.info.kind}; this task asks for one class"
            " a clip"
        )
    own = clips.info.classes
    absent = [own[label] for label in np.unique(clips.labels) if own[label] not in classes]
    if absent:
        raise DataError(
            f"{clips.info.name}: the clips' classes {', '.join(map(repr, absent))} are not among"
            f" the {len(classes)} names to choose from; add them, or use --classes own"
        )
    embedded = embed_clips(encoder, clips.paths, skip_bad=skip_bad, progress=progress)
    kept = np.array(embedded.kept, dtype=np.intp)
    good = clips.take(kept)
    return ZeroShot(
        clips=good,
        bad=embedded.bad,
        x=embedded.x,
        truth=np.array([classes.index(own[label]) for label in clips.labels[kept]], dtype=np.int64),
        classes=tuple(classes),
        class_atoms=encode_labels(encoder, classes, PROMPT_SET),
        encoder=encoder.spec,
        data_hash=good.content_hash(),
    )


def score(
    task: ZeroShot,
    vocabulary: Vocabulary,
    dictionary: Dictionary,
    *,
    l1: float | None = None,
    l0: int | None = None,
    seed: int = 0,
) -> Scorecard:
    """Score a vocabulary: classify reconstructions beside the dense embeddings.

    Parameters
    ----------
    task : ZeroShot
    vocabulary : Vocabulary
    dictionary : Dictionary
        Of this vocabulary and the task's encoder.
    l1, l0 : float, int
        As ``decompose`` takes them: exactly one.
    seed : int
        Of the bootstrap.

    Raises
    ------
    DataError
        If the dictionary is another vocabulary's or another encoder's.
    """
    expected = (vocabulary.content_hash, task.encoder.fingerprint)
    if (dictionary.vocabulary, dictionary.encoder) != expected:
        raise DataError(
            f"the dictionary was built from another vocabulary or encoder than"
            f" {vocabulary.specifier} with {task.encoder.name}; build it from these"
        )
    result = decompose(task.x, dictionary.atoms, l1=l1, l0=l0)
    predicted = classify(result.reconstruct(), task.class_atoms)
    dense = classify(task.x, task.class_atoms)
    reached, ceiling = accuracy(task.truth, predicted), accuracy(task.truth, dense)
    variance = result.explained_variance(task.x)
    concepts = {label.casefold() for label in vocabulary.labels}
    return Scorecard(
        task="zero-shot",
        dataset=task.clips.info.name,
        dataset_revision=task.clips.info.revision,
        folds=_folds(task.clips),
        classes=task.classes,
        prompt_set=PROMPT_SET,
        n=len(task.clips),
        missing=len(task.clips.missing),
        bad=tuple(Path(name).name for name, _ in task.bad),
        data_hash=task.data_hash,
        mode=result.mode,
        value=result.value,
        accuracy=reached,
        dense_accuracy=ceiling,
        retention=reached / ceiling if ceiling else None,
        intervals=_intervals(task.truth, predicted, dense, seed),
        by_class=_by_class(task, predicted, dense),
        misses=_misses(task, predicted, dense),
        l0_mean=float(result.l0.mean()),
        cosine_mean=float(result.cosine.mean()),
        explained_variance=None if math.isnan(variance) else variance,
        empty=int(np.sum(result.l0 == 0)),
        not_converged=int(np.sum(result.status == "not-converged")),
        vocabulary=_identity(vocabulary),
        class_names_in_vocabulary=tuple(n for n in task.classes if n.casefold() in concepts),
        encoder={**task.encoder.to_dict(), "fingerprint": task.encoder.fingerprint},
        software=__version__,
    )


def _folds(clips: ClipSet) -> tuple[int | str, ...]:
    """The folds of the clips in the set's order; numbers as numbers, as cards always had them."""
    return tuple(
        int(fold) if fold.isdecimal() else fold for fold in clips.info.folds if fold in clips.folds
    )


def _identity(vocabulary: Vocabulary) -> dict[str, str | int]:
    return {
        "id": vocabulary.id,
        "version": vocabulary.version,
        "content_hash": vocabulary.content_hash,
        "size": len(vocabulary),
    }


def _intervals(truth: Classes, predicted: Classes, dense: Classes, seed: int) -> Intervals:
    right = (predicted == truth).astype(np.float64)
    dense_right = (dense == truth).astype(np.float64)
    columns = np.stack([right, dense_right, right - dense_right], axis=1)
    means = bootstrap_means(columns, np.random.default_rng(seed))
    return Intervals(LEVEL, RESAMPLES, seed, *means)


def _misses(task: ZeroShot, predicted: Classes, dense: Classes) -> tuple[Miss, ...]:
    def name(label: int) -> str | None:
        return task.classes[label] if label >= 0 else None

    return tuple(
        Miss(path.name, task.classes[truth], name(found), name(ceiling))
        for path, truth, found, ceiling in zip(
            task.clips.paths, task.truth.tolist(), predicted.tolist(), dense.tolist(), strict=True
        )
        if found != truth
    )


def _by_class(task: ZeroShot, predicted: Classes, dense: Classes) -> tuple[ClassScore, ...]:
    counts = np.bincount(task.truth)
    reached = class_accuracies(task.truth, predicted)
    ceiling = class_accuracies(task.truth, dense)
    return tuple(
        ClassScore(task.classes[label], int(counts[label]), reached[label], ceiling[label])
        for label in reached
    )
