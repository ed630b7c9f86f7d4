"""Scorecards: one vocabulary's figures on one task, with everything that they depend on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from concept_core.files import pretty_json

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Intervals:
    """Percentile bootstrap over clips, the same resamples for all three.

    ``difference`` is accuracy less dense accuracy, paired by clip.
    """

    level: float
    resamples: int
    seed: int
    accuracy: Interval
    dense_accuracy: Interval
    difference: Interval


@dataclass(frozen=True, slots=True)
class ClassScore:
    """One class: how many clips, and the share of them that is recognised."""

    name: str
    n: int
    accuracy: float
    dense_accuracy: float


@dataclass(frozen=True, slots=True)
class Miss:
    """A clip whose reconstruction is nearest to another class, or has no concept (predicted None).

    ``dense`` is what the dense embedding is nearest to.
    """

    clip: str
    truth: str
    predicted: str | None
    dense: str | None


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What a vocabulary kept of a task. It holds no time and no path: equal runs, equal cards.

    Attributes
    ----------
    task : str
    dataset, dataset_revision : str
        As ``--dataset`` takes it, and what its authors call the edition.
    folds : tuple of int or str
        The folds that were scored; numbers where their names are numbers.
    classes : tuple of str
        The names that the clips chose among.
    prompt_set : str
        From class name to text.
    n : int
        Clips scored.
    missing : int
        Clips that the data set's table lists for the asked folds and the folder lacks.
    bad : tuple of str
        File names of clips that could not be embedded; not scored.
    data_hash : str
        sha256 over the scored clips' own sha256 and class names.
    mode, value : str, float
        ``l0`` or ``l1``, and the limit or penalty.
    accuracy, dense_accuracy : float
        On reconstructions, and on the embeddings themselves.
    retention : float or None
        Their ratio; None where dense accuracy is zero.
    intervals : Intervals
    by_class : tuple of ClassScore
        Classes that occur, in the order of ``classes``.
    misses : tuple of Miss
        Every clip that is not recognised, by file name.
    l0_mean, cosine_mean : float
        Over clips; the cosine of an embedding with its reconstruction.
    explained_variance : float or None
        Against the mean-only baseline; None where the clips do not differ.
    empty, not_converged : int
        Clips with no concept (they count as wrong); l1 rows above the gap tolerance.
    vocabulary : dict
        Id, version, content hash, size.
    class_names_in_vocabulary : tuple of str
        Class names that are concepts, case ignored: the leak.
    encoder : dict
        The encoder spec and its fingerprint.
    software : str
        Version of sonolex.
    """

    task: str
    dataset: str
    dataset_revision: str
    folds: tuple[int | str, ...]
    classes: tuple[str, ...]
    prompt_set: str
    n: int
    missing: int
    bad: tuple[str, ...]
    data_hash: str
    mode: str
    value: float
    accuracy: float
    dense_accuracy: float
    retention: float | None
    intervals: Intervals
    by_class: tuple[ClassScore, ...]
    misses: tuple[Miss, ...]
    l0_mean: float
    cosine_mean: float
    explained_variance: float | None
    empty: int
    not_converged: int
    vocabulary: dict[str, Any]
    class_names_in_vocabulary: tuple[str, ...]
    encoder: dict[str, Any]
    software: str

    def to_dict(self) -> dict[str, Any]:
        """The card as JSON-ready values."""
        return asdict(self)

    def to_json(self) -> str:
        """The card as canonical, readable JSON: sorted keys, a final newline."""
        return pretty_json(self.to_dict())
