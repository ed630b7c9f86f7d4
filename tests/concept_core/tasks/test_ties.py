"""One rule for ties in every metric: of equal scores, what is wrong stands before what is right."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concept_core.tasks import few_shot, finetuned, intervention, linear_probe, retrieval, zero_shot
from concept_core.tasks.items import Captioned
from concept_core.tasks.labelled import METRICS, multi_label, single_label
from concept_core.tasks.metrics import TIE, first_best, indicators, value
from concept_core.tasks.task import Answer, Representation
from tests.tasks_toy import embedded, items

N, CLASSES = 12, 3
LABELS = [place % CLASSES for place in range(N)]
FOLDS = [str(1 + place // 3 % 2) for place in range(N)]
SAME = np.tile([[1.0, 0.0]], (N, 1))
PROMPTS = np.tile([[0.6, 0.8]], (CLASSES, 1))


def single():
    return embedded(SAME, LABELS, PROMPTS, folds=FOLDS)


def several():
    return embedded(SAME, None, PROMPTS, targets=indicators(np.array(LABELS), CLASSES), folds=FOLDS)


def captioned() -> retrieval.Retrieval:
    texts = (("one", "another"),) * N
    x = SAME.astype(np.float32)
    return retrieval.prepare(Captioned(items(N), x, texts, np.repeat(x, 2, axis=0)))


NOTHING = {
    # No clip is right where its class is as near as a wrong one.
    "accuracy": 0.0,
    "macro-f1": 0.0,
    "micro-f1": 0.0,
    **{f"accuracy-{shots}-shot": 0.0 for shots in (1, 2)},
    # The share of what is right among all that ties.
    "map": 1 / CLASSES,
    "lrap": 1 / CLASSES,
    # The captions of others, then a clip's own; the other clips, then a caption's own.
    **{f"a2t-r@{k}": 0.0 for k in (1, 5, 10)},
    "a2t-map@10": 0.0,
    **{f"t2a-r@{k}": 0.0 for k in (1, 5, 10)},
    "t2a-map@10": 0.0,
}
"""Every metric of every task, of rows that tell nothing apart."""

TASKS: list[Callable[[], tuple[object, object]]] = [
    lambda: zero_shot.prepare(single()),
    lambda: zero_shot.prepare(several()),
    lambda: intervention.prepare(single(), without=["p"]),
    lambda: few_shot.prepare(single(), shots=[1, 2]),
    lambda: linear_probe.prepare(single()),
    lambda: linear_probe.prepare(several()),
    lambda: finetuned.prepare(single(), epochs=1),
    captioned,
]


def test_what_tells_nothing_apart_earns_nothing() -> None:
    seen = set()
    for prepare in TASKS:
        task = prepare()
        answer = task.answer(Representation(SAME, SAME))
        for name, statistic in answer.statistics.items():
            assert value(statistic, N) == pytest.approx(NOTHING[name]), (task.name, name)
        seen |= set(answer.statistics)
    assert seen == set(NOTHING) >= {*METRICS["single"], *METRICS["multi"]}


def metrics(answer: Answer) -> dict[str, float]:
    return {name: value(one, len(answer.scores["lrap"])) for name, one in answer.statistics.items()}


cases = given(st.integers(0, 10_000), st.integers(1, 12), st.integers(2, 5))


@cases
@settings(max_examples=80, deadline=None)
def test_a_tie_is_worth_what_it_is_with_the_wrong_ones_raised(
    seed: int, n: int, classes: int
) -> None:
    rng = np.random.default_rng(seed)
    targets = rng.random((n, classes)) < 0.4
    targets[0, 0] = True
    scores = rng.integers(-2, 3, (n, classes)) / 4
    raised = scores + 1e-6 * ~targets
    assert metrics(multi_label(targets, scores)) == pytest.approx(
        metrics(multi_label(targets, raised))
    )
    truth = rng.integers(0, classes, n)
    right = indicators(truth, classes)
    found = (
        single_label(truth, first_best(one, right), classes)
        for one in (scores, scores + 1e-6 * ~right)
    )
    one, two = ({name: value(s, n) for name, s in a.statistics.items()} for a in found)
    assert one == two


@pytest.mark.parametrize("lowered", [False, True])
def test_captions_that_tie_with_those_of_others(lowered: bool) -> None:
    """The same whether the captions of others are as near or nearer by a little."""
    clips = np.array([[1.0, 0.0], [0.0, 1.0]])
    own = np.array([0.8, 0.6]) if not lowered else np.array([0.8 - 1e-6, 0.6])
    captions = np.array([own, [0.8, 0.6], [0.8, 0.6], [0.0, 1.0]])
    by_clip, _ = retrieval.ranks(clips, captions, [np.array([0]), np.array([1, 2, 3])])
    assert by_clip[0].tolist() == [3]


def test_what_rounds_apart_is_tied() -> None:
    for near, far in product((0.5 * TIE, -0.5 * TIE), (4 * TIE,)):
        scores, right = np.array([[0.5, 0.5 + near]]), np.array([[True, False]])
        assert first_best(scores, right).tolist() == [1]
        assert first_best(np.add(scores, [[far, 0.0]]), right).tolist() == [0]
    assert first_best(np.array([[0.5, 0.5]])).tolist() == [0], "nothing is known to be wrong"
