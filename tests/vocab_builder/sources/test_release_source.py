from __future__ import annotations

import json
from pathlib import Path

import pytest

from concept_core.errors import DataError, UsageError
from concept_core.vocabulary import Concept, Evidence, content_hash
from tests.sources_toy import mine
from vocab_builder.stages.candidates import OtherName

CONCEPTS = [
    Concept(
        "dog", "dog", "noun", 5, (Evidence("caps", "a.csv:caption", 5),), ("wordnet:dog.n.01",)
    ),
    Concept("door-slam", "door slam", "phrase", 2),
]


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A release folder, as little as the reader asks for."""
    rows = [f"{c.id},{c.label},{c.kind},{c.count},{' '.join(c.links)}" for c in CONCEPTS]
    (tmp_path / "concepts.csv").write_text("\n".join(["id,label,kind,count,links", *rows, ""]))
    evidence = "id,source,locator,count\ndog,caps,a.csv:caption,5\n"
    (tmp_path / "evidence.csv").write_text(evidence)
    metadata = {"id": "toy", "version": "0.1.0", "content_hash": content_hash(CONCEPTS)}
    (tmp_path / "vocabulary.json").write_text(json.dumps(metadata))
    return tmp_path


def test_concepts_bring_kind_count_links_and_where_they_were_seen(release: Path) -> None:
    dog, slam = mine("release", "older", release, {})
    assert (dog.label, dog.kind, dog.count) == ("dog", "noun", 5)
    assert dog.links == ("wordnet:dog.n.01",)
    assert dog.evidence == (Evidence("older", "caps/a.csv:caption", 5),)
    assert slam.evidence == (Evidence("older", "door-slam", 2),)


def test_the_order_and_the_other_labels_are_those_of_the_release(release: Path) -> None:
    text = (release / "concepts.csv").read_text().replace(",5,", ",1,")
    (release / "concepts.csv").write_text(text)
    evidence = "id,source,locator,count\ndog,caps,a.csv:caption,1\n"
    (release / "evidence.csv").write_text(evidence)
    aliases = "id,alias,kind,from\ndog,hound,synonym,ucs\ndoor-slam,door slams,form,twins\n"
    (release / "aliases.csv").write_text(aliases)
    dog, slam = mine("release", "older", release, {})
    assert (dog.label, dog.mass, slam.mass) == ("dog", 1, 2)
    assert dog.other_names == (OtherName("hound", "synonym", "older"),)
    assert slam.other_names == (OtherName("door slams", "form", "older"),)


def test_without_counts_the_place_ranks(release: Path) -> None:
    rows = (release / "concepts.csv").read_text().replace(",5,", ",0,").replace(",2,", ",0,")
    (release / "concepts.csv").write_text(rows)
    (release / "evidence.csv").write_text("id,source,locator,count\n")
    assert [(one.label, one.mass) for one in mine("release", "older", release, {})] == [
        ("dog", 2), ("door slam", 1),
    ]  # fmt: skip


def test_what_is_no_release(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not a release folder"):
        mine("release", "older", tmp_path, {})
    with pytest.raises(UsageError, match="unknown vocabulary or file"):
        mine("release", "older", tmp_path / "nothing", {})
