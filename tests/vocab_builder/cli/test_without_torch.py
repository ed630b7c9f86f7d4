"""torch is half of what an installation weighs; who needs no model of it never waits for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from concept_core.encoders import Encoder

ROOT = Path(__file__).parents[3]
REFUSED = """
import sys

class Refusing:
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise SystemExit("torch was imported")

sys.meta_path.insert(0, Refusing)
from vocab_builder.cli import main
main()
"""
COMMANDS = {
    "build": ["build", str(ROOT / "recipes" / "demo.toml"), "--out", "built"],
    "read": ["show", "sonolex-core", "--top", "2"],
    "explain": ["explain", "{sounds}/dog.mp3", "--vocabulary", "demo", "--l0", "8"],
    "score": ["score", "demo", "--dataset", "demo-sounds", "--data", "{sounds}", "--l0", "8"],
    "compare": [
        "compare",
        "demo",
        "sonolex-core",
        "--dataset",
        "demo-sounds",
        "--data",
        "{sounds}",
    ],
    "report": ["report", "demo", "-o", "report.html"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_with_the_bundled_encoder_nothing_imports_torch(
    command: str, encoder: Encoder, demo_sounds: Path, tmp_path: Path
) -> None:
    words = [word.format(sounds=demo_sounds) for word in COMMANDS[command]]
    done = subprocess.run(
        [sys.executable, "-c", REFUSED, *words], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
