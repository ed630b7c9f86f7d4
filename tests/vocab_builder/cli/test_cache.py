from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from concept_core.encoders.cache import CachedEncoder
from concept_core.encoders.cache_file import embeddings_path
from concept_core.encoders.runtime import derived
from tests.toy import ToyEncoder
from vocab_builder.cli import main

FINGERPRINT = ToyEncoder.spec.fingerprint


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with three texts and a derived file."""
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
    with sqlite3.connect(embeddings_path()) as file:
        file.execute("UPDATE embeddings SET sum = NULL WHERE id = 1")
    file.close()
    return embeddings_path()


def test_ls_lists_what_is_kept(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "ls")
    head, toy, order = out.splitlines()
    assert code == 0
    assert head.split() == ["kept", "fingerprint", "number", "size"]
    assert toy.split() == ["embeddings", "of", "toy", FINGERPRINT[:12], "3", "912", "B"]
    assert order.split() == ["order", "1", "2.1", "kB"]
    assert err.startswith(f"{home}: ")


def test_ls_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "ls", "--json")
    data = json.loads(out)
    (kept,) = data["embeddings"]
    assert code == 0
    assert kept["spec"] == ToyEncoder.spec.to_dict()
    assert (kept["fingerprint"], kept["embeddings"], kept["bytes"]) == (FINGERPRINT, 3, 912)
    assert data["derived"] == [{"kind": "order", "files": 1, "bytes": 2065}]


def test_an_empty_cache(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "gc", "--all")[0] == 0
    assert run(capsys, "ls")[:2] == (0, "kept  fingerprint  number  size\n")
    assert run(capsys, "verify") == (0, "", "0 embeddings and derived files verified\n")


def test_verify_exits_5_and_names_the_file_until_gc_removes_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(capsys, "verify", "--json") == (
        0, '{\n  "damaged": [],\n  "sound": 4\n}\n', "4 embeddings and derived files verified\n"
    )  # fmt: skip
    path = damage()
    code, out, err = run(capsys, "verify")
    assert (code, out) == (5, "")
    assert "damaged, and not used" in err
    assert str(path) in err
    assert "sonolex cache gc" in err
    code, out, _ = run(capsys, "verify", "--json")
    assert (code, json.loads(out)) == (5, {"sound": 3, "damaged": [str(path)]})
    code, out, err = run(capsys, "gc")
    assert (code, out) == (0, "")
    assert f"removed what is damaged of {path}" in err
    assert "freed " in err
    assert run(capsys, "verify")[0] == 0


def test_gc_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    path = damage()
    code, out, _ = run(capsys, "gc", "--json")
    data = json.loads(out)
    assert (code, data["damaged"]) == (0, [str(path)])
    assert data["outdated"] == []


def test_gc_forgets_one_spec_and_says_how_much_that_was(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    CachedEncoder(ToyEncoder()).encode_text([f"text {number}" for number in range(500)])
    before = embeddings_path().stat().st_size
    code, out, err = run(capsys, "gc", "--spec", FINGERPRINT[:8], "--json")
    size = before - embeddings_path().stat().st_size
    assert size > 500 * 256
    assert (code, json.loads(out)) == (0, {"damaged": [], "freed": size, "outdated": []})
    assert err == f"freed {size / 1e3:.1f} kB\n"
    assert json.loads(run(capsys, "ls", "--json")[1])["embeddings"] == []
    assert list((home / "derived").iterdir())


def test_gc_all_forgets_all(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "gc", "--all")[0] == 0
    assert not list((home / "derived").iterdir())
    assert json.loads(run(capsys, "ls", "--json")[1])["embeddings"] == []


def test_gc_says_that_it_removes_what_an_earlier_version_kept(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "embeddings" / FINGERPRINT).mkdir(parents=True)
    _, _, err = run(capsys, "gc")
    assert f"removed {home / 'embeddings'}: embeddings as an earlier version kept them" in err
    assert not (home / "embeddings").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gc", "--spec", "nothing"], f"no spec begins so (kept: {FINGERPRINT[:12]})"),
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
