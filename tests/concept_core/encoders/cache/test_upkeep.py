"""Listing, verifying and cleaning up what is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from concept_core.encoders.cache import CachedEncoder, Store, upkeep
from concept_core.encoders.runtime import derived
from concept_core.errors import UsageError
from tests.toy import ToyEncoder


class OtherEncoder(ToyEncoder):
    spec = replace(ToyEncoder.spec, name="other")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def embed(*texts: str, encoder: type[ToyEncoder] = ToyEncoder) -> None:
    """Each in a shard of its own."""
    for text in texts:
        CachedEncoder(encoder()).encode_text([text])


def shard_files(encoder: type[ToyEncoder] = ToyEncoder) -> list[Path]:
    return sorted(Store(encoder.spec).folder.glob("*.safetensors"))


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def test_an_empty_cache_is_fine() -> None:
    assert (upkeep.list_embeddings(), upkeep.list_derived()) == ([], [])
    assert upkeep.verify() == (0, [])
    assert upkeep.collect() == upkeep.remove_all() == upkeep.Collected(0, ())
    assert upkeep.kept_bytes() == 0


def test_stores_and_derived_files_are_listed_with_their_sizes() -> None:
    embed("rain", "wind")
    embed("bell", encoder=OtherEncoder)
    derived(f"order-{'0' * 64}", lambda: b"12345")
    derived(f"order-{'1' * 64}", lambda: b"12345")
    derived(f"yamnet-float-1-{'a' * 16}", lambda: b"")
    other, toy = upkeep.list_embeddings()
    assert (toy.spec, toy.embeddings, toy.shards) == (ToyEncoder.spec, 2, 2)
    assert (other.spec, other.embeddings, other.shards) == (OtherEncoder.spec, 1, 1)
    assert toy.size == sum(path.stat().st_size for path in toy.folder.iterdir())
    order, yamnet = upkeep.list_derived()
    assert (order.kind, order.files, order.size) == ("order", 2, 2 * (5 + 1 + 64))
    assert (yamnet.kind, yamnet.files) == ("yamnet-float-1", 1)
    assert upkeep.kept_bytes() == sum(one.size for one in (toy, other, order, yamnet))
    assert upkeep.verify() == (5 + 3, [])


@pytest.mark.parametrize("place", [0, 1, 3, 4, 7, 8, 9])
def test_wherever_a_byte_is_flipped_verify_names_the_file_and_gc_removes_it(place: int) -> None:
    embed("rain", "wind")
    path = shard_files()[0]
    # Of the header, the rows, the keys and the checksums: nine tenths are all of them.
    flip(path, place * path.stat().st_size // 9 - (place == 9))
    assert upkeep.verify() == (2, [path])
    done = upkeep.collect()
    assert done.damaged == (path,)
    assert done.freed > 0
    assert not path.exists()
    assert upkeep.verify() == (2, [])


def test_what_is_sound_of_a_damaged_shard_is_kept() -> None:
    CachedEncoder(ToyEncoder()).encode_text(["rain", "wind", "bell"])
    (path,) = shard_files()
    with open(path, "rb") as handle:
        header = 8 + int.from_bytes(handle.read(8), "little")
    flip(path, header + 3)  # in the first row
    assert upkeep.collect().damaged == (path,)
    assert sum(map(len, Store(ToyEncoder.spec).shards())) == 2
    assert upkeep.verify()[1] == []


def test_gc_merges_and_what_is_kept_stays() -> None:
    texts = ["rain", "wind", "bell"]
    embed(*texts)
    before = upkeep.kept_bytes()
    done = upkeep.collect()
    assert (len(shard_files()), done.damaged) == (1, ())
    assert done.freed == before - upkeep.kept_bytes() > 0
    assert upkeep.collect().freed == 0

    class Deaf(ToyEncoder):
        def encode_text(self, texts: object) -> object:  # type: ignore[override]
            raise AssertionError("all of them are kept")

    np.testing.assert_array_equal(
        CachedEncoder(Deaf()).encode_text(texts), ToyEncoder().encode_text(texts)
    )


def test_gc_removes_what_killed_writers_left(home: Path) -> None:
    embed("rain")
    derived("thing", lambda: b"x")
    left = [Store(ToyEncoder.spec).folder / ".a.safetensors.x", home / "derived" / ".thing.y"]
    for path in left:
        path.write_bytes(b"12345")
    (home / "embeddings" / ("0" * 64)).mkdir()
    done = upkeep.collect()
    assert (done.freed, done.damaged) == (10, ())
    assert not any(path.exists() for path in left)
    assert [path.name for path in (home / "embeddings").iterdir()] == [ToyEncoder.spec.fingerprint]


@pytest.mark.parametrize("content", [None, b"{", b'{"name": 1}'])
def test_a_store_of_nobody_knows_what_goes_as_a_whole(content: bytes | None) -> None:
    embed("rain")
    embed("bell", encoder=OtherEncoder)
    folder = Store(ToyEncoder.spec).folder
    (folder / "spec.json").unlink()
    if content is not None:
        (folder / "spec.json").write_bytes(content)
    assert [kept.spec.name for kept in upkeep.list_embeddings()] == ["other"]
    assert upkeep.verify() == (2, [folder / "spec.json"])
    assert upkeep.collect().damaged == (folder / "spec.json",)
    assert not folder.exists()
    embed("rain")
    assert upkeep.verify() == (4, [])


def test_a_store_under_anothers_name_is_no_store() -> None:
    embed("rain")
    folder = Store(ToyEncoder.spec).folder
    moved = folder.rename(folder.with_name("0" * 64))
    assert upkeep.list_embeddings() == []
    assert upkeep.verify() == (0, [moved / "spec.json"])


def test_damaged_derived_files_are_named_and_removed(home: Path) -> None:
    derived("thing", lambda: b"x")
    derived("other", lambda: b"y")
    flip(home / "derived" / "thing", -1)
    assert upkeep.verify() == (1, [home / "derived" / "thing"])
    assert upkeep.collect().damaged == (home / "derived" / "thing",)
    assert [path.name for path in (home / "derived").iterdir()] == ["other"]


def test_a_store_is_forgotten_by_the_beginning_of_its_fingerprint() -> None:
    embed("rain")
    embed("bell", encoder=OtherEncoder)
    size = upkeep.list_embeddings()[1].size
    done = upkeep.remove(upkeep.find_stores(ToyEncoder.spec.fingerprint[:6]))
    assert (done.freed, done.damaged) == (size, ())
    assert [kept.spec.name for kept in upkeep.list_embeddings()] == ["other"]


@pytest.mark.parametrize(("fingerprint", "message"), [("", "no store"), ("xyz", "no store")])
def test_a_fingerprint_of_no_store_is_told(fingerprint: str, message: str) -> None:
    with pytest.raises(UsageError, match=rf"{message} begins so \(there: none\)"):
        upkeep.find_stores(fingerprint)
    embed("rain")
    with pytest.raises(UsageError, match=ToyEncoder.spec.fingerprint[:12]):
        upkeep.find_stores(fingerprint)


def test_all_is_all_that_can_be_made_again(home: Path) -> None:
    embed("rain")
    derived("thing", lambda: b"x")
    (home / "resources").mkdir()
    before = upkeep.kept_bytes()
    assert upkeep.remove_all() == upkeep.Collected(before, ())
    assert upkeep.kept_bytes() == 0
    assert (home / "resources").is_dir()
    embed("rain")
    assert upkeep.verify() == (2, [])
