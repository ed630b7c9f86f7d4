"""Tiny random checkpoints in the published layouts, which tests make and nobody downloads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_TEXTS = ("rain on a tin roof", "a dog barking", "This is a sound of thunder.", "church bell")


def byte_pairs(folder: Path, specials: tuple[str, ...]) -> int:
    """Write vocab.json and merges.txt of a byte-level tokenizer; how many tokens it has."""
    from tokenizers import ByteLevelBPETokenizer

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = ByteLevelBPETokenizer()
    tokenizer.train_from_iterator(_TEXTS, vocab_size=320, special_tokens=list(specials))
    tokenizer.save_model(str(folder))
    return int(tokenizer.get_vocab_size())


def tiny_clap(folder: Path, seed: int = 0, *, fused: bool = False) -> Path:
    """A transformers ClapModel with all its files in a folder; windows of one second at 16 kHz."""
    import torch
    import transformers

    tokens = roberta_tokens(folder)
    # By position: transformers 4 calls them vocab_file and merges_file, 5 vocab and merges.
    tokenizer = transformers.RobertaTokenizerFast(
        str(folder / "vocab.json"), str(folder / "merges.txt")
    )
    torch.manual_seed(seed)
    config = transformers.ClapConfig(
        text_config={
            "vocab_size": tokens,
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "intermediate_size": 37,
            "max_position_embeddings": 90,
            "projection_dim": 24,
        },
        audio_config={
            "spec_size": 64,
            "num_mel_bins": 16,
            "window_size": 4,
            "patch_size": 4,
            "patch_stride": [4, 4],
            "patch_embeds_hidden_size": 16,
            "hidden_size": 64,
            "depths": [1, 1, 1],
            "num_attention_heads": [2, 2, 2],
            "projection_dim": 24,
            "num_classes": 7,
            "enable_fusion": fused,
            "fusion_type": "aff_2d" if fused else None,
        },
        projection_dim=24,
    )
    transformers.ClapModel(config).save_pretrained(folder)
    features = transformers.ClapFeatureExtractor(
        feature_size=16,
        sampling_rate=16_000,
        hop_length=160,
        max_length_s=1,
        fft_window_size=512,
        frequency_max=7_000,
        truncation="fusion" if fused else "rand_trunc",
    )
    features.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def saved_by_4(source: Path, folder: Path) -> Path:
    """A folder of ``tiny_clap`` as save_pretrained of transformers 4.57.6 writes it."""
    folder.mkdir(parents=True)
    for name in ("model.safetensors", "vocab.json", "merges.txt", "tokenizer.json"):
        (folder / name).write_bytes((source / name).read_bytes())
    config = json.loads((source / "config.json").read_text("utf-8"))
    for name in ("bos_token_id", "eos_token_id", "pad_token_id"):
        config["text_config"].pop(name, None)
    config["text_config"] |= {"position_embedding_type": "absolute", "use_cache": True}
    features = json.loads((source / "preprocessor_config.json").read_text("utf-8"))
    marks = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
    kinds = ("bos", "pad", "eos", "unk", "mask")
    named = {f"{kind}_token": mark for kind, mark in zip(kinds, marks, strict=True)}
    named |= {"cls_token": "<s>", "sep_token": "</s>"}
    plain = {"lstrip": False, "normalized": False, "rstrip": False, "single_word": False}
    tokens = {
        "add_prefix_space": False,
        "added_tokens_decoder": {
            str(place): {"content": mark, **plain, "special": True}
            for place, mark in enumerate(marks)
        },
        "clean_up_tokenization_spaces": False,
        "errors": "replace",
        "extra_special_tokens": {},
        "model_max_length": 1000000000000000019884624838656,
        "processor_class": "ClapProcessor",
        "tokenizer_class": "RobertaTokenizer",
        "trim_offsets": True,
        **named,
    }
    written = {
        "config.json": config | {"transformers_version": "4.57.6"},
        "preprocessor_config.json": features | {"processor_class": "ClapProcessor"},
        "tokenizer_config.json": tokens,
        "special_tokens_map.json": {
            name: {"content": mark, **plain} for name, mark in named.items()
        },
    }
    for name, content in written.items():
        (folder / name).write_text(json.dumps(content, indent=2, sort_keys=True), "utf-8")
    return folder


def saved_by_5(source: Path, folder: Path) -> Path:
    """A folder of ``tiny_clap`` as save_pretrained of transformers 5 writes it; 4 can, if asked."""
    import transformers

    transformers.ClapModel.from_pretrained(source).save_pretrained(folder)
    transformers.ClapProcessor(
        feature_extractor=transformers.ClapFeatureExtractor.from_pretrained(source),
        tokenizer=transformers.AutoTokenizer.from_pretrained(source),
    ).save_pretrained(folder, legacy_serialization=False)
    return folder


def gpt2_tokens(folder: Path) -> int:
    """GPT-2's order of tokens, in small: "!" is 0, and the end of the text is last."""
    byte_pairs(folder, ())
    vocabulary = json.loads((folder / "vocab.json").read_text("utf-8"))
    vocabulary["<|endoftext|>"] = len(vocabulary)
    (folder / "vocab.json").write_text(json.dumps(vocabulary), "utf-8")
    return len(vocabulary)


