"""Which centring an encoder gets: none, one that was estimated before, or one of the built-in."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from concept_core.encoders import probes
from concept_core.encoders.base import Encoder
from concept_core.encoders.centred import CentredEncoder
from concept_core.encoders.centring import (
    RULES,
    Centring,
    centring_name,
    estimate,
    from_bytes,
    reference_hash,
    to_bytes,
)
from concept_core.encoders.embeddings import embed_clips
from concept_core.encoders.prompts import encode_labels
from concept_core.encoders.runtime import derived
from concept_core.errors import UsageError
from concept_core.files import sha256_file
from concept_core.spelling import unknown_name

# It is a word of a spec, where blanks part words.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]*")


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
