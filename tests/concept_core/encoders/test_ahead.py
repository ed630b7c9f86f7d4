"""Embeddings made ahead by workers: the rows of one process, kept by this one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from concept_core import load_encoder
from concept_core.audio import BadClip, BadClipsError, Sound
from concept_core.encoders.ahead import embed_ahead
from concept_core.encoders.cache import CachedEncoder
from concept_core.encoders.embeddings import embed_clips
from concept_core.engine import open_engine
from concept_core.errors import DataError
from tests.toy import DIM, ToyEncoder

NAME = "tests.concept_core.encoders.test_ahead:ByContent"


class ByContent(ToyEncoder):
    """A clip is heard as the text in its file, an empty one is bad; who embeds leaves a note."""

    spec = replace(ToyEncoder.spec, name="by-content", sample_rate=0)
    cache_identity = "1"

    def encode_audio(self, clips: Sequence[Sound]) -> NDArray[np.float32]:
        texts = [Path(str(clip)).read_text(encoding="utf-8") for clip in clips]
        bad = [
            BadClip(place, str(clips[place]), f"{clips[place]}: empty")
            for place, text in enumerate(texts)
            if not text
        ]
        if bad:
            raise BadClipsError(bad, len(clips))
        with open(Path(str(clips[0])).parent / "embedded.log", "a", encoding="utf-8") as log:
            log.writelines(f"{os.getpid()} {text}\n" for text in texts)
        return self.encode_text(texts)


class Other(ByContent):
    """The same name, other files, on the workers' machine alone."""

    def __init__(self) -> None:
        here = os.environ.get("SONOLEX_TEST_HERE") == str(os.getpid())
        self.spec = ByContent.spec if here else replace(ByContent.spec, checkpoint="1" * 64)


@pytest.fixture(autouse=True)
def nothing_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))


@pytest.fixture
def clips(tmp_path: Path) -> list[str]:
    """70 files; some have the same content, one is empty."""
    (tmp_path / "clips").mkdir()
    paths = [tmp_path / "clips" / f"{number}.wav" for number in range(70)]
    for number, path in enumerate(paths):
        path.write_text(f"sound {number % 50}" if number != 40 else "", encoding="utf-8")
    return list(map(str, paths))


def log(clips: list[str]) -> list[tuple[str, str]]:
    lines = (Path(clips[0]).parent / "embedded.log").read_text(encoding="utf-8").splitlines()
    return [tuple(line.split(" ", 1)) for line in lines]  # type: ignore[misc]


@pytest.mark.parametrize("engine", ["local", "ray"])
def test_workers_embed_what_is_new_and_this_process_finds_it(
    engine: str, clips: list[str], request: pytest.FixtureRequest
) -> None:
    if engine == "ray":
        request.getfixturevalue("ray_cluster")
    encoder = load_encoder(NAME)
    assert isinstance(encoder, CachedEncoder)
    expected = ByContent().encode_text([f"sound {n % 50}" for n in range(70) if n != 40])
    embed_clips(encoder, clips[:5])
    told: list[tuple[int, int]] = []
    with open_engine(engine, 2) as opened:
        assert embed_ahead(encoder, NAME, clips, opened, progress=lambda *said: told.append(said))
    found = embed_clips(encoder, clips, skip_bad=True)
    np.testing.assert_array_equal(found.x, expected)
    assert found.kept == tuple(n for n in range(70) if n != 40)
    assert [name for name, _ in found.bad] == [clips[40]]
    here = [text for pid, text in log(clips) if int(pid) == os.getpid()]
    assert here == [f"sound {n}" for n in range(5)]
    assert sorted(text for _, text in log(clips)) == sorted(
        f"sound {n}" for n in range(50) if n != 40
    )
    # Five were kept, twenty have the content of others, and the empty one is like no other.
    assert told[-1] == (45, 45)


def test_an_encoder_whose_rows_are_not_kept_is_left_alone(clips: list[str]) -> None:
    with open_engine("local", 2) as opened:
        assert not embed_ahead(ByContent(), NAME, clips, opened)
    assert not (Path(clips[0]).parent / "embedded.log").exists()


def test_workers_with_other_files_are_refused(
    clips: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SONOLEX_TEST_HERE", str(os.getpid()))
    name = NAME.replace("ByContent", "Other")
    with open_engine("local", 2) as opened, pytest.raises(DataError, match="other files of tests"):
        embed_ahead(load_encoder(name), name, clips, opened)


def test_the_dimension_is_that_of_the_encoder(tmp_path: Path) -> None:
    path = tmp_path / "empty.wav"
    path.write_text("", encoding="utf-8")
    encoder = load_encoder(NAME)
    with open_engine("local", 2) as opened:
        assert embed_ahead(encoder, NAME, [str(path)], opened)
    assert encoder.spec.dim == DIM
    with pytest.raises(BadClipsError, match="1 of 1 clips"):
        embed_clips(encoder, [str(path)])
