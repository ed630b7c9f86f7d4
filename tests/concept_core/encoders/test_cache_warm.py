"""A second run finds all embeddings kept: it loads no model, and says the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from concept_core import load_encoder
from concept_core.audio import Clip
from concept_core.encoders import Encoder
from concept_core.resources import home
from tests.checkpoints import tiny_clap
from tests.esc50_layout import write_layout

ROOT = Path(__file__).resolve().parents[3]
MODELS = {
    "onnx", "onnxruntime", "tokenizers", "torch", "transformers", "safetensors.torch",
    "soundfile", "soxr", "sklearn", "pandas",
}  # fmt: skip


@pytest.fixture
def cold_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder with this machine's resources and no embeddings."""
    fresh = tmp_path / "home"
    fresh.mkdir()
    for name in ("resources", "derived"):
        if (home() / name).is_dir():
            (fresh / name).symlink_to(home() / name)
    monkeypatch.setenv("SONOLEX_HOME", str(fresh))
    return fresh


def run(code: str) -> list[str]:
    """What a fresh process prints, and in a last line which model libraries it has imported."""
    tell = f"\nimport sys\nprint(sorted({sorted(MODELS)} & sys.modules.keys()))\n"
    tell = tell.replace(f"{sorted(MODELS)}", f"set({sorted(MODELS)})")
    done = subprocess.run(
        [sys.executable, "-c", code + tell],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip().splitlines()


def write_sounds(folder: Path) -> list[Path]:
    import soundfile

    rng = np.random.default_rng(0)
    paths = sorted(folder.iterdir())
    for path in paths:
        soundfile.write(path, 0.3 * rng.standard_normal(8_000), 16_000)
    return paths


@pytest.mark.parametrize("command", ["score", "explain"])
def test_warm_commands_load_no_model(
    encoder: Encoder, cold_home: Path, tmp_path: Path, command: str
) -> None:
    clips = [("1-a.wav", 1, "dog"), ("1-b.wav", 1, "rain")]
    folder = write_layout(tmp_path / "esc", clips)
    paths = write_sounds(folder / "audio")
    words = tmp_path / "words.txt"
    words.write_text("bark\nstorm\nrotor\n", encoding="utf-8")
    call = {
        "score": ["score", words, "--dataset", "esc10", "--data", folder, "--folds", "1"],
        "explain": ["explain", *paths, "--vocabulary", words],
    }[command]
    arguments = [str(part) for part in [*call, "--l0", "2", "--json"]]
    code = (
        "from vocab_builder.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit as done:\n    assert not done.code\n"
    )
    *cold, imported = run(code)
    assert "'onnxruntime', " in imported
    *warm, imported = run(code)
    assert imported == "[]"
    assert warm == cold
    assert json.loads("\n".join(warm))


@pytest.mark.parametrize("options", ["", "?centring=none&prompts=ensemble@1"])
def test_a_warm_clap_imports_neither_torch_nor_transformers(
    cold_home: Path, tmp_path: Path, options: str
) -> None:
    pytest.importorskip("transformers")
    specifier = f"clap:{tiny_clap(tmp_path / 'clap')}{options}"
    noise = np.random.default_rng(0).standard_normal(20_000).astype(np.float32) * 0.1
    model = load_encoder(specifier)
    sounds = model.encode_audio([Clip(noise, 16_000)])
    texts = model.encode_text(["rain", "wind"])
    np.save(tmp_path / "noise.npy", noise)
    answer, imported = run(
        "import numpy as np\n"
        "from concept_core import load_encoder\n"
        "from concept_core.audio import Clip\n"
        f"model = load_encoder({specifier!r})\n"
        f"sounds = model.encode_audio([Clip(np.load({str(tmp_path / 'noise.npy')!r}), 16_000)])\n"
        "texts = model.encode_text(['rain', 'wind'])\n"
        "print(sounds.tobytes().hex() + texts.tobytes().hex())\n"
    )
    assert imported == "[]"
    assert answer == sounds.tobytes().hex() + texts.tobytes().hex()
