from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from concept_core.errors import UsageError
from concept_core.measures.stability import Stability, stability


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_all_equal_clips_agree() -> None:
    weights = csr_array(np.tile([[3.0, 0.0, 2.0, 1.0]], (6, 1)))
    # Two of the three that fire: by chance two draws would share 2 * 2 / 3, of 2.
    assert stability(weights, rng(), top=2) == Stability(1.0, pytest.approx(2 / 3))


def test_all_different_clips_never_agree() -> None:
    assert stability(csr_array(np.eye(8)), rng(), top=3) == Stability(0.0, pytest.approx(3 / 8))


def test_by_hand() -> None:
    # The first concept fires everywhere, the others in one clip each; of two clips a half has
    # its own, so that one of the two first is shared.
    weights = csr_array(np.array([[5.0, 1.0, 0.0], [5.0, 0.0, 1.0]]))
    assert stability(weights, rng(), top=2).overlap == 0.5
    assert stability(weights, rng(), top=1).overlap == 1.0


def test_the_larger_of_two_numbers_divides() -> None:
    # One half fires one concept, the other two: one of two.
    weights = csr_array(np.array([[1.0, 0.0], [1.0, 1.0]]))
    assert stability(weights, rng()).overlap == 0.5


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_clips(n: int) -> None:
    assert stability(csr_array(np.ones((n, 3))), rng()) == Stability(None, None)


def test_nothing_fires() -> None:
    assert stability(csr_array((4, 3)), rng()) == Stability(None, None)


def test_an_odd_clip_is_left_out_of_both_halves() -> None:
    # Three clips, each with its own concept: two halves of one clip never agree.
    assert stability(csr_array(np.eye(3)), rng(), top=1).overlap == 0.0


def test_equal_generators_equal_answers_and_a_common_kind_is_steadier() -> None:
    draw = rng()
    noise = draw.random((60, 40)) * (draw.random((60, 40)) < 0.1)
    common = noise + np.linspace(1, 0.05, 40)
    found = [stability(csr_array(one), rng(), top=10) for one in (noise, common)]
    assert found[0] == stability(csr_array(noise), rng(), top=10)
    assert (found[0].overlap or 0) < (found[1].overlap or 0) - 0.2


@pytest.mark.parametrize("wrong", [{"top": 0}, {"splits": 0}])
def test_wrong_numbers(wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="both are numbers of 1 or more"):
        stability(csr_array(np.eye(3)), rng(), **wrong)
