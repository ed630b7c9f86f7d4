"""Centring: what all sounds share, and what all texts share, is taken off before they compare.

In CLAP's space sounds lie in one narrow cone and texts in another (Liang et al. 2022, "Mind the
gap", arXiv 2203.02053): cosines across are dominated by where the cones lie. ``mean`` subtracts
the mean of each modality and scales to length 1 again, as SpLiCE does (Bhalla et al. 2024,
arXiv 2402.10376). ``spectral`` then drops the leading directions that the centred rows of both
modalities share, after Mu and Viswanath's "All-but-the-top" (arXiv 1702.01417): one for every
hundred dimensions. Here is a centring that was estimated on a named reference and written to a
file, as ``sonolex centre`` does; ``own_means`` is the one that takes the means of what is at hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict

import numpy as np

from concept_core.documents import parse_json
from concept_core.encoders.base import EncoderSpec, FloatArray, differences, unit
from concept_core.errors import DataError
from concept_core.files import atomic_path, canonical_json, sha256_text
from concept_core.rows.arrays import BROKEN
from concept_core.spelling import check_names
from concept_core.values import from_data, to_data

NONE, MEAN, SPECTRAL = "none", "mean", "spectral"
RULES = (NONE, MEAN, SPECTRAL)
CLAPS = ("clap", "laion-clap", "msclap")
"""Encoders whose rows as they come lie in two cones, and are centred by default."""
PRECOMPUTED = "precomputed"
_VERSION = "@1"
_ARRAYS = ("audio", "text", "directions")
LEAST = 8
"""Sounds, and texts, that a reference needs at least."""


class _Noted(TypedDict):
    """What stands beside the arrays of a file."""

    rule: str
    reference: str
    reference_hash: str
    encoder: EncoderSpec
    gap_before: float
    gap_after: float


@dataclass(frozen=True, slots=True, eq=False)
class Centring:
    """The means of one encoder, estimated on a named reference.

    Attributes
    ----------
    rule : str
        ``mean`` or ``spectral``.
    reference : str
        Name of the reference.
    reference_hash : str
        sha256 over what the reference is made of.
    encoder : EncoderSpec
        Of the encoder without centring.
    audio, text : (dim,) float32
        Means of the unit rows of the reference's sounds and texts.
    directions : (r, dim) float32
        Orthonormal directions that are dropped; r = 0 for ``mean``.
    gap_before, gap_after : float
        Distance between the mean sound and the mean text of the reference, in [0, 2].
    """

    rule: str
    reference: str
    reference_hash: str
    encoder: EncoderSpec
    audio: FloatArray = field(repr=False)
    text: FloatArray = field(repr=False)
    directions: FloatArray = field(repr=False)
    gap_before: float
    gap_after: float

    @property
    def name(self) -> str:
        """What a spec calls it."""
        return centring_name(self.rule, self.reference, self.reference_hash)

    def off_sounds(self, x: FloatArray, names: Sequence[str] = ()) -> FloatArray:
        """Unit rows (n, dim) of sounds, centred."""
        return taken_off(x, self.audio, self.directions)

    def off_captions(self, x: FloatArray, texts: Sequence[str] = ()) -> FloatArray:
        """Unit rows (n, dim) of texts, centred."""
        return taken_off(x, self.text, self.directions)

    def off_labels(self, x: FloatArray, prompt_set: str = "") -> FloatArray:
        """Unit rows (n, dim) of labels, centred as all texts are."""
        return self.off_captions(x)

    def off_list(self, x: FloatArray, prompt_set: str = "") -> FloatArray:
        """Unit rows (n, dim) of the labels of one list, centred as all texts are."""
        return self.off_captions(x)


def centring_name(rule: str, reference: str, reference_hash: str) -> str:
    """What a spec calls a centring: versioned rule, reference, the start of the latter's hash."""
    return f"{rule}{_VERSION} {reference} {reference_hash[:16]}"


def modality_gap(sounds: FloatArray, texts: FloatArray) -> float:
    """Distance between the means of unit rows of sounds and of texts (Liang et al. 2022, eq. 1)."""
    return float(np.linalg.norm(sounds.mean(axis=0) - texts.mean(axis=0)))


