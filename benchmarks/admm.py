"""The alternating direction method of multipliers, as SpLiCE runs it."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.problems import Float32

if TYPE_CHECKING:
    from torch import Tensor

    from concept_core.solvers.base import Weights

RHO = 5.0
ITERATIONS = 2_000
TOLERANCE = 1e-6
"""SpLiCE's defaults."""

BATCH = 512
"""SpLiCE's default: one factor serves as many rows, and the slowest says when all are done."""


class Admm:
    """The ADMM for the lasso, with the constraint, as SpLiCE runs it.

    In SpLiCE's penalty (lambda = 2 l1) and with C = D, of K rows, the iterates of a batch are ::

        x <- (2 CC' + rho I)^-1 (2 C v + rho (z - u))
        z <- max(0, x + u - lambda / rho)
        u <- u + x - z

    from a random start, until the norms of x - z and of rho times the change of z are under the
    tolerance for every row of the batch. One Cholesky factor serves a batch.

    Source: Boyd, Parikh, Chu, Peleato, Eckstein: "Distributed optimization and statistical
    learning via the alternating direction method of multipliers" (2011), section 6.4.
    """

    def __init__(self, atoms: Float32, *, short: bool = False) -> None:
        """With ``short`` the inverse is applied by the matrix inversion lemma, from a factor of
        (d, d): the same iterates up to rounding, several times cheaper than what SpLiCE does.
        """
        import torch

        self._atoms = torch.from_numpy(atoms)
        self.iterations = 0
        start = time.perf_counter()
        c = self._atoms.T if short else self._atoms
        system = 2 * c @ c.T
        system.diagonal().add_(RHO)
        factor = torch.linalg.cholesky(system)
        self.factor_seconds = time.perf_counter() - start

        def apply(right: Tensor) -> Tensor:
            if not short:
                return torch.cholesky_solve(right, factor)
            inner = torch.cholesky_solve(self._atoms.T @ right, factor)
            return (right - 2 * (self._atoms @ inner)) / RHO

        self._apply = apply

    def solve(self, x: Float32, l1: float, iterations: int = ITERATIONS) -> Weights:
        """Weights (n, K) of one batch; ``self.iterations`` tells how many it took."""
        from scipy.sparse import csr_array

        steps = self.steps(x, l1)
        for done in range(1, iterations + 1):
            self.iterations = done
            z, residual = next(steps)
            if residual.max() < TOLERANCE:
                break
        return csr_array(z.T.numpy().astype(np.float64))

    def count(self, x: Float32, l1: float, batch: int) -> float:
        """How many iterations a batch takes, as the mean of several: those of its slowest row.

        A row that was there once is left out from then on, to save time. The rule itself waits
        until all rows are there at once, which can only take longer.
        """
        steps = self.steps(x, l1)
        taken, left = np.full(len(x), ITERATIONS), np.arange(len(x))
        _, residual = next(steps)
        for done in range(1, ITERATIONS):
            open_ = residual >= TOLERANCE
            taken[left[~open_.numpy()]] = done
            left = left[open_.numpy()]
            if not len(left):
                break
            _, residual = steps.send(None if bool(open_.all()) else open_)
        return float(np.mean([taken[i : i + batch].max() for i in range(0, len(x), batch)]))

    def steps(self, x: Float32, l1: float) -> Generator[tuple[Tensor, Tensor], Tensor | None, None]:
        """Step by step: weights (K, n) and residuals (n,); rows sent as false are left out."""
        import torch

        generator = torch.Generator().manual_seed(0)
        shape = len(self._atoms), len(x)
        z = torch.randn(shape, generator=generator)
        u = torch.randn(shape, generator=generator)
        target = 2 * self._atoms @ torch.from_numpy(x).T
        while True:
            w = self._apply(torch.sub(z, u).mul_(RHO).add_(target))
            before, z = z, (w + u).sub_(2 * l1 / RHO).clamp_(min=0)
            apart = w.sub_(z)
            u += apart
            # norm(dim=0) is ten times as slow.
            primal = apart.square_().sum(0).sqrt_()
            dual = before.sub_(z).square_().sum(0).sqrt_() * RHO
            keep = yield z, torch.maximum(primal, dual)
            if keep is not None:
                z, u, target = z[:, keep], u[:, keep], target[:, keep]
