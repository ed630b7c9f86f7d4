from __future__ import annotations

import pytest

from vocab_builder.words.phrases import TaggedReader, WordReader


@pytest.fixture(scope="module")
def reader(nltk_data: None) -> TaggedReader:
    return TaggedReader()


def labels(reader: TaggedReader, text: str, kind: str) -> set[str]:
    return {label for label, found in reader.mentions(text) if found == kind}


def test_words_in_dictionary_form(reader: TaggedReader) -> None:
    text = "Two dogs are barking loudly while people sang near a distant church."
    assert labels(reader, text, "noun") == {"dog", "people", "church"}
    assert labels(reader, text, "verb") == {"be", "bark", "sing"}
    assert labels(reader, text, "adjective") == {"distant"}


def test_noun_phrases_end_in_a_singular_noun(reader: TaggedReader) -> None:
    found = labels(reader, "The small diesel engines of a police car.", "phrase")
    assert found == {"small diesel engine", "diesel engine", "police car"}


@pytest.mark.parametrize(
    "text",
    [
        "Three dogs bark.",  # numbers
        "Several dogs bark.",  # counting words
        "His horn is loud.",  # possessives
        "A man speaks.",
        "Birds tweet.",  # a plural ends the phrase
        "Someone sneezes.",
        "A faucet pours water.",
        "A dog barks.",  # no plural after "a"
        "A crowd cheers and a dog barks.",
    ],
)
def test_what_makes_no_phrase(text: str, reader: TaggedReader) -> None:
    assert labels(reader, text, "phrase") == set()


def test_plurals_that_are_verbs(reader: TaggedReader) -> None:
    assert {"bark", "cheer"} <= labels(reader, "A dog barks and a large crowd cheers.", "verb")
    assert labels(reader, "Rain and power tools.", "phrase") == {"power tool"}
    assert labels(reader, "A bird near some car horns.", "phrase") == {"car horn"}


def test_the_first_word_is_no_name(reader: TaggedReader) -> None:
    assert "helicopter" in labels(reader, "Helicopter flying over water", "noun")


def test_sentences_are_tagged_one_by_one(reader: TaggedReader) -> None:
    assert {"stop", "horn"} <= {
        label for label, _ in reader.mentions("A motor stops. A horn honks.")
    }


def test_words_without_a_tagger() -> None:
    found = WordReader().mentions("A dog barks, and the dogs' owner can't hear 2 MP3s. T-shirt!")
    assert {kind for _, kind in found} == {"word"}
    assert {"a", "dog", "barks", "dogs", "owner", "hear", "t-shirt"} <= {word for word, _ in found}
    assert not {"2", "mp3s", ",", "!"} & {word for word, _ in found}


@pytest.mark.parametrize("text", ["", "   ", "...", "123"])
def test_texts_without_words(text: str) -> None:
    assert WordReader().mentions(text) == set()


def test_compounds_are_joined_on_request(nltk_data: None, reader: TaggedReader) -> None:
    text = "A fog horn groans and gun shots ring out in a snow storm."
    found = labels(TaggedReader(join=True), text, "noun")
    assert {"foghorn", "gunshot", "snowstorm"} <= found
    assert not {"fog", "horn", "gun", "shot", "snow", "storm"} & found
    assert "fog horn" in labels(reader, text, "phrase")
    assert labels(TaggedReader(join=True), "Rain falls on the roof.", "noun") == {"rain", "roof"}
