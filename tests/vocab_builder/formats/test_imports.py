"""What comes from elsewhere and is not what it should be: refused, and nothing written."""

from __future__ import annotations

import io
import json
import sqlite3
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from concept_core.errors import DataError, IntegrityError, SonolexError, UsageError
from concept_core.files import sha256_file
from concept_core.releases.folder import SUMS
from tests.releases_toy import release_of, write
from vocab_builder.formats import archives
from vocab_builder.formats.descriptions import describe
from vocab_builder.formats.exporting import export
from vocab_builder.formats.importing import import_vocabulary
from vocab_builder.release.release import Release


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    """A folder of its own, so that whatever is written beside it is seen."""
    (tmp_path / "inside").mkdir()
    return tmp_path / "inside"


def refused(path: Path, error: type[SonolexError], message: str) -> None:
    """The import fails so, and leaves nothing: not at its goal, not beside, not above."""
    top = path.parent.parent
    before = {one: one.lstat().st_mtime_ns for one in top.rglob("*") if one.is_file()}
    with pytest.raises(error, match=message):
        import_vocabulary(path, path.parent / "out")
    after = {one: one.lstat().st_mtime_ns for one in top.rglob("*") if one.is_file()}
    assert after == before
    assert not (path.parent / "out").exists()


def zipped(path: Path, add: Callable[[zipfile.ZipFile], None]) -> Path:
    release = write(release_of(["rain", "bell"]), path.parent / "release")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in release.iterdir():
            archive.write(file, f"toy/{file.name}")
        add(archive)
    return path


