from __future__ import annotations

from pathlib import Path

import pytest

from concept_core.errors import DataError, IntegrityError, UsageError
from concept_core.files import sha256_file
from concept_core.releases.folder import SUMS, read_release, verify_release
from concept_core.releases.specifiers import (
    assign_ids,
    find_release,
    list_releases,
    load_vocabulary,
)
from concept_core.vocabulary import Concept, Evidence, content_hash

STRANGE = ["null", "nan", "true", "1e5", "café", "rock 'n' roll", 'a "b", c', "=cmd()", "шум", "🔔"]


def make_release(root: Path, name: str = "toy", version: str = "0.1.0") -> Path:
    """A release folder written by hand, so that the reader is tested against the format."""
    folder = root / name / version
    folder.mkdir(parents=True)
    concepts = [
        Concept(slug, label, "noun", place, (Evidence("src", "x:1", place),), ("audioset:/m/1",))
        for place, (slug, label) in enumerate(zip(assign_ids(STRANGE), STRANGE, strict=True), 1)
    ]

    def quote(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"'

    rows = [f"{c.id},{quote(c.label)},noun,{c.count},audioset:/m/1" for c in concepts]
    (folder / "concepts.csv").write_text("id,label,kind,count,links\n" + "\n".join(rows) + "\n")
    evidence = [f"{c.id},src,x:1,{c.count}" for c in concepts]
    (folder / "evidence.csv").write_text("id,source,locator,count\n" + "\n".join(evidence) + "\n")
    (folder / "vocabulary.json").write_text(
        f'{{"id": "{name}", "version": "{version}", "content_hash": "{content_hash(concepts)}"}}'
    )
    sums = [f"{sha256_file(path)}  {path.name}" for path in sorted(folder.iterdir())]
    (folder / SUMS).write_text("\n".join(sums) + "\n")
    return folder


def test_strange_labels_survive(tmp_path: Path) -> None:
    vocabulary = read_release(make_release(tmp_path))
    assert vocabulary.labels == STRANGE
    assert vocabulary.concepts[3].evidence == (Evidence("src", "x:1", 4),)
    assert vocabulary.concepts[3].links == ("audioset:/m/1",)


def test_verify_names_the_files(tmp_path: Path) -> None:
    folder = make_release(tmp_path)
    assert verify_release(folder) == ("concepts.csv", "evidence.csv", "vocabulary.json")


@pytest.mark.parametrize("name", ["concepts.csv", "evidence.csv", "vocabulary.json"])
def test_one_flipped_byte_is_found_and_named(tmp_path: Path, name: str) -> None:
    folder = make_release(tmp_path)
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(bytes(content))
    with pytest.raises(IntegrityError, match=name) as caught:
        verify_release(folder)
    assert caught.value.exit_code == 5


def test_missing_added_and_linked_files_are_found(tmp_path: Path) -> None:
    folder = make_release(tmp_path)
    (folder / "evidence.csv").unlink()
    (folder / "virus.sh").write_text("echo")
    (folder / "vocabulary.json").rename(tmp_path / "elsewhere.json")
    (folder / "vocabulary.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(IntegrityError) as caught:
        verify_release(folder)
    message = str(caught.value)
    assert "evidence.csv: is missing" in message
    assert "virus.sh: is not listed" in message
    assert "vocabulary.json: is a symbolic link" in message


@pytest.mark.parametrize("bit", range(8))
def test_no_changed_byte_of_the_sums_passes(tmp_path: Path, bit: int) -> None:
    folder = make_release(tmp_path)
    content = (folder / SUMS).read_bytes()
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1 << bit
        (folder / SUMS).write_bytes(bytes(changed))
        with pytest.raises(IntegrityError):
            verify_release(folder)


def test_a_release_without_its_metadata_is_no_unknown_folder(tmp_path: Path) -> None:
    folder = make_release(tmp_path)
    (folder / "vocabulary.json").unlink()
    with pytest.raises(IntegrityError, match=r"vocabulary\.json: is missing"):
        verify_release(find_release(str(folder)))
    with pytest.raises(DataError, match=r"it has no vocabulary\.json"):
        load_vocabulary(folder)


def test_sums_that_point_outside_are_refused(tmp_path: Path) -> None:
    folder = make_release(tmp_path)
    (folder / SUMS).write_text("0" * 64 + "  ../../etc/passwd\n")
    with pytest.raises(IntegrityError, match=f"{SUMS}:1"):
        verify_release(folder)


def test_changed_labels_do_not_load(tmp_path: Path) -> None:
    folder = make_release(tmp_path)
    text = (folder / "concepts.csv").read_text()
    (folder / "concepts.csv").write_text(text.replace("café", "coffee"))
    with pytest.raises(IntegrityError, match="content hash"):
        read_release(folder)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("concepts.csv", "id,label\n", "concepts.csv:1: expected the columns id,label,kind"),
        ("concepts.csv", "id,label,kind,count,links\na,b\n", "concepts.csv:2: expected 5 cells"),
        ("concepts.csv", "id,label,kind,count,links\na,b,noun,x,\n", "count 'x' is not a whole"),
        ("vocabulary.json", "{", "vocabulary.json:1: broken JSON at column 2"),
        ("vocabulary.json", "[]", "expected an object, found list"),
    ],
)
def test_broken_files_are_named(tmp_path: Path, name: str, text: str, message: str) -> None:
    folder = make_release(tmp_path)
    (folder / name).write_text(text)
    with pytest.raises(DataError, match=message):
        read_release(folder)


