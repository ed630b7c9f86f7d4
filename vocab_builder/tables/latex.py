"""Tables as LaTeX: booktabs, and nothing else beside LaTeX itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from vocab_builder.tables.latex_text import latex_text
from vocab_builder.tables.paper import Cell, Number, PaperTable

_COLUMN = 55
"""Characters that go across one column of a two-column page; wider tables span both."""

_ROWS = 40
"""Rows that fit on a page of letter size in the largest type, with caption and notes."""

_SIZES = {115: r"\small", 130: r"\footnotesize"}
"""Up to how many characters a size of type goes across a page of 7 inches; then the smallest."""


def latex_table(table: PaperTable) -> str:
    """A floating table, ``\\label{tab:LABEL}``; ``\\usepackage{booktabs}`` is all it needs.

    A table too wide for a column is a ``table*``, which in a paper of one column is no other; one
    too long for a page goes on in tables of its own, ``tab:LABEL-2`` and so on.
    Names of others are text in it, never a command (`latex_text`).
    """
    return "\n".join(_float(part, table) for part in _parts(table))


def _parts(table: PaperTable) -> Iterator[PaperTable]:
    """A float is never broken: what is longer than a page would run off its foot."""
    starts = range(0, len(table.rows), _ROWS) if table.rows else range(1)
    for number, start in enumerate(starts, 1):
        part = replace(table, rows=table.rows[start : start + _ROWS])
        if number > 1:
            caption = f"{table.caption.removesuffix('.')}, continued."
            part = replace(part, label=f"{table.label}-{number}", caption=caption)
        yield part if number == len(starts) else replace(part, notes=())


def _float(table: PaperTable, whole: PaperTable) -> str:
    """A part of a table, in the widths and columns of the whole."""
    width = _width(whole)
    environment = "table*" if width > _COLUMN else "table"
    size = next((size for most, size in _SIZES.items() if width <= most), r"\scriptsize")
    gap = 3 if width > max(_SIZES) else 4
    columns = "".join("r" if right else "l" for right in whole.numeric)
    lines = [
        rf"\begin{{{environment}}}",
        r"  \centering",
        rf"  \caption{{{latex_text(table.caption)}}}",
        rf"  \label{{tab:{table.label}}}",
        rf"  {size}\setlength{{\tabcolsep}}{{{gap}pt}}",
        rf"  \begin{{tabular}}{{@{{}}{columns}@{{}}}}",
        r"    \toprule",
        _row([latex_text(column) for column in table.columns]),
        r"    \midrule",
        *(_row([_cell(one) for one in row]) for row in table.rows),
        r"    \bottomrule",
        r"  \end{tabular}",
    ]
    if table.notes:
        lines += [
            r"  \par\smallskip",
            r"  \begin{minipage}{\linewidth}\footnotesize",
            *(f"    {latex_text(note)}" for note in table.notes),
            r"  \end{minipage}",
        ]
    return "\n".join([*lines, rf"\end{{{environment}}}"]) + "\n"


def _row(cells: Sequence[str]) -> str:
    return rf"    {' & '.join(cells)} \\"


def _cell(cell: Cell) -> str:
    if cell is None:
        return "--"
    if not isinstance(cell, Number):
        return latex_text(cell)
    text = _number(cell.rounded(cell.value), bold=cell.bold)
    if cell.spread is not None:
        text += rf" $\pm$ {cell.spread:.{cell.digits}f}"
    if cell.interval is not None:
        low, high = (_number(cell.rounded(end)) for end in cell.interval)
        text += f" [{low}, {high}]"
    return text


def _number(text: str, *, bold: bool = False) -> str:
    """A number with a sign is a formula: as text its minus would be a hyphen."""
    if text[0] in "+-":
        return rf"$\mathbf{{{text}}}$" if bold else f"${text}$"
    return rf"\textbf{{{text}}}" if bold else text


def _width(table: PaperTable) -> int:
    """Characters of the widest cells, and two between columns."""
    shown = [table.columns, *table.rows]
    return sum(2 + max(_length(row[place]) for row in shown) for place in range(len(table.columns)))


def _length(cell: Cell) -> int:
    if not isinstance(cell, Number):
        return len(str(cell))
    parts = [
        cell.value,
        *([cell.spread] if cell.spread is not None else []),
        *(cell.interval or ()),
    ]
    return sum(len(cell.rounded(part)) + 2 for part in parts)
