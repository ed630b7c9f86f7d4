from __future__ import annotations

from dataclasses import replace

import pytest

from concept_core.errors import UsageError
from tests.toy import candidate, labels
from vocab_builder.filters.stop import Stop
from vocab_builder.stages.candidates import OtherName
from vocab_builder.stages.context import Context
from vocab_builder.words.lists import read_lists


@pytest.mark.parametrize("label", ["oneself", "background", "sound", "the", "background noise"])
def test_words_that_name_nothing_go(label: str) -> None:
    result = Stop()([candidate(label)], Context())
    assert [(drop.filter, drop.reason) for drop in result.dropped] == [("stop", "stop-word")]


def test_phrases_with_a_sound_in_them_stay() -> None:
    mined = [candidate("engine noise"), candidate("rain"), candidate("distant bird")]
    assert labels(Stop()(mined, Context()).kept) == ["engine noise", "rain", "distant bird"]


def test_one_word_of_an_inside_list_is_enough() -> None:
    mined = [candidate("distant bird"), candidate("loud"), candidate("bird")]
    result = Stop(inside=("qualifiers",))(mined, Context())
    assert labels(result.kept) == ["bird"]
    assert [drop.reason for drop in result.dropped] == ["stop-word-inside", "stop-word"]


def test_a_form_of_a_stop_word_goes_unless_a_source_is_spared() -> None:
    names = (OtherName("fade", "form", "toy"), OtherName("type", "form", "toy"))
    fading = replace(candidate("fading"), other_names=names[:1])
    typing = replace(candidate("typing"), other_names=names)
    stop = Stop(words=("type",), spare=("toy",))
    assert stop([fading], Context()).dropped == ()
    assert labels(stop([typing], Context()).kept) == ["typing"]
    dropped = Stop(words=("type",))([typing, fading], Context()).dropped
    assert [drop.reason for drop in dropped] == ["stop-word", "stop-word"]


def test_phrases_of_a_spared_source_stay() -> None:
    mined = [candidate("male speech", source="audioset"), candidate("male dog")]
    result = Stop(inside=("qualifiers",), spare=("audioset",))(mined, Context())
    assert labels(result.kept) == ["male speech"]


def test_a_name_of_a_spared_source_made_of_stop_words_stays_unless_a_list_has_it() -> None:
    names = ["background noise", "sound effect", "sounds of things", "sound"]
    mined = [candidate(name, source="audioset") for name in names] + [candidate("high noise")]
    spare = Stop(("abstract", "silent", "function"), ("qualifiers",), spare=("audioset",))
    assert labels(spare(mined, Context()).kept) == ["background noise", "sound effect"]


def test_words_of_the_recipe() -> None:
    assert labels(Stop(words=("rain",))([candidate("rain")], Context()).kept) == []


def test_an_unknown_list_names_the_known() -> None:
    with pytest.raises(UsageError, match="unknown stop list 'abstrakt'; did you mean 'abstract'"):
        read_lists(["abstrakt"])


@pytest.mark.usefixtures("nltk_data")
def test_nltk_has_a_list() -> None:
    assert {"ourselves", "the"} <= read_lists(["nltk"])
