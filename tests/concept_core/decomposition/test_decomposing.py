from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concept_core import decompose
from concept_core.decomposition.dictionary import Dictionary
from concept_core.errors import DataError, MissingError, UsageError
from concept_core.solvers import lasso
from concept_core.vocabulary import Concept, Vocabulary
from tests.problems import problem, unit
from tests.toy import DIM, ToyEncoder

MODES = [{"l1": 0.1}, {"l0": 3}]
SEEDS = st.integers(0, 2**32 - 1)


def vocabulary(*labels: str) -> Vocabulary:
    return Vocabulary("toy", "0.1.0", tuple(Concept(word, word, "word", 1) for word in labels))


def objective(x: np.ndarray, atoms: np.ndarray, l1: float) -> np.ndarray:
    result = decompose(x, atoms, l1=l1)
    return 0.5 * result.residual**2 + l1 * np.asarray(result.weights.sum(axis=1))


def test_by_hand() -> None:
    atoms = np.eye(3)
    result = decompose([[0.6, 0.0, 0.8]], atoms, l1=0.1)
    np.testing.assert_allclose(result.weights.toarray(), [[0.5, 0.0, 0.7]], atol=1e-12)
    assert result.residual[0] == pytest.approx(math.sqrt(0.02))
    assert result.cosine[0] == pytest.approx((0.3 + 0.56) / math.sqrt(0.74))
    assert (result.mode, result.value, result.l0.tolist()) == ("l1", 0.1, [2])
    assert result.status.tolist() == ["converged"]
    assert result.gap[0] <= 1e-12

    result = decompose([[0.6, 0.0, 0.8]], atoms, l0=1)
    np.testing.assert_allclose(result.weights.toarray(), [[0.0, 0.0, 0.8]], atol=1e-12)
    np.testing.assert_allclose(result.reconstruct(), [[0.0, 0.0, 0.8]], atol=1e-12)
    assert (result.residual[0], result.cosine[0]) == (pytest.approx(0.6), pytest.approx(0.8))
    assert (result.mode, result.value, result.l0.tolist()) == ("l0", 1, [1])
    assert result.status.tolist() == ["k-sparse"]
    assert math.isnan(result.gap[0])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_any_float_type_comes_in(mode: dict[str, float], dtype: type) -> None:
    x, atoms = problem(0, 4, 10, 6)
    result = decompose(x.astype(dtype), atoms.astype(dtype), **mode)
    assert result.weights.dtype == np.float64
    np.testing.assert_allclose(
        result.weights.toarray(), decompose(x, atoms, **mode).weights.toarray(), atol=5e-3
    )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("n", [0, 1, 2])
@pytest.mark.parametrize("k", [1, 2])
def test_few_rows_and_few_atoms(mode: dict[str, float], n: int, k: int) -> None:
    x, atoms = problem(1, n, k, 5)
    result = decompose(x, atoms, **mode)
    assert result.weights.shape == (n, k)
    assert result.reconstruct().shape == (n, 5)
    for values in (result.gap, result.l0, result.cosine, result.residual, result.status):
        assert values.shape == (n,)


@pytest.mark.parametrize("mode", MODES)
def test_a_zero_row_has_no_concepts(mode: dict[str, float]) -> None:
    x, atoms = problem(2, 3, 8, 6)
    x[1] = 0.0
    result = decompose(x, atoms, **mode)
    assert result.status.tolist().index("zero") == 1
    assert (result.l0[1], result.cosine[1], result.residual[1]) == (0, 0.0, 0.0)
    assert np.all(result.l0[[0, 2]] > 0)


@pytest.mark.parametrize("mode", MODES)
def test_a_row_away_from_every_atom_has_no_concepts(mode: dict[str, float]) -> None:
    result = decompose([[-1.0, 0.0]], np.eye(2), **mode)
    assert (result.status[0], result.l0[0], result.cosine[0]) == ("zero", 0, 0.0)
    assert result.residual[0] == 1.0


def test_a_penalty_above_every_correlation_leaves_nothing() -> None:
    x, atoms = problem(3, 5, 8, 6)
    result = decompose(x, atoms, l1=1.0)
    assert set(result.status.tolist()) == {"zero"}
    assert result.weights.nnz == 0
    np.testing.assert_array_equal(result.gap, 0.0)


