"""A toy encoder that satisfies the protocol: letters are its features; no weights."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from concept_core.audio import Clip, Sound
from concept_core.encoders.base import EncoderSpec
from concept_core.errors import DataError
from vocab_builder.building.pipeline import order_all
from vocab_builder.building.recipe import SelectionEntry
from vocab_builder.selection import Selection, take
from vocab_builder.stages.candidates import Candidate, Evidence, Outcome, Score
from vocab_builder.stages.context import Context

DIM = 64


class ToyEncoder:
    """Texts become counts of hashed letter trigrams; a clip is heard as the text of its name."""

    spec = EncoderSpec("toy", "0" * 64, DIM, 16000, "none", "bare@1", "none")

    def encode_text(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), DIM), np.float32)
        for row, text in zip(rows, texts, strict=True):
            padded = f"  {text} "
            for start in range(len(padded) - 2):
                trigram = padded[start : start + 3].encode("utf-8")
                row[sum(byte * 31**place for place, byte in enumerate(trigram)) % DIM] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-9)

    def encode_audio(self, clips: Sequence[Sound]) -> NDArray[np.float32]:
        names = [clip.name if isinstance(clip, Clip) else Path(clip).stem for clip in clips]
        return self.encode_text(names)


class RandomEncoder(ToyEncoder):
    """Each text has a direction of its own that says nothing about it, as an untrained model's."""

    spec = EncoderSpec("random", "0" * 64, DIM, 16000, "none", "bare@1", "none")

    def encode_text(self, texts: Sequence[str]) -> NDArray[np.float32]:
        seeds = [int.from_bytes(sha256(text.encode()).digest()[:8], "big") for text in texts]
        rows = [np.random.default_rng(seed).standard_normal(DIM) for seed in seeds]
        made = np.array(rows, np.float32).reshape(-1, DIM)
        return made / np.linalg.norm(made, axis=1, keepdims=True).clip(1e-9)


class FewWordsEncoder(ToyEncoder):
    """Rows of a few words that came from elsewhere; all others are an error."""

    spec = EncoderSpec("few-words", "0" * 64, DIM, 0, "none", "bare@1", "none")
    words = frozenset({"applause", "bell", "car", "cat", "clock", "dog", "rain", "siren"})

    def encode_text(self, texts: Sequence[str]) -> NDArray[np.float32]:
        absent = [text for text in texts if text not in self.words]
        if absent:
            raise DataError(f"no embedding of {len(absent)} of {len(texts)} texts")
        return super().encode_text(texts)


def candidate(label: str, count: int = 1, source: str = "toy", kind: str = "noun") -> Candidate:
    return Candidate(label, kind, (Evidence(source, "here", count),))


def scores(result: Outcome) -> dict[str, Score]:
    """What the last stage found out about those that it kept and measured."""
    return {one.label: one.scores[-1] for one in result.kept if one.scores}


def select(
    kind: str,
    selection: Selection,
    candidates: Sequence[Candidate],
    context: Context,
    size: int | None = None,
) -> Outcome:
    """The first of a selection's order."""
    entry = SelectionEntry(kind, selection)
    return take(order_all(entry, Outcome(tuple(candidates)), context, size), size, kind)


def labels(candidates: Sequence[Candidate]) -> list[str]:
    return [one.label for one in candidates]
