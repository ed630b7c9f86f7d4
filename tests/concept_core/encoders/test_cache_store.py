"""The store's laws: what is read is what was kept first, for this spec, or nothing."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from concept_core.encoders import cache
from concept_core.encoders.base import EncoderSpec, FloatArray
from concept_core.encoders.cache import Store
from concept_core.encoders.cache_file import collect, embeddings_path, list_embeddings, verify

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


def count() -> int:
    return sum(kept.embeddings for kept in list_embeddings())


def execute(statement: str, *values: object) -> None:
    with sqlite3.connect(embeddings_path()) as file:
        file.execute(statement, values)
    file.close()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    batches=st.lists(st.sets(st.integers(0, 30), max_size=8), max_size=12),
    asked=st.lists(st.integers(0, 40), max_size=20, unique=True),
    bound=st.integers(1, 6),
)
def test_what_was_kept_is_found_whatever_the_batches(
    batches: list[set[int]],
    asked: list[int],
    bound: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SONOLEX_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setattr(cache, "_KEYS", bound)
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
    assert not embeddings_path().exists()


def test_the_first_value_is_the_value_for_good() -> None:
    put("rain", "wind")
    kept = put("wind", "bell", shift=0.25)
    np.testing.assert_array_equal(kept[0], rows_of("wind")[0])
    np.testing.assert_array_equal(kept[1], rows_of("bell", shift=0.25)[0])
    np.testing.assert_array_equal(Store(SPEC).get(keys("wind", "bell"))[0], kept)


def test_what_is_kept_already_is_not_kept_again() -> None:
    put("rain", "wind")
    size = embeddings_path().stat().st_size
    put("rain", "wind")
    assert (count(), embeddings_path().stat().st_size) == (2, size)


@pytest.mark.parametrize("dim", [384, 512, 1024])
def test_the_file_is_little_larger_than_its_rows(dim: int) -> None:
    store = Store(replace(SPEC, dim=dim))
    for start in range(0, 2000, 100):
        names = range(start, start + 100)
        store.keep(keys(*names), np.ones((100, dim), np.float32))
    assert 1 < embeddings_path().stat().st_size / (2000 * (4 * dim + 48)) < 1.4
    assert [path.name for path in embeddings_path().parent.iterdir()] == ["embeddings.sqlite"]


def places(size: int) -> list[int]:
    """All of the file's header, and some of its pages."""
    rng = np.random.default_rng(0)
    return [*range(0, 100, 4), *(16384 * page + 3 for page in range(size // 16384)),
            *rng.integers(100, size, 60).tolist(), size - 1]  # fmt: skip


def test_a_flipped_byte_is_never_read_as_an_embedding_and_is_mended() -> None:
    names = list(range(80))
    other = replace(SPEC, name="other", dim=700)
    Store(other).keep(keys(*names), np.ones((80, 700), np.float32))
    put(*names)
    whole, path = embeddings_path().read_bytes(), embeddings_path()
    for place in places(len(whole)):
        content = bytearray(whole)
        content[place] ^= 1 << place % 8
        path.write_bytes(content)
        rows, known = Store(SPEC).get(keys(*names))
        np.testing.assert_array_equal(rows[known], rows_of(*names)[known])
        rows, known = Store(other).get(keys(*names))
        assert (rows[known] == 1).all()
        path.write_bytes(content)
        put(*names)
        rows, known = Store(SPEC).get(keys(*names))
        assert known.all(), place
        np.testing.assert_array_equal(rows, rows_of(*names))
        collect()
        assert verify().damaged == (), place
        # Where it was the record of the spec, its rows are gone.
        rows, known = Store(SPEC).get(keys(*names))
        assert known.all() or not known.any(), place
        np.testing.assert_array_equal(rows[known], rows_of(*names)[known])


@pytest.mark.parametrize("length", [0, 1, 8, 100, 16384, 20000, 40000, -1])
def test_a_file_that_ends_early_gives_no_wrong_row(length: int) -> None:
    names = list(range(200))
    put(*names)
    path = embeddings_path()
    path.write_bytes(path.read_bytes()[:length])
    rows, known = Store(SPEC).get(keys(*names))
    np.testing.assert_array_equal(rows[known], rows_of(*names)[known])
    put(*names)
    assert Store(SPEC).get(keys(*names))[1].all()
    assert verify().damaged == ()


@pytest.mark.parametrize("content", [b"", b"x" * 100_000, b"SQLite format 3\0" + b"\1" * 50_000])
def test_a_file_that_is_no_database_is_replaced(content: bytes) -> None:
    put("rain")
    embeddings_path().write_bytes(content)
    assert not Store(SPEC).get(keys("rain"))[1].any()
    put("rain")
    assert Store(SPEC).get(keys("rain"))[1].all()


def test_a_database_with_other_tables_is_replaced(home: Path) -> None:
    home.mkdir()
    execute("CREATE TABLE embeddings (key TEXT)")
    put("rain")
    assert Store(SPEC).get(keys("rain"))[1].all()


def test_what_is_sound_of_a_damaged_file_stays() -> None:
    names = list(range(500))
    store = Store(replace(SPEC, dim=384))
    store.keep(keys(*names), np.ones((500, 384), np.float32))
    content = bytearray(embeddings_path().read_bytes())
    content[16384 * 20 : 16384 * 21] = b"\xff" * 16384
    embeddings_path().write_bytes(content)
    assert verify().damaged == (embeddings_path(),)
    assert 450 < store.get(keys(*names))[1].sum() < 500
    assert verify().damaged == ()


def test_a_row_under_another_spec_is_not_used() -> None:
    other = replace(SPEC, windowing="other@1")
    put("rain")
    Store(other).keep(keys("wind"), rows_of("wind"))
    execute("UPDATE embeddings SET spec = 3 - spec")
    assert not Store(SPEC).get(keys("rain", "wind"))[1].any()
    assert not Store(other).get(keys("rain", "wind"))[1].any()


def test_a_row_under_another_key_is_not_used_and_is_replaced() -> None:
    put("rain")
    execute("UPDATE embeddings SET key = ?", keys("wind")[0])
    assert not Store(SPEC).get(keys("wind"))[1].any()
    np.testing.assert_array_equal(put("wind"), rows_of("wind"))
    assert Store(SPEC).get(keys("wind"))[1].all()


@pytest.mark.parametrize("column", ["row", "sum", "key", "spec"])
@pytest.mark.parametrize("value", [None, 7, "x", b"short"])
def test_a_row_of_another_type_is_not_used(column: str, value: object) -> None:
    put("rain")
    execute(f"UPDATE embeddings SET {column} = ?", value)
    assert not Store(SPEC).get(keys("rain"))[1].any()
    assert verify().damaged == (embeddings_path(),)
    put("rain")
    assert Store(SPEC).get(keys("rain"))[1].all()
    collect()
    assert verify().damaged == ()


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"name": "toy"}', b"\xff", None])
def test_a_damaged_record_of_the_spec_is_written_again(content: object) -> None:
    put("rain")
    execute("UPDATE specs SET spec = ?", content)
    assert verify().damaged == (embeddings_path(),)
    put("wind")
    assert verify().damaged == ()
    assert count() == 2


def test_where_nothing_can_be_written_nothing_is_kept(home: Path) -> None:
    home.mkdir()
    embeddings_path().mkdir()
    np.testing.assert_array_equal(put("rain"), rows_of("rain"))
    assert not Store(SPEC).get(keys("rain"))[1].any()


def test_a_full_disk_loses_the_batch_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    put("rain")
    begin = cache.begin

    def full(file: sqlite3.Connection) -> None:
        begin(file)
        file.execute("PRAGMA max_page_count = 5")

    with monkeypatch.context() as patch:
        patch.setattr(cache, "begin", full)
        rows = put("rain", *range(2000), shift=0.5)
    # What was there before is still what it was.
    np.testing.assert_array_equal(rows, rows_of("rain", *range(2000), shift=0.5))
    assert Store(SPEC).get(keys("rain", 0))[1].tolist() == [True, False]
    assert verify().damaged == ()


def test_a_disk_that_cannot_be_read_is_as_if_nothing_were_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put("rain")

    def broken(*_: object) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR_READ
        raise error

    monkeypatch.setattr(cache, "checksum", broken)
    assert not Store(SPEC).get(keys("rain"))[1].any()


def test_a_file_that_is_removed_meanwhile_is_made_again() -> None:
    one = Store(SPEC)
    one.keep(keys("rain"), rows_of("rain"))
    embeddings_path().unlink()
    assert not one.get(keys("rain"))[1].any()
    one.keep(keys("wind"), rows_of("wind"))
    assert Store(SPEC).get(keys("rain", "wind"))[1].tolist() == [False, True]


def test_a_file_that_is_replaced_under_a_writer_is_written_to_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put("rain")
    begin = cache.begin

    def replaced(file: sqlite3.Connection) -> None:
        monkeypatch.setattr(cache, "begin", begin)
        embeddings_path().unlink()
        put("wind")
        begin(file)

    monkeypatch.setattr(cache, "begin", replaced)
    put("bell")
    assert Store(SPEC).get(keys("wind", "bell"))[1].all()
    assert verify().damaged == ()
