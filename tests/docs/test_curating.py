"""The tutorial of curation: every command on the page is run, in its order."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from concept_core.errors import MissingError
from concept_core.releases.specifiers import load_vocabulary
from concept_core.resources import resource_path
from vocab_builder.curation.decision_files import read_decisions
from vocab_builder.release.release import Release

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "curating.md"
BLOCK = re.compile(r"^```(sh|csv)\n(.*?)^```$", re.M | re.S)
# `sonolex check` has findings: own words that are stop words, and an alias that no source has.
FINDINGS = "sonolex check foley-1"


def test_the_recipe_is_on_the_page() -> None:
    recipe = (ROOT / "recipes" / "foley.toml").read_text(encoding="utf-8")
    assert f"```toml\n{recipe}```" in PAGE.read_text(encoding="utf-8")


@pytest.fixture
def shell(tmp_path: Path, nltk_data: None) -> Path:
    """A folder in which the commands run; without the resources the test is skipped."""
    try:
        for name in ("yamnet", "minilm", "audiocaps", "ucs", "stopwords"):
            resource_path(name)
    except MissingError as error:
        pytest.skip(str(error))
    (tmp_path / "recipes").symlink_to(ROOT / "recipes")
    return tmp_path


def run(command: str, folder: Path) -> str:
    tools = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": tools, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-e", "-c", command], cwd=folder, env=environment, capture_output=True, text=True
    )
    expected = 1 if command.strip() == FINDINGS else 0
    assert done.returncode == expected, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def serve(command: str, folder: Path) -> None:
    """Open the page, see that it answers, and close it."""
    tools = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": tools, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        f"exec {command} --no-browser", shell=True, cwd=folder, env=environment,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        address = next(line.split()[-1] for line in lines if "the page is at" in line)
        with urllib.request.urlopen(address) as answer:
            assert answer.status == 200 and b"<title>" in answer.read()
    finally:
        process.terminate()
        process.wait(timeout=20)


def commands(block: str) -> list[str]:
    """The commands of a block: a here-document is one."""
    if "<<'END'" in block:
        return [block]
    return block.splitlines()


def test_every_command(shell: Path) -> None:
    said: dict[str, str] = {}
    folder = shell
    for kind, block in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "csv":
            (folder / "filled.csv").write_text(block, encoding="utf-8")
            continue
        for command in commands(block):
            if command == "cd foley":
                folder = shell / "foley"
            elif command == "sonolex curate foley.toml --by Ada":
                serve(command, folder)
            else:
                said[command] = run(command, folder)
    own = [line for line in (ROOT / "recipes" / "foley.txt").read_text().split("\n")[1:] if line]
    assert len(own) == 80
    first, second = (load_vocabulary(folder / name) for name in ("foley-1", "foley-2"))
    assert first.labels[:80] == own and second.labels[:81] == [*own, "glass harp"]
    for vocabulary in (first, second):
        assert len(vocabulary) == 150
        assert {"glove slap", "wood scraping", "plastic bag"} <= set(vocabulary.labels)
        assert {"horse clip-clopping", "animal walking", "wood scrapping"}.isdisjoint(
            vocabulary.labels
        )
        for alias, label in (("horse clip-clopping", "horse hooves"), ("coconuts", "horse hooves")):
            concept = vocabulary.find(alias)
            assert concept is not None and concept.label == label
        assert vocabulary["wood scraping"].id == "wood-scrapping"
        assert "theological" not in vocabulary.labels
    assert "overruled: stop (stop-word)" in said['sonolex why "body fall" draft']
    assert "decision by Ada" in said['sonolex why "horse clip-clopping" foley-2']
    assert "W201 coconuts" in said[FINDINGS]
    assert "asked for every week" in said["sonolex curate foley.toml --log"]
    assert said[next(one for one in said if "find('coconuts')" in one)] == "horse hooves\n"
    assert "Cohen's kappa 1.000" in said[next(one for one in said if "--agree" in one)]
    decisions = read_decisions([folder / "foley-decisions.csv"])
    assert len(decisions.standing) == 9
    kept = Release.load(folder / "foley-2")
    assert {one.said for one in kept.decisions} == {one.said for one in decisions.rows}
