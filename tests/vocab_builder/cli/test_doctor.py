from __future__ import annotations

import json
from pathlib import Path

import pytest

from concept_core.doctor.encoder import CHECKS
from concept_core.encoders import Encoder
from tests.vocab_builder.cli.test_cli import run

EAR = "tests.concept_core.doctor.test_encoder:Ear"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_the_machine(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "doctor")
    assert code == 0
    assert f"cache {home}, 0.0 MB" in out
    assert "sonolex fetch yamnet" in out and "nothing is wrong" in out
    code, out, _ = run(capsys, "doctor", "--json")
    assert code == 0 and json.loads(out)["cache"] == str(home)


def test_findings_about_the_machine_exit_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "file"))
    (tmp_path / "file").touch()
    code, out, _ = run(capsys, "doctor")
    assert code == 1 and "cannot be written" in out


def test_a_sound_encoder(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "doctor", "--encoder", EAR)
    assert code == 0
    assert out.startswith(f"{EAR} on its own\n  name: ear\n")
    assert [line.split()[0] for line in out.splitlines()[-len(CHECKS) :]] == list(CHECKS)


def test_a_broken_one_exits_1(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "doctor", "--encoder", f"clap:{tmp_path}", "--json")
    assert code == 1
    assert json.loads(out)["failed"] == 1 and json.loads(out)["spec"] is None


@pytest.mark.parametrize(
    ("encoder", "code", "message"),
    [
        ("yamnet", 2, "did you mean 'yamnet-minilm'"),
        ("yamnet-minilm", 4, "sonolex fetch yamnet"),
        ("clap:no/model", 4, "hf download no/model"),
    ],
)
def test_what_is_not_there(
    home: Path,
    encoder: str,
    code: int,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(home))
    found = run(capsys, "doctor", "--encoder", encoder, "--offline")
    assert found[0] == code and message in found[2]


def test_the_embedded_encoder_is_well(
    encoder: Encoder, demo_sounds: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "doctor", "--encoder", "yamnet-minilm", "--json")
    found = json.loads(out)
    assert code == 0 and found["device"] == "cpu"
    assert {check["status"] for check in found["checks"]} == {"ok"}
    assert "of 10 real sounds are nearest to their own" in found["checks"][10]["message"]
