"""Notebooks as pages of the site: a hook of MkDocs (``hooks`` in mkdocs.yml).

Every docs/**/NAME.ipynb becomes a page beside itself, with the outputs that it was committed with.
mkdocs-jupyter does so too, but brings nbconvert, whose pages load MathJax from a network.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from nbformat import NotebookNode

_SUFFIX = ".ipynb"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Put a page beside each notebook."""
    for file in list(files):
        path = Path(file.src_uri)
        if path.suffix == _SUFFIX:
            notebook = nbformat.read(file.abs_src_path, as_version=4)
            uri = path.with_suffix(".md").as_posix()
            files.append(File.generated(config, uri, content=markdown(notebook, path.name)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links to notebooks, which stand as such where pages are read on a forge, lead to pages."""
    return markdown.replace(f"{_SUFFIX})", ".md)")


def markdown(notebook: NotebookNode, name: str) -> str:
    """A notebook as the Markdown of a page, with a link to the file of that name."""
    parts = [part for cell in notebook.cells for part in _cell(cell)]
    link = f'<a href="{name}" download>Download this page as a notebook</a>'
    return "\n\n".join([*parts, link]) + "\n"


def _cell(cell: NotebookNode) -> Iterator[str]:
    if cell.cell_type == "markdown":
        yield cell.source
        return
    yield f"```python\n{cell.source}\n```"
    for output in cell.outputs:
        yield _output(output)


def _output(output: NotebookNode) -> str:
    """Of what an output offers, what shows most."""
    data = output.get("data", {"text/plain": output.get("text", "")})
    if "image/png" in data:
        picture = data["image/png"].replace("\n", "")
        return f'<img alt="What the code above draws" src="data:image/png;base64,{picture}">'
    if "text/html" in data:
        # Blank lines would end the block.
        lines = [line for line in data["text/html"].split("\n") if line.strip()]
        return "\n".join(['<div class="cell-output" tabindex="0">', *lines, "</div>"])
    text = data["text/plain"].rstrip("\n")
    return f"```text\n{text}\n```"
