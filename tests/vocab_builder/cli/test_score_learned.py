"""``sonolex score --learned``: the column, what it was learned from, and the card."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from concept_core.decomposition.learned import METHODS
from tests.esc50_layout import write_layout
from tests.toy import ToyEncoder
from tests.vocab_builder.cli.test_cli import run
from vocab_builder.cli.score_command import command

NAMES = ("dog", "rain", "helicopter")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Clips that the toy encoder hears as their names, in two folds; and a list of words."""
    monkeypatch.setattr("concept_core.bench.bench.load_encoder", lambda name, **how: ToyEncoder())
    clips = [(f"{name} {place}.wav", 1 + place % 2, name) for name in NAMES for place in range(16)]
    write_layout(tmp_path / "esc", clips)
    (tmp_path / "words.txt").write_text("dog\nrain\nbird\n", encoding="utf-8")
    return tmp_path


def call(folder: Path) -> list[object]:
    data = ["--dataset", "esc10", "--data", folder / "esc", "--folds", "1", "--l0", 1]
    return ["score", folder / "words.txt", *data]


def test_a_column_and_what_it_was_learned_from(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = folder / "card.json"
    code, out, _ = run(capsys, *call(folder), "--learned", METHODS[0], "-o", card)
    assert code == 0
    found = json.loads(card.read_text(encoding="utf-8"))["baselines"][METHODS[0]]
    lines = out.splitlines()
    assert METHODS[0] in lines[2].split()
    assert f"{found['values']['accuracy']:.3f}" in lines[3]
    assert f"{METHODS[0]}: 3 directions learned from 24 clips" in out
    code, out, _ = run(capsys, *call(folder))
    assert (code, METHODS[0] in out) == (0, False)


def test_the_methods_are_those_that_there_are(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (option,) = [one for one in command.params if one.name == "learned"]
    assert isinstance(option.type, click.Choice)
    assert tuple(option.type.choices) == METHODS
    code, _, err = run(capsys, *call(folder), "--learned", "words")
    assert (code, "--learned" in err) == (2, True)
