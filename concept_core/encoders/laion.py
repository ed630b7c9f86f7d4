"""``laion-clap``: a ``.pt`` checkpoint of LAION-CLAP, run by the model of the laion_clap package.

Yusong Wu et al., Large-scale contrastive language-audio pretraining with feature fusion and
keyword-to-caption augmentation, 2023 (arXiv 2211.06687). Windows are cut here, so its random crops
are never drawn.

The package (1.1.7) was written for training. Importing it reads three tokenizers of the hub, and
its own folder is put on ``sys.path``; its model reads roberta-base's weights of the hub before it
is given its own; it needs torchvision, whose build must match torch's, for three names that no
embedding uses; and its loader unpickles. So its inner package ``clap_module`` alone is imported,
under a name of ours; nothing here reaches the hub, and nothing of it stays in ``sys.modules`` or
``sys.path`` but that name.
"""

from __future__ import annotations

import contextlib
import importlib.util
import re
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from concept_core.encoders.base import FloatArray
from concept_core.encoders.checkpoint import CheckpointFile, Located, State, read_state
from concept_core.encoders.htsat import ATTENTION_WINDOW, PATCH, SPEC_SIZE, HtsatSizes, read_sizes
from concept_core.encoders.torch_run import (
    check_half,
    check_tokenizer,
    in_float32,
    running,
    to_numpy,
    tokens_of,
)
from concept_core.errors import DataError, MissingPackageError
from concept_core.extras import check_extra, require_extra

if TYPE_CHECKING:
    import torch


SAMPLE_RATE = 48_000
WINDOW = 10 * SAMPLE_RATE
HOP = 480
MEL_RANGE = (50, 14_000)
DIM = 512
_NAME = "_sonolex_laion_clap"
_VISION = ("torchvision", "torchvision.ops", "torchvision.ops.misc", "torchvision.transforms")
_AUDIO = "audio_branch."
_TEXT = "text_branch."
# The older transformers kept them among the weights; they are 0, 1, 2, ...
_POSITIONS = f"{_TEXT}embeddings.position_ids"
# The import and the building put names of modules away for a while.
_LOCK = threading.Lock()


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
        batch = tokens_of(self._tokens, texts)
        with running(self._device, self._precision):
            return to_numpy(self._model.encode_text(batch, device=self._device))


CHECKPOINT = CheckpointFile(
    name="laion-clap",
    packages=("laion_clap", "transformers"),
    get="hf download lukewys/laion_clap 630k-audioset-best.pt --local-dir FOLDER",
    tokenizer=("roberta-base", "FacebookAI/roberta-base"),
    dim=DIM,
    sample_rate=SAMPLE_RATE,
    window=WINDOW,
    fill="repeat-pad",
    load=_Laion,
)
"""A ``.pt`` file of LAION-CLAP."""


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


def build(state: State) -> Any:
    """The package's CLAP model with a checkpoint's weights; they alone decide its sizes.

    Raises
    ------
    MissingError
        The package cannot be imported.
    KeyError, RuntimeError
        The weights are not those of such a model.
    """
    weights = {name: value for name, value in state.items() if name != _POSITIONS}
    sizes = read_sizes(weights, _AUDIO)
    with _LOCK, warnings.catch_warnings():
        # Of torch, about how the package calls it.
        warnings.simplefilter("ignore", UserWarning)
        package = _package()
        with _replaced(
            package.model,
            create_htsat_model=lambda *given: _htsat(package, sizes, *given),
            RobertaModel=_Roberta(weights),
        ):
            model = package.CLAP(**_config(weights, sizes))
    model.load_state_dict(weights)
    return model


def _config(weights: State, sizes: HtsatSizes) -> dict[str, Any]:
    """What the package's files of model sizes say, for these weights."""
    return {
        "embed_dim": weights["audio_projection.0.weight"].shape[1],
        "audio_cfg": {
            "audio_length": 1024,
            "clip_samples": WINDOW,
            "mel_bins": sizes.mel_bins,
            "sample_rate": SAMPLE_RATE,
            "window_size": sizes.fft,
            "hop_size": HOP,
            "fmin": MEL_RANGE[0],
            "fmax": MEL_RANGE[1],
            "class_num": sizes.classes,
            "model_type": "HTSAT",
            "model_name": "",
        },
        "text_cfg": {
            "context_length": 77,
            "vocab_size": 0,
            "width": 0,
            "heads": 0,
            "layers": 0,
            "model_type": "roberta",
        },
        "enable_fusion": sizes.fused,
        "fusion_type": "aff_2d" if sizes.fused else "None",
    }


