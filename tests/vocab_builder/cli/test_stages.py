"""Single stages on the command line, piped into each other."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.vocab_builder.cli.test_cli import run

WORDS = "rain\nclock\nclocks\nthunder\nthe\ncafé\nbell\n"


class Shell:
    """Runs commands one after the other, each on what the one before wrote."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch
        self.out = ""
        self.err = ""

    def __call__(self, *arguments: object, stdin: bytes | None = None) -> int:
        data = self.out.encode() if stdin is None else stdin
        self._monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        code, self.out, self.err = run(self._capsys, *arguments)
        return code

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def labels(self) -> list[str]:
        return [line["label"] for line in self.lines]


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(capsys, monkeypatch)


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words.txt"
    path.write_text(WORDS, encoding="utf-8")
    return path


def test_stages_pipe(shell: Shell, words: Path) -> None:
    assert shell("mine", f"wordlist:{words},name=mine") == 0
    assert sorted(shell.labels) == sorted(WORDS.split())
    assert shell.lines[0]["evidence"][0]["source"] == "mine"
    assert shell("filter", "stop:lists=function", "twins:forms=snowball") == 0
    assert "stop: 7 -> 6 (stop-word 1)" in shell.err
    assert sorted(shell.labels) == ["bell", "café", "clock", "rain", "thunder"]
    assert shell("select", "frequency", "--size", 2) == 0
    assert len(shell.lines) == 2
    first = shell.lines[0]
    assert first["scores"] == [
        {
            "stage": "selection:frequency",
            "value": 7.0,  # the first of seven lines
            "threshold": None,
            "twin": None,
            "flag": None,
        }
    ]
    again = shell.out
    assert shell("select", "random") == 0
    assert len(shell.lines[0]["scores"]) == 2, "what was found out stays with the candidate"
    assert shell("filter", "form", stdin=again.encode()) == 0
    assert shell.labels == [json.loads(line)["label"] for line in again.splitlines()]


def test_weights_pass_through_the_pipe(shell: Shell, words: Path) -> None:
    other = words.with_name("other.txt")
    other.write_text("owl\t3\nrain\t1\n", encoding="utf-8")
    assert shell("mine", f"wordlist:{words}", f"wordlist:{other},name=other,weight=10") == 0
    assert shell.labels[0] == "owl"
    assert shell("select", "frequency") == 0
    assert (shell.labels[0], shell.lines[0]["count"]) == ("owl", 3)


def test_kept_and_dropped_are_the_input(shell: Shell, words: Path) -> None:
    shell("mine", f"wordlist:{words}")
    mined, everything = shell.out, set(shell.labels)
    for command in (["filter", "stop", "twins:forms=snowball"], ["select", "random", "--size", 3]):
        shell(*command, stdin=mined.encode())
        kept = set(shell.labels)
        shell(*command, "--dropped", stdin=mined.encode())
        assert kept.isdisjoint(shell.labels)
        assert kept.union(shell.labels) == everything
        assert {"filter", "reason", "score", "threshold", "twin", "rank"} <= set(shell.lines[0])


