"""Other people's solvers, and ours, behind one method: rows and a penalty in, weights out.

Each holds what depends on the dictionary alone and is not timed, as ours does: SPAMS its Gram
matrix, the others the design matrix in the order that they read fastest. All work in float32,
in which each is fastest.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from benchmarks.problems import Float32
from concept_core.solvers.k_sparse import KSparse
from concept_core.solvers.working_set import WorkingSet

if TYPE_CHECKING:
    from concept_core.solvers.base import Prepared, Solution, Weights

TOLERANCE = 1e-6
"""What SpLiCE runs scikit-learn with."""

# Enough for every point, so that the tolerance decides and not the limit.
_SWEEPS = 20_000


class Peer(Protocol):
    """A solver with the dictionary that it has made ready."""

    def solve(self, x: Float32, l1: float) -> Weights:
        """Weights (n, K) for rows x (n, d): ``1/2 ||x - wD||^2 + l1 sum(w)``, w >= 0."""
        ...


class Gemm:
    """The floor: all correlations x D^T in one float32 product, into memory that is there."""

    def __init__(self, atoms: Float32, rows: int) -> None:
        self._atoms = atoms
        self.out = np.zeros((rows, len(atoms)), np.float32)

    def __call__(self, x: Float32) -> None:
        """The product; no answer."""
        np.dot(x, self._atoms.T, out=self.out[: len(x)])


@dataclass(frozen=True, slots=True, eq=False)
class Ours:
    """One of this project's solvers, prepared once: the penalty alone changes."""

    prepared: Any

    def solve(self, x: Float32, l1: float) -> Weights:
        """See the protocol."""
        solver: Prepared = replace(self.prepared, l1=l1)
        return solver.solve(x).weights

    def on(self, threads: int) -> Ours:
        """The same on so many worker threads."""
        return Ours(replace(self.prepared, threads=threads))


def working_set(atoms: Float32) -> Ours:
    """The certified working set on numba."""
    return Ours(WorkingSet(1.0).prepare(atoms.astype(np.float64)))


def working_set_torch(atoms: Float32) -> Ours:
    """The certified working set on torch, on the CPU."""
    from concept_core.solvers.working_set_torch import WorkingSetTorch

    return Ours(WorkingSetTorch(1.0, "cpu").prepare(atoms.astype(np.float64)))


def pursuit(atoms: Float32) -> Callable[[Float32, int], Solution]:
    """The pursuit of the l0 mode: from rows and a limit to the answer."""
    prepared = KSparse(1).prepare(atoms.astype(np.float64))
    return lambda x, limit: replace(prepared, l0=limit).solve(x)


class Estimator:
    """scikit-learn's Lasso, or one with its interface: one row at a time, as SpLiCE runs it."""

    def __init__(self, atoms: Float32, estimator: Callable[..., Any]) -> None:
        self._design = np.asfortranarray(atoms.T)
        self._estimator = estimator

    def solve(self, x: Float32, l1: float) -> Weights:
        """See the protocol."""
        from scipy.sparse import csr_array

        model = self._estimator(
            alpha=l1 / len(self._design),
            positive=True,
            fit_intercept=False,
            tol=TOLERANCE,
            max_iter=_SWEEPS,
        )
        with warnings.catch_warnings():
            # A row that does not converge is told by its gap.
            warnings.simplefilter("ignore")
            rows = [model.fit(self._design, row).coef_.astype(np.float64) for row in x]
        return csr_array(np.stack(rows))


def sklearn_lasso(atoms: Float32) -> Estimator:
    """scikit-learn's Lasso(positive=True)."""
    from sklearn.linear_model import Lasso

    return Estimator(atoms, Lasso)


def celer_lasso(atoms: Float32) -> Estimator:
    """celer's Lasso (Massias, Gramfort, Salmon: ICML 2018)."""
    from celer import Lasso

    return Estimator(atoms, Lasso)


def skglm_lasso(atoms: Float32) -> Estimator:
    """skglm's Lasso (Bertrand et al.: NeurIPS 2022)."""
    from skglm import Lasso

    return Estimator(atoms, Lasso)


class Spams:
    """SPAMS' lasso: LARS in C++ (Mairal et al.: ICML 2009), all rows in one call."""

    def __init__(self, atoms: Float32) -> None:
        self._atoms = atoms
        self._gram = np.asfortranarray(atoms @ atoms.T)

    def solve(self, x: Float32, l1: float) -> Weights:
        """See the protocol."""
        import spams
        import torch
        from scipy.sparse import csr_array

        # Mode 2 is the problem of the protocol; measure.limited() says how many cores it gets.
        found = spams.lasso(
            np.asfortranarray(x.T),
            Q=self._gram,
            q=np.asfortranarray(self._atoms @ x.T),
            lambda1=l1,
            mode=2,
            pos=True,
            numThreads=torch.get_num_threads(),
        )
        return csr_array(found.T.astype(np.float64))


INSTALLABLE: dict[str, tuple[str, Callable[[Float32], Peer]]] = {
    "scikit-learn": ("sklearn", sklearn_lasso),
    "SPAMS": ("spams", Spams),
    "celer": ("celer", celer_lasso),
    "skglm": ("skglm", skglm_lasso),
}
"""Peers by name: the module that must be there, and how to make one."""


def installed(name: str) -> bool:
    """Whether a peer's module is there."""
    return find_spec(INSTALLABLE[name][0]) is not None
