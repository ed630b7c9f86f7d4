from __future__ import annotations

import numpy as np
import pytest

from concept_core.encoders import Encoder
from concept_core.errors import UsageError
from vocab_builder.filters.calibration import (
    CALIBRATED,
    calibrate,
    labelled_pairs,
    pair_cosines,
)


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


def test_the_labelled_pairs() -> None:
    pairs = labelled_pairs()
    assert len(pairs) >= 200
    assert len({frozenset((pair.first, pair.second)) for pair in pairs}) == len(pairs)
    assert {pair.drawn for pair in pairs} == {"drawn", "forms", "different"}
    assert all(pair.same for pair in pairs if pair.drawn == "forms")
    assert not any(pair.same for pair in pairs if pair.drawn == "different")


def test_what_the_code_holds_is_what_the_pairs_say(encoder: Encoder) -> None:
    pairs = labelled_pairs()
    found = calibrate(pair_cosines(pairs, encoder.encode_text), [pair.same for pair in pairs])
    assert found == CALIBRATED[encoder.spec.name]
