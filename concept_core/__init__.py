"""Explain sound with words: vocabularies, encoders, decompositions, and scores on tasks.

>>> from concept_core import explain
>>> explain("rain.wav", "sonolex-core", "yamnet-minilm")  # doctest: +SKIP

Never imports ``vocab_builder``, which makes, judges and publishes vocabularies.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from concept_core._version import __version__

if TYPE_CHECKING:
    from concept_core.audio import Clip as Clip
    from concept_core.bench.bench import Bench as Bench
    from concept_core.decomposition.decomposing import Decomposition as Decomposition
    from concept_core.decomposition.decomposing import decompose as decompose
    from concept_core.decomposition.dictionary import Dictionary as Dictionary
    from concept_core.decomposition.sparsity import calibrate_l1 as calibrate_l1
    from concept_core.decomposition.sparsity import l1_path as l1_path
    from concept_core.encoders import Encoder as Encoder
    from concept_core.encoders import load_encoder as load_encoder
    from concept_core.explanation.clips import Explanation as Explanation
    from concept_core.explanation.clips import Explanations as Explanations
    from concept_core.explanation.clips import explain as explain
    from concept_core.releases.specifiers import load_vocabulary as load_vocabulary
    from concept_core.tasks.scorecard import Scorecard as Scorecard
    from concept_core.vocabulary import Concept as Concept
    from concept_core.vocabulary import Vocabulary as Vocabulary

# Loaded on first use: ``import concept_core`` must not cost a second of numpy and scipy.
_LAZY = {
    "Bench": "concept_core.bench.bench",
    "Clip": "concept_core.audio",
    "Concept": "concept_core.vocabulary",
    "Decomposition": "concept_core.decomposition.decomposing",
    "Dictionary": "concept_core.decomposition.dictionary",
    "Encoder": "concept_core.encoders",
    "Explanation": "concept_core.explanation.clips",
    "Explanations": "concept_core.explanation.clips",
    "Scorecard": "concept_core.tasks.scorecard",
    "Vocabulary": "concept_core.vocabulary",
    "calibrate_l1": "concept_core.decomposition.sparsity",
    "decompose": "concept_core.decomposition.decomposing",
    "explain": "concept_core.explanation.clips",
    "l1_path": "concept_core.decomposition.sparsity",
    "load_encoder": "concept_core.encoders",
    "load_vocabulary": "concept_core.releases.specifiers",
}

__all__ = ["__version__", *_LAZY]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
