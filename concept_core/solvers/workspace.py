"""The arrays that one worker of the working set fills again and again."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]
Int8 = NDArray[np.int8]

TILE = 2048
"""Atoms screened together: their correlations stay in the first cache."""


class Workspace(NamedTuple):
    """The arrays of one worker, for at most M candidates and S atoms in a support (d long).

    ``slot`` says which row of ``vectors`` and ``near`` belongs to a place of the support: rows
    stay where they are when an atom before them leaves.
    """

    candidate: Int32  # (M,) atoms
    gradient: Float32  # (M,)
    offset: Float32  # (M,) what the int8 Gram entries are off by at the start of a round
    state: Int8  # (M,) FREE, IN or BLOCKED
    near: Float32  # (S, M) Gram entries of support with candidates, nearly
    vectors: Float32  # (S, d)
    gram: Float64  # (S, S)
    factor: Float64  # (S, S)
    target: Float64  # (S,)
    forward: Float64  # (S,)
    trial: Float64  # (S,)
    error: Float64  # (S,) correlations of the support with the residual, less l1
    weight: Float64  # (S,)
    place: Int32  # (S,) support -> candidate
    atom: Int32  # (S,) support -> atom
    slot: Int32  # (S,)
    residual: Float64  # (d,)
    member: Int8  # (K,) whether in the support
    found: Int32  # (F,) atoms that the screen lets through
    excess: Float64  # (F,)
    scratch: Int32  # (K,)
    tile: Float32  # (TILE,)


def workspace(m: int, s: int, k: int, d: int) -> Workspace:
    """Arrays for m candidates and s atoms in a support, over k atoms of dimension d."""
    room = min(k, 2 * TILE)
    return Workspace(
        candidate=np.empty(m, np.int32),
        gradient=np.empty(m, np.float32),
        offset=np.empty(m, np.float32),
        state=np.empty(m, np.int8),
        near=np.empty((s, m), np.float32),
        vectors=np.empty((s, d), np.float32),
        gram=np.empty((s, s)),
        factor=np.empty((s, s)),
        target=np.empty(s),
        forward=np.empty(s),
        trial=np.empty(s),
        error=np.empty(s),
        weight=np.zeros(s),
        place=np.empty(s, np.int32),
        atom=np.empty(s, np.int32),
        slot=np.arange(s, dtype=np.int32),
        residual=np.empty(d),
        member=np.zeros(k, np.int8),
        found=np.empty(room, np.int32),
        excess=np.empty(room),
        scratch=np.empty(k, np.int32),
        tile=np.empty(TILE, np.float32),
    )
