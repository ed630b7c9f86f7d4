"""How models run on torch: device, precision, no gradients, and no quiet loss of digits."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from concept_core.encoders.base import FloatArray
from concept_core.errors import DataError, UsageError
from concept_core.spelling import check_names

if TYPE_CHECKING:
    import torch

PRECISIONS = ("float32", "bfloat16", "float16")
MAX_TOKENS = 77
"""Tokens of a text that CLAP models read; they were trained on so many."""


def check_precision(precision: str) -> str:
    """The precision, if it is one.

    Raises
    ------
    UsageError
        It is none.
    """
    check_names("precision", [precision], PRECISIONS)
    return precision


@contextlib.contextmanager
def running(device: str, precision: str) -> Iterator[None]:
    """Inference without gradients; in float32 with all its bits, else mixed with half precision."""
    import torch

    with contextlib.ExitStack() as stack:
        stack.enter_context(torch.inference_mode())
        if precision != "float32":
            stack.enter_context(torch.autocast(device, getattr(torch, precision)))
        elif device == "cuda":
            # TF32 keeps ten bits of a factor, and is the default of convolutions.
            stack.enter_context(torch.backends.cudnn.flags(allow_tf32=False))
        yield


def in_float32(module: Any, device: str) -> None:
    """Have a part of a model run in float32 even where ``running`` asks for half precision."""
    import torch

    forward = module.forward

    def full(x: torch.Tensor) -> Any:
        with torch.autocast(device, enabled=False):
            return forward(x.float())

    module.forward = full


def to_numpy(rows: torch.Tensor) -> FloatArray:
    """A tensor as a float32 array of this machine's memory."""
    array: FloatArray = rows.float().cpu().numpy()
    return array


def embedding(answer: Any) -> torch.Tensor:
    """The embedding in a model's answer: from transformers 5 on it is an object around it."""
    tensor: torch.Tensor = getattr(answer, "pooler_output", answer)
    return tensor


def tokens_of(tokenizer: Any, texts: Sequence[str]) -> Any:
    """Texts as a padded batch of at most ``MAX_TOKENS`` tokens each."""
    return tokenizer(
        list(texts), padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt"
    )


def check_tokenizer(tokenizer: Any, rows: int, origin: str) -> None:
    """See that a tokenizer is the model's, and not the blank one.

    Without its files, transformers gives a tokenizer of five tokens and says nothing: every text
    becomes the same.

    Parameters
    ----------
    tokenizer : callable
        Of transformers.
    rows : int
        Of the model's table of token embeddings.
    origin : str
        Where it came from, for the message.

    Raises
    ------
    DataError
        It has another number of tokens than the model, or gives two texts the same.
    """
    size = len(tokenizer)
    first, second = tokenizer(["rain", "a dog barking"])["input_ids"]
    if not 0.9 * rows <= size <= rows or first == second:
        raise DataError(
            f"{origin}: a tokenizer of {size} tokens for a model of {rows}; its files are missing,"
            " or another model's. Put vocab.json and merges.txt (or tokenizer.json) of the model's"
            " own tokenizer there"
        )


def check_half(precision: str, device: str) -> None:
    """See that the device has the precision.

    Raises
    ------
    UsageError
        ``float16`` on the CPU, whose kernels lack it.
    """
    if precision == "float16" and device == "cpu":
        raise UsageError("precision float16 needs a CUDA device; on the CPU use bfloat16, float32")
