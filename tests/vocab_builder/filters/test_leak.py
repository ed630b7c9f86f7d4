from __future__ import annotations

import pytest

from concept_core.errors import UsageError
from tests.toy import ToyEncoder, candidate, labels, scores
from vocab_builder.filters.leak import Leak
from vocab_builder.stages.context import Context

MINED = [candidate(label) for label in ("rain", "dogs", "thunderstorms", "drizzle", "violin")]


def test_names_and_their_forms_go() -> None:
    result = Leak(datasets=("esc10",), names=("Violin",), forms="snowball")(MINED, Context())
    assert labels(result.kept) == ["thunderstorms", "drizzle"]
    assert [(drop.candidate.label, drop.reason, drop.twin) for drop in result.dropped] == [
        ("rain", "class-name", "rain"),
        ("dogs", "class-name-form", "dog"),
        ("violin", "class-name", "violin"),
    ]


def test_a_cosine_finds_what_words_do_not_tell() -> None:
    leak = Leak(names=("thunderstorm",), forms="snowball", cosine=0.5)
    (drop,) = leak([candidate("thunderclap"), candidate("drizzle")], Context(ToyEncoder())).dropped
    assert (drop.candidate.label, drop.reason) == ("thunderclap", "class-name-near")
    assert (drop.twin, drop.threshold) == ("thunderstorm", 0.5)
    assert drop.score is not None
    assert drop.score >= 0.5
    assert leak.needs == {"encoder"}
    assert Leak(names=("rain",)).needs == {"wordnet"}


def test_it_can_report_only() -> None:
    result = Leak(names=("rain",), forms="snowball", action="flag")(MINED, Context())
    assert labels(result.kept) == labels(MINED)
    assert {label: score.flag for label, score in scores(result).items()} == {"rain": "class-name"}
    assert scores(result)["rain"].twin == "rain"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "say whose classes"),
        ({"datasets": ("esc55",)}, "unknown data set 'esc55'; did you mean 'esc50'"),
        ({"names": ("rain",), "action": "report"}, "unknown action 'report'"),
        ({"names": ("rain",), "cosine": 3.0}, "cosine 3.0 is not in"),
        ({"names": ("rain",), "forms": "porter"}, "unknown rule of forms 'porter'"),
    ],
)
def test_wrong_options_are_errors(options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Leak(**options)  # type: ignore[arg-type]


def test_nothing_gives_nothing() -> None:
    leak = Leak(names=("rain",), forms="snowball", cosine=0.9)
    assert leak([], Context(ToyEncoder())).kept == ()
