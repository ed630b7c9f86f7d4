from __future__ import annotations

import json

import numpy as np
import pytest

from concept_core.decomposition.dictionary import Dictionary
from concept_core.errors import DataError
from concept_core.explanation.groups import contrast, explain_groups

AXES = Dictionary(np.eye(3, dtype=np.float32), ("dog", "<b>", "café"), "v", "e")
X = np.array([[1.0, 0, 0], [0.6, 0.8, 0], [0, 0, 1.0], [0, 0.6, 0.8]])


def test_the_mean_counts_clips_without_the_concept() -> None:
    (group,) = explain_groups(X, {"all": range(4)}, AXES, l0=2)
    assert (group.name, group.n, group.l0) == ("all", 4, 1.5)
    assert group.cosine == pytest.approx(1.0)
    told = [(one.label, one.prominence, one.share) for one in group.concepts]
    assert told == [
        ("café", pytest.approx(0.45), 0.5),
        ("dog", pytest.approx(0.4), 0.5),
        ("<b>", pytest.approx(0.35), 0.5),
    ]


def test_groups_may_overlap_and_are_cut() -> None:
    one, other = explain_groups(X, {"one": [0, 1], "other": [1, 2]}, AXES, l0=2, top=1)
    assert [each.label for each in one.concepts] == ["dog"]
    assert [each.label for each in other.concepts] == ["café"]


def test_a_group_says_what_its_clips_say() -> None:
    (group,) = explain_groups(X, {"one": [1]}, AXES, l1=0.1)
    assert [each.label for each in group.concepts] == ["<b>", "dog"]
    assert [each.prominence for each in group.concepts] == pytest.approx([0.7, 0.5])


def test_no_clips() -> None:
    with pytest.raises(DataError, match="quiet: no clips to explain"):
        explain_groups(X, {"quiet": []}, AXES, l0=2)


def test_what_one_has_and_the_other_has_not() -> None:
    found = contrast(X, ("dogs", [0, 1]), ("cafés", [2, 3]), AXES, l0=2)
    assert (found.n_one, found.n_other) == (2, 2)
    assert [(one.label, one.difference) for one in found.more] == [
        ("dog", pytest.approx(0.8)),
        ("<b>", pytest.approx(0.1)),
    ]
    (less,) = found.less
    assert (less.label, less.difference, less.one.share) == ("café", pytest.approx(-0.9), 0.0)
    assert (less.other.prominence, less.other.share) == (pytest.approx(0.9), 1.0)


def test_a_contrast_turned_round() -> None:
    here = contrast(X, ("a", [0, 1]), ("b", [2, 3]), AXES, l0=2)
    there = contrast(X, ("b", [2, 3]), ("a", [0, 1]), AXES, l0=2)
    assert [one.label for one in here.more] == [one.label for one in there.less]
    same = contrast(X, ("a", [0, 1]), ("b", [0, 1]), AXES, l0=2)
    assert (same.more, same.less) == ((), ())


def test_frames_and_json() -> None:
    (group,) = explain_groups(X, {"one": [1]}, AXES, l0=2)
    assert list(group.to_frame()["label"]) == ["<b>", "dog"]
    assert "&lt;b&gt;" in group._repr_html_()
    assert json.loads(json.dumps(group.to_dict()))["concepts"][0]["share"] == 1.0
    found = contrast(X, ("a", [0, 1]), ("b", [2, 3]), AXES, l0=2)
    assert list(found.to_frame()["label"]) == ["dog", "<b>", "café"]
    assert "café" in found._repr_html_()
    assert json.loads(json.dumps(found.to_dict()))["n_one"] == 2


def test_intervals_hold_the_figure_and_equal_clips_have_none() -> None:
    (group,) = explain_groups(X, {"all": range(4)}, AXES, l0=2)
    for one in group.concepts:
        assert one.interval[0] < one.prominence < one.interval[1]
        assert one.overall == pytest.approx(one.prominence)
    (same,) = explain_groups(X, {"one": [0, 0, 0]}, AXES, l0=2)
    (dog,) = same.concepts
    assert dog.interval == (pytest.approx(1.0), pytest.approx(1.0))
    # A group drawn at random from the four clips has as much of it as all four.
    assert dog.overall == pytest.approx(0.4)


def test_a_difference_beside_groups_drawn_at_random() -> None:
    found = contrast(X, ("dogs", [0, 1]), ("cafés", [2, 3]), AXES, l0=2)
    dog = found.more[0]
    # Dog has 1, .6, 0, 0: of the six ways to halve these, two give .8 and four .2.
    assert dog.chance == pytest.approx((2 * 0.8 + 4 * 0.2) / 6, abs=0.05)
    assert dog.interval[0] < dog.difference < dog.interval[1]
    assert contrast(X, ("a", [0]), ("b", [0]), AXES, l0=2).more == ()


def test_clips_of_one_recording_are_drawn_together() -> None:
    call = (X, ("dogs", [0, 1]), ("cafés", [2, 3]), AXES)
    alone = contrast(*call, l0=2).more[0].interval
    # One recording on either side: it is drawn every time, and says nothing of its spread.
    told = contrast(*call, l0=2, recordings=["a", "a", "b", "b"]).more[0]
    assert told.interval == (pytest.approx(told.difference), pytest.approx(told.difference))
    assert alone[0] < alone[1]
    with pytest.raises(DataError, match="1 recordings for 4 clips"):
        contrast(*call, l0=2, recordings=["a"])