def test_specifiers(tmp_path: Path) -> None:
    for version in ("0.9.0", "0.10.0"):
        make_release(tmp_path, version=version)
    assert list_releases(tmp_path) == {"toy": ["0.9.0", "0.10.0"]}
    assert load_vocabulary("toy", root=tmp_path).version == "0.10.0"
    assert load_vocabulary("toy@0.9.0", root=tmp_path).specifier == "toy@0.9.0"
    assert load_vocabulary(tmp_path / "toy" / "0.9.0").version == "0.9.0"
    with pytest.raises(UsageError, match="unknown vocabulary or file 'tyo'; did you mean 'toy'"):
        load_vocabulary("tyo", root=tmp_path)
    with pytest.raises(UsageError, match="unknown version of toy '0.8.0'"):
        load_vocabulary("toy@0.8.0", root=tmp_path)
    with pytest.raises(DataError, match="not a release folder"):
        find_release(str(tmp_path))


def test_text_files(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("rain\n\n  tin roof \nrain\n", encoding="utf-8")
    vocabulary = load_vocabulary(path)
    assert vocabulary.labels == ["rain", "tin roof"]
    assert load_vocabulary(path, order="ascending").labels == ["rain", "tin roof"]
    assert vocabulary.id == "mine"
    path.write_bytes(b"caf\xe9\n")
    with pytest.raises(DataError, match=r"mine\.txt:1: not UTF-8"):
        load_vocabulary(path)
    path.write_text("\n")
    with pytest.raises(DataError, match="no labels"):
        load_vocabulary(path)
    with pytest.raises(UsageError, match="unknown order 'upwards'"):
        load_vocabulary(path, order="upwards")


def test_ids_are_unique_and_do_not_depend_on_order() -> None:
    labels = ["cafe", "café", "tin roof", "🔔"]
    ids = assign_ids(labels)
    assert len(set(ids)) == 4
    assert ids[2] == "tin-roof"
    assert ids[3]
    assert dict(zip(labels, ids, strict=True)) == dict(
        zip(labels[::-1], assign_ids(labels[::-1]), strict=True)
    )


def test_the_contract_of_the_package(tmp_path: Path) -> None:
    import concept_core

    folder = make_release(tmp_path)
    assert concept_core.load_vocabulary(folder).labels == STRANGE
    with pytest.raises(AttributeError, match="load_dictionary"):
        _ = concept_core.load_dictionary
