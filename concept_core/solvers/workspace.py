"""The arrays that one worker of the working set fills again and again.

In small groups, since compiled code counts references to every array of a tuple that it is given.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from concept_core.parallel import blocks

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]
Int8 = NDArray[np.int8]

TILE = 2048
"""Atoms screened together: their correlations stay in the first cache."""

TOGETHER = 16
"""Atoms that enter a support between two exact solutions, at most."""

TARGET, FORWARD, TRIAL, ERROR, WEIGHT = range(5)
PLACE, ATOM, SLOT = range(3)
FREE, IN, NEW, BLOCKED = range(4)


class Atoms(NamedTuple):
    """A dictionary of K unit atoms of dimension d."""

    rows: Float32  # (K, d)
    rest: Float32  # (K, d) what float32 leaves out; (0, d) if that is nothing
    gram: Int8  # (K, K) Gram matrix in steps of 1/127
    finer: Int8  # (K, K) what that leaves out, in steps of 1 / (127 * 254); (0, 0) if too large
    exact: Float32  # (K, K) Gram matrix; (0, 0) if too large


class PursuitAtoms(NamedTuple):
    """The same for the pursuit, which decides in float64."""

    double: Float64  # (K, d)
    single: Float32  # (K, d)
    exact: Float32  # (K, K) Gram matrix; (0, 0) if too large
    gram: Int8  # (K, K) the same in steps of 1/127; (0, 0) if too large, or beside the exact one
    finer: Int8  # (K, K) what that leaves out, in steps of 1 / (127 * 254); (0, 0) if too large


class Support(NamedTuple):
    """The atoms with a weight, at most S of them, of dimension d.

    Rows of ``values``: ``TARGET`` c - l1, ``FORWARD`` the solution of L y = target, ``TRIAL`` the
    exact weights on the support, ``ERROR`` correlation with the residual less l1, ``WEIGHT``.
    Rows of ``who``: ``PLACE`` among the candidates, ``ATOM``, and ``SLOT``, the row of ``vectors``
    and ``Candidates.near``, which stays where it is when an atom before it leaves.
    """

    vectors: Float32  # (S, d)
    entries: Float64  # (TOGETHER, S) Gram entries of atoms about to enter
    factor: Float64  # (S, S) Cholesky factor L, with the reciprocals of its diagonal
    values: Float64  # (5, S)
    who: Int32  # (3, S)


class Candidates(NamedTuple):
    """At most M atoms that may enter the support, those in it first."""

    atom: Int32  # (M,)
    state: Int8  # (M,) FREE, IN, NEW or BLOCKED
    gradient: Float32  # (M,) correlation with the residual, less l1
    offset: Float32  # (M,) what the int8 Gram entries are off by at the start of a round
    near: Float32  # (S, M) Gram entries with the support, nearly
    pick: Int32  # (TOGETHER,) places of atoms about to enter


class Screen(NamedTuple):
    """What it takes to bound all K atoms."""

    residual: Float64  # (d,)
    shadow: Float32  # (d,) the residual again
    nearly: Float32  # (K,) correlations of all atoms with the residual, nearly
    found: Int32  # (F,) atoms that the screen lets through
    excess: Float64  # (F,) their correlation with the residual, less l1
    peaks: Float32  # (K / 16,)
    counts: Int32  # (64,)


def workspace(m: int, s: int, k: int, d: int) -> tuple[Support, Candidates, Screen]:
    """Arrays for m candidates and s atoms in a support, over k atoms of dimension d."""
    who = np.empty((3, s), np.int32)
    who[SLOT] = np.arange(s)
    support = Support(
        np.empty((s, d), np.float32),
        np.empty((TOGETHER, s)),
        np.empty((s, s)),
        np.zeros((5, s)),
        who,
    )
    candidates = Candidates(
        np.empty(m, np.int32),
        np.empty(m, np.int8),
        np.empty(m, np.float32),
        np.empty(m, np.float32),
        np.empty((s, m), np.float32),
        np.empty(TOGETHER, np.int32),
    )
    room = min(k, 2 * TILE)
    screen = Screen(
        residual=np.empty(d),
        shadow=np.empty(d, np.float32),
        nearly=np.empty(k, np.float32),
        found=np.empty(room, np.int32),
        excess=np.empty(room),
        peaks=np.empty(max(k // 16, 1), np.float32),
        counts=np.empty(64, np.int32),
    )
    return support, candidates, screen


GRAM_ATOMS = 46_340
"""Beyond this many atoms the int8 Gram matrix takes more than 2 GiB."""


EXACT_ATOMS = 4_096
"""Up to so many atoms, a float32 Gram matrix takes at most 64 MiB beside the int8 one."""

FINER_ATOMS = 16_384
"""Up to so many atoms, the finer part of the int8 Gram matrix takes at most 256 MiB."""


def gram32(atoms: Float32) -> Float32:
    """The Gram matrix of few atoms; (0, 0) for many."""
    return atoms @ atoms.T if len(atoms) <= EXACT_ATOMS else np.empty((0, 0), np.float32)


def gram8(atoms: Float32) -> tuple[Int8, Int8]:
    """The Gram matrix in steps of 1/127, and what that leaves out; this (0, 0) for many atoms.

    Off by at most half a step; with what that leaves out, by half of a finer one.
    """
    k = len(atoms)
    fine = k if k <= FINER_ATOMS else 0
    gram, finer = np.empty((k, k), np.int8), np.empty((fine, fine), np.int8)
    for block in blocks(k):
        part = atoms[block] @ atoms.T * np.float32(127)
        steps = np.clip(np.rint(part), -127, 127)
        gram[block] = steps
        if fine:
            part -= steps
            part *= np.float32(254)
            finer[block] = np.clip(np.rint(part, out=part), -127, 127)
    return gram, finer
