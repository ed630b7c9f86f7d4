"""The surgery on a quantised graph, on a tiny one made here in the layout of the real one."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from concept_core.encoders.runtime import open_session
from concept_core.encoders.yamnet_graph import float_model
from concept_core.errors import DataError

CLASSES = 5
KERNEL = np.linspace(-1, 1, 3 * 9, dtype=np.float32).reshape(3, 1, 3, 3)
DENSE = np.linspace(-2, 2, 3 * CLASSES, dtype=np.float32).reshape(CLASSES, 3)
SCALE = 0.07


def quantised(name: str) -> list[onnx.NodeProto]:
    """A pair of nodes that round ``name`` to uint8 and back, as ``name``_back."""
    return [
        helper.make_node("QuantizeLinear", [name, "scale", "zero"], [f"{name}_q"]),
        helper.make_node("DequantizeLinear", [f"{name}_q", "scale", "zero"], [f"{name}_back"]),
    ]


def quantised_model() -> onnx.ModelProto:
    """uint8 in (1, 1, 96, 64), conv, relu, mean, reshape to a batch of one, dense, uint8 out."""
    nodes = [
        helper.make_node("DequantizeLinear", ["audio", "scale", "zero"], ["audio_back"]),
        *quantised("kernel"),
        helper.make_node("Conv", ["audio_back", "kernel_back"], ["conv"]),
        helper.make_node("Relu", ["conv"], ["relu"]),
        *quantised("relu"),
        helper.make_node("GlobalAveragePool", ["relu_back"], ["pool"]),
        *quantised("pool"),
        helper.make_node("Reshape", ["pool_back", "shape"], ["flat"]),
        *quantised("flat"),
        helper.make_node("Gemm", ["flat_back", "dense"], ["scores"], transB=1),
        helper.make_node("QuantizeLinear", ["scores", "scale", "zero"], ["class_scores"]),
    ]
    values = {
        "kernel": KERNEL,
        "dense": DENSE,
        "scale": np.float32(SCALE),
        "zero": np.uint8(128),
        "shape": np.array([1, 3], np.int64),
    }
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("audio", TensorProto.UINT8, [1, 1, 96, 64])],
        [helper.make_tensor_value_info("class_scores", TensorProto.UINT8, [1, CLASSES])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in values.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def archive_of(folder: Path, model: onnx.ModelProto) -> Path:
    """A zip with the graph and, beside it, its weights, in a folder of their own."""
    onnx.save(
        model,
        str(folder / "model.onnx"),
        save_as_external_data=True,
        location="model.data",
        size_threshold=0,
    )
    path = folder / "tiny.onnx.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("model.onnx", "model.data"):
            archive.write(folder / name, f"job_1/{name}")
    return path


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    return archive_of(tmp_path, quantised_model())


def expected(x: np.ndarray) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(x[:, 0], (3, 3), axis=(1, 2))
    conv = np.einsum("nhwij,kij->nkhw", windows, KERNEL[:, 0])
    return np.maximum(conv, 0).mean(axis=(2, 3)) @ DENSE.T


def test_the_float_graph_rounds_nothing_and_takes_any_batch(archive: Path) -> None:
    blob = float_model(archive)
    kinds = {node.op_type for node in onnx.load_from_string(blob).graph.node}
    assert kinds == {"Conv", "Relu", "GlobalAveragePool", "Flatten", "Gemm"}
    session = open_session(blob, archive)
    x = np.sin(np.arange(3 * 96 * 64, dtype=np.float32)).reshape(3, 1, 96, 64)
    (scores,) = session.run(None, {"audio": x})
    np.testing.assert_allclose(scores, expected(x), atol=1e-5)
    # The graph as shipped would have been off by whole steps.
    assert np.abs(scores / SCALE - np.rint(scores / SCALE)).max() > 0.1


def test_the_float_graph_is_kept_under_the_home(archive: Path, tmp_path: Path) -> None:
    first = float_model(archive)
    (kept,) = (tmp_path / "home" / "derived").iterdir()
    time = kept.stat().st_mtime_ns
    assert float_model(archive) == first
    assert kept.stat().st_mtime_ns == time


def test_an_archive_without_a_model_is_an_error_that_names_it(archive: Path) -> None:
    with zipfile.ZipFile(archive, "w") as empty:
        empty.writestr("readme.txt", "nothing")
    with pytest.raises(DataError, match=r"tiny\.onnx\.zip: not the YAMNet archive"):
        float_model(archive)


def test_a_file_that_is_no_archive_is_an_error_that_names_it(archive: Path) -> None:
    archive.write_text("not a zip")
    with pytest.raises(DataError, match=r"tiny\.onnx\.zip: not the YAMNet archive"):
        float_model(archive)


def test_another_networks_archive_is_an_error(tmp_path: Path, archive: Path) -> None:
    model = quantised_model()
    del model.graph.node[-4:]
    with pytest.raises(DataError, match="not the YAMNet archive"):
        float_model(archive_of(tmp_path, model))
