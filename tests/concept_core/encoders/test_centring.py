"""Centring: what it takes off, what it is estimated on, and whose it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from concept_core.encoders import probes
from concept_core.encoders.base import Encoder
from concept_core.encoders.centred import centred
from concept_core.encoders.centring import (
    estimate,
    from_bytes,
    modality_gap,
    reference_hash,
    to_bytes,
    write_centring,
)
from concept_core.encoders.embeddings import embed_clips
from concept_core.encoders.from_files import estimate_on
from concept_core.errors import DataError, UsageError
from tests.cones import DIM, SPEC, Cones, rows


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_the_mean_goes_and_rows_stay_unit() -> None:
    sounds, texts = rows()
    found = estimate("mean", SPEC, sounds, texts, "r@1", "ab" * 32)
    assert np.allclose(found.audio, sounds.mean(axis=0), atol=1e-6)
    expected = texts - texts.mean(axis=0)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert np.allclose(found.off_captions(texts), expected, atol=1e-5)
    assert found.directions.shape == (0, DIM)
    assert found.name == "mean@1 r@1 abababababababab"


def test_spectral_drops_what_both_modalities_vary_along_most() -> None:
    sounds, texts = rows()
    found = estimate("spectral", SPEC, sounds, texts, "r@1", "0" * 64)
    assert found.directions.shape == (2, DIM), "one for every hundred dimensions"
    assert np.allclose(found.directions @ found.directions.T, np.eye(2), atol=1e-5)
    # The toy's shared directions are its first two coordinates.
    assert np.linalg.norm(found.directions[:, :2]) > 0.95 * np.sqrt(2)
    for x in (found.off_sounds(sounds), found.off_captions(texts)):
        assert np.abs(x @ found.directions.T).max() < 1e-5
        assert np.allclose(np.linalg.norm(x, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("rule", ["mean", "spectral"])
def test_the_reported_gap_is_the_gap_and_falls(rule: str) -> None:
    sounds, texts = rows()
    found = estimate(rule, SPEC, sounds, texts, "r@1", "0" * 64)
    assert found.gap_before == pytest.approx(modality_gap(sounds, texts))
    assert found.gap_after == pytest.approx(
        modality_gap(found.off_sounds(sounds), found.off_captions(texts))
    )
    assert found.gap_after < 0.5 < found.gap_before
    others, words = rows(seed=1)
    after = modality_gap(found.off_sounds(others), found.off_captions(words))
    assert after < modality_gap(others, words)


def test_the_gap_of_rows_known_by_hand() -> None:
    one, other = np.eye(3, dtype=np.float32)[:1], np.eye(3, dtype=np.float32)[1:2]
    assert modality_gap(one, other) == pytest.approx(2**0.5)
    assert modality_gap(one, one) == 0
    assert modality_gap(one, -one) == 2


def test_what_cannot_be_estimated() -> None:
    sounds, texts = rows(count=8)
    estimate("mean", SPEC, sounds, texts, "r@1", "")
    with pytest.raises(DataError, match="reference 'r@1': 7 texts, 8 are needed"):
        estimate("mean", SPEC, sounds, texts[:7], "r@1", "")
    with pytest.raises(UsageError, match=r"unknown centring 'whiten' \(known: mean, spectral\)"):
        estimate("whiten", SPEC, sounds, texts, "r@1", "")


@pytest.mark.parametrize("rule", ["mean", "spectral"])
def test_a_file_gives_back_what_was_written(rule: str, tmp_path: Path) -> None:
    sounds, texts = rows()
    found = estimate(rule, SPEC, sounds, texts, "r@1", "ab" * 32)
    path = tmp_path / "c.safetensors"
    write_centring(found, path)
    again = from_bytes(path.read_bytes(), SPEC, str(path))
    assert (again.name, again.encoder) == (found.name, SPEC)
    assert (again.gap_before, again.gap_after) == (found.gap_before, found.gap_after)
    assert again.off_sounds(sounds).tobytes() == found.off_sounds(sounds).tobytes()
    assert again.off_captions(texts).tobytes() == found.off_captions(texts).tobytes()

    encoder = centred(Cones(), str(path))
    assert encoder.spec == replace(SPEC, centring=f"{rule}@1 r@1 abababababababab")
    assert (
        encoder.encode_text(["rain"]).tobytes()
        == found.off_captions(Cones().encode_text(["rain"])).tobytes()
    )


def test_a_file_belongs_to_its_encoder(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    write_centring(estimate("mean", SPEC, *rows(), "r@1", "0" * 64), path)
    other = Cones(replace(SPEC, checkpoint="1" * 64, prompt_set="bare@1"))
    with pytest.raises(DataError) as caught:
        centred(other, str(path))
    message = str(caught.value)
    assert message.startswith(f"{path}: means of another encoder (checkpoint: '000")
    assert "prompt_set: 'paper@1' / 'bare@1'" in message
    assert "sample_rate" not in message, "only what differs"
    assert "sonolex centre" in message


def test_a_file_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    good = to_bytes(estimate("mean", SPEC, *rows(), "r@1", "0" * 64))
    for blob in (b"", b"nothing", good[:100], good.replace(b'\\"rule\\"', b'\\"role\\"')):
        path.write_bytes(blob)
        with pytest.raises(DataError, match=r"not a centring file .*; sonolex centre writes one"):
            centred(Cones(), str(path))
    short = estimate("mean", SPEC, *rows(), "r@1", "0" * 64)
    path.write_bytes(to_bytes(replace(short, audio=short.audio[:5])))
    with pytest.raises(DataError, match="means of shapes"):
        centred(Cones(), str(path))


def _clips(folder: Path, count: int) -> list[Path]:
    folder.mkdir()
    paths = [folder / f"{number}.wav" for number in range(count)]
    for path in paths:
        path.write_text(path.name, encoding="utf-8")
    return paths


def test_a_reference_of_ones_own(tmp_path: Path) -> None:
    clips = _clips(tmp_path / "clips", 9)
    captions = [f"a sound, number {number}" for number in range(9)]
    encoder = Cones()
    told: list[tuple[int, int]] = []
    found = estimate_on(
        encoder, "mean", clips, captions, "mine@1", progress=lambda *done: told.append(done)
    )
    assert encoder.asked == captions and told[-1] == (9, 9)
    assert found.name.startswith("mean@1 mine@1 ") and found.encoder == SPEC
    assert np.allclose(found.audio, embed_clips(encoder, clips).x.mean(axis=0), atol=1e-6)

    labels = estimate_on(encoder, "mean", clips, captions, "mine@1", prompt_set="paper@1")
    assert encoder.asked[-1] == "This is a sound of a sound, number 8."
    names = {found.name, labels.name}
    clips[0].write_text("another sound", encoding="utf-8")
    names.add(estimate_on(encoder, "mean", clips, captions, "mine@1").name)
    names.add(estimate_on(encoder, "mean", clips, captions[1:], "mine@1").name)
    assert len(names) == 4, "what it is estimated on is in its name"
    for broken in ("", "two words", "a/b"):
        with pytest.raises(UsageError, match="a name is letters, digits"):
            estimate_on(encoder, "mean", clips, captions, broken)


def test_the_order_of_a_reference_does_not_count() -> None:
    assert reference_hash(["a", "b"], "x", ["1", "2"]) == reference_hash(
        ("b", "a"), "x", ("2", "1")
    )
    assert reference_hash(["a"], "x", ["b"]) != reference_hash(["b"], "x", ["a"])


def test_probes_are_the_same_sounds_each_time() -> None:
    first, second = probes.sounds(), probes.sounds()
    assert len(first) == 48 == len({clip.name for clip in first})
    for one, other in zip(first, second, strict=True):
        assert one.samples.tobytes() == other.samples.tobytes()
        assert np.isfinite(one.samples).all() and 0.4 < np.abs(one.samples).max() <= 0.5
    words = probes.words()
    assert words == sorted(set(words)) and len(words) == 410
    assert (words[0], words[-1]) == ("air bubble", "zing")


@pytest.mark.parametrize(
    ("name", "rms", "crossings"),
    [
        ("noise", 0.1337, 0.1064),
        ("tone", 0.3536, 0.0367),
        ("harmonics", 0.2363, 0.0733),
        ("sweep", 0.3536, 0.0733),
        ("pulses", 0.0199, 0.5003),
        ("tremolo", 0.1541, 0.0367),
        ("warble", 0.3535, 0.0367),
        ("mixture", 0.1230, 0.0862),
    ],
)
def test_a_published_probe_never_changes(name: str, rms: float, crossings: float) -> None:
    """Means are kept under the reference's name: sounds of another make need another name."""
    assert probes.NAME == "probes@1"
    samples = probes.sound(name, 3).samples
    assert np.sqrt(np.mean(samples**2)) == pytest.approx(rms, abs=2e-4)
    assert np.mean(np.diff(np.sign(samples)) != 0) == pytest.approx(crossings, abs=2e-4)


def test_a_centred_encoder_is_an_encoder(home: Path) -> None:
    encoder = centred(Cones(), "mean")
    assert isinstance(encoder, Encoder)
    for count in (0, 1, 2):
        assert encoder.encode_text(["rain", "wind"][:count]).shape == (count, DIM)
        assert encoder.encode_audio(["a.wav", "b.wav"][:count]).shape == (count, DIM)
