"""The certified working set on the CPU: compiled, in worker threads with one-threaded BLAS."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from queue import SimpleQueue

import numpy as np
from numpy.typing import NDArray

from concept_core.parallel import BLOCK, cores, run_blocks
from concept_core.solvers.base import (
    GAP_TOLERANCE,
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
    Float32,
    Float64,
    Int32,
    gram8,
    workspace,
)

_ADD = 64
"""Violators that join the candidates of a row in one round, at most."""

_FIRST = 96
"""Candidates and places in the support at the first level; the next levels have more."""


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

        Takes K^2 bytes up to `GRAM_ATOMS` atoms, and none but the atoms in float32 beyond.
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
        small = Atoms(rows, rest if rest.any() else rest[:0], gram8(rows))
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
        # One product buffer a worker: fresh memory for each block costs a tenth of the time.
        buffers: SimpleQueue[Float32] = SimpleQueue()
        for _ in range(self.threads):
            buffers.put(np.empty((BLOCK, len(self.atoms)), np.float32))

        def work(block: slice) -> list[_Answers]:
            correlations = buffers.get()
            try:
                return self._block(x[block], penalties, correlations)
            finally:
                buffers.put(correlations)

        parts = run_blocks(len(x), self.threads, work)
        joined = [self._join([part[i] for part in parts]) for i in range(len(penalties))]
        return [self.slow.closed(x, *answer) for answer in zip(penalties, joined, strict=True)]

    def _block(self, x: Rows, penalties: Sequence[float], correlations: Float32) -> list[_Answers]:
        rows, powers = scaled_block(x)
        np.dot(rows.astype(np.float32), self.design, out=correlations)
        found = _Answers.empty(len(x))
        answers = []
        for l1 in penalties:
            found = self._escalate(rows, correlations, l1 / powers, found)
            answers.append(replace(found, weight=found.weight * powers[:, None]))
        return answers

    def _escalate(self, x: Float64, c: Float32, penalties: Float64, start: _Answers) -> _Answers:
        """Solve with few candidates; the rows that these leave open, with more and more."""
        from concept_core.solvers.active_set import solve_block

        k, d = self.atoms.shape
        answers, todo = start, np.arange(len(penalties))
        for size in _levels(min(k, d) + 1):
            level = answers.rows(todo, size)
            # No copy of all correlations at the first level.
            part = slice(len(todo)) if len(todo) == len(penalties) else todo
            solve_block(
                x[part],
                c[part],
                penalties[todo],
                self.small,
                min(size, k),
                workspace(size + _ADD, size, k, d),
                level.index,
                level.weight,
                level.count,
                level.gap,
            )
            answers = answers.updated(todo, level)
            todo = todo[level.gap > GAP_TOLERANCE]
            if not todo.size:
                break
        return answers

    def _join(self, parts: Sequence[_Answers]) -> Solution:
        """The blocks one after the other as one sparse matrix."""
        index, values = [np.empty(0, np.int32)], [np.empty(0)]
        for part in parts:
            used = np.arange(part.index.shape[1]) < part.count[:, None]
            index.append(self.first[part.index[used]])
            values.append(part.weight[used])
        count = np.concatenate([np.empty(0, np.int32), *(part.count for part in parts)])
        gap = np.concatenate([np.empty(0), *(part.gap for part in parts)])
        weights = csr_from_parts(count, np.concatenate(index), np.concatenate(values), self.k)
        return Solution(weights, gap)


@dataclass(frozen=True, slots=True, eq=False)
class _Answers:
    """The supports of n rows: ``count`` atoms and weights each, at the start of (n, S) arrays."""

    index: Int32
    weight: Float64
    count: Int32
    gap: Float64

    @classmethod
    def empty(cls, n: int) -> _Answers:
        """No support yet."""
        nothing = np.zeros((n, 0))
        return cls(nothing.astype(np.int32), nothing, np.zeros(n, np.int32), np.zeros(n))

    def rows(self, rows: NDArray[np.intp], size: int) -> _Answers:
        """Copies of some rows with room for ``size`` atoms."""
        index, weight = np.zeros((len(rows), size), np.int32), np.zeros((len(rows), size))
        width = min(size, self.index.shape[1])
        index[:, :width] = self.index[rows, :width]
        weight[:, :width] = self.weight[rows, :width]
        return _Answers(index, weight, np.minimum(self.count[rows], width), self.gap[rows])

    def updated(self, rows: NDArray[np.intp], other: _Answers) -> _Answers:
        """With some rows replaced by those of another."""
        if len(rows) == len(self.count):
            return other
        width = other.index.shape[1]
        whole = self.rows(np.arange(len(self.count)), width)
        whole.index[rows], whole.weight[rows] = other.index, other.weight
        whole.count[rows], whole.gap[rows] = other.count, other.gap
        return whole


def _levels(most: int) -> Iterator[int]:
    size = _FIRST
    while size < most:
        yield size
        size *= 3
    yield most
