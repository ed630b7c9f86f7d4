"""Every peer solves the problem that ours solves: they agree with the oracle."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import peers
from benchmarks.peers import Gemm, Peer
from benchmarks.problems import Float32
from concept_core.solvers.lasso import Lasso
from tests.problems import problem

L1 = 0.15


@pytest.fixture(scope="module")
def case() -> tuple[Float32, Float32]:
    x, atoms = problem(0, 6, 60, 24)
    return x.astype(np.float32), atoms.astype(np.float32)


def check_optimal(peer: Peer, case: tuple[Float32, Float32], tolerance: float) -> None:
    x, atoms = case
    found = peer.solve(x, L1)
    best = Lasso(L1).prepare(atoms.astype(np.float64)).solve(x).weights
    assert found.shape == best.shape
    assert found.data.min() >= 0
    np.testing.assert_allclose(found.toarray(), best.toarray(), atol=tolerance)


@pytest.mark.parametrize("name", peers.INSTALLABLE)
def test_peers_agree_with_the_oracle(name: str, case: tuple[Float32, Float32]) -> None:
    if not peers.installed(name):
        pytest.skip(f"{name} is not installed (extra bench)")
    check_optimal(peers.INSTALLABLE[name][1](case[1]), case, 5e-3)


def test_ours_agree_with_the_oracle(case: tuple[Float32, Float32]) -> None:
    numba = peers.working_set(case[1])
    check_optimal(numba, case, 1e-5)
    check_optimal(numba.on(1), case, 1e-5)
    check_optimal(peers.working_set_torch(case[1]), case, 1e-5)


def test_gemm_takes_as_many_rows_as_come(case: tuple[Float32, Float32]) -> None:
    x, atoms = case
    gemm = Gemm(atoms, len(x))
    assert gemm(x[:4]) is None
    np.testing.assert_allclose(gemm.out[:4], x[:4] @ atoms.T, atol=1e-6)


def test_a_missing_peer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(peers.INSTALLABLE, "nobody", ("no_such_module", peers.Spams))
    assert not peers.installed("nobody")
    assert peers.installed("scikit-learn")
