"""Run the notebooks of the site anew: ``python -m tools.notebooks docs/notebooks/*.ipynb``.

Each is run in an empty folder by a kernel of its own, and written back with its outputs. What
changes from run to run or is of this machine (times, versions, what libraries say on stderr) is
taken out, so that a run that finds the same gives the same bytes. The notebook of real CLAP rows
needs ``sonolex fetch clap-esc50 clap-fsd50k-labels`` first.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from concept_core.files import write_text

_SECONDS = 600


def executed(path: Path, folder: Path) -> NotebookNode:
    """A notebook with the outputs of a run in a folder.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        A cell ended with an error.
    """
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=_SECONDS, kernel_name="python3", resources={"metadata": {"path": folder}}
    )
    return cleaned(client.execute())


def cleaned(notebook: NotebookNode) -> NotebookNode:
    """The notebook without what differs from run to run; changed in place."""
    notebook.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python"},
    )
    for place, cell in enumerate(notebook.cells):
        cell.id, cell.metadata = f"cell-{place}", NotebookNode()
        if cell.cell_type == "code":
            cell.outputs = [one for one in cell.outputs if one.get("name") != "stderr"]
            for output in cell.outputs:
                # What stands in for a table or a figure where neither can be shown.
                if len(output.get("data", {})) > 1:
                    output.data.pop("text/plain", None)
    return notebook


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and write."""
    parser = argparse.ArgumentParser(prog="tools.notebooks", description=__doc__)
    parser.add_argument("notebooks", nargs="+", type=Path)
    options = parser.parse_args(arguments)
    for path in options.notebooks:
        with tempfile.TemporaryDirectory(prefix="sonolex-notebook-") as folder:
            try:
                found = executed(path, Path(folder))
            except CellExecutionError as error:
                sys.stderr.write(f"{path}: {error}\n")
                return 1
        write_text(path, nbformat.writes(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
