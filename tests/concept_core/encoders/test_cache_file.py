"""Listing, verifying and cleaning up what is kept."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from concept_core.encoders import cache_file
from concept_core.encoders.cache import CachedEncoder
from concept_core.encoders.cache_file import Collected, Verified, embeddings_path
from concept_core.encoders.runtime import derived
from concept_core.errors import DataError, UsageError
from tests.toy import ToyEncoder


class OtherEncoder(ToyEncoder):
    spec = replace(ToyEncoder.spec, name="other")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def embed(*texts: str, encoder: type[ToyEncoder] = ToyEncoder) -> None:
    CachedEncoder(encoder()).encode_text(texts)


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def break_row(number: int) -> None:
    with sqlite3.connect(embeddings_path()) as file:
        file.execute("UPDATE embeddings SET row = zeroblob(256) WHERE id = ?", [number])
    file.close()


def test_an_empty_cache_is_fine(home: Path) -> None:
    assert (cache_file.list_embeddings(), cache_file.list_derived()) == ([], [])
    assert cache_file.verify() == Verified(0, ())
    assert cache_file.collect() == cache_file.remove_all() == Collected(0)
    assert cache_file.kept_bytes() == 0
    assert not embeddings_path().exists()


def test_specs_and_derived_files_are_listed_with_their_sizes() -> None:
    embed("rain", "wind")
    embed("bell", encoder=OtherEncoder)
    derived(f"order-{'0' * 64}", lambda: b"12345")
    derived(f"order-{'1' * 64}", lambda: b"12345")
    derived(f"yamnet-float-1-{'a' * 16}", lambda: b"")
    other, toy = cache_file.list_embeddings()
    assert (toy.spec, toy.fingerprint) == (ToyEncoder.spec, ToyEncoder.spec.fingerprint)
    assert (toy.embeddings, toy.bytes) == (2, 2 * (4 * 64 + 48))
    assert (other.spec, other.embeddings) == (OtherEncoder.spec, 1)
    order, yamnet = cache_file.list_derived()
    assert (order.kind, order.files, order.bytes) == ("order", 2, 2 * (5 + 1 + 64))
    assert (yamnet.kind, yamnet.files) == ("yamnet-float-1", 1)
    size = embeddings_path().stat().st_size
    assert cache_file.kept_bytes() == size + order.bytes + yamnet.bytes
    assert cache_file.verify() == Verified(3 + 3, ())


def test_verify_names_the_damaged_file_and_gc_keeps_what_is_sound_of_it() -> None:
    embed("rain", "wind", "bell")
    break_row(2)
    assert cache_file.verify() == Verified(2, (embeddings_path(),))
    assert cache_file.collect().damaged == (embeddings_path(),)
    assert cache_file.verify() == Verified(2, ())
    assert [kept.embeddings for kept in cache_file.list_embeddings()] == [2]


def test_a_file_that_cannot_be_read_now_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    embed("rain")
    monkeypatch.setattr(cache_file, "_WAIT_SECONDS", 0.01)
    with sqlite3.connect(embeddings_path(), isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DataError, match=r"embeddings\.sqlite: cannot be read now .*locked"):
            cache_file.verify()
        # To embed goes on without it.
        embed("rain", "wind")
        other.execute("ROLLBACK")
    other.close()
    assert cache_file.verify() == Verified(1, ())


def test_what_is_kept_stays_when_nothing_is_wrong() -> None:
    texts = ["rain", "wind", "bell"]
    embed(*texts)
    content = embeddings_path().read_bytes()
    assert cache_file.collect() == Collected(0)
    assert embeddings_path().read_bytes() == content

    class Deaf(ToyEncoder):
        def encode_text(self, texts: object) -> object:  # type: ignore[override]
            raise AssertionError("all of them are kept")

    np.testing.assert_array_equal(
        CachedEncoder(Deaf()).encode_text(texts), ToyEncoder().encode_text(texts)
    )


def test_gc_removes_what_killed_writers_left(home: Path) -> None:
    embed("rain")
    derived("thing", lambda: b"x")
    remains = [home / ".embeddings.sqlite.x", home / "derived" / ".thing.y"]
    for path in remains:
        path.write_bytes(b"12345")
    assert cache_file.collect().damaged == ()
    assert not any(path.exists() for path in remains)


def test_gc_removes_what_an_earlier_version_kept(home: Path) -> None:
    embed("rain")
    folder = home / "embeddings" / ("0" * 64)
    folder.mkdir(parents=True)
    (folder / "shard.safetensors").write_bytes(b"12345")
    assert cache_file.verify() == Verified(1, ())
    assert cache_file.collect() == Collected(5, outdated=(home / "embeddings",))
    assert not folder.parent.exists()
    assert cache_file.verify() == Verified(1, ())


def test_damaged_derived_files_are_named_and_removed(home: Path) -> None:
    derived("thing", lambda: b"x")
    derived("other", lambda: b"y")
    flip(home / "derived" / "thing", -1)
    assert cache_file.verify() == Verified(1, (home / "derived" / "thing",))
    assert cache_file.collect().damaged == (home / "derived" / "thing",)
    assert [path.name for path in (home / "derived").iterdir()] == ["other"]


def test_a_spec_is_forgotten_by_the_beginning_of_its_fingerprint() -> None:
    embed(*map(str, range(500)))
    embed("bell", encoder=OtherEncoder)
    before = cache_file.kept_bytes()
    done = cache_file.remove_spec(ToyEncoder.spec.fingerprint[:6])
    assert done == Collected(before - cache_file.kept_bytes())
    assert done.freed > 500 * 4 * 64
    assert [kept.spec.name for kept in cache_file.list_embeddings()] == ["other"]
    assert cache_file.verify() == Verified(1, ())


@pytest.mark.parametrize("fingerprint", ["", "xyz"])
def test_a_fingerprint_of_no_spec_is_told(fingerprint: str) -> None:
    with pytest.raises(UsageError, match=r"no spec begins so \(kept: none\)"):
        cache_file.remove_spec(fingerprint)
    embed("rain")
    with pytest.raises(UsageError, match=ToyEncoder.spec.fingerprint[:12]):
        cache_file.remove_spec(fingerprint)


def test_all_is_all_that_can_be_made_again(home: Path) -> None:
    embed(*map(str, range(500)))
    derived("thing", lambda: b"x")
    (home / "resources").mkdir()
    before = cache_file.kept_bytes()
    assert cache_file.remove_all() == Collected(before - cache_file.kept_bytes())
    assert cache_file.list_embeddings() == []
    assert not list((home / "derived").iterdir())
    assert (home / "resources").is_dir()
    embed("rain")
    assert cache_file.verify() == Verified(1, ())
