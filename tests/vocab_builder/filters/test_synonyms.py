from __future__ import annotations

import pytest

from concept_core.errors import UsageError
from tests.toy import ToyEncoder, candidate
from vocab_builder.filters.twins import Synonyms
from vocab_builder.stages.context import Context

MINED = [
    candidate("car", 9),
    candidate("cat", 7),
    candidate("motorcar", 3),
    candidate("automobile", 2),
]


@pytest.mark.usefixtures("nltk_data")
def test_a_dictionary_and_the_encoder_must_agree() -> None:
    context = Context(ToyEncoder())
    result = Synonyms(witness=0.3)(MINED, context)
    assert [(one.label, one.count) for one in result.kept] == [
        ("car", 12), ("cat", 7), ("automobile", 2),
    ]  # fmt: skip
    (drop,) = result.dropped
    atoms = ToyEncoder().encode_text(["car", "motorcar"])
    assert (drop.reason, drop.twin, drop.threshold) == ("synonym", "car", 0.3)
    assert drop.score == pytest.approx(float(atoms[0] @ atoms[1]), abs=1e-6)
    # "cat" is as near as "motorcar", and no dictionary says that it is a car.
    assert float(atoms[0] @ ToyEncoder().encode_text(["cat"])[0]) > 0.3
    everything = Synonyms(witness=-1.0)(MINED, context)
    assert {drop.candidate.label for drop in everything.dropped} == {"motorcar", "automobile"}


@pytest.mark.usefixtures("nltk_data")
def test_rare_senses_count_only_if_asked_for() -> None:
    mined = [candidate("harp", 2), candidate("harmonica", 1)]
    context = Context(ToyEncoder())
    assert Synonyms(witness=-1.0)(mined, context).dropped == ()
    assert len(Synonyms(max_sense=3, witness=-1.0)(mined, context).dropped) == 1


@pytest.mark.usefixtures("nltk_data")
def test_an_uncalibrated_encoder_is_calibrated() -> None:
    said: list[str] = []
    context = Context(ToyEncoder(), say=said.append)
    result = Synonyms()(MINED, context)
    assert len(result.kept) + len(result.dropped) == len(MINED)
    assert any("toy calibrated on" in line for line in said)


def test_wrong_options_are_errors() -> None:
    with pytest.raises(UsageError, match="max_sense must be from 1, found 0"):
        Synonyms(max_sense=0)
    with pytest.raises(UsageError, match="witness 2 is not in"):
        Synonyms(witness=2)
