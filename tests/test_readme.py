"""The README's Python runs as it stands, and answers what the command line answers."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from concept_core import Explanations, Vocabulary
from concept_core.encoders import Encoder
from tests.checkpoints import tiny_clap
from tests.vocab_builder.cli.test_cli import run

README = Path(__file__).resolve().parent.parent / "README.md"
SNIPPET = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", ["yamnet-minilm", "clap"])
def test_the_python_way_and_the_command_line_agree(
    name: str,
    encoder: Encoder,
    demo_sounds: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copy(demo_sounds / "dog.mp3", tmp_path)
    monkeypatch.chdir(tmp_path)
    specifier = name
    if name == "clap":
        pytest.importorskip("transformers", reason="transformers is not installed")
        specifier = f"clap:{tiny_clap(tmp_path / 'clap')}"
    known: dict[str, Any] = {}
    snippets = SNIPPET.findall(README.read_text(encoding="utf-8"))
    assert snippets
    for code in snippets:
        # The last expression of each line is what a notebook would show: keep that of explain.
        shown = code.replace("yamnet-minilm", specifier).replace(
            '\nexplain("', '\nshown = explain("'
        )
        exec(compile(shown, "README.md", "exec"), known)

    code, text, err = run(
        capsys, "explain", "dog.mp3", "--vocabulary", "demo", "--encoder", specifier, "--json"
    )
    assert code == 0, err
    (clip,) = json.loads(text)["clips"]
    command = {one["label"]: one["prominence"] for one in clip["concepts"]}
    assert isinstance(known["shown"], Explanations) and isinstance(known["vocabulary"], Vocabulary)
    assert dict(known["shown"][0].concepts) == pytest.approx(command)
    frame = known["result"].to_frame()
    assert dict(zip(frame["concept"], frame["weight"], strict=True)) == pytest.approx(command)
    assert 1 <= len(command) <= 8
