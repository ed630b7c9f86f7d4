from __future__ import annotations

import shutil
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_core.errors import DataError, DeprecatedReleaseWarning, IntegrityError, UsageError
from concept_core.files import sha256_file
from concept_core.releases.folder import SUMS, read_release, verify_release
from concept_core.releases.index import INDEX, Listed, read_index, write_index
from concept_core.releases.specifiers import find_release, load_vocabulary
from tests.concept_core.releases.test_specifiers import make_release

LINE = st.text(st.characters(exclude_categories=["Cs"]))


def listed(folder: Path, deprecated: str = "") -> Listed:
    vocabulary = read_release(folder)
    return Listed(
        vocabulary.id, vocabulary.version, vocabulary.content_hash, sha256_file(folder / SUMS),
        len(vocabulary), "MIT", deprecated,
    )  # fmt: skip


def test_an_index_is_read_as_it_was_written_and_sorted_by_number(tmp_path: Path) -> None:
    entries = [Listed("b", "0.10.0", "h", "s", 3, "MIT"), Listed("b", "0.9.0", "h", "s", 3, "MIT")]
    entries.append(Listed("a", "1.0.0", "h", "s", 3, "MIT", 'use "a@2"'))
    write_index(tmp_path, entries)
    assert list(read_index(tmp_path)) == [("a", "1.0.0"), ("b", "0.9.0"), ("b", "0.10.0")]
    assert set(read_index(tmp_path).values()) == set(entries)
    assert read_index(tmp_path / "none") == {}


@given(LINE)
def test_any_text_survives(message: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        entry = Listed("a", "1.0.0", "h", "s", 3, "MIT", message)
        write_index(Path(folder), [entry])
        assert read_index(Path(folder)) == {("a", "1.0.0"): entry}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[release]", "not valid UTF-8 TOML"),
        ("[relese]\n", "unknown table 'relese'; did you mean 'release'"),
        ("[release]\n", "two brackets"),
        ('[[release]]\nid = "a"\n', "version must be a str"),
        ('[[release]]\nid = "a"\nhash = "b"\n', "unknown key 'hash'"),
    ],
)
def test_a_broken_index_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / INDEX).write_text(text)
    with pytest.raises((DataError, UsageError), match=message) as caught:
        read_index(tmp_path)
    assert INDEX in str(caught.value)


def test_a_range_takes_its_newest(tmp_path: Path) -> None:
    for version in ("1.9.0", "1.10.0", "2.0.0"):
        make_release(tmp_path, version=version)
    assert load_vocabulary("toy@^1", root=tmp_path).version == "1.10.0"
    assert load_vocabulary("toy@1.9", root=tmp_path).version == "1.9.0"
    assert load_vocabulary("toy@>=1.9.1,<3", root=tmp_path).version == "2.0.0"
    with pytest.raises(UsageError, match=r"unknown version of toy '\^3'.*known: 1.10.0, 1.9.0"):
        load_vocabulary("toy@^3", root=tmp_path)
    with pytest.raises(UsageError, match="'latest' is no range"):
        load_vocabulary("toy@latest", root=tmp_path)


def test_a_deprecated_release_loads_with_a_warning(tmp_path: Path) -> None:
    entries = [
        listed(make_release(tmp_path, version="1.0.0"), "use toy@2"),
        listed(make_release(tmp_path, version="2.0.0")),
    ]
    write_index(tmp_path, entries)
    with pytest.warns(DeprecatedReleaseWarning, match=r"toy@1\.0\.0 is deprecated: use toy@2"):
        assert load_vocabulary("toy@1", root=tmp_path).version == "1.0.0"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_vocabulary("toy", root=tmp_path)


def test_a_release_replaced_as_a_whole_is_caught(tmp_path: Path) -> None:
    folder = make_release(tmp_path)
    write_index(tmp_path, [listed(folder)])
    assert verify_release(folder)
    good = read_release(folder)
    # Another release, with sums of its own that hold, under this one's name.
    other = make_release(tmp_path / "elsewhere")
    text = (other / "evidence.csv").read_text().replace(",src,", ",source,")
    (other / "evidence.csv").write_text(text)
    names = ("concepts.csv", "evidence.csv", "vocabulary.json")
    sums = "".join(f"{sha256_file(other / name)}  {name}\n" for name in names)
    (other / SUMS).write_text(sums)
    shutil.rmtree(folder)
    other.rename(folder)
    assert read_release(folder).content_hash == good.content_hash
    with pytest.raises(IntegrityError, match=rf"{SUMS}: sha256 is .*{INDEX} says"):
        verify_release(find_release("toy", tmp_path))
    write_index(tmp_path, [replace(listed(folder), content_hash="0" * 64)])
    with pytest.raises(IntegrityError, match="content hash is"):
        load_vocabulary("toy", root=tmp_path)


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    folder = make_release(tmp_path)
    with open(folder / "concepts.csv", "a", encoding="utf-8") as handle:
        handle.write("x" * ((1 << 20) + 1))
    with pytest.raises(DataError, match=r"concepts\.csv:\d+: a line of more than 1048576"):
        read_release(folder)
    (tmp_path / "list.txt").write_text("rain\n" + "x" * ((1 << 20) + 1))
    with pytest.raises(DataError, match=r"list\.txt:2: a line of more than"):
        load_vocabulary(tmp_path / "list.txt")
