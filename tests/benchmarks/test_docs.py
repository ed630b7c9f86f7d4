"""Replays of pages: which blocks need a mark, what is run, how it is compared and renewed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import docs
from benchmarks.docs import DIFFERS, FAILED, LEFT, MISSING, SAME, Replay, Run
from benchmarks.pages import WORDS, Mark, marks, unmarked
from concept_core.errors import DataError

COMMAND = "sonolex show demo --top 1"
TABLE = "| a | b |\n|---|---|\n| x | 0.5 |"


def mark(text: str, command: str = COMMAND, *words: str, drawn: bool = False) -> Mark:
    return Mark("one", 1, drawn, command, frozenset(words), text)


@pytest.fixture
def runs(tmp_path: Path) -> Replay:
    return Replay(tmp_path, tmp_path / "no-shared")


def answering(
    monkeypatch: pytest.MonkeyPatch, output: str, code: int = 0, seconds: float = 1.0
) -> None:
    monkeypatch.setattr(Replay, "run", lambda self, command: Run(code, output, "why\n", seconds))


@pytest.mark.parametrize("page", docs.all_pages(), ids=lambda page: page.name)
def test_every_block_with_figures_says_where_they_come_from(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    without = [f"{page.name}:{block.line}: {block.lines[0]}" for block in unmarked(text)]
    assert not without, "give each a mark, or <!-- not replayed: REASON --> (benchmarks/pages.py)"
    for one in marks(text):
        assert one.command, f"{page.name}:{one.line}: the mark names no command"
        if "timing" not in one.words:
            assert docs.arguments(one.command)
        elif one.command.startswith("make "):
            makefile = (docs.ROOT / "Makefile").read_text(encoding="utf-8")
            assert f"\n{one.command.split()[1]}:" in makefile
        else:
            assert docs.arguments(one.command)
        for name in docs.images(one.text) if one.drawn else ():
            assert (page.parent / name).is_file()


def test_which_blocks_have_figures() -> None:
    assert [block.line for block in unmarked(f"a\n\n{TABLE}\n")] == [3]
    assert not unmarked("| a |\n|---|\n| `1.2` |\n| words 3 |\n")
    assert not unmarked("```\nsonolex show demo --top 3   # 3\nsonolex sweep \\\n  --l0 5\n```\n")
    assert [block.line for block in unmarked("```\nsonolex show\n  1. dog\n```\n")] == [1]
    assert not unmarked("```python\nx = 0.5\n```\n")
    assert [block.kind for block in unmarked("![A figure](figures/a.png)\n")] == ["image"]


def test_marks_and_reasons_cover_a_block() -> None:
    marked = f"<!-- one: printed by {COMMAND}; slow, shared -->\n\n{TABLE}\n\n<!-- end of one -->\n"
    assert not unmarked(marked)
    (one,) = marks(marked)
    assert one == Mark("one", 1, False, COMMAND, frozenset({"slow", "shared"}), TABLE)
    assert not unmarked(f"<!-- not replayed: settings -->\n\n{TABLE}\n")
    # The reason is of the next block alone, and is no reason if it is empty.
    assert len(unmarked(f"<!-- not replayed: settings -->\n\n{TABLE}\n\n{TABLE}\n")) == 1
    assert len(unmarked(f"<!-- not replayed: -->\n\n{TABLE}\n")) == 1
    assert len(unmarked(f"{marked}\n{TABLE}\n")) == 1


def test_a_word_that_says_nothing() -> None:
    page = f"<!-- one: printed by {COMMAND}; fast -->\n\nx\n\n<!-- end of one -->\n"
    with pytest.raises(DataError, match=f"'fast'.*{', '.join(WORDS)}"):
        marks(page)


def test_only_programs_of_ours_are_run() -> None:
    assert docs.arguments("sonolex show 'a b'")[-2:] == ["show", "a b"]
    assert docs.arguments("python -m benchmarks.tasks --write x")[0] == sys.executable
    for command in (
        "rm -rf x",
        "python -c pass",
        "python -m pip install x",
        "python -m benchmarks.docs --write",
        "python -m benchmarks.nothing",
        "bash -c 'sonolex show'",
    ):
        with pytest.raises(DataError, match="no command that a page may have run"):
            docs.arguments(command)


def test_a_command_runs_once_and_without_a_shell(runs: Replay) -> None:
    one = runs.run("sonolex show demo@1.0.0 --top 2 > out.txt")
    assert one.code == 2 and not (runs.folder / "out.txt").exists()
    found = runs.run("sonolex show demo@1.0.0 --top 2")
    assert found.code == 0 and found is runs.run("sonolex show demo@1.0.0 --top 2")
    same = runs.outcome(
        mark(found.output.strip("\n"), "sonolex show demo@1.0.0 --top 2"), slow=False
    )
    assert same.status == SAME


def test_what_is_compared(runs: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, "### other\n\n9\n\n### one\n\na  \n0.5\nb\nc\n\n### more\n\n7\n")
    assert runs.outcome(mark("```\na\n0.5\nb\nc\n```"), slow=False).status == SAME
    found = runs.outcome(mark("```\na\n0.6\nb\nc\n```"), slow=False)
    assert found.status == DIFFERS and "-0.6" in found.note and "+0.5" in found.note
    assert found.new == "a\n0.5\nb\nc"
    # What a sample leaves out is not compared; what it shows is, from both ends.
    assert runs.outcome(mark("a\n...\nc"), slow=False).status == SAME
    assert runs.outcome(mark("a\n0.7\n...\nc"), slow=False).new == "a\n0.5\n...\nc"
    assert runs.outcome(mark("a\n..."), slow=False).status == SAME


def test_what_is_not_run(runs: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, "x")
    assert runs.outcome(mark("x", COMMAND, "timing"), slow=True).status == LEFT
    assert runs.outcome(mark("x", COMMAND, "slow"), slow=False).status == LEFT
    assert runs.outcome(mark("x", COMMAND, "slow"), slow=True).status == SAME
    assert runs.outcome(mark("x", COMMAND, "shared"), slow=True).status == MISSING
    assert runs.outcome(mark("x", ""), slow=True).status == FAILED


def test_what_goes_wrong(runs: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, "x", code=4)
    assert runs.outcome(mark("x"), slow=False) == docs.Outcome(MISSING, "why")
    answering(monkeypatch, "x", code=3)
    failed = runs.outcome(mark("x"), slow=False)
    assert failed.status == FAILED and failed.note == "exit 3\nwhy"
    # Findings are no failure of sonolex; of a benchmark they are.
    answering(monkeypatch, "x", code=1)
    assert runs.outcome(mark("x"), slow=False).status == SAME
    assert runs.outcome(mark("x", "python -m benchmarks.tasks"), slow=False).status == FAILED
    answering(monkeypatch, "x", seconds=21)
    assert "mark it slow" in runs.outcome(mark("x"), slow=False).note


def test_images_are_compared_and_kept(
    runs: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, "")
    root = tmp_path / "root"
    for folder in (root, runs.folder):
        (folder / "docs" / "figures").mkdir(parents=True, exist_ok=True)
        (folder / "docs" / "figures" / "a.png").write_bytes(b"1")
    monkeypatch.setattr(docs, "ROOT", root)
    shown = mark("![A](figures/a.png)", drawn=True)
    assert runs.outcome(shown, slow=False).status == SAME
    (runs.folder / "docs" / "figures" / "a.png").write_bytes(b"2")
    found = runs.outcome(shown, slow=False)
    assert found.status == DIFFERS and "figures/a.png" in found.note
    runs.keep_images(shown)
    assert (root / "docs" / "figures" / "a.png").read_bytes() == b"2"


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "page.md"
    path.write_text(
        f"# Page\n\n<!-- one: printed by {COMMAND} -->\n\n```\nold\n```\n\n<!-- end of one -->\n\n"
        f"<!-- two: printed by {COMMAND}; slow -->\n\nold\n\n<!-- end of two -->\n",
        encoding="utf-8",
    )
    yield path


def test_check_and_write(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(monkeypatch, "### one\nnew 1\n### two\nnew 2\n")
    before = page.read_text()
    assert docs.main([str(page)]) == 0
    assert f"two: {COMMAND} (slow)" in capsys.readouterr().out
    assert docs.main([str(page), "--check"]) == 1
    printed = capsys.readouterr().out
    assert "DIFFERS: " in printed and "+new 1" in printed and printed.endswith("1 not run\n")
    assert page.read_text() == before
    assert docs.main([str(page), "--write"]) == 0
    assert page.read_text() == before.replace("```\nold", "```\nnew 1")
    assert docs.main([str(page), "--check", "--slow"]) == 1
    assert docs.main([str(page), "--write", "--slow"]) == 0
    assert docs.main([str(page), "--check", "--slow"]) == 0
    answering(monkeypatch, "", code=4)
    assert docs.main([str(page), "--check"]) == 4


def test_a_page_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    assert docs.main([str(page), "--check"]) == DataError.exit_code
    assert f"{page}: No such file" in capsys.readouterr().err
    page.write_bytes(b"\xff\xfe<")
    assert docs.main([str(page), "--check"]) == DataError.exit_code
    assert f"{page} is no text in UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize(
    "opening",
    [
        f"<!-- one: printd by {COMMAND} -->",
        f"<!-- one: printed by {COMMAND}; slow; shared -->",
        f"<!-- one: printed by {COMMAND}; slow-->",
        f" <!-- one: printed by {COMMAND} -->",
        "<!-- one: printed by -->",
        "",
    ],
)
def test_a_mark_that_cannot_be_read_is_not_passed_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], opening: str
) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"{opening}\n\nx\n\n<!-- end of one -->\n", encoding="utf-8")
    assert docs.main([str(page), "--check"]) == DataError.exit_code
    said = capsys.readouterr().err
    assert f"{page}: line 5: <!-- end of one --> closes no mark" in said
    assert "<!-- one: printed by COMMAND" in said


@pytest.mark.parametrize(
    ("command", "said"),
    [("rm -rf x", "no command that a page may have run"), ("sonolex show 'x", "No closing")],
)
def test_a_command_that_is_not_run_does_not_keep_the_others_from_it(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    command: str, said: str,
) -> None:  # fmt: skip
    answering(monkeypatch, "new 1\n")
    page.write_text(page.read_text().replace(f"{COMMAND} -->", f"{command} -->"))
    assert docs.main([str(page), "--check", "--slow"]) == 1
    printed = capsys.readouterr().out
    assert f"FAILED: {page}:3 one" in printed and said in printed
    assert f"DIFFERS: {page}:11 two" in printed


def test_nothing_printed_takes_the_place_of_nothing(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(monkeypatch, "\n", code=1)
    before = page.read_text()
    assert docs.main([str(page), "--write"]) == 1
    assert "exit 1, and nothing printed\nwhy" in capsys.readouterr().out
    assert page.read_text() == before


HANGING = """
import sys
from benchmarks import docs
hang = "import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(600)"
docs.arguments = lambda command: [sys.executable, "-c", hang]
docs.end_in_order()
sys.exit(docs.main(sys.argv[1:]))
"""


def test_a_check_that_is_ended_leaves_no_folder_and_no_command(page: Path, tmp_path: Path) -> None:
    before, there = page.read_text(), tmp_path / "there"
    there.mkdir()
    ended = subprocess.Popen(
        [sys.executable, "-c", HANGING, str(page), "--write"],
        env={**os.environ, "TMPDIR": str(there), "PYTHONPATH": str(docs.ROOT)},
    )
    until = time.monotonic() + 60
    while not (found := [one.read_text() for one in there.glob("*/pid")]) or not found[0]:
        assert time.monotonic() < until and ended.poll() is None
        time.sleep(0.05)
    ended.send_signal(signal.SIGTERM)
    assert ended.wait(timeout=60) == 128 + signal.SIGTERM
    assert not list(there.iterdir()) and page.read_text() == before
    with pytest.raises(ProcessLookupError):
        os.kill(int(found[0]), 0)
