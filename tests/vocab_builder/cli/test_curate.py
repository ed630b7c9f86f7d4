"""The command line of curation: what it is asked for, and what it prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.vocab_builder.cli.test_cli import run
from tests.vocab_builder.curation.test_session import CAPTIONS, RECIPE

LINES = "label,action,to,reason,by,at\nsiren,keep,,wanted,Ann,2026-01-01\ndog,drop,,,Ann,\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "captions.csv").write_text(CAPTIONS, encoding="utf-8")
    (tmp_path / "words.txt").write_text("siren wailing\nmower\n", encoding="utf-8")
    (tmp_path / "toy.toml").write_text(RECIPE, encoding="utf-8")
    (tmp_path / "decisions.csv").write_text(LINES, encoding="utf-8")
    (tmp_path / "other.csv").write_text("label,action\nsiren,drop\ndog,drop\n", encoding="utf-8")
    return tmp_path


def test_the_log(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "curate", folder / "toy.toml", "--log")
    assert code == 0
    assert "2026-01-01  Ann  keep 'siren'  wanted" in out
    _, out, _ = run(capsys, "curate", folder / "toy.toml", "--log", "--json")
    assert [one["label"] for one in json.loads(out)] == ["siren", "dog"]


def test_two_people(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = (folder / "decisions.csv", folder / "other.csv")
    code, out, _ = run(capsys, "curate", "--agree", *files)
    assert code == 0 and "2 words decided by both" in out and "Cohen's kappa 0.000" in out
    assert "siren  keep 'siren'  drop 'siren'" in out
    _, out, _ = run(capsys, "curate", "--agree", *files, "--json")
    assert json.loads(out)["observed"] == 0.5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name the RECIPE"),
        (["toy.toml", "--log", "--queue", "q.csv"], "give one of --queue"),
        (["none.toml", "--log"], "no such recipe"),
        (["--agree", "a.csv", "b.csv"], "no such file"),
    ],
)
def test_what_is_refused(
    arguments: list[str],
    message: str,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(folder)
    code, _, err = run(capsys, "curate", *arguments)
    assert code in (2, 3) and message in err
