from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.streaming import open_stream
from concept_core.releases.specifiers import load_vocabulary
from tests.toy import ToyEncoder
from vocab_builder.cli import main
from vocab_builder.cli.decompose_command import _render

WORDS = ["sheep", "cat", "rain", "duck", "piano", "dog", "engine", "quack", "meow", "bleat"]


def _toy(name: str, **_: object) -> ToyEncoder:
    return ToyEncoder()


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("concept_core.decomposition.dictionary.load_encoder", _toy)
    (tmp_path / "words.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    x = ToyEncoder().encode_text(["sheep", "rain on a piano", "a dog"])
    np.save(tmp_path / "x.npy", x.astype(np.float16))
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main(["decompose", *map(str, arguments)])
    out, err = capsys.readouterr()
    return int(caught.value.code or 0), out, err


def test_shards_with_labels_and_where_they_come_from(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = files / "words.txt"
    out = files / "out"
    code, text, _ = run(capsys, files / "x.npy", "--vocabulary", words, "--l0", 2, "--out", out)
    assert code == 0
    assert text.splitlines()[0] == f"{out}: 3 rows in 1 shards"
    stream = open_stream(out)
    assert stream.labels == tuple(WORDS)
    dictionary = Dictionary.build(load_vocabulary(str(words)), ToyEncoder())
    assert stream.plan["dictionary"]["vocabulary"] == dictionary.vocabulary
    assert stream.plan["dictionary"]["encoder"] == dictionary.encoder
    strongest = stream.weights().toarray().argmax(axis=1)
    assert [WORDS[i] for i in strongest] == ["sheep", "piano", "dog"]


def test_json_and_a_second_run(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--vocabulary", files / "words.txt", "--l1", 0.1, "--out", files / "out", "--json"]
    first = json.loads(run(capsys, files / "x.npy", *arguments)[1])
    second = json.loads(run(capsys, files / "x.npy", *arguments)[1])
    assert first["rows"] == 3 and first["unconverged"] == 0 and first["gap_max"] <= 1e-6
    assert (first["resumed"], second["resumed"]) == (0, 1)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--l0", "2", "--l1", "0.1"], 2, "exactly one of l1"),
        (["--l0", "2", "--solver", "fast"], 2, "unknown solver 'fast'"),
        (["--l0", "2", "--key", "x", "no.npy"], 3, "no.npy: no such file"),
    ],
)
def test_what_is_wrong_is_said(
    arguments: list[str], code: int, message: str, files: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    vocabulary = ["--vocabulary", files / "words.txt", "--out", files / "out"]
    found = run(capsys, files / "x.npy", *vocabulary, *arguments)
    assert found[0] == code
    assert message in found[2]
    assert not (files / "out").exists()


def test_the_summary_in_words(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from concept_core.decomposition.streaming import StreamSummary

    nan = float("nan")
    assert _render(StreamSummary("out", 0, 0, 0, nan, nan, nan, 0)) == "out: no rows"
    assert _render(StreamSummary("out", 70_000, 2, 1, 8.04, 0.5, 2e-7, 0)).splitlines() == [
        "out: 70,000 rows in 2 shards, 1 of them from an earlier run",
        "mean l0 8.0, mean cosine 0.500, largest gap 2.0e-07",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--engine", "spark"], 2, "unknown engine 'spark'"),
        (["--engine", "local:4"], 2, "local takes no address"),
        (["--workers", "0"], 2, "0 is not in the range"),
    ],
)
def test_what_is_no_engine_is_said_first(
    arguments: list[str], code: int, message: str, files: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    given = ["--vocabulary", "no-such", "--out", files / "out", "--l0", 2]
    found = run(capsys, files / "x.npy", *given, *arguments)
    assert (found[0], message in found[2]) == (code, True)


def test_workers_write_what_one_process_writes(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--vocabulary", files / "words.txt", "--l0", 2]
    run(capsys, files / "x.npy", *given, "--out", files / "one")
    code, _, err = run(capsys, files / "x.npy", *given, "--out", files / "two", "--workers", 2)
    assert (code, err) == (0, "")
    for path in (files / "one").iterdir():
        assert path.read_bytes() == (files / "two" / path.name).read_bytes()
