from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from concept_core.errors import DataError, UsageError
from tests.sources_toy import check, mine
from vocab_builder.sources.transcripts import Segment, read_segments, spoken

whisper = pytest.importorskip("whisper", reason="openai-whisper is not installed (extra whisper)")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random model in Whisper's own format."""
    from whisper.model import ModelDimensions, Whisper

    torch.manual_seed(0)
    sizes = ModelDimensions(80, 1500, 8, 1, 1, 51864, 32, 8, 1, 1)
    model = Whisper(sizes)
    path = tmp_path_factory.mktemp("whisper") / "tiny.pt"
    torch.save({"dims": vars(sizes), "model_state_dict": model.state_dict()}, path)
    return path


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    time = np.arange(22_050 * 2) / 22_050
    soundfile.write(tmp_path / "a.wav", 0.1 * np.sin(2 * np.pi * 440 * time), 22_050)
    return tmp_path / "a.wav"


def test_a_model_hears_a_file(checkpoint: Path, sound: Path, nltk_data: None) -> None:
    # Weights are random: what it hears is nothing, but every step is the real one.
    source = check("transcripts", {"model": str(checkpoint), "no_speech": 1.0}, "")
    found = list(source._transcribe([sound]))  # type: ignore[attr-defined]
    assert all(segment.file == "a.wav" and segment.end > segment.start for segment in found)
    again = list(source._transcribe([sound]))  # type: ignore[attr-defined]
    assert found == again


def test_segments_without_speech_are_left_out() -> None:
    segments = [
        {"text": " It's a DOG!", "start": 0.0, "end": 1.5, "no_speech_prob": 0.1},
        {"text": " Thanks for watching", "start": 1.5, "end": 3.0, "no_speech_prob": 0.9},
        {"text": " ...", "start": 3.0, "end": 4.0, "no_speech_prob": 0.0},
    ]
    assert list(spoken("a.wav", segments, 0.6)) == [Segment("a.wav", 0.0, 1.5, "it is a dog")]


def test_time_stamps_are_the_locators(nltk_data: None) -> None:
    segments = [
        Segment("a.wav", 0.0, 1.5, "the dogs are barking"),
        Segment("b.wav", 2.0, 3.25, "a dog in the rain"),
    ]
    found = {one.label: one for one in read_segments(iter(segments), "talks", Path("a.wav"))}
    assert found["dog"].count == 2 and found["dog"].kind == "noun"
    assert [one.locator for one in found["dog"].evidence] == ["a.wav@0.00-1.50", "b.wav@2.00-3.25"]
    assert set(found) == {
        one.label for one in read_segments(iter(segments), "talks", Path("a.wav"))
    }
    twice = {one.label for one in read_segments(iter(segments), "talks", Path("a.wav"), 2)}
    assert twice == {"dog"} | (twice - {"rain", "bark"})


def test_no_speech_at_all_is_an_error(nltk_data: None) -> None:
    with pytest.raises(DataError, match="no speech found; raise no_speech"):
        read_segments(iter([]), "talks", Path("a.wav"))


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
        ({"min_count": 0}, "min_count must be from 1"),
        ({"modell": "x"}, "did you mean 'model'"),
    ],
)
def test_wrong_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        check("transcripts", options, "")
