from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from tests.toy import ToyEncoder
from tests.vocab_builder.cli.test_cli import run as sonolex

LABELS = ("dog", "rain", "=cmd()", "helicopter")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A vocabulary, directions at two of its words and at none, and embeddings of clips."""
    monkeypatch.setattr(
        "concept_core.decomposition.dictionary.load_encoder", lambda name, **how: ToyEncoder()
    )
    (tmp_path / "words.txt").write_text("\n".join(LABELS) + "\n", encoding="utf-8")
    text = ToyEncoder().encode_text
    strange = np.random.default_rng(0).standard_normal((2, 64)).astype(np.float32)
    np.save(tmp_path / "decoder.npy", np.vstack([text(["dog", "=cmd()"]), strange]))
    heard = [f"{LABELS[place % 4]} {place}" for place in range(60)]
    np.savez(tmp_path / "clips.npz", audio=text(heard), audio_ids=[f"{one}.wav" for one in heard])
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    return sonolex(capsys, "name", *arguments)


def call(folder: Path) -> list[object]:
    vocabulary = ["--vocabulary", folder / "words.txt"]
    return [folder / "decoder.npy", *vocabulary, "--rows", folder / "clips.npz", "--l0", 1]


def test_a_table_of_names(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, *call(folder))
    assert code == 0
    lines = out.splitlines()
    assert lines[0].startswith("words@unreleased: 2 of 4 directions named; 60 clips")
    assert lines[1].startswith("greatest cosine of 1000 random sums of the clips: median 0.")
    assert [line.split()[:3] for line in lines[4:8]] == [
        ["0", "dog", "dog"], ["1", "=cmd()", "=cmd()"], ["2", "-", *lines[6].split()[2:3]],
        ["3", "-", *lines[7].split()[2:3]],
    ]  # fmt: skip


def test_files_of_names(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, *call(folder), "--json", "-o", folder / "names.json")
    assert code == 0
    assert json.loads(out) == json.loads((folder / "names.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in json.loads(out)["items"]] == ["dog", "=cmd()", None, None]
    code, _, err = run(capsys, *call(folder), "-o", folder / "names.csv")
    assert (code, "wrote" in err) == (0, True)
    with open(folder / "names.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    # No spreadsheet takes a label for a formula.
    assert [row["name"] for row in rows] == ["dog", "'=cmd()", "", ""]


def test_what_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, *call(folder), "--dataset", "esc10")
    assert (code, "--rows and --dataset" in err) == (2, True)
    code, _, err = run(capsys, *call(folder), "-o", "names.txt")
    assert (code, ".csv" in err) == (2, True)
    np.save(folder / "decoder.npy", np.ones((64, 3)))
    code, _, err = run(capsys, *call(folder))
    assert (code, ".T" in err) == (3, True)
    code, _, err = run(capsys, folder / "nowhere.npy", "--vocabulary", folder / "words.txt")
    assert code == 2
