from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from concept_core import __version__
from concept_core.audio import BadClip, BadClipsError
from concept_core.datasets import ClipSet, dataset_info, load_dataset
from concept_core.decomposition import Dictionary
from concept_core.encoders.base import EncoderSpec
from concept_core.errors import DataError, UsageError
from concept_core.tasks.scorecard import Scorecard
from concept_core.tasks.zero_shot import ZeroShot, class_names, prepare, score
from concept_core.vocabulary import Concept, Vocabulary
from tests.esc50_layout import write_layout

VECTORS = {
    "This is a sound of dog.": [1.0, 0.0, 0.0],
    "This is a sound of rain.": [0.0, 1.0, 0.0],
    "This is a sound of cat.": [0.6, 0.0, 0.8],
    "dog-1": [1.0, 0.0, 0.0],
    "dog-2": [0.8, 0.6, 0.0],
    "rain-1": [0.0, 1.0, 0.0],
    "rain-2": [0.0, 0.0, 1.0],
    "bark": [1.0, 0.0, 0.0],
    "Rain": [0.0, 1.0, 0.0],
}
CLIPS = [("dog-1.wav", 1, "dog"), ("dog-2.wav", 2, "dog"), ("rain-1.wav", 2, "rain"),
         ("rain-2.wav", 3, "rain")]  # fmt: skip


