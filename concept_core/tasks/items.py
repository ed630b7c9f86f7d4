"""What is scored: clips in one encoder's space, embedded once for all tasks and vocabularies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from concept_core.datasets import DATASETS, ClipSet, DatasetInfo, known_classes
from concept_core.datasets.base import CAPTIONS
from concept_core.encoders.base import Encoder, EncoderSpec, FloatArray
from concept_core.encoders.embeddings import EmbeddedClips, embed_clips
from concept_core.encoders.prompts import PROMPT_SETS, encode_labels
from concept_core.errors import DataError, UsageError
from concept_core.releases.specifiers import load_vocabulary
from concept_core.tasks.metrics import Classes, Targets

PROMPT_SET = "paper@1"
"""The prompt set of the paper: "This is a sound of {label}."."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Items:
    """The n clips of a task, and what a card says of them.

    Attributes
    ----------
    info : DatasetInfo
    names : tuple of n str
        File names.
    folds : tuple of n str
    missing : int
        Clips that the data set's table lists for the asked folds and the folder lacks.
    bad : tuple of (name, message)
        Clips that could not be embedded, and why.
    data_hash : str
        sha256 over the clips' own sha256 and what is said of them; of all clips that were
        embedded, those to train on among them.
    data_folds : tuple of str
        The folds of all these.
    encoder : EncoderSpec
    """

    info: DatasetInfo
    names: tuple[str, ...] = field(repr=False)
    folds: tuple[str, ...] = field(repr=False)
    missing: int
    bad: tuple[tuple[str, str], ...]
    data_hash: str
    data_folds: tuple[str, ...]
    encoder: EncoderSpec

    def __len__(self) -> int:
        return len(self.names)

    def take(self, places: NDArray[np.intp]) -> Items:
        """The clips at some places, in that order, as part of the same data."""
        return replace(
            self,
            names=tuple(self.names[place] for place in places),
            folds=tuple(self.folds[place] for place in places),
        )

    def fold_names(self) -> tuple[str, ...]:
        """The folds that occur, in the data set's order."""
        return tuple(fold for fold in self.info.folds if fold in self.folds)


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """Labelled clips and class prompts as embeddings.

    Attributes
    ----------
    items : Items
    x : (n, d) float32, unit rows
    classes : tuple of C str
        The names to choose among.
    prompts : dict of str to (C, d) float32
        Class prompts by prompt set, unit rows: ``PROMPT_SET``, and each other whose texts the
        encoder can embed.
    targets : (n, C) bool
        Which classes a clip has.
    labels : (n,) int64 or None
        Place of a clip's class in ``classes``; None for multi-label sets.
    """

    items: Items
    x: FloatArray = field(repr=False)
    classes: tuple[str, ...] = field(repr=False)
    prompts: dict[str, FloatArray] = field(repr=False)
    targets: Targets = field(repr=False)
    labels: Classes | None = field(repr=False)

    @property
    def class_atoms(self) -> FloatArray:
        """The class prompts of ``PROMPT_SET``."""
        return self.prompts[PROMPT_SET]

    @property
    def single_labels(self) -> Classes:
        """The labels.

        Raises
        ------
        UsageError
            The clips have any number of classes each.
        """
        if self.labels is None:
            raise UsageError(
                f"{self.items.info.name}: its clips have several classes each; this task asks for"
                " one class a clip"
            )
        return self.labels


def class_names(choice: str) -> tuple[str, ...]:
    """The names to choose among: those of a data set, or of a file with one a line.

    ``own`` gives none: the clips' own, which may come with them.

    Raises
    ------
    UsageError
        If the choice is none of them.
    """
    if choice == "own":
        return ()
    if choice in DATASETS:
        return known_classes(choice)
    if Path(choice).is_file():
        return tuple(load_vocabulary(choice).labels)
    raise UsageError(
        f"classes {choice!r}: neither 'own', a data set ({', '.join(DATASETS)}), nor a file with"
        " one class name a line"
    )


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
    embedded, good, items = embed_items(clips, encoder, skip_bad=skip_bad, progress=progress)
    targets = np.zeros((len(good), len(classes)), dtype=np.bool_)
    for label in occurring:
        targets[:, classes.index(own[label])] = good.targets[:, label]
    return Embedded(
        items=items,
        x=embedded.x,
        classes=tuple(classes),
        prompts=_prompts(encoder, classes),
        targets=targets,
        labels=None if good.labels is None else targets.argmax(axis=1).astype(np.int64),
    )


def embed_items(
    clips: ClipSet, encoder: Encoder, *, skip_bad: bool, progress: Progress | None
) -> tuple[EmbeddedClips, ClipSet, Items]:
    """Embeddings of clips, the clips that have one, and what a card says of them."""
    embedded = embed_clips(encoder, clips.paths, skip_bad=skip_bad, progress=progress)
    good = clips.take(np.array(embedded.kept, dtype=np.intp))
    items = Items(
        info=good.info,
        names=tuple(path.name for path in good.paths),
        folds=good.folds,
        missing=len(good.missing),
        bad=embedded.bad,
        data_hash=good.content_hash(),
        data_folds=tuple(fold for fold in good.info.folds if fold in good.folds),
        encoder=encoder.spec,
    )
    return embedded, good, items


def _prompts(encoder: Encoder, classes: Sequence[str]) -> dict[str, FloatArray]:
    found = {PROMPT_SET: encode_labels(encoder, classes, PROMPT_SET)}
    for name in PROMPT_SETS:
        try:
            found.setdefault(name, encode_labels(encoder, classes, name))
        except DataError:
            # Precomputed rows need not have every wording: the card says which sets were there.
            continue
    return found
