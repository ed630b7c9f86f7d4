from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from concept_core.decomposition.decomposing import Decomposition, decompose
from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.sparsity import l0_path
from concept_core.errors import DataError, UsageError
from concept_core.files import pretty_json
from concept_core.measures import ClipClasses, measure_vocabulary
from tests.problems import problem, unit
from tests.toy import ToyEncoder

LABELS = ("dog", "dogs", "rain", "siren", "piano", "engine")
TEXTS = ("a dog", "big dog", "dogs", "rain", "rain falls", "the rain")
NAMES = ("dog", "rain")
TRUTH = np.array([0, 0, 0, 1, 1, 1])


def dictionary(labels: tuple[str, ...] = LABELS) -> Dictionary:
    encoder = ToyEncoder()
    return Dictionary(encoder.encode_text(labels), labels, "hash", encoder.spec.fingerprint)


def test_one_of_everything() -> None:
    x = ToyEncoder().encode_text(TEXTS)
    classes = ClipClasses(TRUTH, NAMES)
    found = measure_vocabulary(
        dictionary(), x, l0=2, classes=classes, cosines=(0.6, 0.99), limits=(2, 1)
    )
    assert (found.size, found.n, found.mode, found.value) == (6, 6, "l0", 2)
    assert found.coverage == found.coverage_curve[-1][1] > 0.5
    # "dog" and "dogs" are each other's neighbours.
    assert found.redundancy == ((0.6, pytest.approx(1 / 3)), (0.99, 0.0))
    assert 1 < found.effective_rank < 6
    assert 0 < found.dead < 1
    assert found.grounding is not None and found.grounding_chance is not None
    assert found.grounding > found.grounding_chance
    assert [point.value for point in found.fidelity] == [1, 2]
    areas = [point.explained_variance for point in found.fidelity]
    assert found.explained_variance_area == pytest.approx(np.mean(areas))
    assert found.purity is not None and found.purity > 0.8
    assert dict(found.named)[1] == 1.0 and found.nameable == 1.0
    assert found.stability is not None


def test_equal_runs_equal_measures_as_json() -> None:
    x = ToyEncoder().encode_text(TEXTS)
    one, two = (
        measure_vocabulary(dictionary(), x, l1=0.05, classes=ClipClasses(TRUTH, NAMES), seed=3)
        for _ in range(2)
    )
    assert one == two
    data = json.loads(pretty_json(one.to_dict()))
    assert data["mode"] == "l1" and data["named"][0][0] == 1
    assert data["fidelity"][0]["value"] == 1


def test_captions_have_no_classes() -> None:
    found = measure_vocabulary(dictionary(), ToyEncoder().encode_text(TEXTS), l0=2)
    assert (found.purity, found.purity_chance, found.named, found.nameable) == (
        None,
        None,
        (),
        None,
    )


def test_classes_that_no_clip_has() -> None:
    classes = ClipClasses(np.full(6, -1), NAMES)
    found = measure_vocabulary(dictionary(), ToyEncoder().encode_text(TEXTS), l0=2, classes=classes)
    assert (found.purity, found.named, found.nameable) == (None, (), None)


@pytest.mark.parametrize("n", [1, 2])
def test_few_and_equal_rows(n: int) -> None:
    x = ToyEncoder().encode_text(["rain"] * n)
    found = measure_vocabulary(dictionary(), x, l0=2, classes=ClipClasses(np.ones(n, int), NAMES))
    assert found.centred_cosine_area is None and found.explained_variance_area is None
    assert found.fidelity[0].centred_cosine is None
    assert found.coverage == pytest.approx(1)
    assert dict(found.named)[1] == 1.0
    assert found.stability == (None if n == 1 else 1.0)
    json.dumps(found.to_dict(), allow_nan=False)


def test_nothing_fires() -> None:
    x, atoms = problem(0, 4, 3, 5)
    x, atoms = -np.abs(x), unit(np.abs(atoms))
    one = Dictionary(atoms.astype(np.float32), ("a", "b", "c"), "", "")
    classes = ClipClasses(np.zeros(4, int), ("a",))
    found = measure_vocabulary(one, x, l0=2, classes=classes)
    assert (found.dead, found.grounding, found.stability, found.purity) == (1, None, None, None)
    assert dict(found.named)[5] == 0.0 and found.nameable == 1.0
    json.dumps(found.to_dict(), allow_nan=False)


def test_no_sparsity_is_decomposed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(x: Any, atoms: Any, *, l1: float | None, l0: int, device: str) -> Decomposition:
        asked.append(l0)
        return decompose(x, atoms, l1=l1, l0=l0, device=device)

    def path(x: Any, atoms: Any, limits: Sequence[int], *, device: str) -> list[Decomposition]:
        asked.extend(limits)
        return l0_path(x, atoms, limits, device=device)

    monkeypatch.setattr("concept_core.measures.vocabulary.decompose", counted)
    monkeypatch.setattr("concept_core.measures.vocabulary.l0_path", path)
    measure_vocabulary(dictionary(), ToyEncoder().encode_text(TEXTS), l0=2, limits=(3, 1, 2))
    assert sorted(asked) == [1, 2, 3]


def test_wrong_calls() -> None:
    x = ToyEncoder().encode_text(TEXTS)
    with pytest.raises(DataError, match="x has no rows; measures need reference clips"):
        measure_vocabulary(dictionary(), x[:0], l0=2)
    with pytest.raises(DataError, match="x has 10 columns, the atoms 64"):
        measure_vocabulary(dictionary(), x[:, :10], l0=2)
    with pytest.raises(UsageError, match="exactly one of l1"):
        measure_vocabulary(dictionary(), x)
    with pytest.raises(UsageError, match="classes of 2 clips for the weights of 6"):
        measure_vocabulary(dictionary(), x, l0=2, classes=ClipClasses(TRUTH[:2], NAMES))


def test_what_a_notebook_shows() -> None:
    found = measure_vocabulary(dictionary(), ToyEncoder().encode_text(TEXTS), l0=2, limits=(1, 2))
    frame = found.to_frame().set_index("measure")
    assert frame.loc["coverage", "value"] == found.coverage
    assert frame.loc["grounding", "chance"] == found.grounding_chance
    assert frame.loc["centred_cosine at l0 2", "value"] == found.fidelity[1].centred_cosine
    assert repr(found).startswith(
        f"VocabularyMeasures({found.size} concepts on {found.n} rows, l0 2"
    )
