"""What holds for every published data set, on a generated folder of each layout."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from concept_core.audio import load_clip
from concept_core.datasets import DATASETS, ClipSet, dataset_info, known_classes, load_dataset
from concept_core.datasets.base import CAPTIONS, MULTI_LABEL, NAMES_ALONE, SINGLE_LABEL
from concept_core.datasets.single_label_sets import esc50_recording
from concept_core.errors import DataError, MissingError, UsageError
from tests import layouts


@dataclass(frozen=True)
class Case:
    """A layout: what makes it, folds to ask, how many clips they have, and a table of it."""

    make: Callable[[Path], Path]
    folds: tuple[str, ...]
    clips: int
    table: str
    unknown: tuple[str, str] | None = None


_SETUP = "TUT-acoustic-scenes-2017-{}/evaluation_setup"
CASES = {
    "esc50": Case(layouts.make_esc50, ("1", "2"), 100, "meta/esc50.csv", (",dog,", ",hound,")),
    "esc10": Case(layouts.make_esc50, ("2",), 10, "meta/esc50.csv", (",dog,", ",hound,")),
    "urbansound8k": Case(
        layouts.make_urbansound8k, ("1", "2"), 20, "metadata/UrbanSound8K.csv", ("siren", "lure")
    ),
    "dcase2017-task4": Case(
        layouts.make_dcase2017_task4,
        ("training", "evaluation"),
        34,
        "groundtruth_weak_label_evaluation_set.csv",
        ("\tBus", "\tOmnibus"),
    ),
    "audioset": Case(
        layouts.make_audioset, ("eval",), 6, "eval_segments.csv", ("/m/06mb1", "/m/0")
    ),
    "vocalsound": Case(
        layouts.make_vocalsound, ("train", "test"), 24, "datafiles/te.json", ("/m/01j3sz", "/m/0")
    ),
    "tut2017": Case(
        layouts.make_tut2017,
        ("1", "2", "evaluation"),
        45,
        f"{_SETUP.format('evaluation')}/evaluate.txt",
        ("\ttram", "\ttrolley"),
    ),
    "clotho": Case(layouts.make_clotho, ("evaluation",), 6, "clotho_captions_evaluation.csv"),
    "audiocaps": Case(layouts.make_audiocaps, ("test",), 4, "test.csv"),
    "fsd50k": Case(
        layouts.make_fsd50k,
        ("train", "val", "eval"),
        12,
        "FSD50K.ground_truth/eval.csv",
        ("Rain_and", "Snow_and"),
    ),
    "gtzan": Case(
        layouts.make_gtzan, ("train", "valid", "test"), 30, "test_filtered.txt", ("jazz/", "swing/")
    ),
    "nsynth": Case(
        layouts.make_nsynth,
        ("train", "test"),
        22,
        "nsynth-test/examples.json",
        ('"reed"', '"straw"'),
    ),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every layout once; tests that change one take a copy."""
    root = tmp_path_factory.mktemp("layouts")
    return {name: case.make(root / name) for name, case in CASES.items()}


