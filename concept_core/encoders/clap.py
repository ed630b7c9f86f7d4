"""``clap``: a transformers ``ClapModel`` from a folder, or from the hub by its id."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from concept_core.encoders.base import FloatArray
from concept_core.encoders.hub import TOKEN_FILES, snapshot, token_files
from concept_core.encoders.torch_run import (
    check_half,
    check_tokenizer,
    embedding,
    running,
    to_numpy,
    tokens_of,
)
from concept_core.encoders.windowed import Plan
from concept_core.errors import DataError
from concept_core.extras import check_extra, require_extra
from concept_core.files import canonical_json, sha256_file, sha256_text

if TYPE_CHECKING:
    import torch

# Of a model's folder, what decides an embedding; each of these patterns is needed.
_NEEDED = ("config.json", "preprocessor_config.json", "*.safetensors")


def plan(argument: str, *, offline: bool = False) -> Plan:
    """The plan for a model's folder or hub id (``owner/name``, or ``owner/name@revision``).

    Raises
    ------
    MissingError
        transformers is not installed, or the model is not here and cannot be downloaded.
    DataError
        The folder lacks a file, or one cannot be read.
    """
    check_extra("transformers")
    folder = Path(argument)
    if not folder.is_dir():
        folder = snapshot(argument, _NEEDED, TOKEN_FILES, offline=offline)
    files = _files(folder)
    config, features = _json(folder / "config.json"), _json(folder / "preprocessor_config.json")
    try:
        rate = int(features["sampling_rate"])
        window = int(features.get("nb_max_samples") or features["max_length_s"] * rate)
        dim = int(config.get("projection_dim", 512))
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{folder}: not the configuration of a CLAP model ({error!r})") from error
    sums = [[path.name, sha256_file(path)] for path in files]
    return Plan(
        name="clap",
        checkpoint=sha256_text(canonical_json(sums)),
        dim=dim,
        sample_rate=rate,
        window=window,
        fill="repeat-pad",
        load=partial(_Clap, folder),
    )


class _Clap:
    """The loaded model; see ``Tower``."""

    def __init__(self, folder: Path, device: str, precision: str) -> None:
        check_half(precision, device)
        transformers = require_extra("transformers")
        self._device, self._precision = device, precision
        try:
            self._model = transformers.ClapModel.from_pretrained(
                folder, local_files_only=True, use_safetensors=True
            )
            self._features = transformers.ClapFeatureExtractor.from_pretrained(folder)
            self._tokens = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
        # transformers raises whatever its parts raise.
        except Exception as error:
            raise DataError(
                f"{folder}: cannot be loaded as a CLAP model ({type(error).__name__}: {error})"
            ) from error
        self._model = self._model.float().eval().to(device)
        rows = self._model.text_model.get_input_embeddings().num_embeddings
        check_tokenizer(self._tokens, rows, str(folder))

    def audio(self, windows: FloatArray) -> FloatArray:
        """See the protocol."""
        import torch

        # Windows are as long as the model's: nothing is left for it to crop at random.
        features = self._features(
            list(windows), sampling_rate=self._features.sampling_rate, return_tensors="pt"
        )
        # Where no clip is longer, a fused model's extractor declares one at random to be.
        longer = torch.zeros((len(windows), 1), dtype=torch.bool)
        with running(self._device, self._precision):
            answer = self._model.get_audio_features(
                input_features=features["input_features"].float().to(self._device),
                is_longer=longer.to(self._device),
            )
        return to_numpy(embedding(answer))

    def text(self, texts: Sequence[str]) -> FloatArray:
        """See the protocol."""
        batch: dict[str, torch.Tensor] = tokens_of(self._tokens, texts)
        with running(self._device, self._precision):
            answer = self._model.get_text_features(
                input_ids=batch["input_ids"].to(self._device),
                attention_mask=batch["attention_mask"].to(self._device),
            )
        return to_numpy(embedding(answer))


def _files(folder: Path) -> list[Path]:
    """The files of a folder that decide an embedding, by name."""
    for pattern in _NEEDED:
        if not list(folder.glob(pattern)):
            raise DataError(
                f"{folder}: no {pattern}; a CLAP model's folder has {', '.join(_NEEDED)} and the"
                " tokenizer's files (save_pretrained of the model and of its processor writes them)"
            )
    needed = [path for pattern in _NEEDED for path in folder.glob(pattern)]
    return sorted({*needed, *token_files(folder)})


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not JSON ({error}); copy the model's folder again") from error
    if not isinstance(value, dict):
        raise DataError(f"{path}: not a JSON object; copy the model's folder again")
    return value
