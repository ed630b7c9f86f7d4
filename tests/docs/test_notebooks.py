"""The notebooks run as they stand, in a kernel of their own, and print what they show."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from concept_core.encoders import Encoder
from concept_core.resources import fetch, home
from tests.real_clap_layout import CLIPS, LABELS, made_up, of_shared, write

notebooks = pytest.importorskip(
    "tools.notebooks", reason='no nbclient here: pip install "sonolex[docs]"'
)
pytest.importorskip("ipykernel", reason='no ipykernel here: pip install "sonolex[docs]"')
pytest.importorskip("matplotlib", reason='no matplotlib here: pip install "sonolex[report]"')

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT / "docs" / "notebooks" / "real-clap-rows.ipynb"
OTHERS = sorted({*REAL.parent.glob("*.ipynb")} - {REAL})


@pytest.fixture(autouse=True)
def kernel(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Kernels import what is tested here, and say nothing of how they are reached."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def words(html: str) -> str:
    """What a person reads of a table, whatever pandas writes around it."""
    return " ".join(re.sub(r"<style.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL).split())


# Pixels differ from machine to machine.
READ = {"image/png": lambda data: "an image", "text/html": words}


def shown(notebook: NotebookNode) -> list[list[str]]:
    """What each cell prints and shows."""
    found = []
    for cell in notebook.cells:
        texts = []
        for output in cell.get("outputs", ()):
            data = output.get("data", {"text": output.get("text")})
            texts.extend(READ.get(kind, str)(text) for kind, text in data.items())
        found.append(texts)
    return found


def committed(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.stem)
def test_a_notebook_shows_what_it_was_committed_with(
    path: Path, encoder: Encoder, demo_sounds: Path, tmp_path: Path
) -> None:
    assert shown(notebooks.executed(path, tmp_path)) == shown(committed(path))


def rows_home(files: dict[str, dict[str, bytes]], folder: Path) -> Path:
    """A cache folder with the resources of the real rows."""
    own = write(files, folder / "own")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SONOLEX_HOME", str(folder / "home"))
        for name in (CLIPS, LABELS):
            fetch(name, own=own / name)
        return home()


def test_real_rows(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not (shared / "data" / "clap_real").is_dir():
        pytest.skip(f"no real rows in {shared} (set SONOLEX_SHARED to the folder that has data/)")
    monkeypatch.setenv("SONOLEX_HOME", str(rows_home(of_shared(shared), tmp_path)))
    (tmp_path / "work").mkdir()
    assert shown(notebooks.executed(REAL, tmp_path / "work")) == shown(committed(REAL))


def test_made_up_rows_go_the_same_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONOLEX_HOME", str(rows_home(made_up(folds=5), tmp_path)))
    (tmp_path / "work").mkdir()
    found = shown(notebooks.executed(REAL, tmp_path / "work"))
    assert [len(texts) for texts in found] == [len(texts) for texts in shown(committed(REAL))]


@pytest.mark.parametrize("path", [REAL, *OTHERS], ids=lambda path: path.stem)
def test_it_opens_with_a_figure_and_is_of_no_machine(path: Path) -> None:
    first = next(cell for cell in committed(path).cells if cell.cell_type == "code")
    assert any("image/png" in output.get("data", {}) for output in first.outputs)
    text = path.read_text(encoding="utf-8")
    assert len(text) < 120_000
    assert str(Path.home()) not in text and os.sep + "tmp" + os.sep not in text
