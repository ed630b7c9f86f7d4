from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from concept_core.errors import DataError, UsageError
from tests.sources_toy import check, mine
from vocab_builder.sources.transcripts import Segment, Transcripts, spoken

whisper = pytest.importorskip("whisper", reason="openai-whisper is not installed (extra whisper)")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random model in Whisper's own format."""
    from whisper.model import ModelDimensions, Whisper

    torch.manual_seed(0)
    sizes = ModelDimensions(80, 1500, 8, 1, 1, 51864, 32, 8, 1, 1)
    model = Whisper(sizes)
    # Whisper leaves its places unset: whatever lay in memory, which may be no number.
    torch.nn.init.normal_(model.decoder.positional_embedding)
    path = tmp_path_factory.mktemp("whisper") / "tiny.pt"
    torch.save({"dims": vars(sizes), "model_state_dict": model.state_dict()}, path)
    return path


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    time = np.arange(11_025) / 22_050
    soundfile.write(tmp_path / "a.wav", 0.1 * np.sin(2 * np.pi * 440 * time), 22_050)
    return tmp_path / "a.wav"


def test_a_model_hears_a_file(checkpoint: Path, sound: Path, nltk_data: None) -> None:
    # Weights are random: what it hears is nothing, but every step is the real one. All text
    # counts as repeating itself, so that it is sampled at last.
    source = Transcripts(str(checkpoint), no_speech=1.0, compression=0.01, word_prob=0.0)
    heard = list(source.transcribe([sound]))
    assert all(segment.file == "a.wav" and segment.end > segment.start for segment in heard)
    torch.manual_seed(5)
    assert list(source.transcribe([sound])) == heard


def written(text: str, **measures: Any) -> dict[str, Any]:
    """A segment as Whisper gives it, believed unless told otherwise."""
    believed = {"avg_logprob": -0.3, "compression_ratio": 1.1, "no_speech_prob": 0.01}
    words = [{"word": f" {word}", "probability": 0.95} for word in text.split()]
    return {"text": text, "start": 0.0, "end": 1.5, "words": words, **believed, **measures}


def test_segments_have_whispers_measures() -> None:
    heard = list(spoken("a.wav", [written(" It's a DOG!"), written(" ...")]))
    words = tuple((word, 0.95) for word in ("it", "is", "a", "dog"))
    assert heard == [Segment("a.wav", 0.0, 1.5, "it is a dog", -0.3, 1.1, 0.01, words)]
    assert heard[0].locator == "a.wav@0.00-1.50 log_prob=-0.30 compression=1.10 no_speech=0.01"


@pytest.mark.parametrize(
    ("measures", "option"),
    [
        ({}, None),
        ({"avg_logprob": -4.2}, "log_prob"),
        ({"compression_ratio": 9.0}, "compression"),
        ({"no_speech_prob": 0.9}, "no_speech"),
        ({"no_speech_prob": 0.9, "avg_logprob": -4.2}, "no_speech"),
    ],
)
def test_what_whisper_does_not_believe_is_left_out(
    measures: dict[str, float], option: str | None, nltk_data: None
) -> None:
    segments = list(spoken("a.wav", [written("a dog barks", **measures)]))
    source = Transcripts()
    assert source.doubt(segments[0]) == option
    labels = {one.label for one in source.read(segments, "talks")}
    assert labels == ({"dog", "bark"} if option is None else set())


def test_doubted_words_are_no_candidates(nltk_data: None) -> None:
    chances = {"the": 0.9, "church": 0.9, "bells": 0.5, "rang": 0.3, "loud": 0.9}
    segment = Segment("a.wav", 0, 1, " ".join(chances), words=tuple(chances.items()))
    assert not {"bell", "church bell", "ring"} & labels([segment], word_prob=0.8)
    assert {"church", "loud"} <= labels([segment], word_prob=0.8)
    assert {"church", "bell", "ring", "loud"} <= labels([segment], word_prob=0.3)
    # Doubted in one place, believed in another.
    twice = Segment("a.wav", 0, 1, "dog dogs", words=(("dog", 0.2), ("dogs", 0.9)))
    assert "dog" in labels([twice], word_prob=0.8)


def test_compounds_are_joined_and_doubted_as_one(nltk_data: None) -> None:
    words = (("a", 0.9), ("fog", 0.9), ("horn", 0.5), ("groans", 0.9))
    segment = Segment("a.wav", 0, 1, "a fog horn groans", words=words)
    assert "foghorn" in labels([segment], word_prob=0.5)
    assert not {"foghorn", "fog horn", "horn"} & labels([segment], word_prob=0.8)


