"""The certified working set on torch: one code for the CPU and CUDA, many rows in step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from concept_core.solvers.base import (
    Array,
    Penalised,
    Rows,
    Solution,
    csr_from_parts,
    first_of_equals,
)
from concept_core.solvers.torch_atoms import DeviceAtoms
from concept_core.solvers.torch_chunk import FIRST, Problem, solve_chunk

if TYPE_CHECKING:
    from concept_core.solvers.base import Weights

_S = TypeVar("_S")
_T = TypeVar("_T")


class Room(NamedTuple):
    """What a device gives: rows in step at most, and bytes for them and for a Gram matrix."""

    rows: int
    batch: int
    gram: int


@dataclass(frozen=True, slots=True)
class WorkingSetTorch(Penalised):
    """``1/2 ||x - wD||^2 + l1 sum(w)`` over w >= 0, exact on few atoms, certified on all.

    Most rows are solved in float32, those that this leaves open in float64; all weights are
    refined and all gaps computed in float64. It sets nothing global that stays, and takes as many
    threads as torch is set to.

    Attributes
    ----------
    l1 : float
        The penalty.
    device : str
        ``cpu`` or ``cuda``.

    Notes
    -----
    The working set of ``working_set``, with all rows of a chunk in step: a few sweeps of
    coordinate descent find out which atoms matter, active sets solve the small problems, one
    matrix product over all atoms certifies, and only rows that it leaves open go on.

    A row's answer depends on that row alone up to rounding: matrix products round differently
    for other numbers of rows. Weights then differ by less than 1e-9 of the row's length; more
    only where atoms are all but equal, so that the weights are not determined to that.
    The same rows in the same call give the same bytes on the same machine.
    """

    device: str = "cpu"

    def prepare(self, atoms: Array) -> PreparedWorkingSetTorch:
        """See the protocol. Of equal atoms, only the first can get a weight."""
        first = first_of_equals(atoms)
        room = _room(self.device)
        with _full_precision():
            on_device = DeviceAtoms.on(self.device, atoms[first], room.gram)
        return PreparedWorkingSetTorch(self.l1, on_device, first, len(atoms), room)


@dataclass(frozen=True, slots=True, eq=False)
class PreparedWorkingSetTorch:
    """The working set over one dictionary.

    Attributes
    ----------
    l1 : float
    atoms : DeviceAtoms
        Each once.
    first : (U,) int32
        Which atom of the dictionary each is, ascending.
    k : int
        How many atoms the dictionary has.
    room : Room
    """

    l1: float
    atoms: DeviceAtoms = field(repr=False)
    first: NDArray[np.int32] = field(repr=False)
    k: int
    room: Room

    def solve_path(self, x: Rows, penalties: Sequence[float]) -> list[Solution]:
        """Solve for several penalties, each for itself."""
        return [replace(self, l1=l1).solve(x) for l1 in penalties]

    def solve(self, x: Rows) -> Solution:
        """Solve for rows x (n, d)."""
        step = self._rows_at(FIRST, 4)
        chunks = [slice(i, i + step) for i in range(0, len(x), step)]
        with _full_precision():
            if self.atoms.double.is_cuda:
                parts = [self._chunk(x[chunk]) for chunk in chunks]
            else:
                parts = _in_threads(lambda chunk: self._chunk(x[chunk]), chunks)
        counts, indices, values, gaps = ([part[i] for part in parts] for i in range(4))
        weights: Weights = csr_from_parts(
            np.concatenate([np.empty(0, np.int64), *counts]),
            np.concatenate([np.empty(0, np.int32), *indices]),
            np.concatenate([np.empty(0), *values]),
            self.k,
        )
        return Solution(weights, np.concatenate([np.empty(0), *gaps]))

    def _chunk(self, x: Rows) -> tuple[NDArray[np.int64], NDArray[np.int32], Array, Array]:
        """The number of weights of each row, their atoms, the weights, and the gaps."""
        import torch

        rows = torch.from_numpy(x.astype(np.float64)).to(self.atoms.double.device)
        # By the peak first: the squares of small or large values would leave float64.
        peak = rows.abs().amax(1, keepdim=True)
        rows = torch.where(peak > 0, rows / peak, 0.0)
        norm = rows.norm(dim=1, keepdim=True)
        unit, length = torch.where(norm > 0, rows / norm, 0.0), (peak * norm)[:, 0]
        # No correlation with an atom is above 2, so that this penalty leaves nothing.
        problem = Problem(unit, (self.l1 / length).clamp(max=2.0))
        answers = solve_chunk(self.atoms, problem, self._rows_at)
        used = answers.weight > 0
        return (
            used.sum(1).cpu().numpy(),
            self.first[answers.atom[used].cpu().numpy()],
            (answers.weight * length[:, None])[used].cpu().numpy(),
            answers.gap.cpu().numpy(),
        )

    def _rows_at(self, m: int, itemsize: int) -> int:
        """How many rows fit with m candidates each."""
        size = (3 * m * m + 2 * len(self.atoms.double)) * itemsize
        return max(min(self.room.batch // size, self.room.rows), 1)


def _room(device: str) -> Room:
    if device == "cpu":
        return Room(rows=512, batch=1 << 26, gram=1 << 29)
    import torch

    # A share of all memory, not of what is free: the same call then has the same batches.
    share = torch.cuda.get_device_properties(device).total_memory // 16
    return Room(rows=1 << 15, batch=share, gram=share)


def _in_threads(work: Callable[[_S], _T], parts: Sequence[_S]) -> list[_T]:
    """``work`` for each part, in order, in as many threads as torch is set to.

    Each thread has torch's own threads switched off: the many small steps of the solver would
    wait for them, the more so where other work wants the cores. And how many there are then
    changes no bit of an answer.
    """
    import torch

    threads = torch.get_num_threads()
    try:
        # The number is one of the thread that sets it, and that of threads that start later.
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            return list(pool.map(work, parts))
    finally:
        torch.set_num_threads(threads)


@contextmanager
def _full_precision() -> Iterator[None]:
    """Float32 products in float32, whatever the caller has set: no TF32, no bfloat16 inside."""
    import torch

    if not hasattr(torch.backends.mkldnn, "matmul"):
        # Before version 2.9 there is one setting for all devices.
        before = torch.get_float32_matmul_precision()
        torch.set_float32_matmul_precision("highest")
        try:
            yield
        finally:
            torch.set_float32_matmul_precision(before)
        return
    products = (torch.backends.cuda.matmul, torch.backends.mkldnn.matmul)
    settings = [product.fp32_precision for product in products]
    for product in products:
        product.fp32_precision = "ieee"
    try:
        yield
    finally:
        for product, setting in zip(products, settings, strict=True):
            product.fp32_precision = setting
