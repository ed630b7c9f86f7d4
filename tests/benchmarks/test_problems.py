"""The data sets of the benchmark have the properties that are told of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from benchmarks import problems
from benchmarks.problems import GAP, DataSet, clap_set, gap_set, load_sets, synthetic_set, unit
from concept_core.encoders import Encoder
from concept_core.solvers.working_set import WorkingSet


class Letters:
    """An encoder whose embeddings tell which text they are of."""

    def encode_text(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack(
            [np.random.default_rng(list(text.encode())).standard_normal(16) for text in texts]
        )


def lists(folder: Path, words: str, captions: Sequence[str]) -> Path:
    (folder / "splice_vocab").mkdir()
    (folder / "splice_vocab" / "laion.txt").write_text(words, encoding="utf-8")
    (folder / "audiocaps").mkdir()
    text = "audiocap_id,caption\n" + "".join(f'{i},"{c}"\n' for i, c in enumerate(captions))
    (folder / "audiocaps" / "v1_train.csv").write_text(text, encoding="utf-8")
    return folder


def moments(folder: Path, mean: np.ndarray, covariance: np.ndarray) -> Path:
    (folder / "clap_stats").mkdir()
    np.savez(
        folder / "clap_stats" / "fma_pop_clap_stats.npz",
        **{"clap-laion-audio__mu": mean, "clap-laion-audio__cov": covariance},
    )
    return folder


def check_shape(data: DataSet, rows: int, atoms: int) -> None:
    assert data.rows.dtype == np.float32
    assert data.rows.shape[0] == rows
    assert len(data.pool) == atoms
    np.testing.assert_allclose(np.linalg.norm(data.rows, axis=1), 1, atol=1e-6)


def test_synthetic_is_the_same_every_time() -> None:
    one, two = synthetic_set(40, 30, dim=16), synthetic_set(40, 30, dim=16)
    check_shape(one, 40, 30)
    np.testing.assert_array_equal(one.rows, two.rows)
    np.testing.assert_array_equal(one.pool, two.pool)


def test_atoms_are_the_first_of_the_pool_centred() -> None:
    data = synthetic_set(4, 30, dim=16)
    expected = unit(data.pool[:7] - data.pool[:7].mean(axis=0))
    np.testing.assert_allclose(data.atoms(7), expected, atol=1e-6)
    assert data.atoms(7).dtype == np.float32


def test_clap_has_the_published_moments(tmp_path: Path) -> None:
    covariance = np.diag([4.0, 1.0, 0.25]) + 0.1
    data = clap_set(moments(tmp_path, np.array([3.0, 0, 0]), covariance), 50, 20_000)
    check_shape(data, 50, 20_000)
    np.testing.assert_allclose(np.cov(data.pool.T), covariance, atol=0.15)
    np.testing.assert_allclose(data.pool.mean(axis=0), 0, atol=0.1)
    assert data.rows.mean(axis=0)[0] > 0.7, "the mean of the rows is the gap"


def test_gap_takes_the_last_words_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problems, "load_encoder", lambda _: Letters())
    folder = lists(tmp_path, "rare\nnew\nseldom\nthe\n", [f"a sound, {i}" for i in range(50)])
    data = gap_set(folder, 40, 3)
    check_shape(data, 40, 3)
    np.testing.assert_array_equal(data.pool, Letters().encode_text(["the", "seldom", "new"]))


def test_gap_is_one_shift_of_all_captions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problems, "load_encoder", lambda _: Letters())
    rows = gap_set(lists(tmp_path, "a\nb\n", [f"{i}" for i in range(300)]), 300, 2).rows
    # Without it, unit rows in all directions have a mean near zero.
    assert np.linalg.norm(rows.mean(axis=0)) == pytest.approx(GAP / np.hypot(1, GAP), abs=0.05)


def test_missing_data_are_named_and_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SONOLEX_SHARED", str(tmp_path))
    sets, missing = load_sets(10, 20)
    assert [data.name for data in sets] == ["synthetic"]
    assert len(missing) == 2
    assert "laion.txt" in missing[0]
    assert "clap_stats" in missing[1]


def test_the_cosine_is_what_splice_reports(shared: Path, encoder: Encoder) -> None:
    del encoder  # the set loads its own; without it this is skipped
    data = gap_set(shared / "data", 300, 2_000)
    atoms = data.atoms(2_000).astype(np.float64)
    weights = WorkingSet(0.0988).prepare(atoms).solve(data.rows).weights
    found = unit(np.asarray(weights @ atoms))
    assert weights.nnz / 300 == pytest.approx(25, abs=2)
    assert 0.42 <= np.mean(np.sum(found * data.rows, axis=1)) <= 0.55
