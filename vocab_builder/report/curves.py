"""What a vocabulary covers of a reference, and how true its sums are, as curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from concept_core.decomposition import decompose
from concept_core.embeddings import embed_clips
from concept_core.encoders.base import Encoder, FloatArray
from concept_core.errors import DataError, MissingError
from vocab_builder.report.columns import short

L0S = (1, 2, 4, 8, 16)
_POINTS = 48
_BLOCK = 256
_MOST = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """What vocabularies are measured on.

    Attributes
    ----------
    name : str
        The file's or folder's name.
    kind : str
        ``captions`` or ``clips``.
    found : int
        How many there are; evenly spaced ones are taken of more than 1,000.
    x : (m, d) float32, unit rows
    """

    name: str
    kind: str
    found: int
    x: FloatArray = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """What the page says of it."""
        return {"name": self.name, "kind": self.kind, "found": self.found, "n": len(self.x)}


def read_reference(path: Path, encoder: Encoder) -> Reference:
    """Embed the captions of a file, or the audio files of a folder.

    Raises
    ------
    MissingError
        There is no such file or folder.
    DataError
        No caption or clip in it, or one that cannot be read or embedded.
    """
    from vocab_builder.sources.caption_files import read_captions
    from vocab_builder.sources.transcripts import audio_files

    if not path.exists():
        raise MissingError(f"{path}: no such file or folder; give captions or a folder of clips")
    if path.is_dir():
        clips = audio_files(path)
        x = embed_clips(encoder, _spread(clips)).x
        return Reference(path.resolve().name, "clips", len(clips), x)
    texts = sorted(set(read_captions(path)))
    if not texts:
        raise DataError(f"{path}: no captions in it")
    return Reference(path.name, "captions", len(texts), encoder.encode_text(_spread(texts)))


def _spread(items: Sequence[Any]) -> list[Any]:
    """At most so many, evenly spaced: the same ones every time."""
    if len(items) <= _MOST:
        return list(items)
    return [items[len(items) * place // _MOST] for place in range(_MOST)]


def measure(atoms: FloatArray, reference: FloatArray) -> dict[str, Any]:
    """Coverage against size, and mean cosine against sparsity, of one vocabulary.

    Parameters
    ----------
    atoms : (K, d), unit rows, in the order of the vocabulary
    reference : (m, d), unit rows, m >= 1

    Returns
    -------
    dict
        ``sizes`` and ``coverage``: mean over the reference of the best cosine to one of the
        first so many concepts. ``l0`` and ``cosine``: mean cosine of a row with its best sum of
        so many concepts at most.
    """
    sizes = np.unique(np.geomspace(1, len(atoms), _POINTS).round().astype(int))
    total = np.zeros(len(sizes))
    for start in range(0, len(reference), _BLOCK):
        cosines = reference[start : start + _BLOCK] @ atoms.T
        best = np.maximum.accumulate(cosines, axis=1)[:, sizes - 1]
        total += best.sum(axis=0, dtype=np.float64)
    levels = [l0 for l0 in L0S if l0 <= len(atoms)]
    fidelity = [float(decompose(reference, atoms, l0=l0).cosine.mean()) for l0 in levels]
    return {
        "sizes": sizes.tolist(),
        "coverage": [short(value) for value in total / len(reference)],
        "l0": levels,
        "cosine": [short(value) for value in fidelity],
    }
