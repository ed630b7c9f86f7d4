"""What is scored: clips in one encoder's space, embedded once for all tasks and vocabularies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from concept_core.datasets import DATASETS, DatasetInfo, known_classes
from concept_core.datasets.base import check_folds
from concept_core.encoders.base import EncoderSpec, FloatArray
from concept_core.errors import UsageError
from concept_core.releases.label_files import read_labels
from concept_core.tasks.metrics import Classes, Targets

PROMPT_SET = "paper@1"
"""The prompt set of the paper: "This is a sound of {label}."."""


@dataclass(frozen=True, slots=True)
class Items:
    """The n clips of a task, and what a card says of them.

    Attributes
    ----------
    info : DatasetInfo
    names : tuple of n str
        File names; of arrays in memory what they were called, or ``row 0`` and so on.
    folds : tuple of n str
    missing : int
        Clips that the data set's table lists for the asked folds and the folder lacks.
    bad : tuple of (name, message)
        Clips that could not be embedded, and why.
    data_hash : str
        sha256 over the clips' own sha256 and what is said of them (see
        ``ClipSet.content_hash``); of all clips that were embedded, those to train on among them.
    data_folds : tuple of str
        The folds of all these.
    encoder : EncoderSpec
    missing_names : tuple of str
        The missing clips, by file name.
    recordings : tuple of n str
        The recording that each clip is from; empty where that is not known, and each clip counts
        as one of its own.
    """

    info: DatasetInfo
    names: tuple[str, ...] = field(repr=False)
    folds: tuple[str, ...] = field(repr=False)
    missing: int
    bad: tuple[tuple[str, str], ...]
    data_hash: str
    data_folds: tuple[str, ...]
    encoder: EncoderSpec
    missing_names: tuple[str, ...] = field(default=(), repr=False)
    recordings: tuple[str, ...] = field(default=(), repr=False)

    def __len__(self) -> int:
        return len(self.names)

    def take(self, places: NDArray[np.intp]) -> Items:
        """The clips at some places, in that order, as part of the same data."""
        return replace(
            self,
            names=tuple(self.names[place] for place in places),
            folds=tuple(self.folds[place] for place in places),
            recordings=(
                tuple(self.recordings[place] for place in places) if self.recordings else ()
            ),
        )

    @property
    def units(self) -> NDArray[np.intp]:
        """The number of each clip's recording, (n,), from 0: what is resampled together."""
        if not self.recordings:
            return np.arange(len(self))
        numbers = {name: place for place, name in enumerate(dict.fromkeys(self.recordings))}
        return np.array([numbers[name] for name in self.recordings], dtype=np.intp)

    @property
    def resampled_by(self) -> str:
        """``recording`` where it is known which one each clip is from, else ``clip``."""
        return "recording" if self.recordings else "clip"

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

    def take(self, places: NDArray[np.intp]) -> Embedded:
        """The clips at some places, in that order."""
        return replace(
            self,
            items=self.items.take(places),
            x=self.x[places],
            targets=self.targets[places],
            labels=None if self.labels is None else self.labels[places],
        )

    def of_folds(self, folds: Iterable[str | int]) -> Embedded:
        """The clips of some folds, as part of the same data.

        Raises
        ------
        UsageError
            A fold that no clip of the data set can be in.
        """
        asked = check_folds(self.items.info, folds)
        return self.take(np.flatnonzero([fold in asked for fold in self.items.folds]))

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


@dataclass(frozen=True, slots=True, eq=False)
class Captioned:
    """Clips and their captions as embeddings.

    Attributes
    ----------
    items : Items
    x : (n, d) float32, unit rows
        The clips; of captions alone the first caption of each clip, which stands for it.
    texts : tuple of n tuples of str
        The captions of each clip, at least one.
    captions : (m, d) float32, unit rows
        All of them, clip by clip.
    heard : bool
        Whether the rows of x are sounds.
    """

    items: Items
    x: FloatArray = field(repr=False)
    texts: tuple[tuple[str, ...], ...] = field(repr=False)
    captions: FloatArray = field(repr=False)
    heard: bool = True


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
        return tuple(label for label, _ in read_labels(Path(choice)))
    raise UsageError(
        f"classes {choice!r}: neither 'own', a data set ({', '.join(DATASETS)}), nor a file with"
        " one class name a line"
    )
