"""The working set for one chunk of rows on a device: few candidates, then more for some rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from concept_core.solvers.base import GAP_TOLERANCE
from concept_core.solvers.torch_atoms import DeviceAtoms, slices
from concept_core.solvers.torch_small import descend, sweep

if TYPE_CHECKING:
    import torch
    from torch import Tensor

_PASSES = 3
"""Refinements of the weights, at most: one or two, unless atoms are nearly dependent."""

EXACT = 1e-11
"""How near to l1 refinement brings the correlations of the support; rows have length 1."""

FIRST = 48
"""Candidates at the first level; each further level has twice as many."""

_EXACT_GAP = 1e-10
"""Rows with a larger gap go on to float64: so answers agree, however rows are batched."""

_ROUNDS, _EXACT_ROUNDS = 7, 30
"""Rounds of a level, at most, in float32 and float64; the first is the survey."""


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
    atoms: DeviceAtoms, x: Tensor, l1: Tensor, index: Tensor, weight: Tensor, factor: Tensor
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
    atoms: DeviceAtoms, x: Tensor, l1: Tensor, found: Supports, dtype: torch.dtype
) -> tuple[Tensor, Tensor]:
    """Relative duality gaps (n,) float64, and the correlations (n, K + 1) of the residuals.

    The correlations of all atoms come in ``dtype``. Those so near to l1 that their rounding
    counts are computed again in float64; to those above, the bound on it is added. So a gap is
    never stated smaller than it is.
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


class Problem(NamedTuple):
    """Rows of length 1, each with its penalty."""

    x: Tensor  # (n, d) float64
    l1: Tensor  # (n,) float64

    def rows(self, rows: Tensor) -> Problem:
        """Some of the rows."""
        return Problem(self.x[rows], self.l1[rows])


class Round(NamedTuple):
    """What a round leaves: supports filled up with the zero atom, and what comes next."""

    atom: Tensor  # (n, S)
    weight: Tensor  # (n, S) float64
    gap: Tensor  # (n,) float64; infinite where nothing is certified
    exact: Tensor  # (n,) bool; whether float64 would change nothing to speak of
    c: Tensor  # (n, K + 1) correlations with the residuals

    def rows(self, rows: Tensor) -> Round:
        """Those of the rows (n,) that are true."""
        return self if bool(rows.all()) else Round(*(part[rows] for part in self))


@dataclass(slots=True, eq=False)
class BestAnswers:
    """The best so far of n rows: supports filled up with the atom ``padding``, and gaps."""

    atom: Tensor  # (n, S)
    weight: Tensor  # (n, S) float64
    gap: Tensor  # (n,) float64
    exact: Tensor  # (n,) bool
    padding: int

    @classmethod
    def none(cls, n: int, like: Tensor, padding: int) -> BestAnswers:
        """No weights and no certificate."""
        import torch

        gap = like.new_full((n,), torch.inf)
        atom = torch.full((n, 1), padding, device=like.device)
        return cls(atom, like.new_zeros(n, 1), gap, gap.isnan(), padding)

    def improve(self, rows: Tensor, found: Round) -> None:
        """Take what is not worse than what is here."""
        from torch.nn.functional import pad

        width = found.atom.shape[1]
        if (more := width - self.atom.shape[1]) > 0:
            self.atom = pad(self.atom, (0, more), value=self.padding)
            self.weight = pad(self.weight, (0, more))
        good = found.gap <= self.gap[rows]
        rows = rows[good]
        self.atom[rows], self.weight[rows] = self.padding, 0.0
        self.atom[rows, :width] = found.atom[good]
        self.weight[rows, :width] = found.weight[good]
        self.gap[rows], self.exact[rows] = found.gap[good], found.exact[good]


