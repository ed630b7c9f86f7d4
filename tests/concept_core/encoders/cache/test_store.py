"""The store's laws: what is read is what was kept first, for this spec, or nothing."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from concept_core.encoders.base import EncoderSpec, FloatArray
from concept_core.encoders.cache import Store, store
from concept_core.errors import DataError, IntegrityError

SPEC = EncoderSpec("toy", "0" * 64, 6, 16_000, "none", "bare@1", "none")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def keys(*names: object) -> list[bytes]:
    return [hashlib.sha256(str(name).encode()).digest() for name in names]


def rows_of(*names: object, shift: float = 0.0) -> FloatArray:
    """Rows that tell what they are of."""
    first = [[int.from_bytes(key[8:10], "big") + shift] for key in keys(*names)]
    rest = np.arange(SPEC.dim - 1, dtype=np.float32)
    return np.array([[*one, *rest] for one in first], np.float32).reshape(len(first), SPEC.dim)


def put(*names: object, shift: float = 0.0) -> FloatArray:
    return Store(SPEC).keep(keys(*names), rows_of(*names, shift=shift))


def shard_files() -> list[Path]:
    return sorted(Store(SPEC).folder.glob("*.safetensors"))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(st.sets(st.integers(0, 30), max_size=8), max_size=12),
    asked=st.lists(st.integers(0, 40), max_size=20, unique=True),
    many=st.integers(2, 6),
)
def test_what_was_kept_is_found_whatever_the_batches_and_merges(
    batches: list[set[int]],
    asked: list[int],
    many: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SONOLEX_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setattr(store, "_MANY", many)
        patch.setattr(store, "_FULL_BYTES", 4 * SPEC.dim * 12)
        one, other = Store(SPEC), Store(SPEC)
        for number, batch in enumerate(batches):
            names = sorted(batch)
            # The values differ from batch to batch, the first counts.
            writer = (one, other)[number % 2]
            writer.keep(keys(*names), rows_of(*names, shift=number))
        first = {
            name: number for number, batch in reversed(list(enumerate(batches))) for name in batch
        }
        for reader in (one, other, Store(SPEC)):
            rows, known = reader.get(keys(*asked))
            assert known.tolist() == [name in first for name in asked]
            for name, row, found in zip(asked, rows, known, strict=True):
                right = rows_of(name, shift=first[name])[0] if found else np.zeros(SPEC.dim)
                np.testing.assert_array_equal(row, right)


def test_nothing_is_kept_and_nothing_asked() -> None:
    rows, known = Store(SPEC).get([])
    assert (rows.shape, known.shape) == ((0, SPEC.dim), (0,))
    assert Store(SPEC).keep([], rows).shape == (0, SPEC.dim)
    assert not Store(SPEC).folder.exists()


def test_the_first_value_is_the_value_for_good() -> None:
    put("rain", "wind")
    kept = put("wind", "bell", shift=0.25)
    np.testing.assert_array_equal(kept[0], rows_of("wind")[0])
    np.testing.assert_array_equal(kept[1], rows_of("bell", shift=0.25)[0])
    np.testing.assert_array_equal(Store(SPEC).get(keys("wind", "bell"))[0], kept)


def test_a_shard_holds_only_what_is_new() -> None:
    put("rain", "wind")
    put("rain", "wind")
    assert len(shard_files()) == 1
    assert len(Store(SPEC).shards()[0]) == 2


def test_many_small_shards_become_one_and_full_ones_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_MANY", 5)
    monkeypatch.setattr(store, "_FULL_BYTES", 4 * SPEC.dim * 10)
    put(*range(100, 108))  # more than half full
    full = shard_files()
    before = Store(SPEC)
    before.get(keys(100))
    for name in range(5):
        put(name)
    assert len(shard_files()) == 2
    assert set(full) < set(shard_files())
    for reader in (before, Store(SPEC)):
        rows, known = reader.get(keys(*range(5), *range(100, 108)))
        assert known.all()
        np.testing.assert_array_equal(rows, rows_of(*range(5), *range(100, 108)))


def test_a_shard_that_goes_under_a_reader_is_found_in_the_merged_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put("rain")
    put("wind")
    reader = Store(SPEC)
    reader.get(keys("rain"))
    looked = reader.shards

    def look_then_merge() -> object:
        found = looked()
        with store.locked(SPEC.fingerprint):
            Store(SPEC).merge(least=2)
        return found

    monkeypatch.setattr(reader, "shards", look_then_merge)
    rows, known = reader.get(keys("rain", "wind"))
    assert known.all()
    np.testing.assert_array_equal(rows, rows_of("rain", "wind"))


@pytest.mark.parametrize("place", [0, 5, 40, 0.3, 0.5, 0.7, -1])
def test_a_flipped_byte_is_never_read_as_an_embedding(place: float) -> None:
    names = list(range(20))
    put(*names)
    (path,) = shard_files()
    content = bytearray(path.read_bytes())
    content[int(place * len(content)) if 0 < place < 1 else int(place)] ^= 4
    path.write_bytes(content)
    rows, known = Store(SPEC).get(keys(*names))
    assert not known.all()
    np.testing.assert_array_equal(rows[known], rows_of(*names)[known])
    # What was damaged is kept again, beside the damaged file.
    put(*names)
    rows, known = Store(SPEC).get(keys(*names))
    assert known.all()
    np.testing.assert_array_equal(rows, rows_of(*names))


@pytest.mark.parametrize("length", [0, 4, 8, 60, 200, -1])
def test_a_shard_that_ends_early_gives_no_wrong_row(length: int) -> None:
    names = list(range(20))
    put(*names)
    (path,) = shard_files()
    path.write_bytes(path.read_bytes()[:length])
    rows, known = Store(SPEC).get(keys(*names))
    np.testing.assert_array_equal(rows[known], rows_of(*names)[known])


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"{}",
        b'{"keys": {"shape": []}}',
        b'{"keys": {"shape": ["x"], "data_offsets": [0, 1]}}',
        b'{"keys": {"shape": [Infinity], "data_offsets": [0, 1]}}',
        b'{"keys": {"shape": [-1], "data_offsets": [0, -32]}}',
        b'{"keys": {"shape": [99999999999], "data_offsets": [0, 3199999999968]}}',
        b"\xff\xfe",
    ],
)
def test_a_file_that_only_has_the_name_of_a_shard_gives_nothing(header: bytes) -> None:
    put("rain")
    (path,) = shard_files()
    path.write_bytes(len(header).to_bytes(8, "little") + header + b"\0" * 100)
    assert not Store(SPEC).get(keys("rain"))[1].any()


def test_another_specs_shard_in_the_folder_is_not_used() -> None:
    put("rain")
    (path,) = shard_files()
    other = Store(replace(SPEC, windowing="other@1"))
    other.folder.mkdir(parents=True)
    (other.folder / path.name).write_bytes(path.read_bytes())
    assert not other.get(keys("rain"))[1].any()


def test_specs_do_not_mix_and_the_error_says_what_differs() -> None:
    put("rain")
    other = replace(SPEC, windowing="other@1", dim=7)
    moved = Store(SPEC).folder.parent / other.fingerprint
    Store(SPEC).folder.rename(moved)
    with pytest.raises(DataError) as caught:
        Store(other)
    assert str(moved) in str(caught.value)
    assert "dim: 6 / 7; windowing: 'none' / 'other@1'" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"name": "toy"}', b"\xff"])
def test_a_damaged_record_of_the_spec_is_told(content: bytes) -> None:
    put("rain")
    path = Store(SPEC).folder / "spec.json"
    path.write_bytes(content)
    with pytest.raises(IntegrityError, match=r"spec\.json: not an encoder spec.*cache gc"):
        Store(SPEC)


def test_where_nothing_can_be_written_nothing_is_kept(home: Path) -> None:
    home.mkdir()
    (home / "embeddings").write_text("a file where the folder would be", encoding="utf-8")
    np.testing.assert_array_equal(put("rain"), rows_of("rain"))
    assert not Store(SPEC).get(keys("rain"))[1].any()


def test_a_full_disk_loses_the_batch_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    put("rain")
    before = sorted(Store(SPEC).folder.iterdir())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(store, "write_shard", full)
        kept = put("rain", "wind", shift=0.5)
    # What was there before is still what it was.
    np.testing.assert_array_equal(kept[0], rows_of("rain")[0])
    np.testing.assert_array_equal(kept[1], rows_of("wind", shift=0.5)[0])
    assert sorted(Store(SPEC).folder.iterdir()) == before
    assert Store(SPEC).get(keys("rain", "wind"))[1].tolist() == [True, False]


def test_a_disk_that_cannot_be_read_is_as_if_nothing_were_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put("rain")
    reader = Store(SPEC)
    reader.get(keys("rain"))

    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("concept_core.encoders.cache.shard.os.preadv", broken)
    assert not reader.get(keys("rain"))[1].any()


def test_a_folder_that_is_removed_meanwhile_is_made_again() -> None:
    import shutil

    one = Store(SPEC)
    one.keep(keys("rain"), rows_of("rain"))
    shutil.rmtree(one.folder)
    assert not one.get(keys("rain"))[1].any()
    one.keep(keys("wind"), rows_of("wind"))
    assert Store(SPEC).get(keys("rain", "wind"))[1].tolist() == [False, True]
    assert store.read_spec(one.folder) == SPEC


def test_files_beside_the_shards_are_left_alone() -> None:
    put("rain")
    folder = Store(SPEC).folder
    (folder / ".half.safetensors.xyz").write_bytes(b"of a writer that was killed")
    (folder / ".half.safetensors").write_bytes(b"of a writer that was killed")
    (folder / "notes.txt").write_bytes(b"somebody's")
    assert Store(SPEC).get(keys("rain"))[1].all()
    assert len(Store(SPEC).shards()) == 1
