"""Every source says of a broken file which it is, where it breaks, and what was expected."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from concept_core.errors import DataError
from concept_core.files import package_folder
from tests.sources_toy import mine
from vocab_builder.sources import SOURCES

UCS = {
    "Category": "RAIN",
    "SubCategory": "GENERAL",
    "CatID": "RAINGen",
    "CatShort": "RAIN",
    "Synonyms": ["drizzle"],
}
NODE = {"id": "/m/1", "name": "Dog", "description": "", "restrictions": [], "child_ids": []}
CLIP = {"id": 1, "caption": "a dog", "tags": ["dog"]}
MACS = "files:\n- annotations:\n  - sentence: a dog\n"
# Of each kind, files that it reads.
GOOD: dict[str, dict[str, str]] = {
    "audioset": {
        "x.json": json.dumps([NODE], indent=1),
        "x.csv": "index,mid,display_name\n0,/m/1,Dog\n",
    },
    "captions": {
        "x.csv": "id,caption\n1,a dog\n",
        "x.tsv": "id\tcaption\n1\ta dog\n",
        "x.jsonl": json.dumps(CLIP) + "\n",
        "x.json": json.dumps({"data": [CLIP]}, indent=1),
        "x.yaml": MACS,
        "x.txt": "a dog\n",
    },
    "classes": {
        "x.json": json.dumps({"dog": 0, "rain": 1}, indent=1),
        "x.csv": "id,name\n1,dog\n",
        "x.tsv": "id\tname\n1\tdog\n",
    },
    "tags": {
        "x.csv": "id,tags\n1,dog\n",
        "x.tsv": "id\ttags\n1\tdog\n",
        "x.jsonl": json.dumps(CLIP) + "\n",
        "x.json": json.dumps({"64760": CLIP}, indent=1),
    },
    "ucs": {
        "x.json": json.dumps([UCS], indent=1),
        "x.csv": "Category,SubCategory,CatID\nRAIN,GENERAL,RAIN\n",
        "x.tsv": "Category\tSubCategory\tCatID\nRAIN\tGENERAL\tRAIN\n",
    },
    "wordlist": {"x.txt": "dog\t2\nrain\t1\n"},
}
FILES = [(kind, name) for kind, files in GOOD.items() for name in files]
# No file but NLTK's; audio files, and release folders, which are broken in ways of their own.
OTHERS = {"wordnet", "transcripts", "release"}


def mine_file(kind: str, path: Path) -> None:
    options = {"tagger": "none"} if kind == "captions" else {}
    mine(kind, "mine", path, options)


def refuse(kind: str, path: Path, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        mine_file(kind, path)
    assert str(caught.value).startswith(str(path))


def test_no_kind_is_forgotten() -> None:
    assert GOOD.keys() | OTHERS == SOURCES.keys()


@pytest.mark.parametrize(("kind", "name"), FILES)
def test_whole_files_are_read(kind: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(GOOD[kind][name], encoding="utf-8")
    mine_file(kind, path)


@pytest.mark.parametrize(("kind", "name"), FILES)
def test_empty(kind: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.touch()
    refuse(kind, path, "the file is empty")


@pytest.mark.parametrize(("kind", "name"), FILES)
def test_not_there(kind: str, name: str, tmp_path: Path) -> None:
    refuse(kind, tmp_path / name, "no such file; correct the path")


@pytest.mark.parametrize(("kind", "name"), FILES)
def test_wrong_encoding(kind: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    text = GOOD[kind][name]
    path.write_bytes(text.encode() + "café\n".encode("latin-1"))
    last = text.count("\n") + 1
    refuse(kind, path, rf":{last}: not UTF-8 text \(byte 0xe9 at column \d+\); save the file as")


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, name in FILES if "json" in name])
def test_json_that_breaks_off(kind: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    text = GOOD[kind][name].rstrip()[:-3]
    path.write_text(text, encoding="utf-8")
    refuse(kind, path, rf":{text.count(chr(10)) + 1}: broken JSON at column \d+: \w+")


@pytest.mark.parametrize(("kind", "name"), [one for one in FILES if one[1][1:] in (".csv", ".tsv")])
@pytest.mark.parametrize(
    ("row", "message"),
    [("1", r":3: expected \d fields \(.+\), found 1"), ('"1', ":3: the row that begins here is")],
)
def test_rows_that_break(kind: str, name: str, row: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(GOOD[kind][name] + row + "\n", encoding="utf-8")
    refuse(kind, path, message)


@pytest.mark.parametrize(
    ("kind", "name", "old", "new", "message"),
    [
        ("audioset", "x.json", '"name"', '"label"', r"node 1 .* 'name' must be text, found None"),
        ("audioset", "x.json", '"Dog"', "3", r"node 1 .* 'name' must be text, found 3"),
        ("audioset", "x.json", "[]", '"blacklist"', r"node 1 .* 'restrictions' must be a list"),
        ("audioset", "x.csv", "mid", "id", r":2: expected .* columns index, mid, display_name"),
        ("captions", "x.csv", "caption", "text", r":1: no column caption .* are: id, text"),
        ("captions", "x.tsv", "caption", "text", r":1: no column caption .* are: id, text"),
        ("captions", "x.jsonl", "caption", "text", r":1: no column caption .* are: id, text"),
        ("captions", "x.json", "caption", "text", r": clip 1: no column caption .* are: id, text"),
        ("captions", "x.json", '"a dog"', "3", r": clip 1: 'caption' must be text .* found 3"),
        ("captions", "x.yaml", "sentence", "text", r": clip 1: 'sentence' .* found None"),
        ("captions", "x.yaml", "annotations", "notes", r": clip 1: no column caption .*: notes"),
        ("captions", "x.yaml", "- sentence: a dog", "- 3", r": clip 1: expected an object"),
        ("captions", "x.yaml", "\n  - sentence: a dog", " 3", r": clip 1: .* list of objects"),
        ("classes", "x.json", '{\n "dog": 0,\n "rain": 1\n}', "[3]", "names; number 1 is 3"),
        ("classes", "x.json", '{\n "dog": 0,\n "rain": 1\n}', "3", "expected class names: .* int"),
        ("classes", "x.csv", "name", "label", r":2: no column 'name'; there are: id, label"),
        ("classes", "x.tsv", "name", "label", r":2: no column 'name'; there are: id, label"),
        ("tags", "x.csv", "tags", "labels", r":2: no 'tags'; there are: id, labels"),
        ("tags", "x.tsv", "tags", "labels", r":2: no 'tags'; there are: id, labels"),
        ("tags", "x.jsonl", "tags", "labels", r":1: no 'tags'; there are: id, caption, labels"),
        ("tags", "x.json", "tags", "labels", r": clip 64760: no 'tags'; there are: id, caption"),
        ("ucs", "x.json", "CatID", "Id", r": entry 1 is not an object with .*CatID"),
        ("ucs", "x.json", '"RAIN"', "3", r": entry 1: 'Category' must be text, found 3"),
        ("ucs", "x.json", '"drizzle"', "3", r": entry 1: 'Synonyms' must be a list of texts"),
        ("ucs", "x.csv", "CatID", "Id", r": expected a row of heads with .*CatID among the first"),
        ("ucs", "x.tsv", "\tRAIN", "\train", r":2: expected a CatID such as AIRBrst, found 'rain'"),
        ("wordlist", "x.txt", "\t1", "\tmany", r":2: expected a label, a tab and a count"),
        ("wordlist", "x.txt", "\t1", "", r":2: expected a label, a tab .* found no count"),
    ],
)  # fmt: skip
def test_what_is_not_where_it_should_be(
    kind: str, name: str, old: str, new: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    good = GOOD[kind][name]
    assert old in good
    path.write_text(good.replace(old, new), encoding="utf-8")
    refuse(kind, path, message)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (b"", "concepts.csv"),
        (b"id,name\na,b\n", "concepts.csv"),
        ("id,label,kind,count,links\na,café,noun,1,\n".encode("latin-1"), "concepts.csv"),
        (b"id,label,kind,count,links\na,b,noun,many,\n", r"concepts.csv:2"),
    ],
)
def test_releases(broken: bytes, message: str, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(package_folder("vocabularies") / "demo/0.1.0", folder)
    (folder / "concepts.csv").write_bytes(broken)
    refuse("release", folder, message)
