from __future__ import annotations

import json
from dataclasses import replace

import pytest

from concept_core.errors import DataError
from concept_core.tasks.paired import compare_cards
from tests.compare_toy import cards, compared, entries
from tests.tasks_toy import SPEC

OTHER = replace(SPEC, prompt_set="paper@1", dim=8)
OTHER_CARD = {**OTHER.to_dict(), "fingerprint": OTHER.fingerprint}


def test_scores_stand_beside_each_other_with_their_paired_tests() -> None:
    made = entries()
    given = cards(made)
    (task,) = compared(made, cards=given).scores
    assert (task.task, task.dataset, task.metric) == ("zero-shot", "toy", "accuracy")
    assert (task.n, task.classes, task.folds) == (8, 4, ("1",))
    assert [row.name for row in task.rows] == ["A", "B", "C"]
    assert [row.value for row in task.rows] == [card["accuracy"] for card in given]
    assert [(pair.first, pair.second) for pair in task.pairs] == [
        ("A", "B"),
        ("A", "C"),
        ("B", "C"),
    ]
    alone = compare_cards(given[0], given[2])
    assert (task.pairs[1].difference, task.pairs[1].p) == (alone.difference, alone.p)
    assert all(pair.p <= pair.p_holm for pair in task.pairs)


def test_cards_come_as_json_too_and_one_given_twice_counts_once() -> None:
    made = entries()
    given = cards(made)
    from_file = json.loads(json.dumps(given))
    assert compared(made, cards=from_file).scores == compared(made, cards=given).scores
    twice = compared(made, cards=[*given, *from_file])
    assert twice.scores == compared(made, cards=given).scores


def test_several_cards_of_one_vocabulary_are_numbered() -> None:
    made = entries()[:2]
    (task,) = compared(made, cards=[*cards(made, 2), *cards(made, 1)[:1]]).scores
    assert [row.name for row in task.rows] == ["A1", "A2", "B"]
    assert {row.setting for row in task.rows[:2]} == {1, 2}
    unequal = {(pair.first, pair.second) for pair in task.pairs if not pair.equal_sparsity}
    assert unequal == {("A1", "A2"), ("A2", "B")}


def test_other_clips_are_another_group() -> None:
    made = entries()[:2]
    found = compared(made, cards=[*cards(made), *cards(made, data_hash="0" * 64)]).scores
    assert [len(task.rows) for task in found] == [2, 2]


def test_cards_of_another_encoder_are_refused_and_what_differs_is_said() -> None:
    made = entries()[:2]
    other = cards(made[:1], encoder=OTHER_CARD)
    with pytest.raises(DataError) as caught:
        compared(made, cards=other)
    message = str(caught.value)
    assert "the card of pets@0.1.0 on toy is of another encoder" in message
    assert "dim: 4 / 8; prompt_set: 'bare@1' / 'paper@1'" in message
    assert "--across-encoders" in message


def test_across_encoders_they_stand_beside_each_other_without_a_test() -> None:
    made = entries()[:2]
    given = [*cards(made), *cards(made[:1], encoder=OTHER_CARD)]
    (task,) = compared(made, cards=given, across_encoders=True).scores
    assert [row.name for row in task.rows] == ["A1", "A2", "B"]
    assert [row.encoder for row in task.rows] == [
        SPEC.fingerprint,
        OTHER.fingerprint,
        SPEC.fingerprint,
    ]
    assert [(pair.first, pair.second) for pair in task.pairs] == [("A1", "B")]


def test_metrics_without_scores_of_clips_have_no_test() -> None:
    made = entries()[:2]
    (task,) = compared(made, cards=cards(made, scores={})).scores
    assert (len(task.rows), task.pairs) == (2, ())


def test_cards_of_others_and_broken_cards() -> None:
    made = entries()
    with pytest.raises(DataError, match=r"is of vague@0\.1\.0 with 1 concepts .* none of the comp"):
        compared(made[:2], cards=cards(made[2:]))
    broken = cards(made[:1])[0]
    del broken["metrics"], broken["folds"]
    with pytest.raises(DataError, match="lacks metrics, folds; give one that this version"):
        compared(made, cards=[broken])
    with pytest.raises(DataError, match=r"card of pets@0\.1\.0 has a broken encoder spec"):
        compared(made, cards=cards(made[:1], encoder={"name": "toy"}))
