"""Tables between markers: written, read back, and refused where the page does not fit."""

from __future__ import annotations

import pytest

from benchmarks.pages import part, rewritten, table
from concept_core.errors import DataError

PAGE = """# Page

Words.

<!-- one: printed -->
old
<!-- end of one -->

More.

<!-- two: printed -->
<!-- end of two -->
"""


def test_tables_stand_between_their_markers() -> None:
    lines = "\n".join(table(("a", "b"), [(1, "x"), (2, "y")]))
    assert lines == "| a | b |\n|---|---|\n| 1 | x |\n| 2 | y |"
    page = rewritten(PAGE, {"one": lines, "two": "new"})
    assert part(page, "one") == lines and part(page, "two") == "new"
    assert "old" not in page and "Words." in page and "More." in page
    assert rewritten(page, {"one": lines, "two": "new"}) == page


@pytest.mark.parametrize(
    "page",
    [
        PAGE.replace("<!-- end of one -->", ""),
        PAGE + "<!-- one: printed -->",
        PAGE.replace("end of one", "?")
        .replace("one: printed", "end of one")
        .replace("?", "one: printed"),
    ],
)
def test_a_page_without_the_markers(page: str) -> None:
    with pytest.raises(DataError, match="one"):
        rewritten(page, {"one": "new"})
