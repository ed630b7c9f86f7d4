"""The command line itself, and the commands about vocabularies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.concept_core.releases.test_specifiers import STRANGE, make_release
from tests.toy import ToyEncoder
from vocab_builder.cli import main
from vocab_builder.cli.text import plain, table
from vocab_builder.filters.calibration import CALIBRATED, Calibrated

RECIPE = """
[vocabulary]
id = "toy"
version = "0.1.0"
title = "Toy"
description = "A few words."
[[source]]
kind = "wordlist"
path = "words.txt"
[[filter]]
kind = "twins"
forms = "snowball"
[selection]
kind = "frequency"
size = 2
"""


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return int(caught.value.code or 0), out, err


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    (tmp_path / "words.txt").write_text("rain\nclock\nclocks\nbell\n", encoding="utf-8")
    path = tmp_path / "toy.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


def test_build_show_check_verify(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    code, data, talk = run(capsys, "build", recipe, "--out", out, "--json")
    assert code == 0
    assert json.loads(data)["size"] == 2
    assert "selection:frequency: 3 -> 2" in talk
    code, _, talk = run(capsys, "build", recipe, "--out", out)
    assert (code, "up to date" in talk) == (0, True)
    code, shown, _ = run(capsys, "show", out, "--sample")
    assert code == 0
    assert "toy@0.1.0  Toy" in shown
    assert run(capsys, "check", out)[0] == 0
    code, _, talk = run(capsys, "verify", out)
    assert (code, "11 files verified" in talk) == (0, True)


def test_a_changed_recipe_does_not_overwrite(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    run(capsys, "build", recipe, "--out", out)
    before = (out / "concepts.csv").read_bytes()
    recipe.write_text(RECIPE.replace("size = 2", "size = 1"), encoding="utf-8")
    code, _, talk = run(capsys, "build", recipe, "--out", out)
    assert (code, "never overwritten" in talk) == (3, True)
    assert (out / "concepts.csv").read_bytes() == before


def test_a_flipped_byte_exits_5_and_names_the_file(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    run(capsys, "build", recipe, "--out", out)
    content = bytearray((out / "drops.csv").read_bytes())
    content[-3] ^= 1
    (out / "drops.csv").write_bytes(bytes(content))
    code, _, talk = run(capsys, "verify", out)
    assert (code, "drops.csv" in talk) == (5, True)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["verify", "nothing-here"], 2, "unknown vocabulary or file 'nothing-here'"),
        (["show", "nothing-here"], 2, "unknown vocabulary or file"),
        (["build", "none.toml", "--out", "x"], 3, "none.toml: no such recipe"),
        (["bild"], 2, "No such command 'bild'"),
    ],
)
def test_errors_are_one_message_and_a_code(
    arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found, out, err = run(capsys, *arguments)
    assert (found, out) == (code, "")
    assert message in err
    assert "Traceback" not in err


def test_findings_exit_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.txt"
    path.write_text("background\nrain\n", encoding="utf-8")
    code, out, _ = run(capsys, "check", path, "--json")
    assert code == 1
    (finding,) = json.loads(out)
    assert (finding["code"], finding["label"]) == ("E102", "background")
    assert "a stop word" in finding["message"]


@pytest.mark.usefixtures("nltk_data")
def test_many_findings_of_a_code_are_cut(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.txt"
    words = (f"device {word}ing" for word in "abcdefghijkl")
    path.write_text("\n".join(words) + "\nbackground\n", encoding="utf-8")
    code, out, err = run(capsys, "check", path)
    lines = [line for line in out.splitlines() if not line.startswith("E104")]
    assert (code, len(lines)) == (1, 1 + 10 + 1)
    assert lines[-1] == "W208 2 more; --all shows them"
    assert "labels are not compared by cosine; name an --encoder" in err
    shown = run(capsys, "check", path, "--all")[1]
    assert shown.count("W208") == 12
    assert len(json.loads(run(capsys, "check", path, "--json")[1])) == len(shown.splitlines())


def test_check_with_an_encoder(
    recipe: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(CALIBRATED, "toy", Calibrated(redundant=0.9999, witness=-1.0))
    monkeypatch.setattr("concept_core.encoders.load_encoder", lambda *_, **__: ToyEncoder())
    assert run(capsys, "build", recipe, "--out", tmp_path / "out")[0] == 0
    code, out, err = run(capsys, "check", tmp_path / "out", "--encoder", "toy")
    assert (code, out.count("W202")) == (1, 1)
    assert "every two labels are compared by cosine, with toy" in err


def test_show_json_keeps_strange_labels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "show", make_release(tmp_path), "--json")
    assert code == 0
    assert [concept["label"] for concept in json.loads(out)["concepts"]] == STRANGE


def test_list_has_every_carried_vocabulary(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "list", "--json")
    assert code == 0
    names = [entry["id"] for entry in json.loads(out)]
    assert "demo" in names


def test_no_escape_code_of_a_label_passes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "evil.txt"
    path.write_text("\x1b[31mred\nra\u202ein\n<script>\n", encoding="utf-8")
    for arguments in (["show", path], ["show", path, "--json"], ["check", path]):
        _, out, err = run(capsys, *arguments)
        assert "\x1b" not in out + err
        assert "\u202e" not in out + err
    assert plain("a\x9bb\u200bc") == "abc"


def test_tables_align() -> None:
    text = table(("word", "count"), [("rain", "3"), ("tin roof", "12")])
    assert text.split("\n") == ["word      count", "rain          3", "tin roof     12"]


def test_an_error_of_several_lines_keeps_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    code, out, err = run(capsys, "fetch", "yamnet", "--offline")
    assert (code, out) == (4, "")
    assert "Get it with: sonolex fetch yamnet" in err.split("\n")


def test_what_the_machine_refuses_is_one_message(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    run(capsys, "build", recipe, "--out", out)
    (out / "concepts.csv").unlink()
    (out / "concepts.csv").mkdir()
    (out / "evidence.csv").unlink()
    (out / "evidence.csv").symlink_to(out / "evidence.csv")
    for arguments in (["show", out], ["build", recipe, "--out", recipe / "out"]):
        code, _, err = run(capsys, *arguments)
        assert code == 3
        assert err.startswith(("error: ", "building"))


def test_show_json_says_what_a_text_file_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a list.txt"
    path.write_text("rain\ncafe\u0301\ncafé\na, b\n", encoding="utf-8")
    code, out, _ = run(capsys, "show", path, "--json")
    shown = json.loads(out)
    assert (code, shown["id"], shown["version"], shown["size"]) == (0, "a list", "unreleased", 3)
    assert len(shown["content_hash"]) == 64
    assert len({concept["id"] for concept in shown["concepts"]}) == 3
