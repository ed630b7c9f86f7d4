"""Datasette itself serves the export: its page, its search, its csv, its SQL."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from concept_core.vocabulary import Alias
from tests.releases_toy import STRANGE, release_of
from vocab_builder.formats.exporting import export
from vocab_builder.formats.importing import import_vocabulary
from vocab_builder.release.release import Release


@pytest.fixture(scope="module")
def release() -> Release:
    made = release_of([*STRANGE, "dog", "foghorn"])
    aliases = (
        Alias("dog", "hound", "synonym", "synonyms"),
        Alias("dog", "puppy; small", "merge", "decisions"),
        Alias("foghorn", "ship's horn", "rename", "decisions"),
    )
    return replace(made, vocabulary=replace(made.vocabulary, aliases=aliases))


@pytest.fixture(scope="module")
def folder(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(release, "datasette", tmp_path_factory.mktemp("datasette") / "out")


def get(folder: Path, *paths: str) -> list[Any]:
    """What a browser would be given, as text."""
    from datasette.app import Datasette

    async def answers() -> list[Any]:
        metadata = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
        server = Datasette([str(folder / "vocabulary.db")], metadata=metadata)
        await server.invoke_startup()
        found = [await server.client.get(path) for path in paths]
        assert [one.status_code for one in found] == [200] * len(paths)
        return [one.text for one in found]

    return asyncio.run(answers())


@pytest.mark.parametrize(
    ("words", "labels"),
    [("dog", ["dog"]), ("hound", ["dog"]), ("small", ["dog"]), ("horn", ["foghorn"]),
     ("roll", ["rock 'n' roll"]), ("шум", ["шум"]), ("zebra", [])],
)  # fmt: skip
def test_search_finds_labels_and_aliases(folder: Path, words: str, labels: list[str]) -> None:
    (text,) = get(folder, f"/vocabulary/concepts.json?_search={words}&_shape=array")
    assert [row["label"] for row in json.loads(text)] == labels


def test_a_session(release: Release, folder: Path) -> None:
    page, table, csv, query = get(
        folder,
        "/",
        "/vocabulary/concepts",
        "/vocabulary/aliases.csv?id=dog",
        "/vocabulary.json?_shape=array&sql=select+count(*)+as+n+from+evidence+join+concepts+using(id)",
    )
    assert "Toy 0.1.0" in page and "A few words." in page
    # The page has a field to search in, and says of each column what it is.
    assert 'name="_search"' in table and "other labels of the concept" in table
    assert [line.split(",")[2] for line in csv.splitlines()[1:]] == ["hound", "puppy; small"]
    assert json.loads(query)[0]["n"] == len(release.vocabulary)


def test_what_searches_changes_nothing_that_is_read_back(
    release: Release, folder: Path, tmp_path: Path
) -> None:
    back = import_vocabulary(folder / "vocabulary.db", tmp_path / "back").vocabulary
    assert (back.labels, set(back.aliases)) == (
        release.vocabulary.labels,
        set(release.vocabulary.aliases),
    )
    with sqlite3.connect(folder / "vocabulary.db") as database:
        database.execute("INSERT INTO concepts_fts (concepts_fts) VALUES ('integrity-check')")
