from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from concept_core import __version__
from concept_core.audio import BadClip, BadClipsError
from concept_core.bench.bench import Bench
from concept_core.datasets import ClipSet, dataset_info, load_dataset
from concept_core.decomposition.dictionary import Dictionary
from concept_core.encoders.base import EncoderSpec
from concept_core.errors import DataError, UsageError
from concept_core.tasks.embed import embed
from concept_core.tasks.items import class_names
from concept_core.tasks.request import TaskRequest
from concept_core.tasks.scorecard import Scorecard
from concept_core.tasks.zero_shot import ZeroShot, prepare
from tests.esc50_layout import write_layout
from tests.tasks_toy import bench, dictionary, embedded, vocabulary

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
        absent = [text for text in texts if text not in VECTORS]
        if absent:
            raise DataError(f"no embedding of {absent}")
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


def prepared(folder: Path, classes: Sequence[str] = ("dog", "rain"), **options: bool) -> ZeroShot:
    return prepare(embed(load_dataset("esc10", folder, [1, 2, 3]), Axes(), classes, **options))


def card(task: ZeroShot, *labels: str, seed: int = 0, **mode: float) -> Scorecard:
    words = vocabulary(*labels)
    request = TaskRequest("zero-shot", "esc10", seed=seed)
    return Bench(request, Axes(), task.data).score(words, **mode or {"l0": 1})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_layout(tmp_path / "esc", CLIPS)


def test_by_hand(folder: Path) -> None:
    # Dense: dog, dog, rain, and a tie of zeros that goes to dog: three of four are right.
    # Over "bark" alone: dog, dog, and two clips with no concept at all.
    found = card(prepared(folder), "bark")
    accuracy = found.metrics["accuracy"]
    assert (accuracy.value, accuracy.dense) == (0.5, 0.75)
    assert accuracy.retention == pytest.approx(2 / 3)
    # The mean of all clips is nearest to the dog.
    assert accuracy.mean_only == 0.5
    # Dog: 2 of 2, two found; rain: nothing found. Dense: 2/2 of three found; one of two.
    assert found.metrics["macro-f1"].value == pytest.approx((1 + 0) / 2)
    assert found.metrics["macro-f1"].dense == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert (found.l0_mean, found.empty, found.n) == (0.5, 2, 4)
    assert found.cosine_mean == pytest.approx((1.0 + 0.8) / 4)
    assert [(m.clip, m.truth, m.predicted, m.dense) for m in found.misses] == [
        ("rain-1.wav", "rain", None, "rain"),
        ("rain-2.wav", "rain", None, "dog"),
    ]
    assert found.by_class == (
        {"name": "dog", "n": 2, "accuracy": 1.0, "dense_accuracy": 1.0},
        {"name": "rain", "n": 2, "accuracy": 0.0, "dense_accuracy": 0.5},
    )
    assert accuracy.interval == (0.0, 1.0)
    assert accuracy.difference_interval[1] == 0.0
    assert found.scores == {"accuracy": {"concepts": "1 1 0 0", "dense": "1 1 1 0"}}
    assert (found.mode, found.value, found.not_converged) == ("l0", 1, 0)


def test_more_concepts_keep_more(folder: Path) -> None:
    found = card(prepared(folder), "bark", "Rain", l0=2)
    assert found.main.value == found.main.dense == 0.75
    assert found.main.retention == 1.0
    assert found.class_names_in_vocabulary == ("rain",)


def test_the_penalty_is_a_mode_of_its_own(folder: Path) -> None:
    found = card(prepared(folder), "bark", "Rain", l1=0.1)
    assert (found.mode, found.value, found.not_converged) == ("l1", 0.1, 0)
    # Two concepts in dog-2, one in dog-1 and rain-1, none in rain-2.
    assert found.l0_mean == 1.0


def test_the_clips_may_choose_among_other_names(folder: Path) -> None:
    found = card(prepared(folder, ("cat", "dog", "rain")), "bark", "Rain", l0=2)
    # rain-2 is now nearest to the cat; the truth moved by one place and so did the answers.
    assert (found.main.dense, found.classes) == (0.75, ("cat", "dog", "rain"))
    assert [one["name"] for one in found.by_class] == ["dog", "rain"]


