"""Exports as other people's tools read them, each in a short session of its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from concept_core.vocabulary import Alias
from tests.releases_toy import STRANGE, release_of
from vocab_builder.formats.exporting import export
from vocab_builder.release.release import Release

LABELS = [*STRANGE, "dog"]


@pytest.fixture(scope="module")
def release() -> Release:
    made = release_of(LABELS)
    aliases = (Alias("dog", "hound", "synonym", "synonyms"),)
    return replace(made, vocabulary=replace(made.vocabulary, aliases=aliases))


def test_datasets(release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets

    folder = export(release, "huggingface", tmp_path / "hub")
    found = datasets.load_dataset(str(folder), split="train", cache_dir=str(tmp_path / "cache"))
    assert found["label"][:] == LABELS
    (dog,) = found.filter(lambda row: row["label"] == "dog")
    assert dog["id"] == "dog" and dog["evidence"][0]["source"] == "mine"


@pytest.mark.parametrize("name", ["parquet", "csv", "jsonl"])
def test_pandas(release: Release, tmp_path: Path, name: str) -> None:
    path = export(release, name, tmp_path / f"words.{name}")
    if name == "parquet":
        frame = pd.read_parquet(path)
    elif name == "csv":
        # Without this "null" is no word, for pandas.
        frame = pd.read_csv(path, keep_default_na=False)
    else:
        frame = pd.read_json(path, lines=True, dtype=False)
    guarded = {"'" + label: label for label in LABELS} if name == "csv" else {}
    assert [guarded.get(label, label) for label in frame["label"]] == LABELS
    assert frame.set_index("id").loc["dog", "count"] == 2


def test_a_query_of_rdflib(release: Release, tmp_path: Path) -> None:
    import rdflib

    graph = rdflib.Graph().parse(export(release, "skos", tmp_path / "words.jsonld"))
    found = graph.query(
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"
        " SELECT ?label WHERE { ?c skos:altLabel|skos:hiddenLabel ?other . ?c skos:prefLabel ?label"
        ' . FILTER (str(?other) = "hound") }'
    )
    assert [str(row[0]) for row in found] == ["dog"]
