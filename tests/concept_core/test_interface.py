"""What a researcher types: names, reprs, indexing, and one way from labels to atoms."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

import concept_core
import vocab_builder
from concept_core import Clip, Dictionary, Vocabulary, decompose, explain, load_vocabulary
from concept_core.audio import BadClipsError, Sound, check_sounds
from concept_core.encoders.base import FloatArray
from concept_core.errors import UsageError
from tests.toy import ToyEncoder


@pytest.mark.parametrize("package", [concept_core, vocab_builder], ids=lambda one: one.__name__)
def test_the_names_are_there_and_listed(package: object) -> None:
    for name in package.__all__:  # type: ignore[attr-defined]
        assert getattr(package, name) is not None
        assert name in dir(package)
    with pytest.raises(AttributeError, match="no attribute 'explan'"):
        package.explan  # type: ignore[attr-defined]  # noqa: B018


def test_a_vocabulary_is_short_to_see_and_easy_to_ask() -> None:
    vocabulary = load_vocabulary("demo@1.0.0")
    assert repr(vocabulary) == "Vocabulary('demo@1.0.0', 630 concepts)"
    first = vocabulary[0]
    assert vocabulary[first.label] is vocabulary[first.id] is first
    assert first.label in vocabulary and first in vocabulary
    assert "no such word" not in vocabulary
    with pytest.raises(KeyError, match=r"no concept 'raim'; did you mean 'rain'"):
        vocabulary["raim"]
    with pytest.raises(IndexError):
        vocabulary[630]


def test_a_slice_is_a_vocabulary_that_says_what_it_is() -> None:
    part = load_vocabulary("demo@1.0.0")[:100]
    assert isinstance(part, Vocabulary)
    assert (len(part), part.metadata["size"]) == (100, 100)
    assert part.metadata["content_hash"] == part.content_hash
    fewer = part.without([part[0].label])
    assert (fewer.metadata["size"], fewer.metadata["content_hash"]) == (99, fewer.content_hash)


@pytest.fixture
def tones(tmp_path: Path) -> list[Path]:
    times = np.arange(16000) / 16000
    paths = []
    for name, pitch in (("dog", 220), ("rain", 440)):
        path = tmp_path / f"{name}.wav"
        soundfile.write(path, 0.5 * np.sin(2 * np.pi * pitch * times), 16000)
        paths.append(path)
    return paths


def test_explain_takes_what_a_person_has(tones: list[Path], tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("dog\nrain\ndoor\n")
    words, encoder = tmp_path / "words.txt", ToyEncoder()
    many = explain(tones, words, encoder)
    one = explain(str(tones[0]), load_vocabulary(words), encoder, l0=2, top=1)
    again = explain(tones, Dictionary.build(str(words), encoder), encoder)
    assert [found.concepts[0][0] for found in many] == ["dog", "rain"]
    assert many == again
    assert (len(one), len(one[0].concepts)) == (1, 1)
    assert repr(one[0]).startswith(f"Explanation('{tones[0]}': dog 1.00; cosine 1.00")
    assert list(many.to_frame().columns) == ["clip", "label", "prominence"]
    assert "<table" in many._repr_html_()


def test_arrays_are_named_by_their_place(encoder: concept_core.Encoder) -> None:
    samples = np.random.default_rng(0).standard_normal(16000).astype(np.float32) / 10
    rows = encoder.encode_audio(
        [
            (samples, 16000),
            Clip(samples, 16000),
            (np.stack([samples, samples]), 16000),
            (np.stack([samples, samples], axis=1), 16000),
            ((samples * 32767).astype(np.int16), 16000),
        ]
    )
    for row in rows[1:]:
        assert float(row @ rows[0]) > 0.999
    with pytest.raises(
        BadClipsError, match=r"<array 1>: samples of shape \(5, 5\), of which neither"
    ):
        encoder.encode_audio([(samples, 16000), (samples[:25].reshape(5, 5), 16000)])
    with pytest.raises(UsageError, match="clip 0 is of type ndarray; give a path, a SoundBytes"):
        encoder.encode_audio([samples])  # type: ignore[list-item]
    with pytest.raises(UsageError, match="give a list of clips, not one"):
        encoder.encode_audio((samples, 16000))  # type: ignore[arg-type]


class Listener(ToyEncoder):
    """Looks at what it is given as every encoder does."""

    def encode_audio(self, clips: Sequence[Sound]) -> FloatArray:
        check_sounds(clips)
        raise AssertionError("none of these is a sound")


@pytest.mark.parametrize("given", [b"RIFF", bytearray(b"RIFF"), io.BytesIO(b"RIFF"), 5, None])
def test_what_is_no_sound_is_named_with_what_is(given: object) -> None:
    axes = Dictionary(np.eye(64, dtype=np.float32)[:1], ("dog",), "v", "e")
    expected = rf"clip 0 is of type {type(given).__name__}; give .* SoundBytes\(content, name\)"
    for clips in (given, [given]):
        with pytest.raises(UsageError, match=expected):
            explain(clips, axes, Listener())  # type: ignore[arg-type]


def test_a_decomposition_names_its_concepts(tmp_path: Path) -> None:
    encoder = ToyEncoder()
    (tmp_path / "words.txt").write_text("dog\nrain\ndoor\n")
    dictionary = Dictionary.build(str(tmp_path / "words.txt"), encoder)
    result = decompose(encoder.encode_text(["rain"]), dictionary, l0=1)
    assert result.to_frame()["concept"].tolist() == ["rain"]
    assert repr(result).startswith("Decomposition(1 rows over 3 atoms, l0 1, mean l0 1.0")
    assert "rain" in result._repr_html_()
    assert repr(dictionary) == "Dictionary('words@unreleased', 3 atoms of 64 dimensions)"
    again = decompose(encoder.encode_text(["dog"]), dictionary, l0=2)
    assert again.atoms is result.atoms, "prepared once"
    json.dumps(result.l0.tolist())
