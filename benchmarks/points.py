"""One point of the benchmark: a data set, a size, a sparsity, and all who take part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from benchmarks import admm, peers
from benchmarks.admm import Admm
from benchmarks.answers import above_oracle, calibrated, mean_cosine
from benchmarks.measure import Contestant, Timing, race
from benchmarks.peers import Gemm, Ours, Peer
from benchmarks.plan import Plan
from benchmarks.problems import DataSet
from concept_core.parallel import BLOCK, cores
from concept_core.solvers.base import GAP_TOLERANCE, Array
from concept_core.solvers.certificate import relative_gap

_ADMM_CHECKED = 64
"""Rows of the ADMM whose gap is computed, and whose slowest says how many iterations it takes."""

_PEERS_UP_TO = 10_000
"""Beyond so many atoms ours are measured alone: Gram matrices and factors of peers take gigabytes,
and a row of the others seconds."""

_ADMM_SMALL, _ADMM_COUNTED = 2_000, 1_024
"""Up to so many atoms there is time to count them on whole batches: so many rows."""


@dataclass(frozen=True, slots=True)
class Result:
    """One contestant at one point.

    Attributes
    ----------
    cores, rows : int
        How many rows were timed.
    about : str
        How its time is scaled, if it is.
    seconds : list of float
        A row, in each repetition.
    gap_median, gap_max : float or None
        Of the relative duality gaps in float64; None where there is no answer.
    checked, above : int
        Rows whose gap was computed, and those of them whose gap is above 1e-6.
    """

    cores: int
    rows: int
    about: str
    seconds: list[float]
    gap_median: float | None = None
    gap_max: float | None = None
    checked: int = 0
    above: int = 0


@dataclass(frozen=True, slots=True)
class Point:
    """All contestants at one data set, size and sparsity.

    Attributes
    ----------
    data : str
    k : int
    asked, l0 : float
        The mean sparsity that was asked for, and what the penalty gives.
    l1 : float
    cosine : float
        Mean cosine of the rows with their reconstructions.
    oracle : float or None
        The most by which an objective is above that of scikit-learn at tolerance 1e-12, as a
        share of it, on a few rows; None where nobody waits for that.
    results : dict
        By contestant.
    """

    data: str
    k: int
    asked: float
    l0: float
    l1: float
    cosine: float
    oracle: float | None
    results: dict[str, Result] = field(repr=False)


class Arena:
    """Everyone who takes part at one data set and size, made ready."""

    def __init__(self, data: DataSet, k: int, plan: Plan) -> None:
        self._alone = k > _PEERS_UP_TO
        # Over many atoms a row is slow: half of them take their time.
        self._rows = data.rows[: plan.rows // 2] if self._alone else data.rows
        self._data, self._plan = data, plan
        self.atoms = data.atoms(k)
        self.numba = peers.working_set(self.atoms)
        self.torch = peers.working_set_torch(self.atoms)
        self.pursuit = peers.pursuit(self.atoms)
        self._gemm = Gemm(self.atoms, plan.rows)
        self._with_peers = plan.peers and not self._alone
        self._peers: dict[str, Peer] = {
            name: make(self.atoms)
            for name, (_, make) in peers.INSTALLABLE.items()
            if peers.installed(name) and self._with_peers
        }
        self._admm = Admm(self.atoms) if self._with_peers else None
        self._short = Admm(self.atoms, short=True)

    def measure(self, asked: float) -> Point:
        """Calibrate, time everyone in turn, and check every answer."""
        l1 = calibrated(self._rows, self.atoms, asked)
        exact, x = self.atoms.astype(np.float64), self._rows.astype(np.float64)
        contestants = [*self._fast(l1), self._k_sparse(round(asked)), *self._slow(l1)]
        central = asked in self._plan.central
        if central and self._admm is not None:
            contestants.append(self._admm_full(self._admm, l1))
        repetitions = self._plan.repetitions if central else self._plan.repetitions_beside
        timings = race(contestants, self._rows, repetitions=repetitions)
        if "ADMM" in timings:
            timings["ADMM 100"] = self._admm_cut(timings["ADMM"], l1)
        # The certificate of every row, not of the rows that were timed alone.
        timings["numba"].weights = whole = self.numba.solve(self._rows, l1)
        results = {name: _judged(timing, x, exact, l1) for name, timing in timings.items()}
        return Point(
            data=self._data.name,
            k=len(exact),
            asked=asked,
            l0=whole.nnz / len(x),
            l1=l1,
            cosine=mean_cosine(x, np.asarray(whole @ exact)),
            oracle=None if not self._with_peers else above_oracle(x, exact, whole, l1),
            results=results,
        )

    def _fast(self, l1: float) -> Sequence[Contestant]:
        """The floor and ours, side by side: on all cores, then on one."""
        most = cores()
        found = []
        for name, threads in (("", most), (" 1 core", 1)):
            numba = self.numba.on(threads)
            found += [
                Contestant("GEMM" + name, threads, self._gemm, budget=9.0, least=256),
                _solver("numba" + name, threads, numba, l1, budget=0.5, least=512 * threads),
            ]
        return [*found, _solver("torch", most, self.torch, l1, budget=0.5, least=128)]

    def _k_sparse(self, limit: int) -> Contestant:
        """The other mode at the same sparsity; it has no certificate, so that no answer is kept.

        On one core, since its rows are one block; where a row is slow, a part of one.
        """
        return Contestant(
            "k-sparse",
            1,
            lambda x: (self.pursuit(x, limit), None)[1],
            budget=0.0,
            least=64 if self._alone else BLOCK,
        )

    def _slow(self, l1: float) -> Sequence[Contestant]:
        """The peers; SPAMS on all cores and many rows, the others one row at a time on one."""
        return [
            _solver(name, cores(), peer, l1, budget=2 * self._plan.budget, least=256)
            if name == "SPAMS"
            else _solver(name, 1, peer, l1, budget=self._plan.budget)
            for name, peer in self._peers.items()
        ]

    def _admm_full(self, whole: Admm, l1: float) -> Contestant:
        """The ADMM at its defaults: a step is timed, and stands for all that a batch takes."""
        rows = self._rows
        answer = self._short.solve(rows[:_ADMM_CHECKED], l1)
        iterations = float(self._short.iterations)
        if len(self.atoms) <= _ADMM_SMALL:
            iterations = self._short.count(rows[:_ADMM_COUNTED], l1, admm.BATCH)
        batch = rows[: admm.BATCH]
        steps = whole.steps(batch, l1)
        return Contestant(
            "ADMM",
            cores(),
            lambda _: (next(steps), answer)[1],
            work=iterations,
            once=whole.factor_seconds / len(batch),
            budget=0.0,
            least=len(batch),
            about=f"{iterations:.0f} iterations",
        )

    def _admm_cut(self, full: Timing, l1: float) -> Timing:
        """The same cut short, from the same steps."""
        who = replace(full.contestant, name="ADMM 100", work=100, about="100 iterations")
        answer = self._short.solve(full.rows[:_ADMM_CHECKED], l1, iterations=100)
        steps = [(cost - who.once) / full.contestant.work for cost in full.seconds]
        return Timing(who, full.rows, 1, [who.once + who.work * step for step in steps], answer)


def _solver(
    name: str, cores: int, peer: Peer | Ours, l1: float, *, budget: float, least: int = 4
) -> Contestant:
    return Contestant(name, cores, lambda x: peer.solve(x, l1), budget=budget, least=least)


def _judged(timing: Timing, x: Array, atoms: Array, l1: float) -> Result:
    """The timing with the float64 certificate of its answer to the first rows."""
    who = timing.contestant
    plain = Result(who.cores, len(timing.rows), who.about, timing.seconds)
    if timing.weights is None:
        return plain
    checked = timing.weights.shape[0]
    gap = relative_gap(x[:checked], atoms, timing.weights, l1)
    return replace(
        plain,
        gap_median=float(np.median(gap)),
        gap_max=float(gap.max()),
        checked=checked,
        above=int((gap > GAP_TOLERANCE).sum()),
    )
