"""Supports of many rows at once on a device: candidates, refinement, certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from concept_core.solvers.torch_atoms import Atoms, slices

if TYPE_CHECKING:
    import torch
    from torch import Tensor

_PASSES = 3
"""Refinements of the weights, at most: one or two, unless atoms are nearly dependent."""

EXACT = 1e-11
"""How near to l1 refinement brings the correlations of the support; rows have length 1."""


class Supports(NamedTuple):
    """Supports of n rows, filled up with the zero atom at weight 0."""

    atom: Tensor  # (n, S), sorted
    weight: Tensor  # (n, S) float64, >= 0
    residual: Tensor  # (n, d) float64, x - wD
    error: Tensor  # (n, S) float64, correlations with the residual less l1; 0 at weight 0


def candidates(c: Tensor, index: Tensor, weight: Tensor, m: int) -> tuple[Tensor, Tensor, Tensor]:
    """The atoms of supports (n, S), and those that correlate most with the residuals: m each.

    Returns them, their weights (n, m), and the lowest correlation of one that is no member (n,),
    above 1 where there is none. Overwrites the correlations c (n, K + 1).
    """
    import torch

    width = index.shape[1]
    # Above every correlation, and telling a member's place.
    first = 3
    scores = torch.arange(first, first + width, device=c.device, dtype=c.dtype)
    c.scatter_(1, index, scores.expand(index.shape))
    c[:, -1] = -1.0
    score, found = c.topk(m)
    place = (score.long() - first).clamp(0, width - 1)
    return found, torch.where(score >= first, weight.gather(1, place), 0.0), score[:, -1]


def compact(index: Tensor, weight: Tensor, padding: int) -> tuple[Tensor, Tensor, Tensor]:
    """Of candidates (n, M) those with weights, sorted: atoms (n, S), weights, places among M."""
    import torch

    width = max(int((weight > 0).sum(1).max()), 1)
    atoms, place = torch.where(weight > 0, index, padding).sort(1)
    place = place[:, :width].contiguous()
    return atoms[:, :width].contiguous(), weight.gather(1, place), place


def refine(
    atoms: Atoms, x: Tensor, l1: Tensor, index: Tensor, weight: Tensor, factor: Tensor
) -> Supports:
    """Weights (n, M) to float64 accuracy on their supports, by the factors of the Gram matrices.

    A row whose weights would fall below zero keeps those that it has; its errors tell.
    """
    import torch

    # Where l1 is small, so that the gap is no larger for it.
    near = EXACT * (10 * l1[:, None]).clamp(max=1.0)
    support, start, place = compact(index, weight, atoms.padding)
    w = start.double()
    for turn in range(_PASSES + 1):
        residual = atoms.residual(x, support, w)
        error = atoms.correlations(support, residual) - l1[:, None]
        error = torch.where(w > 0, error, 0.0)
        if turn == _PASSES or bool((error.abs() <= near).all()):
            break
        right = torch.zeros_like(weight).scatter_(1, place, error.to(weight.dtype))
        step = torch.cholesky_solve(right[:, :, None], factor)[:, :, 0].gather(1, place)
        fits = (w + step >= 0).all(1, keepdim=True)
        w = w + torch.where(fits & (w > 0), step, 0.0)
    return Supports(support, w, residual, error)


def certify(
    atoms: Atoms, x: Tensor, l1: Tensor, found: Supports, dtype: torch.dtype
) -> tuple[Tensor, Tensor]:
    """Relative duality gaps (n,) float64, and the correlations (n, K + 1) of the residuals.

    The correlations of all atoms come in ``dtype``. Those so near to l1 that their rounding
    counts are computed again in float64; to those above, the bound on it is added. So a gap is
    never told smaller than it is.
    """
    import torch

    c = found.residual.to(dtype) @ atoms.of(dtype).T
    c.scatter_(1, found.atom, -1.0)
    c[:, -1] = -1.0
    window = 2e-6 if dtype == torch.float32 else 1e-13
    top = c.amax(1).double()
    best = torch.where(top > l1 + window, top + window, l1)
    best = torch.maximum(best, found.error.amax(1) + l1)
    doubtful = ((top - l1).abs() <= window).nonzero()[:, 0]
    near = (c[doubtful] > (l1[doubtful] - window)[:, None]).nonzero()
    for part in slices(len(near), x.shape[1] * x.itemsize):
        row = doubtful[near[part, 0]]
        value = (atoms.double[near[part, 1]] * found.residual[row]).sum(1)
        best.scatter_reduce_(0, row, value, "amax")
    scale = l1 / best
    energy = (found.residual * found.residual).sum(1)
    slack = l1[:, None] - scale[:, None] * (found.error + l1[:, None])
    gap = (found.weight * slack).sum(1) + 0.5 * (1 - scale) ** 2 * energy
    primal = 0.5 * energy + l1 * found.weight.sum(1)
    return torch.where(primal > 0, gap.clamp(min=0) / primal, 0.0), c