def roberta_tokens(folder: Path) -> int:
    """RoBERTa's tokenizer, in small."""
    return byte_pairs(folder, ("<s>", "<pad>", "</s>", "<unk>", "<mask>"))


def htsat_weights(
    seed: int = 0, *, rate: int, mel_range: tuple[int, int], width: int = 8, fft: int = 512
) -> dict[str, torch.Tensor]:
    """An HTSAT of two layers of one block each, as published checkpoints name its weights."""
    import torch

    draw = torch.Generator().manual_seed(seed)

    def drawn(*shape: int) -> torch.Tensor:
        return 0.2 * torch.randn(shape, generator=draw)

    weights = _front_end(rate, mel_range, fft)
    weights |= _norm("bn0", 64) | {
        "bn0.running_mean": torch.full((64,), -30.0),
        "bn0.running_var": torch.full((64,), 400.0),
        "bn0.num_batches_tracked": torch.tensor(1),
        "patch_embed.proj.weight": drawn(width, 1, 4, 4),
        "patch_embed.proj.bias": drawn(width),
    }
    weights |= _norm("patch_embed.norm", width)
    for layer, size in enumerate((width, 2 * width)):
        block = f"layers.{layer}.blocks.0"
        weights |= _norm(f"{block}.norm1", size) | _norm(f"{block}.norm2", size)
        weights[f"{block}.attn.relative_position_bias_table"] = drawn(225, layer + 1)
        weights[f"{block}.attn.relative_position_index"] = _places()
        for name, out, into in [
            ("attn.qkv", 3 * size, size),
            ("attn.proj", size, size),
            ("mlp.fc1", 4 * size, size),
            ("mlp.fc2", size, 4 * size),
        ]:
            weights[f"{block}.{name}.weight"] = drawn(out, into)
            weights[f"{block}.{name}.bias"] = drawn(out)
    weights |= _norm("layers.0.downsample.norm", 4 * width) | _norm("norm", 2 * width)
    return weights | {
        "layers.0.downsample.reduction.weight": drawn(2 * width, 4 * width),
        "tscam_conv.weight": drawn(3, 2 * width, 8, 3),
        "tscam_conv.bias": drawn(3),
        "head.weight": drawn(3, 3),
        "head.bias": drawn(3),
    }


def _norm(name: str, size: int) -> dict[str, torch.Tensor]:
    import torch

    return {f"{name}.weight": torch.ones(size), f"{name}.bias": torch.zeros(size)}


