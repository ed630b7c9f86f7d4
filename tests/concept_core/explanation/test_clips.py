from __future__ import annotations

import json

import numpy as np
import pytest

from concept_core.decomposition.dictionary import Dictionary
from concept_core.errors import DataError, UsageError
from concept_core.explanation.clips import explain_rows

AXES = Dictionary(np.eye(3, dtype=np.float32), ("dog", "null", "café"), "v", "e")


def test_most_prominent_first() -> None:
    (found,) = explain_rows([[0.48, 0.6, 0.64]], ["clip.wav"], AXES, l0=8)
    assert found.clip == "clip.wav"
    assert [label for label, _ in found.concepts] == ["café", "null", "dog"]
    np.testing.assert_allclose([weight for _, weight in found.concepts], [0.64, 0.6, 0.48])
    assert (found.l0, found.gap, found.status) == (3, None, "k-sparse")
    assert found.cosine == pytest.approx(1.0)


def test_top_shows_fewer_and_changes_nothing_else() -> None:
    (found,) = explain_rows([[0.48, 0.6, 0.64]], ["clip.wav"], AXES, l0=8, top=1)
    assert [label for label, _ in found.concepts] == ["café"]
    assert (found.l0, found.cosine) == (3, pytest.approx(1.0))


def test_equals_in_the_order_of_the_vocabulary() -> None:
    (found,) = explain_rows([[0.6, 0.6, 0.6]], ["clip.wav"], AXES, l0=3)
    assert [label for label, _ in found.concepts] == ["dog", "null", "café"]


def test_the_penalty_brings_a_certificate() -> None:
    (found,) = explain_rows([[0.0, 0.6, 0.8]], ["clip.wav"], AXES, l1=0.1)
    assert [label for label, _ in found.concepts] == ["café", "null"]
    assert found.gap is not None and found.gap <= 1e-6
    assert found.status == "converged"


def test_a_clip_without_concepts() -> None:
    (found,) = explain_rows([[0.0, -1.0, 0.0]], ["clip.wav"], AXES, l0=2)
    assert (found.concepts, found.l0, found.status) == ((), 0, "zero")


def test_no_clips() -> None:
    assert explain_rows(np.zeros((0, 3)), [], AXES, l0=2) == []


def test_as_json() -> None:
    (found,) = explain_rows([[0.0, 0.6, 0.8]], ["clip.wav"], AXES, l0=1)
    assert json.loads(json.dumps(found.to_dict())) == {
        "clip": "clip.wav",
        "concepts": [{"label": "café", "prominence": pytest.approx(0.8)}],
        "l0": 1,
        "cosine": pytest.approx(0.8),
        "gap": None,
        "status": "k-sparse",
    }


def test_one_name_a_row() -> None:
    with pytest.raises(DataError, match="1 clip names for 2 embeddings"):
        explain_rows(np.eye(3)[:2], ["clip.wav"], AXES, l0=1)


def test_one_mode() -> None:
    with pytest.raises(UsageError, match="exactly one of l1"):
        explain_rows(np.eye(3), ["a", "b", "c"], AXES)
