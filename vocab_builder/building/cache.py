"""What a build may take from an earlier one: mined sources and the whole order.

Entries lie in the cache folder (``SONOLEX_HOME``), each under the hash of all that it follows
from, this code included, and with a checksum of its own: one that is broken is made anew. A build
with a full cache and one with an empty cache give the same bytes.

Embedded texts are kept one by one by ``concept_core.encoders.cache``, for all commands, under the
encoder's spec. The rows of ``yamnet-minilm`` do not heed the texts beside them (see ``minilm``);
one of a CLAP model may in its last bits, and has for good the value that was kept first.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from concept_core.encoders.base import Encoder
from concept_core.encoders.runtime import derived
from concept_core.files import canonical_json, package_folder, sha256_file, sha256_text
from vocab_builder.building.inputs import Inputs
from vocab_builder.building.locking import stage_options
from vocab_builder.building.pipeline import (
    Built,
    Ordered,
    Say,
    StageCount,
    order_candidates,
    take_size,
)
from vocab_builder.building.recipe import Recipe
from vocab_builder.release.lock import Lock
from vocab_builder.selection import Ranked
from vocab_builder.sources import SourceSpec, mine
from vocab_builder.stages.candidates import Candidate
from vocab_builder.stages.lines import (
    candidate_data,
    drop_data,
    parse_candidate,
    parse_drop,
    parse_scores,
    scores_data,
)

# What a result may change with, beside this code.
_PACKAGES = (
    "nltk", "numba", "numpy", "onnxruntime", "openai-whisper", "scikit-learn", "scipy",
    "soundfile", "soxr", "tokenizers", "torch", "transformers",
)  # fmt: skip


def run_cached(
    recipe: Recipe, inputs: Inputs, encoder: Encoder | None, lock: Lock, say: Say
) -> Built:
    """``run_pipeline``, with what earlier builds have done already.

    Parameters
    ----------
    lock : Lock
        Of the same recipe, inputs and encoder.

    Raises
    ------
    UsageError, DataError
        As ``run_pipeline``.
    """
    sources = (source.run for source in recipe.sources)
    filters = (stage.run for stage in recipe.filters)
    code = _code([*sources, *filters, recipe.selection, encoder])
    fresh = False

    def compute() -> bytes:
        nonlocal fresh
        fresh = True
        mined = _kept_mine(recipe, inputs, code)
        return _pack(order_candidates(recipe, inputs, encoder, say, mined))

    packed = derived(_name("order", code, _order_key(lock)), compute)
    ordered = _unpack(packed)
    if not fresh:
        say(f"  {len(ordered.ranked)} candidates in the order of an earlier build")
    return take_size(recipe, ordered, say)


def _kept_mine(
    recipe: Recipe, inputs: Inputs, code: str
) -> Callable[[SourceSpec], list[Candidate]]:
    """``mine`` for the sources of a recipe, each kept by all that it reads and its options."""
    # The sources are listed first, in their order; then the reference, and what stages read beside.
    count = len(recipe.sources)
    beside = [entry.to_dict() for entry in inputs.listed[count:] if entry.role != "reference"]
    keys = {
        table.name: [entry.to_dict(), table.kind, stage_options(table.run), beside]
        for table, entry in zip(recipe.sources, inputs.listed[:count], strict=True)
    }

    def kept(spec: SourceSpec) -> list[Candidate]:
        def compute() -> bytes:
            return canonical_json([candidate_data(one) for one in mine(spec)]).encode()

        file = None if spec.path is None else spec.path.name
        blob = derived(_name("mined", code, [file, *keys[spec.name]]), compute)
        return [parse_candidate(data) for data in json.loads(blob)]

    return kept


def _order_key(lock: Lock) -> dict[str, Any]:
    """A lock without what decides nothing about the order: size and header."""
    key = lock.to_dict()
    parameters = dict(key["parameters"])
    parameters["selection"] = {
        name: value for name, value in parameters["selection"].items() if name != "size"
    }
    kept = {name: value for name, value in key.items() if name != "recipe_sha256"}
    return {**kept, "parameters": parameters}


def _name(what: str, code: str, key: Any) -> str:
    return f"{what}-{sha256_text(canonical_json([code, key]))}"


def _code(stages: Iterable[object]) -> str:
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


def _pack(ordered: Ordered) -> bytes:
    data = {
        "ranked": [[candidate_data(one.candidate), one.score] for one in ordered.ranked],
        "dropped": [drop_data(drop) for drop in ordered.dropped],
        "stages": [stage.to_dict() for stage in ordered.stages],
        "scores": {label: scores_data(scores) for label, scores in ordered.scores.items()},
    }
    return canonical_json(data).encode()


def _unpack(packed: bytes) -> Ordered:
    data = json.loads(packed)
    return Ordered(
        tuple(Ranked(parse_candidate(candidate), score) for candidate, score in data["ranked"]),
        tuple(map(parse_drop, data["dropped"])),
        tuple(StageCount(**stage) for stage in data["stages"]),
        {label: parse_scores(scores) for label, scores in data["scores"].items()},
    )
