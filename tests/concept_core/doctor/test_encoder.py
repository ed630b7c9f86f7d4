"""The doctor finds nothing wrong with a sound encoder, and one thing with each that has one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from concept_core.audio import BadClip, BadClipsError, Clip, Sound, as_clip, sound_name
from concept_core.doctor.checks import CheckInputs, check_gap, check_rank
from concept_core.doctor.encoder import CHECKS, check_encoder, run_checks
from concept_core.encoders import Encoder, probes
from concept_core.encoders.base import EncoderSpec, unit
from concept_core.encoders.centred import centred
from concept_core.encoders.centring import estimate, write_centring
from concept_core.errors import DataError, MissingError, UsageError

RATE, BANDS = 16_000, 40
Array = NDArray[np.float32]


class Ear:
    """An encoder that is sound: band energies for sounds, letters for texts."""

    spec = EncoderSpec("ear", "0" * 64, BANDS, RATE, "whole@1", "bare@1", "none")

    def encode_text(self, texts: Sequence[str]) -> Array:
        rows = [np.bincount([ord(c) % BANDS for c in text], minlength=BANDS) for text in texts]
        return unit(np.array(rows, np.float32).reshape(-1, BANDS))

    def encode_audio(self, clips: Sequence[Sound]) -> Array:
        rows, bad = [], []
        for index, clip in enumerate(clips):
            try:
                samples = as_clip(clip, RATE).samples
            except DataError as error:
                bad.append(BadClip(index, sound_name(clip), str(error)))
                continue
            power = np.abs(np.fft.rfft(samples)) ** 2
            bands = np.array_split(power / len(samples), BANDS)
            rows.append([np.log(band.mean() + 1e-6) for band in bands])
        if bad:
            raise BadClipsError(bad, len(clips))
        return unit(np.array(rows, np.float32).reshape(-1, BANDS))


class Wrong(Ear):
    """An ear whose rows, or whose inputs, a function spoils."""

    def __init__(
        self, after: Callable[[Array], Any] | None = None, kind: str = "both", **ways: Any
    ) -> None:
        self._after, self._kind, self._ways = after, kind, ways

    def encode_text(self, texts: Sequence[str]) -> Array:
        rows = super().encode_text(texts)
        return self._after(rows) if self._after and self._kind != "audio" else rows

    def encode_audio(self, clips: Sequence[Sound]) -> Array:
        for name, way in self._ways.items():
            assert name == "before"
            clips = [way(clip) if isinstance(clip, Clip) else clip for clip in clips]
        rows = super().encode_audio(clips)
        return self._after(rows) if self._after and self._kind != "text" else rows


def statuses(encoder: Encoder) -> dict[str, str]:
    return {outcome.code: outcome.status for outcome in run_checks(encoder)}


def messages(encoder: Encoder) -> dict[str, str]:
    return {outcome.code: outcome.message for outcome in run_checks(encoder)}


@pytest.fixture(autouse=True)
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No real sounds: what a fresh installation has."""
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))


def test_nothing_is_wrong_with_a_sound_encoder() -> None:
    found = statuses(Ear())
    assert list(found) == sorted(CHECKS)
    assert {code for code, status in found.items() if status != "ok"} <= {"D11"}
    assert "not centred" in messages(Ear())["D12"]


_counter = itertools.count()


def _drift(rows: Array) -> Array:
    return unit(rows + np.float32(1e-3) * (next(_counter) % 7))


def _quiet(clip: Clip) -> Clip:
    """Silence, nothing and NaN become a hum."""
    good = clip.samples.size and np.isfinite(clip.samples).all() and clip.samples.any()
    hum = np.sin(np.arange(RATE) / 9).astype(np.float32)
    return clip if good else Clip(hum, RATE, clip.name)


def _refuse_badly(clip: Clip) -> Clip:
    if not clip.samples.any():
        raise ZeroDivisionError("division by zero")
    return clip


WRONG = {
    "D01": Wrong(lambda rows: rows / 0 if len(rows) == 0 else _raise()),
    "D02": Wrong(lambda rows: rows.astype(np.float64)),
    "D03": Wrong(lambda rows: rows * 2),
    "D04": Wrong(_drift),
    "D05": Wrong(lambda rows: unit(np.ones_like(rows)), "text"),
    "D06": Wrong(lambda rows: unit(np.ones_like(rows)), "audio"),
    "D07": Wrong(lambda rows: unit(rows + rows.mean(axis=0) / 50) if len(rows) else rows),
    "D08": Wrong(before=_quiet),
    "D09": Wrong(before=lambda clip: replace(clip, samples=clip.samples[: 10 * clip.sample_rate])),
    "D10": Wrong(before=lambda clip: replace(clip, sample_rate=RATE)),
}


def _raise() -> Array:
    raise RuntimeError("weights are missing")


@pytest.mark.parametrize("code", sorted(WRONG))
def test_each_check_finds_its_fault(code: str) -> None:
    found = statuses(WRONG[code])
    assert found[code] == ("warning" if code == "D09" else "failed")
    if code == "D01":
        assert set(found.values()) == {"failed", "skipped"}
        assert messages(WRONG[code])["D01"] == "raised RuntimeError: weights are missing"
    else:
        earlier = [found[other] for other in sorted(CHECKS) if other < code]
        assert set(earlier) == {"ok"}, "nothing else is blamed before it"


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_rows_that_are_not_finite_are_no_unit_rows(bad: float) -> None:
    assert statuses(Wrong(lambda rows: rows * np.float32(bad)))["D03"] == "failed"


