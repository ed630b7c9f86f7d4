"""Upper bounds of gains from products of small integers, at a fraction of an exact product's cost.

A row x is written as s * q + e, with q in whole numbers of 8 bits. For unit rows a and r,

    cos(a, r) <= s_a s_r (q_a . q_r) + |e_a| + |s_a q_a| |e_r|

by the Cauchy-Schwarz inequality, so that what is gained is bounded from above whatever was rounded.
The bound decides which candidates are looked at exactly, never which is chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]

# For the rounding of the float32 products that the bounds are compared with.
_MARGIN = 1e-5
_ZERO = 128  # of the unsigned bytes that stand for a candidate


@dataclass(frozen=True, slots=True)
class _Rounded:
    """Rows in whole numbers: ``scale * numbers`` is within ``error`` of each."""

    numbers: NDArray[np.int8]
    scale: Float32
    error: Float32
    length: Float32

    @classmethod
    def of(cls, rows: Float32, largest: int) -> _Rounded:
        """Numbers from -``largest`` to ``largest``; errors and lengths are rounded up."""
        scale = np.abs(rows).max(axis=1, initial=0) / largest
        safe = np.where(scale > 0, scale, 1).astype(np.float32)
        numbers = np.rint(rows / safe[:, None])
        back = numbers.astype(np.float64) * safe[:, None]
        error = np.linalg.norm(rows - back, axis=1) + _MARGIN / 4
        length = np.linalg.norm(back, axis=1) + _MARGIN / 4
        return cls(
            numbers.astype(np.int8), safe, error.astype(np.float32), length.astype(np.float32)
        )


@dataclass(frozen=True, slots=True)
class _Strip:
    """Rows to cover, as the product takes them."""

    columns: NDArray[np.int8]
    # What the zero of the candidates' bytes adds to every product with this row.
    off: NDArray[np.int32]
    scale: Float32
    error: Float32


class Screen:
    """Bounds of what candidates gain over strips of rows.

    Parameters
    ----------
    strips : sequence of (r, d) float32, unit rows or zero
    """

    def __init__(self, strips: list[Float32]) -> None:
        self._multiply = _multiply()
        # Where the processor adds pairs of products in 16 bits, these must fit.
        self._largest = 127 if _is_exact() else 63
        self._strips = [self._strip(rows) for rows in strips]

    def _strip(self, rows: Float32) -> _Strip:
        rounded = _Rounded.of(rows, self._largest)
        columns = np.ascontiguousarray(rounded.numbers.T)
        off = _ZERO * columns.sum(axis=0, dtype=np.int32)
        return _Strip(columns, off.astype(np.int32), rounded.scale, rounded.error)

    def bounds(self, atoms: Float32, covered: Float32, weights: Float64) -> Float64:
        """What each candidate gains at most.

        Parameters
        ----------
        atoms : (b, d) float32, unit rows or zero
        covered : (strips, r) float32
            The best cosine of each row to a chosen candidate, at least 0.
        weights : (strips, r) float64
            What each row counts; 0 for rows that only fill up.
        """
        from concept_core.parallel import map_ordered
        from vocab_builder.selection.kernels import tile_bounds

        rounded = _Rounded.of(atoms, 127)
        numbers = (rounded.numbers.astype(np.int16) + _ZERO).astype(np.uint8)

        def bound(number: int) -> Float64:
            strip = self._strips[number]
            out = np.zeros(len(atoms))
            tile_bounds(
                self._multiply(numbers, strip.columns), strip.off, strip.scale, strip.error,
                rounded.scale, rounded.error + np.float32(_MARGIN), rounded.length,
                covered[number], weights[number], out,
            )  # fmt: skip
            return out

        total: Float64 = np.sum(map_ordered(bound, range(len(self._strips))), axis=0)
        return total


class Spread:
    """Bounds for all candidates at once, from the mean and spread of what they gain a row.

    With y the cosine less what is covered, max(0, y) = (y + |y|) / 2, and by the Cauchy-Schwarz
    inequality the weighted sum of |y| is at most the root of the weights' sum times that of y^2.
    Both sums follow from the rows' mean and second moments. The bound is near while little is
    covered.

    Parameters
    ----------
    atoms : (k, d) float32, unit rows
    strips : sequence of (r, d) float32
    weights : (strips, r) float64
    """

    def __init__(self, atoms: Float32, strips: list[Float32], weights: Float64) -> None:
        self._atoms, self._strips, self._weights = atoms, strips, weights
        dim = atoms.shape[1]
        mean, moments = np.zeros(dim), np.zeros((dim, dim))
        for rows, weight in zip(strips, weights, strict=True):
            weighed = rows * weight[:, None]
            mean += weighed.sum(axis=0)
            moments += weighed.T @ rows
        self._cosines = atoms @ mean
        self._squares = np.einsum("ij,ij->i", atoms @ moments, atoms)

    def bounds(self, covered: Float32) -> Float64:
        """What each candidate gains at most; ``covered`` as for ``Screen``."""
        weighed = self._weights * covered
        mixed = np.sum(
            [part @ rows for part, rows in zip(weighed, self._strips, strict=True)], axis=0
        )
        sums = self._cosines - weighed.sum()
        squares = self._squares - 2 * (self._atoms @ mixed) + (weighed * covered).sum()
        most = np.sqrt(self._weights.sum() * np.maximum(squares, 0))
        bounds: Float64 = (sums + most) / 2 + _MARGIN * self._weights.sum()
        return bounds


@cache
def _multiply() -> Callable[[NDArray[np.uint8], NDArray[np.int8]], NDArray[np.int32]]:
    """The product of bytes as ONNX Runtime computes it, on one thread a call."""
    import onnxruntime
    from onnx import TensorProto, helper

    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["a", "b"], ["product"])],
        "product",
        [
            helper.make_tensor_value_info("a", TensorProto.UINT8, [None, None]),
            helper.make_tensor_value_info("b", TensorProto.INT8, [None, None]),
        ],
        [helper.make_tensor_value_info("product", TensorProto.INT32, [None, None])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session: Any = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return lambda a, b: session.run(None, {"a": a, "b": b})[0]


@cache
def _is_exact() -> bool:
    """Whether products of the largest bytes come out right: pairs are not added in 16 bits."""
    a = np.full((4, 64), 255, np.uint8)
    b = np.full((64, 4), 127, np.int8)
    return bool((_multiply()(a, b) == 64 * 255 * 127).all())
