"""Words beside learned directions: the program on made-up rows, and the page's shape."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks import learned, pages
from benchmarks.clap_rows import FOLDS, real_rows
from benchmarks.learned import RANDOM, SYSTEMS, WORDS, Study
from concept_core.decomposition.learned import METHODS
from tests.real_clap_layout import fetched_rows

PAGE = Path(__file__).resolve().parents[2] / "docs" / "learned.md"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    """Made-up rows as the fetched resources hold them, and few of their words."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("concept_core.decomposition.learned.STEPS", 60)
        patch.setattr("concept_core.decomposition.learned.EPOCHS", 2)
        patch.setattr(learned, "SEEDS", (0, 1))
        patch.setattr(learned, "LIMITS", (2,))
        patch.setattr(learned, "TASKS", {"zero-shot": {}})
        with fetched_rows(tmp_path_factory.mktemp("real"), folds=3) as rows:
            yield Study.of(rows)


def test_what_is_judged_is_not_learned_from(study: Study) -> None:
    x = study.clips.data.x
    for fold in FOLDS:
        inside, outside = (study.part(fold, inside=inside) for inside in (True, False))
        assert len(inside.x) + len(outside.x) == len(x)
        assert not set(inside.items) & set(outside.items)
    whole = study.clips.data.items
    assert study.part("2", inside=True).items == tuple(
        name for name, fold in zip(whole.names, whole.folds, strict=True) if fold == "2"
    )


def test_every_system_has_a_line_in_every_table(study: Study) -> None:
    for name, (measure, show) in learned.PARTS.items():
        found = measure(study)
        lines = list(show(found))
        assert {len(line.split("|")) for line in lines} == {len(lines[0].split("|"))}
        if name == "tasks":
            figures = found["zero-shot, accuracy"]
            assert list(figures) == ["dense", *SYSTEMS]
            # One learned dictionary a fold and method serves both lines.
            assert found["cosine with the embedding"].keys() == set(SYSTEMS)
            assert all(0 <= value <= 1 for one in figures.values() for value in one)
        if name == "stability":
            words = found[f"{WORDS}, another seed"]
            assert words == {"cosine": pytest.approx(1), "same": 1.0, "support": 1.0}
            assert found[f"{RANDOM}, another seed"]["same"] == 0.0
        if name == "names":
            assert found[RANDOM]["named"] < 0.1 < found[WORDS]["named"]


def test_equal_rows_are_learned_from_once(study: Study) -> None:
    fold = FOLDS[0]
    atoms = study.atoms(METHODS[0], fold)
    assert study.atoms(METHODS[0], fold) is atoms
    assert not np.array_equal(study.atoms(METHODS[0], fold, 1), atoms)


def test_the_page_has_what_words_and_random_directions_give(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared = Path(os.environ.get("SONOLEX_SHARED", PAGE.parents[2] / "shared"))
    if not (shared / "data" / "clap_real").is_dir():
        pytest.skip(f"no real rows in {shared} (set SONOLEX_SHARED to the folder that has data/)")
    # What is learned takes minutes; these lines take seconds, by the same way.
    monkeypatch.setattr(learned, "SYSTEMS", (WORDS, RANDOM))
    page = pages.part(PAGE.read_text(encoding="utf-8"), "names").splitlines()
    with real_rows(shared) as rows:
        lines = list(learned.names_table(learned.names(Study.of(rows))))
    assert lines == [page[0], page[1], page[2], page[-1]]


def test_the_page_has_a_table_of_every_part() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in learned.PARTS:
        assert pages.part(page, name).startswith("|")
    # The answer comes first.
    assert len(page.split("\n## ")[0].splitlines()) <= 12
