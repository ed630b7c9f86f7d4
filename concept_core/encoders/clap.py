"""``clap``: a transformers ``ClapModel`` from a folder, or from the hub by its id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from concept_core.documents import read_json
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

_CONFIG, _WEIGHTS = "config.json", "*.safetensors"
# The feature extractor's settings: a file of their own (transformers 4), or a table of the
# processor's (transformers 5). One pattern for both: a hub's model has one of them, or both.
_OLD, _NEW, _TABLE = "preprocessor_config.json", "processor_config.json", "feature_extractor"
_ON_HUB = (_CONFIG, f"*{_NEW}", _WEIGHTS)
_HINT = (
    f"a CLAP model's folder has {_CONFIG}, {_OLD} or {_NEW}, {_WEIGHTS} and the tokenizer's files"
    " (save_pretrained of the model and of its processor writes them)"
)


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
        folder = snapshot(argument, _ON_HUB, TOKEN_FILES, offline=offline)
    _check_there(folder)
    config, (source, features) = _json(folder / _CONFIG), _feature_settings(folder)
    try:
        rate = int(features["sampling_rate"])
        window = int(features.get("nb_max_samples") or features["max_length_s"] * rate)
        dim = int(config.get("projection_dim", 512))
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(
            f"{folder}: {_CONFIG} and {source.name} are not the configuration of a CLAP model"
            f" ({error!r})"
        ) from error
    # What decides an embedding. Of two files with settings, the one that is not read does not.
    files = {folder / _CONFIG, source, *folder.glob(_WEIGHTS), *token_files(folder)}
    sums = [[path.name, sha256_file(path)] for path in sorted(files)]
    return Plan(
        name="clap",
        checkpoint=sha256_text(canonical_json(sums)),
        dim=dim,
        sample_rate=rate,
        window=window,
        fill="repeat-pad",
        load=partial(_Clap, folder, features),
    )


class _Clap:
    """The loaded model; see ``Tower``."""

    def __init__(
        self, folder: Path, features: Mapping[str, Any], device: str, precision: str
    ) -> None:
        check_half(precision, device)
        transformers = require_extra("transformers")
        self._device, self._precision = device, precision
        try:
            self._model = transformers.ClapModel.from_pretrained(
                folder, local_files_only=True, use_safetensors=True
            )
            # Not from_pretrained, which looks for a file itself: these are what the identity tells.
            self._features = transformers.ClapFeatureExtractor(**features)
            # A folder may name code of its own; without False the library would ask, and wait.
            self._tokens = transformers.AutoTokenizer.from_pretrained(
                folder, local_files_only=True, trust_remote_code=False
            )
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


def _check_there(folder: Path) -> None:
    """See that a folder has the model's own files; the tokenizer's are looked for apart."""
    for pattern in (_CONFIG, _WEIGHTS):
        if not list(folder.glob(pattern)):
            raise DataError(f"{folder}: no {pattern}; {_HINT}")


def _feature_settings(folder: Path) -> tuple[Path, dict[str, Any]]:
    """The feature extractor's settings and the file that they are in.

    Where both files have some, those of ``processor_config.json`` count, as in transformers 5:
    it is what a folder that was saved again got last.
    """
    new, old = folder / _NEW, folder / _OLD
    processor = _json(new) if new.is_file() else {}
    # transformers 4 wrote the file too, for processors with settings of their own.
    if isinstance(settings := processor.get(_TABLE), dict):
        return new, settings
    if old.is_file():
        return old, _json(old)
    lacks = f"no {_NEW}" if not new.is_file() else f"{_NEW} without a table {_TABLE!r}"
    raise DataError(
        f"{folder}: neither {_OLD} (written by transformers 4) nor {_NEW} with a table {_TABLE!r}"
        f" (transformers 5): {lacks}, so that nothing says what sample rate and window the model"
        f" takes; {_HINT}"
    )


def _json(path: Path) -> dict[str, Any]:
    try:
        value = read_json(path)
    except (FileNotFoundError, DataError) as error:
        raise DataError(f"{path}: not JSON ({error}); copy the model's folder again") from error
    if not isinstance(value, dict):
        raise DataError(f"{path}: not a JSON object; copy the model's folder again")
    return value
