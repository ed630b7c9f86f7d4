from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from concept_core.bench.sweep import Sweep, SweepPoint
from concept_core.errors import UsageError
from concept_core.tasks.scorecard import Metric
from vocab_builder.figures.style import COLUMN, FORMATS, line, new_figure, save, style
from vocab_builder.figures.sweep import draw_sweep


def test_series_differ_in_colour_and_marker() -> None:
    signs = [line(index) for index in range(7)]
    assert len({one.color for one in signs}) == len({one.marker for one in signs}) == 7
    assert len({line(index) for index in range(28)}) == 28


def test_settings_hold_inside_alone() -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    with style():
        assert matplotlib.rcParams["font.size"] < 9
        assert new_figure(2).get_size_inches().tolist() == [COLUMN, 2]
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("form", FORMATS)
def test_equal_figures_equal_bytes(tmp_path: Path, form: str) -> None:
    found = []
    for name in ("one", "two"):
        with style():
            figure = new_figure(1.5)
            figure.subplots().plot([1, 2], [3, 4], label="a $label$ is no formula")
            found.append(save(figure, tmp_path / name, form).read_bytes())
    assert found[0] == found[1]


def test_another_form(tmp_path: Path) -> None:
    with style(), pytest.raises(UsageError, match="written as pdf, png, svg; not as 'gif'"):
        save(new_figure(1), tmp_path / "x.gif", "gif")
    assert not list(tmp_path.iterdir())


def point(vocabulary: str, size: int, value: float, accuracy: float, **more: object) -> SweepPoint:
    band = (accuracy - 0.1, accuracy + 0.1)
    main = Metric(
        value=accuracy, dense=0.8, random=accuracy / 4, random_sd=0.02, mean_only=0.1,
        retention=None, interval=band, dense_interval=(0.7, 0.9), difference_interval=band,
        fold_interval=None, fold_difference_interval=None,
    )  # fmt: skip
    facts = {
        "vocabulary": vocabulary, "content_hash": vocabulary, "size": size, "class_names": 0,
        "mode": "l0", "value": value, "l0_mean": value, "main": main, "random": {}, "cosine": 0.5,
        "centred_cosine": 0.4, "explained_variance": accuracy / 2, "empty": 0, "not_converged": 0,
    }  # fmt: skip
    return SweepPoint(**{**facts, **more})  # type: ignore[arg-type]


def swept(*points: SweepPoint) -> Sweep:
    return Sweep({"task": "few-shot"}, "accuracy-5-shot", 9, 0.3, points, ())


def test_curves_of_the_largest_size_and_of_sizes_in_the_middle() -> None:
    points = [
        point(name, size, value, size / 100 + value / 100)
        for name in ("a", "b")
        for size in (10, 50)
        for value in (1, 5, 20)
    ]
    with style():
        against_l0, variance, against_size = draw_sweep(swept(*points)).axes
    lines = {one.get_label(): one for one in against_l0.get_lines()}
    named = ["a, 50", "b, 50", "dense", "random directions", "mean only"]
    assert [name for name in lines if not name.startswith("_")] == named
    assert lines["a, 50"].get_xdata().tolist() == [1, 5, 20]
    assert lines["a, 50"].get_ydata().tolist() == pytest.approx([0.51, 0.55, 0.7])
    assert against_l0.get_ylabel() == "few-shot: accuracy-5-shot"
    assert variance.get_lines()[0].get_ydata().tolist() == pytest.approx([0.255, 0.275, 0.35])
    assert against_size.get_lines()[0].get_xdata().tolist() == [10, 50]
    assert against_size.get_lines()[0].get_ydata().tolist() == pytest.approx([0.15, 0.55])
    assert against_size.get_xlabel() == "concepts in the vocabulary, l0 5"
    assert against_l0.get_xticks().tolist() == [1, 2, 5, 10, 20]


def test_baselines_have_lines_of_their_own() -> None:
    points = [point(name, 50, value, value / 100) for name in "ab" for value in (20, 40)]
    with style():
        ax, _ = draw_sweep(swept(*points)).axes
    lines = ax.get_lines()
    styles = {one.get_label(): one.get_linestyle() for one in lines if one.get_label()[0] != "_"}
    assert len(set(styles.values())) == 4 and styles["a, 50"] == styles["b, 50"] == "-"
    (dense,) = (one for one in lines if one.get_label() == "dense")
    assert set(dense.get_ydata()) == {0.8}
    # Random directions: a curve for each vocabulary, in its colour.
    random = [one for one in lines if one.get_linestyle() == "-." and len(one.get_xdata())]
    assert [one.get_ydata().tolist() for one in random] == [pytest.approx([0.05, 0.1])] * 2
    assert [one.get_color() for one in random] == [line(0).color, line(1).color]
    # A band each: two vocabularies, their random directions, and dense.
    assert len(ax.collections) + len(ax.patches) == 5


def test_no_random_directions_no_line() -> None:
    one = point("a", 10, 2, 0.5)
    bare = replace(one, main=replace(one.main, random=None, random_sd=None))
    with style():
        ax, _ = draw_sweep(swept(bare)).axes
    assert [one.get_label() for one in ax.get_lines() if one.get_label()[0] != "_"] == [
        "a, 10", "dense", "mean only",
    ]  # fmt: skip


def test_one_size_two_panels_and_points_without_a_value_are_left_out() -> None:
    empty = point("a", 10, 1, 0.0, l0_mean=0.0, explained_variance=None)
    with style():
        against_l0, variance = draw_sweep(swept(empty, point("a", 10, 2, 0.5))).axes
    assert against_l0.get_lines()[0].get_xdata().tolist() == [2]
    assert variance.get_lines()[0].get_xdata().tolist() == [2]


def test_nothing_fires_anywhere(tmp_path: Path) -> None:
    with style():
        figure = draw_sweep(swept(point("a", 1, 9.0, 0.0, l0_mean=0.0, mode="l1")))
        assert save(figure, tmp_path / "s.png", "png").stat().st_size > 0
