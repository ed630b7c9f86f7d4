"""The data sets of the benchmark have the properties that are told of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from benchmarks import problems
from benchmarks.problems import (
    GAP,
    DataSet,
    clap_set,
    gap_set,
    load_sets,
    real_set,
    synthetic_set,
    unit,
    wide_set,
)
from concept_core.encoders import Encoder
from concept_core.errors import MissingError
from concept_core.resources import fetch
from concept_core.solvers.working_set import WorkingSet
from tests.real_clap_layout import CLIPS, LABELS, made_up, write


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


def real(folder: Path, clips: np.ndarray, prompts: np.ndarray, labels: np.ndarray) -> Path:
    (folder / "clap_real").mkdir()
    np.savez(folder / "clap_real" / "esc50_folds_1-3.npz", audio=clips)
    np.savez(folder / "clap_real" / "texts.npz", esc50=prompts, fsd50k=labels)
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


def test_real_rows_are_centred_and_mixed_where_there_are_too_few(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    clips = unit(np.eye(16)[0] + rng.standard_normal((40, 16)) / 4).astype(np.float32)
    prompts, labels = unit(rng.standard_normal((5, 16)) + 3), unit(rng.standard_normal((7, 16)) - 2)
    folder = real(tmp_path, clips, prompts, labels)
    data = real_set(folder, 100, 5_000)
    check_shape(data, 100, 5_000)
    centred = unit(clips - clips.mean(axis=0, dtype=np.float64)).astype(np.float32)
    kept = [any(np.allclose(row, one, atol=1e-6) for one in centred) for row in data.rows]
    assert sum(kept) == 40, "every real row once"
    assert not all(kept[:40]), "mixtures stand among them, so that all contestants get both"
    # Each list of texts is centred by its own mean; what is missing is drawn.
    np.testing.assert_allclose(data.pool[:7], labels - labels.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(data.pool[7:12], prompts - prompts.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(np.cov(data.pool[12:].T), np.cov(clips.T), atol=0.01)
    for said in ("40 clips of ESC-50", "60 mixtures", "12 real texts", "4,988 normal draws"):
        assert said in data.about
    few = real_set(folder, 30, 10)
    check_shape(few, 30, 10)
    assert "30 clips" in few.about and "mixtures" not in few.about and "draws" not in few.about


def test_real_rows_replace_the_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONOLEX_SHARED", str(tmp_path))
    (tmp_path / "data").mkdir()
    moments(tmp_path / "data", np.zeros(8), np.eye(8))
    assert [data.name for data in load_sets(10, 20)[0]] == ["clap", "synthetic"]
    assert wide_set(10, 20).name == "clap"
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    with pytest.raises(MissingError, match=CLIPS):
        real_set(tmp_path / "data", 10, 20)
    for name in (CLIPS, LABELS):
        fetch(name, own=write(made_up(), tmp_path / name) / name)
    sets, notes = load_sets(10, 20)
    assert [data.name for data in sets] == ["real", "synthetic"]
    assert len(notes) == 1 and "laion.txt" in notes[0]
    assert "10 clips of ESC-50 (resource clap-esc50)" in sets[0].about
    assert wide_set(10, 20).name == "real"


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
    assert len(missing) == 3
    assert "laion.txt" in missing[0]
    assert "sonolex fetch clap-esc50" in missing[1]
    assert "clap_stats" in missing[2]


def test_the_cosine_is_what_splice_reports(shared: Path, encoder: Encoder) -> None:
    del encoder  # the set loads its own; without it this is skipped
    data = gap_set(shared / "data", 300, 2_000)
    atoms = data.atoms(2_000).astype(np.float64)
    weights = WorkingSet(0.0988).prepare(atoms).solve(data.rows).weights
    found = unit(np.asarray(weights @ atoms))
    assert weights.nnz / 300 == pytest.approx(25, abs=2)
    assert 0.42 <= np.mean(np.sum(found * data.rows, axis=1)) <= 0.55
