"""``embeddings-<spec>.safetensors``: the concepts as rows of one encoder's space."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from concept_core.encoders.base import Encoder, EncoderSpec
from concept_core.files import atomic_path, canonical_json
from vocab_builder.release.release import Release

# All metadata under one key: the library writes several in any order.
METADATA_KEY = "sonolex"
TENSOR = "embeddings"


def write_embeddings(release: Release, out: Path, encoder: Encoder) -> None:
    """(K, dim) float32 rows of length 1, with ids, labels, and the encoder's spec beside them."""
    import numpy as np
    from safetensors.numpy import save

    from concept_core.decomposition.dictionary import Dictionary

    atoms = Dictionary.build(release.vocabulary, encoder).atoms
    header = {
        "vocabulary": release.vocabulary.metadata,
        "concepts": [asdict(concept) for concept in release.vocabulary],
        "encoder": {**encoder.spec.to_dict(), "fingerprint": encoder.spec.fingerprint},
    }
    tensors = {TENSOR: np.ascontiguousarray(atoms, np.float32)}
    with atomic_path(out) as temporary:
        temporary.write_bytes(save(tensors, metadata={METADATA_KEY: canonical_json(header)}))


def embeddings_name(spec: EncoderSpec) -> str:
    """The file's name, by encoder and the begin of its fingerprint."""
    return f"embeddings-{spec.name}-{spec.fingerprint[:12]}.safetensors"
