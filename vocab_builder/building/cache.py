"""What a build may take from an earlier one: mined sources and the whole order.

Values lie in the cache folder (``SONOLEX_HOME``), each under the hash of all that it follows
from, this code included, and with a checksum of its own: one that is broken is made anew. A build
with a full cache and one with an empty cache give the same bytes.

Embedded texts are kept one by one by ``concept_core.encoders.cache``, for all commands, under the
encoder's spec. The rows of ``yamnet-minilm`` do not depend on the texts beside them (see
``minilm``); one of a CLAP model may in its last bits, and has for good the value that was kept
first.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from concept_core.encoders.runtime import derived
from concept_core.files import canonical_json, package_folder, sha256_file, sha256_text
from concept_core.values import from_data, to_data

_T = TypeVar("_T")

# What a result may change with, apart from this code.
_PACKAGES = (
    "nltk", "numba", "numpy", "onnxruntime", "openai-whisper", "scikit-learn", "scipy",
    "soundfile", "soxr", "tokenizers", "torch", "transformers",
)  # fmt: skip


def kept(what: str, key: Any, kind: type[_T], compute: Callable[[], _T]) -> _T:
    """The value of an earlier build, or else that of ``compute``, which is kept.

    Parameters
    ----------
    what : str
        What the file's name begins with.
    key : JSON-ready
        All that the value follows from.
    kind : type
        Of the value: a dataclass, or ``list[Candidate]`` and the like.
    compute : callable
    """
    name = f"{what}-{sha256_text(canonical_json(key))}"
    blob = derived(name, lambda: canonical_json(to_data(compute())).encode())
    return from_data(json.loads(blob), kind, name)


def code_hash(stages: Iterable[object]) -> str:
    """The hash of all code and word lists that a result may change with.

    Versions alone would not do: a checkout changes between versions, and stages and encoders may
    be a third party's.
    """
    houses = [
        Path(str(sys.modules[name].__file__)).parent for name in ("concept_core", "vocab_builder")
    ]
    files = [path for house in houses for path in house.rglob("*.py")]
    files += [path for path in package_folder("data").rglob("*") if path.is_file()]
    return _hash([*files, *map(_file_of, stages)])


def _file_of(stage: object) -> Path | None:
    """The module of a stage or encoder; None where it has no file."""
    file = getattr(sys.modules[type(stage).__module__], "__file__", None)
    return None if file is None else Path(file)


def _hash(files: Iterable[Path | None]) -> str:
    digest = hashlib.sha256()
    for name in _PACKAGES:
        digest.update(f"{name} {_version(name)}\n".encode())
    for path in sorted({path for path in files if path is not None}):
        digest.update(f"{path.name} {sha256_file(path)}\n".encode())
    return digest.hexdigest()


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:  # of an extra
        return "not installed"
