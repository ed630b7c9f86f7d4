from __future__ import annotations

import numpy as np
import pytest

from concept_core.tasks.effects import spearman
from concept_core.tasks.faithfulness import area, beside
from tests.tasks_toy import bench, clusters, dictionary, embedded, unit, vocabulary

# A clip that is mostly bark and a little rain, of the class that lies on the axis of bark.
WORDS = vocabulary("bark", "rain", "wind")


def details(x: object, labels: object, l0: int = 2, **more: object):
    data = embedded(x, labels, np.eye(4)[:2], **more)
    return bench(data, "faithfulness").score(WORDS, dictionary(WORDS, np.eye(4)[:3]), l0=l0).details


def test_deletion_by_hand() -> None:
    found = details([[0.8, 0.6, 0, 0]], [0])["curves"]["explanation"]["deletion"]
    # One of the two concepts is gone from a tenth on, the other from six tenths on.
    assert found["accuracy"]["curve"] == [1.0] + [0.0] * 10
    assert found["accuracy"]["area"]["value"] == pytest.approx(0.05)
    assert found["cosine"]["curve"] == pytest.approx([1.0] + [0.6] * 5 + [0.0] * 5)
    # Trapezoids: .08, four of .06, .03, then nothing.
    assert found["cosine"]["area"]["value"] == pytest.approx(0.35)


def test_insertion_by_hand() -> None:
    found = details([[0.8, 0.6, 0, 0]], [0])["curves"]["explanation"]["insertion"]
    assert found["accuracy"]["curve"] == [0.0] + [1.0] * 10
    assert found["accuracy"]["area"]["value"] == pytest.approx(0.95)
    assert found["cosine"]["curve"] == pytest.approx([0.0] + [0.8] * 5 + [1.0] * 5)


def test_from_the_embedding_itself_what_no_concept_says_stays() -> None:
    # The last axis is no concept: the residual points there when all concepts are gone.
    x = [[0.8, 0.48, 0, 0.36]]
    found = details(x, [0])["curves"]["embedding"]["deletion"]
    assert found["cosine"]["curve"] == pytest.approx(
        [1.0] + [np.sqrt(0.48**2 + 0.36**2)] * 5 + [0.36] * 5
    )
    assert details(x, [0])["curves"]["explanation"]["deletion"]["cosine"]["curve"][-1] == 0


def test_a_residual_of_rounding_is_none() -> None:
    atoms = unit([[1, 0.3, 0.1, 0], [0.2, 1, 0.7, 0]])
    words, x = vocabulary("bark", "rain"), 0.7 * atoms[:1] + 0.4 * atoms[1:]
    over = bench(embedded(x, [0], np.eye(4)[:2]), "faithfulness")
    found = over.score(words, dictionary(words, atoms), l0=2).details["curves"]["embedding"]
    assert found["deletion"]["cosine"]["curve"][-1] == 0
    assert found["insertion"]["cosine"]["curve"][0] == 0


def test_random_orders_are_the_mean_of_both() -> None:
    # Many equal clips: in half of the orders bark goes first, in half rain.
    found = details([[0.8, 0.6, 0, 0]] * 200, [0] * 200)["curves"]["explanation"]["deletion"]
    chance = found["cosine"]["chance_curve"]
    assert chance == pytest.approx([1.0] + [0.7] * 5 + [0.0] * 5, abs=0.01)
    area_found = found["cosine"]["area"]
    assert area_found["difference"] == pytest.approx(0.35 - 0.4, abs=0.01)
    low, high = area_found["difference_interval"]
    assert low <= area_found["difference"] <= high < 0


def test_sufficiency_and_comprehensiveness_by_hand() -> None:
    x = [[0.8, 0.6, 0, 0], [0.0, 0.6, 0.8, 0]]
    found = details(x, [0, 1])
    # Of the first clip bark alone says its class. Of the second wind alone is nearest to none of
    # the two classes, the first among equals, and the class was that of rain.
    assert found["sufficiency"]["1"]["value"] == 0.5
    assert found["sufficiency"]["3"]["value"] == 1.0
    # Without bark the first clip is of the other class; without wind the second keeps its own.
    assert found["comprehensiveness"]["1"]["value"] == 0.5
    assert found["comprehensiveness"]["3"]["value"] == 1.0
    assert found["comprehensiveness"]["3"]["clips"] == 2


