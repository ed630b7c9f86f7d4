from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocab_builder.words.normal_form import is_word, names_nothing, normal_form, split_words


@pytest.mark.parametrize(
    "label", ["null", "nan", "true", "café", "rock 'n' roll", "t-shirt", "r&b"]
)
def test_labels_that_are_in_normal_form_stay(label: str) -> None:
    assert normal_form(label) == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Dog", "dog"),
        ("NaN", "nan"),
        ("CAFE\u0301", "café"),
        ("rock \u2019n\u2019 roll", "rock 'n' roll"),
        ("wah\u2010wah", "wah-wah"),
        ("hi_hat", "hi hat"),
        ("  door \t slam\u00a0", "door slam"),
        ("(siren)", "siren"),
        ("bang!", "bang"),
        ("rain \u2013 roof", "rain roof"),
        ("\ufeffdog\u200b", "dog"),
        ("do\x07g \x1b[1mbark\ud800", "dog [1mbark"),
        ("rain\x85roof", "rain roof"),
        ("...", ""),
        ("", ""),
    ],
)
def test_spellings_meet_in_one_form(text: str, label: str) -> None:
    assert normal_form(text) == label


@given(st.text())
def test_normal_form_is_idempotent(text: str) -> None:
    once = normal_form(text)
    assert normal_form(once) == once


@given(st.text())
def test_normal_form_is_composed_and_tight(text: str) -> None:
    label = normal_form(text)
    assert unicodedata.is_normalized("NFC", label)
    assert label == " ".join(label.split())


@pytest.mark.parametrize("token", ["dog", "t-shirt", "rock'n'roll", "café"])
def test_words(token: str) -> None:
    assert is_word(token)


@pytest.mark.parametrize("token", ["", "'s", "-", "mp3", "a/b", "dog-", "two words"])
def test_no_words(token: str) -> None:
    assert not is_word(token)


def test_split_words_at_spaces_and_hyphens() -> None:
    assert split_words("tick-tock of a clock") == ["tick", "tock", "of", "a", "clock"]
    assert split_words("-") == []


@pytest.mark.parametrize("label", ["_", "__", "...", "- -", "'_'", "\u200b", "(_)", "\u2014"])
def test_labels_that_name_nothing(label: str) -> None:
    assert names_nothing(label)


@pytest.mark.parametrize("label", ["a", "7", "\U0001f514", "_a_", "$", "\u0645"])
def test_labels_that_name_something(label: str) -> None:
    assert not names_nothing(label)
