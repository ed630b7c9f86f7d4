"""Tables of papers read back, as texts and as numbers, from each form; and set by pdflatex."""

from __future__ import annotations

import csv
import io
import re
import subprocess
from pathlib import Path

CELL = re.compile(r"(?<!\\)\|")
NUMBER = re.compile(r"[+-]?\d+\.\d+")


def markdown_tables(text: str) -> list[list[dict[str, str]]]:
    """The rows of every table, by column; bold keeps its stars."""
    found: list[list[dict[str, str]]] = []
    head: list[str] | None = None
    for line in text.splitlines():
        if not line.startswith("| "):
            head = None
            continue
        cells = [cell.strip() for cell in CELL.split(line)[1:-1]]
        if head is None:
            head = cells
            found.append([])
        elif not cells[0].startswith("---"):
            found[-1].append(dict(zip(head, cells, strict=True)))
    return found


def latex_tables(text: str) -> list[list[dict[str, str]]]:
    """The same of LaTeX, with bold as stars and formulas as their signs."""
    found = []
    for table in re.findall(r"\\toprule\n(.*?)\\bottomrule", text, re.DOTALL):
        lines = [line.strip().removesuffix("\\\\") for line in table.splitlines()]
        rows = [
            [_plain(cell.strip()) for cell in re.split(r"(?<!\\)&", line)]
            for line in lines
            if line not in (r"\midrule", "")
        ]
        found.append([dict(zip(rows[0], row, strict=True)) for row in rows[1:]])
    return found


def _plain(cell: str) -> str:
    cell = re.sub(r"\$\\mathbf\{(.*?)\}\$|\\textbf\{(.*?)\}", r"**\1\2**", cell)
    cell = cell.replace(r"\textless{}", "<").replace(r"$\pm$", "±")
    return re.sub(r"\\([_%&#])", r"\1", cell.replace("$", ""))


def csv_tables(text: str) -> list[list[dict[str, str]]]:
    """The rows of every table; a column that a table does not have is empty."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(text, newline="")):
        found.setdefault(row["table"], []).append(row)
    return list(found.values())


def numbers(cell: str) -> list[str]:
    """The numbers of a cell as they are written."""
    return NUMBER.findall(cell)


def pdflatex(body: str, folder: Path) -> str:
    """The log of pdflatex over a document of two columns; fails where LaTeX does."""
    lines = [
        r"\documentclass[letterpaper,twocolumn]{article}",
        r"\usepackage[margin=0.75in]{geometry}",
        r"\usepackage{booktabs}",
        r"\begin{document}",
        body,
        r"\end{document}",
    ]
    (folder / "tables.tex").write_text("\n".join(lines), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape"]
    done = subprocess.run(
        [*command, "tables.tex"], cwd=folder, capture_output=True, text=True, check=False,
        errors="replace", timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
    assert (folder / "tables.pdf").stat().st_size > 1000
    return (folder / "tables.log").read_text(encoding="utf-8", errors="replace")