def test_a_class_that_is_no_name_is_an_error_before_anything_is_embedded(folder: Path) -> None:
    class Deaf(Axes):
        def encode_audio(self, clips: Sequence[Path]) -> np.ndarray:
            raise AssertionError("must not be called")

    clips = load_dataset("esc10", folder, [1, 2, 3])
    with pytest.raises(DataError, match=r"esc10: the clips' classes 'dog' are not among the 2"):
        embed(clips, Deaf(), ("cat", "rain"))


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
    assert (data["missing"], data["bad"], data["data_folds"]) == (0, [], [1, 2, 3])
    # What the contract has at the top of a card.
    assert (data["accuracy"], data["dense_accuracy"]) == (0.5, 0.75)
    assert data["retention"] == pytest.approx(2 / 3)
    assert (data["mode"], data["value"], data["l0_mean"]) == ("l0", 1, 0.5)
    assert data["intervals"].keys() == {
        *("level", "resamples", "seed", "accuracy", "dense_accuracy", "difference")
    }
    assert data["intervals"]["resamples"] == 2000
    assert data["intervals"]["accuracy"] == data["metrics"]["accuracy"]["interval"]
    assert str(folder) not in json.dumps(data)


def test_equal_runs_give_equal_cards(folder: Path, tmp_path: Path) -> None:
    elsewhere = write_layout(tmp_path / "moved", CLIPS)
    assert card(prepared(folder), "bark").to_json() == card(prepared(elsewhere), "bark").to_json()


def test_the_seed_is_in_the_card(folder: Path) -> None:
    assert card(prepared(folder), "bark", seed=7).bootstrap["seed"] == 7


def test_bad_clips_are_all_named_or_left_out(tmp_path: Path) -> None:
    clips = [*CLIPS, ("hush-1.wav", 1, "dog"), ("hush-2.wav", 1, "rain")]
    folder = write_layout(tmp_path, clips)
    with pytest.raises(DataError, match=r"(?s)2 of 6 clips.*hush-1\.wav.*hush-2\.wav"):
        prepared(folder)
    task = prepared(folder, skip_bad=True)
    found = card(task, "bark")
    assert (found.n, found.main.value) == (4, 0.5)
    assert found.bad == ("hush-1.wav", "hush-2.wav")
    assert found.data_hash == card(prepared(write_layout(tmp_path / "b", CLIPS)), "bark").data_hash


def test_what_is_not_there_is_counted(tmp_path: Path) -> None:
    folder = write_layout(tmp_path, CLIPS, there=["dog-1.wav", "rain-1.wav"])
    found = card(prepared(folder), "bark")
    assert (found.n, found.missing, found.folds) == (2, 2, (1, 2))


def test_one_clip(tmp_path: Path) -> None:
    found = card(prepared(write_layout(tmp_path, CLIPS[:1])), "bark")
    assert (found.main.value, found.n, found.resampled) == (1.0, 1, 1)
    # One of one is right: Wilson's interval, whose lower end is 1 / (1 + 1.96^2).
    assert found.main.interval == pytest.approx((0.2065, 1.0), abs=1e-4)
    assert found.main.fold_interval is None, "one fold says nothing of others"
    assert found.explained_variance is None


def test_retention_of_nothing(tmp_path: Path) -> None:
    found = card(prepared(write_layout(tmp_path, CLIPS[3:])), "bark")
    assert (found.main.dense, found.main.retention) == (0.0, None)
    assert json.loads(found.to_json())["retention"] is None


def test_a_dictionary_of_another_vocabulary_or_encoder_is_refused(folder: Path) -> None:
    class Other(Axes):
        spec = EncoderSpec("axes", "1" * 64, 3, 16000, "none", "bare@1", "none")

    task, words = prepared(folder), vocabulary("bark")
    for other in (
        Dictionary.build(vocabulary("Rain"), Axes()),
        Dictionary.build(words, Other()),
    ):
        with pytest.raises(DataError, match="another vocabulary or encoder than hand@0.1.0"):
            bench(task.data).score(words, other, l0=1)