def test_another_error_than_ours_is_no_refusal() -> None:
    said = messages(Wrong(before=_refuse_badly))["D08"]
    assert "silence raises ZeroDivisionError, not a DataError" in said


@pytest.mark.parametrize("kind", ["text", "audio"])
def test_one_row_for_everything_is_found_behind_centring(kind: str) -> None:
    """Centring would blow the rounding of equal rows up to directions."""
    noise = np.random.default_rng(0)

    def same(rows: Array) -> Array:
        return unit(np.ones_like(rows) + 1e-6 * noise.standard_normal(rows.shape))

    found = statuses(centred(Wrong(same, kind), "mean"))
    assert found["D05" if kind == "text" else "D06"] == "failed"


def test_a_centring_by_what_is_at_hand_says_so(tmp_path: Path) -> None:
    said = messages(centred(Ear(), "mean"))["D12"]
    assert "sounds by that of 20 or more clips at hand" in said


def test_a_file_of_means_reports_its_gap_and_its_reference(tmp_path: Path) -> None:
    ear = Ear()
    sounds, words = ear.encode_audio(probes.sounds()), ear.encode_text(probes.words())
    file = tmp_path / "means.safetensors"
    write_centring(estimate("mean", ear.spec, sounds, words, "mine@1", "0" * 64), file)
    said = messages(centred(ear, str(file)))["D12"]
    before, after = (float(part) for part in said.split(" on ")[0].split(" -> "))
    assert after < before
    assert "on mine@1" in said


def test_a_clap_without_centring_is_warned_of() -> None:
    ear = Ear()
    ear.spec = replace(Ear.spec, name="clap")
    assert statuses(ear)["D12"] == "warning"


def test_half_precision_may_depend_on_company_a_little() -> None:
    ear = Wrong(lambda rows: unit(rows + rows.mean(axis=0) / 500) if len(rows) else rows)
    assert statuses(ear)["D07"] == "failed"
    ear.spec = replace(Ear.spec, precision="bfloat16")
    assert statuses(ear)["D07"] == "ok"


class Namer(Ear):
    """An ear that knows what noise and a tone are called, or takes one for the other."""

    def __init__(self, names: tuple[str, str], name: str = "ear") -> None:
        self.spec = replace(Ear.spec, name=name)
        self._sounds = dict(zip(names, self.encode_audio([NOISE, TONE]), strict=True))

    def encode_text(self, texts: Sequence[str]) -> Array:
        rows = super().encode_text(texts)
        for row, text in zip(rows, texts, strict=True):
            row[:] = self._sounds.get(text, row)
        return rows


NOISE, TONE = probes.sound("noise", 1), probes.sound("tone", 3)
RIGHT, SWAPPED = ("white noise", "a steady tone"), ("a steady tone", "white noise")


@pytest.mark.parametrize(
    ("names", "name", "status"),
    [
        (RIGHT, "ear", "ok"),
        (SWAPPED, "ear", "warning"),
        (RIGHT, "yamnet-minilm", "ok"),
        (SWAPPED, "yamnet-minilm", "failed"),
    ],
)
def test_wrong_names_are_a_warning_unless_the_encoder_is_known_to_hear(
    names: tuple[str, str], name: str, status: str
) -> None:
    outcome = run_checks(Namer(names, name))[10]
    assert (outcome.code, outcome.status) == ("D11", status)
    right = 2 if names == RIGHT else 0
    assert outcome.message.startswith(f"{right} of 2 made sounds are nearest to their own")
    assert "sonolex fetch demo-sounds" in outcome.message


def test_real_sounds_are_taken_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("cat", "cow", "dog"):
        (tmp_path / f"{name}.mp3").write_text(name, encoding="utf-8")
    here = SimpleNamespace(path=tmp_path)
    monkeypatch.setattr("concept_core.doctor.checks.status", lambda name: here)

    class Reader(Ear):
        """Hears what files hold."""

        def encode_audio(self, clips: Sequence[Sound]) -> Array:
            files = [clip for clip in clips if isinstance(clip, Path)]
            return self.encode_text([file.stem for file in files])

    assert check_rank(CheckInputs(Reader())) == (
        "ok",
        "3 of 3 real sounds are nearest to their own of 10 names",
    )
    assert check_gap(CheckInputs(Reader()))[1].endswith("on 3 real sounds; not centred")


def test_by_name() -> None:
    found = check_encoder("tests.concept_core.doctor.test_encoder:Ear")
    assert (found.spec, found.device, found.failed) == (Ear.spec, "its own", 0)
    assert found.to_dict()["checks"][0]["code"] == "D01"
    with pytest.raises(UsageError, match="unknown encoder"):
        check_encoder("yamnet")
    with pytest.raises(MissingError, match="sonolex fetch yamnet"):
        check_encoder("yamnet-minilm")


def test_a_broken_checkpoint_is_a_finding(tmp_path: Path) -> None:
    found = check_encoder(f"clap:{tmp_path}")
    assert found.spec is None and found.failed == 1
    assert found.checks[0].status == "failed" and "no config.json" in found.checks[0].message
    assert {outcome.status for outcome in found.checks[1:]} == {"skipped"}
