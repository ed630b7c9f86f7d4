"""The certified working set on the CPU: compiled, in worker threads with one-threaded BLAS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue

import numpy as np
from numpy.typing import NDArray

from concept_core.parallel import BLOCK, cores, run_blocks
from concept_core.solvers.base import (
    Array,
    Penalised,
    Rows,
    Solution,
    csr_from_parts,
    first_of_equals,
    scaled_block,
)
from concept_core.solvers.many_atoms import PreparedManyAtoms
from concept_core.solvers.open_rows import SlowRows
from concept_core.solvers.rounds import RoundAtoms
from concept_core.solvers.workspace import (
    GRAM_ATOMS,
    Atoms,
    Candidates,
    Float32,
    Float64,
    Int32,
    Screen,
    Support,
    gram8,
    gram32,
    workspace,
)

_ADD = 128
"""Violators that join the candidates of a row in one round, at most."""

_FIRST = 96
"""Candidates of a row in the first round."""


@dataclass(frozen=True, slots=True)
class WorkingSet(Penalised):
    """``1/2 ||x - wD||^2 + l1 sum(w)`` over w >= 0, exact on few atoms, certified on all.

    Correlations are float32; the weights on the support and the gap are float64. Rows that stay
    open, such as over atoms that are all but equal, go one by one to `WorkingSetTorch`.

    Attributes
    ----------
    l1 : float
        The penalty.
    threads : int
        Worker threads; 0 takes the cores that this process may use.

    Notes
    -----
    Lawson and Hanson, "Solving least squares problems" (1974), chapter 23, on candidates; the
    duality gap over all atoms decides which join them, as in Massias, Gramfort and Salmon,
    "Celer" (ICML 2018), arXiv 1802.07481. ``docs/solver.md`` has the algorithm and figures.
    """

    threads: int = 0

    def prepare(self, atoms: Array) -> PreparedWorkingSet | PreparedManyAtoms:
        """See the protocol. Of equal atoms, only the first can get a weight.

        Takes 6 K^2 bytes up to 4,096 atoms, 2 K^2 up to 16,384, K^2 up to `GRAM_ATOMS`, and none
        but the atoms in float32 beyond.
        """
        k, first = len(atoms), first_of_equals(atoms)
        if len(first) < k:
            atoms = atoms[first]
        rows = np.ascontiguousarray(atoms, np.float32)
        threads = self.threads or cores()
        slow = SlowRows(atoms, first, k)
        if len(atoms) > GRAM_ATOMS:
            return PreparedManyAtoms(self.l1, RoundAtoms(atoms, rows), first, threads, slow)
        rest = (atoms - rows).astype(np.float32)
        small = Atoms(rows, rest if rest.any() else rest[:0], *gram8(rows), gram32(rows))
        design = np.ascontiguousarray(rows.T)
        return PreparedWorkingSet(self.l1, atoms, small, design, first, k, threads, slow)


@dataclass(frozen=True, slots=True, eq=False)
class PreparedWorkingSet:
    """The working set over one dictionary.

    Attributes
    ----------
    l1 : float
    atoms : (U, d) float64
        Each once.
    small : Atoms
        The same as the kernels take them.
    design : (d, U) float32
        Their transpose, in the order in which products with few rows are fastest.
    first : (U,) int32
        Which atom of the dictionary each is, ascending.
    k : int
        How many atoms the dictionary has.
    threads : int
    slow : SlowRows
    """

    l1: float
    atoms: Array = field(repr=False)
    small: Atoms = field(repr=False)
    design: Float32 = field(repr=False)
    first: NDArray[np.int32] = field(repr=False)
    k: int
    threads: int
    slow: SlowRows = field(repr=False)

    def solve(self, x: Rows) -> Solution:
        """Solve for rows x (n, d)."""
        return self.solve_path(x, (self.l1,))[0]

    def solve_path(self, x: Rows, penalties: Sequence[float]) -> list[Solution]:
        """Solve for several penalties, best from the highest down.

        One matrix product serves all, and each penalty starts from the answer before it.
        """
        # Arrays for each worker: fresh memory for each block costs a tenth of the time.
        k, d = self.atoms.shape
        idle: SimpleQueue[_Arrays] = SimpleQueue()
        for _ in range(self.threads):
            idle.put(_Arrays.of(k, d))

        def work(block: slice) -> list[_Answers]:
            arrays = idle.get()
            try:
                return self._block(x[block], penalties, arrays)
            finally:
                idle.put(arrays)

        parts = run_blocks(len(x), self.threads, work)
        joined = [self._join([part[i] for part in parts]) for i in range(len(penalties))]
        return [self.slow.closed(x, *answer) for answer in zip(penalties, joined, strict=True)]

    def _block(self, x: Rows, penalties: Sequence[float], arrays: _Arrays) -> list[_Answers]:
        from concept_core.solvers.active_set import solve_block

        rows, powers = scaled_block(x)
        np.dot(rows.astype(np.float32), self.design, out=arrays.correlations)
        count, gap = np.zeros(len(x), np.int32), np.zeros(len(x))
        answers = []
        for l1 in penalties:
            solve_block(
                rows,
                arrays.correlations,
                l1 / powers,
                self.small,
                _FIRST,
                arrays.work,
                arrays.index,
                arrays.weight,
                count,
                gap,
            )
            answers.append(_Answers.of(arrays, count, gap, powers))
        return answers

    def _join(self, parts: Sequence[_Answers]) -> Solution:
        """The blocks one after the other as one sparse matrix."""
        index = np.concatenate([np.empty(0, np.int32), *(part.index for part in parts)])
        values = np.concatenate([np.empty(0), *(part.weight for part in parts)])
        count = np.concatenate([np.empty(0, np.int32), *(part.count for part in parts)])
        gap = np.concatenate([np.empty(0), *(part.gap for part in parts)])
        return Solution(csr_from_parts(count, self.first[index], values, self.k), gap)


@dataclass(frozen=True, slots=True, eq=False)
class _Arrays:
    """What one worker fills again and again: a block's correlations, and supports of S atoms.

    S is more than a unique answer can have: min(K, d) + 1. Memory beyond what rows need is never
    touched.
    """

    correlations: Float32  # (BLOCK, K)
    index: Int32  # (BLOCK, S) the atoms of each row's support, at the start
    weight: Float64  # (BLOCK, S)
    work: tuple[Support, Candidates, Screen]

    @classmethod
    def of(cls, k: int, d: int) -> _Arrays:
        """For k atoms of dimension d."""
        size = min(k, d) + 1
        return cls(
            np.empty((BLOCK, k), np.float32),
            np.empty((BLOCK, size), np.int32),
            np.empty((BLOCK, size)),
            workspace(max(size, _FIRST) + _ADD, size, k, d),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Answers:
    """The supports of n rows, one after the other: ``count`` atoms and weights each."""

    index: Int32
    weight: Float64
    count: Int32
    gap: Float64

    @classmethod
    def of(cls, arrays: _Arrays, count: Int32, gap: Float64, powers: Float64) -> _Answers:
        """A copy of a block's, times the powers (n,) taken out of its rows."""
        n, width = len(count), count.max(initial=0)
        used = np.arange(width) < count[:, None]
        weight = arrays.weight[:n, :width][used] * np.repeat(powers, count)
        return cls(arrays.index[:n, :width][used], weight, count.copy(), gap.copy())
