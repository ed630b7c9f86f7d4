from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from concept_core.datasets import ClipSet, dataset_info
from concept_core.datasets.base import check_folds
from concept_core.errors import UsageError
from concept_core.files import canonical_json, sha256_file, sha256_text

INFO = replace(dataset_info("esc10"), classes=("dog", "rain", "wind"))


@pytest.fixture
def paths(tmp_path: Path) -> tuple[Path, ...]:
    for name in "ab":
        (tmp_path / name).write_text(name, encoding="utf-8")
    return (tmp_path / "a", tmp_path / "b")


def clips(paths: tuple[Path, ...], **known: object) -> ClipSet:
    return ClipSet(INFO, paths, ("1", "2"), ("c",), **known)  # type: ignore[arg-type]


def expected(paths: tuple[Path, ...], *said: list[object]) -> str:
    rows = [[sha256_file(path), *what] for path, what in zip(paths, said, strict=True)]
    return sha256_text(canonical_json(rows))


def test_one_class_a_clip(paths: tuple[Path, ...]) -> None:
    one = clips(paths, labels=np.array([2, 0]))
    assert one.targets.tolist() == [[False, False, True], [True, False, False]]
    assert one.content_hash() == expected(paths, ["wind"], ["dog"])
    back = one.take(np.array([1, 0]))
    assert (back.folds, back.labels.tolist(), back.missing) == (("2", "1"), [0, 2], ("c",))
    assert back.content_hash() == expected(paths[::-1], ["dog"], ["wind"])


def test_any_number_of_classes_a_clip(paths: tuple[Path, ...]) -> None:
    many = clips(paths, tags=np.array([[True, False, True], [False, False, False]]))
    assert many.targets is many.tags
    assert many.content_hash() == expected(paths, [["dog", "wind"]], [[]])
    assert many.take(np.array([1])).targets.tolist() == [[False, False, False]]


def test_captions(paths: tuple[Path, ...]) -> None:
    told = clips(paths, captions=(("a dog", "woof"), ("rain",)))
    assert told.content_hash() == expected(paths, [["a dog", "woof"]], [["rain"]])
    assert told.take(np.array([1])).captions == (("rain",),)
    assert not told.targets.any()


def test_names_alone(paths: tuple[Path, ...]) -> None:
    """Of clips that nobody listens to: over names, wherever they lie, and marked."""
    alone = clips(paths, labels=np.array([2, 0]), listed=("a.wav", "b.wav"))
    rows = [["a.wav", "wind"], ["b.wav", "dog"]]
    assert alone.content_hash() == "names:" + sha256_text(canonical_json(rows))
    elsewhere = clips((Path("x"), Path("y")), labels=np.array([2, 0]), listed=("a.wav", "b.wav"))
    assert elsewhere.content_hash() == alone.content_hash()


def test_none_of_them(paths: tuple[Path, ...]) -> None:
    none = clips(paths, labels=np.array([2, 0])).take(np.array([], dtype=np.intp))
    assert (len(none), none.targets.shape, none.content_hash()) == (0, (0, 3), sha256_text("[]"))


def test_folds_are_asked_by_name_or_number_and_come_in_the_order_of_the_set() -> None:
    info = replace(INFO, folds=("1", "2", "10", "eval"))
    assert check_folds(info, ["eval", 10, "2", 2]) == ("2", "10", "eval")
    with pytest.raises(UsageError, match="fold 3: the folds of esc10 are 1, 2, 10, eval"):
        check_folds(info, ["1", 3])
