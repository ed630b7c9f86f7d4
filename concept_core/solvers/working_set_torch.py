"""The certified working set on torch: one code for the CPU and CUDA, all rows of a chunk in step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from concept_core.solvers.base import GAP_TOLERANCE, Array, Rows, Solution, csr_from_parts

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from concept_core.solvers.torch_batch import Atoms

_FIRST = 64
_SWEEPS = 8
_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class WorkingSetTorch:
    l1: float
    device: str = "cpu"

    @property
    def mode(self) -> str:
        """``l1``."""
        return "l1"

    @property
    def value(self) -> float:
        """The penalty."""
        return self.l1

    def prepare(self, atoms: Array) -> PreparedWorkingSetTorch:
        import torch
        from concept_core.solvers.torch_batch import Atoms

        first = np.fromiter({row.tobytes(): i for i, row in reversed(list(enumerate(atoms + 0.0)))}.values(), np.int64)
        first.sort()
        double = torch.zeros(len(first) + 1, atoms.shape[1], dtype=torch.float64)
        double[:-1] = torch.from_numpy(atoms[first])
        double = double.to(self.device)
        single = double.float()
        return PreparedWorkingSetTorch(self.l1, self.device, Atoms(double, single, single, single @ single.T), first, len(atoms))


@dataclass(frozen=True, slots=True, eq=False)
class PreparedWorkingSetTorch:
    l1: float
    device: str
    atoms: Atoms = field(repr=False)
    first: NDArray[np.int64] = field(repr=False)
    k: int = 0

    def solve(self, x: Rows) -> Solution:
        import torch

        k = self.k
        parts = [solve_chunk(self.atoms, torch.from_numpy(np.array(x[s:s+1024])).double(), self.l1) for s in range(0, len(x), 1024)]
        counts = np.concatenate([(p.weight > 0).sum(1).numpy() for p in parts])
        cols = np.concatenate([p.index[p.weight > 0].numpy() for p in parts])
        vals = np.concatenate([p.weight[p.weight > 0].numpy() for p in parts])
        return Solution(csr_from_parts(counts, self.first[cols], vals, k), np.concatenate([p.gap.numpy() for p in parts]))

import time
T = {}
class tick:
    def __init__(self, n): self.n = n
    def __enter__(self): self.t = time.perf_counter()
    def __exit__(self, *a): T[self.n] = T.get(self.n, 0) + time.perf_counter() - self.t
def count(k, v): T['#'+k] = T.get('#'+k, 0) + v

class Answers:
    def __init__(self, n, k, device):
        import torch
        self.index = torch.full((n, 1), k, device=device)
        self.weight = torch.zeros(n, 1, dtype=torch.float64, device=device)
        self.gap = torch.full((n,), float('inf'), dtype=torch.float64, device=device)
        self.k = k
    def update(self, rows, support, gap):
        import torch.nn.functional as F
        better = gap < self.gap[rows]
        rows = rows[better]
        w = support.index.shape[1]
        if w > self.index.shape[1]:
            self.index = F.pad(self.index, (0, w - self.index.shape[1]), value=self.k)
            self.weight = F.pad(self.weight, (0, w - self.weight.shape[1]))
        self.index[rows] = self.k; self.weight[rows] = 0
        self.index[rows, :w] = support.index[better]
        self.weight[rows, :w] = support.weight[better]
        self.gap[rows] = gap[better]

def solve_chunk(atoms, x, l1):
    import torch
    norm = x.norm(dim=1)
    x = torch.where(norm[:, None] > 0, x / norm[:, None], 0.0)
    pen = (l1 / norm).clamp(max=2.0)
    ans = Answers(len(x), atoms.padding, x.device)
    most = min(atoms.padding + 1, x.shape[1] + 64)
    todo = torch.arange(len(x))
    m = min(_FIRST, most)
    while True:
        full_last = m == most
        count(f'rows{m}', len(todo))
        full = level(atoms, x, pen, todo, ans, m, torch.float32, 1e-6, full_last)
        open_ = todo[~(ans.gap[todo] <= 1e-9) & ~full]
        count(f'rows{m}d', len(open_))
        if len(open_): level(atoms, x, pen, open_, ans, m, torch.float64, 1e-9, full_last)
        todo = todo[~(ans.gap[todo] <= 1e-6)]
        if len(todo) == 0 or full_last: break
        m = min(2 * m, most)
    ans.weight *= norm[:, None]
    return ans

def level(atoms, x, pen, ids, ans, m, dtype, enough, last):
    import torch
    from concept_core.solvers import torch_batch as tb, torch_small as ts
    x, l1 = x[ids], pen[ids]
    x1 = x.to(dtype)
    fulls = torch.zeros(len(ids), dtype=torch.bool)
    rows = torch.arange(len(ids))
    index, w = ans.index[ids], ans.weight[ids].to(dtype)
    with tick('screen'):
        r = atoms.residual(x1, index, w)
        c = r @ atoms.of(dtype).T
    with tick('topk'): index, w = tb.candidates(c, index, w, m)
    for turn in range(_ROUNDS + 1 if dtype == torch.float32 else 30):
        count(f'rounds {m} {dtype} {turn}', len(rows))
        with tick('grams'): g = atoms.grams(index, dtype)
        with tick('target'): t = (atoms.correlations(index, x) - l1[:, None]).to(dtype)
        with tick('sweep'): w = ts.sweep(g, t, w, _SWEEPS)
        if turn == 0 and dtype==torch.float32:
            with tick('screen'):
                index, _, w = tb.compact(index, w, atoms.padding)
                r = atoms.residual(x1, index, w)
                c = r @ atoms.of(dtype).T
            with tick('topk'): index, w = tb.candidates(c, index, w, m)
            continue
        with tick('exchange'): w, f = ts.exchange(g, t, w)
        with tick('refine'): s = tb.refine(atoms, x, l1, index, w, f)
        with tick('certify'): gap, c = tb.certify(atoms, x, l1, s, dtype)
        with tick('update'): ans.update(ids[rows], s, gap)
        full = (s.weight > 0).sum(1) > (m - 1 if last else 3 * m // 4)
        open_ = ~(gap <= enough)
        fulls[rows[full & open_]] = True
        keep = open_ & ~full
        if not keep.any(): break
        rows, x, l1, x1 = rows[keep], x[keep], l1[keep], x1[keep]
        with tick('topk'): index, w = tb.candidates(c[keep], s.index[keep], s.weight[keep].to(dtype), m)
    return fulls
