"""Transcripts: what is said in audio files, by Whisper, read as captions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from concept_core.audio import load_clip
from concept_core.datasets.listing import SUFFIXES, audio_files
from concept_core.errors import DataError, UsageError
from concept_core.extras import check_extra, require_extra
from concept_core.files import sha256_file
from concept_core.vocabulary import Evidence
from vocab_builder.sources.base import Located, Source, by_count
from vocab_builder.sources.captions import main_kinds
from vocab_builder.stages.candidates import Candidate
from vocab_builder.words.phrases import KINDS, Mention, TaggedReader

RATE = 16_000


@dataclass(frozen=True, slots=True)
class Segment:
    """Some seconds of a file and what is said in them."""

    file: str
    start: float
    end: float
    text: str

    @property
    def locator(self) -> str:
        """``file@start-end`` in seconds."""
        return f"{self.file}@{self.start:.2f}-{self.end:.2f}"


@dataclass(frozen=True, slots=True)
class Transcripts(Source):
    """Words of speech, with the time stamps at which they are said.

    The path is an audio file or a folder of them. Audio is decoded here and given to Whisper as
    16 kHz arrays, so that no ffmpeg is needed. Texts go through Whisper's English normaliser
    (Radford et al. 2022, arXiv 2212.04356, appendix C), and then through the tagger that reads
    captions. A word counts once a segment.

    Attributes
    ----------
    model : str
        A checkpoint file, or a name of ``whisper.available_models()``, which Whisper fetches
        unless it has it.
    no_speech : float
        Segments whose probability of no speech is above this are left out.
    min_count : int
        Words in fewer segments are not candidates.
    """

    takes_folder: ClassVar[bool] = True
    model: str = "base.en"
    no_speech: float = 0.6
    min_count: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.no_speech <= 1:
            raise UsageError(f"transcripts: no_speech is from 0 to 1, found {self.no_speech}")
        if self.min_count < 1:
            raise UsageError(f"transcripts: min_count must be from 1, found {self.min_count}")

    @property
    def needs(self) -> frozenset[str]:
        """See the base class."""
        return frozenset({"tagger", "wordnet"})

    def models(self) -> tuple[Located, ...]:
        """The checkpoint; a name of Whisper's stands for itself."""
        path = Path(self.model)
        return (Located(path, path.name, sha256_file(path)),) if path.is_file() else ()

    def __call__(self, name: str, path: Path) -> list[Candidate]:
        """Transcribe, tag and count.

        Raises
        ------
        MissingError
            Whisper, the tagger or WordNet is not on this machine.
        DataError
            No audio file, one that cannot be decoded, a broken checkpoint, or no speech at all.
        """
        check_extra("whisper")
        files = [path] if path.is_file() else audio_files(path)
        if not files:
            raise DataError(f"{path}: no audio file ({', '.join(SUFFIXES)}) here; correct the path")
        segments = self._transcribe(files)
        return read_segments(segments, name, path, self.min_count)

    def _transcribe(self, files: Sequence[Path]) -> Iterator[Segment]:
        whisper = require_extra("whisper")
        model = _load(whisper, self.model)
        for path in files:
            samples = load_clip(path, RATE).samples
            found = model.transcribe(samples, language="en", fp16=False, temperature=0.0)
            yield from spoken(path.name, found["segments"], self.no_speech)


def spoken(file: str, segments: Sequence[Mapping[str, Any]], no_speech: float) -> Iterator[Segment]:
    """Whisper's segments of a file that hold speech, in normal form."""
    normalise = require_extra("whisper.normalizers").EnglishTextNormalizer()
    for segment in segments:
        text = normalise(segment["text"])
        said = any(character.isalnum() for character in text)
        if said and segment["no_speech_prob"] <= no_speech:
            yield Segment(file, segment["start"], segment["end"], text)


def read_segments(
    segments: Iterator[Segment], name: str, path: Path, min_count: int = 1
) -> list[Candidate]:
    """Words and phrases of segments, each with the places where it is said.

    Raises
    ------
    DataError
        Nothing is said.
    """
    reader = TaggedReader()
    places: dict[str, Counter[str]] = {}
    tagged: Counter[Mention] = Counter()
    for segment in segments:
        mentions = {one for one in reader.mentions(segment.text) if one[1] in KINDS}
        tagged.update(mentions)
        for label, _ in mentions:
            places.setdefault(label, Counter())[segment.locator] += 1
    if not places:
        raise DataError(
            f"{path}: no speech found; raise no_speech, or take another model or other files"
        )
    kind_of = main_kinds(tagged)
    return by_count(
        Candidate(
            label,
            kind_of[label],
            tuple(sorted(Evidence(name, place, count) for place, count in where.items())),
        )
        for label, where in places.items()
        if where.total() >= min_count
    )


def _load(whisper: Any, model: str) -> Any:
    """A local file first, then Whisper's own names."""
    if not Path(model).is_file() and model not in whisper.available_models():
        raise DataError(
            f"transcripts: model {model!r} is neither a file nor one of Whisper's:"
            f" {', '.join(whisper.available_models())}"
        )
    try:
        return whisper.load_model(model, device="cpu")
    except (RuntimeError, KeyError, EOFError, ValueError) as error:
        raise DataError(
            f"transcripts: {model} is no whole checkpoint of Whisper ({error})"
        ) from error