def solve_chunk(
    atoms: DeviceAtoms, problem: Problem, rows_at: Callable[[int, int], int]
) -> BestAnswers:
    """Solve all rows; ``rows_at(M, itemsize)`` is how many a level may take together."""
    import torch

    d = problem.x.shape[1]
    answers = BestAnswers.none(len(problem.x), problem.x, atoms.padding)
    todo = torch.arange(len(problem.x), device=problem.x.device)
    # The support of a unique answer has d atoms at most.
    most = min(atoms.padding, 2 * d + FIRST)
    for m in _sizes(most):
        crowded = torch.zeros_like(answers.gap, dtype=torch.bool)
        for dtype in (torch.float32, torch.float64):
            step = rows_at(m, dtype.itemsize)
            for start in range(0, len(todo), step):
                rows = todo[start : start + step]
                crowded[rows] = _level(atoms, problem, rows, answers, m, dtype, m == most)
            todo = todo[~crowded[todo] & ~answers.exact[todo]]
        todo = (~(answers.gap <= GAP_TOLERANCE)).nonzero()[:, 0]
        if not len(todo):
            break
    return answers


def _level(
    atoms: DeviceAtoms,
    problem: Problem,
    rows: Tensor,
    answers: BestAnswers,
    m: int,
    dtype: torch.dtype,
    last: bool,
) -> Tensor:
    """Improve the answers of some rows with m candidates each; which rows need more (n,)."""
    import torch

    single = dtype == torch.float32
    crowded = torch.zeros_like(rows, dtype=torch.bool)
    here, problem = torch.arange(len(rows), device=rows.device), problem.rows(rows)
    index, weight = answers.atom[rows], answers.weight[rows].to(dtype)
    c = atoms.screened(atoms.residual(problem.x.to(dtype), index, weight))
    index, weight, _ = candidates(c, index, weight, m)
    for turn in range(_ROUNDS if single else _EXACT_ROUNDS):
        found = (_certified if turn else _survey)(atoms, problem, index, weight)
        answers.improve(rows[here], found)
        going = ~(found.gap <= GAP_TOLERANCE) if single else ~found.exact
        if not bool(going.any()):
            break
        here, problem, found = here[going], problem.rows(going), found.rows(going)
        index, weight, lowest = candidates(found.c, found.atom, found.weight.to(dtype), m)
        if not last:
            # A large support, and not all that violate have room beside it.
            crowded[here] = full = (lowest > problem.l1) & ((weight > 0).sum(1) > m - m // 4)
            here, problem = here[~full], problem.rows(~full)
            index, weight = index[~full], weight[~full]
            if not len(here):
                break
    return crowded


def _survey(atoms: DeviceAtoms, problem: Problem, index: Tensor, weight: Tensor) -> Round:
    """A rough answer on the candidates, to see which other atoms will matter."""
    import torch

    weight = sweep(*_small(atoms, problem, index, weight.dtype), weight)
    index, weight, _ = compact(index, weight, atoms.padding)
    c = atoms.screened(atoms.residual(problem.x.to(weight.dtype), index, weight))
    gap = torch.full_like(problem.l1, torch.inf)
    return Round(index, weight.double(), gap, gap.isnan(), c)


def _certified(atoms: DeviceAtoms, problem: Problem, index: Tensor, weight: Tensor) -> Round:
    """The answer on the candidates, and how good it is over all atoms."""
    import torch

    gram, target = _small(atoms, problem, index, weight.dtype)
    weight = sweep(gram, target, weight)
    # Few of the candidates have a weight, and the cost goes with the third power.
    place = weight.topk(max(int((weight > 0).sum(1).max()), 1))[1]
    here = torch.arange(len(place), device=place.device)[:, None, None]
    gram = gram[here, place[:, :, None], place[:, None, :]]
    index, target, weight = (part.gather(1, place) for part in (index, target, weight))
    weight, factor = descend(gram, target, weight)
    found = refine(atoms, *problem, index, weight, factor)
    gap, c = certify(atoms, *problem, found, weight.dtype)
    exact = (gap <= _EXACT_GAP) & (found.error.abs().amax(1) <= EXACT)
    return Round(found.atom, found.weight, gap, exact, c)


def _small(
    atoms: DeviceAtoms, problem: Problem, index: Tensor, dtype: torch.dtype
) -> tuple[Tensor, Tensor]:
    """The small problems on the candidates: Gram matrices and targets."""
    target = atoms.correlations(index, problem.x) - problem.l1[:, None]
    return atoms.grams(index, dtype), target.to(dtype)


def _sizes(most: int) -> Iterator[int]:
    size = FIRST
    while size < most:
        yield size
        size *= 2
    yield most
