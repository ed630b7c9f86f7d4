"""``laion-clap``: a ``.pt`` checkpoint of LAION-CLAP, run by the model of the laion_clap package.

Yusong Wu et al., Large-scale contrastive language-audio pretraining with feature fusion and
keyword-to-caption augmentation, 2023 (arXiv 2211.06687). The package's traps, and how they are
kept out, stand in ``laion_import``; windows are cut here, so its random crops are never drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from concept_core.encoders.base import FloatArray
from concept_core.encoders.checkpoint import Located, locate, read_state
from concept_core.encoders.laion_import import DIM, HOP, MEL_RANGE, SAMPLE_RATE, WINDOW, build
from concept_core.encoders.torch_run import (
    MAX_TOKENS,
    check_half,
    check_tokenizer,
    in_float32,
    running,
    to_numpy,
)
from concept_core.encoders.tower import Plan
from concept_core.errors import DataError
from concept_core.extras import check_extra, require_extra

if TYPE_CHECKING:
    import torch

_GET = "hf download lukewys/laion_clap 630k-audioset-best.pt --local-dir FOLDER"
_TOKENIZER = ("roberta-base", "FacebookAI/roberta-base")


def plan(
    path: Path, *, tokenizer: str | None = None, sha256: str | None = None, offline: bool = False
) -> Plan:
    """The plan for a checkpoint file.

    Parameters
    ----------
    path : Path
    tokenizer : str or None
        Folder or hub id of roberta-base's tokenizer; else the hub's local cache has it.
    sha256 : str or None
        Of the file, or ``trust``; needed only where it holds more than weights.
    offline : bool
        Download nothing.

    Raises
    ------
    MissingError
        laion_clap, the file or the tokenizer is not here.
    UsageError, IntegrityError
        The sha256 is none, or another than the file's.
    DataError
        The tokenizer's folder lacks its files.
    """
    check_extra("laion_clap")
    check_extra("transformers")
    found = locate(path, _GET, _TOKENIZER, tokenizer=tokenizer, sha256=sha256, offline=offline)
    return Plan(
        name="laion-clap",
        checkpoint=found.identity,
        dim=DIM,
        sample_rate=SAMPLE_RATE,
        window=WINDOW,
        fill="repeat-pad",
        load=partial(_Laion, found),
    )


class _Laion:
    """The loaded model; see ``Tower``."""

    def __init__(self, found: Located, device: str, precision: str) -> None:
        check_half(precision, device)
        self._device, self._precision = device, precision
        state = read_state(found.path, "state_dict", found.digest, trusted=found.trusted)
        try:
            model = build(state)
        except (KeyError, RuntimeError) as error:
            raise DataError(
                f"{found.path}: not the weights of a LAION-CLAP model, with HTSAT and RoBERTa"
                f" ({type(error).__name__}: {error})"
            ) from error
        self._model = model.float().eval().to(device)
        # Half precision is for products of weights, not for a spectrogram's sums.
        in_float32(self._model.audio_branch.spectrogram_extractor, device)
        in_float32(self._model.audio_branch.logmel_extractor, device)
        self._features = _mel_features(self._model) if self._model.enable_fusion else None
        transformers = require_extra("transformers")
        self._tokens = transformers.RobertaTokenizerFast.from_pretrained(
            found.tokens, local_files_only=True
        )
        rows = self._model.text_branch.get_input_embeddings().num_embeddings
        check_tokenizer(self._tokens, rows, str(found.tokens))

    def audio(self, windows: FloatArray) -> FloatArray:
        """See the protocol."""
        import torch

        # Its own code takes sounds through 16 bits, as the files that it was trained on have.
        coarse = (np.clip(windows, -1, 1) * 32767).astype(np.int16).astype(np.float32) / 32767
        # No window is longer than the model's: the branch that draws parts has nothing to do.
        given: dict[str, torch.Tensor] = {
            "longer": torch.zeros((len(windows), 1), dtype=torch.bool),
        }
        if self._features is None:
            given["waveform"] = torch.from_numpy(coarse)
        else:
            made = self._features(list(coarse), sampling_rate=SAMPLE_RATE, return_tensors="pt")
            given["mel_fusion"] = made["input_features"].float()
        given = {name: value.to(self._device) for name, value in given.items()}
        with running(self._device, self._precision):
            heard = self._model.encode_audio(given, device=self._device)["embedding"]
            return to_numpy(self._model.audio_projection(heard))

    def text(self, texts: Sequence[str]) -> FloatArray:
        """See the protocol."""
        batch = self._tokens(
            list(texts), padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt"
        )
        with running(self._device, self._precision):
            return to_numpy(self._model.encode_text(batch, device=self._device))


def _mel_features(model: Any) -> Any:
    """What makes the spectrograms of a fused model; its package needs torchaudio for them."""
    return require_extra("transformers").ClapFeatureExtractor(
        feature_size=model.audio_cfg.mel_bins,
        sampling_rate=SAMPLE_RATE,
        hop_length=HOP,
        max_length_s=WINDOW // SAMPLE_RATE,
        fft_window_size=model.audio_cfg.window_size,
        frequency_min=MEL_RANGE[0],
        frequency_max=MEL_RANGE[1],
        truncation="fusion",
    )
