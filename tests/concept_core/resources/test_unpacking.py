"""Archives: plain files within bounds, or nothing."""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from concept_core.errors import DataError, IntegrityError, SonolexError
from concept_core.resources.unpacking import extract_archive

FILES = {"top/a.txt": b"a", "top/b/c.txt": b"c" * 3000}
ENDINGS = [".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2"]


@pytest.fixture
def into(tmp_path: Path) -> Path:
    (tmp_path / "into").mkdir()
    return tmp_path / "into"


def packed(path: Path, *members: tuple[str | tarfile.TarInfo | zipfile.ZipInfo, bytes]) -> Path:
    """An archive of ``FILES`` and of what is given."""
    every = [*FILES.items(), *members]
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
            for name, content in every:
                assert not isinstance(name, tarfile.TarInfo)
                zipped.writestr(name, content)
        return path
    with tarfile.open(path, f"w:{path.suffix[1:].replace('tgz', 'gz').replace('tar', '')}") as tar:
        for name, content in every:
            info = tarfile.TarInfo(name) if isinstance(name, str) else name
            assert isinstance(info, tarfile.TarInfo)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def files(folder: Path) -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.mark.parametrize("ending", ENDINGS)
def test_plain_files_come_out_as_they_went_in(ending: str, tmp_path: Path, into: Path) -> None:
    names = extract_archive(packed(tmp_path / f"a{ending}"), into)
    assert names == list(FILES)
    assert files(into) == FILES


@pytest.mark.parametrize("ending", [".zip", ".tar"])
def test_only_what_has_a_place_comes_out(ending: str, tmp_path: Path, into: Path) -> None:
    archive = packed(tmp_path / f"a{ending}")
    names = extract_archive(archive, into, place={"top/a.txt": "x/y.txt"}.get)
    assert names == ["top/a.txt"]
    assert files(into) == {"x/y.txt": b"a"}


@pytest.mark.parametrize("ending", [".zip", ".tar"])
@pytest.mark.parametrize(
    "name",
    ["../evil", "/evil", "top/../../evil", "C:/evil", "top\\evil", "a//b", "./../x", "../d/"],
)
def test_a_path_that_leads_out_is_refused_even_where_it_is_not_wanted(
    ending: str, name: str, tmp_path: Path, into: Path
) -> None:
    archive = packed(tmp_path / f"a{ending}", (name, b"x"))
    with pytest.raises(IntegrityError, match=r"thing: holds the unsafe path .* nothing of it"):
        extract_archive(archive, into, place=lambda _: None, where="thing")
    assert {path.name for path in tmp_path.iterdir()} == {archive.name, "into"}


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE]
)
def test_links_and_devices_of_a_tar_are_refused(kind: bytes, tmp_path: Path, into: Path) -> None:
    member = tarfile.TarInfo("top/link")
    member.type, member.linkname = kind, "/etc/passwd"
    archive = packed(tmp_path / "a.tar", (member, b""))
    with pytest.raises(IntegrityError, match="'top/link' is a link or device"):
        extract_archive(archive, into)
    assert not (into / "top/link").exists()


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_of_a_zip_are_refused(kind: int, tmp_path: Path, into: Path) -> None:
    member = zipfile.ZipInfo("top/link")
    member.external_attr = (kind | 0o644) << 16
    archive = packed(tmp_path / "a.zip", (member, b"/etc/passwd"))
    with pytest.raises(IntegrityError, match="'top/link' is a link or device"):
        extract_archive(archive, into)


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_comes_out_is_counted(ending: str, tmp_path: Path, into: Path) -> None:
    archive = packed(tmp_path / f"a{ending}", ("top/zeros", bytes(1 << 22)))
    with pytest.raises(IntegrityError, match="unpacks to more than 1 MiB"):
        extract_archive(archive, into, most_bytes=1 << 20)
    assert sum(map(len, files(into).values())) <= 1 << 20
    with pytest.raises(IntegrityError, match="beyond the 2th file"):
        extract_archive(archive, into / "again", most_files=2)


@pytest.mark.parametrize("ending", [".zip", ".tar"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_has_one_file(ending: str, tmp_path: Path, into: Path) -> None:
    with pytest.raises(IntegrityError, match="comes twice"):
        extract_archive(packed(tmp_path / f"a{ending}", ("top/a.txt", b"b")), into)
    with pytest.raises(IntegrityError, match="a file and a folder"):
        extract_archive(packed(tmp_path / f"b{ending}", ("top/a.txt/x", b"b")), into / "2")
    with pytest.raises(IntegrityError, match="a file and a folder"):
        # Nor is one that is there overwritten.
        extract_archive(packed(tmp_path / f"c{ending}"), into / "2")


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("content", [b"", b"PK not really", b"\x1f\x8b not really"])
def test_a_broken_archive(ending: str, content: bytes, tmp_path: Path, into: Path) -> None:
    (tmp_path / f"a{ending}").write_bytes(content)
    with pytest.raises(DataError, match="a broken archive"):
        extract_archive(tmp_path / f"a{ending}", into)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_damaged_archive_gives_its_files_or_an_error_of_ours(
    ending: str, tmp_path: Path, into: Path
) -> None:
    path = packed(tmp_path / f"a{ending}")
    whole = path.read_bytes()
    for place in range(0, len(whole), max(len(whole) // 150, 1)):
        content = bytearray(whole)
        content[place] ^= 0x55
        path.write_bytes(content[: len(content) - place % 3 * 20])
        try:
            extract_archive(path, into / str(place))
        except SonolexError as error:
            assert str(path) in str(error)
