"""Explain clips: the concepts of each, most prominent first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike

from concept_core.audio import Sound, is_sound, sound_name
from concept_core.decomposition.decomposing import decompose
from concept_core.decomposition.dictionary import (
    Dictionary,
    EncoderLike,
    VocabularyLike,
    as_encoder,
    as_vocabulary,
)
from concept_core.encoders.embeddings import embed_clips
from concept_core.errors import DataError
from concept_core.solvers.registry import chosen_mode
from concept_core.values import DataFrame, Table, frame

_SHOWN = 3


@dataclass(frozen=True, slots=True, repr=False)
class Explanation(Table):
    """One clip as a sum of concepts.

    Attributes
    ----------
    clip : str
        The clip's name.
    concepts : tuple of (label, prominence)
        Most prominent first; among equals in the order of the vocabulary.
    l0 : int
        All concepts with a weight, shown here or not.
    cosine : float
        Of the embedding with the sum of all its concepts.
    gap : float or None
        Relative duality gap; None in l0 mode.
    status : str
        As in ``Decomposition``.
    """

    clip: str
    concepts: tuple[tuple[str, float], ...]
    l0: int
    cosine: float
    gap: float | None
    status: str

    def to_dict(self) -> dict[str, Any]:
        """The explanation as JSON-ready values."""
        return {
            "clip": self.clip,
            "concepts": [
                {"label": label, "prominence": prominence} for label, prominence in self.concepts
            ],
            "l0": self.l0,
            "cosine": self.cosine,
            "gap": self.gap,
            "status": self.status,
        }

    def to_frame(self) -> DataFrame:
        """One row a concept: clip, label, prominence. Needs pandas."""
        return Explanations([self]).to_frame()

    def __repr__(self) -> str:
        shown = ", ".join(f"{label} {value:.2f}" for label, value in self.concepts[:_SHOWN])
        more = ", ..." if len(self.concepts) > _SHOWN else ""
        return f"Explanation({self.clip!r}: {shown}{more}; cosine {self.cosine:.2f})"


class Explanations(list[Explanation], Table):
    """Explanations of several clips: a list that notebooks show as a table."""

    def to_frame(self) -> DataFrame:
        """One row a clip and concept: clip, label, prominence. Needs pandas."""
        rows = [(one.clip, *concept) for one in self for concept in one.concepts]
        return frame(rows, ["clip", "label", "prominence"])


def explain(
    clips: Sound | Sequence[Sound],
    vocabulary: VocabularyLike | Dictionary,
    encoder: EncoderLike = "yamnet-minilm",
    *,
    l1: float | None = None,
    l0: int | None = None,
    top: int | None = None,
    skip_bad: bool = False,
    device: str = "auto",
) -> Explanations:
    """Say what is in sounds, in the words of a vocabulary.

    Parameters
    ----------
    clips : path, Clip, (array, rate) pair, or a sequence of these
        wav, flac, ogg or mp3 files, or samples in memory.
    vocabulary : Vocabulary, str, Path or Dictionary
        A vocabulary, what ``load_vocabulary`` takes, or its dictionary in the encoder's space.
    encoder : Encoder or str
        An encoder, or what ``load_encoder`` takes.
    l1, l0 : float, int
        As ``decompose`` takes them; at most 8 concepts a clip where neither is given.
    top : int, optional
        Keep this many of each clip's concepts; all by default.
    skip_bad : bool
        Leave out clips that cannot be embedded instead of raising.
    device : str
        ``auto``, ``cpu`` or ``cuda``: of the encoder, where it is named, and of the solver.

    Raises
    ------
    BadClipsError
        Clips cannot be embedded; all are named.
    UsageError, DataError, MissingError
        As ``load_vocabulary``, ``load_encoder`` and ``decompose``.
    """
    sounds = cast(
        "list[Sound]", [clips] if is_sound(clips) else list(cast("Sequence[Sound]", clips))
    )
    vocabulary = vocabulary if isinstance(vocabulary, Dictionary) else as_vocabulary(vocabulary)
    embedded = embed_clips(as_encoder(encoder, device=device), sounds, skip_bad=skip_bad)
    dictionary = (
        vocabulary
        if isinstance(vocabulary, Dictionary)
        else Dictionary.build(vocabulary, embedded.encoder)
    )
    names = [sound_name(sounds[place], place) for place in embedded.kept]
    l0, l1 = chosen_mode(l0, l1)
    return explain_rows(embedded.x, names, dictionary, l1=l1, l0=l0, top=top, device=device)


def explain_rows(
    x: ArrayLike,
    clips: Sequence[str],
    dictionary: Dictionary,
    *,
    l1: float | None = None,
    l0: int | None = None,
    top: int | None = None,
    device: str = "auto",
) -> Explanations:
    """Decompose embeddings and name their concepts.

    Parameters
    ----------
    x : (n, d)
        Embeddings from the dictionary's encoder.
    clips : sequence of n str
        What to call the rows.
    dictionary : Dictionary
    l1, l0 : float, int
        As ``decompose`` takes them: exactly one.
    top : int, optional
        Keep this many of each clip's concepts; all by default.
    device : str
        As for ``decompose``.

    Raises
    ------
    DataError
        If rows and names differ in number, or x does not fit the dictionary.
    """
    result = decompose(x, dictionary, l1=l1, l0=l0, device=device)
    if len(clips) != len(result.l0):
        raise DataError(f"{len(clips)} clip names for {len(result.l0)} embeddings; give one each")
    explanations = Explanations()
    for row, clip in enumerate(clips):
        weights = result.weights[[row]]
        order = np.argsort(-weights.data, kind="stable")[:top]
        gap = float(result.gap[row])
        explanations.append(
            Explanation(
                clip=clip,
                concepts=tuple(
                    (dictionary.labels[weights.indices[place]], float(weights.data[place]))
                    for place in order
                ),
                l0=int(result.l0[row]),
                cosine=float(result.cosine[row]),
                gap=None if math.isnan(gap) else gap,
                status=str(result.status[row]),
            )
        )
    return explanations