def _htsat(package: ModuleType, sizes: HtsatSizes, config: Any, fused: bool, fusion: str) -> Any:
    """The HTSAT of these sizes; the package itself knows three by name."""
    return package.htsat.HTSAT_Swin_Transformer(
        spec_size=SPEC_SIZE,
        patch_size=PATCH,
        patch_stride=(PATCH, PATCH),
        num_classes=sizes.classes,
        embed_dim=sizes.width,
        depths=list(sizes.depths),
        num_heads=list(sizes.heads),
        window_size=ATTENTION_WINDOW,
        config=config,
        enable_fusion=fused,
        fusion_type=fusion,
    )


class _Roberta:
    """In place of transformers' class: from the sizes of the weights, not from the hub."""

    def __init__(self, weights: State) -> None:
        self._weights = weights

    def from_pretrained(self, name: str) -> Any:
        """A RobertaModel without the weights, which come after."""
        transformers = require_extra("transformers")
        words = self._weights[f"{_TEXT}embeddings.word_embeddings.weight"]
        layer = re.compile(re.escape(_TEXT) + r"encoder\.layer\.(\d+)\.output\.dense\.weight")
        first = self._weights[f"{_TEXT}encoder.layer.0.intermediate.dense.weight"]
        config = transformers.RobertaConfig(
            vocab_size=len(words),
            hidden_size=words.shape[1],
            num_hidden_layers=sum(map(bool, map(layer.fullmatch, self._weights))),
            # RoBERTa's heads are 64 wide in all its sizes.
            num_attention_heads=words.shape[1] // 64,
            intermediate_size=len(first),
            max_position_embeddings=len(
                self._weights[f"{_TEXT}embeddings.position_embeddings.weight"]
            ),
            type_vocab_size=1,
            # Of roberta-base; the class has another default.
            layer_norm_eps=1e-5,
        )
        return transformers.RobertaModel(config)


def _package() -> ModuleType:
    """``laion_clap.clap_module`` under a name of ours, without running ``laion_clap``."""
    if _NAME in sys.modules:
        return sys.modules[_NAME]
    check_extra("laion_clap")
    outer = importlib.util.find_spec("laion_clap")
    folder = Path(next(iter((outer and outer.submodule_search_locations) or ()))) / "clap_module"
    spec = importlib.util.spec_from_file_location(
        _NAME, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise MissingPackageError(
            f"{folder}: not the package laion_clap 1.1.7; install that version", name="laion_clap"
        )
    module = importlib.util.module_from_spec(spec)
    try:
        with _torchvision():
            sys.modules[_NAME] = module
            spec.loader.exec_module(module)
    # A build of torchvision that does not match torch's raises RuntimeError, or what it likes.
    except Exception as error:
        for name in [name for name in sys.modules if name.split(".")[0] == _NAME]:
            del sys.modules[name]
        lines = (
            '  pip install "sonolex[laion]"\n  pip install --no-deps laion-clap==1.1.7\n'
            "and, if torchvision is named, remove it (pip uninstall torchvision): it is not needed"
        )
        raise MissingPackageError(
            f"laion_clap cannot be imported ({type(error).__name__}: {error}); run\n{lines}",
            name="laion_clap",
        ) from error
    return module


@contextlib.contextmanager
def _torchvision() -> Iterator[None]:
    """Stand-ins for what is imported of torchvision, where it is not installed."""
    # transformers looks for torchvision when its first model is imported, and must not find these.
    for name in ("BertModel", "RobertaModel", "BartModel"):
        getattr(require_extra("transformers"), name)
    absent = importlib.util.find_spec("torchvision") is None
    standing = {name: _StandIn(name) for name in _VISION if absent}
    sys.modules.update(standing)
    try:
        yield
    finally:
        for name in standing:
            del sys.modules[name]


class _StandIn(ModuleType):
    """A module that has whatever class is asked for; none of them is ever used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


@contextlib.contextmanager
def _replaced(module: ModuleType, **names: Any) -> Iterator[None]:
    before = {name: getattr(module, name) for name in names}
    vars(module).update(names)
    try:
        yield
    finally:
        vars(module).update(before)
