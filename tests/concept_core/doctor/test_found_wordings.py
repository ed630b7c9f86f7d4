"""Wordings are found in the texts themselves, and told apart to the letter."""

from __future__ import annotations

import pytest

from concept_core.doctor.found_wordings import same_but_for_letters, wordings
from concept_core.encoders.prompts import PROMPT_SETS, written

LABELS = [
    "rain", "dog barking", "church bell", "car horn", "car engine", "wind", "electric guitar",
    "electric razor", "glass breaking", "a cappella", "footsteps", "thunder",
]  # fmt: skip


def ways(texts: list[str]) -> list[dict[str, int]]:
    return [{way: len(places) for way, places in one.items()} for one in wordings(texts)]


@pytest.mark.parametrize("name", PROMPT_SETS)
def test_a_prompt_set_has_each_of_its_wordings_in_one_way(name: str) -> None:
    templates = PROMPT_SETS[name]
    found = ways([written(label, template) for template in templates for label in LABELS])
    assert sorted(found, key=str) == sorted(({one: len(LABELS)} for one in templates), key=str)


@pytest.mark.parametrize(
    "other",
    [
        "This is a sound of {label}",
        "this is a sound of {label}.",
        "This is a  sound of {label}.",
        "This is a sound of_{label}.",
        "This is a sound of {label} .",
        "This is a sound of {label}. ",
    ],
)
def test_a_letter_makes_another_way_of_the_same_wording(other: str) -> None:
    first = "This is a sound of {label}."
    texts = [first.replace("{label}", label) for label in LABELS]
    found = ways([*texts, *(other.replace("{label}", label) for label in LABELS[:7])])
    assert found == [{first: len(LABELS), other: 7}]


def test_the_places_are_those_of_the_texts() -> None:
    (found,) = wordings(["a rain.", "a dog", "a cat.", "a cow.", "a hen", "_"])
    assert found == {"a {label}.": [0, 2, 3], "a {label}": [1, 4]}


def test_texts_that_differ_only_by_a_stop_case_underscores_or_blanks() -> None:
    texts = ["rain", "Toilet_flush", "dog.", "toilet  flush.", "_", "dog", " Dog", "dogs", "__"]
    assert same_but_for_letters(texts) == [[1, 3], [2, 5, 6]]
    assert same_but_for_letters([]) == [] and wordings([]) == []
