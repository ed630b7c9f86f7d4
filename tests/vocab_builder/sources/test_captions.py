from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from concept_core.datasets.caption_files import read_captions
from concept_core.errors import DataError, UsageError
from tests.sources_toy import mine
from tests.toy import labels
from vocab_builder.stages.candidates import Candidate, OtherName

AUDIOCAPS = (
    "audiocap_id,youtube_id,start_time,caption\n1,a,0,A dog barks\n2,b,0,Dogs bark at a dog\n"
)
CLOTHO = (
    "file_name,caption_1,caption_2\na.wav,Rain falls,The rain drips\nb.wav,A bell,A bell rings\n"
)


def mine_text(text: str, path: Path, **options: Any) -> list[Candidate]:
    path.write_text(text, encoding="utf-8")
    return mine("captions", "toy", path, options)


def counts(candidates: list[Candidate]) -> dict[str, int]:
    return {one.label: one.count for one in candidates}


def test_a_word_counts_once_a_row(tmp_path: Path) -> None:
    found = counts(mine_text(CLOTHO, tmp_path / "clotho.csv", tagger="none"))
    assert found["rain"] == 1
    assert found["bell"] == 1
    assert found["a"] == 1


def test_without_tagger_words_stand_as_they_are(tmp_path: Path) -> None:
    found = mine_text(AUDIOCAPS, tmp_path / "v1_train.csv", tagger="none")
    assert counts(found) == {"a": 2, "dog": 2, "at": 1, "bark": 1, "barks": 1, "dogs": 1}
    assert {one.kind for one in found} == {"word"}
    assert found[0].evidence[0].locator == "v1_train.csv:caption@2,3"
    assert labels(found) == ["a", "dog", "at", "bark", "barks", "dogs"]


def locators(candidates: list[Candidate]) -> dict[str, list[str]]:
    return {one.label: [each.locator for each in one.evidence] for one in candidates}


def test_evidence_names_the_first_rows_that_have_a_word(tmp_path: Path) -> None:
    rows = (
        "".join(f"{at},c{at // 2},rain falls\n" for at in range(5))
        + '5,c5,"wind\nblows"\n6,c6,wind\n'
    )
    path = tmp_path / "x.csv"
    found = locators(mine_text(f"id,clip,caption\n{rows}", path, tagger="none"))
    assert found["rain"] == ["x.csv:caption@2,3,4"]
    lines = path.read_text(encoding="utf-8").splitlines()
    assert found["wind"] == ["x.csv:caption@8,9"] and lines[9 - 1] == "6,c6,wind"
    # Of a clip of several rows the first that has it.
    found = locators(mine_text(f"id,clip,caption\n{rows}", path, tagger="none", clip=["clip"]))
    assert found["rain"] == ["x.csv:caption@2,4,6"]
    listed = json.dumps([{"caption": "wind"}, {"caption": "rain"}])
    found = locators(mine_text(listed, tmp_path / "x.json", tagger="none"))
    assert found["rain"] == ["x.json:caption@2"]
    found = locators(mine_text("rain\n\nwind\n", tmp_path / "x.txt", tagger="none"))
    assert found["wind"] == ["x.txt@3"]


def test_with_tagger_forms_of_a_word_are_one(tmp_path: Path, nltk_data: None) -> None:
    found = {one.label: one for one in mine_text(AUDIOCAPS, tmp_path / "v1_train.csv")}
    assert found["dog"].count == 2
    assert found["dog"].kind == "noun"
    assert found["bark"].count == 2


def test_verbs_become_labels(tmp_path: Path, nltk_data: None) -> None:
    rows = "A man speaks\nAn engine revs\nWomen are speaking\nA dog growls\n"
    found = {one.label: one for one in mine_text(rows, tmp_path / "x.txt", kinds=["verb"])}
    assert not {"speak", "rev"} & found.keys()
    assert (found["speaking"].kind, found["speaking"].count) == ("verb", 2)
    assert found["speaking"].other_names == (OtherName("speak", "form", "toy"),)
    assert found["growl"].kind == "noun" and not found["growl"].other_names


def test_an_attribute_is_an_event_only_where_it_is_told_too(
    tmp_path: Path, nltk_data: None
) -> None:
    rows = "A dog barks\nRain and a barking dog\nA popping explosion\n"
    found = mine_text(rows, tmp_path / "x.txt", kinds=["phrase"], events=True)
    assert counts(found) == {"dog barking": 2}


def test_captions_as_people_write_them(tmp_path: Path, nltk_data: None) -> None:
    rows = "An infant is sobbing\nA baby is crying\nThe motor is idling\nAn infant\n"
    found = {one.label: one for one in mine_text(rows, tmp_path / "x.txt", events=True)}
    assert found["baby crying"].count == 2 and found["baby"].count == 3
    assert found["engine idling"].count == 1
    assert not {"infant", "infant sobbing", "motor idling"} & found.keys()
    assert OtherName("infant sobbing", "synonym", "toy") in found["baby crying"].other_names


