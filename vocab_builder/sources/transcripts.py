"""Transcripts: what is said in audio files, by Whisper, read as captions.

Whisper writes words for every sound, also for rain. Its own measures say how much it believes
them (Radford et al. 2022, arXiv 2212.04356, section 4.5), and what it does not believe is left out.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from concept_core.audio import AUDIO_SUFFIXES, load_clip
from concept_core.datasets.listing import audio_files
from concept_core.errors import DataError, UsageError
from concept_core.extras import check_extra, require_extra
from concept_core.files import sha256_file
from concept_core.spelling import check_names
from concept_core.vocabulary import Evidence
from vocab_builder.sources.base import Located, Source, by_count
from vocab_builder.sources.captions import main_kinds
from vocab_builder.stages.candidates import Candidate
from vocab_builder.words.forms import lemma
from vocab_builder.words.phrases import KINDS, Mention, TaggedReader
from vocab_builder.words.spelling import unknown_words

RATE = 16_000
DICTIONARIES = ("wordnet", "none")
# Whisper's own: greedy first, and sampled where it repeats itself.
_TEMPERATURES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True, slots=True)
class Segment:
    """Some seconds of a file, what is said in them, and how much Whisper believes it.

    Attributes
    ----------
    file : str
    start, end : float
        Seconds.
    text : str
        In the form of Whisper's English normaliser.
    log_prob : float
        Mean log-probability of the tokens, in nats; at most 0.
    compression : float
        Length of the text over its length by zlib, in bytes: high where it repeats itself.
    no_speech : float
        Probability that nobody speaks.
    words : tuple of (str, float)
        Each word of the text with its probability, in order.
    """

    file: str
    start: float
    end: float
    text: str
    log_prob: float = 0.0
    compression: float = 1.0
    no_speech: float = 0.0
    words: tuple[tuple[str, float], ...] = ()

    @property
    def locator(self) -> str:
        """``file@start-end`` in seconds, and the three measures by their names as options."""
        return (
            f"{self.file}@{self.start:.2f}-{self.end:.2f} log_prob={self.log_prob:.2f}"
            f" compression={self.compression:.2f} no_speech={self.no_speech:.2f}"
        )

    def doubted(self, word_prob: float) -> frozenset[str]:
        """Words in all dictionary forms, and two in a row as one, nowhere as probable as this."""
        pairs = [(one + two, min(p, q)) for (one, p), (two, q) in pairwise(self.words)]
        values = [(form, value) for word, value in [*self.words, *pairs] for form in _forms(word)]
        believed = {form for form, value in values if value >= word_prob}
        return frozenset(form for form, _ in values) - believed


@dataclass(frozen=True, slots=True)
class Transcripts(Source):
    """Words of speech, with the time stamps at which they are said.

    The path is an audio file or a folder of them. Audio is decoded here and given to Whisper as
    16 kHz arrays, so that no ffmpeg is needed. Texts go through Whisper's English normaliser
    (Radford et al. 2022, appendix C), and then through the tagger that reads captions, where
    "fog horn" is "foghorn". A word counts once a segment.

    Attributes
    ----------
    model : str
        A checkpoint file, or a name of ``whisper.available_models()``, which Whisper fetches
        unless it has it.
    log_prob : float
        Segments whose tokens have a lower mean log-probability are left out.
    compression : float
        Segments that zlib makes shorter by more than this factor are left out.
    no_speech : float
        Segments whose probability of no speech is above this are left out.
    word_prob : float
        Words that are less probable than this, and phrases with one, are no candidates. Their
        measure takes as long again as the transcript; 0 leaves it out.
    dictionary : str
        ``wordnet``: words that are not real (``vocab_builder.words.spelling``) are no candidates,
        for they are mis-heard. ``none`` takes them.
    min_count : int
        Words in fewer segments are not candidates.
    """

    takes_folder: ClassVar[bool] = True
    model: str = "base.en"
    log_prob: float = -1.0
    compression: float = 2.4
    no_speech: float = 0.3
    word_prob: float = 0.85
    dictionary: str = "wordnet"
    min_count: int = 1

    def __post_init__(self) -> None:
        for name, value in (("no_speech", self.no_speech), ("word_prob", self.word_prob)):
            if not 0 <= value <= 1:
                raise UsageError(f"transcripts: {name} is from 0 to 1, found {value}")
        if self.log_prob > 0:
            raise UsageError(f"transcripts: log_prob is at most 0, found {self.log_prob}")
        if self.compression <= 0:
            raise UsageError(f"transcripts: compression is above 0, found {self.compression}")
        check_names("dictionary", [self.dictionary], DICTIONARIES, "transcripts")
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
            raise DataError(
                f"{path}: no audio file ({', '.join(AUDIO_SUFFIXES)}) here; correct the path"
            )
        segments = list(self.transcribe(files))
        candidates = self.read(segments, name)
        if not candidates:
            raise DataError(self._nothing(path, segments))
        return candidates

    def transcribe(self, files: Sequence[Path]) -> Iterator[Segment]:
        """All that Whisper writes, believed or not, except what it takes for silence itself.

        Raises
        ------
        DataError
            A file that cannot be decoded, or a broken checkpoint.
        """
        model = _load(require_extra("whisper"), self.model)
        for path in files:
            yield from spoken(path.name, self._hear(model, load_clip(path, RATE).samples))

    def _hear(self, model: Any, samples: NDArray[np.float32]) -> Sequence[Mapping[str, Any]]:
        """Whisper's segments of one file, where it takes nothing for silence."""
        import torch

        hear = functools.partial(
            model.transcribe,
            samples,
            language="en",
            fp16=False,
            # Not sampled for a low probability: what is drawn is hardly ever more probable.
            logprob_threshold=None,
            compression_ratio_threshold=self.compression,
            no_speech_threshold=self.no_speech,
            # What was made up in one window must not be taken up in the next.
            condition_on_previous_text=False,
            word_timestamps=self.word_prob > 0,
        )
        segments: Sequence[Mapping[str, Any]] = hear(temperature=0.0)["segments"]
        # Asked for at once, Whisper would sample silence too, where it repeats itself most.
        if any(segment["compression_ratio"] > self.compression for segment in segments):
            # Sampling draws from torch's global state, which is seeded and then put back, so that
            # what is heard in a file does not depend on the files before it.
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(0)
                segments = hear(temperature=_TEMPERATURES)["segments"]
        return segments

    def doubt(self, segment: Segment) -> str | None:
        """The name of the first option that leaves a segment out, or None."""
        if segment.no_speech > self.no_speech:
            return "no_speech"
        if segment.log_prob < self.log_prob:
            return "log_prob"
        return "compression" if segment.compression > self.compression else None

    def read(self, segments: Iterable[Segment], name: str) -> list[Candidate]:
        """Words and phrases of the segments that are believed, each with where it is said.

        Raises
        ------
        MissingError
            The tagger or WordNet is not on this machine.
        """
        reader = TaggedReader(join=True)
        places: dict[str, Counter[str]] = {}
        tagged: Counter[Mention] = Counter()
        for segment in segments:
            if self.doubt(segment):
                continue
            doubted = segment.doubted(self.word_prob)
            mentions = {one for one in reader.mentions(segment.text) if self._takes(one, doubted)}
            tagged.update(mentions)
            for label, _ in mentions:
                places.setdefault(label, Counter())[segment.locator] += 1
        kind_of = main_kinds(tagged)
        return by_count(
            Candidate(
                label,
                kind_of[label],
                tuple(sorted(Evidence(name, place, count) for place, count in where.items())),
            )
            for label, where in places.items()
            if where.total() >= self.min_count
        )

    def _takes(self, mention: Mention, doubted: frozenset[str]) -> bool:
        """Whether a mention is of a kind that sources give, believed, and made of real words."""
        label, kind = mention
        return (
            kind in KINDS
            and doubted.isdisjoint(label.split())
            and not (self.dictionary == "wordnet" and unknown_words(label))
        )

    def _nothing(self, path: Path, segments: Sequence[Segment]) -> str:
        """Why there is no candidate, and what one may change."""
        doubts = Counter(filter(None, map(self.doubt, segments)))
        why = "".join(f"; {name} left out {count}" for name, count in sorted(doubts.items()))
        return (
            f"{path}: no speech found; segments that Whisper wrote: {len(segments)}{why}; where"
            " people do speak, take a larger model, or loosen what left them out"
        )


def spoken(file: str, segments: Sequence[Mapping[str, Any]]) -> Iterator[Segment]:
    """Whisper's segments of a file that have a text, in normal form."""
    normalise = require_extra("whisper.normalizers").EnglishTextNormalizer()
    for segment in segments:
        text = normalise(segment["text"])
        if any(character.isalnum() for character in text):
            yield Segment(
                file,
                float(segment["start"]),
                float(segment["end"]),
                text,
                segment["avg_logprob"],
                segment["compression_ratio"],
                segment["no_speech_prob"],
                tuple(
                    (part, float(word["probability"]))
                    for word in segment.get("words", ())
                    for part in normalise(word["word"]).split()
                ),
            )


def _forms(word: str) -> frozenset[str]:
    """The word, and what the reader may make of it, whatever the tagger takes it for."""
    return frozenset({word, *(lemma(word, kind)[0] for kind in ("noun", "verb", "adjective"))})


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
