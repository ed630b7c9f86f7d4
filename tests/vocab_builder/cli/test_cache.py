from __future__ import annotations

import json
from pathlib import Path

import pytest

from concept_core.encoders.cache import CachedEncoder, Store
from concept_core.encoders.runtime import derived
from tests.toy import ToyEncoder
from vocab_builder.cli import main

FINGERPRINT = ToyEncoder.spec.fingerprint


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with three texts in two shards, and a derived file."""
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    for texts in (["rain", "wind"], ["bell"]):
        CachedEncoder(ToyEncoder()).encode_text(texts)
    derived(f"order-{'a' * 64}", lambda: b"x" * 2000)
    return tmp_path / "home"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main(["cache", *arguments])
    out, err = capsys.readouterr()
    return int(caught.value.code or 0), out, err


def damage() -> Path:
    path = min(Store(ToyEncoder.spec).folder.glob("*.safetensors"))
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    return path


def test_ls_lists_what_is_kept(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "ls")
    head, toy, order = out.splitlines()
    assert code == 0
    assert head.split() == ["kept", "fingerprint", "embeddings", "files", "size"]
    assert toy.split()[:6] == ["embeddings", "of", "toy", FINGERPRINT[:12], "3", "2"]
    assert order.split() == ["order", "1", "2.1", "kB"]
    assert err.startswith(f"{home}: ")


def test_ls_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "ls", "--json")
    data = json.loads(out)
    (kept,) = data["embeddings"]
    assert code == 0
    assert kept["spec"] == ToyEncoder.spec.to_dict()
    assert (kept["fingerprint"], kept["embeddings"], kept["shards"]) == (FINGERPRINT, 3, 2)
    assert data["derived"] == [{"kind": "order", "files": 1, "bytes": 2065}]


def test_an_empty_cache(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "gc", "--all")[0] == 0
    assert run(capsys, "ls")[:2] == (0, "kept  fingerprint  embeddings  files  size\n")
    assert run(capsys, "verify") == (0, "", "0 files verified\n")


def test_verify_exits_5_and_names_the_file_until_gc_removes_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(capsys, "verify", "--json") == (
        0, '{\n  "damaged": [],\n  "sound": 4\n}\n', "4 files verified\n"
    )  # fmt: skip
    path = damage()
    code, out, err = run(capsys, "verify")
    assert (code, out) == (5, "")
    assert "1 of 4 kept files are damaged" in err
    assert str(path) in err
    assert "sonolex cache gc" in err
    code, out, _ = run(capsys, "verify", "--json")
    assert (code, json.loads(out)) == (5, {"sound": 3, "damaged": [str(path)]})
    code, out, err = run(capsys, "gc")
    assert (code, out) == (0, "")
    assert f"removed {path}: damaged" in err
    assert "freed " in err
    assert run(capsys, "verify")[0] == 0


def test_gc_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    path = damage()
    code, out, _ = run(capsys, "gc", "--json")
    data = json.loads(out)
    assert (code, data["damaged"]) == (0, [str(path)])
    assert data["freed"] > 0


def test_gc_forgets_one_spec_and_says_how_much_that_was(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = home / "embeddings" / FINGERPRINT
    size = sum(path.stat().st_size for path in folder.iterdir())
    code, out, err = run(capsys, "gc", "--spec", FINGERPRINT[:8], "--json")
    assert (code, json.loads(out)) == (0, {"damaged": [], "freed": size})
    assert err == f"freed {size / 1e3:.1f} kB\n"
    assert not folder.exists()
    assert list((home / "derived").iterdir())


def test_gc_all_forgets_all(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "gc", "--all")[0] == 0
    assert not list((home / "derived").iterdir())
    assert not list((home / "embeddings").iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gc", "--spec", "nothing"], f"no store begins so (there: {FINGERPRINT[:12]})"),
        (["gc", "--spec", FINGERPRINT, "--all"], "leave --spec out"),
        (["tidy"], "No such command 'tidy'"),
    ],
)
def test_wrong_calls(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert message in err
