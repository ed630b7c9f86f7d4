"""A transformers CLAP model from its folder: what it needs, and what is caught."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from concept_core import load_encoder
from concept_core.audio import Clip
from concept_core.encoders import Encoder
from concept_core.encoders.torch_run import check_tokenizer
from concept_core.errors import DataError
from tests.checkpoints import tiny_clap

TEXTS = ["rain", "a dog barking"]
RATE = 16_000


def loaded(folder: Path) -> Encoder:
    return load_encoder(f"clap:{folder}?centring=none", device="cpu", cache=False)


@pytest.fixture
def folder(clap_folder: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(clap_folder, tmp_path / "model"))


def noise(seconds: float) -> Clip:
    wave = np.random.default_rng(0).standard_normal(int(seconds * RATE))
    return Clip((0.1 * wave).astype(np.float32), RATE)


@pytest.mark.parametrize("pattern", ["config.json", "preprocessor_config.json", "*.safetensors"])
def test_a_file_too_few_is_named(folder: Path, pattern: str) -> None:
    for path in folder.glob(pattern):
        path.unlink()
    with pytest.raises(DataError) as caught:
        loaded(folder)
    assert f"no {pattern}" in str(caught.value)


def test_without_its_tokenizer_it_is_not_loaded(folder: Path) -> None:
    for name in ("tokenizer.json", "vocab.json"):
        (folder / name).unlink(missing_ok=True)
    with pytest.raises(DataError, match=r"no tokenizer\.json, and not both of"):
        loaded(folder)


def test_a_blank_tokenizer_is_caught(folder: Path) -> None:
    """What transformers 5 makes of missing files, and says nothing: five tokens."""
    from transformers import RobertaTokenizerFast

    RobertaTokenizerFast().save_pretrained(folder)
    for name in ("vocab.json", "merges.txt"):
        (folder / name).unlink(missing_ok=True)
    with pytest.raises(DataError, match=r"a tokenizer of \d+ tokens for a model of \d+"):
        loaded(folder).encode_text(TEXTS)


@pytest.mark.parametrize(
    ("size", "ids"), [(5, [[0, 3, 2], [0, 3, 2]]), (100, [[0, 2], [0, 2]]), (130, [[1], [2]])]
)
def test_what_the_guard_refuses(size: int, ids: list[list[int]]) -> None:
    class Tokens:
        def __len__(self) -> int:
            return size

        def __call__(self, texts: list[str]) -> dict[str, list[list[int]]]:
            return {"input_ids": ids}

    with pytest.raises(DataError, match=f"here: a tokenizer of {size} tokens for a model of 100"):
        check_tokenizer(Tokens(), 100, "here")


@pytest.mark.parametrize("content", ["{", "[]", "{}"])
def test_a_configuration_that_is_none(folder: Path, content: str) -> None:
    (folder / "preprocessor_config.json").write_text(content)
    with pytest.raises(DataError, match="JSON|configuration of a CLAP model"):
        loaded(folder)


def test_weights_of_something_else_say_so(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["hidden_size"] = 64
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(DataError, match="cannot be loaded as a CLAP model"):
        loaded(folder).encode_text(TEXTS)


def test_the_identity_is_that_of_the_files(folder: Path) -> None:
    before = loaded(folder).spec
    (folder / "README.md").write_text("about it")
    assert loaded(folder).spec == before
    weights = next(folder.glob("*.safetensors"))
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(bytes(data))
    assert loaded(folder).spec != before


def test_a_fused_model_draws_nothing(tmp_path: Path) -> None:
    pytest.importorskip("transformers", reason='needs pip install "sonolex[clap]"')
    encoder = loaded(tiny_clap(tmp_path, fused=True))
    clips = [noise(0.5), noise(3.4)]
    first = encoder.encode_audio(clips)
    assert first.tobytes() == encoder.encode_audio(clips).tobytes()
    assert abs(first[1] - encoder.encode_audio(clips[1:])[0]).max() < 1e-5
