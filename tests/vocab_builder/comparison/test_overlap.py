from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from tests.compare_toy import BELL, DOG, HUM, NEAR, RAIN, entry
from tests.tasks_toy import unit
from vocab_builder.comparison.overlap import alone, overlap, pair_nearest

PETS = entry("pets", dog=DOG, rain=RAIN, storm=RAIN + 0.5 * HUM, hum=HUM)[1]
BELLS = entry("bells", Dog=DOG, hound=DOG + 0.1 * HUM, shower=RAIN + 0.1 * HUM, bell=BELL)[1]


def test_labels_are_shared_whatever_their_case_and_the_rest_is_paired() -> None:
    found = overlap(("A", "B"), PETS, BELLS, NEAR)
    assert (found.shared, found.only_first, found.only_second) == (1, 3, 3)
    # storm is near to shower too, but nearest pairs win; dog is shared, so hound has nobody.
    (pair,) = found.near
    assert (pair.first, pair.second) == ("rain", "shower")
    assert abs(pair.cosine - 1 / np.hypot(1, 0.1)) < 1e-5


def test_one_label_is_in_one_pair() -> None:
    first = entry("a", rain=RAIN, storm=RAIN + 0.5 * HUM)[1]
    second = entry("b", shower=RAIN + 0.1 * HUM, gale=RAIN + 0.6 * HUM)[1]
    found = overlap(("A", "B"), first, second, NEAR).near
    assert [(one.first, one.second) for one in found] == [("storm", "gale"), ("rain", "shower")]
    assert found[0].cosine >= found[1].cosine


def test_the_sum_of_cosines_counts_not_the_first_come() -> None:
    # b's best partner is x too, but then a would be alone.
    first, second = unit([DOG, DOG + 0.2 * HUM]), unit([DOG + 0.1 * HUM, DOG + 0.9 * HUM])
    found = {(row, column) for row, column, _ in pair_nearest(first, second, NEAR)}
    assert found == {(0, 0), (1, 1)}


def test_equal_and_far_vocabularies() -> None:
    same = overlap(("A", "B"), PETS, PETS, NEAR)
    assert (same.shared, same.only_first, same.only_second, same.near) == (4, 0, 0, ())
    far = overlap(("A", "B"), entry("a", dog=DOG)[1], entry("b", bell=BELL)[1], NEAR)
    assert (far.shared, far.only_first, far.only_second, far.near) == (0, 1, 1, ())


def test_alone_is_what_nobody_else_has_or_comes_near_to() -> None:
    assert alone(PETS, [BELLS], NEAR) == ("hum",)
    assert alone(BELLS, [PETS], NEAR) == ("bell",)
    assert alone(PETS, [BELLS, entry("c", drone=HUM)[1]], NEAR) == ()


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_pairs_are_the_best_assignment(n: int, m: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = unit(rng.standard_normal((n, 3))), unit(rng.standard_normal((m, 3)))
    pairs = pair_nearest(first, second, 0.3)
    cosines = (first @ second.T).round(6).astype(np.float64)
    gains = np.where(cosines > 0.3, cosines, 0.0)
    best = gains[linear_sum_assignment(gains, maximize=True)].sum()
    assert abs(sum(cosine for *_, cosine in pairs) - best) < 1e-9
    for places in zip(*((row, column) for row, column, _ in pairs), strict=True):
        assert len(set(places)) == len(pairs)
    for row, column, cosine in pairs:
        assert cosine == cosines[row, column] > 0.3
