"""``msclap``: ``CLAP_weights_2023.pth`` of Microsoft CLAP, the backbone of the paper.

The package msclap crops sounds over 7 s at random, joins the channels of stereo end to end, and
gives rows of any length. Only its weights are wanted: see ``msclap_model``. What was compared with
the package's own code, and what needs the published weights to be seen, is in
``docs/encoders.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from concept_core.encoders.base import FloatArray
from concept_core.encoders.checkpoint import Located, locate, read_state
from concept_core.encoders.msclap_model import MsClap
from concept_core.encoders.torch_run import (
    MAX_TOKENS,
    check_half,
    check_tokenizer,
    running,
    to_numpy,
)
from concept_core.encoders.tower import Plan
from concept_core.errors import DataError
from concept_core.extras import check_extra, require_extra

_RATE = 44_100
_WINDOW = 7 * _RATE
_DIM = 1024
_GET = "hf download microsoft/msclap CLAP_weights_2023.pth --local-dir FOLDER"
_TOKENIZER = ("gpt2", "openai-community/gpt2")
_END = " <|endoftext|>"


def plan(
    path: Path, *, tokenizer: str | None = None, sha256: str | None = None, offline: bool = False
) -> Plan:
    """The plan for a checkpoint file.

    Parameters
    ----------
    path : Path
    tokenizer : str or None
        Folder or hub id of GPT-2's tokenizer; else the hub's local cache has it.
    sha256 : str or None
        Of the file, or ``trust``; needed only where it holds more than weights.
    offline : bool
        Download nothing.

    Raises
    ------
    MissingError
        transformers, the file or the tokenizer is not here.
    UsageError, IntegrityError
        The sha256 is none, or another than the file's.
    DataError
        The tokenizer's folder lacks its files.
    """
    check_extra("transformers")
    found = locate(path, _GET, _TOKENIZER, tokenizer=tokenizer, sha256=sha256, offline=offline)
    return Plan(
        name="msclap",
        checkpoint=found.identity,
        dim=_DIM,
        sample_rate=_RATE,
        window=_WINDOW,
        fill="repeat",
        load=partial(_MsClap, found),
    )


class _MsClap:
    """The loaded model; see ``Tower``."""

    def __init__(self, found: Located, device: str, precision: str) -> None:
        check_half(precision, device)
        self._device, self._precision = device, precision
        state = read_state(found.path, "model", found.digest, trusted=found.trusted)
        try:
            self._model = MsClap(state, device)
            if self._model.dim != _DIM:
                raise RuntimeError(f"rows of {self._model.dim}, not {_DIM}")
        except (KeyError, RuntimeError) as error:
            raise DataError(
                f"{found.path}: not the weights of Microsoft CLAP 2023, with HTSAT and GPT-2"
                f" ({type(error).__name__}: {error})"
            ) from error
        self._tokens = require_extra("transformers").GPT2TokenizerFast.from_pretrained(
            found.tokens, local_files_only=True
        )
        check_tokenizer(self._tokens, self._model.tokens, str(found.tokens))
        # The token 0, which is in its vocabulary; GPT-2 itself has none for padding.
        self._tokens.pad_token = self._tokens.convert_ids_to_tokens(0)
        self._tokens.padding_side = "right"

    def audio(self, windows: FloatArray) -> FloatArray:
        """See the protocol."""
        import torch

        with torch.inference_mode():
            seen = self._model.spectrogram(torch.from_numpy(windows).to(self._device))
        with running(self._device, self._precision):
            return to_numpy(self._model.audio(seen))

    def text(self, texts: Sequence[str]) -> FloatArray:
        """See the protocol."""
        batch = self._tokens(
            [text + _END for text in texts],
            padding=True,
            truncation=True,
            max_length=MAX_TOKENS,
            return_tensors="pt",
        )
        with running(self._device, self._precision):
            return to_numpy(
                self._model.text(
                    batch["input_ids"].to(self._device), batch["attention_mask"].to(self._device)
                )
            )