class Axes:
    """Texts and clips at vectors that can be counted by hand; other clips are bad."""

    spec = EncoderSpec("axes", "0" * 64, 3, 16000, "none", "bare@1", "none")

    def encode_text(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([VECTORS[text] for text in texts], np.float32)

    def encode_audio(self, clips: Sequence[Path]) -> np.ndarray:
        bad = [
            BadClip(place, str(clip), f"{clip}: silent")
            for place, clip in enumerate(clips)
            if clip.stem not in VECTORS
        ]
        if bad:
            raise BadClipsError(bad, len(clips))
        return self.encode_text([clip.stem for clip in clips])


def vocabulary(*labels: str) -> Vocabulary:
    return Vocabulary("hand", "0.1.0", tuple(Concept(word, word, "word", 1) for word in labels))


def prepared(folder: Path, classes: Sequence[str] = ("dog", "rain"), **options: bool) -> ZeroShot:
    return prepare(load_dataset("esc10", folder, [1, 2, 3]), Axes(), classes, **options)


def card(task: ZeroShot, *labels: str, seed: int = 0, **mode: float) -> Scorecard:
    words = vocabulary(*labels)
    return score(task, words, Dictionary.build(words, Axes()), seed=seed, **mode or {"l0": 1})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_layout(tmp_path / "esc", CLIPS)


def test_by_hand(folder: Path) -> None:
    # Dense: dog, dog, rain, and a tie of zeros that goes to dog: three of four are right.
    # Over "bark" alone: dog, dog, and two clips with no concept at all.
    found = card(prepared(folder), "bark")
    assert (found.accuracy, found.dense_accuracy) == (0.5, 0.75)
    assert found.retention == pytest.approx(2 / 3)
    assert (found.l0_mean, found.empty, found.n) == (0.5, 2, 4)
    assert found.cosine_mean == pytest.approx((1.0 + 0.8) / 4)
    assert [(m.clip, m.truth, m.predicted, m.dense) for m in found.misses] == [
        ("rain-1.wav", "rain", None, "rain"),
        ("rain-2.wav", "rain", None, "dog"),
    ]
    assert [(one.name, one.n, one.accuracy, one.dense_accuracy) for one in found.by_class] == [
        ("dog", 2, 1.0, 1.0),
        ("rain", 2, 0.0, 0.5),
    ]
    assert found.intervals.accuracy == (0.0, 1.0)
    assert found.intervals.difference[1] == 0.0
    assert (found.mode, found.value, found.not_converged) == ("l0", 1, 0)


def test_more_concepts_keep_more(folder: Path) -> None:
    found = card(prepared(folder), "bark", "Rain", l0=2)
    assert found.accuracy == found.dense_accuracy == 0.75
    assert found.retention == 1.0
    assert found.class_names_in_vocabulary == ("rain",)


def test_the_penalty_is_a_mode_of_its_own(folder: Path) -> None:
    found = card(prepared(folder), "bark", "Rain", l1=0.1)
    assert (found.mode, found.value, found.not_converged) == ("l1", 0.1, 0)
    # Two concepts in dog-2, one in dog-1 and rain-1, none in rain-2.
    assert found.l0_mean == 1.0


def test_the_clips_may_choose_among_other_names(folder: Path) -> None:
    found = card(prepared(folder, ("cat", "dog", "rain")), "bark", "Rain", l0=2)
    # rain-2 is now nearest to the cat; the truth moved by one place and so did the answers.
    assert (found.dense_accuracy, found.classes) == (0.75, ("cat", "dog", "rain"))
    assert [one.name for one in found.by_class] == ["dog", "rain"]


def test_a_class_that_is_no_name_is_an_error_before_anything_is_embedded(folder: Path) -> None:
    class Deaf(Axes):
        def encode_audio(self, clips: Sequence[Path]) -> np.ndarray:
            raise AssertionError("must not be called")

    clips = load_dataset("esc10", folder, [1, 2, 3])
    with pytest.raises(DataError, match=r"esc10: the clips' classes 'dog' are not among the 2"):
        prepare(clips, Deaf(), ("cat", "rain"))


def test_the_card_says_what_it_depends_on(folder: Path) -> None:
    task = prepared(folder)
    data = json.loads(card(task, "bark").to_json())
    assert data["task"] == "zero-shot"
    assert (data["dataset"], data["dataset_revision"]) == ("esc10", "2.0.0")
    assert (data["folds"], data["classes"]) == ([1, 2, 3], ["dog", "rain"])
    assert data["prompt_set"] == "paper@1"
    assert data["data_hash"] == load_dataset("esc10", folder, [1, 2, 3]).content_hash()
    assert data["vocabulary"] == {
        "id": "hand",
        "version": "0.1.0",
        "content_hash": vocabulary("bark").content_hash,
        "size": 1,
    }
    assert data["encoder"] == {**Axes.spec.to_dict(), "fingerprint": Axes.spec.fingerprint}
    assert data["software"] == __version__
    assert (data["missing"], data["bad"]) == (0, [])
    assert data["intervals"]["resamples"] == 2000
    assert str(folder) not in json.dumps(data)


def test_equal_runs_give_equal_cards(folder: Path, tmp_path: Path) -> None:
    elsewhere = write_layout(tmp_path / "moved", CLIPS)
    assert card(prepared(folder), "bark").to_json() == card(prepared(elsewhere), "bark").to_json()


def test_the_seed_is_in_the_card(folder: Path) -> None:
    assert card(prepared(folder), "bark", seed=7).intervals.seed == 7


def test_bad_clips_are_all_named_or_left_out(tmp_path: Path) -> None:
    clips = [*CLIPS, ("hush-1.wav", 1, "dog"), ("hush-2.wav", 1, "rain")]
    folder = write_layout(tmp_path, clips)
    with pytest.raises(DataError, match=r"(?s)2 of 6 clips.*hush-1\.wav.*hush-2\.wav"):
        prepared(folder)
    task = prepared(folder, skip_bad=True)
    found = card(task, "bark")
    assert (found.n, found.accuracy) == (4, 0.5)
    assert found.bad == ("hush-1.wav", "hush-2.wav")
    assert found.data_hash == card(prepared(write_layout(tmp_path / "b", CLIPS)), "bark").data_hash


def test_what_is_not_there_is_counted(tmp_path: Path) -> None:
    folder = write_layout(tmp_path, CLIPS, there=["dog-1.wav", "rain-1.wav"])
    found = card(prepared(folder), "bark")
    assert (found.n, found.missing, found.folds) == (2, 2, (1, 2))


def test_one_clip(tmp_path: Path) -> None:
    found = card(prepared(write_layout(tmp_path, CLIPS[:1])), "bark")
    assert (found.accuracy, found.intervals.accuracy, found.n) == (1.0, (1.0, 1.0), 1)
    assert found.explained_variance is None


def test_retention_of_nothing(tmp_path: Path) -> None:
    found = card(prepared(write_layout(tmp_path, CLIPS[3:])), "bark")
    assert (found.dense_accuracy, found.retention) == (0.0, None)
    assert json.loads(found.to_json())["retention"] is None


def test_a_dictionary_of_another_vocabulary_or_encoder_is_refused(folder: Path) -> None:
    class Other(Axes):
        spec = EncoderSpec("axes", "1" * 64, 3, 16000, "none", "bare@1", "none")

    task, words = prepared(folder), vocabulary("bark")
    for dictionary in (
        Dictionary.build(vocabulary("Rain"), Axes()),
        Dictionary.build(words, Other()),
    ):
        with pytest.raises(DataError, match="another vocabulary or encoder than hand@0.1.0"):
            score(task, words, dictionary, l0=1)


def test_class_names(tmp_path: Path) -> None:
    own = dataset_info("esc10")
    assert class_names("own", own) == own.classes
    assert class_names("esc50", own) == dataset_info("esc50").classes
    names = tmp_path / "names.txt"
    names.write_text("dog\nrain\n", encoding="utf-8")
    assert class_names(str(names), own) == ("dog", "rain")
    with pytest.raises(UsageError, match="classes 'esc51': neither 'own', a data set"):
        class_names("esc51", own)


class Stored:
    """The real encoder with its audio embeddings kept: two class sets, one pass over the clips."""

    def __init__(self, encoder: object, clips: ClipSet) -> None:
        self.spec, self.encode_text = encoder.spec, encoder.encode_text
        self._x = dict(zip(clips.paths, encoder.encode_audio(clips.paths), strict=True))

    def encode_audio(self, clips: Sequence[Path]) -> np.ndarray:
        return np.stack([self._x[clip] for clip in clips])


def test_the_measured_figures_on_real_clips(shared: Path, encoder: object) -> None:
    """SpLiCE's LAION list at 8 concepts a clip, as measured before this code was written."""
    clips = load_dataset("esc10", shared / "data" / "esc10", [1, 2, 3])
    stored = Stored(encoder, clips)
    lines = (shared / "data" / "splice_vocab" / "laion.txt").read_text("utf-8").split("\n")
    words = vocabulary(*reversed([word for word in lines if word][-2000:]))
    dictionary = Dictionary.build(words, stored)
    ten = score(prepare(clips, stored, clips.info.classes), words, dictionary, l0=8)
    fifty = score(prepare(clips, stored, class_names("esc50", clips.info)), words, dictionary, l0=8)
    assert ten.dense_accuracy == pytest.approx(0.917, abs=0.01)
    assert fifty.dense_accuracy == pytest.approx(0.754, abs=0.01)
    assert fifty.accuracy == pytest.approx(0.633, abs=0.02)
    assert fifty.l0_mean == 8.0
