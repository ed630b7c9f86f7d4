"""Cells of csv files that spreadsheets show as text: a label such as ``=cmd()`` is no formula.

An apostrophe before it tells a spreadsheet so. It is taken off again by whoever reads the file
here, so that labels, ids and hashes stay what they are.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence

# What spreadsheets begin a formula with, in ASCII and in the widths of East Asia, which some take
# for the same; behind apostrophes that were there before, and behind all that they trim or skip:
# white space, controls, and characters without width. A tab or line end begins a cell of its own.
_SKIPPED = r"[\s\x00-\x20\x7f\u00ad\u200b-\u200f\u2060-\u2064\ufeff]"
_FORMULA = re.compile(
    rf"'*(?:[\t\r\n]|{_SKIPPED}*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b\u2212])"
)
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def guard(cell: object) -> object:
    """The cell, with an apostrophe before a text that a spreadsheet would take for a formula.

    Numbers stay, written or not: a negative one is no formula.

    >>> guard("=cmd()"), guard(-0.5), guard("-0.5"), guard("rain"), guard(" ＝1")
    ("'=cmd()", -0.5, '-0.5', 'rain', "' ＝1")
    """
    if not isinstance(cell, str) or _NUMBER.fullmatch(cell) or not _FORMULA.match(cell):
        return cell
    return f"'{cell}"


def unguard(cell: str) -> str:
    """The text that ``guard`` was given.

    >>> unguard("'=cmd()"), unguard("'tis"), unguard("-0.5")
    ('=cmd()', "'tis", '-0.5')
    """
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def rows_text(rows: Sequence[Mapping[str, object]]) -> str:
    """Rows of one and the same columns, at least one, as csv with a header, each cell guarded."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: guard(cell) for name, cell in row.items()} for row in rows)
    return text.getvalue()
