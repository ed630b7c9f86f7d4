"""The shared core: vocabularies, encoders, solvers and tasks. Never imports ``vocab_builder``."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from concept_core._version import __version__

if TYPE_CHECKING:
    from concept_core.decomposition.decomposing import decompose as decompose
    from concept_core.decomposition.sparsity import calibrate_l1 as calibrate_l1
    from concept_core.decomposition.sparsity import l1_path as l1_path
    from concept_core.encoders import load_encoder as load_encoder
    from concept_core.releases.specifiers import load_vocabulary as load_vocabulary

# Loaded on first use: ``import concept_core`` must not cost a second of numpy and scipy.
_LAZY = {
    "load_vocabulary": "concept_core.releases.specifiers",
    "load_encoder": "concept_core.encoders",
    "decompose": "concept_core.decomposition.decomposing",
    "calibrate_l1": "concept_core.decomposition.sparsity",
    "l1_path": "concept_core.decomposition.sparsity",
}

__all__ = [
    "__version__",
    "calibrate_l1",
    "decompose",
    "l1_path",
    "load_encoder",
    "load_vocabulary",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
