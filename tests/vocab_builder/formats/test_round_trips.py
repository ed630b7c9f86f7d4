"""Every format that can hold a vocabulary, out and in again: the same concepts, in order."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concept_core.releases.folder import verify_release
from concept_core.releases.specifiers import load_vocabulary
from concept_core.text.word_lists import holds, tidy_label
from concept_core.vocabulary import Alias
from tests.releases_toy import STRANGE, release_of, write
from tests.toy import ToyEncoder
from vocab_builder.curation.aliases import Annotation
from vocab_builder.curation.decisions import Decision
from vocab_builder.formats.exporting import FORMATS, export
from vocab_builder.formats.importing import import_vocabulary
from vocab_builder.release.release import Release

# A list of concepts, without what they come from; the others hold all metadata.
BARE = {"csv": "x.csv", "jsonl": "x.jsonl", "txt": "x.txt"}
FULL = {
    "parquet": "x.parquet", "embeddings": "x.safetensors", "skos": "x.jsonld",
    "croissant": "x", "datapackage": "x", "huggingface": "x", "datasette": "x", "folder": "x",
    "zip": "x.zip",
}  # fmt: skip
NO_VOCABULARY = {"prov", "cff", "licence"}
LABELS = st.lists(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12),
    unique=True, min_size=1, max_size=8,
)  # fmt: skip


def out_and_in(release: Release, name: str, file: str, folder: Path) -> Release:
    encoder = ToyEncoder() if name == "embeddings" else None
    path = export(release, name, folder / "out" / file, encoder=encoder)
    return import_vocabulary(path, folder / "in")


def test_every_format_is_here() -> None:
    assert {*BARE, *FULL, *NO_VOCABULARY} == set(FORMATS)


@pytest.mark.parametrize(("name", "file"), [*BARE.items(), *FULL.items()])
def test_strange_labels_come_back(name: str, file: str, tmp_path: Path) -> None:
    strange = [one for one in STRANGE if name != "txt" or holds(one)]
    release = release_of(strange, licences={"mine": "CC-BY-SA-4.0"})
    back = out_and_in(release, name, file, tmp_path)
    assert back.vocabulary.content_hash == release.vocabulary.content_hash
    assert verify_release(tmp_path / "in")
    loaded = load_vocabulary(tmp_path / "in")
    assert loaded.labels == strange
    if name in FULL:
        assert (loaded.id, loaded.version) == ("toy", "0.1.0")
        assert loaded.metadata["licence"] == "CC-BY-SA-4.0"
        assert loaded.metadata["title"] == "Toy"
        assert loaded.concepts[0].links == release.vocabulary.concepts[0].links
        assert loaded.concepts[0].count == release.vocabulary.concepts[0].count
    if name in FULL and name != "skos":
        assert loaded.concepts == release.vocabulary.concepts
    if name in ("datasette", "folder", "zip", "croissant", "datapackage"):
        assert (back.drops, back.scores) == (release.drops, release.scores)


def curated() -> Release:
    """A release with other labels of its concepts, notes and decisions, strange ones among them."""
    release = release_of(["lawn mower", "siren", "alarm"])
    aliases = (
        Alias("lawn-mower", "mower", "rename", "decisions"),
        Alias("siren", 'x; "y", z', "form", "twins"),
        Alias("siren", "=alarm()", "near", "redundancy"),
    )
    annotations = (
        Annotation("siren", "definition", "what warns, \u201cloudly\u201d"),
        Annotation("siren", "note", "-5 dB"),
        Annotation("siren", "broader", "alarm"),
        Annotation("lawn-mower", "related", "siren"),
    )
    decisions = (
        Decision("mower", "rename", "lawn mower", "=why", "Ann", "2026-01-01"),
        Decision("siren", "keep", replaced="2026-02-02"),
    )
    vocabulary = replace(release.vocabulary, aliases=aliases)
    return replace(release, vocabulary=vocabulary, annotations=annotations, decisions=decisions)


@pytest.mark.parametrize(
    ("name", "file"), [item for item in {**BARE, **FULL}.items() if item[0] != "txt"]
)
def test_aliases_and_notes_come_back(name: str, file: str, tmp_path: Path) -> None:
    release = curated()
    back = out_and_in(release, name, file, tmp_path)
    loaded = Release.load(tmp_path / "in")
    for one in (back, loaded):
        pairs = [(alias.id, alias.alias) for alias in one.vocabulary.aliases]
        assert sorted(pairs) == sorted((a.id, a.alias) for a in release.vocabulary.aliases)
        if name != "csv":
            assert sorted(map(repr, one.annotations)) == sorted(map(repr, release.annotations))
    concept = load_vocabulary(tmp_path / "in").find("Mower")
    assert concept is not None and concept.label == "lawn mower"
    if name not in ("csv", "skos"):
        assert loaded.vocabulary.aliases == release.vocabulary.aliases
    if name in ("datasette", "folder", "zip", "croissant", "datapackage"):
        assert loaded.decisions == release.decisions


@pytest.mark.parametrize(("name", "file"), [*BARE.items(), *FULL.items()])
@given(labels=LABELS)
@settings(max_examples=8, deadline=None)
def test_any_labels_come_back(name: str, file: str, labels: list[str]) -> None:
    if name == "txt":
        labels = [one for one in labels if holds(one) and one == tidy_label(one)]
    if name in ("embeddings", "txt"):
        labels = [one for one in labels if one.strip()] or ["rain"]
    release = release_of(labels)
    with tempfile.TemporaryDirectory() as folder:
        back = out_and_in(release, name, file, Path(folder))
        assert back.vocabulary.content_hash == release.vocabulary.content_hash
        loaded = load_vocabulary(Path(folder) / "in")
    assert loaded.labels == labels


def test_an_archive_of_a_release_comes_back_byte_for_byte(tmp_path: Path) -> None:
    folder = write(release_of(STRANGE), tmp_path / "toy")
    path = export(Release.load(str(folder)), "zip", tmp_path / "toy.zip")
    import_vocabulary(path, tmp_path / "zip")
    import_vocabulary(folder, tmp_path / "copy")
    for file in folder.iterdir():
        assert file.read_bytes() == (tmp_path / "zip" / file.name).read_bytes()
        assert file.read_bytes() == (tmp_path / "copy" / file.name).read_bytes()


def test_a_list_as_splice_has_them(tmp_path: Path) -> None:
    release = release_of(["rain", "bell", "dog"])
    path = export(release, "txt", tmp_path / "x.txt", order="ascending")
    back = import_vocabulary(path, tmp_path / "in", order="ascending")
    assert back.vocabulary.content_hash == release.vocabulary.content_hash


def test_what_is_imported_has_a_source_and_can_be_exported_again(tmp_path: Path) -> None:
    (tmp_path / "My words.csv").write_text("label,count\nrain,3\nbell,2\n", encoding="utf-8")
    back = import_vocabulary(
        tmp_path / "My words.csv", tmp_path / "in", licence="CC0 1.0", version="2.0.0"
    )
    vocabulary = back.vocabulary
    assert vocabulary.specifier == "my-words@2.0.0"
    (source,) = vocabulary.metadata["sources"]
    assert (source["licence"], source["concepts"]) == ("CC0 1.0", 2)
    assert source["origin"] == "My words.csv" and len(source["sha256"]) == 64
    assert vocabulary.metadata["licence"] == "CC0-1.0"
    assert vocabulary.concepts[0].evidence[0].locator == "My words.csv:2"
    again = out_and_in(Release.load(str(tmp_path / "in")), "parquet", "x.parquet", tmp_path / "2")
    assert again.vocabulary.concepts == vocabulary.concepts