def test_kinds(tmp_path: Path, nltk_data: None) -> None:
    text = "A loud police siren wails\n"
    found = mine_text(text, tmp_path / "x.txt", kinds=["phrase"])
    assert set(labels(found)) == {"loud police siren", "police siren"}
    assert {one.kind for one in mine_text(text, tmp_path / "x.txt", kinds=["noun"])} == {"noun"}


def test_min_count(tmp_path: Path) -> None:
    found = mine_text(AUDIOCAPS, tmp_path / "x.csv", tagger="none", min_count=2)
    assert counts(found) == {"a": 2, "dog": 2}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.csv", "id,caption\n1,a dog\n2,rain\n"),
        ("x.tsv", "id\tcaption\n1\ta dog\n2\train\n"),
        ("x.jsonl", '{"caption": "a dog"}\n\n{"caption": ["rain"]}\n'),
        ("x.txt", "a dog\n\nrain\n"),
    ],
)
def test_every_form_of_file(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert list(read_captions(path)) == ["a dog", "rain"]


def test_columns_by_name(tmp_path: Path) -> None:
    text = "id,text,note\n1,a dog,loud\n"
    found = mine_text(text, tmp_path / "x.csv", tagger="none", columns=["text", "note"])
    assert set(labels(found)) == {"a", "dog", "loud"}
    assert found[0].evidence[0].locator == "x.csv:text..note@2"


@pytest.mark.parametrize(
    ("name", "text", "options", "message"),
    [
        ("x.csv", "id,text\n1,a dog\n", {}, r"x\.csv:1: no column .* there are: id, text"),
        ("x.csv", AUDIOCAPS, {"columns": ["captoin"]}, "'captoin'; there are: audiocap_id"),
        ("x.csv", "id,caption\n", {}, "no rows"),
        ("x.csv", "id,caption\n1,a,b\n", {}, r"x\.csv:2: expected 2 fields"),
        ("x.jsonl", '{"caption": "a"}\n{"caption": \n', {}, r"x\.jsonl:2: broken JSON"),
        ("x.jsonl", '{"caption": "a"}\n{"text": "a"}\n', {}, r"x\.jsonl:2: no column 'caption'"),
        ("x.jsonl", '{"caption": 3}\n', {}, r"x\.jsonl:1: 'caption' must be text"),
        ("x.jsonl", "[1]\n", {}, r"x\.jsonl:1: expected an object, found list"),
        ("x.txt", "\n\n", {}, "no rows"),
        ("x.txt", "", {}, "the file is empty"),
        ("x.xlsx", "a", {}, r"\.csv, \.tsv, \.jsonl, \.json, \.yaml, \.yml, \.txt"),
    ],
)
def test_broken_files(
    name: str, text: str, options: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=message):
        mine_text(text, tmp_path / name, tagger="none", **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tagger": "percepton"}, "did you mean 'perceptron'"),
        ({"kinds": ["nouns"]}, "did you mean 'noun'"),
        ({"tagger": "none", "kinds": ["noun"]}, "told apart by a tagger"),
        ({"min_count": 0}, "from 1"),
        ({"colums": []}, "did you mean 'columns'"),
        ({"min_count": "2"}, "expected int"),
        ({"tagger": "none", "columns": ["caption"]}, "leave columns and clip out"),
    ],
)
def test_wrong_options(options: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=message):
        mine_text("a dog\n", tmp_path / "x.txt", **options)


@pytest.mark.parametrize(
    ("name", "header", "row"),
    [
        ("x.csv", "id,caption,other\n", "1,a dog," + "x" * 500 + "\n"),
        ("x.tsv", "id\tcaption\tother\n", "1\ta dog\t" + "x" * 500 + "\n"),
        ("x.jsonl", "", json.dumps({"caption": "a dog", "other": "x" * 500}) + "\n"),
        ("x.txt", "", "a dog" + " dog" * 120 + "\n"),
    ],
)
def test_memory_does_not_grow_with_the_file(
    name: str, header: str, row: str, tmp_path: Path
) -> None:
    # Both files are longer than the blocks that they are read in (Python 3.13 has larger ones).
    peaks = []
    for rows in (800, 3200):
        path = tmp_path / name
        path.write_text(header + row * rows, encoding="utf-8")
        tracemalloc.start()
        found = mine("captions", "toy", path, {"tagger": "none"})
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert counts(found) == {"a": rows, "dog": rows}
    assert path.stat().st_size > 1_400_000
    assert peaks[1] < peaks[0] + 100_000


def test_real_captions_as_they_come(shared: Path) -> None:
    clotho = shared / "data/clotho/clotho_captions_development.csv"
    assert sum(1 for _ in read_captions(clotho)) == 3839 * 5
    audiocaps = shared / "data/audiocaps/v1_val.csv"
    found = counts(mine("captions", "audiocaps", audiocaps, {"tagger": "none"}))
    assert found["speaking"] > found["dog"] > 20


