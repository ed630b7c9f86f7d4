"""In which wording texts stand."""

from __future__ import annotations

import pytest

from concept_core.encoders.prompts import PROMPT_SETS, templates, written
from concept_core.encoders.wordings import (
    BARE,
    known_wordings,
    label_in,
    main_wording,
    prompt_set_of,
    sorted_by_wording,
)
from concept_core.errors import UsageError


def test_every_wording_is_known_with_and_without_its_stop() -> None:
    known = known_wordings()
    assert {one for wordings in PROMPT_SETS.values() for one in wordings} <= set(known)
    assert "This is a sound of {label}" in known and known[-1] == BARE


@pytest.mark.parametrize("wording", known_wordings())
def test_a_label_is_found_where_it_was_written(wording: str) -> None:
    assert label_in(written("crying_baby", wording), wording) == "crying baby"


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("rain", "This is a sound of {label}."),
        ("This is a sound of .", "This is a sound of {label}."),
        ("this is a sound of rain.", "This is a sound of {label}."),
    ],
)
def test_what_stands_in_another_wording_holds_no_label(text: str, wording: str) -> None:
    assert label_in(text, wording) is None


def test_texts_are_sorted_by_the_wording_that_says_most() -> None:
    texts = ["rain", "This is a sound of rain.", "This is a sound of rain", "dog can be heard."]
    found = {one: own for one, own in sorted_by_wording(texts).items() if own}
    assert found == {
        "This is a sound of {label}.": ["This is a sound of rain."],
        "This is a sound of {label}": ["This is a sound of rain"],
        "{label} can be heard.": ["dog can be heard."],
        "{label}": ["rain"],
    }


def test_the_main_wording_is_that_of_most_texts() -> None:
    assert main_wording([]) == main_wording(["rain"]) == "bare@1"
    prompts = [f"This is a sound of {one}." for one in "abc"]
    assert main_wording([*prompts, "rain"]) == "paper@1"
    assert main_wording([*prompts[:1], *(f"This is a sound of {one}" for one in "ab")]) == (
        "This is a sound of {label}"
    )


def test_a_wording_is_a_prompt_set_of_its_own() -> None:
    assert templates("Hear the {label}!") == ("Hear the {label}!",)
    assert (
        prompt_set_of("{label}") == "bare@1" and prompt_set_of("Hear {label}!") == "Hear {label}!"
    )
    with pytest.raises(UsageError, match=r"unknown prompt set 'papr@1'; did you mean 'paper@1'"):
        templates("papr@1")