def test_an_atom_equal_to_the_row() -> None:
    _, atoms = problem(4, 1, 8, 6)
    result = decompose(atoms[[5]], atoms, l0=3)
    assert result.weights.indices.tolist() == [5]
    assert result.weights.data[0] == pytest.approx(1.0)
    assert result.cosine[0] == pytest.approx(1.0)
    lasso_weights = decompose([[0.0, 1.0, 0.0]], np.eye(3), l1=0.1).weights
    np.testing.assert_allclose(lasso_weights.toarray(), [[0.0, 0.9, 0.0]], atol=1e-12)


@pytest.mark.parametrize("mode", MODES)
def test_duplicate_atoms_change_no_reconstruction(mode: dict[str, float]) -> None:
    x, atoms = problem(5, 6, 9, 12)
    once, twice = decompose(x, atoms, **mode), decompose(x, np.vstack([atoms, atoms]), **mode)
    np.testing.assert_allclose(twice.reconstruct(), once.reconstruct(), atol=1e-5)


def test_a_row_that_did_not_converge_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    x, atoms = problem(6, 5, 200, 16)
    monkeypatch.setattr(lasso, "_MAX_SWEEPS", 1)
    result = decompose(x, atoms, l1=0.02, solver="lasso")
    np.testing.assert_array_equal(result.status == "not-converged", result.gap > 1e-6)
    assert "not-converged" in result.status


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, mode=st.sampled_from(MODES))
def test_permuting_atoms_permutes_weights(seed: int, mode: dict[str, float]) -> None:
    x, atoms = problem(seed, 3, 14, 8)
    order = np.random.default_rng(seed).permutation(14)
    straight, permuted = decompose(x, atoms, **mode), decompose(x, atoms[order], **mode)
    np.testing.assert_allclose(
        permuted.weights.toarray(), straight.weights.toarray()[:, order], atol=1e-5
    )


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, more=st.integers(1, 10))
def test_more_atoms_never_raise_the_objective(seed: int, more: int) -> None:
    x, atoms = problem(seed, 3, 12 + more, 8)
    assert np.all(objective(x, atoms, 0.1) <= objective(x, atoms[:12], 0.1) + 1e-9)


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, n=st.integers(1, 5), k=st.integers(1, 20), l1=st.floats(0.01, 1.5))
def test_every_row_of_an_l1_answer_is_certified(seed: int, n: int, k: int, l1: float) -> None:
    result = decompose(*problem(seed, n, k, 8), l1=l1)
    assert np.all((result.gap >= 0) & (result.gap <= 1e-6))
    assert result.weights.nnz == 0 or result.weights.data.min() > 0
    assert np.all((result.l0 > 0) == (result.status == "converged"))


def test_explained_variance_against_the_mean_only_baseline() -> None:
    x = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert decompose(x, np.eye(2), l0=2).explained_variance(x) == pytest.approx(1.0)
    # One atom explains the first row wholly: 1 is left of a spread of 2 * .5.
    assert decompose(x, [[1.0, 0.0]], l0=1).explained_variance(x) == pytest.approx(0.0)
    # Nothing is explained at all: 2 is left of 1.
    assert decompose(x, np.eye(2), l1=5.0).explained_variance(x) == pytest.approx(-1.0)


@pytest.mark.parametrize("n", [0, 1, 3])
def test_rows_that_do_not_differ_have_no_variance_to_explain(n: int) -> None:
    x = unit(np.tile([[0.1, 0.2, 0.3]], (n, 1)))
    assert math.isnan(decompose(x, np.eye(3), l0=2).explained_variance(x))


def test_explained_variance_wants_the_rows_that_were_decomposed() -> None:
    x, atoms = problem(7, 4, 8, 6)
    result = decompose(x, atoms, l0=2)
    with pytest.raises(DataError, match="x has 3 rows, the decomposition 4"):
        result.explained_variance(x[:3])


