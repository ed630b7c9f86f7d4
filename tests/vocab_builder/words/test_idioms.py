from __future__ import annotations

import pytest

from vocab_builder.words.idioms import empty_subject, idiomatic, idioms, split_event

pytestmark = pytest.mark.usefixtures("nltk_data")


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("infant sobbing", "baby crying"), ("kid shouting", "child shouting"), ("guy", "man"),
        ("motor idling", "engine idling"), ("motor", "motor"),
        ("people conversing", "people talking"),
        ("crowd applauding", "applause"), ("dog barking", "dog barking"), ("car door", "car door"),
    ],
)  # fmt: skip
def test_captions_as_people_write_them(said: str, written: str) -> None:
    assert idiomatic(said) == written


def test_what_is_written_stays() -> None:
    table = idioms()
    written = {*table.words.values(), *table.phrases.values()}
    assert {label for label in written if idiomatic(label) != label} == set()
    assert not table.persons & table.things


def test_events() -> None:
    assert split_event("dog barking") == ("dog", "bark")
    assert split_event("man typing") == ("man", "typing")
    assert split_event("dog bark") is split_event("race car driving") is None


@pytest.mark.parametrize(
    ("subject", "verb", "anybody"),
    [("woman", "sneeze", True), ("woman", "laugh", False), ("machine", "hum", True),
     ("machine", "talk", True), ("dog", "bark", False)],
)  # fmt: skip
def test_nobody_in_particular(subject: str, verb: str, anybody: bool) -> None:
    assert idioms().names_anybody(subject, verb) is anybody


def test_empty_subjects() -> None:
    assert empty_subject("somebody snoring") == "somebody"
    assert empty_subject("mechanism ticking") == "mechanism"
    assert empty_subject("man typing") == "man"
    for label in ("woman laughing", "child crying", "man singing", "dog barking", "machine gun"):
        assert empty_subject(label) == ""