def test_clips_without_a_concept_have_no_class_to_keep() -> None:
    found = details([[0, 0, 0, -1.0], [1, 0, 0, 0]], [0, 0])
    assert found["sufficiency"]["1"]["clips"] == 1
    assert found["rank_correlation"]["cosine"] == {"clips": 0, "value": None, "chance": None}


def test_rank_correlation_by_hand() -> None:
    # Independent concepts: the more prominent, the more is lost without it. The class is that of
    # bark: to lose bark is worst, and to lose more of anything else makes it the nearer.
    found = details([[0.7, 0.55, 0.45, 0]], [0], l0=3)["rank_correlation"]
    assert found["cosine"]["value"] == pytest.approx(1.0)
    # Effects in the order of prominence have ranks 3, 1, 2: 1 - 6 * 2 / (3 * 8).
    assert found["class"]["value"] == pytest.approx(0.5)
    assert found["class"]["chance"] == 0


def test_spearman_is_scipys() -> None:
    from scipy.stats import spearmanr

    rng = np.random.default_rng(0)
    one, other = rng.integers(0, 5, (2, 30)).astype(float)
    assert spearman(one, other) == pytest.approx(spearmanr(one, other).statistic)
    assert np.isnan(spearman(np.ones(3), np.arange(3.0)))


def test_stability_of_clear_clips_and_its_chance() -> None:
    clear = details([[1, 0.02, 0, 0], [0, 0, 1, 0.02]], [0, 1], l0=1)["stability"]
    assert clear["embedding noise"]["value"] == 1.0
    assert clear["embedding noise"]["chance"] == 0.0


def test_several_classes_a_clip_are_told_by_lrap() -> None:
    found = details([[0.8, 0.6, 0, 0], [0, 1, 0, 0]], None, targets=[[1, 1], [0, 1]])
    assert found["metric"] == "lrap"
    assert found["curves"]["explanation"]["deletion"]["lrap"]["curve"][0] == 1.0


def test_equal_calls_equal_cards_with_zero_shots_metrics() -> None:
    x, labels, centres = clusters(np.random.default_rng(0), 30, 3, 8)
    words = vocabulary(*(f"w{place}" for place in range(12)))
    atoms = unit(np.random.default_rng(1).standard_normal((12, 8)))

    def card(task: str):
        return bench(embedded(x, labels, centres), task).score(
            words, dictionary(words, atoms), l0=4
        )

    one, other = card("faithfulness"), card("faithfulness")
    assert one.to_json() == other.to_json()
    assert one.main == card("zero-shot").main
    found = one.details["curves"]["explanation"]
    # Prominent concepts carry the sum: taken first, less is left than in any order.
    assert found["deletion"]["cosine"]["area"]["difference"] < 0
    assert found["insertion"]["cosine"]["area"]["difference"] > 0


def test_area_of_a_line() -> None:
    points = np.linspace(1, 0, 11)[:, None] * np.array([[1.0, 0.5]])
    assert area(points) == pytest.approx([0.5, 0.25])


def test_figures_leave_clips_out_that_have_none() -> None:
    found = beside(np.array([1.0, np.nan, 0.0]), np.zeros(3), np.array([0, 1, 2]), 0)
    assert (found["clips"], found["value"], found["chance"], found["difference"]) == (
        2,
        0.5,
        0,
        0.5,
    )


def test_clips_of_one_recording_are_drawn_together() -> None:
    values, chance = np.tile([1.0, 0.0], 50), np.zeros(100)
    alone = beside(values, chance, np.arange(100), 0)["interval"]
    # Two recordings of fifty clips each: all right, or all wrong.
    together = beside(np.sort(values), chance, np.repeat([0, 1], 50), 0)["interval"]
    assert together[1] - together[0] > 2 * (alone[1] - alone[0])
