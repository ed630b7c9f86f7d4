"""Atoms on a device, and what the working set asks of them for many rows at once."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import torch
    from torch import Tensor

_PASSES = 3
"""Refinements of the weights at most; one is enough unless atoms are nearly dependent."""

_EXACT = 1e-10
"""How near to l1, relative to it, refinement brings the correlations of the support."""

_GATHERED = 1 << 25
"""Bytes of atoms that are gathered at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Atoms:
    """K atoms on a device, and behind them a zero atom that fills up supports.

    Attributes
    ----------
    double, single : (K + 1, d) float64 and float32
    screen : (K + 1, d)
        What finds candidates, never what certifies: bfloat16 on CUDA, else ``single``.
    gram : (K + 1, K + 1) float32 or None
        None where it would not fit: Gram matrices of candidates then come from the atoms.
    """

    double: Tensor
    single: Tensor
    screen: Tensor
    gram: Tensor | None

    @property
    def padding(self) -> int:
        """The index of the zero atom."""
        return len(self.double) - 1

    def of(self, dtype: torch.dtype) -> Tensor:
        """The atoms as float32 or float64."""
        return self.single if dtype == self.single.dtype else self.double

    def grams(self, index: Tensor, dtype: torch.dtype) -> Tensor:
        """Gram matrices (n, M, M) of the atoms at ``index`` (n, M)."""
        import torch

        n, m = index.shape
        if self.gram is not None and dtype == self.gram.dtype:
            # The candidate's number first in memory: coordinate descent takes one at a time.
            out = self.gram.new_empty(m, n, m)
            starts = index * len(self.gram)
            for k in range(m):
                torch.take(self.gram, starts[:, k, None] + index, out=out[k])
            return out.transpose(0, 1)
        atoms = self.of(dtype)
        out = atoms.new_empty(n, m, m)
        for part in _slices(n, m * atoms.shape[1] * atoms.itemsize):
            taken = atoms[index[part]]
            torch.bmm(taken, taken.transpose(1, 2), out=out[part])
        return out

    def correlations(self, index: Tensor, vectors: Tensor) -> Tensor:
        """Dot products (n, S) float64 of the atoms at ``index`` (n, S) with vectors (n, d)."""
        import torch

        n, s = index.shape
        starts = torch.arange(0, n * s + 1, s, device=index.device)
        with warnings.catch_warnings():
            # That torch calls its CSR tensors beta is nothing a caller could act on.
            warnings.simplefilter("ignore", UserWarning)
            places = torch.sparse_csr_tensor(
                starts, index.reshape(-1), vectors.new_zeros(n * s), size=(n, len(self.double))
            )
        return torch.sparse.sampled_addmm(places, vectors, self.double.T).values().reshape(n, s)

    def residual(self, x: Tensor, index: Tensor, weight: Tensor) -> Tensor:
        """x - wD (n, d), for ``weight`` (n, S) of the atoms at ``index`` (n, S)."""
        from torch.nn.functional import embedding_bag

        atoms = self.of(weight.dtype)
        return x - embedding_bag(index, atoms, per_sample_weights=weight, mode="sum")


class Support(NamedTuple):
    """Supports of n rows, filled up with the zero atom at weight 0."""

    index: Tensor  # (n, S), sorted
    weight: Tensor  # (n, S) float64, >= 0
    residual: Tensor  # (n, d) float64, x - wD
    error: Tensor  # (n, S) float64, correlations with the residual less l1; 0 at weight 0


def compact(index: Tensor, weight: Tensor, padding: int) -> tuple[Tensor, Tensor, Tensor]:
    """The atoms with weights (n, S), sorted; their places (n, S) among the given; the weights."""
    import torch

    width = max(int((weight > 0).sum(1).max()), 1)
    sorted_index, place = torch.where(weight > 0, index, padding).sort(1)
    place = place[:, :width].contiguous()
    return sorted_index[:, :width].contiguous(), place, weight.gather(1, place)


def refine(
    atoms: Atoms, x: Tensor, l1: Tensor, index: Tensor, weight: Tensor, factor: Tensor
) -> Support:
    """Weights (n, M) to float64 accuracy on their support, given the factor of its Gram matrix.

    A weight that would fall below zero stays at zero: the gap of such a row remains above that
    of an exact one.
    """
    import torch

    support, place, w = compact(index, weight, atoms.padding)
    w = w.double()
    for turn in range(_PASSES + 1):
        residual = atoms.residual(x, support, w)
        error = atoms.correlations(support, residual) - l1[:, None]
        error = torch.where(w > 0, error, 0.0)
        if turn == _PASSES or bool((error.abs() <= _EXACT * l1[:, None]).all()):
            break
        right = torch.zeros_like(weight).scatter(1, place, error.to(weight.dtype))
        step = torch.cholesky_solve(right[:, :, None], factor)[:, :, 0].gather(1, place)
        w = (w + step).clamp_(min=0)
        w[support == atoms.padding] = 0
    return Support(support, w, residual, error)


def certify(
    atoms: Atoms, x: Tensor, l1: Tensor, support: Support, dtype: torch.dtype
) -> tuple[Tensor, Tensor]:
    """Relative duality gaps (n,) float64, and the correlations (n, K + 1) of all atoms.

    The correlations come in ``dtype``; what they leave in doubt is looked at in float64, and
    above that the bound on their error is added. So no gap is smaller than it should be.
    """
    import torch

    c = support.residual.to(dtype) @ atoms.of(dtype).T
    c.scatter_(1, support.index, -1.0)
    c[:, -1] = -1.0
    window = 2e-6 if dtype == torch.float32 else 1e-13
    top = c.amax(1).double()
    best = torch.where(top > l1 + window, top + window, l1)
    best = torch.maximum(best, support.error.amax(1) + l1)
    doubtful = ((top - l1).abs() <= window).nonzero()[:, 0]
    near = (c[doubtful] > (l1[doubtful] - window)[:, None]).nonzero()
    for part in _slices(len(near), x.shape[1] * x.itemsize):
        row = doubtful[near[part, 0]]
        value = (atoms.double[near[part, 1]] * support.residual[row]).sum(1)
        best.scatter_reduce_(0, row, value, "amax")
    scale = l1 / best
    energy = (support.residual * support.residual).sum(1)
    slack = l1[:, None] - scale[:, None] * (support.error + l1[:, None])
    gap = (support.weight * slack).sum(1) + 0.5 * (1 - scale) ** 2 * energy
    primal = 0.5 * energy + l1 * support.weight.sum(1)
    return torch.where(primal > 0, gap.clamp(min=0) / primal, 0.0), c


def candidates(c: Tensor, index: Tensor, weight: Tensor, m: int) -> tuple[Tensor, Tensor]:
    """The support and the atoms that correlate most with the residual: m in all, with weights.

    ``c`` (n, K + 1) is overwritten.
    """
    import torch

    # Above every correlation, a member's score tells its place.
    first = 3
    scores = torch.arange(first, first + index.shape[1], device=c.device, dtype=c.dtype)
    c.scatter_(1, index, scores.expand(index.shape))
    c[:, -1] = -1.0
    score, found = c.topk(m)
    place = (score.long() - first).clamp(min=0)
    return found, torch.where(score >= first, weight.gather(1, place), 0.0)


def _slices(n: int, size: int) -> Iterator[slice]:
    """Slices of ``range(n)`` for which that many bytes each fit."""
    step = max(_GATHERED // size, 1)
    for start in range(0, n, step):
        yield slice(start, start + step)
