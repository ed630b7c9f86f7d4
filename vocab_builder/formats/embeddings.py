"""``embeddings-<spec>.safetensors``: the concepts as rows of one encoder's space."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from concept_core.documents import parse_json
from concept_core.encoders.base import Encoder, EncoderSpec
from concept_core.errors import DataError
from concept_core.files import atomic_path, canonical_json
from vocab_builder.formats.records import (
    FileContents,
    concept_records,
    expect,
    make_contents,
    numbered,
)
from vocab_builder.release.release import Release

# All metadata under one key: the library writes several in any order.
_METADATA_KEY = "sonolex"
_TENSOR = "embeddings"


def write_embeddings(release: Release, out: Path, encoder: Encoder) -> None:
    """(K, dim) float32 rows of length 1, with ids, labels, and the encoder's spec beside them."""
    import numpy as np
    from safetensors.numpy import save

    from concept_core.decomposition.dictionary import Dictionary

    atoms = Dictionary.build(release.vocabulary, encoder).atoms
    header = {
        "vocabulary": release.vocabulary.metadata,
        "concepts": list(concept_records(release)),
        "encoder": {**encoder.spec.to_dict(), "fingerprint": encoder.spec.fingerprint},
    }
    tensors = {_TENSOR: np.ascontiguousarray(atoms, np.float32)}
    with atomic_path(out) as temporary:
        temporary.write_bytes(save(tensors, metadata={_METADATA_KEY: canonical_json(header)}))


def embeddings_name(spec: EncoderSpec) -> str:
    """The file's name, by encoder and the begin of its fingerprint."""
    return f"embeddings-{spec.name}-{spec.fingerprint[:12]}.safetensors"


def read_embeddings(path: Path) -> FileContents:
    """The concepts that stand beside the rows of an ``embeddings-<spec>.safetensors``.

    Raises
    ------
    DataError
        It is no safetensors file, or has no concepts in its header.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "np") as file:
            header = (file.metadata() or {}).get(_METADATA_KEY)
    except (SafetensorError, OSError) as error:
        raise DataError(f"{path}: cannot be read as safetensors: {error}") from error
    if header is None:
        raise DataError(f"{path}: holds embeddings without the concepts that they are of")
    data = expect(parse_json(header, str(path)), dict, "header", str(path))
    records = expect(data.get("concepts"), list, "concepts", str(path))
    stated = expect(data.get("vocabulary"), dict, "vocabulary", str(path))
    return replace(make_contents(numbered(records, path), path), metadata=stated)
