"""Which centring an encoder gets: none, one that was estimated before, or one of the built-in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from concept_core.embeddings import embed_clips
from concept_core.encoders import probes
from concept_core.encoders.base import Encoder
from concept_core.encoders.centred import CentredEncoder
from concept_core.encoders.centring import (
    RULES,
    Centring,
    estimate,
    from_bytes,
    reference_hash,
    to_bytes,
)
from concept_core.encoders.runtime import derived
from concept_core.files import sha256_file
from concept_core.prompts import encode_labels
from concept_core.spelling import unknown_name


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

    def build() -> bytes:
        sounds = encoder.encode_audio(probes.sounds())
        texts = encode_labels(encoder, probes.words(), encoder.spec.prompt_set)
        return to_bytes(estimate(centring, encoder.spec, sounds, texts, probes.NAME, stamp))

    def load() -> Centring:
        name = f"centring-{centring}-{encoder.spec.fingerprint}-{stamp[:16]}"
        return from_bytes(derived(name, build), encoder.spec, name)

    return CentredEncoder(encoder, f"{centring}@1 {probes.NAME} {stamp[:16]}", load)


def estimate_on(
    encoder: Encoder, rule: str, clips: Sequence[Path], texts: Sequence[str], name: str
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
        Captions or labels, at least 8; labels are written in the encoder's prompt set, captions
        in ``bare@1``: give what you will compare.
    name : str
        What the reference is called in specs.

    Raises
    ------
    UsageError
        An unknown rule.
    DataError
        Too few, or clips that cannot be embedded (all are named).
    """
    sounds = embed_clips(encoder, clips).x
    rows = encode_labels(encoder, texts, encoder.spec.prompt_set)
    stamp = reference_hash(list(texts), [sha256_file(clip) for clip in clips])
    return estimate(rule, encoder.spec, sounds, rows, name, stamp)
