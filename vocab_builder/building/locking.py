"""The lock of a build to come: everything that it depends on."""

from __future__ import annotations

import dataclasses
from typing import Any

from concept_core import __version__
from concept_core.encoders.base import EncoderSpec
from concept_core.files import sha256_text
from vocab_builder.building.inputs import Inputs
from vocab_builder.building.recipe import Recipe
from vocab_builder.filters import Filter
from vocab_builder.release.lock import Lock
from vocab_builder.selection import Selection
from vocab_builder.sources import Source


def lock_of(recipe: Recipe, inputs: Inputs, spec: EncoderSpec | None) -> Lock:
    """All that a build depends on: two equal locks give the same folder, byte for byte."""
    return Lock(
        sonolex=__version__,
        recipe_sha256=sha256_text(recipe.text),
        inputs=inputs.listed,
        parameters=_parameters(recipe),
        encoder=None if spec is None else {**spec.to_dict(), "fingerprint": spec.fingerprint},
    )


def stage_options(stage: Source | Filter | Selection) -> dict[str, Any]:
    """The options of a stage, defaults filled in, as JSON-ready values."""
    # What the protocols say in words and cannot in types: each is a frozen dataclass.
    return dataclasses.asdict(stage)  # type: ignore[call-overload, no-any-return]


def _parameters(recipe: Recipe) -> dict[str, Any]:
    """Every option with its default filled in: a changed default changes the lock."""
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