def test_a_terminal_gets_a_table(
    shell: Shell, words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell("mine", f"wordlist:{words}")
    mined = shell.out.encode()
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert shell("mine", f"wordlist:{words}") == 0
    assert shell.out.startswith("candidate  kind  count  evidence in")
    assert shell("filter", "twins:forms=snowball", "--dropped", stdin=mined) == 0
    assert [line.split()[:1] for line in shell.out.splitlines()] == [["dropped"], ["clocks"]]
    assert shell("select", "random", "--size", 1, "--json", stdin=mined) == 0
    assert len(shell.lines) == 1
    words.write_text("\n".join("abcdefgh"[i % 8] * (i + 3) for i in range(60)), encoding="utf-8")
    shell("mine", f"wordlist:{words}")
    assert len(shell.out.splitlines()) == 51
    assert "50 of 60 shown" in shell.err


def test_coverage_needs_captions_and_says_so(
    shell: Shell, words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.toy import ToyEncoder

    monkeypatch.setattr("concept_core.encoders.load_encoder", lambda name, **_: ToyEncoder())
    captions = words.with_name("captions.txt")
    captions.write_text("thunder and rain\n", encoding="utf-8")
    shell("mine", f"wordlist:{words}")
    mined = shell.out.encode()
    assert shell("select", "coverage", "--reference", captions, "--size", 1, stdin=mined) == 0
    assert shell.labels == ["thunder"]
    assert shell("filter", "redundancy:threshold=0.9", stdin=mined) == 0
    assert "redundancy" in [score["stage"] for score in shell.lines[0]["scores"]]
    assert shell("select", "coverage", stdin=mined) == 2
    assert "name their file with --reference" in shell.err
    assert shell("select", "frequency", "--reference", captions, stdin=mined) == 2
    assert "nothing here looks at it" in shell.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mine", "wordlst:x"], "source 'wordlst:x': unknown kind of source 'wordlst'; did you"),
        (["mine", "wordlist:x,oder=ascending"], "unknown key 'oder'; did you mean 'order'"),
        (["mine", "captions:x.csv,min_count=two"], "min_count: expected int, found 'two'"),
        (
            ["mine", "wordlist:x", "wordlist:y"],
            "two sources are named 'wordlist'; give one another name",
        ),
        (["mine", "wordlist:x,path=y"], "the path is given twice"),
        (["mine", "wordlist:x,resource=ucs"], "give either path or resource"),
        (["mine", "wordlist:x,member=y"], "say which with resource"),
        (["filter", "frm"], "unknown filter 'frm'; did you mean 'form'"),
        (["filter", "form:max_word=2"], "unknown key 'max_word'; did you mean 'max_words'"),
        (["filter", "stop:lists=abstrct"], "did you mean 'abstract'"),
        (["filter", "form:x.txt"], "expected key=value after the colon, found 'x.txt'"),
        (["select", "coverge"], "unknown selection 'coverge'; did you mean 'coverage'"),
        (["select", "clusters"], "the key 'clusters' is missing"),
        (["select", "coverage:redundancy=2"], "redundancy 2.0 is not in [0, 1]"),
    ],
)
def test_what_is_wrong_is_said(shell: Shell, arguments: list[str], message: str) -> None:
    assert shell(*arguments) == 2
    assert message in shell.err
    assert shell.out == ""


@pytest.mark.parametrize(
    ("stdin", "message"),
    [
        (b"rain\n", "standard input:1: "),
        (b"\n[1]\n", "standard input:2: expected an object"),
        (b'{"label": "rain"}\n', "missing required field `kind`"),
        (b'{"label": "", "kind": "noun", "evidence": []}\n', "label must be text"),
        (b'{"label": "a", "kind": "nuon", "evidence": []}\n', "found 'nuon'"),
        (b'{"label": "caf\xe9"}\n', "standard input:1: "),
        (
            b'{"label": "a", "kind": "noun", "evidence":'
            b' [{"source": "x", "locator": "y", "count": -1}]}\n',
            "count must be a whole number from 0, found -1",
        ),
        (b'{"label": "a", "kind": "noun", "evidence": []}\n' * 2, ":2: the label 'a' came before"),
    ],
)
def test_broken_lines_are_named(shell: Shell, stdin: bytes, message: str) -> None:
    assert shell("filter", "form", stdin=stdin) == 3
    assert message in shell.err


def test_no_candidate_is_an_error_before_any_encoder_is_loaded(shell: Shell) -> None:
    assert shell("select", "mmr", "--size", 400, "--encoder", "none", stdin=b"") == 3
    assert "no candidate is left" in shell.err


def test_a_terminal_as_input_is_refused(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = SimpleNamespace(isatty=lambda: True)
    monkeypatch.setattr("io.TextIOWrapper", lambda stream: terminal)
    assert shell("filter", "form") == 2
    assert "candidates are read from standard input" in shell.err


def test_workers_mine_the_same_candidates(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "said.csv"
    rows = (f"A dog barks at {word}\n" for word in ("night", "cats", "rain") * 30)
    path.write_text("caption\n" + "".join(rows), encoding="utf-8")
    assert shell("mine", f"captions:{path},tagger=none") == 0
    alone = shell.out
    assert shell("mine", f"captions:{path},tagger=none", "--workers", 2) == 0
    assert shell.out == alone
    assert shell("mine", f"captions:{path},tagger=none", "--engine", "lokal") == 2
    assert "did you mean 'local'" in shell.err
