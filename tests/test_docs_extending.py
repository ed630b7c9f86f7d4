"""The parts of docs/extending.md, put into a copy of the repository as the page says, work."""

from __future__ import annotations

import ast
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
SECTIONS = dict(
    re.findall(r"^## A[n]? (\w[\w ]*)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
)
_BLOCK = r":\n\n```\w+\n(.*?)```"
NEW = re.compile(r"^New file `([^`]+)`" + _BLOCK, re.MULTILINE | re.DOTALL)
LINE = re.compile(r"^In `(\w+)` of `([^`]+)`" + _BLOCK, re.MULTILINE | re.DOTALL)
END = re.compile(r"^At the end of `([^`]+)`" + _BLOCK, re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILES = {path: code for section in SECTIONS.values() for path, code in NEW.findall(section)}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what runs, with all parts of the page."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("concept_core", "vocab_builder"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "data", folder / "data")
    (folder / "vocabularies").symlink_to(ROOT / "vocabularies")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for path, code in FILES.items():
        assert not (folder / path).exists()
        (folder / path).write_text(code, encoding="utf-8")
    for name, path, lines in LINE.findall(TEXT):
        _add(folder / path, name, lines)
    for path, lines in END.findall(TEXT):
        with open(folder / path, "a", encoding="utf-8") as table:
            table.write("\n" + lines)
    return folder


def _add(path: Path, name: str, lines: str) -> None:
    """Put what is imported to the imports, and a line to the begin of a table."""
    imports = [line for line in lines.splitlines() if line.startswith("from ")]
    (entry,) = (line for line in lines.splitlines() if not line.startswith("from "))
    text = path.read_text(encoding="utf-8")
    if imports:
        text = re.sub(
            r"^from (?!__future__)", "\n".join([*imports, "from "]), text, count=1, flags=re.M
        )
    text, found = re.subn(rf"^({name}\b.*\{{\n)", rf"\1{entry}\n", text, count=1, flags=re.M)
    assert found == 1, f"{path} has no table {name}"
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with what the commands of the page read."""
    film = "1\n00:00:01,000 --> 00:00:02,000\n[Dog barking] Who is it?\n[rain] [RAIN]\n"
    (tmp_path / "film.srt").write_text(film, encoding="utf-8")
    (tmp_path / "words.txt").write_text("siren\nrain\n", encoding="utf-8")
    (tmp_path / "barks" / "sounds").mkdir(parents=True)
    rows = ["file,class,split"]
    for place, label in enumerate(["bark", "howl", "bark", "howl"]):
        rows.append(f"{place}.wav,{label},test")
        noise = np.random.default_rng(place).normal(size=16_000) * 0.1
        soundfile.write(tmp_path / "barks" / "sounds" / f"{place}.wav", noise, 16_000)
    (tmp_path / "barks" / "clips.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path


def say(section: str, copy: Path, here: Path) -> tuple[str, str]:
    """What the commands of a section print, and what they say beside it."""
    (commands,) = (text for language, text in FENCED.findall(SECTIONS[section]) if not language)
    call = f"{shlex.quote(sys.executable)} -c 'from vocab_builder.cli import main; main()'"
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", commands.replace("sonolex ", f"{call} ")],
        capture_output=True, text=True, cwd=here,
        env={**os.environ, "PYTHONPATH": str(copy)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def code_lines(code: str) -> int:
    """Lines that hold code: no blank ones, comments or docstrings."""
    held: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type not in (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT,
                              tokenize.DEDENT, tokenize.ENDMARKER):  # fmt: skip
            held |= {*range(token.start[0], token.end[0] + 1)}
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            held -= {*range(node.lineno, (node.end_lineno or 0) + 1)}
    return len(held)


def test_seven_parts_are_short() -> None:
    assert list(SECTIONS) == [
        "source", "filter", "selection", "encoder", "data set", "format", "destination",
    ]  # fmt: skip
    assert len(FILES) == 6
    assert {path: n for path, code in FILES.items() if (n := code_lines(code)) >= 40} == {}


def lines_of(text: str) -> Iterator[dict[str, object]]:
    return (json.loads(line) for line in text.splitlines())


def test_the_source(copy: Path, here: Path) -> None:
    found = {one["label"]: one["evidence"] for one in lines_of(say("source", copy, here)[0])}
    assert list(found) == ["rain", "dog barking"]
    assert found["dog barking"][0]["locator"] == "film.srt:3"  # type: ignore[index]


def test_the_filter(copy: Path, here: Path) -> None:
    (dropped,) = lines_of(say("filter", copy, here)[0])
    assert (dropped["filter"], dropped["reason"], dropped["score"]) == ("wordy", "too-wordy", 2.0)


def test_the_selection(copy: Path, here: Path) -> None:
    (first,) = lines_of(say("selection", copy, here)[0])
    assert first["label"] == "rain"


@pytest.mark.usefixtures("encoder")
def test_the_data_set(copy: Path, here: Path) -> None:
    card = json.loads(say("data set", copy, here)[0])
    assert (card["dataset"], card["folds"], card["classes"]) == (
        "barks",
        ["test"],
        ["bark", "howl"],
    )
    assert sum(one["n"] for one in card["by_class"]) == 4


def test_the_format(copy: Path, here: Path) -> None:
    say("format", copy, here)
    head, _, *rows = (here / "demo.md").read_text(encoding="utf-8").splitlines()
    assert head == "| label | kind | count |" and len(rows) == 630


def test_the_destination(copy: Path, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONOLEX_HOME", str(here / "home"))
    first, again = (say("destination", copy, here)[1] for _ in range(2))
    assert "demo@1.0.0: published to sqlite:releases.db; every file was read back" in first
    assert "files verified" in first and "already published" in again
    assert (here / "releases.db").stat().st_size > 100_000


def test_they_are_written_as_the_rest_is(copy: Path) -> None:
    for checked in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *checked, *FILES],
            capture_output=True, text=True, cwd=copy,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
