"""Text for a terminal: tables, and labels that cannot command it."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vocab_builder.tables.paper import PaperTable

WIDTH = 120
"""Columns of a wide screen, for tables that must fit it."""


def plain(text: str) -> str:
    """The text without control and format characters: no escape code of a label passes.

    Nor do the surrogates that stand for bytes of a file's name that are not UTF-8.
    """
    return "".join(
        character for character in text if unicodedata.category(character) not in ("Cc", "Cf", "Cs")
    )


def show(value: Any, render: Callable[[Any], str], *, as_json: bool) -> None:
    """Print a result on stdout: its JSON, or the text that ``render`` makes of it."""
    import click

    from concept_core.files import pretty_json
    from concept_core.values import to_data

    data = value.to_dict if hasattr(value, "to_dict") else lambda: to_data(value)
    click.echo(pretty_json(data()).rstrip("\n") if as_json else render(value))


def show_tables(tables: Sequence[PaperTable], form: str) -> None:
    """Print tables for a paper on stdout, as bytes: what is piped on is as it is."""
    import click

    from vocab_builder.tables.forms import table_text

    text = table_text(tables, form)
    if sys.stdout.isatty():
        text = "\n".join(map(plain, text.split("\n")))
    click.echo(text.encode("utf-8", "backslashreplace"), nl=False)


def number(value: float | None, digits: int = 3) -> str:
    """A figure for a table; a dash for none."""
    return "-" if value is None else f"{value:.{digits}f}"


def measured(value: float | None) -> str:
    """What a filter measured, a threshold or a rank, as short as it is; nothing for none."""
    return "" if value is None else f"{value:g}"


def ranged(value: float, interval: Sequence[float], sign: str = "") -> str:
    """A figure with its interval; ``sign`` is ``+`` for differences."""
    low, high = interval
    return f"{value:{sign}.3f} [{low:{sign}.3f}, {high:{sign}.3f}]"


def cut(text: str, width: int) -> str:
    """The text, or as much of it as fits, and three dots."""
    return text if len(text) <= width else text[: width - 3].rstrip(" ,") + "..."


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns padded to their widest cell; numbers to the right."""
    cells = [[plain(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    numeric = [
        len(cells) > 1 and all(_is_number(row[column]) for row in cells[1:])
        for column in range(len(head))
    ]
    lines = []
    for row in cells:
        padded = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        )
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def _is_number(cell: str) -> bool:
    return bool(cell) and cell.lstrip("-").replace(".", "", 1).replace("%", "", 1).isdigit()
