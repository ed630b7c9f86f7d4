"""Sounds inside the page, and which clips of a reference have each concept in their sum."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from concept_core.audio import Clip, load_clip
from concept_core.decomposition.decomposing import decompose
from concept_core.decomposition.dictionary import Dictionary
from concept_core.errors import DataError
from concept_core.measures.reference import CLIPS, Reference
from vocab_builder.reporting.rounded import short

if TYPE_CHECKING:
    from scipy.sparse import csr_array

L0 = 8
"""Concepts a clip of the reference, at most."""
STRONGEST = 3
"""Clips that are named beside a concept."""
PLAYED = 100
"""Clips of a reference that the page plays: each is some 27 kB."""
SECONDS = 4
"""What is heard of each of these."""

# Every browser plays mp3; 22.05 kHz is what its encoder needs for sound of all kinds at 5 kB/s.
_RATE = 22_050
_BARS = 120


def sound_data(path: Path, seconds: int) -> dict[str, Any]:
    """The start of a clip as the page plays and draws it.

    Returns
    -------
    dict
        ``seconds`` of the clip, ``heard`` of them, ``audio`` (an mp3 as a data address), and
        ``peaks``: the loudest sample of each of 120 parts, from 0 to 100 of the loudest of all.

    Raises
    ------
    DataError
        The file cannot be read as audio.
    """
    sound = load_clip(path, _RATE)
    part = Clip(sound.samples[: seconds * _RATE], _RATE, sound.name)
    return {
        "seconds": short(len(sound.samples) / _RATE),
        "heard": short(len(part.samples) / _RATE),
        "audio": "data:audio/mpeg;base64," + base64.b64encode(_mp3(part)).decode("ascii"),
        "peaks": _peaks(part),
    }


def behind_concepts(
    dictionaries: Sequence[Dictionary], reference: Reference | None, *, device: str = "auto"
) -> dict[str, Any] | None:
    """The clips of the reference in whose sums of at most ``L0`` concepts each concept is.

    Returns
    -------
    dict or None
        ``l0``; ``clips``: name, class names and sound of each clip that is named beside a concept,
        the sound empty but for the first ``PLAYED`` whose files are known; ``strongest``: for each
        vocabulary and concept up to ``STRONGEST`` pairs of a clip's place in ``clips`` and its
        prominence. None where the reference has no clips.
    """
    if reference is None or reference.kind != CLIPS:
        return None
    found = [
        strongest(decompose(reference.x, one, l0=L0, device=device).weights) for one in dictionaries
    ]
    # The strongest clip of every concept is heard before the second of any.
    ranked = [pairs[rank] for rank in range(STRONGEST) for each in found for pairs in each
              if rank < len(pairs)]  # fmt: skip
    rows = dict.fromkeys(row for row, _ in ranked)
    number = {row: place for place, row in enumerate(rows)}
    return {
        "l0": L0,
        "clips": list(_clips(reference, list(rows))),
        "strongest": [
            [[[number[row], short(value, 3)] for row, value in pairs] for pairs in each]
            for each in found
        ],
    }


def strongest(weights: csr_array) -> list[list[tuple[int, float]]]:
    """For each concept the rows where it is most prominent, the most prominent first.

    Parameters
    ----------
    weights : (n, K) csr_array

    Returns
    -------
    list of K lists of (row, weight)
        At most ``STRONGEST`` each; among equals the earlier row.
    """
    columns = weights.tocsc()
    columns.sort_indices()
    found = []
    for start, end in zip(columns.indptr, columns.indptr[1:], strict=False):
        values, rows = columns.data[start:end], columns.indices[start:end]
        order = np.argsort(-values, kind="stable")[:STRONGEST]
        found.append([(int(rows[at]), float(values[at])) for at in order if values[at] > 0])
    return found


def _clips(reference: Reference, rows: Sequence[int]) -> Iterator[list[str]]:
    """What is said of a clip are class names; captions are sentences of others."""
    played = 0
    for row in rows:
        said = reference.descriptions[row] if reference.classes is not None else ""
        audio = ""
        if reference.paths and played < PLAYED:
            audio = _audio(reference.paths[row])
            played += bool(audio)
        yield [_text(reference.items[row]), said, audio]


def _audio(path: Path) -> str:
    """Empty where the encoder knows a clip that cannot be read as audio."""
    try:
        return str(sound_data(path, SECONDS)["audio"])
    except DataError:
        return ""


def _text(name: str) -> str:
    """A file's name need not be text."""
    return name.encode("utf-8", "replace").decode("utf-8")


def _mp3(clip: Clip) -> bytes:
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, clip.samples, clip.sample_rate, format="MP3")
    return buffer.getvalue()


def _peaks(clip: Clip) -> list[int]:
    parts = np.array_split(np.abs(clip.samples), min(_BARS, len(clip.samples)))
    peaks = np.array([part.max() for part in parts])
    return [int(value) for value in np.round(100 * peaks / max(float(peaks.max()), 1e-9))]
