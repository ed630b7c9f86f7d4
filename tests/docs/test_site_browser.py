"""The site in a real browser, opened from disk: search, axe, a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import DESKTOP, FROM_DISK, PHONE, Watched, chromium

# The front page, a tutorial, the API, the command line, a notebook, a page of tables.
SEEN = ("index", "explain", "api/core", "cli", "notebooks/explain", "results")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as launched:
        yield launched


@pytest.fixture
def open_page(browser: Any, site: Path) -> Iterator[Any]:
    """Opens a page; in the end no error was said on the console, and nothing asked of a network."""
    watched = Watched(browser)

    def ready(page: Any) -> None:
        page.wait_for_selector('.md-search[aria-label="Search"]', state="attached")

    def start(name: str, viewport: dict[str, int] = DESKTOP, scheme: str = "light") -> Any:
        return watched.open(
            (site / f"{name}.html").as_uri(), FROM_DISK, ready,
            console=False, viewport=viewport, color_scheme=scheme,
        )  # fmt: skip

    yield start
    watched.close()


@pytest.mark.parametrize(
    ("name", "viewport", "scheme"),
    [
        *((name, DESKTOP, "light") for name in SEEN),
        # Colours are the theme's, and what a phone folds away: a page of text and one of tables.
        *((name, DESKTOP, "dark") for name in ("explain", "results")),
        *((name, PHONE, "light") for name in ("explain", "results")),
    ],
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
