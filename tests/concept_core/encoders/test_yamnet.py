"""YAMNet's front end, which needs no weights; its class map, which needs the file; and the
surgery on a quantised graph, on a tiny one made here in the layout of the real one."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from concept_core.encoders import yamnet
from concept_core.encoders.base import Encoder, FloatArray
from concept_core.encoders.runtime import open_session
from concept_core.encoders.yamnet import float_model
from concept_core.errors import DataError

PATCH = yamnet.PATCH_SAMPLES
HOP = 48 * 160


def ripple(count: int) -> FloatArray:
    return np.sin(np.arange(count, dtype=np.float64) ** 1.3 / 50).astype(np.float32)


def all_patches(samples: FloatArray) -> FloatArray:
    return np.concatenate(list(yamnet.patches(samples)))


def test_the_mel_matrix() -> None:
    mel = yamnet.mel_matrix()
    assert mel.shape == (257, 64)
    assert mel.dtype == np.float32
    assert mel.min() == 0
    assert mel.max() <= 1
    hertz = np.arange(257) * 31.25
    heard = hertz[mel.sum(axis=1) > 0]
    assert heard[0] >= 125
    assert heard[-1] <= 7500
    centres = mel.argmax(axis=0)
    assert (np.diff(centres) >= 0).all()
    # Bands grow with frequency: 1127 ln(1 + f / 700) is near linear below and logarithmic above.
    assert (mel[:, 63] > 0).sum() > 4 * (mel[:, 5] > 0).sum()


@pytest.mark.parametrize(
    ("samples", "count"),
    [
        (1, 1),
        (PATCH - 1, 1),
        (PATCH, 1),
        (PATCH + 1, 2),
        (PATCH + HOP, 2),
        (PATCH + HOP + 1, 3),
        (PATCH + 15 * HOP, 16),
        (PATCH + 16 * HOP, 17),
        (PATCH + 33 * HOP - 1, 34),
    ],
)
def test_every_sample_is_in_a_patch_and_chunks_are_bounded(samples: int, count: int) -> None:
    chunks = list(yamnet.patches(ripple(samples)))
    assert sum(len(chunk) for chunk in chunks) == count
    assert all(chunk.shape[1:] == (1, 96, 64) and len(chunk) <= 16 for chunk in chunks)
    assert all(chunk.dtype == np.float32 for chunk in chunks)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, PATCH + 20 * HOP))
def test_chunks_do_not_show(count: int) -> None:
    samples = ripple(count)
    got = all_patches(samples)
    padded = np.pad(samples, (0, (len(got) - 1) * HOP + PATCH - count))
    for index in {0, len(got) // 2, len(got) - 1}:
        alone = all_patches(padded[index * HOP : index * HOP + PATCH])
        np.testing.assert_allclose(got[index], alone[0], atol=1e-5)


def test_a_tone_is_loudest_in_its_band() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(PATCH) / 16000).astype(np.float32)
    (patch,) = all_patches(tone)
    loudest = patch[0].mean(axis=0).argmax()
    assert yamnet.mel_matrix()[32, loudest] == yamnet.mel_matrix()[32].max()
    assert patch.min() >= np.log(1e-3) - 1e-6


def test_nothing_is_the_logarithm_of_the_offset() -> None:
    np.testing.assert_allclose(all_patches(np.zeros(PATCH, np.float32)), np.log(1e-3), rtol=1e-6)


def test_prepare_trims_scales_and_repeats() -> None:
    quiet, loud = np.full(5000, 1e-5, np.float32), 0.2 * ripple(300)
    loud[0] = loud[-1] = 0.2
    got = yamnet.prepare(np.concatenate([quiet, loud, quiet]))
    assert len(got) == PATCH
    assert np.abs(got).max() == pytest.approx(0.7)
    np.testing.assert_allclose(got[:300], loud * 3.5, rtol=1e-5)
    np.testing.assert_array_equal(got[:300], got[300:600])


def test_prepare_keeps_the_length_of_a_long_sound_and_ignores_its_level() -> None:
    long = ripple(40000)
    long[0] = long[-1] = 0.1
    got = yamnet.prepare(long)
    assert len(got) == 40000
    np.testing.assert_allclose(yamnet.prepare(0.01 * long), got, rtol=1e-5)


def test_the_class_map_has_ids_and_names(encoder: Encoder) -> None:
    classes = yamnet.class_map()
    assert len(classes) == 521
    assert classes[0] == ("/m/09x0r", "Speech")
    assert ("/m/0bt9lr", "Dog") in classes
    assert len(set(classes)) == 521


@pytest.mark.parametrize("text", ["", "index,mid,display_name\n", "a,b\n1,2\n"])
def test_a_file_that_is_no_class_map_is_an_error(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    path = yamnet.Path(str(tmp_path)) / "map.csv"
    path.write_text(text)
    monkeypatch.setattr(yamnet, "class_map_path", lambda: path)
    with pytest.raises(DataError, match=r"map\.csv: not a class map"):
        yamnet.class_map()


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
