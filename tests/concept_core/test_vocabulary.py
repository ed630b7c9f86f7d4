from __future__ import annotations

import hashlib

import pytest

from concept_core.errors import DataError
from concept_core.vocabulary import Concept, Vocabulary, content_hash


def make(*labels: str, kind: str = "noun") -> list[Concept]:
    return [Concept(label, label, kind, 1) for label in labels]


def test_content_hash_is_over_ordered_ids_and_labels() -> None:
    expected = hashlib.sha256(b'[["rain","rain"],["tin","tin"]]').hexdigest()
    assert content_hash(make("rain", "tin")) == expected
    assert content_hash(make("tin", "rain")) != expected
    assert content_hash(make("rain", "tin", kind="verb")) == expected


def test_labels_and_ids_are_unique() -> None:
    with pytest.raises(DataError, match="label 'rain' appears twice"):
        Vocabulary("v", "0.1.0", (Concept("a", "rain", "noun", 1), Concept("b", "rain", "noun", 1)))
    with pytest.raises(DataError, match="id 'a' appears twice"):
        Vocabulary("v", "0.1.0", (Concept("a", "rain", "noun", 1), Concept("a", "tin", "noun", 1)))
    with pytest.raises(DataError, match="label '' is empty"):
        Vocabulary("v", "0.1.0", (Concept("a", "", "noun", 1),))


def test_kinds_are_known() -> None:
    with pytest.raises(DataError, match="kind 'adverb'"):
        Vocabulary("v", "0.1.0", tuple(make("loudly", kind="adverb")))


def test_an_empty_vocabulary_is_one() -> None:
    vocabulary = Vocabulary("v", "0.1.0", ())
    assert len(vocabulary) == 0
    assert vocabulary.labels == []
    assert vocabulary.specifier == "v@0.1.0"
