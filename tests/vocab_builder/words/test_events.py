from __future__ import annotations

import pytest

from vocab_builder.words.events import events
from vocab_builder.words.phrases import ATTRIBUTE, TaggedReader


@pytest.mark.usefixtures("nltk_data")
@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("A dog is barking", {"dog barking"}),
        ("Dogs are barking loudly", {"dog barking"}),
        ("A dog begins to bark", {"dog barking"}),
        ("Rain and a barking dog", {"dog barking"}),
        ("A police car siren wails", {"siren wailing"}),
        ("Rain falls and howling dogs run", {"rain falling", "dog howling"}),
        ("A wave hits the shore", set()),
        ("A man says something loud", set()),
        ("A dog barks and birds are chirping", {"dog barking", "bird chirping"}),
        ("A dog is barking birds chirping", {"dog barking", "bird chirping"}),
        ("A popping explosion", {"explosion popping"}),
        ("A washing machine runs", {"machine running"}),
        ("A bell is hit", set()),
        ("A sound occurs", set()),
        ("Loud music", set()),
        ("A door slams shut", {"door slamming"}),
        ("A dog is yipping", {"dog yipping"}),
        ("A bell ringing", {"bell ringing"}),
        ("A person attempts to speak", set()),
    ],
)
def test_events_of_captions(caption: str, expected: set[str]) -> None:
    plain = TaggedReader().mentions(caption)
    found = TaggedReader(events=True).mentions(caption) - plain
    assert {label for label, _ in found} == expected
    assert {kind for _, kind in found} <= {"phrase", ATTRIBUTE}


@pytest.mark.usefixtures("nltk_data")
@pytest.mark.parametrize(
    ("word", "tag", "expected"),
    [
        ("barks", "VBZ", "barking"), ("barking", "VBG", "barking"), ("yipping", "VBG", "yipping"),
        ("ring", "VBG", "ringing"), ("wing", "VBG", None), ("horns", "VBP", None),
        ("briefly", "VBP", None), ("emitting", "VBG", None),
    ],
)  # fmt: skip
def test_what_the_tagger_takes_for_a_verb(word: str, tag: str, expected: str | None) -> None:
    found = events([("dog", "NN"), (word, tag)])
    assert found == ({f"dog {expected}"} if expected else set())
