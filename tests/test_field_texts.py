"""Text files that people have: those of the shared folder, and variants of every kind."""

from __future__ import annotations

import json
import shlex
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from concept_core.datasets import load_dataset
from concept_core.datasets.caption_files import read_captions
from concept_core.errors import DataError, LeftOutWarning
from concept_core.measures.reference import read_items
from concept_core.releases.specifiers import load_vocabulary
from concept_core.tasks.items import class_names
from tests.releases_toy import release_of
from vocab_builder.cli import cli
from vocab_builder.formats.exporting import export
from vocab_builder.formats.importing import import_vocabulary
from vocab_builder.sources.classes import ClassNames
from vocab_builder.sources.wordlist import WordList
from vocab_builder.words.normal_form import normal_form

WORDS = ["dog", "rain", "door slam", "church bell", "thunder"]


@pytest.fixture
def cases(shared: Path) -> Path:
    folder = shared / "data" / "field_cases" / "text"
    if not folder.is_dir():
        pytest.skip(f"no field cases at {folder}")
    return folder


def mined(path: Path) -> list[str]:
    return [one.label for one in WordList()("words", path)]


READERS: dict[str, Callable[[Path], list[str]]] = {
    "vocabulary": lambda path: load_vocabulary(path).labels,
    "classes": lambda path: list(class_names(str(path))),
    "mine": mined,
    "texts": lambda path: list(read_captions(path)),
    "import": lambda path: import_vocabulary(path, path.parent / "in").vocabulary.labels,
}


@pytest.mark.parametrize("reader", READERS)
def test_a_comment_is_no_word(reader: str, cases: Path, tmp_path: Path) -> None:
    path = tmp_path / "yard.txt"
    path.write_bytes((cases / "yard.txt").read_bytes())
    assert READERS[reader](path) == ["robin", "great tit", "blackbird"]


def test_counts_are_no_part_of_a_label(cases: Path) -> None:
    vocabulary = load_vocabulary(cases / "unigrams.txt")
    assert [(one.label, one.count) for one in vocabulary] == [
        ("the", 23135851162), ("rain", 13151942776), ("dog", 12997637966),
    ]  # fmt: skip
    assert mined(cases / "unigrams.txt") == ["the", "rain", "dog"]


def test_old_line_ends(cases: Path) -> None:
    assert load_vocabulary(cases / "words_cr.txt").labels == WORDS
    assert mined(cases / "words_cr.txt") == WORDS
    captions = read_items(cases / "captions_cr.csv").captions
    assert captions == ("a dog barks in the rain", "thunder rolls, far away")


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("reader", READERS)
def test_every_line_end_and_mark(reader: str, end: str, mark: str, tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes((mark + end.join(["# mine", "dog", "", "rain", "great tit"]) + end).encode())
    assert READERS[reader](path) == ["dog", "rain", "great tit"]


def test_windows_1252_is_said_alike_everywhere(cases: Path) -> None:
    path = cases / "vocab1252.csv"
    said = set()
    for read in (load_vocabulary, lambda one: ClassNames(column="label")("x", one), class_names,
                 lambda one: import_vocabulary(one, Path("never"))):  # fmt: skip
        with pytest.raises(DataError) as caught:
            read(path if read is not class_names else str(path))  # type: ignore[operator, arg-type]
        said.add(str(caught.value))
    (message,) = said
    assert f"{path}:2: not UTF-8 text (byte 0xe9 at column 4); save the file as UTF-8" in message


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-16", "utf-32"])
@pytest.mark.parametrize("reader", READERS)
def test_utf_16_is_refused_by_name(codec: str, reader: str, tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes("dog\nrain\n".encode(codec))
    with pytest.raises(DataError, match=r"words\.txt:1: .*UTF-16.*UTF-8"):
        READERS[reader](path)


def test_utf_16_without_a_mark(cases: Path) -> None:
    with pytest.raises(DataError, match=r"le_nobom\.txt:1: a byte 0 at column 2: UTF-16"):
        load_vocabulary(cases / "words16le_nobom.txt")


def test_unnamed_empty_columns(cases: Path) -> None:
    assert read_items(cases / "cap.csv").captions == ("a dog barks", "rain falls")


@pytest.mark.parametrize(
    "text",
    [
        "file_name,caption,,\na.wav,a dog barks,,\n,,,\n",
        "file_name;caption\na.wav;a dog barks\n",
        "sep=;\nfile_name;caption\na.wav;a dog barks\n",
        '"file_name"\t"caption"\na.wav\ta dog barks\n',
        ",file_name,caption\n0,a.wav,a dog barks\n",
        "# made by hand\nfile_name;caption\na.wav;a dog barks\n",
        '"file,\n,name"\tcaption\na.wav\ta dog barks\n',
        "\ufefffile_name,caption\ra.wav,a dog barks\r",
    ],
)
def test_tables_as_spreadsheets_write_them(text: str, tmp_path: Path) -> None:
    path = tmp_path / "cap.csv"
    path.write_bytes(text.encode())
    assert list(read_captions(path)) == ["a dog barks"]


def test_a_cell_behind_the_last_column_is_not_dropped(tmp_path: Path) -> None:
    path = tmp_path / "cap.csv"
    path.write_text("file_name,caption,,\na.wav,a dog, far away,\n")
    with pytest.raises(DataError, match=r"cap\.csv:2: expected 2 fields"):
        list(read_captions(path))


def test_brackets_stay_both_or_go_both(cases: Path) -> None:
    for word in load_vocabulary(cases / "brackets.txt").labels:
        form = normal_form(word)
        assert form.count("(") == form.count(")") and form.count("[") == form.count("]"), word
    labels = mined(cases / "brackets.txt")
    assert {"frying (food)", "(dog) barking", "wind (light) [take 2]"} <= {*labels}


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Frying_(food)", "frying (food)"), ("(dog)", "dog"), ("((dog) barking)", "(dog) barking"),
        ("frying (food", "frying (food"), ("dog)", "dog"), ("(dog", "dog"),
        ("dog (big).", "dog (big)"),
        ('"dog (big)"', "dog (big)"), ("[a] (b)", "[a] (b)"), ("()", ""),
    ],
)  # fmt: skip
def test_brackets(text: str, form: str) -> None:
    assert normal_form(text) == form
    assert normal_form(form) == form