@pytest.mark.parametrize(
    "name", ["../evil", "toy/../../evil", "/etc/evil", "a/./b", "C:/evil", "a\\..\\evil", "a//b"]
)
def test_a_path_that_leads_out(name: str, inside: Path) -> None:
    path = zipped(inside / "a.zip", lambda archive: archive.writestr(name, "x"))
    refused(path, IntegrityError, "unsafe path")
    with tarfile.open(inside / "a.tar.gz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo(name), io.BytesIO())
    refused(inside / "a.tar.gz", IntegrityError, "unsafe path")


def test_links_and_devices(inside: Path) -> None:
    def link(archive: zipfile.ZipFile) -> None:
        member = zipfile.ZipInfo("toy/concepts")
        member.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(member, "/etc/passwd")

    refused(zipped(inside / "a.zip", link), IntegrityError, "'toy/concepts' is a link or device")
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
        member = tarfile.TarInfo("toy/concepts")
        member.type, member.linkname = kind, "../../../etc/passwd"
        with tarfile.open(inside / "a.tar", "w") as archive:
            archive.addfile(member)
        refused(inside / "a.tar", IntegrityError, "'toy/concepts' is a link or device")


def test_a_zip_bomb(inside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 1 << 20)
    bomb = bytes((1 << 20) + 1)
    path = zipped(inside / "a.zip", lambda archive: archive.writestr("toy/zeros", bomb))
    assert path.stat().st_size < 1 << 17
    refused(path, IntegrityError, "unpacks to more than 1 MiB")
    with tarfile.open(inside / "a.tgz", "w:gz") as archive:
        member = tarfile.TarInfo("toy/zeros")
        member.size = len(bomb)
        archive.addfile(member, io.BytesIO(bomb))
    refused(inside / "a.tgz", IntegrityError, "unpacks to more than 1 MiB")


def test_a_zip_that_lies_about_its_sizes(inside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 1 << 20)
    path = zipped(inside / "a.zip", lambda archive: archive.writestr("toy/zeros", bytes(1 << 22)))
    content = path.read_bytes().replace((1 << 22).to_bytes(4, "little"), (9).to_bytes(4, "little"))
    path.write_bytes(content)
    refused(path, SonolexError, "broken archive|unpacks to more")


def test_too_many_and_doubled_members(inside: Path) -> None:
    def many(archive: zipfile.ZipFile) -> None:
        for number in range(1001):
            archive.writestr(f"toy/{number}", "")

    refused(zipped(inside / "a.zip", many), IntegrityError, "beyond the 1000th file")

    def double(archive: zipfile.ZipFile) -> None:
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("toy/concepts.csv", "id,label,kind,count,links\n")

    (inside / "2").mkdir()
    refused(zipped(inside / "2" / "a.zip", double), IntegrityError, "comes twice")

    def both(archive: zipfile.ZipFile) -> None:
        archive.writestr("toy/concepts.csv/x", "")

    (inside / "3").mkdir()
    refused(zipped(inside / "3" / "a.zip", both), IntegrityError, "a file and a folder")


def test_a_broken_archive(inside: Path) -> None:
    (inside / "a.zip").write_bytes(b"PK not really")
    refused(inside / "a.zip", DataError, "a broken archive")
    (inside / "a.tar.gz").write_bytes(b"\x1f\x8b not really")
    refused(inside / "a.tar.gz", DataError, "a broken archive")


def test_one_changed_byte_of_a_release(inside: Path) -> None:
    release = write(release_of(["rain", "bell"]), inside / "release")
    for name, description in describe(Release.load(release)).items():
        (release / name).write_text(description, encoding="utf-8")
    text = (release / "evidence.csv").read_text()
    (release / "evidence.csv").write_text(text.replace("x:1", "x:2", 1))
    refused(release, IntegrityError, r"evidence\.csv: sha256 is")
    with zipfile.ZipFile(inside / "a.zip", "w") as archive:
        for file in release.iterdir():
            archive.write(file, file.name)
    refused(inside / "a.zip", IntegrityError, r"evidence\.csv: sha256 is")
    (release / SUMS).unlink()
    refused(release, IntegrityError, r"evidence\.csv: sha256 is .*datapackage\.json says")


def test_a_line_without_end(inside: Path) -> None:
    for name, head in (("a.csv", "label\n"), ("a.jsonl", '{"label": "'), ("a.txt", "rain\n")):
        with open(inside / name, "w", encoding="utf-8") as handle:
            handle.write(head)
            # A hole: 10 GB that no disk holds.
            handle.truncate(10 << 30)
        refused(inside / name, DataError, r"a line of more than 1048576 characters")


@pytest.mark.parametrize("form", ["datapackage", "croissant"])
def test_a_description_with_a_wrong_sum_or_path(form: str, inside: Path) -> None:
    contents = release_of(["rain", "bell"])
    folder = export(contents, form, inside / "x")
    (path,) = folder.glob(f"{form}.json")
    document = path.read_text()
    digest = sha256_file(folder / "concepts.csv")
    path.write_text(document.replace(digest, "0" * 64))
    refused(folder, IntegrityError, r"concepts\.csv: sha256 is")
    path.write_text(document.replace('"evidence.csv"', '"../../evidence.csv"'))
    refused(folder, IntegrityError, "unsafe path")
    path.write_text(document)
    (folder / "evidence.csv").rename(inside / "evidence.csv")
    (folder / "evidence.csv").symlink_to(inside / "evidence.csv")
    refused(folder, IntegrityError, "no plain file")


def test_a_description_of_somebody_else(inside: Path) -> None:
    folder = export(release_of(["rain", "bell"]), "datapackage", inside / "x")
    (folder / "vocabulary.json").unlink()
    vocabulary = import_vocabulary(folder, inside / "out").vocabulary
    assert (vocabulary.labels, vocabulary.version) == (["rain", "bell"], "0.1.0")
    other = export(release_of(["rain"]), "datapackage", inside / "2" / "x")
    (other / "datapackage.json").write_text('{"resources": []}')
    refused(other, DataError, r"names no concepts\.csv")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "word\nrain\n", "a.csv:1: expected a column label"),
        ("a.csv", "label,count\nrain,x\n", "a.csv:2: count 'x' is not a whole number"),
        ("a.csv", "label,count\nrain\n", "a.csv:2: expected 2 fields"),
        ("a.csv", "label,label\nrain,x\n", "a.csv:1: a column is named twice"),
        ("a.csv", "id,label\na,rain\n,bell\n", "a.csv:3: no id, others have one"),
        ("a.csv", "label\n", "a.csv: no concepts found"),
        ("a.csv", 'label\n"rain\n', "a.csv:2: the row that begins here is broken"),
        ("a.csv", "id,label\na,rain\nb,rain\n", "a.csv:3: the label 'rain' appears twice"),
        ("a.jsonl", "{}\n", "a.jsonl:1: Object missing required field `label`"),
        ("a.jsonl", "[1]\n", "a.jsonl:1: a concept must be a dict"),
        ("a.jsonl", '{"label": "a", "count": -1}\n', "count is -1"),
        ("a.jsonl", '{"label": "a", "count": true}\n', r"got `bool` - at `\$.count`"),
        ("a.jsonl", '{"label": "a", "kind": "thing"}\n', "kind is 'thing'; known: noun"),
        ("a.jsonl", '{"label": "a", "evidence": [3]}\n', "a.jsonl:1: Expected `object`, got `int`"),
        ("a.jsonl", "[" * 100_000 + "\n", "a.jsonl:1: nested deeper than 64 levels"),
        ("a.jsonld", '{"@graph": []}', "expected one skos:ConceptScheme"),
        ("a.jsonld", "[]", "expected one skos:ConceptScheme"),
        ("a.parquet", "PAR1", "cannot be read as Parquet"),
        ("a.safetensors", "xxxxxxxx", "cannot be read as safetensors"),
        ("a.db", "not a database, not at all", "cannot be read as a vocabulary's database"),
    ],
)  # fmt: skip
def test_broken_files_are_named(name: str, text: str, message: str, inside: Path) -> None:
    (inside / name).write_text(text)
    refused(inside / name, DataError, message)