@pytest.fixture(params=CASES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def copy(name: str, folders: dict[str, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(folders[name], tmp_path / "copy"))


def load(name: str, folder: Path) -> ClipSet:
    return load_dataset(name, folder, CASES[name].folds)


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_each_loads(name: str, folders: dict[str, Path]) -> None:
    clips = load(name, folders[name])
    info = clips.info
    assert len(clips) == CASES[name].clips
    assert clips.missing == ()
    assert all(path.is_file() for path in clips.paths)
    assert len(set(clips.paths)) == len(clips)
    assert set(clips.folds) == set(CASES[name].folds)
    assert clips.targets.shape == (len(clips), len(info.classes))
    if info.kind == SINGLE_LABEL:
        assert clips.labels is not None and clips.tags is clips.captions is None
        assert set(clips.labels.tolist()) == set(range(len(info.classes)))
        assert clips.targets.sum(axis=1).tolist() == [1] * len(clips)
    elif info.kind == MULTI_LABEL:
        assert clips.tags is not None and clips.labels is clips.captions is None
        assert clips.targets is clips.tags
        assert 1 < clips.tags.sum(axis=1).max() < len(info.classes)
    else:
        assert clips.captions is not None and clips.labels is clips.tags is None
        assert {len(captions) for captions in clips.captions} == {5}


def test_one_fold_is_a_part_of_all(name: str, folders: dict[str, Path]) -> None:
    every, fold = load(name, folders[name]), CASES[name].folds[-1]
    one = load_dataset(name, folders[name], [fold])
    kept = np.flatnonzero([found == fold for found in every.folds])
    assert one.paths == every.take(kept).paths
    assert one.content_hash() == every.take(kept).content_hash()


def test_a_clip_that_is_not_there_is_told(name: str, copy: Path) -> None:
    before = load(name, copy)
    gone = before.paths[-1]
    gone.unlink()
    after = load(name, copy)
    assert after.paths == before.paths[:-1]
    assert len(after.missing) == 1
    assert after.missing[0].strip().removesuffix(".wav") in str(gone)


def test_without_sounds_all_that_is_listed_is_taken(name: str, copy: Path) -> None:
    folds, heard = CASES[name].folds, load(name, copy)
    silent, sums = load_dataset(name, copy, folds, sounds=False), heard.content_hash()
    for path in copy.rglob("*.wav"):
        path.unlink()
    alone = load_dataset(name, copy, folds, sounds=False)
    assert (len(alone), alone.missing, alone.folds) == (len(heard), (), heard.folds)
    assert np.array_equal(alone.targets, heard.targets) and alone.captions == heard.captions
    assert alone.listed is not None and len(set(alone.listed)) == len(alone)
    for listed, path in zip(alone.listed, alone.paths, strict=True):
        assert Path(listed).stem.strip() == path.stem.strip() and copy in path.parents
    # Whether there are sounds does not count; and no such hash is one over sounds.
    assert alone.content_hash() == silent.content_hash() != sums
    assert alone.content_hash().startswith(NAMES_ALONE)
    part = alone.take(np.arange(1, len(alone)))
    assert part.listed == alone.listed[1:] and part.content_hash() != alone.content_hash()


def test_no_clip_there_is_an_error_that_names_one(name: str, copy: Path) -> None:
    for path in copy.rglob("*.wav"):
        path.unlink()
    with pytest.raises(
        DataError, match=rf"none of the {CASES[name].clips} clips of {name} in folds"
    ):
        load(name, copy)


def test_a_truncated_clip_is_named_when_it_is_heard(name: str, copy: Path) -> None:
    path = load(name, copy).paths[0]
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(DataError, match=r"truncated, \d+ of \d+ frames can be read") as caught:
        load_clip(load(name, copy).paths[0], layouts.RATE)
    assert str(path) in str(caught.value)


def test_another_suffix_serves(name: str, copy: Path) -> None:
    path = load(name, copy).paths[0]
    path.rename(path.with_suffix(".flac"))
    assert load(name, copy).paths[0] == path.with_suffix(".flac")


def test_a_table_that_is_missing_is_named(name: str, copy: Path) -> None:
    (copy / CASES[name].table).unlink()
    with pytest.raises(DataError, match=r"no such file; the folder must") as caught:
        load(name, copy)
    assert str(copy / CASES[name].table) in str(caught.value)


@pytest.mark.parametrize("text", [b"", b"\xff\xfe\x00junk"])
def test_a_table_of_nothing_or_junk_is_named(name: str, copy: Path, text: bytes) -> None:
    (copy / CASES[name].table).write_bytes(text)
    with pytest.raises(DataError) as caught:
        load(name, copy)
    assert str(copy / CASES[name].table) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_class_is_named_with_its_line(name: str, copy: Path) -> None:
    if CASES[name].unknown is None:
        assert dataset_info(name).kind == CAPTIONS
        return
    old, new = CASES[name].unknown
    rewrite(copy / CASES[name].table, old, new)
    with pytest.raises(DataError, match=r"(:\d+:|entry|note) ?.*unknown class") as caught:
        load(name, copy)
    assert new.strip('\t,"/') in str(caught.value)
    assert str(copy / CASES[name].table) in str(caught.value)


def test_a_repeated_line_is_named(name: str, copy: Path) -> None:
    path = copy / CASES[name].table
    lines = path.read_text(encoding="utf-8").splitlines()
    if path.suffix == ".json" or name == "dcase2017-task4":
        # Lists of another form have tests of their own; a repeated label of DCASE is harmless.
        return
    path.write_text("\n".join([*lines, lines[-1]]) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match=rf":{len(lines) + 1}: .*listed twice, first in"):
        load(name, copy)


def test_what_is_wrong_with_the_call_is_said(name: str, folders: dict[str, Path]) -> None:
    known = ", ".join(dataset_info(name).folds)
    with pytest.raises(UsageError, match=rf"fold 77: .*\b{name} .*\b{known}"):
        load_dataset(name, folders[name], ["77"])
    with pytest.raises(UsageError, match=f"no folds asked of {name}"):
        load_dataset(name, folders[name], [])
    with pytest.raises(MissingError, match="no such folder"):
        load_dataset(name, folders[name] / "nowhere", CASES[name].folds)


def test_every_published_set_is_tried_here() -> None:
    assert set(DATASETS) == {*CASES, "demo-sounds"}


@pytest.mark.parametrize("info", DATASETS.values(), ids=DATASETS)
def test_metadata(info: object) -> None:
    info = dataset_info(info.name)  # type: ignore[attr-defined]
    for text in (info.revision, info.licence, info.citation, info.seen):
        assert text and text == text.strip()
    assert info.sample_rate in (16_000, 22_050, 44_100)
    metrics = {SINGLE_LABEL: {"accuracy"}, MULTI_LABEL: {"map", "macro-f1"}, CAPTIONS: {"r@1"}}
    assert info.main_metric in metrics[info.kind]
    assert len(set(info.folds)) == len(info.folds) > 0
    assert {*info.train_folds, *info.test_folds} <= set(info.folds)
    assert not set(info.train_folds) & set(info.test_folds)
    assert len(set(info.classes)) == len(info.classes)
    assert not [name for name in info.classes if "_" in name or "/" in name]


@pytest.mark.parametrize("name", ["esc10", "esc50", "urbansound8k", "demo-sounds"])
def test_synonyms_name_one_class_each(name: str) -> None:
    info = dataset_info(name)
    assert set(info.synonyms) == set(info.classes)
    owners: dict[str, str] = {}
    for one, words in info.synonyms.items():
        assert words, one
        for word in words:
            assert word == word.strip().lower() and word != one
            assert owners.setdefault(word, one) == one, word
            assert word not in info.classes, word


def test_class_names_that_come_with_the_files_are_not_known_before() -> None:
    assert known_classes("urbansound8k")[0] == "air conditioner"
    for one in ("audioset", "fsd50k", "clotho", "audiocaps"):
        with pytest.raises(UsageError, match=f"{one}: its class names are not known here"):
            known_classes(one)
    with pytest.raises(UsageError, match="table: sounds of your own"):
        known_classes("table")


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_set_says_which_recording_a_clip_is_from_where_it_names_it(
    name: str, tmp_path: Path
) -> None:
    case = CASES[name]
    clips = load_dataset(name, case.make(tmp_path), case.folds)
    assert (clips.recordings is not None) == bool(DATASETS[name].recording)
    if clips.recordings is not None:
        assert len(clips.recordings) == len(clips)
        assert clips.take(np.array([1, 0])).recordings == clips.recordings[1::-1]
    assert (DATASETS[name].recording != "") == (
        name in {"esc10", "esc50", "urbansound8k", "audioset", "clotho", "audiocaps"}
    )


def test_recordings_by_hand(tmp_path: Path) -> None:
    urban = load_dataset("urbansound8k", layouts.make_urbansound8k(tmp_path), ["1", "2"])
    assert urban.recordings == ("1001",) * 10 + ("1002",) * 10
    assert esc50_recording("1-100032-A-0.wav") == "100032"
    assert esc50_recording("dog.wav") == ""
