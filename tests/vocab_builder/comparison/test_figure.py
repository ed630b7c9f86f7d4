from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("matplotlib", reason="figures need matplotlib (pip install sonolex[report])")

from tests.compare_toy import cards, compared, entries, reference
from vocab_builder.figures.compare import draw_comparison
from vocab_builder.figures.style import COLUMN, save, style


def test_a_panel_for_everything_that_is_known(tmp_path: Path) -> None:
    made = entries()
    found = compared(made, reference=reference(), cards=cards(made))
    with style():
        figure = draw_comparison(found)
        labels = [ax.get_xlabel() for ax in figure.axes]
        assert labels[:3] == ["concepts", "first concepts of the vocabulary",
                              "most concepts a clip (l0)"]  # fmt: skip
        assert labels[3].startswith("zero-shot accuracy, toy")
        assert figure.get_size_inches()[0] == COLUMN
        coverage = figure.axes[1].get_lines()
        assert [list(one.get_ydata()) for one in coverage] == [
            [value for _, value in one.measures.coverage_curve]
            for one in found.vocabularies
            if one.measures
        ]
        named = [text.get_text() for text in figure.legends[0].get_texts()]
        assert named[0] == "A  pets@0.1.0, 3"
        assert save(figure, tmp_path / "one.svg", "svg").stat().st_size > 1000


def test_without_a_reference_one_panel() -> None:
    with style():
        figure = draw_comparison(compared(entries()))
    (ax,) = figure.axes
    # Of A and B: storm, rain; nothing near; dog; hound and bell.
    widths = [bar.get_width() for bars in ax.containers for bar in list(bars)[:1]]
    assert widths == [2, 0, 1, 2]
