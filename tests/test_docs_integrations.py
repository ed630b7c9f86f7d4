"""The examples of docs/integrations.md run as they stand, in order, on the demo sounds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from concept_core.encoders import Encoder
from concept_core.releases.specifiers import load_vocabulary

ROOT = Path(__file__).resolve().parent.parent
SNIPPET = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_example_runs(
    encoder: Encoder, demo_sounds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "docs" / "integrations.md").read_text(encoding="utf-8")
    monkeypatch.chdir(demo_sounds)
    known: dict[str, Any] = {}
    for match in SNIPPET.finditer(text):
        line = text[: match.start()].count("\n") + 1
        # Blank lines first, so that a traceback names the line of the document.
        code = compile("\n" * line + match[1], "docs/integrations.md", "exec")
        exec(code, known)
    frame = known["frame"]
    assert isinstance(frame, pd.DataFrame)
    assert "dog" in frame.T.nlargest(3, 0).index
    assert known["weights"].shape == (3, len(load_vocabulary("sonolex-core")))
    assert list(known["classifier"].predict(known["embeddings"])) == ["dog", "rooster", "frog"]
    assert known["labels"].shape == (2, 384) and known["sounds"].shape == (1, 384)
