"""Whose mean scored clips lose: never their own."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from concept_core.bench.bench import Bench
from concept_core.datasets import load_dataset
from concept_core.datasets.caption_files import read_caption_file
from concept_core.encoders import load_encoder
from concept_core.encoders.base import FloatArray, unit
from concept_core.encoders.centred import CentredEncoder, centred
from concept_core.tasks.fitting import fit
from concept_core.tasks.request import TaskRequest
from tests.cones import Cones, rows
from tests.esc50_layout import write_layout
from tests.toy import ToyEncoder

CLASSES = ("dog", "rain", "helicopter")


def clips(each: int) -> list[tuple[str, int, str]]:
    takes = range(each)
    return [(f"{one} {n} {f}.wav", f, one) for f in (1, 2, 3) for one in CLASSES for n in takes]


def centred_cones() -> CentredEncoder:
    found = centred(Cones(), "mean")
    assert isinstance(found, CentredEncoder)
    return found


class Data:
    """ESC-50's table of so many clips a class and fold, and rows of the clips and of texts."""

    def __init__(self, folder: Path, each: int) -> None:
        self.folder, self.clips = folder / "esc", clips(each)
        write_layout(self.folder, self.clips, there=())
        names = [name for name, _, _ in self.clips]
        self.x = dict(zip(names, Cones().encode_audio(names), strict=True))
        self.prompts = [f"This is a sound of {one}." for one in CLASSES]
        np.savez(
            folder / "rows.npz",
            audio=np.stack(list(self.x.values())),
            audio_ids=np.array(names),
            text=Cones().encode_text(self.prompts),
            text_ids=np.array(self.prompts),
        )
        self.encoder = load_encoder(f"precomputed:{folder / 'rows.npz'}")

    def of_folds(self, *folds: int) -> FloatArray:
        return np.stack([self.x[name] for name, fold, _ in self.clips if fold in folds])

    def fitted(self, *folds: int, task: str = "zero-shot") -> CentredEncoder:
        request = TaskRequest(task, "esc50", tuple(map(str, folds)))
        loaded = load_dataset("esc50", self.folder, folds, sounds=False)
        found = fit(request, loaded, self.encoder, self.folder)
        assert isinstance(found, CentredEncoder)
        return found

    def centred(self, found: CentredEncoder, fold: int) -> FloatArray:
        return found.encode_audio(load_dataset("esc50", self.folder, [fold], sounds=False).paths)


def off(x: FloatArray, mean_of: FloatArray) -> FloatArray:
    return unit(x - mean_of.mean(axis=0))


def test_other_folds_give_the_mean(tmp_path: Path) -> None:
    data = Data(tmp_path, 5)
    found = data.fitted(3)
    assert found.spec.centring.startswith("mean@2; sounds esc50:1,2 ")
    expected = off(data.of_folds(3), data.of_folds(1, 2))
    assert np.allclose(data.centred(found, 3), expected, atol=1e-5)


def test_where_every_fold_is_scored_each_is_centred_by_the_others(tmp_path: Path) -> None:
    data = Data(tmp_path, 5)
    found = data.fitted(1, 2, 3)
    assert found.spec.centring.startswith("mean@2; sounds esc50:1,2,3-crossed ")
    for fold, others in ((1, (2, 3)), (2, (1, 3)), (3, (1, 2))):
        expected = off(data.of_folds(fold), data.of_folds(*others))
        assert np.allclose(data.centred(found, fold), expected, atol=1e-5), fold


def test_too_few_clips_have_no_mean(tmp_path: Path) -> None:
    data = Data(tmp_path, 3)
    # 9 clips of each fold: 18 of two are too few.
    found = data.fitted(3)
    assert found.spec.centring == "mean@2", "not that of all rows, judged ones among them"
    assert np.allclose(data.centred(found, 3), data.of_folds(3), atol=1e-6)


def test_one_fold_alone_is_centred_in_five_parts() -> None:
    x = rows(count=30)[0]
    labels = [CLASSES[place % 3] for place in range(30)]
    bench = Bench.of_arrays(x, labels, CLASSES, centred_cones())
    assert bench.encoder.spec.centring.split()[-2] == "arrays:all-crossed"
    others = np.flatnonzero(np.arange(30) % 5 != 2)
    assert np.allclose(bench.data.x[2], off(x[2:3], x[others])[0], atol=1e-5)


def test_arrays_are_centred_by_rows_that_are_not_judged() -> None:
    x = 3 * rows(count=60)[0]
    labels, folds = [CLASSES[n % 3] for n in range(60)], [n // 20 for n in range(60)]
    bench = Bench.of_arrays(x, labels, CLASSES, centred_cones(), folds=folds, judged=[2])
    assert bench.encoder.spec.centring.split()[-2] == "arrays:0,1"
    expected = off(unit(x[40:]), unit(x[:40]))
    assert np.allclose(bench.data.x, expected, atol=1e-5)
    assert bench.data.items.encoder == bench.encoder.spec


def test_an_encoder_that_is_not_centred_is_left_alone(tmp_path: Path) -> None:
    data = Data(tmp_path, 5)
    loaded = load_dataset("esc50", data.folder, [3], sounds=False)
    encoder = ToyEncoder()
    assert fit(TaskRequest("zero-shot", "esc50", ("3",)), loaded, encoder) is encoder


def test_captions_are_centred_by_those_of_other_clips(tmp_path: Path) -> None:
    texts = [(f"clip {n}", f"a sound, {n}", f"another, {n}") for n in range(25)]
    lines = ["file_name,caption", *(f'{clip},"{one}"' for clip, *own in texts for one in own)]
    (tmp_path / "c.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    file = read_caption_file(tmp_path / "c.csv")
    encoder = centred_cones()
    found = fit(TaskRequest("retrieval", "captions"), file, encoder)
    assert isinstance(found, CentredEncoder)
    place = file.clips.index("clip 7")
    elsewhere = [one for at, own in enumerate(file.captions) if at % 5 != place % 5 for one in own]
    raw = Cones()
    expected = off(raw.encode_text(["a sound, 7"]), raw.encode_text(elsewhere))
    assert np.allclose(found.encode_text(["a sound, 7"]), expected, atol=1e-5)
