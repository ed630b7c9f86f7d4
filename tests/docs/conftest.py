"""The site, built once for all that look at it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; without MkDocs the test is skipped, saying so."""
    for name in ("mkdocs", "material", "mkdocstrings", "nbformat"):
        pytest.importorskip(name, reason=f'no {name} here: pip install "sonolex[docs]"')
    out = tmp_path_factory.mktemp("site") / "site"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(out)],
        cwd=ROOT, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    # Strict: a link, an anchor or a page of no group is a warning, and each ends the build.
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    return out
