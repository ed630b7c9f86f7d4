from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from concept_core.datasets import load_dataset
from concept_core.errors import DataError, MissingError
from concept_core.measures.reference import (
    CAPTIONS,
    CLIPS,
    MOST,
    of_data,
    read_items,
    read_reference,
)
from concept_core.tasks.embed import embed, embed_captioned
from tests.toy import ToyEncoder

ENCODER = ToyEncoder()


def test_a_file_of_captions(tmp_path: Path) -> None:
    path = tmp_path / "captions.csv"
    path.write_text("caption\na dog barks\nrain\n\na dog barks\n", encoding="utf-8")
    found = read_reference(path, ENCODER)
    assert (found.name, found.kind, found.found) == ("captions.csv", CAPTIONS, 2)
    assert found.items == ("a dog barks", "rain")
    assert np.array_equal(found.x, ENCODER.encode_text(found.items))
    assert found.to_dict() == {"name": "captions.csv", "kind": "captions", "found": 2, "n": 2}


def test_a_folder_of_clips(tmp_path: Path) -> None:
    for name in ("rain.wav", "dog.wav", "notes.txt"):
        (tmp_path / name).touch()
    done: list[tuple[int, int]] = []
    found = read_reference(tmp_path, ENCODER, progress=lambda *told: done.append(told))
    assert (found.name, found.kind, found.items) == (tmp_path.name, CLIPS, ("dog.wav", "rain.wav"))
    assert np.array_equal(found.x, ENCODER.encode_text(["dog", "rain"]))
    assert done == [(2, 2)]
    assert found.classes is None and found.own is None


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="no such file or folder"):
        read_reference(tmp_path / "x.csv", ENCODER)
    (tmp_path / "x.txt").write_text("\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"x\.txt"):
        read_reference(tmp_path / "x.txt", ENCODER)
    (tmp_path / "blank.csv").write_text("caption,x\n ,1\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"blank\.csv: no captions in it"):
        read_reference(tmp_path / "blank.csv", ENCODER)


def write_captions(path: Path, number: int) -> Path:
    path.write_text("\n".join(f"{place:05}" for place in range(number)), encoding="utf-8")
    return path


def test_of_many_evenly_spaced_ones_are_taken(tmp_path: Path) -> None:
    path = write_captions(tmp_path / "many.txt", 3 * MOST)
    taken = read_reference(path, ENCODER)
    assert (len(taken.items), taken.found) == (MOST, 3 * MOST)
    assert taken.items[:3] == ("00000", "00003", "00006") and taken.items[-1] == "02997"
    assert len(read_items(path)) == 3 * MOST
    assert len(read_items(path, most=3 * MOST)) == 3 * MOST


def test_of_many_some_are_drawn_with_a_seed(tmp_path: Path) -> None:
    path = write_captions(tmp_path / "many.txt", 100)
    one, other = (read_items(path, most=10, seed=seed) for seed in (0, 1))
    assert len(one) == 10 and one.captions == tuple(sorted(one.captions))
    assert one.captions != other.captions
    assert read_items(path, most=10, seed=0) == one


def test_clips_lie_at_any_depth_and_some_are_taken(tmp_path: Path) -> None:
    for name in ("b.wav", "a/c.flac", ".hidden/d.wav", "notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    found = read_items(tmp_path)
    assert [clip.name for clip in found.clips] == ["c.flac", "b.wav"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="empty: no audio file"):
        read_items(tmp_path / "empty")


def test_labelled_clips_are_told_by_their_classes(tmp_path: Path) -> None:
    for name in ("dog/hound.wav", "dog/dog.wav", "rain/rain.wav"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name, encoding="utf-8")
    clips = load_dataset("folder", tmp_path, ["all"])
    data = embed(clips, ENCODER, clips.info.classes)
    found = of_data(data, ENCODER)
    assert (found.name, found.found) == ("folder, folds all", 3)
    assert found.descriptions == ("dog", "dog", "rain")
    assert found.classes is not None and found.classes.truth.tolist() == [0, 0, 1]
    assert found.own is not None
    # A clip that is called as its class is heard as it.
    heard = dict(zip(found.items, found.own.tolist(), strict=True))
    assert heard["dog.wav"] == pytest.approx(1) and heard["rain.wav"] == pytest.approx(1)
    assert heard["hound.wav"] < 0.5


def test_where_the_names_have_no_embedding_nothing_is_known_of_what_is_heard(
    tmp_path: Path,
) -> None:
    class Bare(ToyEncoder):
        def encode_text(self, texts):  # type: ignore[no-untyped-def]
            if texts == ["dog"]:
                raise DataError("no row for 'dog'")
            return super().encode_text(texts)

    (tmp_path / "dog").mkdir()
    (tmp_path / "dog" / "a.wav").touch()
    clips = load_dataset("folder", tmp_path, ["all"])
    data = embed(clips, ENCODER, clips.info.classes)
    assert of_data(data, Bare()).own is None


def test_captioned_clips_are_told_by_their_first_caption(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    table = tmp_path / "clips.csv"
    table.write_text("path,caption\na.wav,a dog\na.wav,a hound\n", encoding="utf-8")
    clips = load_dataset("table", table, ["all"])
    found = of_data(embed_captioned(clips, ENCODER), ENCODER)
    assert (found.items, found.descriptions, found.name) == (
        ("a.wav",),
        ("a dog",),
        "table, folds all",
    )
