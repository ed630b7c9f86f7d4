"""What one run measures: all of it, or just enough to show that it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run measures.

    Attributes
    ----------
    sizes : tuple of int
        Numbers of atoms.
    sparsities : tuple of float
        Mean numbers of concepts a row.
    central : tuple of float
        Sparsities of the targets: more repetitions, and the ADMM takes part.
    rows : int
        Rows that ours solve.
    repetitions, repetitions_beside : int
        At the central sparsities, and at the others.
    budget : float
        Seconds of a peer in one repetition.
    few : tuple of int
        Numbers of atoms over which a few rows are timed.
    large : tuple of int
        Rows and atoms of the run over many atoms.
    stream_rows, stream_atoms : int
        Rows and atoms of the streamed run.
    selection : tuple of int
        Candidates and reference rows of the selection.
    peers : bool
        Whether the solvers of others take part.
    """

    sizes: tuple[int, ...] = (2_000, 10_000, 50_000)
    sparsities: tuple[float, ...] = (10, 25, 50, 100)
    central: tuple[float, ...] = (10, 25)
    rows: int = 4_096
    repetitions: int = 3
    repetitions_beside: int = 1
    budget: float = 0.1
    few: tuple[int, ...] = (2_000, 10_000)
    large: tuple[int, int] = (1_000, 100_000)
    stream_rows: int = 200_000
    stream_atoms: int = 10_000
    selection: tuple[int, int] = (50_000, 100_000)
    peers: bool = True


QUICK = Plan(
    sizes=(200,),
    sparsities=(3, 10),
    central=(10,),
    rows=512,
    repetitions=2,
    repetitions_beside=1,
    budget=0.02,
    few=(200,),
    large=(70, 400),
    stream_rows=2_000,
    stream_atoms=200,
    selection=(60, 90),
)
"""Shows that everything runs; its figures say nothing."""
