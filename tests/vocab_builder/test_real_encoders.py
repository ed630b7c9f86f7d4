"""A user's whole work with a CLAP model, on tiny random checkpoints of the published layouts.

Another backend joins by a line of CHECKPOINTS: a function that writes its tiny checkpoint to a
folder and gives the name under which ``load_encoder`` takes it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from concept_core import load_encoder
from concept_core.releases.specifiers import load_vocabulary
from tests.checkpoints import tiny_clap, tiny_laion
from tests.esc50_layout import write_layout
from tests.vocab_builder.cli.test_cli import run

CHECKPOINTS: dict[str, Callable[[Path], str]] = {
    "clap": lambda folder: f"clap:{tiny_clap(folder)}",
    "laion-clap": lambda folder: (
        f"laion-clap:{tiny_laion(folder / 'tiny.pt', folder / 'tokens')}"
        f"?tokenizer={folder / 'tokens'}"
    ),
}
RECIPE = """
[vocabulary]
id = "tiny"
version = "0.1.0"
title = "Tiny"
description = "A few words, seen by a tiny model."
encoder = "yamnet-minilm"
[[source]]
kind = "wordlist"
name = "mine"
path = "words.txt"
licence = "CC0-1.0"
[[filter]]
kind = "stop"
[[filter]]
kind = "redundancy"
threshold = 0.999
[selection]
kind = "coverage"
size = 6
[reference]
path = "captions.txt"
"""
WORDS = ["rain", "clock", "clocks", "thunder", "the", "bell", "dog bark", "wind", "engine", "tin"]
CLIPS = [("1-a.wav", 1, "dog"), ("1-b.wav", 1, "rain"), ("2-a.wav", 2, "helicopter")]


@pytest.fixture(scope="module", params=sorted(CHECKPOINTS))
def specifier(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    pytest.importorskip("transformers", reason="the extra clap is not installed")
    return CHECKPOINTS[request.param](tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for the module: what a test keeps, the next may use, as a user's runs do."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONOLEX_HOME", str(home))
    # Nothing of this may need a network.
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three clips laid out as ESC-50 is, of other lengths and rates."""
    import soundfile

    folder = write_layout(tmp_path_factory.mktemp("sounds") / "esc", CLIPS)
    generator = np.random.default_rng(0)
    for number, path in enumerate(sorted((folder / "audio").iterdir())):
        rate = (8_000, 16_000, 44_100)[number]
        time = np.arange(int(rate * (0.4 + number))) / rate
        samples = np.sin(2 * np.pi * 200 * (number + 1) * time)
        soundfile.write(path, 0.4 * samples + 0.1 * generator.standard_normal(len(time)), rate)
    return folder


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    (tmp_path / "words.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    captions = "Rain falls on a tin roof.\nA dog barks at the wind.\nA bell rings twice.\n"
    (tmp_path / "captions.txt").write_text(captions, encoding="utf-8")
    (tmp_path / "tiny.toml").write_text(RECIPE, encoding="utf-8")
    return tmp_path / "tiny.toml"


def test_build_score_and_explain(
    specifier: str,
    recipe: Path,
    sounds: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    on = ["--encoder", specifier, "--device", "cpu", "--offline"]
    code, _, err = run(capsys, "build", recipe, "--out", out, *on)
    assert code == 0, err
    vocabulary = load_vocabulary(out)
    assert len(vocabulary) == 6 and set(vocabulary.labels) < set(WORDS)
    spec = load_encoder(specifier).spec.to_dict()
    assert spec.items() <= vocabulary.metadata["encoder"].items()
    assert spec["prompt_set"] == "paper@1" and spec["centring"].startswith("mean@2 probes@1 ")
    assert run(capsys, "verify", out)[0] == 0
    assert "up to date" in run(capsys, "build", recipe, "--out", out, *on)[2]

    where = ["--dataset", "esc10", "--data", sounds, "--folds", "1,2"]
    code, text, err = run(capsys, "score", out, *where, "--l0", 2, "--encoder", specifier, "--json")
    assert code == 0, err
    card = json.loads(text)
    assert spec.items() <= card["encoder"].items() and card["vocabulary"]["id"] == "tiny"
    assert 0 <= card["accuracy"] <= 1 and card["l0_mean"] <= 2

    clips = sorted((sounds / "audio").iterdir())
    code, text, err = run(capsys, "explain", *clips, "--vocabulary", out, *on, "--l0", 3, "--json")
    assert code == 0, err
    answer = json.loads(text)
    assert answer["encoder"] == spec and answer["content_hash"] == vocabulary.content_hash
    for clip in answer["clips"]:
        assert {concept["label"] for concept in clip["concepts"]} <= set(vocabulary.labels)


def test_stages_piped(
    specifier: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Thresholds that the recipe leaves open are calibrated for this encoder, or refused."""
    import io

    (tmp_path / "words.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    mined = run(capsys, "mine", f"wordlist:{tmp_path / 'words.txt'}")[1]
    for command in (["filter", "redundancy"], ["select", "clusters:clusters=2", "--size", 3]):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(mined.encode())))
        code, out, err = run(capsys, *command, "--encoder", specifier, "--offline")
        if command[0] == "filter" and code == 2:
            assert "give redundancy a threshold in the recipe, leave the filter out" in err
            continue
        assert code == 0, err
        assert 0 < len(out.splitlines()) <= len(WORDS)
        assert command[0] == "select" or "calibrated on" in err


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_embedded_rows_explain_as_the_model_does(
    specifier: str, suffix: str, sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words, rows = tmp_path / "words.txt", tmp_path / f"rows{suffix}"
    words.write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    clips = sorted((sounds / "audio").iterdir())
    what = [*clips, "--texts", words, "--prompts", "paper@1", "-o", rows]
    code, out, err = run(capsys, "embed", *what, "--encoder", specifier)
    assert code == 0, err
    counts = f"3 audio rows and {len(WORDS)} text rows"
    assert out == f"{rows}: {counts} of {load_encoder(specifier).spec.dim} dimensions\n"

    call = ["explain", *clips, "--vocabulary", words, "--l0", 3, "--json", "--encoder"]
    ours = json.loads(run(capsys, *call, specifier)[1])
    read = json.loads(run(capsys, *call, f"precomputed:{rows}")[1])
    for one, other in zip(ours["clips"], read["clips"], strict=True):
        assert [c["label"] for c in one["concepts"]] == [c["label"] for c in other["concepts"]]
        assert one["cosine"] == pytest.approx(other["cosine"], abs=1e-5)


def test_rows_for_streams(
    specifier: str, sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clips = sorted((sounds / "audio").iterdir())
    rows = tmp_path / "audio.npy"
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"no sound")
    call = ["embed", *clips, bad, clips[0], "-o", rows, "--encoder", specifier, "--json"]
    code, out, err = run(capsys, *call)
    assert code == 3 and "bad.wav" in err and not rows.exists()
    code, out, err = run(capsys, *call, "--skip-bad")
    assert code == 0 and "left out" in err
    told = json.loads(out)
    assert told["rows"] == {"audio": 3} and told["bad"][0]["clip"] == str(bad)
    assert (tmp_path / "audio.txt").read_text("utf-8").splitlines() == list(map(str, clips))
    words = tmp_path / "words.txt"
    words.write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    code, out, err = run(
        capsys, "decompose", rows, "--vocabulary", words, "--l0", 2, "--encoder", specifier,
        "--out", tmp_path / "shards", "--device", "cpu", "--offline",
    )  # fmt: skip
    assert code == 0 and "3 rows in 1 shards" in out, err


def test_centre_and_use_it(
    specifier: str, sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "reference"
    (folder / "more").mkdir(parents=True)
    for number in range(9):
        source = sounds / "audio" / CLIPS[number % 3][0]
        shutil.copy(source, folder / ("more" if number % 2 else ".") / f"{number}.wav")
    words = tmp_path / "words.txt"
    words.write_text("\n".join(f"sound {number}" for number in range(8)), encoding="utf-8")
    files = {}
    for option in ("--labels", "--captions"):
        files[option] = tmp_path / f"{option}.safetensors"
        code, out, err = run(
            capsys, "centre", "--encoder", specifier, "--clips", folder, option, words,
            "--name", "mine@1", "-o", files[option], "--json",
        )  # fmt: skip
        assert code == 0, err
        told = json.loads(out)
        assert (told["sounds"], told["texts"]) == (9, 8)
        assert told["gap_after"] < told["gap_before"]
        joint = "&" if "?" in specifier else "?"
        encoder = load_encoder(f"{specifier}{joint}centring={files[option]}")
        assert encoder.spec.centring == told["centring"]
        assert told["centring"].startswith("mean@1 mine@1 ")
        assert encoder.encode_text(["rain"]).shape == (1, encoder.spec.dim)
    bare = f"{specifier}{joint}prompts=bare@1&centring={files['--labels']}"
    code, out, _ = run(capsys, "doctor", "--encoder", bare)
    assert code == 1 and "prompt_set: 'paper@1' / 'bare@1'" in out


def test_the_doctor_finds_a_tiny_model_well(
    specifier: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "doctor", "--encoder", specifier, "--device", "cpu", "--json")
    found = json.loads(out)
    wrong = [check for check in found["checks"] if check["status"] == "failed"]
    assert code == 0 and not wrong
    assert found["device"] == "cpu"
    assert found["spec"] == load_encoder(specifier).spec.to_dict()
