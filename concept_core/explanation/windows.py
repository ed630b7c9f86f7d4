"""Explain a long file over time: the concepts of each of its windows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from concept_core.audio import Clip, is_silent, load_clip
from concept_core.decomposition.dictionary import Dictionary
from concept_core.encoders.base import Encoder
from concept_core.encoders.embeddings import embed_clips
from concept_core.errors import UsageError
from concept_core.explanation.clips import Explanation, explain_rows
from concept_core.values import DataFrame, Table, frame
from concept_core.vocabulary import check_top


@dataclass(frozen=True, slots=True)
class Moment:
    """One window: seconds from the start, and its explanation; None where it is silent."""

    start: float
    end: float
    explanation: Explanation | None


@dataclass(frozen=True, slots=True)
class TimeExplanation(Table):
    """A file as concepts that come and go.

    Attributes
    ----------
    clip : str
        The file.
    seconds : float
        Its length.
    moments : tuple of Moment
        In order; they may overlap.
    """

    clip: str
    seconds: float
    moments: tuple[Moment, ...]

    def concepts(self, top: int | None = None) -> tuple[tuple[str, tuple[float, ...]], ...]:
        """Labels with their prominence in each window, zeros among them.

        The highest mean first; among equals the one that comes first.

        Parameters
        ----------
        top : int, optional
            Only this many, 1 or more.

        Raises
        ------
        UsageError
            A ``top`` below 1.
        """
        check_top(top)
        places: dict[str, list[float]] = {}
        for at, moment in enumerate(self.moments):
            if moment.explanation is None:
                continue
            for label, prominence in moment.explanation.concepts:
                places.setdefault(label, [0.0] * len(self.moments))[at] = prominence
        ordered = sorted(places.items(), key=lambda item: -sum(item[1]))
        return tuple((label, tuple(values)) for label, values in ordered[:top])

    def to_dict(self) -> dict[str, Any]:
        """The explanation as JSON-ready values."""
        return {
            "clip": self.clip,
            "seconds": self.seconds,
            "windows": [
                {
                    "start": moment.start,
                    "end": moment.end,
                    "silent": moment.explanation is None,
                    **({} if moment.explanation is None else moment.explanation.to_dict()),
                }
                for moment in self.moments
            ],
        }

    def to_frame(self) -> DataFrame:
        """One row a window and concept: start, end, label, prominence. Needs pandas."""
        rows = [
            (moment.start, moment.end, *concept)
            for moment in self.moments
            if moment.explanation is not None
            for concept in moment.explanation.concepts
        ]
        return frame(rows, ["start", "end", "label", "prominence"])


def explain_over_time(
    path: str | Path,
    encoder: Encoder,
    dictionary: Dictionary,
    *,
    window: float,
    hop: float | None = None,
    l1: float | None = None,
    l0: int | None = None,
    top: int | None = None,
    device: str = "auto",
) -> TimeExplanation:
    """Decompose every window of a file by itself.

    Windows start at every multiple of the hop. The last one may be shorter, by half at most: what
    is left after it is part of no window, unless it is all there is.

    Parameters
    ----------
    path : str or Path
    encoder : Encoder
    dictionary : Dictionary
        Of that encoder.
    window, hop : float
        Seconds; windows follow each other without a gap if the hop is left out.
    l1, l0 : float, int
        As ``decompose`` takes them: exactly one.
    top : int, optional
        Keep this many of each window's concepts, 1 or more.
    device : str
        As for ``decompose``.

    Raises
    ------
    UsageError
        A window or hop that is not positive; a ``top`` below 1.
    DataError
        The file cannot be read, or is silent as a whole.
    """
    check_top(top)
    hop = window if hop is None else hop
    for what, value in (("window", window), ("hop", hop)):
        if not 0 < value < float("inf"):
            raise UsageError(f"{what} {value!r}: seconds must be a number above 0")
    clip = load_clip(path, encoder.spec.sample_rate)
    parts = _windows(clip, window, hop)
    heard = [part for _, part in parts if not is_silent(part.samples)]
    x = embed_clips(encoder, heard, parts=True).x
    names = [part.name for part in heard]
    found = iter(explain_rows(x, names, dictionary, l1=l1, l0=l0, top=top, device=device))
    moments = tuple(
        Moment(
            start,
            start + len(part.samples) / clip.sample_rate,
            next(found) if not is_silent(part.samples) else None,
        )
        for start, part in parts
    )
    return TimeExplanation(str(path), len(clip.samples) / clip.sample_rate, moments)


def _windows(clip: Clip, window: float, hop: float) -> list[tuple[float, Clip]]:
    rate = clip.sample_rate
    length = max(1, round(window * rate))
    parts = []
    for place in range(len(clip.samples)):
        first = round(place * hop * rate)
        part = clip.samples[first : first + length]
        if first >= len(clip.samples) or (place and 2 * len(part) < length):
            break
        name = f"{clip.name}, {first / rate:.2f} to {(first + len(part)) / rate:.2f} s"
        parts.append((first / rate, Clip(part, rate, name)))
    return parts
