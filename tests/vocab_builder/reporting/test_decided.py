"""Why a word is in, or out, where a person decided it: in the data, and on the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser import DESKTOP, PHONE
from tests.toy import ToyEncoder
from tests.vocab_builder.curation.test_in_a_build import DECISIONS, RECIPE, WORDS
from tests.vocab_builder.reporting.conftest import first_column, subject, written
from vocab_builder.building.build import build
from vocab_builder.release.release import Release
from vocab_builder.release.why import Kept
from vocab_builder.reporting import report_data


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release with decisions of all kinds."""
    folder = tmp_path_factory.mktemp("decided")
    (folder / "words.txt").write_text(WORDS + "motor boat\n", encoding="utf-8")
    (folder / "decisions.csv").write_text(DECISIONS, encoding="utf-8")
    (folder / "toy.toml").write_text(RECIPE, encoding="utf-8")
    build(folder / "toy.toml", folder / "out", encoder=ToyEncoder())
    return folder / "out"


@pytest.fixture(scope="module")
def data(decided: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    words = tmp_path_factory.mktemp("words") / "words.txt"
    words.write_text("rain\nmotor\n", encoding="utf-8")
    return report_data([subject(decided), subject("audioset"), subject(words)], ToyEncoder.spec)


@pytest.fixture(scope="module")
def decided_file(data: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(data, tmp_path_factory.mktemp("page"))


@pytest.fixture
def open_decided(open_page: Any, decided_file: Path) -> Any:
    return lambda **context: open_page(of=decided_file, **context)


def facts(row: Any) -> dict[str, list[str]]:
    """The lists of an unfolded row by their titles."""
    return {
        one.locator("h3").inner_text(): one.locator("li").all_inner_texts()
        for one in row.locator(".facts > div").all()
    }


def unfold(page: Any, table: str, label: str) -> dict[str, list[str]]:
    page.fill("#query", label)
    page.locator(f"#{table} button.unfold").first.click()
    return facts(page.locator(f"#{table} tr.detail"))


@pytest.mark.parametrize("spec", [None, "sonolex-core"])
def test_the_data_say_what_why_says(spec: str | None, decided: Path) -> None:
    release = Release.load(spec or decided)
    data = report_data([subject(spec or decided)], ToyEncoder.spec)["vocabularies"][0]
    concepts, decisions, drops = data["concepts"], data["decisions"], data["drops"]
    actions, reasons = ([decisions["texts"][at] for at in decisions[key]]
                        for key in ("action", "reason"))  # fmt: skip
    rows = list(zip(decisions["label"], actions, decisions["to"], reasons, strict=True))
    assert rows == [(one.label, one.action, one.to, one.reason) for one in release.decisions]
    for place, concept in list(enumerate(release.vocabulary))[:: 1 if spec is None else 150]:
        (said,) = [one for one in release.why(concept.label).entries
                   if isinstance(one, Kept) and one.concept == concept]  # fmt: skip
        about = [rows[at] for at, places in enumerate(decisions["concepts"]) if place in places]
        assert about == [(one.label, one.action, one.to, one.reason) for one in said.decisions]
        flags = [(stage["stage"], stage["flag"][str(place)]) for stage in concepts["scores"]
                 if str(place) in stage["flag"]]  # fmt: skip
        assert flags == [(one.stage, one.flag) for one in said.overruled]
        names = [
            (drops["label"][name] if isinstance(name, int) else name,
             *data["aliases"]["origins"][origin])
            for at, origin, group in data["aliases"]["groups"] if at == place for name in group
        ]  # fmt: skip
        assert names == [(one.alias, one.kind, one.source) for one in said.aliases]
    left = [drops["label"][at] for places in decisions["drops"] for at in places]
    assert {"infant sobbing", "moter", "vroom"} <= set(left) or spec is not None


def test_a_release_without_decisions_costs_nothing(data: dict[str, Any]) -> None:
    words = data["vocabularies"][2]
    assert words["decisions"]["label"] == words["aliases"]["groups"] == []


def test_a_concept_unfolds_to_the_decisions_about_it(open_decided: Any) -> None:
    page = open_decided()
    sound = unfold(page, "concept-table", "sound")
    assert sound["Decisions"] == ["keep sound \u201cthe subject itself\u201d Ann, 2026-01-01"]
    assert [text for text in sound["Measured"] if "overruled" in text] == [
        "stop overruled: stop-word"
    ]
    crying = unfold(page, "concept-table", "baby crying")
    assert crying["Decisions"] == [
        "rename infant sobbing \u2192 baby crying \u201cwhat libraries write\u201d Bob"
    ]
    assert crying["Aliases"] == ["infant sobbing rename, from decisions"]
    rain = unfold(page, "concept-table", "rain")
    assert "note rain: any rain Ann" in rain["Decisions"]


def test_a_search_finds_a_concept_by_its_aliases(open_decided: Any) -> None:
    page = open_decided()
    page.fill("#query", "moter")
    assert first_column(page, "concept-table") == ["motor also moter (merge)"]
    page.fill("#query", "infant")
    assert first_column(page, "concept-table") == ["baby crying also infant sobbing (rename)"]
    # No source has it: it is an alias all the same, and exact comes before what begins with it.
    page.fill("#query", "mower")
    assert first_column(page, "concept-table") == ["lawn mower"]
    page.fill("#query", "moto")
    assert first_column(page, "concept-table")[:2] == ["motor", "motor boat"]


def test_a_merged_word_names_its_concept_and_the_reason(open_decided: Any) -> None:
    for viewport in (DESKTOP, PHONE):
        page = open_decided(viewport=viewport)
        page.fill("#query", "moter")
        row = page.locator("#drop-table tbody tr").first
        assert "merged into motor" in row.inner_text()
        assert "misspelt" in row.inner_text()
        row.locator("button.unfold").click()
        said = facts(page.locator("#drop-table tr.detail"))
        assert said["Decisions"] == ["merge moter \u2192 motor \u201cmisspelt\u201d Ann"]
        assert said["Alias of"][0].startswith("motor concept ")
        page.locator("#drop-table .detail .seek").first.click()
        assert page.locator("#query").input_value() == "motor"


def test_the_decisions_of_releases_are_listed_beside_the_marks(open_decided: Any) -> None:
    page = open_decided()
    section = page.locator("#decisions")
    titles = section.locator("h3").all_inner_texts()
    assert titles == ["Decisions in the releases", "Your marks on this page"]
    assert section.locator("#released-table .status").inner_text() == "1\u201313 of 13"
    assert "No marks on this page yet" in section.locator("#decision-table").inner_text()
    page.fill("#query", "motor")
    assert first_column(page, "released-table") == ["moter"]
    page.fill("#query", "moter")
    section.locator("#released-table a").first.click()
    assert page.locator("#query").input_value() == "motor"
    assert first_column(page, "concept-table")[0] == "motor"
    page.fill("#query", "")
    page.select_option("#vocabulary", "2")
    assert "No decisions are recorded" in section.locator("#released-table").inner_text()


def test_a_page_of_words_says_that_there_are_no_decisions(open_page: Any, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("rain\ndog\nengine\n", encoding="utf-8")
    page = open_page(of=written(report_data([subject(words)], ToyEncoder.spec), tmp_path))
    assert page.locator("#released-table").count() == 0
    assert "No vocabulary on this page records decisions" in page.locator("#decisions").inner_text()


def test_menus_offer_what_the_vocabulary_has(open_decided: Any, data: dict[str, Any]) -> None:
    page = open_decided()
    source, kind = (
        page.get_by_role("combobox", name=one, exact=True) for one in ("Evidence in", "Kind")
    )

    def offered(menu: Any) -> list[str]:
        return [text for text in menu.locator("option").all_inner_texts() if text != "any"]

    assert offered(source) == ["found", "decisions"]
    assert set(offered(kind)) == {"word", "phrase"}
    source.select_option("decisions")
    assert first_column(page, "concept-table") == ["room tone"]
    page.select_option("#vocabulary", "1")
    assert offered(source) == ["audioset"]
    # What this vocabulary does not have waits for one that has it.
    size = len(data["vocabularies"][1]["concepts"]["label"])
    assert source.input_value() == ""
    assert page.locator("#concept-table .status").inner_text().endswith(f"of {size:,}")
    page.select_option("#vocabulary", "2")
    assert source.is_disabled()
    page.select_option("#vocabulary", "-1")
    assert offered(source) == ["found", "decisions", "audioset"]
    assert source.input_value() == "decisions"


def test_axe_finds_nothing_moderate_in_what_is_unfolded(open_decided: Any) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed"
    )
    for scheme in ("light", "dark"):
        page = open_decided(viewport=PHONE, scheme=scheme)
        page.fill("#query", "moto")
        page.fill("#query", "so")
        for table in ("concept-table", "drop-table"):
            page.locator(f"#{table} button.unfold").first.click()
        violations = axe.Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in violations
                if one["impact"] != "minor"] == []  # fmt: skip
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
