"""What is no sound is named, with what to do, whatever its name says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from concept_core.audio import AUDIO_SUFFIXES, load_clip
from concept_core.errors import DataError

LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12345\n"


@pytest.mark.parametrize("suffix", [".wav", ".mp3", ".flac", ".ogg"])
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", r"is empty \(0 bytes\)"),
        (LFS.encode(), "a Git LFS pointer, .* git lfs pull"),
        (b"\n<!DOCTYPE html><html><body>Sign in</body></html>", "a web page"),
        (b"\xef\xbb\xbf<HTML>" + b"x" * 5000, "a web page"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "an XML document"),
        (b"dogs bark, cats meow\n" * 100, "text, which begins 'dogs bark, cats meow'"),
        (b'{"error": "not found"}', "text, which begins '{"),
        (b"\0\0\0\x20ftypM4A " + bytes(500), "MPEG-4 .* ffmpeg -i"),
        (b"\x1aE\xdf\xa3" + bytes(500), "Matroska"),
        (b"PK\x03\x04" + bytes(500), "zip archive"),
        (b"MThd\0\0\0\x06" + bytes(500), "MIDI"),
        (b"\0" * 4000, "nothing but zeros"),
    ],
)
def test_named(tmp_path: Path, data: bytes, says: str, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(data)
    with pytest.raises(DataError, match=says) as caught:
        load_clip(path, 16_000)
    assert str(path) in str(caught.value)
    assert "cannot be read as audio" in str(caught.value)


@pytest.mark.parametrize("suffix", AUDIO_SUFFIXES)
def test_every_listed_suffix_is_decoded(tmp_path: Path, suffix: str) -> None:
    formats = {
        ".wave": "WAV",
        ".oga": "OGG",
        ".opus": "OGG",
        ".aif": "AIFF",
        ".aifc": "AIFF",
        ".snd": "AU",
    }
    form = formats.get(suffix, suffix[1:].upper())
    path = tmp_path / f"a{suffix}"
    tone = 0.5 * np.sin(np.arange(24_000) * 0.3)
    soundfile.write(path, tone, 24_000, format=form, subtype="OPUS" if suffix == ".opus" else None)
    assert len(load_clip(path, 16_000).samples) == pytest.approx(16_000, abs=400)
