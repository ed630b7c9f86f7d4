"""Captions tagged by workers: the candidates of one process."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from concept_core.engine import Done, Lost, open_engine
from concept_core.errors import DataError
from vocab_builder.sources import captions
from vocab_builder.sources.captions import Captions
from vocab_builder.stages.candidates import Candidate

WHO = ["A dog", "Two cats", "The fog horn", "An infant", "A small engine", "Women", "Light rain"]
HOW = ["barks", "is sobbing", "revs loudly", "falls on a tin roof", "speak", "howls at night"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rng = random.Random(1)
    rows = [f"{n // 3},{rng.choice(WHO)} {rng.choice(HOW)}" for n in range(900)]
    path = tmp_path / "said.csv"
    path.write_text("clip,caption\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def mined(file: Path, engine: str, workers: int, **options: Any) -> list[Candidate]:
    with open_engine(engine, workers) as opened:
        return Captions(**options).by_engine("said", file, opened)


OPTIONS: dict[str, dict[str, Any]] = {
    "words": {"tagger": "none"},
    "events": {"events": True, "collocation": 3.0, "min_count": 2},
    "clips": {"tagger": "none", "clip": ("clip",)},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_workers_give_the_candidates_of_one_process(
    options: dict[str, Any], file: Path, nltk_data: None
) -> None:
    alone = Captions(**options)("said", file)
    assert len(alone) > 5
    assert mined(file, "local", 2, **options) == alone


def test_ray_gives_them_too(file: Path, nltk_data: None, ray_cluster: None) -> None:
    options = OPTIONS["events"]
    assert mined(file, "ray", 2, **options) == Captions(**options)("said", file)


def test_a_broken_row_is_named_with_any_engine(file: Path) -> None:
    with open(file, "ab") as out:
        out.write(b'7,"never closed\n')
    said = []
    for workers in (1, 2):
        with pytest.raises(DataError) as caught:
            mined(file, "local", workers, tagger="none")
        said.append(str(caught.value))
    assert said[0] == said[1]
    assert "said.csv" in said[0]


def test_captions_that_could_not_be_tagged_are_named(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Losing:
        workers = 1

        def map(self, worker: Any, jobs: Any, **_: Any) -> Any:
            act = worker.start()
            for place, job in enumerate(jobs):
                yield Lost(place, "its worker died", 3) if place else Done(place, act(job))

    monkeypatch.setattr(captions, "BLOCK", 100)
    with pytest.raises(DataError, match="100 captions from the 101th on could not be tagged"):
        Captions(tagger="none").by_engine("said", file, Losing())
