"""What a sweep is given, and what it finds."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from concept_core.encoders.base import FloatArray
from concept_core.tasks.metrics import Classes


@dataclass(frozen=True, slots=True, eq=False)
class SweepTask:
    """Clips that choose among class prompts, embedded once for all points.

    Attributes
    ----------
    x : (n, d) float32, unit rows, n >= 1
    truth : (n,) int64
        Place of each clip's class in ``classes``.
    classes : tuple of C str
    class_atoms : (C, d) float32, unit rows
    encoder : str
        Fingerprint of the encoder spec.
    about : dict
        JSON-ready: what the clips, the prompts and the encoder are.
    """

    x: FloatArray = field(repr=False)
    truth: Classes = field(repr=False)
    classes: tuple[str, ...] = field(repr=False)
    class_atoms: FloatArray = field(repr=False)
    encoder: str
    about: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """One vocabulary, one prefix of it, one sparsity.

    Attributes
    ----------
    vocabulary, content_hash : str
        Of the whole vocabulary.
    size : int
        Its first so many concepts.
    class_names : int
        How many of the class names are among them: the leak.
    mode, value : str, float
        ``l0`` or ``l1``, and the limit or penalty.
    l0_mean : float
    accuracy : float
        On reconstructions.
    low, high : float
        The bootstrap interval of the accuracy.
    retention : float or None
        Accuracy over dense accuracy; None where that is zero.
    cosine, centred_cosine, explained_variance : float, float or None, float or None
        See ``concept_core.measures.fidelity``.
    empty, not_converged : int
        Clips without a concept (they count as wrong); l1 rows above the gap tolerance.
    """

    vocabulary: str
    content_hash: str
    size: int
    class_names: int
    mode: str
    value: float
    l0_mean: float
    accuracy: float
    low: float
    high: float
    retention: float | None
    cosine: float
    centred_cosine: float | None
    explained_variance: float | None
    empty: int
    not_converged: int


@dataclass(frozen=True, slots=True)
class SweepArea:
    """Areas under the curves of one prefix against l0 (``concept_core.measures.area``).

    In l0 mode over the limits, which are the same for all; in l1 mode over the mean l0 that all
    curves of the sweep reach, between ``low`` and ``high``. A value is None where its curve is.
    """

    vocabulary: str
    size: int
    low: float
    high: float
    accuracy: float
    centred_cosine: float | None
    explained_variance: float | None


@dataclass(frozen=True, slots=True)
class Sweep:
    """All points, and what stands beside them. Equal runs, equal sweeps.

    Attributes
    ----------
    about : dict
        That of the task, with the bootstrap and the software.
    n : int
    dense_accuracy : float
        On the embeddings themselves; its interval is ``dense_low``, ``dense_high``.
    mean_only_accuracy, mean_only_cosine : float
        Of the mean of the embeddings in every clip's place: what knows no clip.
    points : tuple of SweepPoint
        Vocabularies as they were given, then sizes and sparsities in rising order.
    areas : tuple of SweepArea
        Empty where l1 curves have no l0 in common.
    """

    about: dict[str, Any]
    n: int
    dense_accuracy: float
    dense_low: float
    dense_high: float
    mean_only_accuracy: float
    mean_only_cosine: float
    points: tuple[SweepPoint, ...]
    areas: tuple[SweepArea, ...]

    def to_dict(self) -> dict[str, Any]:
        """The sweep as JSON-ready values."""
        return asdict(self)
