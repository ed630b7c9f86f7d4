from __future__ import annotations

import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from concept_core.decomposition import random_directions
from concept_core.decomposition.dictionary import Dictionary
from concept_core.explanation.clips import explain_clips
from concept_core.explanation.depth import DRAWS, FEWEST, Depth
from concept_core.solvers.registry import FEW_ROWS

# Three of 40 dimensions have a concept: random directions cannot do as well there.
AXES = Dictionary(np.eye(40, dtype=np.float32)[:3], ("dog", "null", "café"), "v", "e")


def inside(n: int) -> np.ndarray:
    """Clips that the concepts say whole."""
    x = np.zeros((n, 40), np.float32)
    x[:, 0], x[:, 1] = 0.6, 0.8
    return x


def outside() -> np.ndarray:
    """A clip of which the concepts say a twentieth."""
    x = np.zeros((1, 40), np.float32)
    x[0, 0], x[0, 30] = 0.05, np.sqrt(1 - 0.05**2)
    return x


def test_a_clip_is_set_beside_a_reference() -> None:
    (found,) = explain_clips(outside(), ["far.wav"], AXES, reference=inside(FEWEST), l0=2)
    depth = found.depth
    assert depth is not None
    assert (depth.reference, depth.clips) == ("reference clips", 20)
    assert (depth.greater_cosine, depth.smaller_residual) == (100.0, 100.0)
    assert depth.cosine == pytest.approx(0.05)
    assert depth.note.startswith("less well explained than 100 % of 20 reference clips")


def test_a_clip_like_the_reference_is_nothing_to_tell_of() -> None:
    (found,) = explain_clips(inside(1), ["near.wav"], AXES, reference=inside(FEWEST), l0=2)
    assert found.depth is not None
    assert (found.depth.greater_cosine, found.depth.as_random, found.depth.note) == (0.0, False, "")


def test_the_other_clips_of_a_call_are_a_reference_from_20_on() -> None:
    x = np.concatenate([outside(), inside(FEWEST - 1)])
    found = explain_clips(x, list(map(str, range(FEWEST))), AXES, l0=2)
    assert found[0].depth is not None and found[1].depth is not None
    assert found[0].depth.note.startswith("less well explained than 100 % of 19 other clips")
    assert found[1].depth.greater_cosine == 0.0
    fewer = explain_clips(x[:-1], list(map(str, range(FEWEST - 1))), AXES, l0=2)
    assert fewer[0].depth is not None
    assert (fewer[0].depth.reference, fewer[0].depth.greater_cosine) == ("", None)
    assert "other clips" not in fewer[0].depth.note


def test_random_directions_do_as_well_where_words_say_little() -> None:
    (found,) = explain_clips(outside(), ["far.wav"], AXES, l0=2)
    assert found.depth is not None and found.depth.as_random
    assert found.depth.note == "random directions do as well"


def test_nothing_is_told_of_a_clip_without_concepts() -> None:
    (found,) = explain_clips(-inside(1), ["not.wav"], AXES, l0=2)
    assert found.depth == Depth(0.0, None)
    assert found.depth.note == ""


def test_as_json() -> None:
    (found,) = explain_clips(outside(), ["far.wav"], AXES, reference=inside(FEWEST), l0=2)
    told = json.loads(json.dumps(found.to_dict()))["depth"]
    assert told["note"] == found.depth.note and told["as_random"] is True
    assert (told["clips"], told["greater_cosine"]) == (20, 100.0)


def test_no_clips() -> None:
    assert explain_clips(np.zeros((0, 40)), [], AXES, l0=2) == []


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """What random dictionaries are drawn, each time."""
    calls: list[tuple[int, ...]] = []
    draw = random_directions.random_atoms

    def counted(*call: int) -> np.ndarray:
        calls.append(call)
        return draw(*call)

    monkeypatch.setattr(random_directions, "random_atoms", counted)
    return calls


def axes() -> Dictionary:
    """The concepts as a dictionary that nothing was asked of."""
    return replace(AXES)


def test_random_directions_are_drawn_once_for_a_dictionary(drawn: list[tuple[int, ...]]) -> None:
    dictionary = axes()
    first = explain_clips(outside(), ["far.wav"], dictionary, l0=2)
    assert len(drawn) == len(set(drawn)) == DRAWS
    again = explain_clips(outside(), ["far.wav"], dictionary, l0=2)
    others = explain_clips(inside(3), ["a", "b", "c"], dictionary, l1=0.1)
    many = explain_clips(inside(FEW_ROWS + 1), ["x"] * (FEW_ROWS + 1), dictionary, l0=2)
    assert len(drawn) == DRAWS and again == first
    # What is kept is what would be drawn.
    assert others == explain_clips(inside(3), ["a", "b", "c"], axes(), l1=0.1)
    assert many == explain_clips(inside(FEW_ROWS + 1), ["x"] * (FEW_ROWS + 1), axes(), l0=2)


def test_eight_threads_draw_once(drawn: list[tuple[int, ...]]) -> None:
    dictionary = axes()
    with ThreadPoolExecutor(8) as threads:
        found = list(
            threads.map(lambda _: explain_clips(outside(), ["far.wav"], dictionary, l0=2), range(8))
        )
    assert len(drawn) == DRAWS and all(one == found[0] for one in found)


def test_another_process_gets_no_random_directions(drawn: list[tuple[int, ...]]) -> None:
    dictionary = axes()
    found = explain_clips(outside(), ["far.wav"], dictionary, l0=2)
    copy = pickle.loads(pickle.dumps(dictionary))
    assert explain_clips(outside(), ["far.wav"], copy, l0=2) == found
    assert len(drawn) == 2 * DRAWS


def test_too_many_directions_are_drawn_anew(
    drawn: list[tuple[int, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(random_directions, "_BYTES", 1000)
    dictionary = axes()
    found = [explain_clips(outside(), ["far.wav"], dictionary, l0=2) for _ in range(2)]
    assert len(drawn) == 2 * DRAWS and found[0] == found[1]
