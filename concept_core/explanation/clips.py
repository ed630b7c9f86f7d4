"""Explain clips: the concepts of each, most prominent first."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import IOBase
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike

from concept_core.audio import Sound, is_sound, sound_name
from concept_core.decomposition.decomposing import Decomposition, decompose
from concept_core.decomposition.dictionary import (
    Dictionary,
    EncoderLike,
    VocabularyLike,
    as_encoder,
    as_vocabulary,
)
from concept_core.encoders.base import Encoder, FloatArray
from concept_core.encoders.embeddings import embed_clips
from concept_core.errors import DataError, UsageError
from concept_core.explanation.depth import FEWEST, Depth, depths
from concept_core.measures.reference import MOST, read_items
from concept_core.solvers.registry import chosen_mode
from concept_core.values import DataFrame, Table, frame
from concept_core.vocabulary import check_top

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
    depth : Depth or None
        How well that is, beside other clips and random directions; None from `explain_rows` and of
        windows.
    """

    clip: str
    concepts: tuple[tuple[str, float], ...]
    l0: int
    cosine: float
    gap: float | None
    status: str
    depth: Depth | None = None

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
            **({} if self.depth is None else {"depth": self.depth.to_dict()}),
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
    reference: str | Path | None = None,
    skip_bad: bool = False,
    device: str = "auto",
) -> Explanations:
    """Say what is in sounds, in the words of a vocabulary.

    Parameters
    ----------
    clips : path, SoundBytes, Clip, (array, rate) pair, or a sequence of these
        wav, flac, ogg or mp3 files; such a file in memory, ``SoundBytes(content, name)`` of
        ``concept_core.audio``; or samples in memory.
    vocabulary : Vocabulary, str, Path or Dictionary
        A vocabulary, what ``load_vocabulary`` takes, or its dictionary in the encoder's space.
    encoder : Encoder or str
        An encoder, or what ``load_encoder`` takes.
    l1, l0 : float, int
        As ``decompose`` takes them; at most 8 concepts a clip where neither is given.
    top : int, optional
        Keep this many of each clip's concepts, 1 or more; all by default.
    reference : str or Path, optional
        A folder of clips that each clip is set beside, see ``Depth``; by default the other clips
        of the call, from 20 on.
    skip_bad : bool
        Leave out clips that cannot be embedded instead of raising.
    device : str
        ``auto``, ``cpu`` or ``cuda``: of the encoder, where it is named, and of the solver.

    Raises
    ------
    BadClipsError
        Clips cannot be embedded; all are named.
    UsageError, DataError, MissingError
        As ``load_vocabulary``, ``load_encoder`` and ``decompose``; a ``top`` below 1.
    """
    check_top(top)
    sounds = _several(clips)
    vocabulary = vocabulary if isinstance(vocabulary, Dictionary) else as_vocabulary(vocabulary)
    encoder = as_encoder(encoder, device=device)
    beside = None
    if reference is not None:
        beside, encoder = reference_rows(reference, encoder, skip_bad=skip_bad)
    embedded = embed_clips(encoder, sounds, skip_bad=skip_bad)
    dictionary = (
        vocabulary
        if isinstance(vocabulary, Dictionary)
        else Dictionary.build(vocabulary, embedded.encoder)
    )
    names = [sound_name(sounds[place], place) for place in embedded.kept]
    l0, l1 = chosen_mode(l0, l1)
    return explain_clips(
        embedded.x, names, dictionary, l1=l1, l0=l0, top=top, reference=beside, device=device
    )


def _several(clips: Sound | Sequence[Sound]) -> list[Sound]:
    """One sound or several, as a list whose members encoders look at."""
    several = isinstance(clips, Iterable) and not isinstance(clips, (bytes, bytearray, IOBase))
    if is_sound(clips) or not several:
        return [cast(Sound, clips)]
    return list(cast("Sequence[Sound]", clips))


def explain_clips(
    x: ArrayLike,
    clips: Sequence[str],
    dictionary: Dictionary,
    *,
    reference: ArrayLike | None = None,
    l1: float | None = None,
    l0: int | None = None,
    top: int | None = None,
    device: str = "auto",
) -> Explanations:
    """As `explain_rows`, and how well each clip is explained beside others: its ``depth``.

    Parameters
    ----------
    x, clips, dictionary, l1, l0, top, device
        As `explain_rows`.
    reference : (m, d), optional
        Embeddings of reference clips; by default the other rows of x are what each is set beside.

    Raises
    ------
    UsageError, DataError
        As `explain_rows`.
    """
    result = decompose(x, dictionary, l1=l1, l0=l0, device=device)
    beside = None
    if reference is not None:
        beside = decompose(reference, dictionary, l1=l1, l0=l0, device=device)
    found = depths(x, result, dictionary, beside, device=device)
    return _named(result, clips, dictionary.labels, top, found)


def reference_rows(
    folder: str | Path, encoder: Encoder, *, skip_bad: bool = False
) -> tuple[FloatArray, Encoder]:
    """Embeddings of the clips of a folder, at most ``MOST``, and the encoder that met them.

    Raises
    ------
    UsageError
        It holds fewer clips than a reference needs, or is no folder.
    MissingError, BadClipsError
        There is no such folder; a clip cannot be embedded.
    """
    items = read_items(Path(folder), most=MOST)
    if len(items.clips) < FEWEST:
        raise UsageError(
            f"{folder}: {len(items.clips)} clips; a reference is a folder of {FEWEST} clips or more"
        )
    found = embed_clips(encoder, items.clips, skip_bad=skip_bad)
    return found.x, found.encoder


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
        Keep this many of each clip's concepts, 1 or more; all by default.
    device : str
        As for ``decompose``.

    Raises
    ------
    UsageError
        A ``top`` below 1; l1 or l0 as `decompose` refuses them.
    DataError
        If rows and names differ in number, or x does not fit the dictionary.
    """
    result = decompose(x, dictionary, l1=l1, l0=l0, device=device)
    return _named(result, clips, dictionary.labels, top)


def _named(
    result: Decomposition,
    clips: Sequence[str],
    labels: Sequence[str],
    top: int | None,
    found: Sequence[Depth | None] = (),
) -> Explanations:
    """A decomposition in words; ``found`` has the depth of each row, or nothing."""
    check_top(top)
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
                    (labels[weights.indices[place]], float(weights.data[place])) for place in order
                ),
                l0=int(result.l0[row]),
                cosine=float(result.cosine[row]),
                gap=None if math.isnan(gap) else gap,
                status=str(result.status[row]),
                depth=found[row] if found else None,
            )
        )
    return explanations
