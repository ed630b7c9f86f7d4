"""Coverage and redundancy after a change: as measured anew on the whole."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from concept_core.measures.coverage import best_cosines
from concept_core.measures.redundancy import redundancy
from vocab_builder.curation.effects import LiveCoverage, LiveRedundancy

ROWS = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32)
ROWS /= np.linalg.norm(ROWS, axis=1, keepdims=True)
WORDS = [f"word {number}" for number in range(12)]


def embed(labels: Sequence[str]) -> NDArray[np.float32]:
    return np.stack([ROWS[WORDS.index(label)] for label in labels])


def measured(labels: Sequence[str]) -> tuple[float, float]:
    atoms = embed(labels)
    return float(best_cosines(ROWS, atoms).mean()), redundancy(atoms, [0.5])[0]


words = st.sets(st.sampled_from(WORDS), max_size=4)


@settings(deadline=None)
@given(st.sets(st.sampled_from(WORDS), min_size=1), st.lists(st.tuples(words, words), max_size=4))
def test_as_measured_anew(start: set[str], changes: list[tuple[set[str], set[str]]]) -> None:
    now = sorted(start)
    coverage, redundant = LiveCoverage(ROWS, embed, now), LiveRedundancy(embed, now, 0.5)
    for leaves, enters in changes:
        leaves = leaves & set(now)
        new = sorted(enters - set(now))
        then = [one for one in now if one not in leaves] + new
        if not then:
            continue
        expected = measured(then)
        assert coverage.after(leaves, new) == pytest.approx(expected[0], abs=1e-6)
        assert redundant.after(leaves, new) == pytest.approx(expected[1])
        coverage.change(leaves, new)
        redundant.change(leaves, new)
        now = then
        assert coverage.value() == pytest.approx(expected[0], abs=1e-6)
        assert redundant.value() == pytest.approx(expected[1])


def test_nothing_left() -> None:
    coverage = LiveCoverage(ROWS, embed, WORDS[:1])
    assert coverage.after(WORDS[:1], ()) == 0
    assert LiveRedundancy(embed, WORDS[:1], 0.5).after(WORDS[:1], ()) == 0