def test_a_blank_last_line_and_white_space(cases: Path, tmp_path: Path) -> None:
    back = import_vocabulary(cases / "trail.jsonl", tmp_path / "one")
    assert back.vocabulary.labels == ["dog", "rain"]
    concepts = import_vocabulary(cases / "dup.csv", tmp_path / "two").vocabulary
    assert [(one.label, one.count) for one in concepts] == [
        ("dog", 9), ("Dog", 3), ("dög", 1), ("church bell", 3), ("rain", 2), ("ﬁre", 1),
        ("fire", 1), ("café", 2),
    ]  # fmt: skip
    path = tmp_path / "dup.txt"
    path.write_text("dog\ndog \nchurch\u00a0bell\nchurch  bell\nrain\u200b\nrain\n")
    assert load_vocabulary(path).labels == ["dog", "church bell", "rain"]


def test_what_differs_in_capitals_is_named(cases: Path, tmp_path: Path) -> None:
    table = tmp_path / "upper.csv"
    table.write_bytes((cases / "upper.csv").read_bytes())
    (tmp_path / "audio").mkdir()
    for name in ("dog0.ogg", "rain0.ogg"):
        (tmp_path / "audio" / name).write_bytes(b"x")
    with pytest.warns(LeftOutWarning, match=r"1 of 2 clips .*audio/DOG0\.ogg.*capitals"):
        clips = load_dataset("table", table)
    assert clips.missing == ("audio/DOG0.ogg",)


@pytest.mark.parametrize("listed", ["NFC", "NFD"])
@pytest.mark.parametrize("there", ["NFC", "NFD"])
def test_accents_of_other_systems(listed: str, there: str, tmp_path: Path) -> None:
    (tmp_path / unicodedata.normalize(there, "café.WAV")).write_bytes(b"x")
    table = tmp_path / "t.csv"
    table.write_text(f"path,label\n{unicodedata.normalize(listed, 'café.wav')},a\n")
    assert load_dataset("table", table).missing == ()


def test_sounds_of_other_systems(tmp_path: Path) -> None:
    names = ["a.opus", "b.aiff", "c.oga", "d.wave", "e.WAV"]
    for name in (*names, "._a.opus", "f.m4a", "notes.txt"):
        path = tmp_path / "dog" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    with pytest.warns(LeftOutWarning, match=r"left out f\.m4a"):
        found = read_items(tmp_path / "dog")
    assert [one.name for one in found.clips] == names and found.unread == ("f.m4a",)
    with pytest.warns(LeftOutWarning, match=r"dog/f\.m4a"):
        clips = load_dataset("folder", tmp_path)
    assert len(clips) == 5 and clips.missing == ("dog/f.m4a",)


