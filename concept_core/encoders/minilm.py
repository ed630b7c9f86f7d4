"""all-MiniLM-L6-v2 (ONNX, weights in int8): texts to unit rows; tokenizers and onnxruntime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from concept_core.encoders.base import FloatArray, check_texts, unit
from concept_core.encoders.runtime import open_session
from concept_core.errors import DataError
from concept_core.parallel import map_ordered
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
        bytes; so does a text in other company, unless the processor's kernels sum the rows of a
        matrix in different orders (those that we know do not).

        Raises
        ------
        UsageError
            A single string where a list of texts belongs.
        DataError
            A text is empty or has no word in it; it is named.
        """
        check_texts(texts)
        encodings = self._tokenizer.encode_batch(list(texts))
        for text, encoding in zip(texts, encodings, strict=True):
            if all(encoding.special_tokens_mask):
                raise DataError(f"text {text!r} has no word in it; it has no embedding")
        # Texts of one length share a batch: padding costs work, and moves sums by a last bit.
        lengths: dict[int, list[int]] = {}
        for index, encoding in enumerate(encodings):
            lengths.setdefault(len(encoding.ids), []).append(index)
        batches = [
            same[start : start + _BATCH]
            for same in lengths.values()
            for start in range(0, len(same), _BATCH)
        ]
        means = map_ordered(
            lambda batch: self._run([encodings[index].ids for index in batch]), batches
        )
        out = np.zeros((len(encodings), DIM), np.float32)
        for batch, rows in zip(batches, means, strict=True):
            out[batch] = rows
        return unit(out)

    def _run(self, tokens: Sequence[Sequence[int]]) -> FloatArray:
        """Token lists of one length -> (n, 384), means over the tokens of each."""
        ids = np.array(tokens, np.int64)
        ones, zeros = np.ones_like(ids), np.zeros_like(ids)
        feed = {"input_ids": ids, "attention_mask": ones, "token_type_ids": zeros}
        (hidden,) = self._session.run(None, feed)
        result: FloatArray = hidden.mean(axis=1)
        return result
