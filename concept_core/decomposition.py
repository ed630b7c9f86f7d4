"""Decompose embeddings into few non-negative concepts, and say how good the answer is."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from concept_core.encoders.base import Encoder, FloatArray
from concept_core.errors import DataError, UsageError
from concept_core.prompts import prompt
from concept_core.solvers.validate import check_atoms, check_rows
from concept_core.vocabulary import Vocabulary

if TYPE_CHECKING:
    from concept_core.solvers.base import Array, Solver, Weights

GAP_TOLERANCE = 1e-6
"""The relative duality gap up to which a row of an l1 answer counts as converged."""


@dataclass(frozen=True, slots=True, eq=False)
class Decomposition:
    """Rows as sparse non-negative sums of atoms.

    Attributes
    ----------
    weights : (n, K) scipy.sparse.csr_array of float64, >= 0
    gap : (n,) float64
        Relative duality gap of each row's l1 objective; NaN in l0 mode.
    l0 : (n,) int64
        Weights above zero in each row.
    cosine : (n,) float64
        Of a row with its reconstruction; 0 where one of the two is zero.
    residual : (n,) float64
        Length of the row less its reconstruction.
    status : (n,) str
        ``zero``: no concept has a weight (a zero row, a penalty above every correlation);
        ``k-sparse``: an answer of the l0 mode, without certificate; ``converged`` or
        ``not-converged``: the gap is at most ``GAP_TOLERANCE``, or above it.
    mode : str
        ``l1`` or ``l0``.
    value : float
        The penalty, or the greatest number of concepts a row.
    atoms : (K, d) float64
        What the weights are weights of.
    """

    weights: Weights = field(repr=False)
    gap: Array = field(repr=False)
    l0: NDArray[np.int64] = field(repr=False)
    cosine: Array = field(repr=False)
    residual: Array = field(repr=False)
    status: NDArray[np.str_] = field(repr=False)
    mode: str
    value: float
    atoms: Array = field(repr=False)

    def reconstruct(self) -> Array:
        """The dense sums wD, (n, d) float64; their lengths are below those of the rows."""
        return np.asarray(self.weights @ self.atoms)

    def explained_variance(self, x: ArrayLike) -> float:
        """Share of the rows' variance that the reconstructions keep.

        ``1 - sum ||x - wD||^2 / sum ||x - mean||^2``: 1 is perfect, 0 is what the mean of the
        rows alone gives, below 0 is worse than that. NaN where the rows do not differ.

        Parameters
        ----------
        x : (n, d)
            The rows that were decomposed.

        Raises
        ------
        DataError
            If x has another shape than the reconstructions.
        """
        rows = check_rows(x, self.atoms.shape[1])
        if len(rows) != len(self.l0):
            raise DataError(
                f"x has {len(rows)} rows, the decomposition {len(self.l0)}; give the rows that"
                " were decomposed"
            )
        if not len(rows):
            return math.nan
        total = float(np.sum((rows - rows.mean(axis=0)) ** 2))
        # The mean of equal rows carries rounding: their spread is not exactly zero.
        if total <= 1e-20 * float(np.sum(rows**2)):
            return math.nan
        return 1.0 - float(np.sum((rows - self.reconstruct()) ** 2)) / total


def decompose(
    x: ArrayLike,
    atoms: ArrayLike,
    *,
    l1: float | None = None,
    l0: int | None = None,
    device: str = "cpu",
) -> Decomposition:
    """Write each row as a sparse non-negative sum of atoms, in one of two modes.

    Parameters
    ----------
    x : (n, d)
        Embeddings, n >= 0, finite.
    atoms : (K, d)
        Unit rows, K >= 1, finite.
    l1 : float, optional
        Penalty > 0: minimise ``1/2 ||x - wD||^2 + l1 sum(w)``, certified by a duality gap.
    l0 : int, optional
        Limit >= 1: at most this many concepts a row, by non-negative orthogonal matching
        pursuit with refit; no shrinkage and no certificate.
    device : str
        ``cpu``, or ``auto``, which is the same for now.

    Returns
    -------
    Decomposition

    Raises
    ------
    UsageError
        Not exactly one of l1 and l0; one out of range; another device.
    DataError
        NaN or infinite values, a wrong dimension, atoms that are not unit rows; the message
        names the row and column.

    Notes
    -----
    Source: arXiv 2504.14076, section on concept-based representations; ``concept_core.solvers``
    converts between the penalties of SpLiCE, the paper and scikit-learn.
    """
    solver = pick_solver(l1, l0, device)
    dictionary = check_atoms(atoms)
    rows = check_rows(x, dictionary.shape[1])
    solution = solver.solve(rows, dictionary)
    reconstruction = np.asarray(solution.weights @ dictionary)
    l0_of_rows = np.diff(solution.weights.indptr).astype(np.int64)
    in_l1_mode = np.where(solution.gap <= GAP_TOLERANCE, "converged", "not-converged")
    status = in_l1_mode if solver.mode == "l1" else np.full(len(rows), "k-sparse")
    # An empty answer is only "zero" if it is certified to be the answer.
    empty = (l0_of_rows == 0) & (status != "not-converged")
    return Decomposition(
        weights=solution.weights,
        gap=solution.gap,
        l0=l0_of_rows,
        cosine=_cosine(rows, reconstruction),
        residual=np.linalg.norm(rows - reconstruction, axis=1),
        status=np.where(empty, "zero", status),
        mode=solver.mode,
        value=solver.value,
        atoms=dictionary,
    )


def pick_solver(l1: float | None, l0: int | None, device: str = "cpu") -> Solver:
    """The solver of the asked mode."""
    from concept_core.solvers.k_sparse import KSparse
    from concept_core.solvers.lasso import Lasso

    if device not in ("cpu", "auto"):
        raise UsageError(f"device {device!r} is not supported; use 'cpu' or 'auto'")
    if l0 is not None and l1 is None:
        if not isinstance(l0, (int, np.integer)) or l0 < 1:
            raise UsageError(f"l0 is a whole number of concepts a row, 1 or more; got {l0!r}")
        return KSparse(int(l0))
    if l1 is not None and l0 is None:
        if not (math.isfinite(l1) and l1 > 0):
            raise UsageError(f"l1 is a penalty above 0, such as 0.1; got {l1!r}")
        return Lasso(float(l1))
    given = "both were" if l1 is not None else "neither was"
    raise UsageError(f"give exactly one of l1 (a penalty) and l0 (a limit); {given} given")


def _cosine(a: Array, b: Array) -> Array:
    """Cosine of each row of a with the same row of b; 0 where one of the two is zero."""
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    products = np.einsum("ij,ij->i", a, b)
    cosine = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    return np.asarray(np.clip(cosine, -1.0, 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class Dictionary:
    """The atoms of one vocabulary in the space of one encoder.

    Attributes
    ----------
    atoms : (K, d) float32, unit rows
    labels : tuple of K str
    vocabulary : str
        Content hash of the vocabulary.
    encoder : str
        Fingerprint of the encoder spec.
    """

    atoms: FloatArray = field(repr=False)
    labels: tuple[str, ...] = field(repr=False)
    vocabulary: str
    encoder: str

    @classmethod
    def build(cls, vocabulary: Vocabulary, encoder: Encoder) -> Dictionary:
        """Encode the labels of a vocabulary with the prompt set of the encoder's spec.

        Raises
        ------
        DataError
            If the vocabulary is empty, or an atom is not a finite unit row.
        """
        labels = tuple(vocabulary.labels)
        if not labels:
            raise DataError(f"vocabulary {vocabulary.id} has no concepts; nothing to encode")
        atoms = encoder.encode_text(prompt(labels, encoder.spec.prompt_set))
        check_atoms(atoms, labels)
        return cls(atoms, labels, vocabulary.content_hash, encoder.spec.fingerprint)
