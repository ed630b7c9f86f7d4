from __future__ import annotations

from pathlib import Path

import pytest

from concept_core.errors import MissingError, UsageError
from tests.toy import candidate, labels
from vocab_builder.filters.form import Form
from vocab_builder.stages.context import Context


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("tv", "too-short"),
        ("a very long label that nobody reads", "too-long"),
        ("dog barking at night", "too-many-words"),
        ("747 jet", "digits"),
        ("men's", "possessive"),
        ("dogs' bowl", "possessive"),
        ("rain&wind", "not-a-word"),
        ("aaargh", "not-a-word"),
    ],
)
def test_reasons(label: str, reason: str) -> None:
    result = Form()([candidate(label)], Context())
    assert [drop.reason for drop in result.dropped] == [reason]
    assert result.kept == ()


@pytest.mark.parametrize(
    "label",
    [
        "rain",
        "café",
        "rock 'n' roll",
        "t-shirt",
        "null",
        "nan",
        "true",
        "glass surface",
        "cock-a-doodle-doo",
    ],
)
def test_words_stay(label: str) -> None:
    assert labels(Form()([candidate(label)], Context()).kept) == [label]


def test_a_trusted_source_may_use_possessives() -> None:
    mined = [candidate("dentist's drill", source="audioset"), candidate("dentist's chair")]
    assert labels(Form(trusted=("audioset",))(mined, Context()).kept) == ["dentist's drill"]


def test_measures_are_given_with_their_bound() -> None:
    (drop,) = Form(max_length=5)([candidate("thunder")], Context()).dropped
    assert (drop.score, drop.threshold) == (7, 5)


def test_an_unknown_dictionary_is_an_error() -> None:
    with pytest.raises(UsageError, match="dictionary 'websters'"):
        Form(dictionary="websters")


def test_a_missing_wordnet_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import nltk

    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path))
    monkeypatch.setattr(nltk.data, "path", [])
    with pytest.raises(MissingError, match="sonolex fetch wordnet"):
        Form(dictionary="wordnet")([candidate("rain")], Context())


@pytest.mark.usefixtures("nltk_data")
def test_wordnet_tells_words_from_typing_errors() -> None:
    mined = [
        candidate("thunder"),
        candidate("asdf"),
        candidate("coin-spinning"),
        candidate("geese"),
    ]
    result = Form(dictionary="wordnet")(mined, Context())
    assert labels(result.kept) == ["thunder", "coin-spinning", "geese"]
    assert [drop.reason for drop in result.dropped] == ["unknown-word"]


@pytest.mark.usefixtures("nltk_data")
def test_a_trusted_source_may_coin_words() -> None:
    mined = [candidate("fwip", source="ucs"), candidate("fwip burst"), candidate("qwop")]
    result = Form(dictionary="wordnet", trusted=("ucs",))(mined, Context())
    assert labels(result.kept) == ["fwip", "fwip burst"]
