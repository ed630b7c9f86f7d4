from __future__ import annotations

from pathlib import Path

import pytest

from concept_core.errors import MissingError
from tests.toy import candidate, labels
from vocab_builder.filters.names import Names
from vocab_builder.stages.context import Context


@pytest.mark.usefixtures("nltk_data")
@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("london", "named-entity"),
        ("english", "named-entity"),
        ("december", "named-entity"),
        ("london traffic", "named-entity-inside"),
    ],
)
def test_reasons(label: str, reason: str) -> None:
    result = Names()([candidate(label)], Context())
    assert [(drop.filter, drop.reason) for drop in result.dropped] == [("names", reason)]


@pytest.mark.usefixtures("nltk_data")
@pytest.mark.parametrize("label", ["rain", "windows", "china", "suv", "french horn", "asdf"])
def test_common_words_stay(label: str) -> None:
    assert labels(Names()([candidate(label)], Context()).kept) == [label]


@pytest.mark.usefixtures("nltk_data")
def test_a_source_may_be_spared() -> None:
    mined = [candidate("christmas music", source="audioset"), candidate("christmas")]
    assert labels(Names(spare=("audioset",))(mined, Context()).kept) == ["christmas music"]


def test_a_missing_wordnet_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import nltk

    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path))
    monkeypatch.setattr(nltk.data, "path", [])
    with pytest.raises(MissingError, match="sonolex fetch wordnet"):
        Names()([candidate("rain")], Context())
