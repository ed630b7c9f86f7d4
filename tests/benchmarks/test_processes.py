"""What is measured in processes of its own: few rows, and many atoms."""

from __future__ import annotations

import pytest

from benchmarks import large, latency
from benchmarks.problems import synthetic_set


def test_few_rows() -> None:
    found = latency.run(synthetic_set(512, 200, 64), 200)
    assert found.k == 200
    assert 0 < found.one < found.first
    assert found.fifty > found.one and found.pursuit_fifty > found.pursuit_one
    assert "Few rows, K = 200, l0 25: first answer of a fresh process" in str(found)


def test_many_atoms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "wide_set", lambda n, k: synthetic_set(n, k, 64))
    found = large.run(130, 300)
    assert (found.rows, found.k) == (130, 300)
    assert found.gap <= 1e-6 and found.l0 == pytest.approx(25, rel=0.1)
    assert "130 rows over K = 300" in str(found)
