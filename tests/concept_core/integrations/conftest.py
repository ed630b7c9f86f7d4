"""A small vocabulary with labels that tools stumble over, and embeddings near some of them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from concept_core.vocabulary import Concept, Vocabulary
from tests.toy import ToyEncoder

LABELS = ("dog", "café", "null", "rock 'n' roll", "1e5", "rain, heavy", "true")


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    concepts = tuple(Concept(f"c{i}", label, "word", 1) for i, label in enumerate(LABELS))
    return Vocabulary("toy", "1.0.0", concepts)


@pytest.fixture(scope="session")
def x() -> NDArray[np.float32]:
    """Embeddings (5, 64) of sounds of some concepts."""
    return ToyEncoder().encode_text(["dogs", "a café", "rock and roll", "heavy rain", "untrue"])
