from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from concept_core.encoders import Encoder
from tests.esc50_layout import write_layout
from vocab_builder.cli import main

CLIPS = [("1-a.wav", 1, "dog"), ("1-b.wav", 1, "rain"), ("2-a.wav", 2, "helicopter")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three clips of noise under three tones: sounds, but of nothing."""
    import soundfile

    folder = write_layout(tmp_path / "esc", CLIPS)
    rng = np.random.default_rng(0)
    time = np.arange(16_000) / 16_000
    for pitch, path in zip((220, 440, 880), sorted((folder / "audio").iterdir()), strict=True):
        samples = 0.3 * np.sin(2 * np.pi * pitch * time) + 0.05 * rng.standard_normal(16_000)
        soundfile.write(path, samples, 16_000)
    return folder


@pytest.fixture
def lists(tmp_path: Path) -> tuple[Path, Path]:
    """Two vocabularies."""
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_text("bark\nstorm\nrotor\nDog\n", encoding="utf-8")
    two.write_text("whistle\nhum\nbeep\n", encoding="utf-8")
    return one, two


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return int(caught.value.code or 0), out, err


def call(folder: Path, *specs: Path, folds: str = "1,2") -> list[object]:
    return ["score", *specs, "--dataset", "esc10", "--data", folder, "--folds", folds]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "exactly one of l1 (a penalty) and l0 (a limit); neither was given"),
        (["--l0", "2", "--l1", "0.1"], 2, "both were given"),
        (["--l0", "2", "--folds", "one"], 2, "fold one: the folds of esc10 are 1, 2, 3, 4, 5"),
        (["--l0", "2", "--folds", "7"], 2, "fold 7: the folds of esc10 are 1, 2, 3, 4, 5"),
        (["--l0", "2", "--folds", "5"], 3, "lists no clips of esc10 in folds 5"),
        (["--l0", "2", "--dataset", "esc11"], 2, "unknown data set 'esc11'"),
        (["--l0", "2", "--data", "nowhere"], 4, "nowhere: no such folder"),
        (["--l0", "2", "--classes", "all"], 2, "classes 'all': neither 'own'"),
        (["--l0", "2", "--task", "juggling"], 2, "--task"),
        (["--l0", "2", "--encoder", "none"], 2, "unknown encoder 'none'"),
        (["--l0", "2", "--seed", "-1"], 2, "--seed"),
    ],
)
def test_wrong_calls_are_told_before_anything_is_embedded(
    folder: Path,
    lists: tuple[Path, Path],
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    found = run(capsys, *call(folder, lists[0]), *arguments)
    assert (found[0], found[1]) == (code, "")
    assert message in found[2]


def test_one_spec_gives_one_card(
    encoder: Encoder,
    folder: Path,
    lists: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out_file = tmp_path / "cards" / "one.json"
    arguments = [*call(folder, lists[0]), "--l0", 2, "--seed", 5, "--json", "-o", out_file]
    code, out, err = run(capsys, *arguments)
    assert code == 0
    data = json.loads(out)
    assert out_file.read_text(encoding="utf-8") == out
    assert f"wrote {out_file}" in err
    assert (data["dataset"], data["folds"], data["n"]) == ("esc10", [1, 2], 3)
    assert (data["mode"], data["value"], data["intervals"]["seed"]) == ("l0", 2, 5)
    assert data["encoder"]["fingerprint"] == encoder.spec.fingerprint
    assert data["class_names_in_vocabulary"] == ["dog"]
    assert data["retention"] is None or data["retention"] >= 0

    again = tmp_path / "again.json"
    assert run(capsys, *arguments[:-1], again)[1] == out
    assert again.read_bytes() == out_file.read_bytes()


def test_several_specs_give_a_list_and_a_table(
    encoder: Encoder, folder: Path, lists: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, *call(folder, *lists), "--l1", 0.05, "--json")
    assert code == 0
    assert [card["vocabulary"]["id"] for card in json.loads(out)] == ["one", "two"]
    code, out, _ = run(capsys, *call(folder, *lists), "--l0", 1, "--classes", "esc50")
    assert code == 0
    title, _, head, one, two = out.splitlines()
    assert title == "zero-shot, esc10, folds 1, 2: 3 clips among 50 names"
    assert head.split()[:5] == ["vocabulary", "K", "mode", "l0", "accuracy"]
    assert one.split()[:4] == ["one@unreleased", "4", "l0", "1"]
    assert two.split()[:4] == ["two@unreleased", "3", "l0", "1"]


def test_a_bad_clip_is_named_and_nothing_is_written(
    encoder: Encoder,
    folder: Path,
    lists: tuple[Path, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (folder / "audio" / "1-b.wav").write_bytes(b"RIFF")
    out_file = tmp_path / "card.json"
    arguments = [*call(folder, lists[0]), "--l0", 2, "-o", out_file]
    code, out, err = run(capsys, *arguments)
    assert (code, out, out_file.exists()) == (3, "", False)
    assert "1-b.wav" in err and "--skip-bad" in err
    code, _, err = run(capsys, *arguments, "--skip-bad")
    assert code == 0
    assert "left out" in err
    assert json.loads(out_file.read_text(encoding="utf-8"))["bad"] == ["1-b.wav"]


def test_misses_are_named(
    folder: Path, lists: tuple[Path, Path], encoder: Encoder, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, *call(folder, lists[0]), "--l0", 2, "--misses")
    assert code == 0
    _, json_out, _ = run(capsys, *call(folder, lists[0], folds="1,2"), "--l0", 2, "--json")
    missed = [miss["clip"] for miss in json.loads(json_out)["misses"]]
    assert missed, "three noises under tones are no dog, rain and helicopter"
    assert f"one@unreleased: {len(missed)} misses of 3" in out
    for clip in missed:
        assert clip in out
