"""The formats before their own validators, offline, on labels that break careless code."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from concept_core.errors import DataError, UsageError
from concept_core.releases.csv_cells import unguard
from concept_core.releases.folder import SUMS, verify_release
from concept_core.releases.specifiers import load_vocabulary
from concept_core.text.word_lists import holds
from concept_core.vocabulary import Alias
from tests.releases_toy import LINKS, STRANGE, release_of, write
from tests.toy import ToyEncoder
from vocab_builder.curation.aliases import Annotation
from vocab_builder.formats.descriptions import describe
from vocab_builder.formats.exporting import FORMATS, export
from vocab_builder.formats.skos import link_of, mapping
from vocab_builder.release.release import Release


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any, **options: Any) -> None:
        raise AssertionError("a validator, or what it was given, asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(scope="module")
def release() -> Release:
    licences = {"mine": "CC-BY-SA-4.0", "other": "MIT"}
    return release_of(STRANGE, licences=licences, seen={"café": ["mine", "other"]})


@pytest.fixture(scope="module")
def folder(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release as it is published: with its descriptions beside its own files."""
    path = write(release, tmp_path_factory.mktemp("release") / "toy")
    for name, text in describe(release).items():
        (path / name).write_text(text, encoding="utf-8")
    return path


def test_croissant(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    import mlcroissant

    dataset = mlcroissant.Dataset(jsonld=str(folder / "croissant.json"))
    assert not dataset.metadata.ctx.issues.errors
    # All that it recommends and we leave out is a date: two builds give the same bytes.
    warned = dataset.metadata.ctx.issues.warnings
    assert all("datePublished" in warning for warning in warned)
    assert "not standard" not in caplog.text
    kinds = [record["concepts/kind"] for record in dataset.records("concepts")]
    assert kinds == [b"word"] * len(STRANGE)
    # It checks the sums of what it reads.
    text = (folder / "concepts.csv").read_text()
    (folder / "concepts.csv").write_text(text.replace("word", "noun", 1))
    try:
        with pytest.raises(Exception, match="concepts.csv"):
            list(mlcroissant.Dataset(jsonld=str(folder / "croissant.json")).records("concepts"))
    finally:
        (folder / "concepts.csv").write_text(text)


def test_data_package(folder: Path) -> None:
    import frictionless

    report = frictionless.validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["message"])
    package = frictionless.Package(str(folder / "datapackage.json"))
    rows = package.get_resource("concepts").read_rows()
    assert [unguard(row["label"]) for row in rows] == list(STRANGE)
    text = (folder / "evidence.csv").read_text()
    (folder / "evidence.csv").write_text(text.replace("x:1", "x:2", 1))
    try:
        assert not frictionless.validate(str(folder / "datapackage.json")).valid
    finally:
        (folder / "evidence.csv").write_text(text)


def test_skos(folder: Path, release: Release) -> None:
    import rdflib
    from rdflib.collection import Collection
    from rdflib.namespace import DCTERMS, RDF, SKOS

    graph = rdflib.Graph().parse(folder / "skos.jsonld", format="json-ld")
    (scheme,) = graph.subjects(RDF.type, SKOS.ConceptScheme)
    assert str(graph.value(scheme, DCTERMS.title)) == "Toy"
    (order,) = graph.objects(None, SKOS.memberList)
    members = list(Collection(graph, order))
    assert [str(graph.value(one, SKOS.prefLabel)) for one in members] == list(STRANGE)
    assert [str(graph.value(one, SKOS.notation)) for one in members] == [
        concept.id for concept in release.vocabulary
    ]
    assert set(graph.subjects(SKOS.inScheme, scheme)) == set(members)
    first = {str(relation).partition("#")[2]: str(target) for relation, target in graph[members[0]]}
    assert first["exactMatch"].startswith("http")
    assert first["broadMatch"] == "https://github.com/audioset/ontology#/m/09x0r"
    assert first["closeMatch"] == "https://universalcategorysystem.com/#ANMLDog"
    exact = {str(target) for target in graph.objects(members[0], SKOS.exactMatch)}
    assert exact == {
        "https://github.com/audioset/ontology#/m/0bt9lr",
        "http://purl.org/vocabularies/princeton/wn30/synset-dog-noun-1",
    }


def test_links_come_back() -> None:
    links = [*LINKS, "wordnet:internal-combustion_engine.n.01", "own:a/b c", "wordnet:odd"]
    back = [link_of(relation, target) for relation, target in mapping(links)]
    assert back == links
    assert {relation for relation, _ in mapping(["wordnet:a.n.01", "wordnet:a.n.02"])} == {
        "closeMatch"
    }
    assert link_of("exactMatch", "https://elsewhere.org/x") is None


