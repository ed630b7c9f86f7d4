"""Make, judge and publish vocabularies that explain sound.

>>> from vocab_builder import build
>>> release = build("recipe.toml", "my-vocabulary")  # doctest: +SKIP
>>> release.why("foghorn")  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vocab_builder.building.build import build as build
    from vocab_builder.building.recipe import Recipe as Recipe
    from vocab_builder.comparison import compare as compare
    from vocab_builder.release.release import Release as Release
    from vocab_builder.reporting import report as report

# Loaded on first use, as in concept_core.
_LAZY = {
    "Recipe": "vocab_builder.building.recipe",
    "Release": "vocab_builder.release.release",
    "build": "vocab_builder.building.build",
    "compare": "vocab_builder.comparison",
    "report": "vocab_builder.reporting",
}

__all__ = [*_LAZY]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
