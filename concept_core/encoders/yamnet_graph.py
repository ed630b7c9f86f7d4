"""From the YAMNet file as shipped, quantised and one patch a call, to a float graph."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import Any

from concept_core.encoders.runtime import derived
from concept_core.errors import DataError
from concept_core.files import sha256_file

# Part of the cached file's name: another surgery must not read this one's result.
_SURGERY = "yamnet-float-1"
_QUANTISERS = ("QuantizeLinear", "DequantizeLinear")


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

    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(archive) as files:
        members = {Path(name).name: name for name in files.namelist()}
        for name in ("model.onnx", "model.data"):
            (Path(folder) / name).write_bytes(files.read(members[name]))
        return onnx.load(str(Path(folder) / "model.onnx"))


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
