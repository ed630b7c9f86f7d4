"""The built-in reference for centring: words and sounds that every installation has.

The words are those of ``data/centring/probes.txt``, each of which names a sound; the sounds are
noises, tones, sweeps, pulses and their mixtures, made here from fixed seeds. They are no
substitute for a real corpus: they stand in until ``sonolex centre`` has estimated means on one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from concept_core.audio import Clip
from concept_core.files import canonical_json, package_folder, sha256_file, sha256_text

NAME = "probes@1"
RATE = 48_000
_SECONDS = 2.0
_PEAK = 0.5
_SEEDS = 6
Array = NDArray[np.float64]


def words() -> list[str]:
    """The labels of the reference that name a sound, sorted."""
    with open(_path(), encoding="utf-8") as handle:
        return sorted(line.strip() for line in handle if line.strip() and line[0] != "#")


def sounds() -> list[Clip]:
    """Forty-eight sounds of two seconds at 48 kHz."""
    return [sound(name, seed) for seed in range(_SEEDS) for name in _MAKERS]


def sound(name: str, seed: int) -> Clip:
    """One of the sounds: ``noise``, ``tone``, ``pulses`` and so on, each higher with its seed."""
    time = np.arange(int(RATE * _SECONDS)) / RATE
    samples = _MAKERS[name](time, 110.0 * 2.0**seed, np.random.default_rng(seed))
    samples *= _PEAK / np.abs(samples).max()
    return Clip(samples.astype(np.float32), RATE, f"{name} {seed}")


def fingerprint() -> str:
    """sha256 over what the reference is made of; another way to make a sound is another NAME."""
    made = [NAME, RATE, _SECONDS, _SEEDS, sorted(_MAKERS), sha256_file(_path())]
    return sha256_text(canonical_json(made))


def _path() -> str:
    return str(package_folder("data") / "centring" / "probes.txt")


def _sine(turns: Array) -> Array:
    wave: Array = np.sin(2 * np.pi * turns)
    return wave


def _noise(time: Array, base: float, generator: np.random.Generator) -> Array:
    """Noise whose power falls with frequency, steeper for each seed."""
    spectrum = np.fft.rfft(generator.standard_normal(len(time)))
    slope = np.log2(base / 110.0) / 5.0
    return np.fft.irfft(spectrum / np.arange(1, len(spectrum) + 1) ** slope, len(time))


def _tone(time: Array, base: float, generator: np.random.Generator) -> Array:
    return _sine(base * time)


def _harmonics(time: Array, base: float, generator: np.random.Generator) -> Array:
    made = np.zeros_like(time)
    for k in range(1, min(8, int(RATE / 2 / base)) + 1):
        made += _sine(base * k * time + generator.uniform(0, 1)) / k
    return made


def _sweep(time: Array, base: float, generator: np.random.Generator) -> Array:
    return _sine(base * time * (1 + time / _SECONDS))


def _pulses(time: Array, base: float, generator: np.random.Generator) -> Array:
    """Decaying bursts of noise, two to ten a second."""
    period = 1.0 / generator.uniform(2, 10)
    return generator.standard_normal(len(time)) * np.exp(-(time % period) * base / 10)


def _tremolo(time: Array, base: float, generator: np.random.Generator) -> Array:
    rate = generator.uniform(2, 8)
    return _harmonics(time, base, generator) * (1 + _sine(rate * time))


def _warble(time: Array, base: float, generator: np.random.Generator) -> Array:
    rate = generator.uniform(3, 9)
    return _sine(base * time + 20 / (2 * np.pi) * _sine(rate * time))


def _mixture(time: Array, base: float, generator: np.random.Generator) -> Array:
    parts = (_noise, _harmonics, _pulses)
    made = (part(time, base, generator) for part in parts)
    return sum((part / np.abs(part).max() for part in made), np.zeros_like(time))


_MAKERS: dict[str, Callable[[Array, float, np.random.Generator], Array]] = {
    "noise": _noise,
    "tone": _tone,
    "harmonics": _harmonics,
    "sweep": _sweep,
    "pulses": _pulses,
    "tremolo": _tremolo,
    "warble": _warble,
    "mixture": _mixture,
}
