"""Many small non-negative quadratic problems side by side, on a CPU or CUDA device alike.

Each is: minimise 1/2 w'Gw - t'w over w >= 0, where G (M, M) is the Gram matrix of the candidates
of one row and t (M,) their correlations with it, less the penalty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

_SWEEPS = 5


def sweep(gram: Tensor, target: Tensor, start: Tensor) -> Tensor:
    """A few sweeps of coordinate descent: lowers every objective, solves none to the end.

    Parameters
    ----------
    gram : (n, M, M)
    target, start : (n, M)

    Returns
    -------
    (n, M)
        At least zero, as ``start`` is.
    """
    import torch

    weights = start.T.contiguous()
    slope = torch.bmm(gram, start[:, :, None])[:, :, 0] - target
    of_atoms = list(zip(weights.unbind(0), slope.unbind(1), gram.unbind(1), strict=True))
    for _ in range(_SWEEPS):
        for weight, derivative, column in of_atoms:
            # The diagonal is so near to 1 that this step descends.
            step = torch.minimum(weight, derivative)
            weight.sub_(step)
            slope.addcmul_(column, step[:, None], value=-1)
    return weights.T.contiguous()


def descend(gram: Tensor, target: Tensor, start: Tensor) -> tuple[Tensor, Tensor]:
    """The minima, by active sets from ``start`` on, and Cholesky factors on their supports.

    A small multiple of ``||w - start||^2`` joins the objective, so that dependent atoms are no
    exception. Called again with the last answer, as the working set does, it vanishes.

    Parameters
    ----------
    gram : (n, M, M)
    target, start : (n, M)

    Returns
    -------
    weights : (n, M)
        At least zero.
    factor : (n, M, M)
        Of the Gram matrix with the multiple, on the support; identity elsewhere.

    Notes
    -----
    Lawson and Hanson, "Solving least squares problems" (1974), chapter 23, but for two things.
    All atoms that violate enter together: the descent direction lifts one of them at least. And
    the minimum on the support, cut off at zero, is taken where it lies lower than the first
    point on the way to it at which a weight is zero, as in Bertsekas, "Projected Newton methods"
    (1982), doi 10.1137/0320018. Every step descends, so that no support comes twice.
    """
    import torch

    n, m = target.shape
    single = gram.dtype == torch.float32
    # Above what rounding can take from the smallest eigenvalue of a Gram matrix.
    pull = 1.5e-7 * m if single else 1e-9
    violates = 1e-6 if single else 1e-13
    found = start.clone()
    # Kept by a problem that is not solved: with this factor, refinement takes no step.
    factors = torch.eye(m, dtype=gram.dtype, device=gram.device).mul(1e6).repeat(n, 1, 1)
    rows = torch.arange(n, device=gram.device)
    w, inside, target = start, start > 0, target + pull * start
    for _ in range(40 if single else 50 + 3 * m):
        factor, minimum = _solve_inside(gram, target, inside, pull)
        below = inside & (minimum < 0)
        settled = ~below.any(1, keepdim=True)
        w, slope, leaves = _step(gram, target, pull, w, minimum, below)
        enters = settled & ~inside & (slope > violates)
        inside = (inside & ~leaves) | enters
        left = ~settled[:, 0] | enters.any(1)
        found[rows], factors[rows[~left]] = w, factor[~left]
        if not bool(left.any()):
            break
        if not bool(left.all()):
            rows, w, inside = rows[left], w[left], inside[left]
            gram, target = gram[left], target[left]
    return found, factors


def _solve_inside(
    gram: Tensor, target: Tensor, inside: Tensor, pull: float
) -> tuple[Tensor, Tensor]:
    """Cholesky factors and minima on the inside; the outside is identity and zero."""
    import torch

    masked = gram * (inside[:, :, None] & inside[:, None, :])
    masked.diagonal(dim1=1, dim2=2).add_(inside.to(gram.dtype) * (pull - 1) + 1)
    factor = torch.linalg.cholesky_ex(masked).L
    minimum = torch.cholesky_solve((target * inside)[:, :, None], factor)[:, :, 0]
    return factor, minimum


def _step(
    gram: Tensor, target: Tensor, pull: float, w: Tensor, minimum: Tensor, below: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The lower of the two steps towards the minimum, the slopes there, and who is cut off."""
    import torch

    ratio = torch.where(below, w / (w - minimum), 1.0)
    reach = ratio.amin(1, keepdim=True)
    blocks = below & (ratio <= reach)
    careful = torch.where(blocks, 0.0, w + reach * (minimum - w)).clamp_(min=0)
    both = torch.stack([careful, minimum.clamp(min=0)], 2)
    slopes = target[:, :, None] - pull * both - torch.bmm(gram, both)
    # Twice the objective, below zero.
    depth = (both * (slopes + target[:, :, None])).sum(1)
    bold = (depth[:, 1] > depth[:, 0])[:, None]
    w = torch.where(bold, both[:, :, 1], careful)
    slope = torch.where(bold, slopes[:, :, 1], slopes[:, :, 0])
    return w, slope, torch.where(bold, below, blocks)
