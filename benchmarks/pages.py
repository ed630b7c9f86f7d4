"""Pages whose tables a program writes: between markers, so that the words around them stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from concept_core.errors import DataError


def table(headings: Sequence[str], lines: Iterable[Sequence[object]]) -> list[str]:
    """A Markdown table."""
    first = [f"| {' | '.join(headings)} |", "|---" * len(headings) + "|"]
    return [*first, *(f"| {' | '.join(map(str, line))} |" for line in lines)]


def part(page: str, name: str) -> str:
    """What stands on a page between the two markers of a part.

    Raises
    ------
    DataError
        The page does not have each of the markers once, in order.
    """
    start, end = _place(page, name)
    return page[start:end].strip("\n")


def rewritten(page: str, parts: Mapping[str, str]) -> str:
    """The page with new text between the markers of each part.

    Raises
    ------
    DataError
        As `part`.
    """
    for name, text in parts.items():
        start, end = _place(page, name)
        page = f"{page[:start]}\n\n{text}\n\n{page[end:]}"
    return page


def _place(page: str, name: str) -> tuple[int, int]:
    opening, closing = f"<!-- {name}: printed -->", f"<!-- end of {name} -->"
    if page.count(opening) != 1 or page.count(closing) != 1:
        raise DataError(f"the page must have {opening} and {closing}, each once")
    start, end = page.index(opening) + len(opening), page.index(closing)
    if end < start:
        raise DataError(f"the page has {closing} before {opening}; turn them round")
    return start, end