def _front_end(rate: int, mel_range: tuple[int, int], fft: int) -> dict[str, torch.Tensor]:
    """The Fourier kernels and mel filters that torchlibrosa keeps among the weights."""
    import torch
    from transformers.audio_utils import mel_filter_bank

    angles = 2 * torch.pi * torch.outer(torch.arange(fft // 2 + 1), torch.arange(fft)) / fft
    taper = torch.hann_window(fft, dtype=torch.float64)
    filters = mel_filter_bank(
        fft // 2 + 1, 64, *map(float, mel_range), rate, norm="slaney", mel_scale="slaney"
    )
    return {
        "spectrogram_extractor.stft.conv_real.weight": (angles.cos() * taper)[:, None].float(),
        "spectrogram_extractor.stft.conv_imag.weight": (-angles.sin() * taper)[:, None].float(),
        "logmel_extractor.melW": torch.from_numpy(filters).float(),
    }


def _places() -> torch.Tensor:
    """Which entry of the table of biases two places of an attention window of 8 x 8 have."""
    import torch

    rows, columns = torch.arange(64) // 8, torch.arange(64) % 8
    down, right = rows[:, None] - rows, columns[:, None] - columns
    return (down + 7) * 15 + right + 7


def tiny_laion(
    file: Path, tokens: Path, seed: int = 0, audio: dict[str, torch.Tensor] | None = None
) -> Path:
    """A LAION-CLAP checkpoint in the published layout, and the tokenizer's folder beside it.

    The text model's width of 768 and the space's of 512 stand in the package's code.
    """
    import numpy as np
    import torch
    import transformers

    torch.manual_seed(seed)
    if audio is None:
        audio = htsat_weights(seed, rate=48_000, mel_range=(50, 14_000))
    width = len(audio["norm.weight"])
    config = transformers.RobertaConfig(
        vocab_size=roberta_tokens(tokens),
        hidden_size=768,
        num_hidden_layers=1,
        num_attention_heads=12,
        intermediate_size=16,
        max_position_embeddings=90,
        type_vocab_size=1,
    )
    parts = {
        "text_branch": transformers.RobertaModel(config),
        "text_projection": _layers(768),
        "audio_projection": _layers(width),
        "text_transform.sequential": _layers(512, dropped=True),
        "audio_transform.sequential": _layers(512, dropped=True),
    }
    state = {
        "logit_scale_a": torch.tensor(2.6),
        "logit_scale_t": torch.tensor(2.6),
        "text_branch.embeddings.position_ids": torch.arange(90)[None],
        **{f"audio_branch.{name}": value for name, value in audio.items()},
        **{
            f"{part}.{name}": value
            for part, module in parts.items()
            for name, value in module.state_dict().items()
        },
    }
    state = {f"module.{name}": value for name, value in state.items()}
    # The published files also hold numpy's numbers.
    torch.save({"epoch": 1, "loss": np.float64(0.5), "name": "tiny", "state_dict": state}, file)
    return file


def _layers(into: int, *, dropped: bool = False) -> torch.nn.Module:
    from torch import nn

    between = [nn.ReLU(), nn.Dropout()] if dropped else [nn.ReLU()]
    return nn.Sequential(nn.Linear(into, 512), *between, nn.Linear(512, 512))


def tiny_msclap(
    file: Path, tokens: Path, seed: int = 0, audio: dict[str, torch.Tensor] | None = None
) -> Path:
    """A checkpoint of Microsoft CLAP 2023 in the published layout, and the tokenizer's folder."""
    import torch
    import transformers

    torch.manual_seed(seed)
    if audio is None:
        # The published one was made for 32 kHz and is given 44.1: only its filters know.
        audio = htsat_weights(seed, rate=32_000, mel_range=(50, 14_000))
    config = transformers.GPT2Config(
        vocab_size=gpt2_tokens(tokens), n_positions=80, n_embd=64, n_layer=2, n_head=1, n_inner=24
    )
    text = transformers.GPT2Model(config).state_dict()
    # What the older transformers kept among the weights.
    text |= {"h.0.attn.bias": torch.ones(1, 1, 80, 80), "h.0.attn.masked_bias": torch.tensor(-1e4)}
    state = {"logit_scale": torch.tensor(2.6)}
    state |= {f"audio_encoder.base.htsat.{name}": value for name, value in audio.items()}
    state |= {f"caption_encoder.base.{name}": value for name, value in text.items()}
    for side, width in (("audio", len(audio["norm.weight"])), ("caption", 64)):
        linear = [torch.nn.Linear(width, 1024, bias=False), torch.nn.Linear(1024, 1024, bias=False)]
        for place, layer in enumerate(linear, 1):
            state[f"{side}_encoder.projection.linear{place}.weight"] = layer.weight.detach()
        state |= _norm(f"{side}_encoder.projection.layer_norm", 1024)
    torch.save({"model": state}, file)
    return file
