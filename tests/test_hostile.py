"""Data that try to run code, to write outside, to fill memory or disk, or to hang: refused."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from concept_core import load_encoder
from concept_core.encoders.specifier import Stated
from concept_core.errors import DataError, UsageError
from concept_core.files import sha256_file
from tests import checkpoints
from vocab_builder.cli import main
from vocab_builder.reproduction.run import reproduce

RECIPE = """
[vocabulary]
id = "toy"
version = "0.1.0"
title = "Toy"
description = "A few words."
encoder = "{encoder}"
[[source]]
kind = "wordlist"
path = "words.txt"
[selection]
kind = "frequency"
"""
STUDY = """
[encoder]
name = "{encoder}"
[study]
title = "T"
vocabulary = "demo"
paper_lambda = 0.05
[[dataset]]
name = "esc50"
folder = "esc50"
page = "x"
[[zero-shot]]
dataset = "esc50"
folds = ["1"]
metrics = ["accuracy"]
"""


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as caught:
        main([*map(str, arguments)])
    return int(caught.value.code or 0)


def recipe(folder: Path, encoder: str) -> Path:
    (folder / "words.txt").write_text("rain\nbell\n", encoding="utf-8")
    path = folder / "recipe of others.toml"
    path.write_text(RECIPE.format(encoder=encoder), encoding="utf-8")
    return path


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A module that leaves a file when it is imported, where imports look for modules."""
    mark = tmp_path / "ran"
    code = f"import pathlib; pathlib.Path({str(mark)!r}).touch()\n"
    code += "from tests.own_encoder import OwnEncoder as Own\n"
    (tmp_path / "of_others.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield mark
    sys.modules.pop("of_others", None)


def test_a_recipe_cannot_name_code(
    module: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = recipe(tmp_path, "of_others:Own"), tmp_path / "out"
    assert run("build", path, "--out", out) == 2
    said = capsys.readouterr().err
    assert f"sonolex build '{path}' --out {out} --encoder of_others:Own" in said
    assert not module.exists()
    assert not out.exists()
    # The line that the message has is allowed.
    assert run("build", path, "--out", out, "--encoder", "of_others:Own") == 0
    assert module.exists()


def test_nor_can_the_recipe_of_a_draft(module: Path, tmp_path: Path) -> None:
    path = recipe(tmp_path, "of_others:Own")
    text = path.read_text(encoding="utf-8") + '[curation]\ndecisions = ["decisions.csv"]\n'
    path.write_text(text, encoding="utf-8")
    assert run("curate", path, "--by", "me", "--queue", tmp_path / "q.csv") == 2
    assert not module.exists()


def test_a_study_cannot_name_code(module: Path, tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(STUDY.format(encoder="of_others:Own"), encoding="utf-8")
    with pytest.raises(UsageError, match=r"sonolex reproduce .* --encoder of_others:Own"):
        reproduce(path, tmp_path, tmp_path / "out")
    assert not module.exists()


@pytest.mark.parametrize("trust", ["trust", "its own"])
def test_a_recipe_cannot_vouch_for_a_checkpoint(
    trust: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("transformers", reason='needs pip install "sonolex[clap]"')

    class Touch:
        def __reduce__(self) -> tuple[object, tuple[Path]]:
            return Path.touch, (tmp_path / "ran",)

    file, tokens = tmp_path / "m.pth", tmp_path / "gpt2"
    checkpoints.tiny_msclap(file, tokens)
    held = torch.load(file, weights_only=False)
    torch.save({**held, "extra": Touch()}, file)
    sha256 = trust if trust == "trust" else sha256_file(file)
    name = f"msclap:{file}?tokenizer={tokens}&sha256={sha256}"
    stated = Stated("recipe.toml: [vocabulary]", "sonolex build recipe.toml --out FOLDER")
    with pytest.raises((UsageError, DataError), match="--encoder"):
        load_encoder(name, device="cpu", cache=False, stated=stated).encode_text(["rain"])
    assert not (tmp_path / "ran").exists()
    # A person's word counts.
    load_encoder(name, device="cpu", cache=False).encode_text(["rain"])
    assert (tmp_path / "ran").exists()