def test_real_captions_tagged(shared: Path, tmp_path: Path, nltk_data: None) -> None:
    source = shared / "data/audiocaps/v1_val.csv"
    lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
    found = mine_text("".join(lines[:800]), tmp_path / "v1_val.csv", min_count=3)
    kinds = {one.label: one.kind for one in found}
    assert kinds["engine"] == "noun"
    assert (kinds["speaking"], kinds["rustle"]) == ("verb", "noun")
    assert kinds["loud"] == "adjective"
    assert "phrase" in kinds.values()
    assert not {"speaks", "speak", "barking", "dogs", "briefly"} & kinds.keys()
    again = mine_text("".join(lines[:800]), tmp_path / "v1_val.csv", min_count=3)
    assert again == found


ROWS = (
    "youtube_id,start_time,caption\n"
    "a,1,Rain falls\nb,1,A bell rings\na,1,Rain on a roof\na,2,Rain again\n"
)


def test_rows_of_one_clip_count_once(tmp_path: Path) -> None:
    plain = counts(mine_text(ROWS, tmp_path / "x.csv", tagger="none"))
    one = counts(
        mine_text(ROWS, tmp_path / "x.csv", tagger="none", clip=["youtube_id", "start_time"])
    )
    assert (plain["rain"], one["rain"], one["bell"], one["roof"]) == (3, 2, 1, 1)
    with pytest.raises(DataError, match=r"x.csv:2: no column 'id' to name the clip; there are:"):
        mine_text(ROWS, tmp_path / "x.csv", tagger="none", clip=["id"])


WAVCAPS = {
    "num_captions_per_audio": 1,
    "data": [{"id": "1", "caption": "Rain falls."}, {"id": "2", "caption": "A bell rings."}],
}
MACS = """
files:
- filename: airport-1.wav
  annotations:
  - sentence: People talk and suitcases roll
    annotator_id: 1
    tags: [adults_talking, footsteps]
  - sentence: people talking
    annotator_id: 2
- filename: park-1.wav
  annotations:
  - sentence: birds and people
"""


MUSICCAPS = (
    "ytid,start_s,end_s,audioset_positive_labels,aspect_list,caption,author_id\n"
    "-0Gj8-vB1q4,30,40,\"/m/0140xf,/m/02cjck\",\"['low quality', 'soft bells']\","
    '"A tabla plays. Soft bells ring.",4\n'
)


def test_musiccaps(tmp_path: Path, nltk_data: None) -> None:
    (bell,) = [one for one in mine_text(MUSICCAPS, tmp_path / "x.csv") if one.label == "soft bell"]
    assert (bell.kind, bell.count, bell.evidence[0].locator) == ("phrase", 1, "x.csv:caption@2")


def test_wavcaps_and_macs(tmp_path: Path) -> None:
    found = counts(mine_text(json.dumps(WAVCAPS), tmp_path / "x.json", tagger="none"))
    assert found["rain"] == found["bell"] == 1
    found = counts(mine_text(MACS, tmp_path / "MACS.yaml", tagger="none"))
    assert found["people"] == 2 and found["birds"] == 1


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.json", '{"a": 1}', r"x.json: expected a list of clips, or an object that has one"),
        ("x.json", "[1]", r"x.json: clip 1: expected an object, found int"),
        ("x.json", '[{"id": 1}]', r"x.json: clip 1: no column caption"),
        ("x.json", '[\n{"caption": ]', r"x.json:2: broken JSON"),
        ("x.json", "[]", r"x.json: no rows"),
        ("x.yaml", "files:\n- {a: [}\n", r"x.yaml:2: broken YAML"),
        ("x.yaml", "files:\n- annotations:\n  - text: a\n", r"clip 1: 'sentence' must be the text"),
    ],
)
def test_broken_json_and_yaml(name: str, text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=message):
        mine_text(text, tmp_path / name, tagger="none")


def test_words_that_come_together_by_chance(tmp_path: Path, nltk_data: None) -> None:
    rows = ["A diesel engine is loud", "A bird sings"] * 4
    rows += ["A bird sings", "Rain falls"] * 8
    text = "\n".join([*rows, "A diesel bird is near"]) + "\n"
    every = counts(mine_text(text, tmp_path / "x.txt", kinds=["phrase", "noun", "adjective"]))
    some = counts(
        mine_text(text, tmp_path / "x.txt", kinds=["phrase", "noun", "adjective"], collocation=3.84)
    )
    assert every["diesel engine"] == some["diesel engine"] == 4
    assert every["diesel bird"] == 1 and "diesel bird" not in some
    assert {label for label in every if " " not in label} <= set(some)


def test_words_next_to_each_other_are_more_than_words_of_one_clip(
    tmp_path: Path, nltk_data: None
) -> None:
    # As many clips have both words as chance would give, but in them they are one thing.
    rows = ["Rain, wind and a steam engine"] * 12 + ["Rain, wind, thunder and an engine"] * 48
    rows += ["Steam and rain hiss"] * 8 + ["Wind and rain"] * 32
    path = tmp_path / "x.txt"
    assert counts(mine_text("\n".join(rows), path, kinds=["phrase"], collocation=10.83)) == {
        "steam engine": 12
    }