def test_what_holds_no_vocabulary(inside: Path) -> None:
    refused(inside / "none.csv", DataError, "no such file or folder")
    (inside / "a.pdf").write_text("x")
    refused(inside / "a.pdf", UsageError, r"no kind of file.*known: \.txt, \.csv")
    (inside / "empty").mkdir()
    refused(inside / "empty", UsageError, "no folder that holds a vocabulary")


def test_options_that_do_not_fit(inside: Path) -> None:
    contents = release_of(["rain"])
    release = write(contents, inside / "release")
    out = inside / "out"
    with pytest.raises(UsageError, match="a release keeps its id"):
        import_vocabulary(release, out, name="other")
    lines = export(contents, "jsonl", inside / "x.jsonl")
    with pytest.raises(UsageError, match="an order is of text files alone"):
        import_vocabulary(lines, out, order="ascending")
    with pytest.raises(UsageError, match="'Not An Id' is no id"):
        import_vocabulary(lines, out, name="Not An Id")
    with pytest.raises(UsageError, match=r"MAJOR\.MINOR\.PATCH"):
        import_vocabulary(lines, out, version="1")
    parquet = export(contents, "parquet", inside / "x.parquet")
    with pytest.raises(UsageError, match="states the licences of its sources"):
        import_vocabulary(parquet, out, licence="MIT")
    assert not out.exists()
    vocabulary = import_vocabulary(parquet, out, name="other", version="3.0.0").vocabulary
    assert vocabulary.specifier == "other@3.0.0"
    with pytest.raises(DataError, match="never overwritten"):
        import_vocabulary(parquet, out)


def test_concepts_that_are_not_those_that_are_stated(inside: Path) -> None:
    contents = release_of(["rain", "bell"])
    document = json.loads(export(contents, "skos", inside / "x.jsonld").read_text())
    document["@graph"][2]["prefLabel"] = "drizzle"
    (inside / "y.jsonld").write_text(json.dumps(document))
    refused(inside / "y.jsonld", IntegrityError, "content hash of its concepts is")
    document["@graph"][1]["memberList"].pop()
    (inside / "y.jsonld").write_text(json.dumps(document))
    refused(inside / "y.jsonld", DataError, "memberList and the concepts")
    folder = export(contents, "datasette", inside / "ds")
    with sqlite3.connect(folder / "vocabulary.db") as database:
        database.execute("UPDATE concepts SET label = 'drizzle' WHERE rank = 1")
    refused(folder, IntegrityError, "content hash of its concepts is")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW links AS WITH RECURSIVE c (id) AS (SELECT 'a' UNION ALL SELECT id FROM c)"
        " SELECT id, 'a' AS scheme, 'b' AS identifier FROM c",
        "CREATE VIRTUAL TABLE links USING fts5 (id, scheme, identifier)",
        "CREATE TABLE links (id, scheme, identifier AS (hex(zeroblob(500000000))))",
    ],
)
def test_databases_that_compute(statement: str, inside: Path) -> None:
    folder = export(release_of(["rain"]), "datasette", inside / "ds")
    with sqlite3.connect(folder / "vocabulary.db") as database:
        database.execute("DROP TABLE links")
        database.execute(statement)
    refused(folder, IntegrityError, "links is computed as the file says")


@pytest.mark.parametrize(
    ("key", "value"),
    [("title", 3), ("sources", [{"name": "x"}]), ("encoder", "x"), ("stages", [1]), ("id", None)],
)
def test_metadata_that_cannot_be(key: str, value: object, inside: Path) -> None:
    contents = release_of(["rain"])
    metadata = {**contents.vocabulary.metadata, key: value}
    folder = export(contents, "datasette", inside / "ds")
    with sqlite3.connect(folder / "vocabulary.db") as database:
        database.execute("UPDATE metadata SET value = ?", (json.dumps(metadata),))
    refused(folder, DataError, f"metadata: {key}(, entry 1)?(:| must be)")


def test_aliases_as_a_person_writes_them(inside: Path) -> None:
    (inside / "words.csv").write_text("label,aliases\nlawn mower,mower; grass cutter ;\n")
    release = import_vocabulary(inside / "words.csv", inside / "out")
    assert [one.alias for one in release.vocabulary.aliases] == ["mower", "grass cutter"]


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        ("words.csv", "keyword,n\r\nrain,1\r\n\r\nbell,2\r\n", [2, 4]),
        ("words.jsonl", '{"keyword": "rain"}\n\n{"keyword": "bell"}\n', [1, 3]),
        ("words.txt", "# mine\nrain\nbell\nrain\n", [2, 3]),
        ("words.json", '[{"keyword": "rain"}, {"keyword": "bell"}]', [1, 2]),
    ],
)
def test_evidence_names_the_line(name: str, text: str, lines: list[int], tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text, newline="")
    column = None if name.endswith(".txt") else "keyword"
    release = import_vocabulary(path, tmp_path / "out", column=column)
    assert [one.evidence[0].locator for one in release.vocabulary] == [
        f"{name}:{line}" for line in lines
    ]
