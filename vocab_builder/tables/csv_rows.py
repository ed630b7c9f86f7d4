"""Tables as csv: full precision, a column for each part of a number, one header for all tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from concept_core.releases.csv_cells import guard
from vocab_builder.tables.paper import Cell, Number, PaperTable, PValue


def csv_text(tables: Sequence[PaperTable]) -> str:
    """All tables below one header, which has every column that one of them has.

    The first column, ``table``, has the label of a row's table, the last, ``caption``, its
    caption. A number with an interval, a standard deviation or a paired test has those in columns
    of their own: ``low``, ``high``, ``sd`` and ``p`` behind its name. What a spreadsheet would take
    for a formula is guarded (``concept_core.releases.csv_cells``).
    """
    rows = [
        {"table": table.label, **dict(_parts(table.columns, row)), "caption": table.caption}
        for table in tables
        for row in table.rows
    ]
    # Column by column: a part that only a later row has stands beside the others of its column.
    names = dict.fromkeys(
        name
        for table in tables
        for place, column in enumerate(table.columns)
        for row in table.rows
        for name, _ in _parts([column], [row[place]])
    )
    lines = io.StringIO(newline="")
    writer = csv.DictWriter(lines, ["table", *names, "caption"], restval="", lineterminator="\n")
    writer.writerow({name: guard(name) for name in writer.fieldnames})
    writer.writerows({name: guard(value) for name, value in row.items()} for row in rows)
    return lines.getvalue()


def _parts(columns: Sequence[str], row: Sequence[Cell]) -> Iterator[tuple[str, object]]:
    for name, cell in zip(columns, row, strict=True):
        if not isinstance(cell, Number):
            yield name, cell.value if isinstance(cell, PValue) else cell
            continue
        yield name, cell.value
        if cell.interval is not None:
            yield f"{name} low", cell.interval[0]
            yield f"{name} high", cell.interval[1]
        if cell.spread is not None:
            yield f"{name} sd", cell.spread
        if cell.p is not None:
            yield f"{name} p", cell.p
