from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from concept_core.errors import DataError, UsageError
from tests.sources_toy import mine
from vocab_builder.stages.candidates import Candidate


def clip(*tags: str) -> dict[str, Any]:
    """As in FSD50K's ``dev_clips_info_FSD50K.json``."""
    return {
        "title": "a title",
        "description": "a sentence of the source",
        "tags": list(tags),
        "license": "http://creativecommons.org/licenses/by/3.0/",
        "uploader": "somebody",
    }


FSD = {
    "64760": clip("electric", "guitar", "Electric-Guitar", "electric guitar"),
    "16399": clip("guitar", "field-recording"),
    "16401": clip("rain", "Rain", "field-recording"),
    "16402": clip(),
}


def mine_text(folder: Path, text: str, name: str = "x.json", **options: Any) -> list[Candidate]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return mine("tags", "fsd50k", path, options)


def counts(found: list[Candidate]) -> dict[str, int]:
    return {one.label: one.count for one in found}


def test_a_tag_counts_once_a_clip(tmp_path: Path) -> None:
    found = mine_text(tmp_path, json.dumps(FSD))
    assert counts(found) == {
        "field recording": 2, "guitar": 2, "electric": 1, "electric guitar": 1, "rain": 1,
    }  # fmt: skip
    first = found[0]
    assert first.kind == "phrase" and found[1].kind == "word"
    assert [(one.source, one.locator) for one in first.evidence] == [("fsd50k", "x.json:tags")]


@pytest.mark.parametrize(
    ("hyphens", "expected"),
    [
        ("keep", {"field-recording": 1, "rain": 1}),
        ("space", {"field recording": 1, "rain": 1}),
        ("words", {"field": 1, "recording": 1, "rain": 1}),
        ("both", {"field": 1, "field recording": 1, "recording": 1, "rain": 1}),
    ],
)
def test_hyphens_by_rule(hyphens: str, expected: dict[str, int], tmp_path: Path) -> None:
    found = mine_text(tmp_path, json.dumps([clip("rain", "field-recording")]), hyphens=hyphens)
    assert counts(found) == expected


def test_rare_tags_are_left_out(tmp_path: Path) -> None:
    assert counts(mine_text(tmp_path, json.dumps(FSD), min_count=2)) == {
        "field recording": 2, "guitar": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "options"),
    [
        ("x.csv", 'fname,labels\n1,"Dog,Bark"\n2,Dog\n', {"column": "labels"}),
        ("x.tsv", "fname\ttags\n1\tdog bark\n2\tdog\n", {"separator": " "}),
        ("x.jsonl", '{"tags": ["dog", "bark"]}\n\n{"tags": "dog"}\n', {}),
    ],
)
def test_tables_and_lines(name: str, text: str, options: dict[str, Any], tmp_path: Path) -> None:
    assert counts(mine_text(tmp_path, text, name, **options)) == {"dog": 2, "bark": 1}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.csv", "id,labels\n1,dog\n", r"x.csv:2: no 'tags'; there are: id, labels"),
        ("x.json", '{"7": {"tag": []}}', r"x.json: clip 7: no 'tags'; there are: tag"),
        ("x.json", '{"7": ["dog"]}', r"x.json: clip 7: expected an object, found list"),
        ("x.json", '{"7": {"tags": [1]}}', r"clip 7: 'tags' must be a list of texts"),
        ("x.json", '"dog"', r"x.json: expected an object of clips by id, or a list"),
        ("x.json", '{"7":\n {"tags": [}', r"x.json:2: broken JSON"),
        ("x.jsonl", '{"tags": []}\n{', r"x.jsonl:2: broken JSON"),
        ("x.json", '{"7": {"tags": []}}', r"x.json: no tags found under 'tags'"),
        ("x.json", "", r"x.json: the file is empty"),
        ("x.xml", "<a/>", r"tags are read from .json, .jsonl, .csv, .tsv files"),
    ],
)
def test_broken_files(name: str, text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=message):
        mine_text(tmp_path, text, name)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hyphens": "kep"}, "unknown rule for hyphens 'kep'; did you mean 'keep'"),
        ({"separator": ""}, "separator must be one or more"),
        ({"min_count": 0}, "min_count must be from 1, found 0"),
        ({"colum": "tags"}, "did you mean 'column'"),
    ],
)
def test_wrong_options(options: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=message):
        mine_text(tmp_path, "[]", **options)
