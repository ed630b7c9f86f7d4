"""The pages that are followed from top to bottom: every command and snippet, and what it prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.lessons import LESSONS, ROOT, alike, follow, steps
from concept_core.errors import MissingError
from concept_core.resources import resource_path

# Of other pages one test each runs what is on them.
RUN_ELSEWHERE = {"curating.md"}


@pytest.fixture
def resources() -> None:
    """What all lessons fetch; without it the test is skipped, saying so."""
    try:
        for name in ("yamnet", "minilm", "demo-sounds"):
            resource_path(name)
    except MissingError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("page", LESSONS, ids=lambda page: page.stem)
def test_a_lesson_says_what_happens(
    page: Path, tmp_path: Path, resources: None, request: pytest.FixtureRequest
) -> None:
    if "wordnet" in page.read_text(encoding="utf-8"):
        request.getfixturevalue("nltk_data")
    wrong = [
        f"{page.name}:{step.line}: prints now\n{output}"
        for step, output in follow(page, tmp_path)
        if step.shown is not None and not alike(step.shown, output)
    ]
    assert not wrong, "renew the page: python -m benchmarks.lessons --write"


def test_no_page_with_commands_to_follow_is_left_out() -> None:
    pages = [page for page in (ROOT / "docs").rglob("*.md") if page not in LESSONS]
    left = [
        page.name
        for page in pages
        if any(step.kind == "sh" for step in steps(page.read_text(encoding="utf-8")))
    ]
    assert set(left) == RUN_ELSEWHERE


@pytest.mark.parametrize("page", LESSONS, ids=lambda page: page.stem)
def test_no_output_stands_where_nothing_is_run(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    shown = len(re.findall(r"^```text$", text, re.MULTILINE))
    assert shown == sum(step.shown is not None for step in steps(text))
