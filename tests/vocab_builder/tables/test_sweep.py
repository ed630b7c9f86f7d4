from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from concept_core.bench.sweep import Sweep
from concept_core.tasks.paired import against_dense, holm
from tests.concept_core.bench.test_sweep import (
    METHODS,
    Given,
    captioned,
    entry,
    labelled,
    several,
    swept,
)
from tests.tables_back import csv_tables, latex_tables, markdown_tables, numbers
from tests.vocab_builder.tables.test_scores import rounded
from vocab_builder.figures.style import style
from vocab_builder.figures.sweep import draw_sweep
from vocab_builder.tables.forms import table_text
from vocab_builder.tables.sweep import sweep_tables

READERS = {"latex": latex_tables, "markdown": markdown_tables}


@pytest.fixture(scope="module")
def found() -> Sweep:
    """Two vocabularies, at two sizes and two limits, learned directions beside."""
    entries = [entry("one_50%", 60, 1), entry("two", 6, 2)]
    return swept(labelled(), entries, l0=(1, 12), sizes=(6, None), learned=METHODS[:1])


@pytest.mark.parametrize("form", ["latex", "markdown"])
def test_every_digit_of_a_point_is_that_of_the_json(form: str, found: Sweep) -> None:
    points, areas = READERS[form](table_text(sweep_tables(found), form))
    dense, mean_only, *rows = points
    assert [Decimal(one) for one in numbers(dense["accuracy"])] == [
        *map(rounded, (found.dense, *found.dense_interval)),
    ]
    assert Decimal(mean_only["accuracy"]) == rounded(found.mean_only)
    data = found.to_dict()["points"]
    assert len(rows) == len(data) == 6
    for row, point in zip(rows, data, strict=True):
        main = point["main"]
        wanted = {
            "accuracy": (main["value"], *main["interval"]),
            "less dense": (main["value"] - main["dense"], *main["difference_interval"]),
            "random": (main["random"], main["random_sd"]),
            "cosine": (point["centred_cosine"],),
            "variance": (point["explained_variance"],),
            METHODS[0]: (point["baselines"][METHODS[0]]["values"]["accuracy"],),
        }
        for name, values in wanted.items():
            assert [Decimal(one) for one in numbers(row[name])] == [*map(rounded, values)], name
        assert (row["concepts"], row["l0"]) == (str(point["size"]), str(int(point["value"])))
        assert row["names"] == str(point["class_names"])
    assert [Decimal(row["accuracy"]) for row in areas] == [
        rounded(one.value) for one in found.areas
    ]


def test_bold_is_told_from_dense_over_all_points(found: Sweep) -> None:
    points = sweep_tables(found)[0]
    place = points.columns.index("less dense")
    adjusted = holm([point.p for point in found.points if point.p is not None])
    assert [row[place].p for row in points.rows[2:]] == adjusted  # type: ignore[union-attr]
    assert any(p < 0.05 for p in adjusted) and not all(p < 0.05 for p in adjusted)
    rows = csv_tables(table_text(sweep_tables(found), "csv"))[0]
    assert [float(row["less dense p"]) for row in rows[2:]] == adjusted
    assert "random sign flips, p < .05 by Holm over 6 points" in " ".join(points.notes)
    assert "over 20 recordings" in points.notes[0]


def test_the_test_of_a_point_is_that_of_its_card() -> None:
    words, dictionary = entry("one", 20, 1)
    over = Given(labelled(), [(words, dictionary)], "zero-shot", seed=3)
    (point,) = over.sweep([words], l0=(1,), draws=2).points
    card = over.score(words, dictionary, l0=1).to_dict()
    (test,) = against_dense([card], "accuracy", names=["one"], seed=3)
    assert (point.test, point.p) == (test.test, test.p)


def test_penalties_and_no_random_directions() -> None:
    found = swept(labelled(), [entry("one", 20, 1)], l1=(0.3, 0.0125), draws=0)
    table = sweep_tables(found)[0]
    assert "random" not in table.columns and "Random" not in " ".join(table.notes)
    rows = markdown_tables(table_text([table], "markdown"))[0]
    assert [row["l1"] for row in rows] == ["-", "-", "0.0125", "0.3000"]


def test_a_metric_that_is_no_mean_over_clips_has_no_test() -> None:
    table = sweep_tables(swept(several(), [entry("one", 20, 1)], l0=(2,)))[0]
    assert "map is no mean over clips: no paired test" in " ".join(table.notes)
    assert not any(getattr(cell, "bold", False) for row in table.rows for cell in row)


def test_captions_have_no_folds() -> None:
    table = sweep_tables(swept(captioned(), [entry("one", 20, 1)], "retrieval", l0=(2,)))[0]
    assert table.caption.startswith("Retrieval a2t-r@1 over sparsities and sizes on toy (")
    assert np.isfinite(table.rows[0][4].value)  # type: ignore[union-attr]


def test_one_list_under_two_names() -> None:
    """Equal concepts in two files: each row, curve and area goes by the name of its own file."""
    first = entry("first", 6, 1)
    again = (replace(first[0], id="again"), first[1])
    found = swept(labelled(), [first, again], l0=(1, 2), sizes=(None,), learned=METHODS[1:])
    points, areas = sweep_tables(found)
    names = ["first@1.0.0", "again@1.0.0"]
    assert [row[0] for row in points.rows[2:]] == [names[0], names[0], names[1], names[1]]
    assert [row[0] for row in areas.rows] == names
    with style():
        (legend,) = draw_sweep(found).legends
    shown = [text.get_text() for text in legend.get_texts()]
    assert shown[:2] == [f"{name}, 6" for name in names]
    assert shown[-1] == METHODS[1]
