"""NLTK packages: found where they lie, tried before they are taken, fetched over loopback."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from concept_core.errors import DataError, IntegrityError, MissingError
from concept_core.resources import (
    Resource,
    fetch,
    input_hash,
    require_nltk,
    resource_path,
    status,
)
from tests.resources_toy import Site, catalog_of, serve, sha256


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache, and an NLTK that knows of no data."""
    import nltk.data

    monkeypatch.setattr(nltk.data, "path", [])
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def stopwords_zip(words: str = "the\nof\n") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("stopwords/english", words)
    return buffer.getvalue()


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """An index of NLTK data on loopback, where NLTK by itself refuses to connect."""
    # NLTK refuses from 3.9.4 on.
    if find_spec("nltk.pathsec"):
        monkeypatch.setattr("nltk.pathsec.ENFORCE", False)
    with serve() as site:
        yield site


def publish(site: Site, package: bytes, listed: bytes | None = None) -> None:
    listed = package if listed is None else listed
    unzipped = sum(info.file_size for info in zipfile.ZipFile(io.BytesIO(listed)).infolist())
    site.files["/packages/corpora/stopwords.zip"] = package
    site.files["/index.xml"] = (
        '<?xml version="1.0"?><nltk_data><packages><package id="stopwords" name="Stop words" '
        f'subdir="corpora" unzip="1" size="{len(listed)}" unzipped_size="{unzipped}" '
        f'checksum="{hashlib.md5(listed).hexdigest()}" sha256_checksum="{sha256(listed)}" '
        f'url="{site.url}/packages/corpora/stopwords.zip"/></packages>'
        "<collections/></nltk_data>"
    ).encode()


def loopback(site: Site, tmp_path: Path) -> dict[str, Resource]:
    return catalog_of(
        tmp_path,
        f'[[thing.parts]]\norigin = "{site.url}/index.xml"\npackage = "corpora/stopwords"\n',
        kind="nltk",
    )


def test_missing_data_name_the_command() -> None:
    for name in ("wordnet", "tagger", "stopwords"):
        with pytest.raises(MissingError, match=f"sonolex fetch {name}"):
            require_nltk(name)
    with pytest.raises(MissingError, match="--offline"):
        fetch("wordnet", offline=True)


def test_data_that_nltk_finds_by_itself_count_as_there(tmp_path: Path, cache: Path) -> None:
    import nltk.data

    elsewhere = tmp_path / "elsewhere/corpora"
    elsewhere.mkdir(parents=True, mode=0o755)
    (elsewhere / "stopwords.zip").write_bytes(stopwords_zip())
    nltk.data.path.append(str(tmp_path / "elsewhere"))
    assert fetch("stopwords", offline=True) == elsewhere / "stopwords.zip"
    require_nltk("stopwords")
    assert input_hash("stopwords") == sha256(stopwords_zip())
    assert not status("stopwords").own and not cache.exists()
    (elsewhere / "stopwords.zip").write_bytes(b"broken")
    with pytest.raises(MissingError, match="sonolex fetch stopwords"):
        require_nltk("stopwords")


def test_nltks_downloader_brings_a_package(site: Site, tmp_path: Path, cache: Path) -> None:
    import nltk.data

    publish(site, stopwords_zip())
    catalog = loopback(site, tmp_path)
    lines: list[str] = []
    where = fetch("thing", say=lines.append, catalog=catalog)
    assert (where / "english").read_text("utf-8") == "the\nof\n"
    assert where.is_relative_to(cache / "nltk_data")
    assert nltk.data.path == [str(cache / "nltk_data")]
    said = "\n".join(lines)
    assert site.url in said and "NONE STATED" in said
    assert not status("thing", catalog).own
    asked = len(site.asked)
    assert fetch("thing", catalog=catalog) == where and len(site.asked) == asked
    assert [path.name for path in (cache / "nltk_data").iterdir()] == ["corpora"]


def test_a_package_that_is_not_what_the_index_says(site: Site, tmp_path: Path) -> None:
    publish(site, stopwords_zip("evil\n"), listed=stopwords_zip("the\n\n"))
    with pytest.raises(IntegrityError):
        fetch("thing", catalog=loopback(site, tmp_path))
    assert status("thing", loopback(site, tmp_path)).path is None


def test_a_package_that_nltk_cannot_read_is_not_taken(site: Site, tmp_path: Path) -> None:
    publish(site, stopwords_zip("nothing usual\n"))
    with pytest.raises(IntegrityError, match="cannot read"):
        fetch("thing", catalog=loopback(site, tmp_path))
    assert status("thing", loopback(site, tmp_path)).path is None


def test_unreachable_names_the_package_by_address(tmp_path: Path) -> None:
    with serve() as gone:
        pass
    with pytest.raises(MissingError) as caught:
        fetch("thing", catalog=loopback(gone, tmp_path))
    assert f"{gone.url}/packages/corpora/stopwords.zip" in str(caught.value)


def test_own_package_as_zip_folder_or_whole_data_folder(tmp_path: Path, cache: Path) -> None:
    data = tmp_path / "nltk_data/corpora"
    data.mkdir(parents=True)
    (data / "stopwords.zip").write_bytes(stopwords_zip())
    for own in (tmp_path / "nltk_data", data, data / "stopwords.zip"):
        where = fetch("stopwords", own=own)
        assert where == cache / "nltk_data/corpora/stopwords.zip"
        assert status("stopwords").own
    (data / "stopwords").mkdir()
    (data / "stopwords/english").write_text("the\n", "utf-8")
    assert fetch("stopwords", own=data / "stopwords").is_dir()
    assert not (cache / "nltk_data/corpora/stopwords.zip").exists(), "one form at a time"
    before = input_hash("stopwords")
    (data / "stopwords.zip").write_bytes(b"broken")
    with pytest.raises(DataError, match="cannot read"):
        fetch("stopwords", own=data / "stopwords.zip")
    with pytest.raises(DataError, match=r"no stopwords\.zip"):
        fetch("stopwords", own=tmp_path / "home")
    assert input_hash("stopwords") == before, "what was there is kept"


def test_the_shared_wordnet_is_taken_since_it_opens(shared: Path) -> None:
    fetch("wordnet", own=shared / "nltk_data")  # looks a word up before it takes the package
    require_nltk("wordnet")
    assert resource_path("wordnet").name == "wordnet.zip"


def test_the_shared_tagger_tags(shared: Path) -> None:
    fetch("tagger", own=shared / "nltk_data")
    require_nltk("tagger")
    import nltk

    assert nltk.pos_tag(["a", "dog"]) == [("a", "DT"), ("dog", "NN")]
