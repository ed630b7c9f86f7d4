"""``msclap``: ``CLAP_weights_2023.pth`` of Microsoft CLAP, in the model code of transformers.

Benjamin Elizalde et al., Natural language supervision for general-purpose audio representations,
2023 (arXiv 2309.05767): HTSAT for sounds, GPT-2 for texts, and on each a projection of two
layers. The package msclap needs numpy below 2 and transformers below 5, crops sounds over 7 s at
random, joins the channels of stereo end to end, and gives rows of any length. The models inside it
are also those of transformers under other names, so that its weights are renamed here, not its code
taken. All sizes are read from the weights, the mel filters too. What was compared with the
package's own code, and what needs the published weights to be seen, is in ``docs/encoders.md``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from concept_core.encoders.base import FloatArray
from concept_core.encoders.checkpoint import CheckpointFile, Located, State, read_state
from concept_core.encoders.htsat import ATTENTION_WINDOW, PATCH, SPEC_SIZE, read_sizes
from concept_core.encoders.torch_run import (
    check_half,
    check_tokenizer,
    embedding,
    running,
    to_numpy,
    tokens_of,
)
from concept_core.errors import DataError
from concept_core.extras import require_extra

if TYPE_CHECKING:
    import torch


_DIM = 1024
_END = " <|endoftext|>"
HOP = 320
_AUDIO = "audio_encoder.base.htsat."
_TEXT = "caption_encoder.base."
_MEL_FLOOR = 1e-10
# HTSAT's names -> those of transformers' ClapAudioModel.
_RENAMED = {
    r"^bn0\.": "batch_norm.",
    r"\.norm1\.": ".layernorm_before.",
    r"\.norm2\.": ".layernorm_after.",
    r"\.attn\.relative": ".attention.self.relative",
    r"\.attn\.proj\.": ".attention.output.dense.",
    r"\.mlp\.fc1\.": ".intermediate.dense.",
    r"\.mlp\.fc2\.": ".output.dense.",
}
# The front end is run here, the classifier is of no use, and masks follow from the sizes.
_LEFT_OUT = re.compile(
    r"(spectrogram_extractor|logmel_extractor|tscam_conv|head)\..*|.*\.attn_mask"
)
# The older transformers kept causal masks among GPT-2's weights.
_MASKS = re.compile(r".*\.attn\.(masked_)?bias")


class _Microsoft:
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
        batch = tokens_of(self._tokens, [text + _END for text in texts])
        with running(self._device, self._precision):
            return to_numpy(
                self._model.text(
                    batch["input_ids"].to(self._device), batch["attention_mask"].to(self._device)
                )
            )


CHECKPOINT = CheckpointFile(
    name="msclap",
    packages=("transformers",),
    get="hf download microsoft/msclap CLAP_weights_2023.pth --local-dir FOLDER",
    tokenizer=("gpt2", "openai-community/gpt2"),
    dim=_DIM,
    sample_rate=44_100,
    window=7 * 44_100,
    fill="repeat",
    load=_Microsoft,
)
"""The file of Microsoft CLAP 2023."""


class MsClap:
    """Both halves of the model, on one device.

    Parameters
    ----------
    state : State
        The weights of the published checkpoint.
    device : str

    Raises
    ------
    KeyError, RuntimeError
        The weights are not those of such a model.
    """

    def __init__(self, state: State, device: str) -> None:
        import torch

        self._mel = state[f"{_AUDIO}logmel_extractor.melW"].float().to(device)
        kernels = state[f"{_AUDIO}spectrogram_extractor.stft.conv_real.weight"]
        self._fft = kernels.shape[2]
        self._taper = torch.hann_window(self._fft, device=device)
        self._sounds = _htsat(state).eval().to(device)
        self._texts = _gpt2(state).eval().to(device)
        self._project_sounds = _Projection(state, "audio_encoder.projection.", device)
        self._project_texts = _Projection(state, "caption_encoder.projection.", device)

    @property
    def dim(self) -> int:
        """Length of an embedding."""
        return self._project_sounds.dim

    @property
    def tokens(self) -> int:
        """Rows of the table of token embeddings."""
        return int(self._texts.get_input_embeddings().num_embeddings)

    def spectrogram(self, windows: torch.Tensor) -> torch.Tensor:
        """Windows (n, samples) -> decibels (n, 1, frames, mel bins)."""
        import torch

        spectrum = torch.stft(
            windows,
            self._fft,
            hop_length=HOP,
            window=self._taper,
            center=True,
            pad_mode="reflect",
            return_complex=True,
        )
        power = spectrum.abs().square().transpose(1, 2) @ self._mel
        return (10 * power.clamp(min=_MEL_FLOOR).log10()).unsqueeze(1)

    def audio(self, spectrogram: torch.Tensor) -> torch.Tensor:
        """Decibels (n, 1, frames, mel bins) -> (n, dim)."""
        return self._project_sounds(embedding(self._sounds(input_features=spectrogram)))

    def text(self, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Token ids (n, length), padded at the end, and their mask -> (n, dim)."""
        import torch

        states = self._texts(input_ids=tokens, attention_mask=mask).last_hidden_state
        # The place is found as in the model's training: it counts the tokens that are not the
        # padding, which is "!", so that one of a text's own moves it to an earlier token.
        last = (tokens != 0).sum(dim=1) - 1
        rows = torch.arange(len(tokens), device=tokens.device)
        return self._project_texts(states[rows, last.clamp(min=0)])