def test_words_of_no_dictionary_are_misheard(nltk_data: None) -> None:
    segment = Segment("a.wav", 0, 1, "the cricut and the rain")
    assert labels([segment]) == {"rain"}
    assert labels([segment], dictionary="none") == {"rain", "cricut"}


def labels(segments: list[Segment], **options: Any) -> set[str]:
    return {one.label for one in Transcripts(**options).read(segments, "talks")}


def test_time_stamps_are_the_locators(nltk_data: None) -> None:
    segments = [
        Segment("a.wav", 0.0, 1.5, "the dogs are barking"),
        Segment("b.wav", 2.0, 3.25, "a dog in the rain"),
    ]
    found = {one.label: one for one in Transcripts().read(segments, "talks")}
    assert found["dog"].count == 2 and found["dog"].kind == "noun"
    places = [one.locator.partition(" ")[0] for one in found["dog"].evidence]
    assert places == ["a.wav@0.00-1.50", "b.wav@2.00-3.25"]
    assert "rain" in found and labels(segments, min_count=2) == {"dog"}


def test_no_speech_at_all_is_an_error(
    nltk_data: None, sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = spoken("a.wav", [written("rhin"), written("zap", avg_logprob=-4.2)])
    monkeypatch.setattr(Transcripts, "transcribe", lambda self, files: heard)
    with pytest.raises(DataError, match="no speech found; segments .* 2; log_prob left out 1; whe"):
        mine("transcripts", "talks", sound)


@pytest.fixture(scope="module")
def real(nltk_data: None) -> str:
    """A checkpoint with real weights; without it the test is skipped, saying so."""
    model = os.environ.get("SONOLEX_WHISPER")
    if not model:
        pytest.skip("no real Whisper at hand (set SONOLEX_WHISPER to a checkpoint, as of tiny.en)")
    return model


def test_nobody_speaks_in_sounds_of_animals(real: str, demo_sounds: Path) -> None:
    with pytest.raises(DataError, match="no speech found"):
        mine("transcripts", "talks", demo_sounds, {"model": real})


def test_a_voice_is_heard(real: str, tmp_path: Path) -> None:
    if shutil.which("flite") is None:
        pytest.skip("no flite here, which speaks the sentence (apt-get install flite)")
    text = "The church bells ring across the valley."
    command = ["flite", "-voice", "slt", "-o", str(tmp_path / "a.wav"), "-t", text]
    subprocess.run(command, check=True)
    found = {one.label: one for one in mine("transcripts", "talks", tmp_path, {"model": real})}
    assert "valley" in found and set(found) <= {
        "church", "bell", "church bell", "ring", "valley"
    }  # fmt: skip
    assert re.fullmatch(
        r"a\.wav@\d\.\d\d-\d\.\d\d log_prob=-0\.\d\d compression=\S+ no_speech=0\.\d\d",
        found["valley"].evidence[0].locator,
    )


def test_a_folder_without_sounds(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no audio file"):
        mine("transcripts", "talks", tmp_path)


def test_the_checkpoint_decides_labels_too(checkpoint: Path) -> None:
    (model,) = check("transcripts", {"model": str(checkpoint)}).models()
    assert (model.origin, len(model.sha256)) == ("tiny.pt", 64)
    assert check("transcripts", {}).models() == ()


def test_what_is_no_model_or_no_sound(checkpoint: Path, sound: Path, nltk_data: None) -> None:
    with pytest.raises(DataError, match="model 'base.em' is neither a file nor one of Whisper's"):
        mine("transcripts", "talks", sound, {"model": "base.em"})
    broken = sound.with_name("broken.pt")
    broken.write_bytes(checkpoint.read_bytes()[:1000])
    with pytest.raises(DataError, match="no whole checkpoint of Whisper"):
        mine("transcripts", "talks", sound, {"model": str(broken)})
    sound.write_bytes(b"RIFF")
    with pytest.raises(DataError, match=r"a\.wav"):
        mine("transcripts", "talks", sound, {"model": str(checkpoint)})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"no_speech": 2.0}, "no_speech is from 0 to 1, found 2"),
        ({"word_prob": -0.1}, "word_prob is from 0 to 1, found -0.1"),
        ({"log_prob": 0.5}, "log_prob is at most 0, found 0.5"),
        ({"compression": 0.0}, "compression is above 0, found 0"),
        ({"dictionary": "wordnett"}, "did you mean 'wordnet'"),
        ({"min_count": 0}, "min_count must be from 1"),
        ({"modell": "x"}, "did you mean 'model'"),
    ],
)
def test_wrong_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        check("transcripts", options, "")
