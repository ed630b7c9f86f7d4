"""What only the working set on torch has; `test_working_set` has the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from concept_core.solvers import torch_chunk, working_set_torch
from concept_core.solvers.base import GAP_TOLERANCE, Solution
from concept_core.solvers.certificate import relative_gap
from concept_core.solvers.working_set_torch import PreparedWorkingSetTorch, WorkingSetTorch
from tests.problems import Array, gap_problem


def solve(x: Array, atoms: Array, l1: float, device: str = "cpu") -> Solution:
    return WorkingSetTorch(l1, device).prepare(atoms).solve(x)


@pytest.fixture
def threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("threads")
def test_threads_change_no_bit_and_are_left_as_they_were() -> None:
    x, atoms = gap_problem(13, 1500, 200, 32)
    answers = []
    for number in (1, 3, 3):
        torch.set_num_threads(number)
        answers.append(solve(x, atoms, 0.05))
        assert torch.get_num_threads() == number
    for answer in answers[1:]:
        np.testing.assert_array_equal(answer.gap, answers[0].gap)
        np.testing.assert_array_equal(answer.weights.toarray(), answers[0].weights.toarray())


@pytest.mark.parametrize("precision", ["high", "medium"])
def test_rough_products_that_the_caller_allows_are_not_used(precision: str) -> None:
    # On processors that multiply bfloat16, "medium" is off by 1e-3.
    x, atoms = gap_problem(14, 50, 300, 48)
    expected = solve(x, atoms, 0.05)
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(precision)
    try:
        found = solve(x, atoms, 0.05)
        assert torch.get_float32_matmul_precision() == precision
    finally:
        torch.set_float32_matmul_precision(before)
    np.testing.assert_array_equal(found.weights.toarray(), expected.weights.toarray())


def test_every_tensor_is_on_the_device_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    # Needs no CUDA: a tensor made without a device is "meta" here, and of no use to the others.
    x, atoms = gap_problem(18, 20, 300, 64)
    monkeypatch.setattr(working_set_torch, "_in_threads", lambda work, parts: [*map(work, parts)])
    with torch.device("meta"):
        solution = solve(x, atoms, 0.02, "cpu")
    assert solution.weights.nnz > 0
    assert solution.gap.max() <= GAP_TOLERANCE


@pytest.mark.parametrize("what", ["screen", "gram"])
def test_rough_screening_and_no_gram_matrix_give_the_same_answers(what: str) -> None:
    x, atoms = gap_problem(15, 60, 600, 64)
    prepared = WorkingSetTorch(0.05).prepare(atoms)
    other = None if what == "gram" else prepared.atoms.single.bfloat16()
    changed: PreparedWorkingSetTorch = replace(
        prepared, atoms=replace(prepared.atoms, **{what: other})
    )
    w = changed.solve(x).weights.toarray()
    np.testing.assert_allclose(w, prepared.solve(x).weights.toarray(), atol=1e-9)


def test_few_rows_at_a_time_where_memory_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    x, atoms = gap_problem(16, 60, 300, 64)
    expected = solve(x, atoms, 0.02).weights.toarray()
    small = working_set_torch.Room(rows=7, batch=1 << 17, gram=0)
    monkeypatch.setattr(working_set_torch, "_room", lambda device: small)
    np.testing.assert_allclose(solve(x, atoms, 0.02).weights.toarray(), expected, atol=1e-9)


def test_what_did_not_converge_has_its_true_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    x, atoms = gap_problem(17, 30, 300, 48, decay=1.0)

    def give_up(gram: torch.Tensor, target: torch.Tensor, start: torch.Tensor) -> object:
        return start, torch.eye(start.shape[1], dtype=gram.dtype).mul(1e6).expand_as(gram)

    monkeypatch.setattr(torch_chunk, "descend", give_up)
    monkeypatch.setattr(torch_chunk, "_EXACT_ROUNDS", 3)
    solution = solve(x, atoms, 0.02)
    assert solution.gap.max() > 1e-5
    np.testing.assert_allclose(
        solution.gap, relative_gap(x, atoms, solution.weights, 0.02), rtol=1e-2, atol=1e-9
    )
