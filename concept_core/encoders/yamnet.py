"""YAMNet: mono sound at 16 kHz to probabilities of the AudioSet classes; numpy and onnxruntime.

The front end is the one that the network was trained with (Plakal and Ellis, AudioSet YAMNet):
windows of 25 ms every 10 ms, 512-point FFT magnitude, 64 HTK mels from 125 to 7500 Hz,
log(x + 0.001), patches of 96 frames; here a patch starts every 48 frames.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from concept_core.audio import constant_offset
from concept_core.encoders.base import FloatArray
from concept_core.encoders.runtime import derived, open_session
from concept_core.errors import DataError
from concept_core.files import sha256_file
from concept_core.resources import resource_path
from concept_core.temporaries import temporary_folder

SAMPLE_RATE = 16000
PATCH_FRAMES = 96
MELS = 64
_WINDOW = 400
_HOP = 160
_FFT = 512
_MEL_RANGE = (125.0, 7500.0)
_LOG_OFFSET = 1e-3
_PATCH_HOP = 48
# Samples that one patch sees.
PATCH_SAMPLES = _WINDOW + _HOP * (PATCH_FRAMES - 1)
# Patches a run: bounds the memory that a long file takes; the result does not depend on it.
_CHUNK = 16
_TRIM = 1e-3
_LOUD_BLOCK = 1 << 16
_ONE = np.float32(1)
_PEAK = 0.7
# Part of the cached file's name: another surgery must not read this one's result.
_SURGERY = "yamnet-float-1"
_QUANTISERS = ("QuantizeLinear", "DequantizeLinear")


def class_map() -> tuple[tuple[str, str], ...]:
    """(mid, display name) of the classes, in the order of YAMNet's outputs.

    Raises
    ------
    MissingError
        The resource ``yamnet`` has not been fetched.
    DataError
        The file lacks the columns ``mid`` and ``display_name``, or rows.
    """
    path = class_map_path()
    with open(path, encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    if not rows or not {"mid", "display_name"} <= rows[0].keys():
        raise DataError(f"{path}: not a class map with the columns mid and display_name")
    return tuple((row["mid"], row["display_name"]) for row in rows)


def archive_path() -> Path:
    """The fetched archive with the network."""
    return resource_path("yamnet", "YamNet_w8a8.onnx.zip")


def class_map_path() -> Path:
    """The fetched table of class names."""
    return resource_path("yamnet", "yamnet_class_map.csv")


@cache
def mel_matrix() -> FloatArray:
    """Weights (257, 64) from FFT magnitudes to mels: triangles on the HTK mel scale."""

    def mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
        return 1127.0 * np.log1p(hertz / 700.0)

    bins = mel(np.linspace(0.0, SAMPLE_RATE / 2, _FFT // 2 + 1))[:, None]
    bottom, top = mel(np.array(_MEL_RANGE))
    edges = np.linspace(bottom, top, MELS + 2)
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (bins - low) / (centre - low), (high - bins) / (high - centre)
    weights: FloatArray = np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)
    return weights


@cache
def _hann() -> FloatArray:
    """The periodic Hann window."""
    phase = 2 * np.pi * np.arange(_WINDOW) / _WINDOW
    return (0.5 - 0.5 * np.cos(phase)).astype(np.float32)


def prepare(samples: FloatArray) -> FloatArray:
    """Trim the edges below a thousandth of the peak, scale the peak to 0.7, repeat to a patch.

    Levels are those of the offset-free signal.

    Parameters
    ----------
    samples : (n,) at 16 kHz, finite, not silent

    Returns
    -------
    (m,) with m >= 15600
    """
    samples, gain = _trimmed(samples)
    samples = samples * gain
    if len(samples) < PATCH_SAMPLES:
        samples = np.resize(samples, PATCH_SAMPLES)
    return samples


def _trimmed(samples: FloatArray) -> tuple[FloatArray, np.float32]:
    """A sound between its quiet edges, not copied, and what scales its peak to 0.7."""
    offset = constant_offset(samples, SAMPLE_RATE)
    if offset:
        samples = samples - np.float32(offset)
    peak = max(float(samples.max()), -float(samples.min()))
    first, last = _loud(samples, _TRIM * peak)
    return samples[first:last], np.float32(_PEAK / peak)


def _loud(samples: FloatArray, level: float) -> tuple[int, int]:
    """Where the first sample above a level lies, and behind the last; found block by block."""
    blocks = range(0, len(samples), _LOUD_BLOCK)

    def above(start: int) -> NDArray[np.intp]:
        return np.flatnonzero(np.abs(samples[start : start + _LOUD_BLOCK]) > level) + start

    first = next(found[0] for start in blocks if len(found := above(start)))
    last = next(found[-1] for start in reversed(blocks) if len(found := above(start)))
    return int(first), int(last) + 1


def patches(samples: FloatArray, gain: np.float32 = _ONE) -> Iterator[FloatArray]:
    """Log-mel patches in chunks (at most 16, 1, 96, 64).

    A patch starts every 0.48 s; zeros fill up the last one, so that no sound is dropped.
    ``gain`` scales the samples.
    """
    step = _PATCH_HOP * _HOP
    count = 1 + max(0, -(-(len(samples) - PATCH_SAMPLES) // step))
    for start in range(0, count, _CHUNK):
        number = min(_CHUNK, count - start)
        piece = samples[start * step : (start + number - 1) * step + PATCH_SAMPLES]
        missing = (number - 1) * step + PATCH_SAMPLES - len(piece)
        frames = _log_mel(np.pad(piece * gain, (0, missing)))
        windows = np.lib.stride_tricks.sliding_window_view(frames, PATCH_FRAMES, axis=0)
        yield np.ascontiguousarray(windows[::_PATCH_HOP].swapaxes(1, 2)[:, None])


def _log_mel(samples: FloatArray) -> FloatArray:
    """(n,) samples -> (frames, 64)."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP]
    magnitude = np.abs(np.fft.rfft(frames * _hann(), _FFT)).astype(np.float32)
    result: FloatArray = np.log(magnitude @ mel_matrix() + np.float32(_LOG_OFFSET))
    return result