@pytest.mark.parametrize(
    ("mode", "message"),
    [
        ({}, "exactly one of l1 .* neither was given"),
        ({"l1": 0.1, "l0": 8}, "exactly one of l1 .* both were given"),
        ({"l0": 0}, "l0 is a whole number .* got 0"),
        ({"l0": 2.5}, "l0 is a whole number .* got 2.5"),
        ({"l1": 0.0}, "l1 is a penalty above 0.* got 0.0"),
        ({"l1": -1.0}, "l1 is a penalty above 0.* got -1.0"),
        ({"l1": math.nan}, "l1 is a penalty above 0.* got nan"),
        ({"l0": 8, "device": "tpu"}, "unknown device 'tpu'"),
        ({"l0": 8, "solver": "lasso"}, r"the solver lasso takes l1 \(a penalty\)"),
        ({"l1": 0.1, "solver": "k_sparse"}, r"the solver k_sparse takes l0 \(a limit\)"),
        (
            {"l1": 0.1, "solver": "admm"},
            "unknown solver 'admm' .known: auto, k_sparse, lasso, working_set, working_set_torch",
        ),
        ({"l0": 8, "device": "cuda", "solver": "k_sparse"}, "the solver k_sparse runs on the CPU"),
    ],
)
def test_wrong_calls(mode: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        decompose(np.eye(2), np.eye(2), **mode)


def test_device_auto() -> None:
    assert decompose(np.eye(2), np.eye(2), l0=1, device="auto").l0.tolist() == [1, 1]


@pytest.mark.parametrize("mode", [{"l0": 1}, {"l1": 0.1}])
def test_a_device_that_is_not_there(
    mode: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(MissingError, match="torch finds no CUDA device"):
        decompose(np.eye(2), np.eye(2), device="cuda", **mode)


def test_the_pursuit_stays_on_the_cpu_where_models_are_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    assert decompose(np.eye(2), np.eye(2), l0=1, device="cuda").l0.tolist() == [1, 1]


def spoiled(row: int, column: int, value: float) -> np.ndarray:
    matrix = np.eye(4)
    matrix[row, column] = value
    return matrix


@pytest.mark.parametrize(
    ("x", "atoms", "message"),
    [
        (spoiled(2, 3, math.nan), np.eye(4), "x: row 2 holds nan in column 3"),
        (spoiled(1, 0, math.inf), np.eye(4), "x: row 1 holds inf in column 0"),
        (np.eye(4), spoiled(3, 1, -math.inf), "atoms: row 3 holds -inf in column 1"),
        (np.eye(4), spoiled(2, 2, 1.1), "atoms: row 2 has length 1.1; .*1 of 4 are wrong"),
        (np.eye(4), spoiled(2, 2, 0.0), "atoms: row 2 has length 0;"),
        (np.eye(4)[:, :3], np.eye(4), "x has 3 columns, the atoms 4"),
        (np.eye(4)[0], np.eye(4), r"x has shape \(4,\); expected two dimensions"),
        (np.eye(4), np.eye(4)[0], r"atoms has shape \(4,\); expected two dimensions"),
        (np.eye(4), np.zeros((0, 4)), "atoms has no rows"),
        ([["dog"]], np.eye(1), "x has values of type <U3; expected real numbers"),
        (np.eye(4) * 1j, np.eye(4), "x has values of type complex128"),
    ],
)
def test_bad_data_is_named(x: np.ndarray, atoms: np.ndarray, message: str) -> None:
    with pytest.raises(DataError, match=message):
        decompose(x, atoms, l0=2)


def test_atoms_within_the_tolerance_are_unit_rows() -> None:
    assert decompose(np.eye(2), np.eye(2) * 1.0009, l0=1).l0.tolist() == [1, 1]


def test_a_dictionary_encodes_labels_in_order_and_knows_where_it_is_from() -> None:
    words = vocabulary("dog", "café", "null")
    built = Dictionary.build(words, ToyEncoder())
    assert built.labels == ("dog", "café", "null")
    np.testing.assert_array_equal(built.atoms, ToyEncoder().encode_text(["dog", "café", "null"]))
    assert built.vocabulary == words.content_hash
    assert built.encoder == ToyEncoder.spec.fingerprint


def test_a_dictionary_uses_the_prompt_set_of_the_encoder() -> None:
    class Prompted(ToyEncoder):
        spec = replace(ToyEncoder.spec, prompt_set="paper@1")

    built = Dictionary.build(vocabulary("dog"), Prompted())
    np.testing.assert_array_equal(
        built.atoms, ToyEncoder().encode_text(["This is a sound of dog."])
    )


def test_a_label_without_a_direction_is_named() -> None:
    class Deaf(ToyEncoder):
        def encode_text(self, texts: list[str]) -> np.ndarray:
            return np.array([np.zeros(DIM) if text == "hush" else np.eye(DIM)[0] for text in texts])

    with pytest.raises(DataError, match=r"row 1 \('hush'\) has length 0"):
        Dictionary.build(vocabulary("dog", "hush"), Deaf())


def test_an_empty_vocabulary_has_no_dictionary() -> None:
    with pytest.raises(DataError, match="vocabulary toy has no concepts"):
        Dictionary.build(vocabulary(), ToyEncoder())
