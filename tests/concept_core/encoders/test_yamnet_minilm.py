"""The real embedded encoder: identity, golden values, repeatability, and what it can do."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from concept_core.audio import BadClipsError, Clip
from concept_core.encoders import Encoder, yamnet
from concept_core.encoders.base import FloatArray
from concept_core.encoders.yamnet_minilm import generic_classes, name_variants
from concept_core.errors import DataError, UsageError
from concept_core.files import package_folder

RATE = 16000
WORDS = ["sine wave", "siren", "clock ticking", "violin", "dog barking", "rain"]
# Cosines of WORDS to each made sound, measured with onnxruntime 1.31 and numpy 2.4.
GOLDEN = {
    "tone": [0.0746, 0.2056, 0.1329, -0.1013, 0.1736, -0.0746],
    "wail": [0.5316, 0.1395, 0.0967, 0.1096, -0.0703, -0.1974],
    "ticks": [0.1389, 0.1444, 0.5929, -0.1447, 0.1299, 0.0754],
    "saw": [0.0527, -0.0294, 0.0019, 0.0938, -0.1436, -0.1638],
}


def made(name: str) -> Clip:
    """Two seconds of a sound that is the same on every machine."""
    t = np.arange(2 * RATE) / RATE
    wail = 700 * t - 300 / np.pi * np.cos(np.pi * t)
    click = np.where(np.arange(2 * RATE) % 8000 < 20, 0.8, 0.0)
    sounds = {
        "tone": 0.5 * np.sin(2 * np.pi * 1000 * t),
        "wail": 0.5 * np.sin(2 * np.pi * wail),
        "ticks": click * np.cos(2 * np.pi * 3000 * t),
        "saw": 0.3 * (2 * ((220 * t) % 1) - 1),
    }
    return Clip(sounds[name].astype(np.float32), RATE, name)


def on_one_core(work: Callable[[], FloatArray]) -> FloatArray:
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        return work()
    finally:
        os.sched_setaffinity(0, cores)


def test_the_spec(encoder: Encoder) -> None:
    spec = encoder.spec
    assert isinstance(encoder, Encoder)
    assert (spec.name, spec.dim, spec.sample_rate) == ("yamnet-minilm", 384, 16000)
    assert spec.windowing == "yamnet-trim-peak-repeat@1"
    assert (spec.prompt_set, spec.centring) == ("bare@1", "none")
    # Of the published files; another file or another rule is another encoder.
    assert spec.checkpoint == "3c3b196823e375f396e49958102694d0436a08e1da82c84f265a7cb385a5c6b2"


def test_the_spec_is_that_of_released_vocabularies(encoder: Encoder) -> None:
    release = package_folder("vocabularies") / "sonolex-core" / "0.1.1" / "vocabulary.json"
    released = json.loads(release.read_text("utf-8"))["encoder"]
    assert {**encoder.spec.to_dict(), "fingerprint": encoder.spec.fingerprint} == released


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_cosines(encoder: Encoder, name: str) -> None:
    cosines = encoder.encode_audio([made(name)]) @ encoder.encode_text(WORDS).T
    np.testing.assert_allclose(cosines[0], GOLDEN[name], atol=1e-3)


def test_rows_are_unit_floats(encoder: Encoder) -> None:
    for rows in (
        encoder.encode_audio([made("saw"), made("tone")]),
        encoder.encode_text(["rain", "café", "雨", "x" * 5000]),
    ):
        assert rows.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)


def test_nothing_in_nothing_out(encoder: Encoder) -> None:
    assert encoder.encode_audio([]).shape == (0, 384)
    assert encoder.encode_text([]).shape == (0, 384)


def test_audio_repeats_to_the_byte_alone_in_company_and_on_one_core(encoder: Encoder) -> None:
    clips = [made(name) for name in GOLDEN]
    together = encoder.encode_audio(clips)
    np.testing.assert_array_equal(together, encoder.encode_audio(clips))
    np.testing.assert_array_equal(together, np.vstack([encoder.encode_audio([c]) for c in clips]))
    np.testing.assert_array_equal(together, on_one_core(lambda: encoder.encode_audio(clips)))


def test_text_repeats_to_the_byte_and_hardly_heeds_its_company(encoder: Encoder) -> None:
    texts = [f"the sound of {word}{' and more' * (i % 9)}" for i, word in enumerate(WORDS * 7)]
    together = encoder.encode_text(texts)
    np.testing.assert_array_equal(together, encoder.encode_text(texts))
    np.testing.assert_array_equal(together, on_one_core(lambda: encoder.encode_text(texts)))
    # The same bytes on the processors we know; a kernel of another one may round otherwise.
    alone = np.vstack([encoder.encode_text([text]) for text in texts[:12]])
    np.testing.assert_allclose(together[:12], alone, atol=1e-6)


def test_a_text_without_a_word_is_an_error_that_says_which(encoder: Encoder) -> None:
    with pytest.raises(DataError, match=r"text '\\u200b' has no word in it"):
        encoder.encode_text(["rain", "\u200b", "wind"])


def test_text_beyond_256_tokens_is_not_read(encoder: Encoder) -> None:
    long = "rain " * 300
    same = encoder.encode_text([long, long + "dog barking"])
    np.testing.assert_array_equal(same[0], same[1])


def test_a_long_sound_is_the_mean_of_its_patches(encoder: Encoder) -> None:
    ticks = made("ticks").samples
    long = Clip(np.tile(ticks, 20), RATE)
    assert (encoder.encode_audio([long]) @ encoder.encode_audio([made("ticks")]).T).item() > 0.98


def test_files_and_clips_are_one(encoder: Encoder, demo_sounds: Path) -> None:
    from concept_core.audio import load_clip

    path = demo_sounds / "dog.mp3"
    rows = encoder.encode_audio([path, str(path), load_clip(path, 48000), load_clip(path, RATE)])
    np.testing.assert_array_equal(rows[0], rows[1])
    np.testing.assert_array_equal(rows[0], rows[3])
    assert rows[0] @ rows[2] > 0.999


def test_all_bad_clips_are_named_at_once(encoder: Encoder, tmp_path: Path) -> None:
    silent = Clip(np.zeros(RATE, np.float32), RATE, "silent clip")
    with pytest.raises(BadClipsError) as caught:
        encoder.encode_audio([made("tone"), tmp_path / "gone.wav", made("saw"), silent])
    assert [bad.index for bad in caught.value.bad] == [1, 3]
    assert "gone.wav: no such audio file" in str(caught.value)
    assert "silent clip: silence" in str(caught.value)


@pytest.mark.parametrize("empty", ["", "  \n"])
def test_an_empty_text_is_an_error_that_says_which(encoder: Encoder, empty: str) -> None:
    with pytest.raises(DataError, match="text 1 is empty"):
        encoder.encode_text(["rain", empty, "wind"])


def test_one_thing_where_a_list_belongs_is_an_error(encoder: Encoder) -> None:
    with pytest.raises(UsageError, match=r"a list of texts, not one string \('rain'\)"):
        encoder.encode_text("rain")
    for clip in ("rain.wav", Path("rain.wav"), Clip(made("tone").samples, RATE, "rain.wav")):
        with pytest.raises(UsageError, match=r"a list of clips, not one \(rain\.wav\)"):
            encoder.encode_audio(clip)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "variants"),
    [
        ("Dog", ["dog"]),
        ("Bow-wow", ["bow-wow"]),
        ("Keyboard (musical)", ["keyboard", "musical", "keyboard (musical)"]),
        ("Chirp, tweet", ["chirp", "tweet", "chirp, tweet"]),
    ],
)
def test_texts_that_stand_for_a_class(name: str, variants: list[str]) -> None:
    assert name_variants(name) == variants


def test_every_generic_parent_is_a_class(encoder: Encoder) -> None:
    assert {name for _, name in yamnet.class_map()} >= generic_classes()


def test_zero_shot_on_real_clips_is_as_measured(encoder: Encoder, shared: Path) -> None:
    """Dense, "This is a sound of X.": .917 of 10 names and .754 of 50 on folds 1 to 3."""
    data = shared / "data"
    with open(data / "esc10" / "meta" / "esc50.csv", encoding="utf-8", newline="") as handle:
        rows = [r for r in csv.DictReader(handle) if r["esc10"] == "True" and int(r["fold"]) <= 3]
    labels = data / "class_labels" / "ESC50_class_labels_indices_space.json"
    names: dict[str, int] = json.loads(labels.read_text(encoding="utf-8"))
    truth = np.array([int(row["target"]) for row in rows])
    audio = encoder.encode_audio([data / "esc10" / "audio" / row["filename"] for row in rows])
    text = encoder.encode_text([f"This is a sound of {name}." for name in names])
    targets = np.array(list(names.values()))

    def accuracy(among: np.ndarray) -> float:
        best = (audio @ text[among].T).argmax(axis=1)
        return float((targets[among][best] == truth).mean())

    assert len(rows) == 240
    assert accuracy(np.flatnonzero(np.isin(targets, truth))) >= 0.90
    assert accuracy(np.arange(50)) >= 0.73