class Yamnet:
    """The network, loaded from the resource ``yamnet``.

    Attributes
    ----------
    classes : tuple of str
        Display names of the outputs.
    """

    def __init__(self) -> None:
        archive = archive_path()
        self.classes = tuple(name for _, name in class_map())
        self._session = open_session(float_model(archive), archive)
        outputs = self._session.get_outputs()[0].shape[-1]
        if outputs != len(self.classes):
            raise DataError(
                f"{archive}: the network has {outputs} classes, {class_map_path()} names"
                f" {len(self.classes)}; fetch both again: sonolex fetch yamnet"
            )

    def probabilities(self, samples: FloatArray) -> FloatArray:
        """Mean probability of each class over the patches of a clip.

        Parameters
        ----------
        samples : (n,) at 16 kHz, finite, not silent

        Returns
        -------
        (classes,) in [0, 1]
        """
        total = np.zeros(len(self.classes))
        count = 0
        part, gain = _trimmed(samples)
        # A long sound is scaled patch by patch, so that it is held once.
        long = len(part) >= PATCH_SAMPLES
        for chunk in patches(part, gain) if long else patches(prepare(samples)):
            (logits,) = self._session.run(None, {"audio": chunk})
            total += (1.0 / (1.0 + np.exp(-np.clip(logits, -50.0, 50.0)))).sum(axis=0)
            count += len(chunk)
        return (total / count).astype(np.float32)


def float_model(archive: Path) -> bytes:
    """The float graph of an archive with ``model.onnx`` and ``model.data``, as ONNX bytes.

    Its input is ``audio`` (n, 1, 96, 64) float32, its output the logits (n, classes).

    Raises
    ------
    DataError
        The archive does not hold such a model.
    """
    name = f"{_SURGERY}-{sha256_file(archive)[:16]}"
    return derived(name, lambda: _build(archive))


def _build(archive: Path) -> bytes:
    import onnx

    try:
        model = _read(archive)
        _remove_quantisers(model.graph)
        _free_batch(model.graph)
        onnx.checker.check_model(model, full_check=True)
    # A file of the user's own may be wrong in any way, and onnx raises whatever protobuf does.
    except Exception as error:
        raise DataError(
            f"{archive}: not the YAMNet archive (model.onnx and model.data, quantised, one patch"
            f" of 96 x 64 in): {error}"
        ) from error
    blob: bytes = model.SerializeToString(deterministic=True)
    return blob


def _read(archive: Path) -> Any:
    """The model with its weights, which the archive keeps in a file beside the graph."""
    import onnx

    with temporary_folder(None, archive.name) as folder, zipfile.ZipFile(archive) as files:
        members = {Path(name).name: name for name in files.namelist()}
        for name in ("model.onnx", "model.data"):
            (folder / name).write_bytes(files.read(members[name]))
        return onnx.load(str(folder / "model.onnx"))


def _remove_quantisers(graph: Any) -> None:
    """Wire every reader of a quantised value to the float value that it came from.

    The weights in the file are floats already; the nodes only round them and what flows.
    """
    origin: dict[str, str] = {}
    kept = []
    for node in graph.node:
        if node.op_type in _QUANTISERS:
            # Nodes come in topological order, so one step back is all the way back.
            origin[node.output[0]] = origin.get(node.input[0], node.input[0])
        else:
            kept.append(node)
    for node in kept:
        for place, name in enumerate(node.input):
            node.input[place] = origin.get(name, name)
    for output in graph.output:
        output.name = origin.get(output.name, output.name)
    del graph.node[:]
    graph.node.extend(kept)
    del graph.value_info[:]


def _free_batch(graph: Any) -> None:
    """Let any number of patches in; float in, float out; drop the weights that nothing reads."""
    from onnx import TensorProto, helper

    nodes = [
        # The file's Reshape has a batch of one written into its target shape.
        helper.make_node("Flatten", node.input[:1], node.output, axis=1)
        if node.op_type == "Reshape"
        else node
        for node in graph.node
    ]
    read = {name for node in nodes for name in node.input}
    weights = [weight for weight in graph.initializer if weight.name in read]
    (audio,) = graph.input
    (logits,) = graph.output
    classes = logits.type.tensor_type.shape.dim[1].dim_value
    for part, new in ((graph.node, nodes), (graph.initializer, weights)):
        del part[:]
        part.extend(new)
    shapes: tuple[tuple[Any, list[str | int]], ...] = (
        (audio, ["n", 1, 96, 64]),
        (logits, ["n", classes]),
    )
    for value, shape in shapes:
        value.CopyFrom(helper.make_tensor_value_info(value.name, TensorProto.FLOAT, shape))
