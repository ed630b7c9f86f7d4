"""Labels that have real CLAP rows, and pairs of them that are labelled by hand.

Two lists of labels have real LAION-CLAP rows, each of another checkpoint. Pairs of them are in
``data/twins/clap_pairs.csv``: one sound (``same``), one a ``kind`` of the other, or ``different``.
``why`` says how a pair came in: by meaning, at ``random``, or because it was ``seen`` above a
cosine. Only the last were labelled after cosines were looked at, all of them from a cosine on:
they tell what a list holds there, and neither choose nor judge.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from concept_core.audio import Sound
from concept_core.encoders.base import EncoderSpec, FloatArray, unit
from concept_core.errors import DataError, MissingError
from concept_core.files import package_folder
from vocab_builder.filters.judging import half_of
from vocab_builder.words.normal_form import normal_form

SAME, KIND, DIFFERENT = "same", "kind", "different"
VERDICTS = (SAME, KIND, DIFFERENT)
RANDOM, SEEN = "random", "seen"
_FILES = (
    ("fsd50k", "630k-audioset-best", "texts.npz", "fsd50k", "fsd50k_names"),
    ("audioset-strong", "clap-htsat-unfused", "audioset_strong_htsat_unfused.npz", "text", "names"),
)


@dataclass(frozen=True, slots=True, eq=False)
class LabelRows:
    """A list of labels with the rows (n, dim) of one encoder, unit rows."""

    name: str
    checkpoint: str
    labels: tuple[str, ...]
    rows: FloatArray

    def centred(self, over: NDArray[np.intp] | None = None) -> LabelRows:
        """The mean of the rows taken off, of all of them or of those at ``over``; unit rows."""
        mean = (self.rows if over is None else self.rows[over]).mean(axis=0)
        return LabelRows(self.name, self.checkpoint, self.labels, unit(self.rows - mean))


class LabelEncoder:
    """An encoder that looks labels up; one without a row is an error, as of ``precomputed``."""

    def __init__(self, given: LabelRows) -> None:
        self._places = {key(label): place for place, label in enumerate(given.labels)}
        self._rows = given.rows
        dim = given.rows.shape[1]
        name = f"{given.name} labels"
        self.spec = EncoderSpec(name, given.checkpoint, dim, 0, "none", "bare@1", "none")

    def encode_text(self, texts: Sequence[str]) -> FloatArray:
        """The rows (n, dim) of texts."""
        absent = [text for text in texts if key(text) not in self._places]
        if absent:
            raise DataError(
                f"no embedding of {len(absent)} of {len(texts)} texts, such as {absent[0]!r}"
            )
        return self._rows[[self._places[key(text)] for text in texts]]

    def encode_audio(self, clips: Sequence[Sound]) -> FloatArray:
        """There is no row of any sound."""
        raise DataError("this encoder has rows of labels alone")

    def knows(self, *labels: str) -> bool:
        """Whether there is a row for each."""
        return all(key(label) in self._places for label in labels)


@dataclass(frozen=True, slots=True)
class ClapPair:
    """Two labels, what they are to each other, and how the pair was drawn or why it is so."""

    one: str
    other: str
    verdict: str
    why: str

    @property
    def half(self) -> str:
        """``choose`` or ``judge``, as of the labelled pairs of the product."""
        return half_of(f"{self.one}\n{self.other}")


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Pairs that a list has, with their cosines (n,)."""

    pairs: tuple[ClapPair, ...]
    cosines: NDArray[np.float32]

    def of(self, half: str, *, near: bool = False) -> tuple[NDArray[np.float32], list[bool]]:
        """Cosines and whether the two are one sound, without kinds; ``near``: nor random ones."""
        chosen = [
            place
            for place, pair in enumerate(self.pairs)
            if pair.half == half
            and pair.verdict != KIND
            and pair.why not in ((SEEN, RANDOM) if near else (SEEN,))
        ]
        return self.cosines[chosen], [self.pairs[place].verdict == SAME for place in chosen]

    def kinds(self) -> NDArray[np.float32]:
        """Cosines of pairs of which one is a kind of the other, of both halves."""
        return self.cosines[[pair.verdict == KIND and pair.why != SEEN for pair in self.pairs]]


def key(label: str) -> str:
    """What a label is looked up by: words in normal form, without commas, brackets and "and"."""
    return " ".join(word for word in re.findall(r"[\w'-]+", normal_form(label)) if word != "and")


def clap_pairs() -> tuple[ClapPair, ...]:
    """The hand-labelled pairs of labels that have real rows."""
    path = package_folder("data") / "twins" / "clap_pairs.csv"
    with open(path, encoding="utf-8", newline="") as handle:
        return tuple(ClapPair(**row) for row in csv.DictReader(handle))


def label_lists(shared: Path) -> tuple[LabelRows, ...]:
    """The two lists, each in the space of its own checkpoint.

    Raises
    ------
    MissingError
        The rows are not in the shared folder.
    """
    folder = shared / "data" / "clap_real"
    found = []
    for name, checkpoint, file, rows, names in _FILES:
        if not (folder / file).is_file():
            raise MissingError(f"{folder / file} is missing; name the folder by SONOLEX_SHARED")
        with np.load(folder / file) as arrays:
            labels = tuple(map(str, arrays[names]))
            found.append(LabelRows(name, checkpoint, labels, unit(arrays[rows])))
    return tuple(found)


def measured(given: LabelRows, pairs: Sequence[ClapPair]) -> Measured:
    """The pairs whose two labels are in the list, with their cosines."""
    encoder = LabelEncoder(given)
    here = tuple(pair for pair in pairs if encoder.knows(pair.one, pair.other))
    first, second = (
        encoder.encode_text([getattr(pair, side) for pair in here]) for side in ("one", "other")
    )
    return Measured(here, np.einsum("ij,ij->i", first, second))