def estimate(
    rule: str,
    spec: EncoderSpec,
    sounds: FloatArray,
    texts: FloatArray,
    reference: str,
    reference_hash: str,
) -> Centring:
    """The centring that a reference's embeddings give.

    Parameters
    ----------
    rule : str
        ``mean`` or ``spectral``.
    spec : EncoderSpec
        Of the encoder without centring.
    sounds, texts : (n, dim), (m, dim) float32, unit rows, at least 8 each
    reference, reference_hash : str
        What it is called, and sha256 over what it is made of.

    Raises
    ------
    UsageError
        An unknown rule.
    DataError
        Too few sounds or texts.
    """
    check_names("centring", [rule], RULES[1:])
    for what, rows in (("sounds", sounds), ("texts", texts)):
        if len(rows) < LEAST:
            raise DataError(f"reference {reference!r}: {len(rows)} {what}, {LEAST} are needed")
    audio, text = sounds.mean(axis=0), texts.mean(axis=0)
    directions = np.zeros((0, spec.dim), np.float32)
    if rule == SPECTRAL:
        directions = leading(sounds - audio, texts - text)
    before = modality_gap(sounds, texts)
    after = modality_gap(taken_off(sounds, audio, directions), taken_off(texts, text, directions))
    return Centring(rule, reference, reference_hash, spec, audio, text, directions, before, after)


def write_centring(centring: Centring, path: str | Path) -> None:
    """Write a centring as a safetensors file, atomically."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(to_bytes(centring))


def to_bytes(centring: Centring) -> bytes:
    """The safetensors form: the arrays, and the rest as metadata."""
    from safetensors.numpy import save

    arrays = {name: getattr(centring, name) for name in _ARRAYS}
    metadata = {name: value for name, value in to_data(centring).items() if name not in arrays}
    return save(arrays, metadata={"centring": canonical_json(metadata)})


def from_bytes(blob: bytes, spec: EncoderSpec, origin: str) -> Centring:
    """Read the safetensors form back.

    Raises
    ------
    DataError
        It is no such file, or belongs to another encoder; ``origin`` is named.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays: dict[str, Any] = load(blob)
        length = int.from_bytes(blob[:8], "little")
        header = parse_json(blob[8 : 8 + length], origin)["__metadata__"]["centring"]
        noted = from_data(parse_json(header, origin), _Noted, origin)
        found = Centring(**noted, **arrays)
    except (SafetensorError, DataError, *BROKEN) as error:
        raise DataError(
            f"{origin}: not a centring file ({error}); sonolex centre writes one"
        ) from error
    # Of rows that were given nobody knows the encoder: what is left of their means tells.
    if spec.name != PRECOMPUTED and found.encoder != spec:
        raise DataError(
            f"{origin}: means of another encoder ({differences(found.encoder, spec)}); estimate"
            " them for this one: sonolex centre"
        )
    shapes = found.audio.shape, found.text.shape, found.directions.shape[1:]
    if set(shapes) != {(spec.dim,)}:
        raise DataError(f"{origin}: means of shapes {shapes}, not ({spec.dim},); write it again")
    return found


def reference_hash(texts: Sequence[str], wording: str, sounds: Sequence[str]) -> str:
    """sha256 over a reference's texts, their prompt set, and the sha256 sums of its sounds.

    Their order does not count: it does not move a mean.
    """
    return sha256_text(canonical_json([sorted(texts), wording, sorted(sounds)]))


def taken_off(x: FloatArray, mean: FloatArray, directions: FloatArray | None) -> FloatArray:
    """Rows (n, dim) less a mean, and without some directions, scaled to length 1."""
    rows = x - mean
    if directions is not None:
        rows -= (rows @ directions.T) @ directions
    return unit(rows)


def leading(sounds: FloatArray, texts: FloatArray) -> FloatArray:
    """Leading right singular vectors of both modalities' centred rows, each of equal weight."""
    stacked = np.concatenate(
        [sounds / np.sqrt(len(sounds)), texts / np.sqrt(len(texts))], dtype=np.float64
    )
    count = max(1, round(stacked.shape[1] / 100))
    vectors = np.linalg.svd(stacked, full_matrices=False)[2][:count]
    return np.ascontiguousarray(vectors, np.float32)
