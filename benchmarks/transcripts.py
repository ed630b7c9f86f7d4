"""What Whisper's measures are worth: ``python -m benchmarks.transcripts --model FILE``.

Synthetic voices (espeak-ng and flite) say the sentences of ``spoken_sentences.txt``, once at each
level of pink noise, each time with another voice. Prints word error, candidates and the share of
them that was said; then the same with single measures left out, and with other thresholds. A
sentence belongs to the half ``choose`` or ``judge`` by the parity of a hash: thresholds are chosen
on the first, and what the second says of them is the honest figure.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from concept_core.datasets.listing import audio_files
from concept_core.errors import MissingError
from concept_core.extras import require_extra
from vocab_builder.sources.transcripts import Segment, Transcripts
from vocab_builder.words.forms import base_form

SENTENCES = Path(__file__).parent / "spoken_sentences.txt"
VOICES = (
    "espeak-ng en-us", "flite slt", "espeak-ng en-gb", "flite rms", "espeak-ng en-gb-x-rp+f2",
    "flite awb", "flite kal16",
)  # fmt: skip
_PAUSE = 0.5
_OFF: Mapping[str, Any] = {
    "log_prob": -np.inf, "compression": np.inf, "no_speech": 1.0, "word_prob": 0.0,
    "dictionary": "none",
}  # fmt: skip
_LOG_PROBS = (-1.2, -1.0, -0.8, -0.6)
_WORD_PROBS = (0.0, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9)


@dataclass(frozen=True, slots=True)
class Clip:
    """A sound file, what is said in it, and by whom; ``noise`` names the level."""

    file: Path
    text: str
    voice: str
    noise: str

    @property
    def half(self) -> str:
        """``choose`` or ``judge``: a sentence is in one of them with all its voices."""
        return ("choose", "judge")[hashlib.sha256(self.text.encode()).digest()[0] % 2]


@dataclass(frozen=True, slots=True)
class Heard:
    """A clip, its true text in normal form with the labels of that, and what Whisper wrote."""

    clip: Clip
    text: str
    segments: tuple[Segment, ...]
    labels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over clips: words, wrong words, candidates, those that were said, labels, found."""

    clips: int
    words: int
    errors: int
    candidates: int
    said: int
    labels: int
    found: int

    def line(self, name: str) -> str:
        """One row of the tables."""
        return (
            f"{name:26} {self.clips:5} {self.errors / max(self.words, 1):6.1%}"
            f" {self.candidates:6} {self.said / max(self.candidates, 1):6.1%}"
            f" {self.found / max(self.labels, 1):6.1%}"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Speak, transcribe, and print the tables; 4 where a program or package is missing."""
    parser = argparse.ArgumentParser(prog="benchmarks.transcripts", description=__doc__)
    parser.add_argument("--model", default=os.environ.get("SONOLEX_WHISPER", "base.en"))
    parser.add_argument("--sentences", type=int, help="how many, from the first; all by default")
    parser.add_argument("--noise", default="none,20,10,0", help="levels, as dB of speech over it")
    parser.add_argument("--recordings", type=Path, help="folder with CMU Sphinx's transcription")
    parser.add_argument("--other", type=Path, help="folder of sounds in which nobody speaks")
    options = parser.parse_args(arguments)
    try:
        _check_programs()
        require_extra("whisper")
    except MissingError as error:
        print(error, file=sys.stderr)
        return 4
    source = Transcripts(model=options.model)
    texts = read_sentences()[: options.sentences]
    with tempfile.TemporaryDirectory() as folder:
        clips = list(speak(texts, options.noise.split(","), Path(folder)))
        _print_spoken(source, hear(source, clips))
    if options.recordings:
        _print_rows(source, hear(source, list(recordings(options.recordings))), lambda clip: "real")
    if options.other:
        _print_other(source, audio_files(options.other))
    return 0


def read_sentences() -> list[str]:
    """The sentences, without comments."""
    lines = SENTENCES.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _check_programs() -> None:
    missing = [program for program in ("espeak-ng", "flite") if shutil.which(program) is None]
    if missing:
        raise MissingError(
            f"no {' and no '.join(missing)} here, which speak the sentences; on Debian run:\n"
            f"  apt-get install {' '.join(missing)}"
        )


def speak(texts: Sequence[str], levels: Sequence[str], folder: Path) -> Iterator[Clip]:
    """Every text once a level; the voice moves on with text and level."""
    for row, level in enumerate(levels):
        for index, text in enumerate(texts):
            voice = VOICES[(index + 2 * row) % len(VOICES)]
            path = folder / f"{index:03}-{level}.wav"
            samples, rate = _voice(voice, text, folder / "voice.wav")
            if level != "none":
                rng = np.random.default_rng([index, row])
                samples = with_noise(samples, float(level), rng)
            soundfile.write(path, samples, rate)
            yield Clip(path, text, voice, level)


def _voice(voice: str, text: str, path: Path) -> tuple[NDArray[np.float64], int]:
    """Samples of a voice with a pause before and after, and their rate in Hz."""
    program, name = voice.split()
    command = {
        "espeak-ng": ["espeak-ng", "-v", name, "-w", str(path), text],
        "flite": ["flite", "-voice", name, "-o", str(path), "-t", text],
    }[program]
    subprocess.run(command, check=True)
    samples, rate = soundfile.read(path)
    return np.pad(samples, int(_PAUSE * rate)), rate


def with_noise(
    samples: NDArray[np.float64], level: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Add pink noise; speech (what is louder than -60 dB of full scale) is ``level`` dB louder."""
    spectrum = np.fft.rfft(rng.standard_normal(len(samples)))
    noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), len(samples))
    speech = np.sqrt(np.mean(samples[np.abs(samples) > 1e-3] ** 2))
    gain = speech / np.sqrt(np.mean(noise**2)) * 10 ** (-level / 20)
    mixed = samples + gain * noise
    return np.asarray(mixed / max(1.0, float(np.abs(mixed).max())))


