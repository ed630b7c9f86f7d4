"""A few rows: answered without a Gram matrix or compiled code, as many rows are."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from concept_core import decompose
from concept_core.decomposition import dictionary
from concept_core.decomposition.dictionary import as_dictionary
from concept_core.decomposition.seen import Seen
from concept_core.errors import DataError
from concept_core.solvers import few_rows, k_sparse, working_set
from concept_core.solvers.registry import FEW_ROWS, pick_solver
from tests.problems import assert_same_rows, gap_problem, problem

MODES = [{"l1": 0.05}, {"l0": 6}]
MANY = {"l1": "working_set", "l0": "k_sparse"}


@pytest.fixture(autouse=True)
def nothing_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dictionary, "_SEEN", Seen())


@pytest.mark.parametrize("mode", MODES)
def test_the_answers_are_those_of_the_solvers_for_many_rows(mode: dict[str, float]) -> None:
    x, atoms = gap_problem(1, FEW_ROWS + 1, 900, 64)
    few, many = decompose(x[:-1], atoms, **mode), decompose(x, atoms, **mode)
    named = decompose(x[:-1], atoms, **mode, solver=MANY[next(iter(mode))])
    for other in (many.weights.toarray()[:-1], named.weights.toarray()):
        assert_same_rows(few.weights.toarray(), other)
    assert few.status.tolist() == many.status.tolist()[:-1]


@pytest.mark.parametrize("mode", MODES)
def test_no_gram_matrix_is_made_for_them(
    mode: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(atoms: np.ndarray) -> np.ndarray:
        raise AssertionError(f"a Gram matrix of {len(atoms)} atoms")

    monkeypatch.setattr(working_set, "gram8", refuse)
    monkeypatch.setattr(k_sparse, "gram8", refuse)
    monkeypatch.setattr(k_sparse, "gram32", refuse)
    x, atoms = problem(2, FEW_ROWS + 1, 300, 16)
    decompose(x[:-1], atoms, **mode)
    with pytest.raises(AssertionError, match="a Gram matrix of 300 atoms"):
        decompose(x, atoms, **mode)


def test_the_first_answer_waits_for_no_large_import() -> None:
    code = """
import sys
import numpy as np
from concept_core import decompose
x = np.eye(3)
decompose(x, x, l1=0.1)
decompose(x, x, l0=2)
print([name for name in ("numba", "torch", "sklearn", "pandas") if name in sys.modules])
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_auto_asks_torch_for_no_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    for atoms, rows, name in [
        (100, 64, "FewRows"),
        (100, 65, "Lasso"),
        (129, None, "WorkingSet"),
        (100_000, 65, "WorkingSet"),
    ]:
        assert type(pick_solver(atoms=atoms, l1=0.1, rows=rows)).__name__ == name
    assert type(pick_solver(atoms=9, l1=0.1, rows=3, device="cuda")).__name__ == "FewRows"
    found = pick_solver(atoms=9, l1=0.1, rows=3, solver="working_set_torch")
    assert found.device == "cuda"  # type: ignore[attr-defined]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many atoms were made ready for few rows, each time."""
    sizes: list[int] = []
    prepare: Callable[..., object] = few_rows.FewRows.prepare

    def counted(self: few_rows.FewRows, atoms: np.ndarray) -> object:
        sizes.append(len(atoms))
        return prepare(self, atoms)

    monkeypatch.setattr(few_rows.FewRows, "prepare", counted)
    return sizes


def test_plain_atoms_are_known_again_by_what_they_hold(made: list[int]) -> None:
    x, atoms = problem(3, 4, 300, 16)
    first = decompose(x, atoms, l1=0.1)
    for same in (atoms, atoms.copy(), np.asfortranarray(atoms), atoms.tolist()):
        again = decompose(x, same, l1=0.1)
        np.testing.assert_array_equal(again.weights.toarray(), first.weights.toarray())
    decompose(x, atoms, l1=0.2)
    assert made == [300]


def test_atoms_that_changed_in_place_are_others(made: list[int]) -> None:
    x, atoms = problem(4, 4, 600, 16)
    before = decompose(x, atoms, l1=0.1).weights.toarray()
    kept = atoms[599].copy()
    atoms[599] = x[0]
    changed = decompose(x, atoms, l1=0.1).weights
    assert changed[[0]].indices.tolist() == [599]
    atoms[599] = kept
    np.testing.assert_array_equal(decompose(x, atoms, l1=0.1).weights.toarray(), before)
    assert made == [600, 600]


def test_types_are_told_apart(made: list[int]) -> None:
    x, atoms = problem(5, 4, 300, 16)
    decompose(x, atoms, l1=0.1)
    decompose(x, atoms.astype(np.float32), l1=0.1)
    assert made == [300, 300]


def test_the_last_two_are_remembered(made: list[int]) -> None:
    (x, one), (_, two), (_, three) = (problem(6, 2, k, 16) for k in (201, 202, 203))
    for atoms in (one, two, one, three, one, three, two, one):
        decompose(x, atoms, l1=0.1)
    assert made == [201, 202, 203, 202, 201]


def test_large_arrays_are_not_remembered(made: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("concept_core.decomposition.seen._BYTES", 2 * 200**2 + 28 * 200 * 16)
    for k in (200, 201):
        _, atoms = problem(7, 2, k, 16)
        assert (as_dictionary(atoms) is as_dictionary(atoms)) == (k == 200)


def test_wrong_atoms_are_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(DataError, match="row 0 has length 2"):
            decompose(np.eye(2), 2 * np.eye(2), l1=0.1)


def test_the_atoms_of_an_answer_cannot_be_changed() -> None:
    x, atoms = problem(8, 2, 30, 8)
    with pytest.raises(ValueError, match="read-only"):
        decompose(x, atoms, l1=0.1).atoms[0] = 0.0
