from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from concept_core.encoders import Encoder
from concept_core.errors import UsageError
from tests.toy import FewWordsEncoder, RandomEncoder, ToyEncoder
from vocab_builder.filters.calibration import (
    CALIBRATED,
    Calibrated,
    calibrate,
    calibrated,
    labelled_pairs,
    pair_cosines,
    settled,
)
from vocab_builder.stages.context import Context


def test_the_threshold_is_where_five_pairs_of_six_say_one_thing() -> None:
    generator = np.random.default_rng(0)
    cosines = generator.uniform(0, 1, 20000).astype(np.float32)
    chance = 1 / (1 + np.exp(-20 * (cosines - 0.6)))
    found = calibrate(cosines, list(generator.uniform(size=len(cosines)) < chance))
    assert found.witness == pytest.approx(0.6, abs=0.02)
    assert found.redundant == pytest.approx(0.6 + np.log(5) / 20, abs=0.02)


def test_a_space_that_says_nothing_is_refused() -> None:
    cosines = np.array([0.1, 0.2, 0.8, 0.9], np.float32)
    with pytest.raises(UsageError, match="cannot tell redundant labels"):
        calibrate(cosines, [True, True, False, False])


def test_no_cosine_is_sure_where_the_highest_ones_are_not() -> None:
    """Cut off at 1, the cosine half way would promise what the pairs do not say."""
    generator = np.random.default_rng(0)
    cosines = generator.uniform(0, 1, 20000).astype(np.float32)
    chance = 1 / (1 + np.exp(-4 * (cosines - 0.8)))
    same = generator.uniform(size=len(cosines)) < chance
    found = calibrate(cosines, list(same))
    assert found.redundant == pytest.approx(0.8 + np.log(5) / 4, abs=0.03)
    assert found.likely == pytest.approx(0.8 + np.log(5) / 8, abs=0.03)


def test_a_build_is_told_that_no_cosine_is_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Calibrated(redundant=1.2, witness=0.5)
    monkeypatch.setattr("vocab_builder.filters.calibration.calibrate", lambda *_: found)
    said: list[str] = []
    assert calibrated(Context(ToyEncoder(), say=said.append)) == found
    assert said[-1].endswith("labelled pairs: no cosine is redundant, synonyms from 0.5")


@pytest.mark.parametrize(
    ("stage", "option"), [("redundancy", "threshold"), ("synonyms", "witness")]
)
def test_an_encoder_without_rows_for_the_pairs_is_refused(stage: str, option: str) -> None:
    """A few pairs that it happens to have would give a cosine, and a perfect judgement."""
    context = Context(FewWordsEncoder())
    with pytest.raises(UsageError) as refused:
        settled(None, context, stage)
    said = str(refused.value)
    assert said.startswith(f"{stage}: the encoder few-words lacks rows for the labelled pairs of")
    assert "data/twins/pairs.csv" in said and "no embedding of" in said
    assert f"give {stage} a {option} in the recipe, leave the filter out" in said
    with pytest.raises(UsageError, match="lacks rows"):
        calibrated(context)
    assert settled(0.8, context, stage) == (0.8, ())


def test_the_labelled_pairs() -> None:
    pairs = labelled_pairs()
    assert len(pairs) >= 200
    assert len({frozenset((pair.first, pair.second)) for pair in pairs}) == len(pairs)
    assert {pair.drawn for pair in pairs} == {"drawn", "forms", "different"}
    assert all(pair.same for pair in pairs if pair.drawn == "forms")
    assert not any(pair.same for pair in pairs if pair.drawn == "different")


def test_the_halves_of_the_pairs() -> None:
    halves = Counter(pair.half for pair in labelled_pairs())
    assert set(halves) == {"choose", "judge"}
    assert 0.4 < halves["judge"] / sum(halves.values()) < 0.6


def test_a_calibration_is_learned_on_one_half_and_judged_on_the_other() -> None:
    said: list[str] = []
    context = Context(ToyEncoder(), say=said.append)
    choose = [pair for pair in labelled_pairs() if pair.half == "choose"]
    found = calibrate(pair_cosines(choose, context.embed), [pair.same for pair in choose])
    for stage, cosine in (("redundancy", found.redundant), ("synonyms", found.witness)):
        threshold, (figure,) = settled(None, context, stage)
        assert threshold == cosine == figure.threshold
        judge = len(labelled_pairs()) - len(choose)
        assert (figure.stage, figure.on) == (stage, f"{judge} labelled pairs")
        assert 0.5 < figure.low < figure.value < 1
        assert f"  {figure}" in said


@pytest.mark.parametrize(
    ("stage", "option"), [("redundancy", "threshold"), ("synonyms", "witness")]
)
def test_an_encoder_no_better_than_chance_is_refused_unless_a_cosine_is_given(
    stage: str, option: str
) -> None:
    context = Context(RandomEncoder())
    with pytest.raises(UsageError) as refused:
        settled(None, context, stage)
    said = str(refused.value)
    assert said.startswith(f"{stage}: with the encoder random it is no better than chance: area")
    assert f"give {stage} a {option} in the recipe, leave the filter out, or take another" in said
    assert settled(0.8, context, stage) == (0.8, ())


def test_a_cosine_that_no_two_labels_have_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"toy": Calibrated(redundant=1.0, witness=0.5)}
    monkeypatch.setattr("vocab_builder.filters.calibration.CALIBRATED", found)
    with pytest.raises(UsageError, match="no cosine of the encoder toy is high enough"):
        settled(None, Context(ToyEncoder()), "redundancy")
    assert settled(None, Context(ToyEncoder()), "synonyms")[0] == 0.5


def test_the_bundled_encoder_is_judged_though_its_cosines_are_known(encoder: Encoder) -> None:
    cosine, (figure,) = settled(None, Context(encoder), "redundancy")
    assert cosine == CALIBRATED[encoder.spec.name].redundant
    assert figure.value == pytest.approx(0.874, abs=0.005) and figure.low > 0.8


def test_what_the_code_holds_is_what_the_pairs_say(encoder: Encoder) -> None:
    pairs = labelled_pairs()
    found = calibrate(pair_cosines(pairs, encoder.encode_text), [pair.same for pair in pairs])
    assert found == CALIBRATED[encoder.spec.name]
