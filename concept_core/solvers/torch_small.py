"""Many small non-negative quadratic problems side by side, on a CPU or CUDA device alike.

Each is: minimise 1/2 w'Gw - t'w over w >= 0, where G (M, M) is the Gram matrix of the candidates
of one row and t (M,) their correlations with it, less the penalty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

_PATIENCE = 3
"""Exchanges of the whole wrong set that may fail to shrink it, before single ones."""

_EXCHANGES = 60
"""Exchanges after which a problem is left as it is: the certificate tells."""


def sweep(gram: Tensor, target: Tensor, weights: Tensor, sweeps: int) -> Tensor:
    """Cyclic coordinate descent from the given weights: lowers every objective, solves none.

    Parameters
    ----------
    gram : (n, M, M)
    target, weights : (n, M)
    sweeps : int

    Returns
    -------
    (n, M)
    """
    import torch

    columns = gram.unbind(1)
    found = weights.T.contiguous()
    slope = torch.bmm(gram, weights[:, :, None])[:, :, 0] - target
    weight_of, slope_of = found.unbind(0), slope.unbind(1)
    for _ in range(sweeps):
        for weight, derivative, column in zip(weight_of, slope_of, columns, strict=True):
            # The diagonal is near enough to 1 for a step to descend.
            step = torch.minimum(weight, derivative)
            weight.sub_(step)
            slope.addcmul_(column, step[:, None], value=-1)
    return found.T.contiguous()


def exchange(gram: Tensor, target: Tensor, start: Tensor) -> tuple[Tensor, Tensor]:
    """The minima near ``start``, by block principal pivoting, and their Cholesky factors.

    A small multiple of ``||w - start||^2`` joins the objective, so that dependent atoms are
    no exception. Repeated from the last answer, as the working set does, its pull vanishes.

    Parameters
    ----------
    gram : (n, M, M)
    target, start : (n, M)

    Returns
    -------
    weights : (n, M)
        At least zero.
    factor : (n, M, M)
        Of the Gram matrix of the support and the pull; identity elsewhere.

    Notes
    -----
    Kim and Park, "Fast nonnegative matrix factorization: an active-set-like method and
    comparisons" (2011), doi 10.1137/110821172, algorithm 1 with the backup rule of section 3.
    """
    import torch

    n, m = target.shape
    single = gram.dtype == torch.float32
    # Above what rounding can take from the smallest eigenvalue of a Gram matrix.
    pull = 1.5e-7 * m if single else 1e-9
    violates = 1e-6 if single else 1e-13
    weights, factors = torch.zeros_like(start), gram.new_empty(n, m, m)
    rows = torch.arange(n, device=gram.device)
    inside, pulled = start > 0, target + pull * start
    fewest = torch.full_like(rows, m + 1)
    patience = torch.zeros_like(rows)
    for turn in range(_EXCHANGES):
        factor, found = _solve_inside(gram, pulled, inside, pull)
        slope = pulled - pull * found - torch.bmm(gram, found[:, :, None])[:, :, 0]
        wrong = torch.where(inside, found < 0, slope > violates)
        count = wrong.sum(1)
        left = count > 0
        ends = ~left if turn + 1 < _EXCHANGES else torch.ones_like(left)
        weights[rows[ends]] = found[ends].clamp(min=0)
        factors[rows[ends]] = factor[ends]
        if bool(ends.all()):
            break
        patience = torch.where(count < fewest, _PATIENCE, patience - 1)
        fewest = torch.minimum(fewest, count)
        # The backup rule: only the last one that is wrong, which cannot go round in circles.
        last = wrong & (wrong.flip(1).cumsum(1).flip(1) == 1)
        inside = inside ^ torch.where((patience < 0)[:, None], last, wrong)
        if not bool(left.all()):
            rows, gram, pulled, inside = rows[left], gram[left], pulled[left], inside[left]
            fewest, patience = fewest[left], patience[left]
    return weights, factors


def _solve_inside(
    gram: Tensor, target: Tensor, inside: Tensor, pull: float
) -> tuple[Tensor, Tensor]:
    """Cholesky factors and solutions on the inside; the outside is identity and zero."""
    import torch

    masked = gram * (inside[:, :, None] & inside[:, None, :])
    diagonal = masked.diagonal(dim1=1, dim2=2)
    diagonal.add_(inside.to(gram.dtype) * (pull - 1) + 1)
    factor = torch.linalg.cholesky_ex(masked).L
    found = torch.cholesky_solve((target * inside)[:, :, None], factor)[:, :, 0]
    return factor, found