class _Projection:
    """Two layers with a shortcut around the second, and a layer norm."""

    def __init__(self, state: State, prefix: str, device: str) -> None:
        names = ("linear1.weight", "linear2.weight", "layer_norm.weight", "layer_norm.bias")
        self._parts = [state[prefix + name].float().to(device) for name in names]
        self.dim = len(self._parts[0])

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        from torch.nn import functional

        first, second, weight, bias = self._parts
        short = functional.linear(x, first)
        long = functional.linear(functional.gelu(short), second)
        return functional.layer_norm(short + long, weight.shape, weight, bias)


def _htsat(state: State) -> Any:
    transformers = require_extra("transformers")
    sizes = read_sizes(state, _AUDIO)
    config = transformers.ClapAudioConfig(
        spec_size=SPEC_SIZE,
        patch_size=PATCH,
        patch_stride=[PATCH, PATCH],
        window_size=ATTENTION_WINDOW,
        num_mel_bins=sizes.mel_bins,
        patch_embeds_hidden_size=sizes.width,
        hidden_size=sizes.width * 2 ** (len(sizes.depths) - 1),
        depths=list(sizes.depths),
        num_attention_heads=list(sizes.heads),
        num_hidden_layers=len(sizes.depths),
    )
    model = transformers.ClapAudioModel(config)
    weights: dict[str, torch.Tensor] = {}
    for name, value in state.items():
        if name.startswith(_AUDIO) and not _LEFT_OUT.fullmatch(name.removeprefix(_AUDIO)):
            weights |= _renamed(name.removeprefix(_AUDIO), value)
    model.audio_encoder.load_state_dict(weights)
    return model


def _renamed(name: str, value: torch.Tensor) -> dict[str, torch.Tensor]:
    for pattern, new in _RENAMED.items():
        name = re.sub(pattern, new, name)
    before, joined, after = name.partition(".attn.qkv.")
    if not joined:
        return {name: value}
    parts = zip(("query", "key", "value"), value.chunk(3), strict=True)
    return {f"{before}.attention.self.{part}.{after}": third for part, third in parts}


def _gpt2(state: State) -> Any:
    transformers = require_extra("transformers")
    weights = {
        name.removeprefix(_TEXT): value
        for name, value in state.items()
        if name.startswith(_TEXT) and not _MASKS.fullmatch(name)
    }
    words, places = weights["wte.weight"], weights["wpe.weight"]
    config = transformers.GPT2Config(
        vocab_size=len(words),
        n_positions=len(places),
        n_embd=words.shape[1],
        n_layer=sum(bool(re.fullmatch(r"h\.\d+\.ln_1\.weight", name)) for name in weights),
        # GPT-2's heads are 64 wide in all its sizes.
        n_head=words.shape[1] // 64,
        n_inner=weights["h.0.mlp.c_fc.weight"].shape[1],
    )
    model = transformers.GPT2Model(config)
    model.load_state_dict(weights)
    return model
