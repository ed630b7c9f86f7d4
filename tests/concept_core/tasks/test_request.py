from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from concept_core.datasets import ClipSet, dataset_info
from concept_core.errors import UsageError
from concept_core.tasks import request, retrieval
from concept_core.tasks.items import embed
from concept_core.tasks.request import TASKS, Request, load
from tests.esc50_layout import write_layout
from tests.tasks_toy import unit
from tests.toy import ToyEncoder

CLIPS = [(f"{fold}-{name}-{take}.wav", fold, name)
         for fold in (1, 2, 3) for name in ("dog", "rain") for take in range(3)]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"task": "zero"}, "unknown task 'zero'; did you mean 'zero-shot'"),
        ({"task": "zero-shot", "shots": (1,)}, "shots is of the task few-shot"),
        ({"task": "few-shot", "without": ("dog",)}, "without is of the task intervention"),
        ({"task": "intervention"}, "name at least one, with --without"),
        ({"task": "linear-probe", "classes": ("dog",)}, "no names but those of the clips"),
        ({"task": "few-shot", "classes": ("dog",)}, "no names but those of the clips"),
        ({"task": "retrieval", "classes": ("dog",)}, "no names but those of the clips"),
        ({"task": "zero-shot", "dataset": "captions"}, "serves the task retrieval alone"),
    ],
)
def test_wrong_requests(asked: dict, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Request(**{"dataset": "esc10", **asked})


def test_every_task_is_prepared_by_name(tmp_path: Path) -> None:
    folder = write_layout(tmp_path / "esc", CLIPS)
    for task in TASKS:
        if task == "retrieval":
            continue
        asked = Request(
            task=task,
            dataset="esc10",
            shots=(1, 2) if task == "few-shot" else (),
            without=("dog",) if task == "intervention" else (),
            device="cpu",
        )
        clips = load(asked, folder)
        assert isinstance(clips, ClipSet)
        found = request.prepare(asked, clips, ToyEncoder())
        assert (found.name, len(found.items)) == (task, 18)
        assert found.items.data_folds == ("1", "2", "3")


def test_the_folds_that_are_asked(tmp_path: Path) -> None:
    folder = write_layout(tmp_path / "esc", CLIPS)
    assert set(load(Request("zero-shot", "esc10", folds=("2",)), folder).folds) == {"2"}
    assert set(load(Request("zero-shot", "esc10"), folder).folds) == {"1", "2", "3"}


def test_default_folds_of_an_official_split(monkeypatch: pytest.MonkeyPatch) -> None:
    info = replace(
        request.DATASETS["esc10"],
        folds=("train", "val", "test"),
        train_folds=("train",),
        test_folds=("test",),
    )
    monkeypatch.setitem(request.DATASETS, "esc10", info)
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(request, "load_dataset", lambda name, place, folds: asked.append(folds))
    for task in ("zero-shot", "few-shot"):
        load(Request(task, "esc10"), Path())
    load(Request("zero-shot", "mine"), Path())
    assert asked == [("test",), ("train", "test"), ("all",)]


def test_what_a_set_has_not_is_told_before_it_is_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(UsageError, match="its clips have classes, no captions, which retrieval"):
        load(Request("retrieval", "esc10"), Path("nowhere"))
    for kind, task, message in (
        (
            "captions",
            "zero-shot",
            "no classes, which zero-shot needs; use task retrieval",
        ),
        ("multi-label", "few-shot", "several classes each; few-shot asks for one class a clip"),
    ):
        info = replace(dataset_info("esc10"), kind=kind)
        monkeypatch.setitem(request.DATASETS, "esc10", info)
        with pytest.raises(UsageError, match=message):
            load(Request(task, "esc10"), Path("nowhere"))


def test_the_parts_look_for_themselves(tmp_path: Path) -> None:
    clips = load(Request("zero-shot", "esc10"), write_layout(tmp_path / "esc", CLIPS))
    assert isinstance(clips, ClipSet)
    with pytest.raises(UsageError, match="its clips are single-label and have no captions"):
        retrieval.prepare(clips, ToyEncoder())
    info = replace(dataset_info("esc10"), kind="captions", classes=())
    captioned = ClipSet(info, (Path("a.wav"),), ("1",), (), captions=(("rain",),))
    with pytest.raises(UsageError, match="its clips have captions, no classes; use task retrieval"):
        embed(captioned, ToyEncoder(), ("dog",))
    with pytest.raises(UsageError, match="captions, no classes"):
        request.prepare(Request("finetuned", "mine"), captioned, ToyEncoder())


def test_retrieval_of_captioned_clips(tmp_path: Path) -> None:
    paths = [tmp_path / "a dog barks.wav", tmp_path / "rain falls.wav"]
    for path in paths:
        path.write_text(path.name)
    info = replace(dataset_info("esc10"), kind="captions", main_metric="r@1", classes=())
    captions = (("a dog barks", "dogs bark"), ("rain falls down",))
    clips = ClipSet(info, tuple(paths), ("1", "2"), (), captions=captions)
    task = retrieval.prepare(clips, ToyEncoder())
    assert [mine.tolist() for mine in task.own] == [[0, 1], [2]]
    assert task.main_metric == "a2t-r@1"
    assert unit(task.captions).shape == (3, 64)


def test_where_the_data_lie(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="esc10: say where it lies, with --data"):
        load(Request("zero-shot", "esc10"), None)
    folder = write_layout(tmp_path / "esc", CLIPS)
    monkeypatch.setattr(request, "resource_path", lambda name: folder)
    assert len(load(Request("zero-shot", "esc10"), None)) == 18