def test_clips_of_audioset_with_their_seconds(tmp_path: Path) -> None:
    (tmp_path / "audio").mkdir()
    (tmp_path / "audio" / "-abc_30.000_40.000.wav").write_bytes(b"x")
    (tmp_path / "eval_segments.csv").write_text(
        '# x\n-abc, 30.000, 40.000, "/m/1"\nxyz, 0.000, 10.000, "/m/1"\n'
    )
    (tmp_path / "class_labels_indices.csv").write_text("index,mid,display_name\n0,/m/1,Dog\n")
    with pytest.warns(LeftOutWarning, match=r"xyz or Yxyz or xyz_0\.000_10\.000 or .*audio"):
        clips = load_dataset("audioset", tmp_path)
    assert [path.name for path in clips.paths] == ["-abc_30.000_40.000.wav"]


POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (POINTER, "pointer of Git LFS.*git lfs pull"),
        ("<!DOCTYPE html>\n<html>\n", "a web page"),
        ("PK\x03\x04", "a zip archive or a workbook"),
    ],
)
@pytest.mark.parametrize("name", ["x.txt", "x.csv", "x.jsonl", "x.json"])
def test_what_is_no_list_at_all(text: str, message: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)
    for read in (load_vocabulary, lambda one: import_vocabulary(one, tmp_path / "in")):
        with pytest.raises(DataError, match=message):
            read(path)


def _files(folder: Path) -> None:
    release = release_of(["dog", "rain"])
    for name in ("csv", "jsonl"):
        export(release, name, folder / f"demo-1.0.0.{name}")
    files = {
        "class_labels_indices.csv": "index,mid,display_name\n0,/m/1,dog\n1,/m/2,rain\n",
        "1words.csv": "word,freq\ndog,3\nrain,2\n",
        "semi.csv": "label;count\ndog;3\nrain;2\n",
        "extra.csv": "label,colour\ndog,red\nrain,blue\n",
        "tabs.tsv": "name\tx\ndog\t1\nrain\t1\n",
        "ontology.json": '[{"id": "/m/1", "name": "dog"}, {"id": "/m/2", "name": "rain"}]',
        "index.json": '{"dog": 0, "rain": 1}',
        "list.json": '["dog", "rain"]',
        "clips.jsonl": '{"word": "dog", "n": 1}\n\n{"word": "rain", "n": 2}\n',
        "one.csv": "label\ndog\nrain\n",
        "keywords.csv": "keyword,category,notes\ndog,Animals,\nrain,Weather,\n",
        "mots.csv": "thème,mot,n\nnature,dog,1\nnature,rain,2\n",
        "mots.json": '[{"theme": "x", "mot": "dog"}, {"theme": "x", "mot": "rain"}]',
    }
    for name, text in files.items():
        (folder / name).write_text(text)


FILES = (
    "demo-1.0.0.csv", "demo-1.0.0.jsonl", "class_labels_indices.csv", "1words.csv", "semi.csv",
    "extra.csv", "tabs.tsv", "ontology.json", "index.json", "list.json", "clips.jsonl", "one.csv",
    "keywords.csv", "mots.csv", "mots.json",
)  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_the_advised_import_works(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _files(tmp_path)
    with pytest.raises(DataError, match="no list of labels") as caught:
        load_vocabulary(name)
    command = str(caught.value).split(": sonolex ")[1].split("\n")[0]
    arguments = shlex.split(command)
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0, (command, done.output, done.exception)
    folder = arguments[arguments.index("--out") + 1]
    assert load_vocabulary(tmp_path / folder).labels == ["dog", "rain"]


def test_a_table_saved_as_text(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("index,mid,display_name\n0,/m/1,dog\n1,/m/2,rain\n")
    with pytest.raises(DataError, match=r"save it as words\.csv.*--column display_name"):
        load_vocabulary(path)
    path.write_text("Gunshot, gunfire\nrain\n")
    assert load_vocabulary(path).labels == ["Gunshot, gunfire", "rain"]


def test_json_with_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "names.json"
    path.write_text("\ufeff" + json.dumps(["dog", "rain"]), encoding="utf-8")
    assert [one.label for one in ClassNames()("x", path)] == ["dog", "rain"]


def test_a_file_name_that_begins_with_a_dash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("-x.wav").write_bytes(b"x")
    done = CliRunner().invoke(cli, ["explain", "-x.wav", "--vocabulary", "demo"])
    assert done.exit_code == 2 and "write ./-x.wav, or put --" in done.output
    done = CliRunner().invoke(cli, ["explain", "--vocabulary", "demo", "--", "-x.wav"])
    assert isinstance(done.exception, DataError) and "-x.wav" in str(done.exception)
