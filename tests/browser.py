"""Chromium for tests of pages, and pages that are watched while they are open."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
_QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
FROM_DISK = ("file:", "data:", "blob:")


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """A browser; the test is skipped where there is none.

    For fixtures of a module: two of playwright's at once do not go in one process.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if found is None:
        pytest.skip("no chromium here (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=found, args=_QUIET)
        yield launched
        launched.close()


class Watched:
    """Pages of a browser, and what is wrong with them: errors, dialogs, requests elsewhere."""

    def __init__(self, browser: Any) -> None:
        self._browser = browser
        self._contexts: list[Any] = []
        self.complaints: list[str] = []

    def open(
        self,
        address: str,
        near: tuple[str, ...],
        ready: Callable[[Any], Any],
        *,
        console: bool = True,
        **context: Any,
    ) -> Any:
        """Open an address, which may ask for addresses that begin with one of ``near``."""
        self._contexts.append(self._browser.new_context(**context))
        page = self._contexts[-1].new_page()
        if console:
            page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        page.on("request", lambda request: request.url.startswith(near)
                or self.complaints.append(request.url))  # fmt: skip
        page.goto(address)
        ready(page)
        return page

    def close(self) -> None:
        """Close all pages, and see that nothing was wrong with any."""
        for context in self._contexts:
            context.close()
        assert self.complaints == []


def is_ready(page: Any) -> None:
    """Wait until a page of ours says that it is ready."""
    page.wait_for_selector("html[data-ready]")
