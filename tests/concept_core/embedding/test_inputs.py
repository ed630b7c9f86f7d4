"""Which clips there are: folders, lists, tables, tars, patterns; of this machine and of stores."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from pathlib import Path

import pytest

from concept_core import stores
from concept_core.embedding.inputs import ClipInput, find_clips
from concept_core.embedding.tables import ClipTable, ListedClip, read_clip_list
from concept_core.embedding.tars import key_of, read_tar
from concept_core.errors import DataError, UsageError
from tests.embed_toy import tar_of, tone

pyarrow = pytest.importorskip("pyarrow")


def _clips(one: ClipInput) -> list[tuple[str, str]]:
    assert one.clips is not None
    return [(clip.id, clip.address) for clip in one.clips()]


def test_a_folder_is_its_sounds_at_any_depth(tmp_path: Path) -> None:
    for name in ("b.wav", "a/c.FLAC", "a/.d.wav", ".git/e.wav", "f.txt", "g.m4a"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"12345")
    (one,) = find_clips([str(tmp_path)])
    # One in a format that is not decoded here is no sound less: it will be named.
    assert [name for name, _ in _clips(one)] == ["a/c.FLAC", "b.wav", "g.m4a"]
    assert one.kind == "folder" and one.name == tmp_path.name
    assert one.clips is not None and {clip.size for clip in one.clips()} == {5}


def test_names_that_are_no_text_are_written(tmp_path: Path) -> None:
    bad = os.fsdecode(os.fsencode(str(tmp_path)) + b"/x\xff.wav")
    Path(bad).write_bytes(b"1")
    (one,) = find_clips([str(tmp_path)])
    assert _clips(one) == [("x\\xff.wav", bad)]


def test_sounds_by_name_are_one_input_and_stand_once(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("a.wav\n", encoding="utf-8")
    names = ["b.wav", "a.wav", "b.wav", str(tmp_path / "x.txt"), "c.wav"]
    found = find_clips(names)
    assert [one.kind for one in found] == ["sounds", "list", "sounds"]
    assert _clips(found[0]) == [("b.wav", "b.wav"), ("a.wav", "a.wav")]


def test_a_text_file_has_a_path_a_line(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("a.wav\r\n\n/b/c.wav\ns3://bucket/d.wav\n", encoding="utf-8")
    (one,) = find_clips([str(tmp_path / "x.txt")])
    assert _clips(one) == [
        ("a.wav", f"{tmp_path}/a.wav"),
        ("/b/c.wav", "/b/c.wav"),
        ("s3://bucket/d.wav", "s3://bucket/d.wav"),
    ]


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet"])
def test_tables_by_their_columns(tmp_path: Path, suffix: str) -> None:
    import pandas as pd

    path = tmp_path / f"t.{suffix}"
    frame = pd.DataFrame(
        {"Key": ["1", "2"], "label": ["x", "y"], "file": ["a.wav", "b/c.wav"], "other": ["p", "q"]}
    )
    if suffix == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False, sep="\t" if suffix == "tsv" else ",")
    told = [("1", f"{tmp_path}/a.wav"), ("2", f"{tmp_path}/b/c.wav")]
    assert [(one.id, one.address) for one in read_clip_list(str(path))] == told
    named = list(read_clip_list(str(path), "other", "label"))
    assert [(one.id, one.address) for one in named] == [
        ("x", f"{tmp_path}/p"),
        ("y", f"{tmp_path}/q"),
    ]
    with pytest.raises(DataError, match="no column 'none'; it has Key, label, file, other"):
        list(read_clip_list(str(path), "none"))


def test_tables_that_cannot_be_meant(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("p,q\n1,2\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"which column has the paths\? It has p, q.*--column"):
        list(read_clip_list(str(path)))
    path.write_text("path,q\na,2\n ,2\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"t.csv:3: no path"):
        list(read_clip_list(str(path)))
    (tmp_path / "x.txt").write_text("a\n", encoding="utf-8")
    with pytest.raises(UsageError, match="has no columns"):
        list(read_clip_list(str(tmp_path / "x.txt"), "p"))
    pyarrow.parquet.write_table(pyarrow.table({"path": [[1.0]]}), tmp_path / "t.parquet")
    with pytest.raises(DataError, match="row 1 of column path holds a list"):
        list(read_clip_list(str(tmp_path / "t.parquet")))


@pytest.mark.parametrize("cell", ["https://host/a.wav", "s3://", "s3://id:hush@bucket/a.wav"])
def test_an_address_that_is_none_is_told_with_its_line(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"path\na.wav\n{cell}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"t\.csv:3: ") as caught:
        list(read_clip_list(str(path)))
    assert "hush" not in str(caught.value)


def test_numbers_in_braces_and_patterns(tmp_path: Path) -> None:
    for number in (8, 9, 10):
        (tmp_path / f"part-{number:03d}.tar").write_bytes(tar_of({}))
    braces = find_clips([f"{tmp_path}/part-{{008..010}}.tar"])
    assert [one.name for one in braces] == ["part-008.tar", "part-009.tar", "part-010.tar"]
    assert find_clips([f"{tmp_path}/part-*.tar"]) == braces
    # A folder that has no sounds is its tars.
    assert find_clips([str(tmp_path)]) == braces
    with pytest.raises(UsageError, match="stands for 1000000000 names"):
        find_clips([f"{tmp_path}/{{0..99999}}-{{0..9999}}.tar"])
    with pytest.raises(DataError, match="stands for no file"):
        find_clips([f"{tmp_path}/*.csv"])
    (tmp_path / "odd[1].wav").write_bytes(b"")
    assert _clips(find_clips([f"{tmp_path}/odd[1].wav"])[0])[0][0].endswith("odd[1].wav")


@pytest.mark.parametrize("name", ["none", "none.csv", "none.tar", "x.zip"])
def test_what_is_not_there_or_no_input(tmp_path: Path, name: str) -> None:
    (tmp_path / "x.zip").write_bytes(b"")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=f"{tmp_path}/{name}: "):
        find_clips([f"{tmp_path}/{name}"])
    with pytest.raises(DataError, match="empty: no sounds and no tars"):
        find_clips([f"{tmp_path}/empty"])
    with pytest.raises(UsageError, match="nothing to embed"):
        find_clips([])


def test_a_store_has_the_same(bucket: str, tmp_path: Path) -> None:
    for name in ("in/a.wav", "in/b/c.wav", "tars/p-1.tar", "tars/p-2.tar", "tars/sub/p-3.tar"):
        stores.write(f"{bucket}/{name}", b"x")
    stores.write(f"{bucket}/t.csv", b"id,path\n1,in/a.wav\n2,s3://other/b.wav\n")
    (one,) = find_clips([f"{bucket}/in/"])
    assert _clips(one) == [("a.wav", f"{bucket}/in/a.wav"), ("b/c.wav", f"{bucket}/in/b/c.wav")]
    tars = find_clips([f"{bucket}/tars/p-*.tar"])
    assert [one.address for one in tars] == [f"{bucket}/tars/p-{n}.tar" for n in (1, 2)]
    (table,) = find_clips([f"{bucket}/t.csv"])
    assert _clips(table) == [("1", f"{bucket}/in/a.wav"), ("2", "s3://other/b.wav")]
    with pytest.raises(DataError, match="no sounds and no tars there"):
        find_clips([f"{bucket}/nothing"])


def test_a_list_for_workers_gives_its_groups(tmp_path: Path) -> None:
    path = tmp_path / "clips.parquet"
    clips = [ListedClip(str(n), os.fsdecode(b"/x\xff") + str(n), n) for n in range(5)]
    with ClipTable.writer(path) as writer:
        ClipTable.add(writer, clips[:3])
        ClipTable.add(writer, clips[3:])
    table = ClipTable(str(path))
    assert table.group(1) == clips[3:] and table.group(0) == clips[:3]


def test_members_of_a_tar(tmp_path: Path) -> None:
    wave = tone(1)
    path = tmp_path / "x.tar"
    path.write_bytes(
        tar_of(
            {
                "./a/01.json": b"{}", "./a/01.wav": wave, "./a/02.flac": wave,
                "./a/02.left.wav": wave, "../../evil.wav": wave, "/abs.mp3": wave,
                "._a.wav": b"x", "notes.txt": b"x", "03.m4a": b"x",
            }
        )
    )  # fmt: skip
    found = list(read_tar(str(path)))
    ids = [one.id for one in found]
    assert ids == ["a/01", "a/02", "a/02", "../../evil", "/abs", "03"]
    assert [one.sound is None for one in found] == [False, False, True, False, False, False]
    assert "a second sound of the key 'a/02'" in found[2].reason
    assert found[0].sound is not None and found[0].sound.content == wave
    assert found[0].sound.name == f"{path}: ./a/01.wav"
    assert [one.name for one in tmp_path.iterdir()] == ["x.tar"]


def test_links_of_a_tar_are_named_and_folders_are_no_sounds(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind in (("a.wav", tarfile.SYMTYPE), ("b.wav", tarfile.LNKTYPE),
                           ("c.wav", tarfile.DIRTYPE), ("d.wav", tarfile.FIFOTYPE)):  # fmt: skip
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    (tmp_path / "x.tar").write_bytes(out.getvalue())
    found = list(read_tar(str(tmp_path / "x.tar")))
    assert [(one.id, one.sound) for one in found] == [("a", None), ("b", None)]
    assert "x.tar: a.wav: a link to '/etc/passwd'" in found[0].reason


@pytest.mark.parametrize(("cut", "whole_ones"), [(700, 0), (1600, 1), (3000, 2)])
def test_a_tar_that_was_cut_gives_what_is_before(tmp_path: Path, cut: int, whole_ones: int) -> None:
    whole = tar_of({f"{n}.wav": tone(n) for n in range(3)})
    assert len(tone(0)) == 844
    path = tmp_path / "x.tar"
    path.write_bytes(whole[:cut])
    *found, last = read_tar(str(path))
    assert len(found) == whole_ones and all(one.sound for one in found)
    assert last.id == "x.tar" and "not a whole tar file" in last.reason


def test_a_tar_that_is_damaged_in_the_middle_says_so(tmp_path: Path) -> None:
    whole = bytearray(tar_of({f"{n}.wav": tone(n) for n in range(3)}))
    whole[1536:1600] = b"\xff" * 64
    (tmp_path / "x.tar").write_bytes(whole)
    found = list(read_tar(str(tmp_path / "x.tar")))
    assert [one.id for one in found] == ["0", "x.tar"] and "a broken header" in found[1].reason


def _header(size: bytes, kind: bytes) -> bytes:
    """A member of a size as it is written, of any kind."""
    header = bytearray(tarfile.TarInfo("a.wav").tobuf())
    header[124:136], header[156:157], header[148:156] = size, kind, b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
@pytest.mark.parametrize("size", [b"\x80" + b"\x7f" * 11, b"\x80\0\0\0\0\x7f" + b"\xff" * 6])
def test_a_header_that_states_more_than_there_is(tmp_path: Path, kind: bytes, size: bytes) -> None:
    (tmp_path / "x.tar").write_bytes(_header(size, kind) + bytes(2048))
    (found,) = read_tar(str(tmp_path / "x.tar"))
    assert found.sound is None and "not a whole tar file" in found.reason


def test_a_tar_that_is_compressed_is_to_be_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    path.write_bytes(gzip.compress(tar_of({"a.wav": tone(1)})))
    (found,) = read_tar(str(path))
    assert found.reason == f"{path}: compressed (gzip); unpack it to a tar first"
    path.rename(tmp_path / "x.tar.gz")
    with pytest.raises(DataError, match=r"x.tar.gz: a compressed tar; unpack it to a tar first"):
        find_clips([str(tmp_path / "x.tar.gz")])


def test_webdataset_sees_the_same_samples(tmp_path: Path) -> None:
    webdataset = pytest.importorskip("webdataset")
    members = {f"a.b/{n:02d}.{end}": tone(n) if end == "wav" else b"{}"
               for n in range(3) for end in ("json", "left.txt", "wav")}  # fmt: skip
    path = tmp_path / "x.tar"
    path.write_bytes(tar_of(members))
    theirs = list(webdataset.WebDataset(str(path), shardshuffle=False))
    ours = list(read_tar(str(path)))
    assert [one["__key__"] for one in theirs] == [one.id for one in ours]
    for one, other in zip(theirs, ours, strict=True):
        assert other.sound is not None and one["wav"] == other.sound.content


def test_keys_as_webdataset_has_them() -> None:
    assert key_of("a.b/c.d.wav") == ("a.b/c", "d.wav")
    assert key_of("x") == ("x", "")
