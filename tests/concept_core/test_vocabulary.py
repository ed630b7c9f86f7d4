from __future__ import annotations

import hashlib

import pytest

from concept_core.errors import DataError
from concept_core.vocabulary import Alias, Concept, Vocabulary, content_hash


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


def test_a_concept_is_found_by_its_other_labels() -> None:
    concepts = (
        Concept("lawn-mower", "lawn mower", "phrase", 3),
        Concept("cafe", "Café", "noun", 1),
    )
    aliases = (
        Alias("lawn-mower", "mower", "rename", "decisions"),
        Alias("gone", "gong", "form", "twins"),
        Alias("cafe", "lawn mower", "near", "redundancy"),
    )
    vocabulary = Vocabulary("toy", "1.0.0", concepts, aliases=aliases)
    found = {word: vocabulary.find(word) for word in ("Mower", " LAWN  mower", "café", "cafe")}
    assert {word: one and one.id for word, one in found.items()} == {
        "Mower": "lawn-mower", " LAWN  mower": "lawn-mower", "café": "cafe", "cafe": "cafe",
    }  # fmt: skip
    assert vocabulary.find("gong") is None and vocabulary.find("") is None
    assert vocabulary.without(["lawn mower"]).find("mower") is None
    assert vocabulary[1:].aliases == (aliases[2],)
    # Other labels are no part of what a vocabulary is.
    assert vocabulary == Vocabulary("toy", "1.0.0", concepts)


def test_a_word_is_found_however_it_is_written() -> None:
    words = Vocabulary(
        "toy",
        "1.0.0",
        (Concept("cafe", "café", "noun", 1), Concept("baby-crying", "baby crying", "phrase", 1)),
        aliases=(Alias("baby-crying", "infant sobbing", "merge", "decisions"),),
    )
    for word in ("Cafe\u0301", "CAFÉ", " café "):
        assert words.find(word) is words[0]
    for word in ("infant_sobbing", "Infant  Sobbing", "baby_crying", "baby-crying"):
        assert words.find(word) is words[1]
    assert words.find("_") is None
