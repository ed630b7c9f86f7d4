"""How many concepts are kept: a number of 1 or more, wherever it is taken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from concept_core import explain
from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.streaming import decompose_stream
from concept_core.errors import UsageError
from concept_core.explanation.clips import explain_clips, explain_rows
from concept_core.explanation.groups import contrast, explain_groups
from concept_core.explanation.request import ExplainRequest
from concept_core.explanation.weights import csv_text, json_text, weight_rows, write_weights
from concept_core.explanation.windows import TimeExplanation, explain_over_time
from concept_core.releases.specifiers import load_vocabularies
from tests.toy import ToyEncoder
from vocab_builder import compare, report

AXES = Dictionary(np.eye(3, dtype=np.float32), ("dog", "null", "café"), "v", "e")
X = np.eye(3, dtype=np.float32)
NAMES = ["a", "b", "c"]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    np.save(tmp_path / "x.npy", X)
    decompose_stream(tmp_path / "x.npy", AXES, tmp_path / "out", l0=2)
    return tmp_path / "out"


def over(call: Callable[..., Any]) -> Callable[..., Any]:
    """A call that needs no file."""
    return lambda top, run: call(top)


TAKEN: dict[str, Callable[..., Any]] = {
    # Nothing is read before the number is looked at.
    "explain": over(lambda top: explain("nope.wav", AXES, ToyEncoder(), top=top)),
    "rows": over(lambda top: explain_rows(X, NAMES, AXES, l0=1, top=top)),
    "clips": over(lambda top: explain_clips(X, NAMES, AXES, l0=1, top=top)),
    "no rows": over(lambda top: explain_rows(X[:0], [], AXES, l0=1, top=top)),
    "groups": over(lambda top: explain_groups(X, {"a": [0]}, AXES, l0=1, top=top)),
    "contrast": over(lambda top: contrast(X, ("a", [0]), ("b", [1]), AXES, l0=1, top=top)),
    "time": over(
        lambda top: explain_over_time("nope.wav", ToyEncoder(), AXES, window=1, l0=1, top=top)
    ),
    "moments": over(lambda top: TimeExplanation("a.wav", 1.0, ()).concepts(top)),
    "request": over(lambda top: ExplainRequest("demo", (Path("a.wav"),), top=top)),
    "vocabularies": over(lambda top: load_vocabularies(["demo"], top=top)),
    "compare": over(lambda top: compare(["demo", "sonolex-core"], encoder=ToyEncoder(), top=top)),
    "report": over(lambda top: report("demo", "page.html", encoder=ToyEncoder(), top=top)),
    "weights": lambda top, run: weight_rows(run, top=top),
    "csv": lambda top, run: csv_text(run, top=top),
    "json": lambda top, run: json_text(run, top=top),
    "table": lambda top, run: write_weights(run, run.parent / "t.csv", top=top),
}


@pytest.mark.parametrize("top", [0, -1, 1.5])
@pytest.mark.parametrize("name", TAKEN)
def test_a_number_that_keeps_none_is_refused(name: str, top: float, run: Path) -> None:
    with pytest.raises(UsageError, match=rf"top is a whole number .* 1 or more; got {top}; leave"):
        TAKEN[name](top, run)


def test_a_number_of_numpy_is_one() -> None:
    assert explain_rows(X, NAMES, AXES, l0=1, top=np.int64(1))[0].concepts == (("dog", 1.0),)
