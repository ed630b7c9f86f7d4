"""What concepts keep of real CLAP: the program on made-up rows, and what the page says."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import clap_centrings, clap_explained, clap_remainders, clap_tasks, pages, real_clap
from benchmarks.clap_centrings import DEFAULT, by_hand, by_product, of_all
from benchmarks.clap_figures import SHOWN, draw_all
from benchmarks.clap_rows import FOLDS, RealRows, real_rows
from concept_core.bench.bench import Bench
from concept_core.errors import CentringWarning, MissingError
from concept_core.tasks.request import TaskRequest
from tests.real_clap_layout import CLIPS, LABELS, fetched_rows

PAGE = Path(__file__).resolve().parents[2] / "docs" / "real-clap.md"


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealRows]:
    """Made-up rows of five folds as the fetched resources hold them."""
    with fetched_rows(tmp_path_factory.mktemp("real"), folds=5) as rows:
        yield rows


@pytest.fixture(scope="module")
def real() -> Iterator[RealRows]:
    """The real rows of the shared data."""
    shared = Path(os.environ.get("SONOLEX_SHARED", PAGE.parents[2] / "shared"))
    if not (shared / "data" / "clap_real").is_dir():
        pytest.skip(f"no real rows in {shared} (set SONOLEX_SHARED to the folder that has data/)")
    with real_rows(shared) as rows:
        yield rows


def test_only_folds_one_to_three(toy: RealRows) -> None:
    assert set(toy.clips.folds) == set(FOLDS) and len(toy.clips.names) == 300
    listed = (toy.folder / "meta" / "esc50.csv").read_text().splitlines()[1:]
    assert len(listed) == 300 and {line[0] for line in listed} == set(FOLDS)
    prompts = [toy.clips.prompts[place] for place in toy.truth]
    named = [f"This is a sound of {name.replace('_', ' ')}." for name in toy.clips.categories]
    assert prompts == named


def test_by_hand_is_what_the_product_does(toy: RealRows) -> None:
    label, prompt = toy.labels.rows.mean(axis=0), toy.clips.prompt_rows.mean(axis=0)
    # Other folds have 200 clips here, and so all of them are in the product's mean.
    product, hand = by_product(toy, ""), by_hand(toy, of_all, label, prompt)
    assert np.array_equal(product.right, hand.right)
    assert np.array_equal(product.dense, hand.dense)
    assert product.atoms == pytest.approx(hand.atoms, abs=1e-3) and product.warned() == "-"
    with warnings.catch_warnings():
        warnings.simplefilter("error", CentringWarning)
        bare = by_product(toy, "?centring=none")
    assert bare.warned() == "sounds, labels"
    assert bare.right.shape == (300, len(clap_centrings.LIMITS))


def test_vocabularies_without_class_names(toy: RealRows, tmp_path: Path) -> None:
    labels = ("dog", "dog barking", "clock", "purr", "drawer", "clock_alarm")
    (tmp_path / "fsd50k.txt").write_text("\n".join(labels))
    whole, without, kin = clap_tasks.vocabularies(replace(toy, folder=tmp_path)).values()
    assert whole.labels == list(labels)
    assert without.labels == ["dog barking", "clock", "purr", "drawer"]
    assert kin.labels == ["purr", "drawer"]


def columns(lines: list[str]) -> set[int]:
    """Numbers of columns, a table after the other; each must have one number."""
    tables = "\n".join(lines).split("\n\n")
    found = [{line.count("|") for line in one.splitlines() if line[:1] == "|"} for one in tables]
    assert all(len(of_table) < 2 for of_table in found)
    return set().union(*found)


@pytest.fixture(scope="module")
def scored(toy: RealRows) -> real_clap.Part:
    """Zero-shot over the whole vocabulary."""
    with pytest.MonkeyPatch.context() as patch:
        whole = dict([*clap_tasks.vocabularies(toy).items()][:1])
        patch.setattr(clap_tasks, "vocabularies", lambda rows: whole)
        patch.setattr(clap_tasks, "TASKS", ("zero-shot",))
        patch.setattr(clap_tasks, "SEEDS", range(2))
        return real_clap.tasks(toy)


def test_tasks_beside_random_directions(toy: RealRows, scored: real_clap.Part) -> None:
    lines, data, (found,) = scored
    assert lines[0].startswith("**zero-shot, accuracy**: dense ") and columns(lines) == {7}
    bench = Bench(TaskRequest("zero-shot", "esc50", FOLDS), toy.encoder, toy.folder)
    card = bench.score(toy.vocabulary, l0=10)
    assert found.vocabularies["all (55)"][1] == card.main
    # Draws of the same kind as the card's ten.
    of = [one[1] for one in found.random[clap_tasks.DRAWN]]
    assert np.mean(of) == pytest.approx(card.main.random, abs=4 * card.main.random_sd + 1e-9)
    assert found.random[clap_tasks.CENTRED] != found.random[clap_tasks.DRAWN]
    assert data[0]["vocabularies"]["all (55)"][1]["value"] == card.main.value


def test_the_other_parts(toy: RealRows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clap_centrings, "DRAWS", 2)
    monkeypatch.setattr(clap_centrings, "SMALL", (20,))
    monkeypatch.setattr(clap_remainders, "SMALL", (20,))
    monkeypatch.setattr(clap_remainders, "_LABELS", (10, 20))
    monkeypatch.setattr(clap_remainders, "DRAWS", 3)
    for name in ("small", "remainders", "explained"):
        made = real_clap.PARTS[name](toy)
        assert made.data and columns(made.lines)
    found = clap_explained.explain_classes(toy)
    # Every class name is a label here, and each clip lies near its own.
    assert len(found.classes) == len(found.named) == len(found.own_name_within(1)) == 50
    assert f"of {len(found.classes)} classes" in "\n".join(made.lines).replace("the ", "")


def test_figures(toy: RealRows, scored: real_clap.Part, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    (one,) = scored.found
    four = [replace(one, title=f"{title}, accuracy") for title in SHOWN]
    found = {DEFAULT: by_product(toy, ""), "`none`": by_product(toy, "?centring=none")}
    files = draw_all(found, four, tmp_path, "toy")
    names = ["toy-centrings.png", "toy-centrings.svg", "toy-tasks.png", "toy-tasks.svg"]
    assert [path.name for path in files] == names
    before = [path.read_bytes() for path in files]
    assert [path.read_bytes() for path in draw_all(found, four, tmp_path, "toy")] == before


def test_without_the_rows_it_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    assert real_clap.main(["--shared", str(tmp_path)]) == MissingError.exit_code
    assert f"sonolex fetch {CLIPS} {LABELS}" in capsys.readouterr().err


def test_the_figures_that_the_page_names_stand_in_its_tables() -> None:
    page = PAGE.read_text(encoding="utf-8")
    tables = "".join(pages.part(page, name) for name in real_clap.PARTS)
    prose = pages.rewritten(page, dict.fromkeys(real_clap.PARTS, ""))
    named = re.findall(r"(?<![\d.])0?\.\d{3}(?!\d)", prose)
    assert named and not [one for one in named if f"0{one.lstrip('0')}" not in tables]
    for figure in re.findall(r"\]\((figures/[^)]+)\)", page):
        assert (PAGE.parent / figure).is_file()


@pytest.mark.parametrize("name", ["remainders", "explained"])
def test_what_the_page_says_is_printed(real: RealRows, name: str) -> None:
    page = pages.part(PAGE.read_text(encoding="utf-8"), name)
    assert page == "\n".join(real_clap.PARTS[name](real).lines)


def test_the_default_and_a_card_are_on_the_page(real: RealRows) -> None:
    page = PAGE.read_text(encoding="utf-8")
    (*_, line) = clap_centrings.centrings_table(
        {DEFAULT: by_product(real, "")}, clap_centrings.units_of(real)
    )
    assert line in pages.part(page, "centrings").splitlines()
    bench = Bench(TaskRequest("zero-shot", "esc50", FOLDS), real.encoder, real.folder)
    card = bench.score(real.vocabulary, l0=10).main
    whole = next(one for one in pages.part(page, "tasks").splitlines() if one.startswith("| all"))
    low, high = card.interval
    assert whole.split(" | ")[2] == f"{card.value:.3f} [{low:.3f}, {high:.3f}]"
