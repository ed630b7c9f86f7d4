"""What notebooks show of results, and the frames that they give."""

from __future__ import annotations

import numpy as np
import pytest

from concept_core.decomposition.decomposing import decompose
from concept_core.decomposition.dictionary import Dictionary
from concept_core.errors import UsageError
from concept_core.explanation.clips import Explanations, explain_rows
from concept_core.vocabulary import Concept, Evidence, Vocabulary

AXES = Dictionary(np.eye(3, dtype=np.float32), ("dog", "<b>", "café"), "v", "e")
WORDS = Vocabulary(
    "<i>", "1.0.0",
    (
        Concept("dog", "dog", "noun", 3, (Evidence("b", "x", 1), Evidence("a", "y", 2))),
        Concept("b", "<b>", "word", 0),
    ),
)  # fmt: skip


def test_a_vocabulary() -> None:
    frame = WORDS.to_frame()
    assert list(frame["label"]) == ["dog", "<b>"]
    assert list(frame["sources"]) == ["a, b", ""]
    shown = WORDS._repr_html_()
    assert "&lt;i&gt;@1.0.0" in shown
    assert "<b>" not in shown.replace("<p><b>", "")


def test_a_decomposition() -> None:
    result = decompose([[0.6, 0.8, 0.0], [0.0, 0.0, 1.0]], AXES.atoms, l0=2)
    frame = result.to_frame(AXES.labels)
    assert list(frame["row"]) == [0, 0, 1]
    assert list(frame["concept"]) == ["dog", "<b>", "café"]
    np.testing.assert_allclose(frame["weight"], [0.6, 0.8, 1.0])
    assert list(result.to_frame()["concept"]) == [0, 1, 2]
    assert "2 rows over 3 atoms, l0 2, mean l0 1.5" in result._repr_html_()
    assert "0 rows" in decompose(np.zeros((0, 3)), AXES.atoms, l0=2)._repr_html_()


def test_explanations() -> None:
    found = explain_rows([[0.6, 0.8, 0.0], [0.0, 0.0, 1.0]], ["a", "b"], AXES, l0=2)
    assert list(found.to_frame()["clip"]) == ["a", "a", "b"]
    assert list(found[1].to_frame()["label"]) == ["café"]
    assert "&lt;b&gt;" in found._repr_html_()
    assert "café" in found[1]._repr_html_()
    assert list(Explanations().to_frame().columns) == ["clip", "label", "prominence"]


def test_a_vocabulary_without_concepts() -> None:
    assert WORDS.without(["<b>"]).labels == ["dog"]
    assert WORDS.without(["b", "dog"]).labels == []
    assert WORDS.without([]).content_hash == WORDS.content_hash
    with pytest.raises(UsageError, match=r"<i>: no concept 'dogs'; did you mean 'dog'\?"):
        WORDS.without(["dogs"])
