"""``embed`` and ``centre``: wrong calls, and what the options of encoders reach."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from concept_core import load_encoder
from concept_core.encoders.prompts import encode_labels
from concept_core.encoders.row_files import read_rows
from tests.layouts import make_folder
from tests.toy import ToyEncoder
from tests.vocab_builder.cli.test_cli import RECIPE, run

TOY = ["--encoder", "tests.toy:ToyEncoder"]


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words.txt"
    path.write_text("crying_baby\nrain\nrain\n", encoding="utf-8")
    return path


def test_texts_as_they_are_and_as_labels(
    words: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for prompts, text in ((None, "crying_baby"), ("paper@1", "This is a sound of crying baby.")):
        out = tmp_path / "rows.npz"
        how = [] if prompts is None else ["--prompts", prompts]
        code, said, err = run(capsys, "embed", "--texts", words, *how, "-o", out, *TOY)
        assert code == 0, err
        assert said == f"{out}: 2 text rows of 64 dimensions\n", "a text twice is one row"
        rows = read_rows(out)["text"]
        assert rows.ids[0] == text, "the id is the text as it was written"
        assert np.allclose(rows.x, ToyEncoder().encode_text(list(rows.ids)), atol=1e-6)


@pytest.mark.parametrize("ending", [".npz", ".parquet", ".h5"])
def test_several_files_in_several_wordings(
    ending: str, words: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = tmp_path / "more.txt"
    more.write_text("rain\nwind\n", encoding="utf-8")
    out = tmp_path / f"rows{ending}"
    wordings = [
        "--prompts",
        "ensemble@1",
        "--prompts",
        "The sound of {label}",
        "--prompts",
        "bare@1",
    ]
    code, said, err = run(
        capsys, "embed", "--texts", words, "--texts", more, *wordings, "-o", out, *TOY
    )
    assert code == 0, err
    assert said == f"{out}: {3 * 7} text rows of 64 dimensions\n", "each wording of each word once"
    ids = set(read_rows(out)["text"].ids)
    assert {"crying baby", "The sound of wind", "The sound of wind.", "I can hear rain."} <= ids
    encoder = load_encoder(f"precomputed:{out}?prompts=ensemble@1&centring=none")
    toy = encode_labels(ToyEncoder(), ["wind", "rain"], "ensemble@1")
    assert np.allclose(encode_labels(encoder, ["wind", "rain"], "ensemble@1"), toy, atol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing to embed"),
        (["a.wav", "--prompts", "paper@1"], "--prompts is how the labels of --texts are written"),
        (["--texts", "words.txt", "--prompts", "paper"], "unknown prompt set 'paper'"),
        (["a.wav", "--device", "gpu"], "--device"),
    ],
)
def test_wrong_calls_of_embed(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "embed", *arguments, "-o", tmp_path / "x.npz", *TOY)
    assert (code, out) == (2, "") and message in err
    assert not (tmp_path / "x.npz").exists()


def test_a_target_that_cannot_be_written_is_told_first(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "embed", "no.wav", "-o", "rows.csv", "--encoder", "no-encoder")
    assert code == 2 and "embeddings are written as .npz" in err


def test_wrong_calls_of_centre(
    words: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = [
        "centre",
        *TOY,
        "--clips",
        tmp_path,
        "--name",
        "mine@1",
        "-o",
        tmp_path / "c.safetensors",
    ]
    for texts in ([], ["--labels", words, "--captions", words]):
        code, _, err = run(capsys, *call, *texts)
        assert code == 2 and "--captions or with --labels, one of them" in err
    code, _, err = run(capsys, *call, "--labels", words)
    assert code == 2 and "'tests.toy:ToyEncoder' has no centring" in err
    assert not (tmp_path / "c.safetensors").exists()


def test_device_and_offline_reach_the_encoder_of_every_command(
    words: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked: list[tuple[str, dict[str, Any]]] = []

    class ReachedError(Exception):
        pass

    def load(name: str, **how: Any) -> None:
        # Where a file may name the encoder, who allows it is said too.
        how.pop("stated", None)
        asked.append((name, how))
        raise ReachedError

    # Whoever imported it before has it too; whoever imports it from now on gets this one.
    for module in _loading():
        monkeypatch.setattr(module, "load_encoder", load)
    (tmp_path / "toy.toml").write_text(RECIPE, encoding="utf-8")
    clips = make_folder(tmp_path / "clips")
    commands = [
        ["explain", "a.wav", "--vocabulary", words],
        ["report", words, "-o", tmp_path / "page.html"],
        ["score", words, "--dataset", "folder", "--data", clips, "--folds", "all", "--l0", "2"],
        ["sweep", words, "--dataset", "folder", "--data", clips, "--l0", "2"],
        ["compare", words, words, "--dataset", "folder", "--data", clips],
        ["compare", words, words, "--reference", clips],
        ["decompose", "a.npy", "--vocabulary", words, "--l0", 2, "--out", tmp_path / "out"],
        ["build", tmp_path / "toy.toml", "--out", tmp_path / "out"],
        ["embed", "a.wav", "-o", tmp_path / "x.npz"],
        [
            "centre",
            "--clips",
            tmp_path,
            "--labels",
            words,
            "--name",
            "a",
            "-o",
            tmp_path / "c.safetensors",
        ],
    ]
    try:
        for command in commands:
            with pytest.raises(ReachedError):
                run_raw(*command, "--encoder", "clap:x", "--device", "cpu", "--offline")
    finally:
        # Modules that were imported meanwhile would keep it for all tests after this one.
        for module in _loading():
            vars(module)["load_encoder"] = load_encoder
    assert asked == [("clap:x", {"device": "cpu", "offline": True})] * len(commands)


def _loading() -> list[ModuleType]:
    """Our modules that know ``load_encoder``."""
    ours = ("concept_core", "vocab_builder")
    known = [one for name, one in sys.modules.items() if name.partition(".")[0] in ours]
    return [module for module in known if "load_encoder" in vars(module)]


def run_raw(*arguments: object) -> None:
    from vocab_builder.cli import main

    main([str(argument) for argument in arguments])
