"""The site in a real browser, opened from disk: search, axe, a phone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

_QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
# The front page, a tutorial, the API, the command line, a notebook, a page of tables.
SEEN = ("index", "explain", "api/core", "cli", "notebooks/explain", "results")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if found is None:
        pytest.skip("no chromium here (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=found, args=_QUIET)
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Any, site: Path) -> Iterator[Any]:
    """Opens a page; in the end no error was said on the console, and nothing asked of a network."""
    contexts, complaints = [], []

    def note(request: Any) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            complaints.append(request.url)

    def start(name: str, viewport: dict[str, int] = DESKTOP, scheme: str = "light") -> Any:
        context = browser.new_context(viewport=viewport, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", note)
        page.goto((site / f"{name}.html").as_uri())
        page.wait_for_selector('.md-search[aria-label="Search"]', state="attached")
        return page

    yield start
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("name", SEEN)
@pytest.mark.parametrize(
    ("viewport", "scheme"), [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light")]
)
def test_axe_finds_nothing_serious(
    open_page: Any, name: str, viewport: dict[str, int], scheme: str
) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    page = open_page(name, viewport, scheme)
    assert page.evaluate("document.body.dataset.mdColorScheme") == (
        "slate" if scheme == "dark" else "default"
    )
    found = axe.Axe().run(page).response
    assert len(found["passes"]) > 20
    serious = [(one["id"], [node["html"] for node in one["nodes"]][:3])
               for one in found["violations"]
               if one["impact"] in ("serious", "critical")]  # fmt: skip
    assert serious == []


@pytest.mark.parametrize("name", SEEN)
def test_a_phone_scrolls_one_way(open_page: Any, name: str) -> None:
    page = open_page(name, PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_the_search_finds_a_page_from_disk(open_page: Any) -> None:
    page = open_page("index")
    page.click(".md-search__input")
    # The theme listens to keys.
    page.locator(".md-search__input").press_sequentially("duality gap")
    first = page.locator(".md-search-result__link").first
    first.wait_for()
    hrefs = [one.get_attribute("href") for one in page.locator(".md-search-result__link").all()]
    assert any("certificate.html" in href or "solver.html" in href for href in hrefs)
