"""Microsoft CLAP: the maintained models give what its own layers give."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import torch

from concept_core import load_encoder
from concept_core.audio import Clip
from concept_core.encoders import Encoder
from concept_core.errors import DataError, MissingError
from tests.checkpoints import gpt2_tokens, tiny_msclap

RATE = 44_100
TEXTS = ["rain", "a dog barking in the yard"]


def loaded(file: Path, tokens: Path) -> Encoder:
    return load_encoder(
        f"msclap:{file}?tokenizer={tokens}&centring=none", device="cpu", cache=False
    )


def projected(state: dict[str, torch.Tensor], side: str, x: torch.Tensor) -> np.ndarray:
    """The projection as its paper and package describe it, and unit rows."""
    from torch.nn import functional

    part = {
        name: state[f"{side}_encoder.projection.{name}"]
        for name in ("linear1.weight", "linear2.weight", "layer_norm.weight", "layer_norm.bias")
    }
    short = x @ part["linear1.weight"].T
    summed = short + functional.gelu(short) @ part["linear2.weight"].T
    centred = summed - summed.mean(1, keepdim=True)
    normed = centred / (centred.square().mean(1, keepdim=True) + 1e-5).sqrt()
    rows = normed * part["layer_norm.weight"] + part["layer_norm.bias"]
    return (rows / rows.norm(dim=1, keepdim=True)).numpy()


def test_sounds_are_those_of_the_published_layers(tmp_path: Path) -> None:
    """HTSAT's own code, which laion_clap carries too, with shifted windows and their masks."""
    if importlib.util.find_spec("laion_clap") is None:
        pytest.skip("laion_clap is not installed (pip install --no-deps laion-clap==1.1.7)")
    from concept_core.encoders import laion

    package = laion._package()
    torch.manual_seed(3)
    # As its package makes it: filters for 32 kHz, whatever the sounds' rate.
    config = package.CLAPAudioCfp("HTSAT", "", 32_000, window_size=512, hop_size=320)
    model = package.htsat.HTSAT_Swin_Transformer(
        embed_dim=8, depths=[2, 2], num_heads=[1, 2], num_classes=3, config=config
    ).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "extractor" not in name:
                weight += 0.1 * torch.randn_like(weight)
        model.bn0.running_mean.fill_(-20)
        model.bn0.running_var.fill_(200)
    file = tiny_msclap(tmp_path / "m.pth", tmp_path / "tokens", audio=model.state_dict())
    state = torch.load(file, weights_only=True)["model"]
    draw = np.random.default_rng(0)
    windows = (0.1 * draw.standard_normal((2, 7 * RATE))).astype(np.float32)
    with torch.no_grad():
        heard = model({"waveform": torch.from_numpy(windows)}, device="cpu")["embedding"]
        expected = projected(state, "audio", heard)
    found = loaded(file, tmp_path / "tokens").encode_audio([Clip(one, RATE) for one in windows])
    assert abs(found - expected).max() < 1e-5
    assert abs(found[0] - found[1]).max() > 1e-4


def test_short_sounds_are_repeated_to_seven_seconds(msclap_file: Path, gpt2_folder: Path) -> None:
    encoder = loaded(msclap_file, gpt2_folder)
    wave = (0.1 * np.random.default_rng(1).standard_normal(RATE)).astype(np.float32)
    x = encoder.encode_audio([Clip(wave, RATE), Clip(np.tile(wave, 7), RATE)])
    assert abs(x[0] - x[1]).max() < 1e-5


def test_texts_are_read_at_their_end(msclap_file: Path, gpt2_folder: Path) -> None:
    """The state at the end token, found by counting what is not "!", on whatever stands before."""
    from transformers import GPT2Config, GPT2Model, GPT2TokenizerFast

    state = torch.load(msclap_file, weights_only=True)["model"]
    prefix = "caption_encoder.base."
    weights = {
        name.removeprefix(prefix): value
        for name, value in state.items()
        if name.startswith(prefix) and "masked_bias" not in name and not name.endswith(".attn.bias")
    }
    size = len(weights["wte.weight"])
    model = GPT2Model(
        GPT2Config(vocab_size=size, n_positions=80, n_embd=64, n_layer=2, n_head=1, n_inner=24)
    ).eval()
    model.load_state_dict(weights)
    tokens = GPT2TokenizerFast.from_pretrained(gpt2_folder)
    texts = [*TEXTS, "Fire!", "many words " * 40]
    rows = []
    for text in texts:
        ids = tokens(text + " <|endoftext|>")["input_ids"][:77]
        place = sum(one != 0 for one in ids) - 1
        assert (ids[place] == size - 1) == (text in TEXTS)
        with torch.no_grad():
            rows.append(model(torch.tensor([ids])).last_hidden_state[:, place])
    expected = projected(state, "caption", torch.cat(rows))
    found = loaded(msclap_file, gpt2_folder).encode_text(texts)
    assert abs(found - expected).max() < 1e-5


def test_a_blank_tokenizer_is_caught(msclap_file: Path, tmp_path: Path) -> None:
    (tmp_path / "vocab.json").write_text('{"!": 0, "<|endoftext|>": 1}')
    (tmp_path / "merges.txt").write_text("#version: 0.2\n")
    with pytest.raises(DataError, match=r"a tokenizer of 2 tokens for a model of \d+"):
        loaded(msclap_file, tmp_path).encode_text(TEXTS)


def test_other_checkpoints_say_so(msclap_file: Path, gpt2_folder: Path, tmp_path: Path) -> None:
    state = torch.load(msclap_file, weights_only=True)["model"]
    narrow = dict(state)
    for side in ("audio", "caption"):
        for name in ("linear1.weight", "linear2.weight", "layer_norm.weight", "layer_norm.bias"):
            key = f"{side}_encoder.projection.{name}"
            narrow[key] = narrow[key][:512, :512] if "linear2" in name else narrow[key][:512]
    captions = {f"clap.{name}": value for name, value in state.items()}
    for held in (narrow, captions):
        torch.save({"model": held}, tmp_path / "m.pth")
        with pytest.raises(DataError, match=r"m\.pth: not the weights of Microsoft CLAP 2023"):
            loaded(tmp_path / "m.pth", gpt2_folder).encode_text(TEXTS)


def test_a_missing_checkpoint_names_the_command(tmp_path: Path) -> None:
    pytest.importorskip("transformers", reason='needs pip install "sonolex[clap]"')
    gpt2_tokens(tmp_path)
    with pytest.raises(MissingError, match=r"hf download microsoft/msclap CLAP_weights_2023\.pth"):
        loaded(tmp_path / "CLAP_weights_2023.pth", tmp_path)