def test_class_names(tmp_path: Path) -> None:
    assert class_names("own") == ()
    assert class_names("esc50") == dataset_info("esc50").classes
    names = tmp_path / "names.txt"
    names.write_text("dog\nrain\n", encoding="utf-8")
    assert class_names(str(names)) == ("dog", "rain")
    with pytest.raises(UsageError, match="classes 'esc51': neither 'own', a data set"):
        class_names("esc51")


def test_prompt_sets_are_told_apart(folder: Path) -> None:
    class Worded(Axes):
        """Knows the bare names too: as each other's."""

        def encode_text(self, texts: Sequence[str]) -> np.ndarray:
            swapped = {"dog": "This is a sound of rain.", "rain": "This is a sound of dog."}
            return Axes.encode_text(self, [swapped.get(text, text) for text in texts])

    task = prepare(embed(load_dataset("esc10", folder, [1, 2, 3]), Worded(), ("dog", "rain")))
    prompts = card(task, "bark", "Rain", l0=2).details["prompts"]
    # The ensemble has wordings that this encoder lacks, so that it is left out.
    assert prompts["sets"] == {
        "paper@1": {"value": 0.75, "dense": 0.75},
        "bare@1": {"value": 0.0, "dense": 0.0},
    }
    assert prompts["mean"] == {"value": 0.375, "dense": 0.375}
    assert prompts["spread"] == {"value": 0.75, "dense": 0.75}


def test_several_classes_a_clip() -> None:
    # Class a is heard in clips 0 and 1, b in 1 and 2; clip 3 has nothing to say of any.
    x = [[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]
    targets = [[1, 0], [1, 1], [0, 1], [0, 1]]
    data = embedded(x, None, np.eye(4)[:2], targets=targets)
    words = vocabulary("p", "q")
    found = bench(data).score(words, dictionary(words, np.eye(4)[:2]), l0=2)
    assert found.main_metric == "map"
    assert found.empty == 1
    # Of b, the empty clip comes last: 1, 2/2, 3/4 on concepts; tied with clip 0 when dense.
    assert found.main.value == pytest.approx((1 + (1 + 1 + 3 / 4) / 3) / 2)
    assert found.main.dense == pytest.approx((1 + (1 + 1 + 3 / 4) / 3) / 2)
    # One class a clip, the first among equals; none for the empty one: 3 of 3 right, 5 to find.
    assert found.metrics["micro-f1"].value == pytest.approx(2 * 3 / (3 + 5))
    # Each clip's own ranking; the empty clip's class is tied with the other.
    assert found.metrics["lrap"].value == pytest.approx((1 + 1 + 1 + 0.5) / 4)
    assert found.scores["lrap"]["concepts"] == "1 1 1 0.5"
    assert [(one["name"], one["n"]) for one in found.by_class] == [("a", 2), ("b", 3)]
    data = found.to_dict()
    assert (data["map"], data["dense_map"]) == (found.main.value, found.main.dense)
    assert "accuracy" not in data and data["intervals"]["map"] == found.main.interval


def test_no_clip_has_a_class() -> None:
    data = embedded([[1, 0, 0, 0]], None, np.eye(4)[:2], targets=[[0, 0]])
    with pytest.raises(DataError, match="no clip has a class among the names"):
        bench(data).score(vocabulary("p"), dictionary(vocabulary("p"), np.eye(4)[:1]), l0=1)


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
    atoms = Dictionary.build(words, stored)

    def scored(classes: Sequence[str]) -> Scorecard:
        request = TaskRequest("zero-shot", "esc10", classes=tuple(classes))
        return Bench(request, stored, clips).score(words, atoms, l0=8)

    ten, fifty = scored(clips.info.classes), scored(class_names("esc50"))
    assert ten.main.dense == pytest.approx(0.917, abs=0.01)
    assert fifty.main.dense == pytest.approx(0.754, abs=0.01)
    assert fifty.main.value == pytest.approx(0.633, abs=0.02)
    assert fifty.l0_mean == 8.0
    assert fifty.main.mean_only == pytest.approx(0.1), "one class of ten"
    prompts = fifty.details["prompts"]
    assert len(prompts["sets"]) == 3
    assert prompts["mean"]["dense"] == pytest.approx(0.74, abs=0.02)
    assert prompts["spread"]["dense"] < 0.1
