"""The examples of docs/integrations.md run as they stand, in order, on the demo sounds."""

from __future__ import annotations

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from concept_core.audio import BadClipsError
from concept_core.encoders import Encoder
from concept_core.explanation.clips import explain_clips, reference_rows
from concept_core.explanation.depth import FEWEST
from concept_core.releases.specifiers import load_vocabulary

ROOT = Path(__file__).resolve().parent.parent
SNIPPET = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def known(encoder: Encoder, demo_sounds: Path) -> dict[str, Any]:
    """What the names of the page stand for after its last example."""
    text = (ROOT / "docs" / "integrations.md").read_text(encoding="utf-8")
    found: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(demo_sounds)
        for match in SNIPPET.finditer(text):
            line = text[: match.start()].count("\n") + 1
            # Blank lines first, so that a traceback names the line of the document.
            code = compile("\n" * line + match[1], "docs/integrations.md", "exec")
            exec(code, found)
    return found


def test_every_example_runs(known: dict[str, Any]) -> None:
    frame = known["frame"]
    assert isinstance(frame, pd.DataFrame)
    assert "dog" in frame.T.nlargest(3, 0).index
    assert known["weights"].shape == (3, len(load_vocabulary("sonolex-core")))
    assert list(known["classifier"].predict(known["embeddings"])) == ["dog", "rooster", "frog"]
    assert known["labels"].shape == (2, 384) and known["sounds"].shape == (1, 384)


def test_eight_threads_of_a_service_get_the_answers_of_one(
    known: dict[str, Any], demo_sounds: Path
) -> None:
    from fastapi.testclient import TestClient

    sounds = [path.read_bytes() for path in sorted(demo_sounds.glob("*.mp3"))]
    rows = known["embeddings"].tolist()

    with TestClient(known["app"]) as client:

        def ask(number: int) -> tuple[int, Any]:
            if number % 2:
                mode = {"l0": 5} if number % 4 == 1 else {"l1": 0.1}
                answer = client.post("/decompose", params=mode, json=rows)
            else:
                answer = client.post("/explain", content=sounds[number // 2 % len(sounds)])
            return answer.status_code, answer.json()

        alone = [ask(number) for number in range(24)]
        assert {code for code, _ in alone} == {200}
        assert len({str(answer) for _, answer in alone}) > 5
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(ask, range(24))) == alone


def test_a_service_answers_every_row(known: dict[str, Any]) -> None:
    from fastapi.testclient import TestClient

    row = known["embeddings"][0]
    with TestClient(known["app"]) as client:
        rows = [row.tolist(), (0 * row).tolist(), row.tolist(), (0 * row).tolist()]
        answers = client.post("/decompose", params={"l0": 3}, json=rows).json()
    assert [len(answer) for answer in answers] == [3, 0, 3, 0] and answers[0] == answers[2]


def test_a_reference_is_read_before_the_first_request(
    known: dict[str, Any], demo_sounds: Path, tmp_path: Path
) -> None:
    sounds = sorted(demo_sounds.glob("*.mp3"))
    for number in range(FEWEST):
        shutil.copy(sounds[number % len(sounds)], tmp_path / f"{number}.mp3")
    reference, encoder = reference_rows(tmp_path, known["encoder"])
    x = encoder.encode_audio(sounds[:1])
    (found,) = explain_clips(x, ["a"], known["dictionary"], reference=reference, l0=8)
    assert found.depth is not None and found.depth.clips == FEWEST
    (tmp_path / "0.mp3").write_bytes(b"no sound")
    with pytest.raises(BadClipsError, match="0.mp3"):
        reference_rows(tmp_path, known["encoder"])


def test_a_service_says_what_was_wrong(known: dict[str, Any]) -> None:
    from fastapi.testclient import TestClient

    with TestClient(known["app"]) as client:
        broken = client.post("/explain", content=b"no sound", params={"name": "note.wav"})
        assert broken.status_code == 422 and "note.wav" in broken.json()["detail"]
        both = client.post("/decompose", json=[[1.0] * 384], params={"l0": 3, "l1": 0.1})
        assert both.status_code == 422 and "both were" in both.json()["detail"]
