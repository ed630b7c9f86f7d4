from __future__ import annotations

import pytest

from concept_core.encoders.prompts import written


@pytest.mark.parametrize(
    ("label", "text"), [("dog_bark", "dog bark"), ("  a  b ", "a b"), ("_", "_"), ("__", "__")]
)
def test_a_label_is_written_as_words_and_never_as_nothing(label: str, text: str) -> None:
    assert written(label, "{label}") == text
    assert written(label, "A {label}.") == f"A {text}."
