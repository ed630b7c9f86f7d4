"""Centring: what all sounds share, and what all texts share, is taken off before they compare.

In CLAP's space sounds lie in one narrow cone and texts in another (Liang et al. 2022, "Mind the
gap", arXiv 2203.02053): cosines across are dominated by where the cones lie. ``mean`` subtracts
the mean of each modality and scales to length 1 again, as SpLiCE does (Bhalla et al. 2024,
arXiv 2402.10376), but with means of a named reference and never of the evaluated vocabulary.
``spectral`` then drops the leading directions that the centred reference of both modalities
shares, after Mu and Viswanath's "All-but-the-top" (arXiv 1702.01417): one for every hundred
dimensions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from concept_core.audio import Sound
from concept_core.encoders import probes
from concept_core.encoders.base import Encoder, EncoderSpec, FloatArray, differences, unit
from concept_core.encoders.embeddings import embed_clips
from concept_core.encoders.prompts import encode_labels
from concept_core.encoders.runtime import derived
from concept_core.errors import DataError, UsageError
from concept_core.files import atomic_path, canonical_json, sha256_file, sha256_text
from concept_core.spelling import check_names, unknown_name
from concept_core.values import from_data, to_data

RULES = ("none", "mean", "spectral")
_VERSION = "@1"
_ARRAYS = ("audio", "text", "directions")
LEAST = 8
"""Sounds, and texts, that a reference needs at least."""
# It is a word of a spec, where blanks part words.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]*")


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

    def sounds(self, x: FloatArray) -> FloatArray:
        """Unit rows (n, dim) of sounds, centred."""
        return _taken_off(x, self.audio, self.directions)

    def texts(self, x: FloatArray) -> FloatArray:
        """Unit rows (n, dim) of texts, centred."""
        return _taken_off(x, self.text, self.directions)


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
    if rule == "spectral":
        directions = _leading(sounds - audio, texts - text)
    before = modality_gap(sounds, texts)
    after = modality_gap(_taken_off(sounds, audio, directions), _taken_off(texts, text, directions))
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
        metadata = json.loads(json.loads(blob[8 : 8 + length])["__metadata__"]["centring"])
        metadata["encoder"] = from_data(metadata["encoder"], EncoderSpec, origin)
        found = Centring(**metadata, **arrays)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{origin}: not a centring file ({error}); sonolex centre writes one"
        ) from error
    if found.encoder != spec:
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


def _taken_off(x: FloatArray, mean: FloatArray, directions: FloatArray) -> FloatArray:
    rows = x - mean
    rows -= (rows @ directions.T) @ directions
    return unit(rows)


def _leading(sounds: FloatArray, texts: FloatArray) -> FloatArray:
    """Leading right singular vectors of both modalities' centred rows, each of equal weight."""
    stacked = np.concatenate(
        [sounds / np.sqrt(len(sounds)), texts / np.sqrt(len(texts))], dtype=np.float64
    )
    count = max(1, round(stacked.shape[1] / 100))
    vectors = np.linalg.svd(stacked, full_matrices=False)[2][:count]
    return np.ascontiguousarray(vectors, np.float32)


class CentredEncoder:
    """``encoder`` with a centring; the spec says which.

    Parameters
    ----------
    encoder : Encoder
        Not centred.
    name : str
        What the spec calls the centring; it is known before the means are.
    load : callable
        Gives the centring; called once, when the first embedding is wanted.
    """

    def __init__(self, encoder: Encoder, name: str, load: Callable[[], Centring]) -> None:
        self._encoder = encoder
        self._load = load
        self._centring: Centring | None = None
        self._spec = replace(encoder.spec, centring=name)

    @property
    def spec(self) -> EncoderSpec:
        """The identity of this encoder."""
        return self._spec

    @property
    def uncentred(self) -> Encoder:
        """The encoder beneath."""
        return self._encoder

    @property
    def centring(self) -> Centring:
        """The means, and the modality gap of their reference before and after."""
        if self._centring is None:
            self._centring = self._load()
        return self._centring

    def encode_audio(self, clips: Sequence[Sound]) -> FloatArray:
        """Embed clips: (n, dim) float32, unit rows. Raises as the encoder does."""
        return self.centring.sounds(self._encoder.encode_audio(clips))

    def encode_text(self, texts: Sequence[str]) -> FloatArray:
        """Embed texts: (n, dim) float32, unit rows. Raises as the encoder does."""
        return self.centring.texts(self._encoder.encode_text(texts))


def centred(encoder: Encoder, centring: str) -> Encoder:
    """The encoder with the centring that an option names.

    ``mean`` and ``spectral`` are estimated on the built-in reference, once, and kept.

    Raises
    ------
    UsageError
        Neither a rule nor a file.
    DataError
        A file that holds no centring, or another encoder's.
    """
    if centring == "none":
        return encoder
    if Path(centring).is_file():
        found = from_bytes(Path(centring).read_bytes(), encoder.spec, centring)
        return CentredEncoder(encoder, found.name, lambda: found)
    if centring not in RULES:
        raise unknown_name("centring", centring, RULES, "no such file, and")
    stamp = probes.fingerprint()
    name = centring_name(centring, probes.NAME, stamp)

    def build() -> bytes:
        sounds = encoder.encode_audio(probes.sounds())
        texts = encode_labels(encoder, probes.words(), encoder.spec.prompt_set)
        return to_bytes(estimate(centring, encoder.spec, sounds, texts, probes.NAME, stamp))

    def load() -> Centring:
        kept = f"centring-{name.replace(' ', '-')}-{encoder.spec.fingerprint}"
        return from_bytes(derived(kept, build), encoder.spec, kept)

    return CentredEncoder(encoder, name, load)


def estimate_on(
    encoder: Encoder,
    rule: str,
    clips: Sequence[Path],
    texts: Sequence[str],
    name: str,
    *,
    prompt_set: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Centring:
    """The centring of an encoder on a reference of one's own.

    Parameters
    ----------
    encoder : Encoder
        Without centring.
    rule : str
        ``mean`` or ``spectral``.
    clips : sequence of Path
        Audio files, at least 8.
    texts : sequence of str
        Captions or labels, at least 8.
    name : str
        What the reference is called in specs.
    prompt_set : str, optional
        What labels are written as; captions are encoded as they are.
    progress : callable, optional
        Called with the number of clips done and the number of all.

    Raises
    ------
    UsageError
        An unknown rule or prompt set, or a name of more than one word.
    DataError
        Too few, or clips that cannot be embedded (all are named).
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"reference {name!r}: a name is letters, digits and -_.@, such as fsd50k@1"
        )
    # Words are fast: what is wrong with them is said before the sounds are heard.
    if prompt_set is None:
        rows = encoder.encode_text(texts)
    else:
        rows = encode_labels(encoder, texts, prompt_set)
    sounds = embed_clips(encoder, clips, progress=progress).x
    sums = [sha256_file(clip) for clip in clips]
    stamp = reference_hash(texts, prompt_set or "as they are", sums)
    return estimate(rule, encoder.spec, sounds, rows, name, stamp)
