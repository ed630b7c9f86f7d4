"""Tiny random checkpoints in the published layouts, which tests make and nobody downloads."""

from __future__ import annotations

from pathlib import Path

_TEXTS = (
    "rain on a tin roof",
    "a dog barking",
    "This is a sound of thunder.",
    "church bell",
    "wind",
)


def byte_pairs(folder: Path, specials: tuple[str, ...]) -> int:
    """Write vocab.json and merges.txt of a byte-level tokenizer; how many tokens it has."""
    from tokenizers import ByteLevelBPETokenizer

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = ByteLevelBPETokenizer()
    tokenizer.train_from_iterator(_TEXTS, vocab_size=320, special_tokens=list(specials))
    tokenizer.save_model(str(folder))
    return int(tokenizer.get_vocab_size())


def tiny_clap(folder: Path, seed: int = 0) -> Path:
    """A transformers ClapModel with all its files in a folder; windows of one second at 16 kHz."""
    import torch
    import transformers

    tokens = byte_pairs(folder, ("<s>", "<pad>", "</s>", "<unk>", "<mask>"))
    tokenizer = transformers.RobertaTokenizer(
        vocab=str(folder / "vocab.json"), merges=str(folder / "merges.txt")
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
        truncation="rand_trunc",
    )
    features.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
