"""What is chosen on the page stands in its address, opened from disk in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.vocab_builder.reporting.conftest import first_column


def chosen(page: Any) -> dict[str, str]:
    fields = ["#query", "#vocabulary", "#reason"]
    found = {field: page.locator(field).input_value() for field in fields}
    for section, label in (
        ("#concepts", "Kind"), ("#concepts", "Evidence in"), ("#map", "Colour by"),
        ("#differences", "First"), ("#differences", "Second"),
    ):  # fmt: skip
        found[label] = page.locator(section).get_by_label(label).input_value()
    # The field keeps the letters as they were typed.
    found["#query"] = found["#query"].lower()
    found["list"] = page.locator(".tiles [aria-pressed=true] span").inner_text()
    return found


def fragment(page: Any) -> str:
    return str(page.evaluate("location.hash"))


def becomes(page: Any, told: Callable[[Any], Any], wanted: Any) -> bool:
    """Whether the page comes to it: addresses change some time after what changes them."""
    for _ in range(100):
        if told(page) == wanted:
            return True
        page.wait_for_timeout(50)
    assert told(page) == wanted
    return False


def test_an_address_shows_what_was_chosen(open_page: Any) -> None:
    page = open_page()
    assert fragment(page) == ""
    page.fill("#query", "Dog B")
    assert becomes(page, fragment, "#?query=dog+b")
    page.locator("#concepts").get_by_label("Kind").select_option("phrase")
    page.locator("#concepts").get_by_label("Evidence in").select_option("audioset")
    page.select_option("#vocabulary", "-1")
    page.select_option("#reason", "redundant")
    page.locator("#map").get_by_label("Colour by").select_option("vocabulary")
    page.locator("#differences").get_by_label("First").select_option("1")
    page.locator(".tiles button", has_text="in both").click()
    page.locator("nav a", has_text="Left out").click()
    told = (
        "#drops?query=dog+b&vocabulary=all&kind=phrase&source=audioset&reason=redundant"
        "&colour=vocabulary&first=audioset%401.0.0&second=sonolex-core%401.0.0&list=shared"
    )
    assert becomes(page, fragment, told)
    other = open_page(fragment=told)
    assert chosen(other) == chosen(page)
    assert other.locator("#query").input_value() == "dog b"
    assert first_column(other, "concept-table") == first_column(page, "concept-table") != []
    assert first_column(other, "drop-table") == first_column(page, "drop-table")
    assert abs(other.locator("#drops").bounding_box()["y"]) < 200
    # Loaded anew, it is the same.
    other.reload()
    other.wait_for_selector("html[data-ready]")
    assert chosen(other) == chosen(page)


def test_back_goes_back_choice_by_choice(open_page: Any) -> None:
    page = open_page()
    fresh = chosen(page)
    page.locator("#query").press_sequentially("rain", delay=20)
    assert becomes(page, fragment, "#?query=rain")
    page.locator("#query").press_sequentially("st", delay=20)
    assert becomes(page, fragment, "#?query=rainst")
    searched = chosen(page)
    page.select_option("#vocabulary", "1")
    page.locator("nav a", has_text="Map").click()
    assert becomes(page, fragment, "#map?query=rainst&vocabulary=audioset%401.0.0")
    page.go_back()
    assert becomes(page, fragment, "#?query=rainst&vocabulary=audioset%401.0.0")
    page.go_back()
    assert becomes(page, chosen, searched)
    assert all("rainst" in label for label in first_column(page, "concept-table"))
    # All letters of one search are one step.
    page.go_back()
    assert becomes(page, chosen, fresh)
    page.go_forward()
    assert becomes(page, chosen, searched)


def test_what_the_page_does_not_have_is_passed_over(open_page: Any) -> None:
    fresh = chosen(open_page())
    page = open_page(
        fragment="#concepts?vocabulary=none@1&kind=x&list=y&first=audioset%401.0.0"
        "&second=audioset%401.0.0&%zz&colour=constructor&reason=%3Cb%3E"
    )
    assert chosen(page) == fresh
    assert fragment(page) == "#concepts"


def test_a_neighbour_that_is_looked_up_is_a_step(open_page: Any) -> None:
    page = open_page()
    page.locator("#concept-table button.unfold").first.click()
    page.locator("#concept-table button.seek").first.click()
    label = page.locator("#query").input_value()
    assert fragment(page).startswith("#?query=")
    assert first_column(page, "concept-table")[0] == label
    page.go_back()
    assert becomes(page, fragment, "")
    assert becomes(page, lambda page: page.locator("#query").input_value(), "")


def test_the_skip_link_keeps_what_is_chosen(open_page: Any) -> None:
    page = open_page(fragment="#?query=rain")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    assert page.locator("#query").input_value() == "rain"
    assert becomes(page, fragment, "#main?query=rain")
