"""Lessons: what of a page is run, in which order, and how it is compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import lessons
from concept_core.errors import DataError

PAGE = """# Page

```sh
printf 'one\\ntwo\\nthree\\n' > numbers.txt
cat numbers.txt
```

```text
one
...
three
```

<!-- exits 3 -->
```sh
echo gone >&2; exit 3
```

```text
old
```

```toml
[not] = "run"
```

```python
print(len(open("numbers.txt").read()))
```
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.md"
    path.write_text(PAGE, encoding="utf-8")
    return path


def test_steps() -> None:
    found = lessons.steps(PAGE)
    assert [(one.kind, one.line, one.exits) for one in found] == [
        ("sh", 3, 0), ("sh", 15, 3), ("python", 27, 0),
    ]  # fmt: skip
    assert [one.shown for one in found] == ["one\n...\nthree\n", "old\n", None]
    start, end = found[1].span
    assert PAGE[start:end] == "old\n"


def test_a_page_is_followed_in_order_in_one_folder(page: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    outputs = [output for _, output in lessons.follow(page, folder)]
    assert outputs == ["one\n...\nthree\n", "gone\n", "14\n"]


def test_differences_are_shown_and_written(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lessons.main([str(page)]) == 1
    assert "page.md:15: printed now\ngone\n" in capsys.readouterr().out
    assert page.read_text() == PAGE
    assert lessons.main([str(page), "--write"]) == 0
    assert page.read_text() == PAGE.replace("\nold\n", "\ngone\n")
    assert lessons.main([str(page)]) == 0


def test_another_exit_code_is_an_error_that_names_the_line(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page.write_text(PAGE.replace("exits 3", "exits 4"), encoding="utf-8")
    assert lessons.main([str(page)]) == DataError.exit_code
    said = capsys.readouterr().err
    assert "page.md: line 15: exit 3, expected 4" in said and "gone" in said


def test_a_python_block_that_fails(page: Path, tmp_path: Path) -> None:
    page.write_text("```python\nraise ValueError('why')\n```\n", encoding="utf-8")
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(DataError, match="ValueError: why"):
        list(lessons.follow(page, folder))


def test_what_is_fetched_stays_in_the_folder(page: Path, tmp_path: Path) -> None:
    page.write_text('```sh\necho "$SONOLEX_HOME"\n```\n', encoding="utf-8")
    folder = tmp_path / "folder"
    folder.mkdir()
    ((_, output),) = lessons.follow(page, folder)
    assert Path(output.strip()) == folder / "home"


@pytest.mark.parametrize(
    ("shown", "output", "same"),
    [
        ("gain 0.0853353, rank 1", "gain 0.0853351, rank 1", True),
        ("a  0.664\n", "a  0.665\n", True),
        ("a  0.664\n", "a  0.668\n", False),
        ("score -0.010", "score 0.010", False),
        ("rank 137", "rank 138", False),
        ("farm@0.1.0", "farm@0.2.0", False),
        ("dog 0.664", "cat 0.664", False),
        ("one 0.664", "one 0.664 two", False),
    ],
)
def test_the_last_digits_of_a_number_are_the_processors(
    shown: str, output: str, same: bool
) -> None:
    assert lessons.alike(shown, output) is same
