"""Notebooks become Markdown: what is shown of each cell."""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools.notebook_pages import markdown


def page(*outputs: NotebookNode) -> str:
    cells = [new_markdown_cell("# Title"), new_code_cell("show()", outputs=list(outputs))]
    return markdown(new_notebook(cells=cells), "name.ipynb")


def test_text_code_and_the_way_to_the_notebook() -> None:
    assert page() == (
        "# Title\n\n```python\nshow()\n```\n\n"
        '<a href="name.ipynb" download>Download this page as a notebook</a>\n'
    )


def test_what_was_printed_and_what_was_shown() -> None:
    printed = new_output("stream", name="stdout", text="one\ntwo\n")
    shown = new_output("execute_result", data={"text/plain": "3"})
    assert "```\n\n```text\none\ntwo\n```\n\n```text\n3\n```\n\n" in page(printed, shown)


def test_tables_come_before_text_and_have_no_blank_lines() -> None:
    table = "<table>\n\n<tr><td>x</td></tr>\n</table>"
    shown = new_output("execute_result", data={"text/html": table, "text/plain": "x"})
    lines = page(shown).split("\n")
    start = lines.index('<div class="cell-output" tabindex="0">')
    assert lines[start + 1 : start + 5] == ["<table>", "<tr><td>x</td></tr>", "</table>", "</div>"]


def test_figures_have_a_text_for_those_who_do_not_see_them() -> None:
    drawn = new_output("display_data", data={"image/png": "aGk=\n", "text/plain": "<Figure>"})
    assert '<img alt="What the code above draws" src="data:image/png;base64,aGk=">' in page(drawn)
