"""ConceptDecomposition is a module like others, and gives what decompose() gives."""

from __future__ import annotations

import copy
import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from concept_core import decompose
from concept_core.errors import DataError, UsageError
from concept_core.integrations.torch import ConceptDecomposition
from concept_core.vocabulary import Vocabulary
from tests.toy import ToyEncoder

MODES: list[dict[str, Any]] = [{"l0": 3}, {"l1": 0.1}]


@pytest.fixture
def layer(vocabulary: Vocabulary) -> ConceptDecomposition:
    return ConceptDecomposition(vocabulary, ToyEncoder(), l1=0.1)


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_it_gives_the_weights_of_decompose(
    mode: dict[str, Any], vocabulary: Vocabulary, x: NDArray[np.float32]
) -> None:
    layer = ConceptDecomposition(vocabulary, ToyEncoder(), **mode)
    rows = torch.from_numpy(x).requires_grad_()
    weights = layer(rows)
    expected = decompose(x, layer.atoms.numpy(), **mode)
    assert weights.dtype == torch.float32 and not weights.requires_grad
    np.testing.assert_allclose(weights, expected.weights.toarray(), atol=1e-6)
    np.testing.assert_allclose(layer.reconstruct(weights), expected.reconstruct(), atol=1e-6)


def test_csr_weights_are_the_same_and_go_back(
    layer: ConceptDecomposition, vocabulary: Vocabulary, x: NDArray[np.float32]
) -> None:
    rows = torch.from_numpy(x)
    sparse = ConceptDecomposition(vocabulary, ToyEncoder(), l1=0.1, sparse=True)(rows)
    assert sparse.layout == torch.sparse_csr
    torch.testing.assert_close(sparse.to_dense(), layer(rows))
    torch.testing.assert_close(layer.reconstruct(sparse), layer.reconstruct(layer(rows)))


@pytest.mark.parametrize("n", [0, 1])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
def test_rows_of_any_type_and_number(
    layer: ConceptDecomposition, n: int, dtype: torch.dtype, x: NDArray[np.float32]
) -> None:
    weights = layer(torch.from_numpy(x[:n]).to(dtype))
    assert weights.dtype == dtype and weights.shape == (n, 7)
    assert layer.reconstruct(weights).shape == (n, 64)


def test_explanations_name_the_most_prominent(
    layer: ConceptDecomposition, x: NDArray[np.float32]
) -> None:
    rows = torch.from_numpy(x)
    first = layer.explain(rows, clips=["a.wav", *"bcde"], top=1)[0]
    assert first.clip == "a.wav"
    ((label, prominence),) = first.concepts
    assert label == "dog"
    assert prominence == pytest.approx(float(layer(rows)[0, 0]))
    assert layer.explain(rows)[4].clip == "4"
    with pytest.raises(DataError, match="1 clip names for 5"):
        layer.explain(rows, clips=["a.wav"])


def test_a_saved_state_comes_back(
    layer: ConceptDecomposition, vocabulary: Vocabulary, x: NDArray[np.float32]
) -> None:
    file = io.BytesIO()
    torch.save(layer.state_dict(), file)
    file.seek(0)
    other = ConceptDecomposition(vocabulary, ToyEncoder(), l1=0.1)
    other.atoms.zero_()[:, 0] = 1.0
    rows = torch.from_numpy(x)
    # The solver that was made for those atoms must not outlive them.
    assert not torch.equal(other(rows), layer(rows))
    other.load_state_dict(torch.load(file, weights_only=True))
    torch.testing.assert_close(other(rows), layer(rows))


def test_a_state_of_another_vocabulary_is_refused_and_nothing_is_loaded(
    layer: ConceptDecomposition, vocabulary: Vocabulary
) -> None:
    other = replace(vocabulary, concepts=vocabulary.concepts[::-1])
    state = torch.nn.Sequential(ConceptDecomposition(other, ToyEncoder(), l1=0.1)).state_dict()
    before = layer.atoms.clone()
    with pytest.raises(DataError, match=r"0\.atoms: the state is of another vocabulary"):
        torch.nn.Sequential(layer).load_state_dict(state)
    assert torch.equal(layer.atoms, before)


def test_copies_and_moved_modules_answer_alike(
    layer: ConceptDecomposition, x: NDArray[np.float32]
) -> None:
    rows = torch.from_numpy(x)
    expected = layer(rows)
    assert torch.equal(copy.deepcopy(layer)(rows), expected)
    file = io.BytesIO()
    torch.save(layer, file)
    file.seek(0)
    assert torch.equal(torch.load(file, weights_only=False)(rows), expected)
    # Atoms as float64 hold the same values; what moves them makes the solver anew.
    torch.testing.assert_close(layer.double()(rows), expected)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
@pytest.mark.parametrize("mode", MODES, ids=str)
def test_on_cuda_as_on_the_cpu(
    mode: dict[str, Any], vocabulary: Vocabulary, x: NDArray[np.float32]
) -> None:
    layer = ConceptDecomposition(vocabulary, ToyEncoder(), **mode)
    rows = torch.from_numpy(x)
    expected = layer(rows)
    weights = layer.cuda()(rows.cuda())
    assert weights.is_cuda
    torch.testing.assert_close(weights.cpu(), expected, atol=1e-6, rtol=0)


def test_the_mode_is_shown_and_checked(
    layer: ConceptDecomposition, vocabulary: Vocabulary, x: NDArray[np.float32]
) -> None:
    assert repr(layer) == "ConceptDecomposition(64 -> 7 concepts, l1=0.1)"
    assert "l0=8" in repr(ConceptDecomposition(vocabulary, ToyEncoder()))
    with pytest.raises(UsageError, match="both were"):
        ConceptDecomposition(vocabulary, ToyEncoder(), l0=1, l1=0.1)
    with pytest.raises(DataError, match="63 columns"):
        layer(torch.from_numpy(x[:, 1:]))
    with pytest.raises(DataError, match="row 0 holds nan"):
        layer(torch.full((1, 64), torch.nan))
