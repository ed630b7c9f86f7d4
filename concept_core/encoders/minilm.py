"""all-MiniLM-L6-v2 (ONNX, weights in int8): texts to unit rows; tokenizers and onnxruntime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from concept_core.encoders.base import FloatArray, unit
from concept_core.encoders.runtime import map_ordered, open_session
from concept_core.errors import DataError, UsageError
from concept_core.resources import resource_path

DIM = 384
_MAX_TOKENS = 256
_BATCH = 32


def model_path() -> Path:
    """The fetched network."""
    return resource_path("minilm", "model.onnx")


def tokenizer_path() -> Path:
    """The fetched tokenizer."""
    return resource_path("minilm", "tokenizer.json")


class Minilm:
    """The sentence encoder, loaded from the resource ``minilm``."""

    def __init__(self) -> None:
        from tokenizers import Tokenizer

        path = tokenizer_path()
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        # tokenizers raises bare Exception for a file that it cannot parse.
        except Exception as error:
            raise DataError(f"{path}: not a tokenizer file ({error})") from error
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        self._tokenizer.no_padding()
        self._session = open_session(model_path().read_bytes(), model_path())

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Mean token embedding of each text, (n, 384), unit rows.

        What goes beyond 256 tokens is not read. The same texts in the same order give the same
        bytes; another order or company moves a value by about 1e-7.

        Raises
        ------
        UsageError
            A single string where a list of texts belongs.
        DataError
            A text without a word in it; its index is named.
        """
        if isinstance(texts, str):
            raise UsageError(f"give a list of texts, not one string ({texts[:40]!r})")
        encodings = self._tokenizer.encode_batch(list(texts))
        for index, encoding in enumerate(encodings):
            if all(encoding.special_tokens_mask):
                raise DataError(f"text {index} is empty ({texts[index]!r}); it has no embedding")
        # Texts of one length share a batch: less padding, less work.
        order = sorted(range(len(encodings)), key=lambda index: len(encodings[index].ids))
        batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
        means = map_ordered(
            lambda batch: self._run([encodings[index].ids for index in batch]), batches
        )
        out = np.zeros((len(encodings), DIM), np.float32)
        for batch, rows in zip(batches, means, strict=True):
            out[batch] = rows
        return unit(out)

    def _run(self, tokens: Sequence[Sequence[int]]) -> FloatArray:
        """Token lists of a batch -> (n, 384), means over the tokens of each."""
        ids = np.zeros((len(tokens), max(map(len, tokens))), np.int64)
        mask = np.zeros_like(ids)
        for row, token_ids in enumerate(tokens):
            ids[row, : len(token_ids)] = token_ids
            mask[row, : len(token_ids)] = 1
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        (hidden,) = self._session.run(None, feed)
        result: FloatArray = (hidden * mask[..., None]).sum(axis=1) / mask.sum(axis=1)[:, None]
        return result
