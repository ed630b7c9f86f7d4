"""The lock: what went in, with which settings, and what came out, by hash."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from concept_core import __version__
from concept_core.encoders.base import EncoderSpec
from concept_core.files import canonical_json, sha256_text
from vocab_builder.building.inputs import Inputs
from vocab_builder.building.recipe import Recipe
from vocab_builder.filters import Filter
from vocab_builder.selection import Selection
from vocab_builder.sources import Source

LOCK = "recipe.lock"


def lock_key(recipe: Recipe, inputs: Inputs, spec: EncoderSpec | None) -> dict[str, Any]:
    """All that a build depends on: two equal keys give the same folder, byte for byte."""
    return {
        "sonolex": __version__,
        "recipe_sha256": sha256_text(recipe.text),
        "inputs": [entry.to_dict() for entry in inputs.listed],
        "parameters": _parameters(recipe),
        "encoder": None if spec is None else {**spec.to_dict(), "fingerprint": spec.fingerprint},
    }


def lock_document(key: Mapping[str, Any], outputs: Mapping[str, str]) -> dict[str, Any]:
    """The lock file's content: the key and the sha256 of every output."""
    digest = sha256_text(canonical_json(key))
    return {**key, "key_sha256": digest, "outputs": dict(sorted(outputs.items()))}


def is_up_to_date(folder: Path, key: Mapping[str, Any]) -> bool:
    """Whether ``folder`` was built from exactly this key."""
    try:
        lock = json.loads((folder / LOCK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(lock, dict) and lock.get("key_sha256") == sha256_text(canonical_json(key))


def stage_options(stage: Source | Filter | Selection) -> dict[str, Any]:
    """The options of a stage, defaults filled in, as JSON-ready values."""
    # What the protocols say in words and cannot in types: each is a frozen dataclass.
    return dataclasses.asdict(stage)  # type: ignore[call-overload, no-any-return]


def _parameters(recipe: Recipe) -> dict[str, Any]:
    """Every option with its default filled in: a changed default changes the key."""
    return {
        "sources": [
            {
                "kind": source.kind,
                "name": source.name,
                "weight": source.weight,
                **stage_options(source.run),
            }
            for source in recipe.sources
        ],
        "filters": [{"kind": stage.kind, **stage_options(stage.run)} for stage in recipe.filters],
        "reference": None if recipe.reference is None else dataclasses.asdict(recipe.reference),
        "selection": {
            "kind": recipe.selection_kind,
            "size": recipe.size,
            **stage_options(recipe.selection),
        },
    }
