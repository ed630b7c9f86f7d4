from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_core.encoders.prompts import PROMPT_SETS, encode_labels, templates, written
from concept_core.errors import UsageError
from tests.toy import ToyEncoder


def test_the_published_sets() -> None:
    assert templates("bare@1") == ("{label}",)
    assert templates("paper@1") == ("This is a sound of {label}.",)
    assert len(set(templates("ensemble@1"))) == 6
    assert {*templates("bare@1"), *templates("paper@1")} < set(templates("ensemble@1"))


def test_unknown_set() -> None:
    with pytest.raises(UsageError, match=r"unknown prompt set 'paper'.*known: bare@1, ensemble@1"):
        templates("paper")
    with pytest.raises(UsageError, match="unknown prompt set 'paper@2'"):
        encode_labels(ToyEncoder(), ["dog"], "paper@2")


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("crying_baby", "This is a sound of crying baby."),
        ("  Dog,_barking ", "This is a sound of Dog, barking."),
        ("{x} {0} {label}", "This is a sound of {x} {0} {label}."),
        ("rock 'n' roll", "This is a sound of rock 'n' roll."),
    ],
)
def test_labels_are_written_as_words(label: str, text: str) -> None:
    assert written(label, templates("paper@1")[0]) == text


@given(st.text(min_size=1))
def test_no_set_writes_underscores_or_loses_words(label: str) -> None:
    for prompt_set in PROMPT_SETS:
        for wording in templates(prompt_set):
            text = written(label, wording)
            # A label of nothing but underscores stays what it is: no text has no embedding.
            assert "_" not in text or not label.replace("_", " ").strip()
            assert " ".join(label.replace("_", " ").split()) in text


@pytest.mark.parametrize("prompt_set", sorted(PROMPT_SETS))
def test_one_unit_row_a_label_in_their_order(prompt_set: str) -> None:
    encoder, labels = ToyEncoder(), ["rain", "crying_baby", "clock"]
    rows = encode_labels(encoder, iter(labels), prompt_set)
    assert rows.shape == (3, encoder.spec.dim) and rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    for label, row in zip(labels, rows, strict=True):
        assert np.allclose(encode_labels(encoder, [label], prompt_set)[0], row, atol=1e-6)
    assert encode_labels(encoder, [], prompt_set).shape == (0, encoder.spec.dim)


def test_an_ensemble_is_the_mean_of_its_unit_rows() -> None:
    encoder = ToyEncoder()
    parts = encoder.encode_text([written("rain", text) for text in templates("ensemble@1")])
    mean = parts.mean(axis=0) / np.linalg.norm(parts.mean(axis=0))
    assert np.allclose(encode_labels(encoder, ["rain"], "ensemble@1")[0], mean, atol=1e-6)
