"""The benchmark of transcripts: what it counts as said, its noise, and what it asks for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.transcripts import (
    Clip,
    Heard,
    main,
    read_sentences,
    recordings,
    tally,
    was_said,
    with_noise,
)
from vocab_builder.sources.transcripts import Segment, Transcripts


def test_there_are_a_hundred_sentences_in_two_halves() -> None:
    clips = [Clip(Path(), text, "", "") for text in read_sentences()]
    assert len({clip.text for clip in clips}) == 100
    assert 40 <= sum(clip.half == "choose" for clip in clips) <= 60


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("bell", True), ("church bell", True), ("ring", True), ("fog horn", True),
        ("foghorn", True), ("church ring", False), ("horn", False),
    ],
)  # fmt: skip
def test_what_was_said(label: str, said: bool, nltk_data: None) -> None:
    assert was_said(label, "the church bells ring as the foghorns groan") is said


def test_noise_has_its_level() -> None:
    rng = np.random.default_rng(0)
    speech = 0.1 * np.sin(np.arange(48_000) * 0.1)
    noise = with_noise(speech, 10.0, rng) - speech
    level = 10 * np.log10(np.mean(speech**2) / np.mean(noise**2))
    assert level == pytest.approx(10, abs=0.1)


def test_the_tally(nltk_data: None) -> None:
    pytest.importorskip("whisper", reason="openai-whisper is not installed (extra whisper)")
    clip = Clip(Path("a.wav"), "", "", "")
    heard = Heard(
        clip, "a dog barks", (Segment("a.wav", 0, 1, "a cat barks"),), frozenset({"dog", "bark"})
    )
    counts = tally(Transcripts(), [heard])
    assert (counts.words, counts.errors, counts.candidates) == (3, 1, 2)
    assert (counts.said, counts.labels, counts.found) == (1, 2, 1)


def test_recordings_have_a_transcription(tmp_path: Path) -> None:
    lines = "<s> ten of clubs  </s> (001)\n"
    (tmp_path / "transcription").write_text(lines, encoding="utf-8")
    assert list(recordings(tmp_path)) == [
        Clip(tmp_path / "001.wav", "ten of clubs", "real", "none")
    ]


def test_without_voices_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shutil.which", lambda program: None)
    assert main([]) == 4
    assert "apt-get install espeak-ng flite" in capsys.readouterr().err
