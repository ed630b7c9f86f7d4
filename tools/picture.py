"""The picture of README.md: ``python -m tools.picture --out docs/screenshots/clips.png``.

Two demo sounds and what two vocabularies say of each, as they stand on the page of
``sonolex report``, in headless Chromium. Needs Chromium, playwright and the bundled encoder.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright

from concept_core.errors import MissingError, SonolexError
from concept_core.resources import resource_path
from vocab_builder import report

_QUIET = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
_VOCABULARIES = ("demo", "sonolex-core")
_SOUNDS = ("dog.mp3", "rooster.mp3")
_SIZE = {"width": 1000, "height": 905}


def draw(out: Path) -> None:
    """Write the report, open it, and keep a picture of its clips.

    Raises
    ------
    MissingError
        No Chromium on the path, no encoder, or no demo sounds.
    """
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if chromium is None:
        raise MissingError("no chromium on the path; on Debian: apt-get install chromium")
    clips = [resource_path("demo-sounds") / name for name in _SOUNDS]
    with tempfile.TemporaryDirectory(prefix="sonolex-picture-") as folder:
        page = report(list(_VOCABULARIES), Path(folder) / "report.html", clips=clips, l0=8)
        with sync_playwright() as started:
            browser = started.chromium.launch(executable_path=chromium, args=_QUIET)
            shown = browser.new_page(viewport=_SIZE, color_scheme="light")
            shown.goto(f"{page.as_uri()}#clips")
            shown.wait_for_selector("html[data-ready]")
            shown.screenshot(path=out)
            browser.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw it."""
    parser = argparse.ArgumentParser(prog="tools.picture", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the png to write")
    options = parser.parse_args(arguments)
    try:
        draw(options.out)
    except SonolexError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
