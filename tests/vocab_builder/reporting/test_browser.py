"""The page in a real browser: opened from disk, used, and looked at by axe."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from concept_core.measures.reference import read_reference
from concept_core.releases.specifiers import load_vocabulary
from tests.browser import DESKTOP, PHONE
from tests.toy import ToyEncoder
from tests.vocab_builder.reporting.conftest import HOSTILE, first_column, subject, written
from vocab_builder.reporting import report_data


def test_search_finds_where_words_begin(open_page: Any) -> None:
    page = open_page()
    page.fill("#query", "Rain")
    labels = first_column(page, "concept-table")
    assert labels
    assert all(any(word.startswith("rain") for word in label.split()) for label in labels)
    assert page.locator("#concept-table mark").first.inner_text() == "rain"
    page.fill("#query", "no such concept")
    assert page.locator("#concept-table td.none").is_visible()
    assert page.locator("#concept-table .status").inner_text() == "0"


def test_an_exact_match_comes_first(open_page: Any, full_data: dict[str, Any]) -> None:
    page = open_page()
    drops = full_data["vocabularies"][0]["drops"]["label"]
    word = next(
        label
        for place, label in enumerate(drops)
        if any(one.startswith(f"{label} ") for one in drops[:place])
    )
    page.fill("#query", word)
    assert first_column(page, "drop-table")[0] == word
    page.fill("#query", "rain")
    labels = full_data["vocabularies"][0]["concepts"]["label"]
    first = next(label for label in labels if label.startswith("rain"))
    assert first != "rain"
    assert first_column(page, "concept-table")[:2] == ["rain", first]
    # A sorted table is in the order that was asked for.
    page.locator("#concept-table thead button", has_text="Concept").click()
    found = first_column(page, "concept-table")
    assert found == sorted(found)


def test_sort_by_gain_and_turn_pages(open_page: Any, full_data: dict[str, Any]) -> None:
    page = open_page()
    concepts = full_data["vocabularies"][0]["concepts"]
    head = page.locator("#concept-table thead th", has_text="Gain")
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    best = max(zip(concepts["gain"], concepts["label"], strict=True))[1]
    assert first_column(page, "concept-table")[0] == best
    head.locator("button").press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert first_column(page, "concept-table")[0] != best
    page.locator("#concept-table .pager button", has_text="Next").click()
    count = len(load_vocabulary("sonolex-core"))
    assert page.locator("#concept-table .status").inner_text() == f"26\u201350 of {count:,}"


def test_a_concept_unfolds(open_page: Any) -> None:
    page = open_page()
    button = page.locator("#concept-table button.unfold").first
    button.press("Enter")
    detail = page.locator("#concept-table tr.detail")
    assert "audiocaps-phrases train.csv:caption" in detail.inner_text()
    assert "audibility" in detail.inner_text()
    assert page.evaluate("document.activeElement.getAttribute('aria-expanded')") == "true"
    detail.locator("button.seek").first.click()
    assert page.locator("#query").input_value()


def test_drops_by_reason(open_page: Any, full_data: dict[str, Any]) -> None:
    page = open_page()
    page.select_option("#reason", "redundant")
    reasons = page.locator("#drop-table tbody td:nth-child(3)").all_inner_texts()
    assert reasons
    assert all(text.startswith("redundant") for text in reasons)
    drops = full_data["vocabularies"][0]["drops"]
    redundant = [drops["reasons"][why][1] for why in drops["why"]].count("redundant")
    assert page.locator("#drop-table .status").inner_text().endswith(f"of {redundant}")
    twins = page.locator("#drop-table tbody td:nth-child(6)").all_inner_texts()
    assert all("concept" in text or "left out" in text for text in twins)
    page.select_option("#vocabulary", "1")
    assert page.locator("#reason").input_value() in ("", "redundant")
    page.select_option("#vocabulary", "2")
    assert page.locator("#drop-table td.none").is_visible()


def test_the_map_tells_zooms_and_names(open_page: Any, full_data: dict[str, Any]) -> None:
    page = open_page()
    canvas = page.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    tip = page.locator(".tip b")
    for part in (0.5, 0.45, 0.55, 0.4, 0.6):
        page.mouse.move(box["x"] + box["width"] * part, box["y"] + box["height"] / 2)
        if tip.is_visible():
            break
    assert tip.inner_text() in full_data["vocabularies"][0]["concepts"]["label"]
    before = canvas.screenshot()
    page.get_by_role("button", name="Zoom in").click()
    assert canvas.screenshot() != before
    page.get_by_role("button", name="Reset").click()
    canvas.press("+")
    canvas.press("0")
    page.mouse.move(0, 0)
    assert canvas.screenshot() == before or tip.is_hidden()
    page.locator("#map").get_by_label("Colour by").select_option("source")
    assert "audiocaps-phrases" in page.locator("#map .legend").inner_text()
    plain = canvas.screenshot()
    page.fill("#query", "rain")
    assert canvas.screenshot() != plain


def test_axes_and_families_have_names_of_the_vocabulary(
    open_page: Any, full_data: dict[str, Any], tmp_path: Path
) -> None:
    page = open_page()
    labels = set(full_data["vocabularies"][0]["concepts"]["label"])
    ends = page.locator(".axis-end").all_inner_texts()
    named = [text.strip("\u2190\u2191\u2192\u2193 ").split(", ") for text in ends]
    assert [len(each) for each in named] == [3, 3, 3, 3]
    everywhere = labels.union(*(one["concepts"]["label"] for one in full_data["vocabularies"]))
    assert all(set(each) <= everywhere for each in named)
    legend = page.locator("#map .legend li").all_inner_texts()
    assert legend[-1].startswith("no family")
    assert {text.split("\n")[0] for text in legend} >= {"music", "animal", "vehicle"}
    # Words alone say nothing of families: none are made up.
    words = tmp_path / "words.txt"
    words.write_text("rain\ndog\nengine\nbell\n", encoding="utf-8")
    page = open_page(of=written(report_data([subject(words)], ToyEncoder.spec), tmp_path))
    assert "family" not in page.locator("#map").inner_text()


def test_themes(open_page: Any) -> None:
    def paper(page: Any) -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    light, dark = open_page(scheme="light"), open_page(scheme="dark")
    told = paper(light), paper(dark)
    assert told[0] != told[1]
    light.click("#theme")
    assert paper(light) == told[1]
    assert light.locator("#theme").get_attribute("aria-pressed") == "true"
    light.click("#theme")
    assert paper(light) == told[0]


def test_a_clip_plays(open_page: Any) -> None:
    page = open_page()
    audio = page.locator("audio").first
    # Promises, since the page's policy forbids what playwright waits with.
    duration = audio.evaluate(
        """async node => {
            node.muted = true;
            const heard = new Promise(done => node.addEventListener('timeupdate', () => {
                if (node.currentTime > 0) done(node.duration);
            }));
            await node.play();
            return heard;
        }"""
    )
    assert 0.9 < duration < 1.2
    assert page.locator(".clip .bars").count() == 3


def test_a_concept_unfolds_into_the_clips_that_have_it(
    open_page: Any, full_data: dict[str, Any], tone: Path, tmp_path: Path
) -> None:
    page = open_page()
    label, value = full_data["clips"][0]["explanations"][0]["concepts"][0]
    page.fill("#query", label)
    page.locator("#concept-table button.unfold").first.click()
    heard = page.locator("#concept-table .facts > div", has=page.locator("h3", has_text="Heard in"))
    assert heard.locator("li").all_inner_texts() == [f"rain <b>.wav {value:.2f}"]
    assert heard.locator("audio").get_attribute("src") == full_data["clips"][0]["audio"]
    # Of a reference of clips, those that have it the most.
    encoder = ToyEncoder()
    data = report_data(
        [subject("audioset")], encoder.spec, reference=read_reference(tone.parent, encoder)
    )
    page = open_page(of=written(data, tmp_path))
    place = next(at for at, pairs in enumerate(data["sounds"]["strongest"][0]) if pairs)
    page.fill("#query", data["vocabularies"][0]["concepts"]["label"][place])
    page.locator("#concept-table button.unfold").first.click()
    assert page.locator("#concept-table .detail audio").count() == 1
    assert "rain <b>.wav" in page.locator("#concept-table .detail").inner_text()


def test_differences(open_page: Any, full_data: dict[str, Any]) -> None:
    page = open_page()
    match = full_data["pairs"][0]["match"]
    numbers = page.locator(".tiles b").all_inner_texts()
    shared = sum(place >= 0 for place in match)
    sizes = [vocabulary["size"] for vocabulary in full_data["vocabularies"]]
    wanted = [sizes[0] - shared, sizes[1] - shared, shared, 0]
    assert [int(text.replace(",", "")) for text in numbers] == wanted
    page.locator("#differences").get_by_label("First").select_option("1")
    page.locator("#differences").get_by_label("Second").select_option("0")
    turned = page.locator(".tiles b").all_inner_texts()
    assert turned[:3] == [numbers[1], numbers[0], numbers[2]]
    page.locator(".tiles button", has_text="in both").click()
    page.fill("#query", "rain")
    assert "rain" in first_column(page, "difference-host")


def test_markup_in_labels_is_text(open_page: Any, tmp_path: Path) -> None:
    page = open_page()
    page.select_option("#vocabulary", "2")
    assert first_column(page, "concept-table")[: len(HOSTILE)] == HOSTILE
    assert page.locator("main img, main script").count() == 0
    assert "rain <b>.wav" in page.locator(".clip").inner_text()
    with page.expect_download() as download:
        page.locator("#concept-table").get_by_role("button", name="Save as CSV").click()
    saved = tmp_path / "concepts.csv"
    download.value.save_as(saved)
    lines = saved.read_text(encoding="utf-8").splitlines()
    assert lines[3].split(",")[:2] == ["3", "'=cmd()"]


def test_decisions_are_saved_as_a_file(open_page: Any, tmp_path: Path) -> None:
    page = open_page()
    page.select_option("#vocabulary", "2")
    page.locator("#concept-table button.unfold", has_text="=cmd()").click()
    form = page.locator("#concept-table .decision")
    form.get_by_label("Reason").fill('not a sound, "really"')
    form.get_by_role("button", name="Drop").click()
    page.select_option("#vocabulary", "0")
    dropped = page.locator("#drop-table button.unfold").first
    label = dropped.inner_text()
    dropped.press("Enter")
    form = page.locator("#drop-table .decision")
    form.get_by_role("button", name="Drop").press("Enter")
    form.get_by_role("button", name="Keep").press("Enter")
    form.get_by_label("Note").fill("-heard daily")
    # It is there again when the row is unfolded again, and a second press takes it off.
    dropped = page.locator("#drop-table button.unfold").first
    dropped.press("Enter")
    dropped.press("Enter")
    keep = form.get_by_role("button", name="Keep")
    assert keep.get_attribute("aria-pressed") == "true"
    other = page.locator("#drop-table button.unfold").nth(1)
    other.press("Enter")
    last = page.locator("#drop-table .decision").last
    last.get_by_role("button", name="Keep").click()
    last.get_by_role("button", name="Keep").click()
    page.locator("#decisions").get_by_label("Your name").fill("Ada")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save decisions.csv").click()
    assert download.value.suggested_filename == "decisions.csv"
    saved = tmp_path / "decisions.csv"
    download.value.save_as(saved)
    with saved.open(newline="", encoding="utf-8") as handle:
        rows = list(csv.reader(handle))
    assert rows[0] == ["label", "action", "to", "reason", "by", "at"]
    assert [row[:5] for row in rows[1:]] == [
        ["'=cmd()", "drop", "", 'not a sound, "really"', "Ada"],
        [label, "keep", "", "", "Ada"],
        [label, "note", "'-heard daily", "", "Ada"],
    ]
    assert all(row[5].endswith("Z") for row in rows[1:])


@pytest.mark.parametrize(
    ("viewport", "scheme"),
    [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light")],
    ids=["desktop-light", "desktop-dark", "phone-light"],
)
def test_axe_finds_nothing_serious(open_page: Any, viewport: dict[str, int], scheme: str) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    page = open_page(viewport, scheme)
    page.fill("#query", "rain")
    page.locator("#concept-table button.unfold").first.click()
    page.locator("#concept-table .decision button").first.click()
    page.locator("#drop-table button.unfold").first.click()
    # Also where a concept has a clip to play.
    assert page.locator("#concept-table audio").count() == 1
    found = axe.Axe().run(page).response
    assert len(found["passes"]) > 20
    violations = found["violations"]
    serious = [(one["id"], [node["html"] for node in one["nodes"]][:3])
               for one in violations if one["impact"] in ("serious", "critical")]  # fmt: skip
    assert serious == []


def test_a_phone_scrolls_one_way(open_page: Any) -> None:
    page = open_page(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_nothing_shifts(open_page: Any) -> None:
    page = open_page()
    shifts = page.evaluate(
        """() => new Promise(done => {
            let sum = 0;
            new PerformanceObserver(list => list.getEntries().forEach(e => sum += e.value))
                .observe({type: 'layout-shift', buffered: true});
            setTimeout(() => done(sum), 300);
        })"""
    )
    assert shifts < 0.01


def test_the_keyboard_gets_there(open_page: Any) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
