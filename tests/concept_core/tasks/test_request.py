from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from concept_core import datasets
from concept_core.datasets import ClipSet, dataset_info, default_folds
from concept_core.errors import UsageError
from concept_core.tasks import request, retrieval
from concept_core.tasks.embed import embed, embed_captioned
from concept_core.tasks.request import TASKS, TaskRequest, embed_loaded, load, make_task
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
        (
            {"task": "zero-shot", "dataset": "captions"},
            "serves the task retrieval alone; give --task retrieval",
        ),
        (
            {"task": "retrieval", "dataset": "captions", "folds": ("1",)},
            "a file of captions has no folds; leave folds out",
        ),
    ],
)
def test_wrong_requests(asked: dict, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        TaskRequest(**{"dataset": "esc10", **asked})


def test_the_one_fold_of_captions_may_be_named() -> None:
    assert TaskRequest("retrieval", "captions", folds=("all",)).folds == ("all",)


def test_every_task_is_prepared_by_name(tmp_path: Path) -> None:
    folder = write_layout(tmp_path / "esc", CLIPS)
    for task in TASKS:
        if task == "retrieval":
            continue
        asked = TaskRequest(
            task=task,
            dataset="esc10",
            shots=(1, 2) if task == "few-shot" else (),
            without=("dog",) if task == "intervention" else (),
            device="cpu",
        )
        clips = load(asked, folder)
        assert isinstance(clips, ClipSet)
        found = make_task(asked, embed_loaded(asked, clips, ToyEncoder()))
        assert (found.name, len(found.items)) == (task, 18)
        assert found.items.data_folds == ("1", "2", "3")


def test_the_folds_that_are_asked(tmp_path: Path) -> None:
    folder = write_layout(tmp_path / "esc", CLIPS)
    assert set(load(TaskRequest("zero-shot", "esc10", folds=("2",)), folder).folds) == {"2"}
    assert set(load(TaskRequest("zero-shot", "esc10"), folder).folds) == {"1", "2", "3"}


def test_default_folds_of_an_official_split() -> None:
    info = replace(
        dataset_info("esc10"),
        folds=("train", "val", "test"),
        train_folds=("train",),
        test_folds=("test",),
    )
    assert default_folds(info, trained=False) == ("test",)
    assert default_folds(info, trained=True) == ("train", "test")
    assert default_folds(dataset_info("esc10"), trained=True) == ("1", "2", "3", "4", "5")


def test_a_table_is_scored_on_its_test_rows(tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav", "c.wav"):
        (tmp_path / name).touch()
    table = tmp_path / "mine.csv"
    lines = ["path,label,split", "a.wav,dog,train", "b.wav,dog,test", "c.wav,rain,val"]
    table.write_text("\n".join(lines), encoding="utf-8")
    tasks = ("zero-shot", "linear-probe", "few-shot")
    found = {task: load(TaskRequest(task, "table"), table).folds for task in tasks}
    assert found == {
        "zero-shot": ("test",),
        "linear-probe": ("train", "test"),
        "few-shot": ("train", "test"),
    }
    table.write_text("path,label,split\na.wav,dog,1\nb.wav,dog,2\n", encoding="utf-8")
    assert load(TaskRequest("zero-shot", "table"), table).folds == ("1", "2")
    table.write_text("path,label\na.wav,dog\nb.wav,dog\n", encoding="utf-8")
    assert load(TaskRequest("zero-shot", "table"), table).folds == ("all", "all")


def test_what_a_set_has_not_is_told_before_it_is_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(UsageError, match="its clips have classes, no captions, which retrieval"):
        load(TaskRequest("retrieval", "esc10"), Path("nowhere"))
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
            load(TaskRequest(task, "esc10"), Path("nowhere"))


def test_the_parts_look_for_themselves(tmp_path: Path) -> None:
    clips = load(TaskRequest("zero-shot", "esc10"), write_layout(tmp_path / "esc", CLIPS))
    assert isinstance(clips, ClipSet)
    with pytest.raises(UsageError, match="its clips are single-label and have no captions"):
        embed_captioned(clips, ToyEncoder())
    info = replace(dataset_info("esc10"), kind="captions", classes=())
    captioned = ClipSet(info, (Path("a.wav"),), ("1",), (), captions=(("rain",),))
    with pytest.raises(UsageError, match="its clips have captions, no classes; use task retrieval"):
        embed(captioned, ToyEncoder(), ("dog",))
    with pytest.raises(UsageError, match="captions, no classes"):
        embed_loaded(TaskRequest("finetuned", "mine"), captioned, ToyEncoder())


def test_retrieval_of_captioned_clips(tmp_path: Path) -> None:
    paths = [tmp_path / "a dog barks.wav", tmp_path / "rain falls.wav"]
    for path in paths:
        path.write_text(path.name)
    info = replace(dataset_info("esc10"), kind="captions", main_metric="r@1", classes=())
    captions = (("a dog barks", "dogs bark"), ("rain falls down",))
    clips = ClipSet(info, tuple(paths), ("1", "2"), (), captions=captions)
    task = retrieval.prepare(embed_captioned(clips, ToyEncoder()))
    assert [places.tolist() for places in task.own] == [[0, 1], [2]]
    assert task.main_metric == "a2t-r@1"
    assert unit(task.captions).shape == (3, 64)


def test_where_the_data_lie(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="esc10: say where it lies, with --data"):
        load(TaskRequest("zero-shot", "esc10"), None)
    folder = write_layout(tmp_path / "esc", CLIPS)
    monkeypatch.setattr(datasets, "resource_path", lambda name: folder)
    assert len(load(TaskRequest("zero-shot", "esc10"), None)) == 18
