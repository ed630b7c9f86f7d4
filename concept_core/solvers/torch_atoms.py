"""DeviceAtoms on a device, and the products with few of them for each of many rows."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from concept_core.solvers.base import Array

_GATHERED = 1 << 25
"""Bytes of atoms that are gathered at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class DeviceAtoms:
    """K atoms on a device, and behind them a zero atom that fills up supports.

    Attributes
    ----------
    double, single : (K + 1, d) float64 and float32
    screen : (K + 1, d)
        What finds candidates, never what certifies: bfloat16 on CUDA, else ``single``.
    gram : (K + 1, K + 1) float32 or None
        Where it is None, Gram matrices of candidates come from the atoms.
    """

    double: Tensor
    single: Tensor
    screen: Tensor
    gram: Tensor | None

    @classmethod
    def on(cls, device: str, atoms: Array, gram_bytes: int) -> DeviceAtoms:
        """Put atoms (K, d) on a device; the Gram matrix too if it takes no more bytes than that."""
        import torch

        with warnings.catch_warnings():
            # Torch says once that its CSR tensors are beta: nothing that a caller could act on.
            warnings.simplefilter("ignore", UserWarning)
            torch.zeros(1, 1, device="cpu").to_sparse_csr()
        k, d = atoms.shape
        double = torch.zeros((k + 1, d), dtype=torch.float64, device=device)
        double[:k] = torch.from_numpy(atoms)
        single = double.float()
        screen = single.bfloat16() if double.is_cuda else single
        fits = 4 * (k + 1) ** 2 <= gram_bytes
        return cls(double, single, screen, single @ single.T if fits else None)

    @property
    def padding(self) -> int:
        """The index of the zero atom."""
        return len(self.double) - 1

    def of(self, dtype: torch.dtype) -> Tensor:
        """The atoms as float32 or float64."""
        return self.single if dtype == self.single.dtype else self.double

    def screened(self, vectors: Tensor) -> Tensor:
        """Correlations (n, K + 1) with vectors (n, d), good enough to choose candidates by."""
        return (vectors.to(self.screen.dtype) @ self.screen.T).to(vectors.dtype)

    def grams(self, index: Tensor, dtype: torch.dtype) -> Tensor:
        """Gram matrices (n, M, M) of the atoms at ``index`` (n, M)."""
        import torch

        n, m = index.shape
        if self.gram is not None and dtype == self.gram.dtype:
            # One column of all matrices after the other, as coordinate descent reads them.
            columns = self.gram.new_empty(m, n, m)
            starts = index * len(self.gram)
            for k in range(m):
                torch.take(self.gram, starts[:, k, None] + index, out=columns[k])
            return columns.transpose(0, 1)
        atoms = self.of(dtype)
        matrices = atoms.new_empty(n, m, m)
        for part in slices(n, m * atoms.shape[1] * atoms.itemsize):
            taken = atoms[index[part]]
            torch.bmm(taken, taken.transpose(1, 2), out=matrices[part])
        return matrices

    def correlations(self, index: Tensor, vectors: Tensor) -> Tensor:
        """Products (n, S) of the atoms at ``index`` (n, S) with vectors (n, d), in float64."""
        import torch

        n, s = index.shape
        places = torch.sparse_csr_tensor(
            torch.arange(0, n * s + 1, s, device=index.device),
            index.reshape(-1),
            vectors.new_zeros(n * s),
            size=(n, len(self.double)),
            device=index.device,
            check_invariants=False,
        )
        products: Tensor = torch.sparse.sampled_addmm(places, vectors, self.double.T).values()
        return products.reshape(n, s)

    def residual(self, x: Tensor, index: Tensor, weight: Tensor) -> Tensor:
        """x - wD (n, d), for ``weight`` (n, S) of the atoms at ``index`` (n, S)."""
        from torch.nn.functional import embedding_bag

        atoms = self.of(weight.dtype)
        return x - embedding_bag(index, atoms, per_sample_weights=weight, mode="sum")


def slices(n: int, size: int) -> Iterator[slice]:
    """Slices of ``range(n)``; what they gather stays small at ``size`` bytes each."""
    step = max(_GATHERED // size, 1)
    for start in range(0, n, step):
        yield slice(start, start + step)