def recordings(folder: Path) -> Iterator[Clip]:
    """Clips of a folder whose ``transcription`` has lines ``<s> text </s> (name)``."""
    for line in (folder / "transcription").read_text(encoding="utf-8").splitlines():
        text, name = line.removeprefix("<s>").split("</s>")
        yield Clip(folder / f"{name.strip(' ()')}.wav", text.strip(), "real", "none")


def hear(source: Transcripts, clips: Sequence[Clip]) -> list[Heard]:
    """Transcribe, leaving nothing out; and read the true texts as transcripts are read."""
    segments: dict[str, list[Segment]] = {clip.file.name: [] for clip in clips}
    everything = dataclasses.replace(source, no_speech=1.0)
    for segment in everything.transcribe([clip.file for clip in clips]):
        segments[segment.file].append(segment)
    normalise = require_extra("whisper.normalizers").EnglishTextNormalizer()
    true = [Segment(clip.file.name, 0.0, 0.0, normalise(clip.text)) for clip in clips]
    labels = labels_of(source, true)
    return [
        Heard(clip, one.text, tuple(segments[one.file]), labels[one.file])
        for clip, one in zip(clips, true, strict=True)
    ]


def labels_of(source: Transcripts, segments: Iterable[Segment]) -> Mapping[str, frozenset[str]]:
    """The candidates of each file; none of a file that has none."""
    files: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for candidate in source.read(segments, "clips"):
        for one in candidate.evidence:
            files[one.locator.partition("@")[0]] |= {candidate.label}
    return files


def was_said(label: str, text: str) -> bool:
    """Whether the words of a label are words of the text in a row, in any form, joined or not."""
    words = [base_form(word) for word in re.findall(r"[\w']+", text)]
    runs = {
        "".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 1, len(words) + 1)
    }
    return "".join(map(base_form, label.split())) in runs


def tally(source: Transcripts, heard: Sequence[Heard]) -> Tally:
    """Word error of all that Whisper wrote, and the candidates of what it believes."""
    from nltk.metrics import edit_distance

    counts = np.zeros(6, dtype=int)
    read = labels_of(source, (segment for one in heard for segment in one.segments))
    for one in heard:
        true = one.text.split()
        written = " ".join(segment.text for segment in one.segments).split()
        labels = read[one.clip.file.name]
        said = sum(label in one.labels or was_said(label, one.text) for label in labels)
        found = len(labels & one.labels)
        counts += [
            len(true), edit_distance(true, written), len(labels), said, len(one.labels), found,
        ]  # fmt: skip
    return Tally(len(heard), *counts.tolist())


def _print_spoken(source: Transcripts, heard: Sequence[Heard]) -> None:
    _print_rows(source, heard, lambda clip: clip.voice)
    _print_rows(source, heard, lambda clip: f"noise {clip.noise}")
    _print_rows(source, heard, lambda clip: f"half {clip.half}")
    judge = [one for one in heard if one.clip.half == "judge"]
    print("\nhalf judge, with one measure left out, and with none")
    for name, value in _OFF.items():
        print(tally(dataclasses.replace(source, **{name: value}), judge).line(f"without {name}"))
    print(tally(dataclasses.replace(source, **_OFF), judge).line("without any"))
    choose = [one for one in heard if one.clip.half == "choose"]
    print("\nhalf choose, at other thresholds")
    for log_prob in _LOG_PROBS:
        for word_prob in _WORD_PROBS:
            other = dataclasses.replace(source, log_prob=log_prob, word_prob=word_prob)
            print(tally(other, choose).line(f"log_prob {log_prob} word_prob {word_prob}"))


def _print_rows(
    source: Transcripts, heard: Sequence[Heard], name_of: Callable[[Clip], str]
) -> None:
    """One row a name, in order of appearance."""
    print(f"\n{'':26} clips  error labels   said  found")
    for name in dict.fromkeys(name_of(one.clip) for one in heard):
        rows = [one for one in heard if name_of(one.clip) == name]
        print(tally(source, rows).line(name))


def _print_other(source: Transcripts, files: Sequence[Path]) -> None:
    """What sounds without speech give, which should be nothing."""
    segments = list(source.transcribe(files))
    labels = [one.label for one in source.read(segments, "other")]
    print(f"\n{len(files)} sounds without speech: {len(labels)} candidates", ", ".join(labels))


if __name__ == "__main__":
    sys.exit(main())