def test_provenance(folder: Path) -> None:
    from prov.model import ProvDocument

    document = ProvDocument.deserialize(folder / "prov.json", format="json")
    text = document.get_provn()
    assert "wasGeneratedBy(sonolex:vocabulary\\:toy%400.1.0, sonolex:build" in text
    assert text.count("wasDerivedFrom(") == 2
    assert "prov:SoftwareAgent" in text and "used(" in text


def test_citation(folder: Path) -> None:
    citation = yaml.safe_load((folder / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation.keys() >= {"cff-version", "message", "title", "authors", "type", "version"}
    assert (citation["type"], citation["version"]) == ("dataset", "0.1.0")
    # Two licences that both hold cannot be said there: a list would be a choice.
    assert "license" not in citation


def test_a_single_licence_and_authors_are_cited(tmp_path: Path) -> None:
    one = release_of(["rain"])
    title = 'A "title": with \x7f, émoji 🔔 and # marks'
    one = one.with_concepts(one.vocabulary.concepts, authors=["A. Person"], title=title)
    citation = yaml.safe_load(export(one, "cff", tmp_path / "c.cff").read_text(encoding="utf-8"))
    assert citation["license"] == "CC0-1.0"
    assert citation["authors"] == [{"name": "A. Person"}]
    assert citation["title"] == title


def test_hugging_face(release: Release, tmp_path: Path) -> None:
    from huggingface_hub import DatasetCard

    out = export(release, "huggingface", tmp_path / "hub")
    card = DatasetCard.load(out / "README.md")
    assert card.data.license == "other"
    assert card.data.license_name == "cc-by-sa-4.0-and-mit"
    (files,) = card.data.configs
    assert (out / files["data_files"][0]["path"]).is_file()
    single = export(release_of(["rain"]), "huggingface", tmp_path / "single")
    assert DatasetCard.load(single / "README.md").data.license == "cc0-1.0"


def test_datasette(release: Release, tmp_path: Path) -> None:
    out = export(release, "datasette", tmp_path / "out")
    with sqlite3.connect(out / "vocabulary.db") as database:
        assert not list(database.execute("PRAGMA foreign_key_check"))
        found = database.execute(
            "SELECT c.label, c.count FROM concepts_fts f JOIN concepts c ON c.rank = f.rowid"
            " WHERE concepts_fts MATCH 'roll'"
        ).fetchall()
        assert found == [("rock 'n' roll", 2)]
        assert database.execute("SELECT score, threshold, rank FROM drops").fetchall() == [
            (1, 2.5, None)
        ]
        # Datasette gives its tables as csv.
        guarded = database.execute("SELECT label FROM concepts WHERE label LIKE '%cmd%'")
        assert guarded.fetchall() == [("'=cmd()",)]
    metadata = json.loads((out / "metadata.json").read_text())
    assert set(metadata["databases"]["vocabulary"]["tables"]) == {
        "aliases", "concepts", "decisions", "drops", "evidence", "notes", "scores",
    }  # fmt: skip


def test_embeddings(release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from safetensors import safe_open

    monkeypatch.chdir(tmp_path)
    encoder = ToyEncoder()
    path = export(release, "embeddings", None, encoder=encoder)
    assert path.name == f"embeddings-toy-{encoder.spec.fingerprint[:12]}.safetensors"
    with safe_open(path, "np") as file:
        rows = file.get_tensor("embeddings")
        header = json.loads(file.metadata()["sonolex"])
    assert rows.shape == (len(STRANGE), encoder.spec.dim)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-6)
    assert [concept["label"] for concept in header["concepts"]] == list(STRANGE)
    assert header["encoder"]["fingerprint"] == encoder.spec.fingerprint
    again = export(release, "embeddings", tmp_path / "again.safetensors", encoder=encoder)
    assert path.read_bytes() == again.read_bytes()


def test_a_list_as_splice_reads_it(release: Release, tmp_path: Path) -> None:
    """SpLiCE's own reading: lines from least to most frequent, of which the last k are taken."""
    path = export(release_of(["rain", "bell", "dog"]), "txt", tmp_path / "a.txt", order="ascending")
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    assert lines[-2:] == ["bell", "rain"]


@pytest.mark.parametrize("label", ["a\nb", " a", "a ", "\ufeffa", "\u2003a"])
def test_what_a_list_cannot_hold_is_told(label: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot hold the label"):
        export(release_of(["rain", label]), "txt", tmp_path / "list.txt")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FORMATS)
def test_equal_contents_give_equal_bytes_and_nothing_is_overwritten(
    name: str, release: Release, tmp_path: Path
) -> None:
    encoder = ToyEncoder() if name == "embeddings" else None
    if name == "txt":
        release = release_of([one for one in STRANGE if holds(one)])
    ending = (*FORMATS[name].endings, "")[0]
    one, two = (
        export(release, name, tmp_path / f"{stem}{ending}", encoder=encoder)
        for stem in ("one", "two")
    )
    files = [path for path in one.rglob("*") if path.is_file()] if one.is_dir() else [one]
    assert files
    for path in files:
        other = two / path.relative_to(one) if one.is_dir() else two
        assert path.read_bytes() == other.read_bytes(), path
    with pytest.raises(DataError, match="exists"):
        export(release, name, one, encoder=encoder)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_release_in_an_archive_is_that_release(folder: Path, tmp_path: Path) -> None:
    out = export(Release.load(str(folder)), "folder", tmp_path / "copy")
    assert verify_release(out) == verify_release(folder)
    for name in (*verify_release(folder), SUMS):
        assert (folder / name).read_bytes() == (out / name).read_bytes()


def test_options_of_other_formats_are_refused(release: Release, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown format 'cvs'; did you mean 'csv'"):
        export(release, "cvs", tmp_path / "x")
    with pytest.raises(UsageError, match="an order is of txt alone"):
        export(release, "csv", tmp_path / "x", order="ascending")
    for name, encoder in (("embeddings", None), ("csv", ToyEncoder())):
        with pytest.raises(UsageError, match="the format embeddings, and no other"):
            export(release, name, tmp_path / "x", encoder=encoder)


def test_a_name_that_says_another_format_is_refused(release: Release, tmp_path: Path) -> None:
    wrong = {
        "csv": "x.txt", "parquet": "x", "skos": "x.json", "prov": "x.jsonld", "licence": "x.cff",
        "zip": "x.tar", "folder": "x.zip", "croissant": "x.json", "huggingface": "x.parquet",
    }  # fmt: skip
    for name, file in wrong.items():
        with pytest.raises(UsageError, match=f"{file}: .*format {name} "):
            export(release, name, tmp_path / file)
    assert list(tmp_path.iterdir()) == []
    for name, file in {"prov": "x.json", "licence": "LICENSE", "folder": "toy-1.0.0"}.items():
        export(release, name, tmp_path / file)


def test_a_list_of_words_has_all_formats(tmp_path: Path) -> None:
    (tmp_path / "a list.txt").write_text("rain\nbell\n", encoding="utf-8")
    release = Release.load(str(tmp_path / "a list.txt"))
    for name in FORMATS:
        if name != "embeddings":
            export(release, name, tmp_path / f"{name}{(*FORMATS[name].endings, '')[0]}")
    assert load_vocabulary(tmp_path / "folder").content_hash == release.vocabulary.content_hash


@pytest.fixture(scope="module", autouse=True)
def _silent() -> Iterator[None]:
    import logging

    logging.getLogger("absl").setLevel(logging.WARNING)
    yield


def test_the_manual_has_every_format() -> None:
    text = (Path(__file__).parents[3] / "docs" / "releases.md").read_text(encoding="utf-8")
    assert [name for name in FORMATS if f"`{name}`" not in text] == []


def test_skos_has_labels_notes_and_relations_in_english(tmp_path: Path) -> None:
    import rdflib
    from rdflib.namespace import SKOS

    release = release_of(["siren", "alarm"])
    aliases = (
        Alias("siren", "warning siren", "rename", "decisions"),
        Alias("siren", "foghorn", "near", "redundancy"),
    )
    release = replace(
        release,
        vocabulary=replace(release.vocabulary, aliases=aliases),
        annotations=(
            Annotation("siren", "definition", "what warns"),
            Annotation("siren", "note", "any kind"),
            Annotation("siren", "broader", "alarm"),
        ),
    )
    path = export(release, "skos", tmp_path / "x.jsonld")
    graph = rdflib.Graph().parse(path, format="json-ld")
    (siren,) = graph.subjects(SKOS.prefLabel, rdflib.Literal("siren", lang="en"))
    (alarm,) = graph.subjects(SKOS.prefLabel, rdflib.Literal("alarm", lang="en"))

    def texts(name: str) -> list[tuple[str, str | None]]:
        return [(str(one), one.language) for one in graph.objects(siren, SKOS[name])]

    assert texts("altLabel") == [("warning siren", "en")]
    assert texts("hiddenLabel") == [("foghorn", "en")]
    assert texts("definition") == [("what warns", "en")]
    assert texts("scopeNote") == [("any kind", "en")]
    assert list(graph.objects(siren, SKOS.broader)) == [alarm]
