"""The forms that tables are written in, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from concept_core.spelling import check_names
from vocab_builder.tables.csv_rows import csv_text
from vocab_builder.tables.latex import latex_table
from vocab_builder.tables.markdown import markdown_table
from vocab_builder.tables.paper import PaperTable

ENDINGS = {"latex": ".tex", "markdown": ".md", "csv": ".csv"}
"""The ending of a file of each form."""


def check_form(form: str) -> None:
    """See that tables can be written in a form.

    Raises
    ------
    UsageError
        They cannot.
    """
    check_names("form of a table", [form], ENDINGS)


def table_text(tables: Sequence[PaperTable], form: str) -> str:
    """Tables as one text, which ends with a line end.

    Parameters
    ----------
    tables : sequence of PaperTable
    form : str
        ``latex``, ``markdown`` or ``csv``.

    Raises
    ------
    UsageError
        Another form.
    """
    check_form(form)
    return _FORMS[form](tables)


def _latex(tables: Sequence[PaperTable]) -> str:
    return "\n".join(["% Needs \\usepackage{booktabs}.\n", *map(latex_table, tables)])


def _markdown(tables: Sequence[PaperTable]) -> str:
    return "\n".join(map(markdown_table, tables))


_FORMS: Mapping[str, Callable[[Sequence[PaperTable]], str]] = {
    "latex": _latex,
    "markdown": _markdown,
    "csv": csv_text,
}
