"""Files of embeddings: what is written is read back, and what is broken is named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from concept_core.encoders import load_encoder
from concept_core.encoders.precomputed import Precomputed
from concept_core.encoders.row_files import Rows, check_target, read_rows, read_spec, write_rows
from concept_core.errors import DataError, UsageError
from tests.toy import ToyEncoder

SPEC = ToyEncoder.spec
IDS = ["rain", "café", "rock 'n' roll", "null", "1"]


def table(ids: list[str], seed: int = 0) -> Rows:
    x = np.random.default_rng(seed).standard_normal((len(ids), SPEC.dim))
    return Rows(ids, (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32))


@pytest.mark.parametrize("suffix", [".npz", ".safetensors", ".parquet", ".h5"])
def test_both_kinds_in_one_file(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"rows{suffix}"
    texts, sounds = table(IDS), table(["a/dog.wav", "b/dog.wav"], seed=1)
    assert write_rows(path, {"text": texts, "audio": sounds}, SPEC) == [path]
    encoder = load_encoder(f"precomputed:{path}")
    assert np.allclose(encoder.encode_text(IDS[::-1]), texts.x[::-1], atol=1e-6)
    assert np.allclose(encoder.encode_audio(["b/dog.wav"]), sounds.x[1:], atol=1e-6)
    assert (encoder.spec.dim, encoder.spec.prompt_set) == (SPEC.dim, "bare@1")
    write_rows(path.with_suffix(".npz"), {"audio": sounds, "text": texts}, SPEC)
    again = load_encoder(f"precomputed:{path.with_suffix('.npz')}")
    assert again.spec == encoder.spec, "equal rows are one encoder, whatever the file"
    write_rows(path, {"text": texts, "audio": table(["a/dog.wav", "b/dog.wav"], seed=2)}, SPEC)
    assert load_encoder(f"precomputed:{path}").spec != encoder.spec


def test_an_npy_file_has_its_ids_beside_it(tmp_path: Path) -> None:
    texts = table(IDS)
    written = write_rows(tmp_path / "text.npy", {"text": texts}, SPEC)
    assert written == [tmp_path / "text.npy", tmp_path / "text.txt"]
    assert np.array_equal(np.load(written[0]), texts.x)
    assert written[1].read_text("utf-8").splitlines() == IDS
    assert np.allclose(
        load_encoder(f"precomputed:{tmp_path}?centring=none").encode_text(IDS), texts.x, atol=1e-6
    )


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(min_size=1).filter(str.strip), min_size=1, max_size=4, unique=True))
def test_any_id_survives(tmp_path: Path, ids: list[str]) -> None:
    rows = table(ids)
    for suffix in (".npz", ".safetensors"):
        path = tmp_path / f"rows{suffix}"
        # An array of text cannot hold a trailing zero character; no text of words has one.
        if any(name.endswith("\0") for name in ids):
            continue
        write_rows(path, {"text": rows}, SPEC)
        assert list(read_rows(path)["text"].ids) == ids


def test_names_that_are_no_lines_or_not_utf8(tmp_path: Path) -> None:
    for name in ("two\nlines", "a\rb", "odd\udcff.wav"):
        with pytest.raises(DataError, match="is no line of text; write an .npz file"):
            write_rows(tmp_path / "audio.npy", {"audio": table([name])}, SPEC)
        assert not list(tmp_path.iterdir()), "nothing is half written"


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_a_name_that_is_not_utf8_is_an_id(suffix: str, tmp_path: Path) -> None:
    rows = table(["odd\udcff.wav", "even.wav"])
    write_rows(tmp_path / f"rows{suffix}", {"audio": rows}, SPEC)
    encoder = Precomputed(tmp_path / f"rows{suffix}")
    assert np.allclose(encoder.encode_audio(["odd\udcff.wav"]), rows.x[:1], atol=1e-6)


@pytest.mark.parametrize("suffix", [".npz", ".safetensors", ".parquet", ".h5", ".npy"])
def test_every_format_gives_back_rows_ids_and_the_encoder(suffix: str, tmp_path: Path) -> None:
    path, rows = tmp_path / f"audio{suffix}", table(IDS)
    write_rows(path, {"audio": rows}, SPEC)
    found = read_rows(path)["audio"]
    assert list(found.ids) == IDS
    np.testing.assert_array_equal(found.x, rows.x)
    assert read_spec(path) == (None if suffix == ".npy" else SPEC)


@pytest.mark.parametrize("suffix", [".npz", ".safetensors", ".parquet", ".h5"])
def test_equal_rows_give_equal_bytes(suffix: str, tmp_path: Path) -> None:
    written = set()
    for number in range(8):
        path = tmp_path / f"{number}{suffix}"
        write_rows(path, {"audio": table(IDS), "text": table(IDS)}, SPEC)
        written.add(path.read_bytes())
    assert len(written) == 1


@pytest.mark.parametrize("suffix", [".parquet", ".h5"])
def test_ids_that_a_format_cannot_hold(suffix: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"is not UTF-8; write an \.npz file"):
        write_rows(tmp_path / f"x{suffix}", {"audio": table(["odd\udcff.wav"])}, SPEC)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_written() -> None:
    with pytest.raises(UsageError, match=r"x\.csv: embeddings are written as \.npz"):
        check_target(Path("x.csv"), ["text"])
    with pytest.raises(UsageError, match="an npy file holds one array"):
        check_target(Path("x.npy"), ["audio", "text"])


def test_parquet_and_ids_of_bytes(tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    texts = table(["rain", "wind"])
    columns = {"kind": ["text"] * 2, "id": list(texts.ids), "embedding": texts.x.tolist()}
    pyarrow.parquet.write_table(pyarrow.table(columns), tmp_path / "rows.parquet")
    np.savez(tmp_path / "rows.npz", text=texts.x, text_ids=np.array([b"rain", b"wind"]))
    for name in ("rows.parquet", "rows.npz"):
        encoder = Precomputed(tmp_path / name)
        assert np.allclose(encoder.encode_text(["wind"]), texts.x[1:], atol=1e-6)


def test_values_that_float32_cannot_hold_are_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "rows.npz", text=[[1.0], [1e300]], text_ids=["a", "b"])
    with pytest.raises(DataError, match=r"row 1 \('b'\) is zero or not finite"):
        Precomputed(tmp_path / "rows.npz")


def test_rows_without_their_ids(tmp_path: Path) -> None:
    np.savez(tmp_path / "rows.npz", text=np.ones((2, 4)))
    with pytest.raises(DataError, match="the rows text need their ids; it has text"):
        Precomputed(tmp_path / "rows.npz")


@pytest.mark.parametrize("suffix", [".npz", ".safetensors", ".parquet"])
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"\x08\0\0\0\0\0\0\0{nothing"])
def test_broken_files_are_named(suffix: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"rows{suffix}"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"rows\.\w+: cannot be read as embeddings"):
        Precomputed(path)


def test_an_npy_file_that_is_empty(tmp_path: Path) -> None:
    (tmp_path / "text.npy").touch()
    with pytest.raises(DataError, match=r"text\.npy: cannot be read as embeddings"):
        Precomputed(tmp_path)


def test_the_encoder_that_made_the_rows_is_told(tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.npz", {"text": table(IDS)}, SPEC)
    with np.load(tmp_path / "rows.npz") as arrays:
        assert json.loads(str(arrays["encoder"])) == SPEC.to_dict()
