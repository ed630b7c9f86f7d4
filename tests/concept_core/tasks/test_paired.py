from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import permutation_test

from concept_core.errors import DataError
from concept_core.tasks.paired import (
    compare_all,
    compare_cards,
    equal_sparsity,
    holm,
    mcnemar,
    scores_of,
    sign_flips,
)
from tests.tasks_toy import bench, clusters, dictionary, embedded, vocabulary


@pytest.fixture(scope="module")
def cards() -> list[dict]:
    """Two vocabularies on 40 clips: one with the class directions, one with half of them."""
    x, labels, centres = clusters(np.random.default_rng(0), 40, 4, 8)
    scorer = bench(embedded(x, labels, centres))
    one, two = vocabulary("p", "q", "r", "s", name="whole"), vocabulary("p", "q", name="half")
    found = [scorer.score(one, dictionary(one, centres), l0=2),
             scorer.score(two, dictionary(two, centres[:2]), l0=2)]  # fmt: skip
    return [json.loads(card.to_json()) for card in found]


def test_mcnemar_by_hand() -> None:
    one, two = np.array([1.0] * 9 + [0.0]), np.array([0.0] * 8 + [1.0, 1.0])
    # Eight ahead, one behind: 2 (C(9,0) + C(9,1)) / 2^9.
    assert mcnemar(one, two) == pytest.approx(2 * (1 + 9) / 512)
    assert mcnemar(one, one) == 1.0


def test_sign_flips_against_scipy() -> None:
    rng = np.random.default_rng(3)
    differences = rng.normal(0.25, 1.0, 60)
    expected = permutation_test(
        (differences, np.zeros(60)),
        lambda a, b, axis: np.mean(a - b, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=9999,
        rng=np.random.default_rng(1),
    ).pvalue
    assert sign_flips(differences, np.random.default_rng(0)) == pytest.approx(expected, abs=0.02)
    assert sign_flips(np.zeros(5), rng) == 1.0
    # One clip alone: every flip is as extreme, and counts half.
    assert sign_flips(np.array([0.0, 0.3]), rng) == 0.5


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_cards_tell_what_a_pair_is(cards: list[dict]) -> None:
    found = compare_cards(*cards)
    whole, half = (scores_of(card, "accuracy") for card in cards)
    assert (found.first, found.second) == ("whole@0.1.0", "half@0.1.0")
    assert (found.metric, found.test, found.equal_sparsity) == ("accuracy", "mcnemar", True)
    assert found.difference == pytest.approx(cards[0]["accuracy"] - cards[1]["accuracy"])
    assert found.interval[0] <= found.difference <= found.interval[1]
    assert found.p == mcnemar(whole, half) < 0.01
    back = compare_cards(cards[1], cards[0])
    assert (back.p, back.difference) == (found.p, -found.difference)
    same = compare_cards(cards[0], cards[0])
    assert (same.p, same.difference, same.interval) == (1.0, 0.0, (0.0, 0.0))


def test_all_pairs(cards: list[dict]) -> None:
    found = compare_all([*cards, cards[0]])
    assert [(pair.first, pair.second) for pair in found] == [
        ("whole@0.1.0", "half@0.1.0"),
        ("whole@0.1.0", "whole@0.1.0"),
        ("half@0.1.0", "whole@0.1.0"),
    ]
    assert [pair.p_holm for pair in found] == holm([pair.p for pair in found])


@pytest.mark.parametrize(
    ("key", "value"),
    [("data_hash", "0" * 64), ("task", "few-shot"), ("mode", "l1"), ("classes", ["a"]),
     ("parameters", {"shots": [1]}), ("encoder", {"fingerprint": "1"})],
)  # fmt: skip
def test_cards_of_something_else_are_refused(cards: list[dict], key: str, value: object) -> None:
    with pytest.raises(DataError, match=f"the cards differ in {key}"):
        compare_cards(cards[0], {**cards[1], key: value})


def test_unknown_metric(cards: list[dict]) -> None:
    with pytest.raises(DataError, match="no scores of clips for 'map'; they have accuracy"):
        compare_cards(*cards, metric="map")


def test_equal_sparsity() -> None:
    def card(mode: str, value: float, mean: float) -> dict:
        return {"mode": mode, "value": value, "l0_mean": mean}

    assert equal_sparsity(card("l0", 8, 8.0), card("l0", 8, 5.0))
    assert not equal_sparsity(card("l0", 8, 8.0), card("l0", 9, 8.0))
    assert equal_sparsity(card("l1", 0.1, 10.0), card("l1", 0.2, 10.2))
    assert not equal_sparsity(card("l1", 0.1, 10.0), card("l1", 0.1, 10.3))
    assert equal_sparsity(card("l1", 0.1, 0.0), card("l1", 0.2, 0.0))


def grouped(card: dict, size: int) -> dict:
    """A card whose clips are of recordings of ``size`` clips."""
    units = [place // size for place in range(card["n"])]
    line = " ".join(map(str, units))
    return {**card, "resampled_by": "recording", "resampled": units[-1] + 1, "recordings": line}


def test_signs_of_a_recording_are_flipped_together(cards: list[dict]) -> None:
    by_clip, found = compare_cards(*cards), compare_cards(*(grouped(card, 10) for card in cards))
    assert (by_clip.resampled_by, by_clip.resampled, by_clip.test) == ("clip", 40, "mcnemar")
    assert (found.resampled_by, found.resampled, found.test) == ("recording", 4, "sign-flip")
    assert found.difference == by_clip.difference
    # All four recordings favour the first alike: 2 of the 16 ways to flip are as extreme.
    assert found.p == pytest.approx(1 / 16, abs=0.01) and by_clip.p < 0.01


def test_sign_flips_are_mcnemar_where_each_clip_is_a_recording() -> None:
    one, two = np.array([1.0] * 9 + [0.0]), np.array([0.0] * 8 + [1.0, 1.0])
    found = sign_flips(one - two, np.random.default_rng(0))
    # Mid-p: what is as extreme counts half.
    assert found == pytest.approx(mcnemar(one, two) - 9 / 512, abs=0.005)


def test_a_card_of_a_former_version_takes_the_recordings_of_the_other(cards: list[dict]) -> None:
    former = {
        key: value
        for key, value in cards[0].items()
        if key not in ("resampled_by", "resampled", "recordings")
    }
    assert compare_cards(former, former).resampled_by == "clip"
    pair = compare_cards(former, grouped(cards[1], 10))
    assert (pair.resampled_by, pair.resampled) == ("recording", 4)
    with pytest.raises(DataError, match="differ in recordings"):
        compare_cards(grouped(cards[0], 10), grouped(cards[1], 5))
