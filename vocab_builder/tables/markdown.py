"""Tables as Markdown: the caption above, the notes below."""

from __future__ import annotations

from concept_core.releases.markdown import cell as safe_cell
from concept_core.releases.markdown import line
from vocab_builder.tables.paper import Cell, Number, PaperTable


def markdown_table(table: PaperTable) -> str:
    """One table; names of others are text in it, never markup."""
    rows = [
        [safe_cell(column) for column in table.columns],
        ["---:" if right else "---" for right in table.numeric],
        *([_cell(one) for one in row] for row in table.rows),
    ]
    parts = [line(table.caption), "\n".join(f"| {' | '.join(row)} |" for row in rows)]
    if table.notes:
        parts.append(" ".join(map(line, table.notes)))
    return "\n\n".join(parts) + "\n"


def _cell(cell: Cell) -> str:
    if cell is None:
        return "-"
    if not isinstance(cell, Number):
        return safe_cell(cell)
    text = cell.rounded(cell.value)
    if cell.bold:
        text = f"**{text}**"
    if cell.spread is not None:
        text += f" ± {cell.spread:.{cell.digits}f}"
    if cell.interval is not None:
        low, high = cell.interval
        text += f" [{cell.rounded(low)}, {cell.rounded(high)}]"
    return text
