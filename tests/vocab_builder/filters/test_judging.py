from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from concept_core.errors import UsageError
from tests.toy import RandomEncoder, ToyEncoder
from vocab_builder.filters.judging import area, half_of, judged, refuse_chance


def test_the_area_is_that_of_the_roc_curve_ties_included() -> None:
    rng = np.random.default_rng(1)
    truth = rng.uniform(size=300) < 0.4
    scores = np.round(rng.normal(size=300) + truth, 1)
    value, low = area(truth.tolist(), scores.tolist())
    assert value == pytest.approx(roc_auc_score(truth, scores), abs=5e-4)
    assert value - 0.08 < low < value - 0.02


def test_the_ends() -> None:
    assert area([True, True, False], [0.9, 0.8, 0.1]) == (1.0, 1.0)
    assert area([True, False], [0.1, 0.9]) == (0.0, 0.0)
    assert area([True, False], [0.5, 0.5]) == (0.5, 0.5)
    with pytest.raises(ValueError, match="both classes"):
        area([True], [0.5])


def test_noise_is_refused_and_a_weak_measure_is_not() -> None:
    rng = np.random.default_rng(0)
    truth = (rng.uniform(size=400) < 0.5).tolist()
    noise = rng.normal(size=400)
    weak = judged("s", "e", truth, (noise + 0.6 * np.array(truth)).tolist(), cases="words")
    refuse_chance(weak, "rest")
    with pytest.raises(UsageError, match="no better than chance.*chance is 0.5; rest, or take"):
        refuse_chance(judged("s", "e", truth, noise.tolist(), cases="words"), "rest")


def test_halves_follow_from_the_text_alone() -> None:
    assert {half_of("rain"), half_of("rope"), half_of("wind"), half_of("sea")} <= {
        "choose",
        "judge",
    }
    assert half_of("rain") == half_of("rain")


def test_the_random_encoder_is_random_and_the_toy_is_not() -> None:
    for encoder, near in ((ToyEncoder(), True), (RandomEncoder(), False)):
        first, second = encoder.encode_text(["thunder", "thunders"])
        assert (first @ second > 0.5) == near
