from __future__ import annotations

import pytest

from concept_core.errors import UsageError
from tests.toy import candidate, labels
from vocab_builder.filters import language
from vocab_builder.filters.language import Language
from vocab_builder.stages.context import Context
from vocab_builder.words.spelling import real_word


@pytest.mark.parametrize(
    ("label", "reason", "score"),
    [
        ("дождь", "other-script", None),
        ("雨の音", "other-script", None),
        ("pluie", "other-language", 1.0),
        ("regen wald", "other-language", 1.0),
        ("lluvia forest", "other-language", 0.5),
    ],
)
def test_reasons(label: str, reason: str, score: float | None) -> None:
    (drop,) = Language()([candidate(label)], Context()).dropped
    assert (drop.reason, drop.score) == (reason, score)


@pytest.mark.parametrize("label", ["rain", "café", "rock 'n' roll", "didgeridoo", "747 jet"])
def test_english_stays(label: str) -> None:
    assert labels(Language()([candidate(label)], Context()).kept) == [label]


def test_the_share_is_an_option() -> None:
    assert labels(Language(share=1.0)([candidate("lluvia forest")], Context()).kept)
    with pytest.raises(UsageError, match="share 0"):
        Language(share=0)


@pytest.mark.usefixtures("nltk_data")
def test_no_listed_word_is_english() -> None:
    words = [word for known in language._languages().values() for word in known]
    assert len(words) > 200
    assert [word for word in words if real_word(word)] == []
