"""The tutorial runs as it stands, and says what its text says."""

from __future__ import annotations

import runpy
from pathlib import Path

from concept_core.encoders import Encoder

TUTORIAL = Path(__file__).resolve().parents[2] / "docs" / "tutorial.py"


def test_the_tutorial(encoder: Encoder, demo_sounds: Path) -> None:
    found = runpy.run_path(str(TUTORIAL))
    assert len(found["concepts"]) == len(found["vocabulary"])
    assert found["result"].weights.shape == (10, len(found["vocabulary"]))
    assert found["sheep"].concepts[0][0] in ("sheep", "bleat")
    assert found["sheep"].concepts[0][0] not in [label for label, _ in found["without"].concepts]
    assert found["lost"] > 0
    assert any(one.label in ("bird", "quack", "duck", "crow", "owl") for one in found["apart"].more)
    assert found["together"].n == 4
    assert found["changes"].of("added")
    for name in ("vocabulary", "result", "sheep", "apart", "changes"):
        assert found[name]._repr_html_()
