"""Decompose embeddings into few non-negative concepts, and say how good the answer is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from concept_core.decomposition.dictionary import Dictionary, as_dictionary
from concept_core.encoders.remainders import warn_of_remainders
from concept_core.errors import DataError
from concept_core.parallel import BLOCK, blocks, cores, run_blocks
from concept_core.solvers.base import GAP_TOLERANCE
from concept_core.solvers.validate import check_rows
from concept_core.values import DataFrame, frame, html_table

if TYPE_CHECKING:
    from concept_core.solvers.base import Array, Rows, Solution, Solver, Weights


@dataclass(frozen=True, slots=True, eq=False, repr=False)
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
    atoms : (K, d) float64, read-only
        What the weights are weights of.
    labels : tuple of K str
        What the atoms are called; empty of plain atoms.
    """

    weights: Weights
    gap: Array
    l0: NDArray[np.int64]
    cosine: Array
    residual: Array
    status: NDArray[np.str_]
    mode: str
    value: float
    atoms: Array
    labels: tuple[str, ...] = ()

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
        mean = rows.mean(axis=0, dtype=np.float64)
        total = lost = squares = 0.0
        # In blocks: a hundred thousand rows and as many reconstructions are gigabytes.
        for block in blocks(len(rows)):
            part = rows[block].astype(np.float64)
            total += float(np.sum((part - mean) ** 2))
            lost += float(np.sum((part - self.weights[block] @ self.atoms) ** 2))
            squares += float(np.sum(part**2))
        # The mean of equal rows carries rounding: their spread is not exactly zero.
        if total <= 1e-20 * squares:
            return math.nan
        return 1.0 - lost / total

    def to_frame(self, labels: Sequence[str] | None = None) -> DataFrame:
        """One row a weight: row, concept, weight. Needs pandas.

        Parameters
        ----------
        labels : sequence of K str, optional
            What to call the atoms; by default the dictionary's labels, or their places.
        """
        weights = self.weights.tocoo()
        names = self.labels if labels is None else labels
        concepts = [names[int(place)] for place in weights.col] if len(names) else weights.col
        return frame({"row": weights.row, "concept": concepts, "weight": weights.data})

    def __repr__(self) -> str:
        rows, atoms = self.weights.shape
        means = f", mean l0 {self.l0.mean():.1f}, mean cosine {self.cosine.mean():.3f}"
        return (
            f"Decomposition({rows:,} rows over {atoms:,} atoms, {self.mode} {self.value:g}"
            f"{means if rows else ''})"
        )

    def _repr_html_(self) -> str:
        """What a notebook shows: how good the answer is, and the weights."""
        from html import escape

        return f"<p>{escape(repr(self))}</p>{html_table(self.to_frame())}"


def decompose(
    x: ArrayLike,
    atoms: ArrayLike | Dictionary,
    *,
    l1: float | None = None,
    l0: int | None = None,
    device: str = "auto",
    solver: str = "auto",
) -> Decomposition:
    """Write each row as a sparse non-negative sum of atoms, in one of two modes.

    Parameters
    ----------
    x : (n, d)
        Embeddings, n >= 0, finite.
    atoms : Dictionary or (K, d)
        A dictionary, or plain unit rows, K >= 1, finite.
    l1 : float, optional
        Penalty > 0: minimise ``1/2 ||x - wD||^2 + l1 sum(w)``, certified by a duality gap.
    l0 : int, optional
        Limit >= 1: at most this many concepts a row, by non-negative orthogonal matching
        pursuit with refit; no shrinkage and no certificate.
    device : str
        ``auto``, ``cpu`` or ``cuda``: where ``working_set_torch`` runs; the others know the CPU.
    solver : str
        ``auto``, or a name of ``concept_core.solvers.registry``.

    Raises
    ------
    UsageError
        Not exactly one of l1 and l0; one out of range; an unknown solver or device.
    MissingError
        Device ``cuda`` on a machine without one.
    DataError
        NaN or infinite values, a wrong dimension, atoms that are not unit rows; the message
        names the row and column.

    Warns
    -----
    CentringWarning
        The rows or the dictionary's labels are of a CLAP and are not centred, or by other means.

    Notes
    -----
    Source: arXiv 2504.14076, section on concept-based representations; ``concept_core.solvers``
    converts between the penalties of SpLiCE, the paper and scikit-learn.
    """
    dictionary = as_dictionary(atoms)
    rows = check_rows(x, dictionary.rows.shape[1])
    warn_of_remainders(rows, dictionary.remainder, dictionary.encoder_name)
    chosen = dictionary.pick(l1=l1, l0=l0, solver=solver, device=device, rows=len(rows))
    return judge(dictionary.solve(rows, chosen), rows, dictionary, chosen)


def judge(solution: Solution, x: Rows, dictionary: Dictionary, solver: Solver) -> Decomposition:
    """A solver's answer with all that says how good it is, row by row.

    Parameters
    ----------
    solution : Solution
        What ``solver`` answered for x and the dictionary.
    x : (n, d), finite
    dictionary : Dictionary
    solver : Solver
    """
    n, atoms = len(x), dictionary.rows
    l0_of_rows = np.diff(solution.weights.indptr).astype(np.int64)
    in_l1_mode = np.where(solution.gap <= GAP_TOLERANCE, "converged", "not-converged")
    status = in_l1_mode if solver.mode == "l1" else np.full(n, "k-sparse")
    # An empty answer is only "zero" if it is certified to be the answer.
    empty = (l0_of_rows == 0) & (status != "not-converged")
    cosine, residual = np.empty(n), np.empty(n)

    def compare(block: slice) -> None:
        part = x[block].astype(np.float64)
        reconstruction = np.asarray(solution.weights[block] @ atoms)
        cosine[block] = _cosine(part, reconstruction)
        residual[block] = np.linalg.norm(part - reconstruction, axis=1)

    if n > BLOCK:
        run_blocks(n, cores(), compare)
    elif n:
        compare(slice(0, n))  # setting up threads would take longer
    return Decomposition(
        weights=solution.weights,
        gap=solution.gap,
        l0=l0_of_rows,
        cosine=cosine,
        residual=residual,
        status=np.where(empty, "zero", status),
        mode=solver.mode,
        value=solver.value,
        atoms=dictionary.shown_rows,
        labels=dictionary.labels if dictionary.vocabulary else (),
    )


def _cosine(a: Array, b: Array) -> Array:
    """Cosine of each row of a with the same row of b; 0 where one of the two is zero."""
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    products = np.einsum("ij,ij->i", a, b)
    cosine = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    return np.asarray(np.clip(cosine, -1.0, 1.0))
