from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from concept_core.errors import DataError, UsageError
from concept_core.releases.specifiers import load_vocabulary
from tests.sources_toy import mine


def counts(text: str, folder: Path, **options: Any) -> dict[str, float]:
    """What candidates are ranked by."""
    path = folder / "words.txt"
    path.write_text(text, encoding="utf-8")
    found = mine("wordlist", "words", path, options)
    return {one.label: one.mass for one in found}


def test_two_entries_of_a_list_are_worth_what_the_better_is(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("rain\nclock\nclocks\nbell\n", encoding="utf-8")
    rain, clock, clocks, bell = mine("wordlist", "words", path, {})
    merged = clock.absorb(clocks)
    assert rain.mass > merged.mass > clocks.mass > bell.mass
    assert merged.count == 2
    # Of two lists the places add up, as the counts do.
    (other,) = mine("wordlist", "others", path, {})[1:2]
    assert clock.absorb(other).mass == clock.mass + other.mass
    assert clock.weighted(0.5).mass == clock.mass / 2


def test_the_place_decides(tmp_path: Path) -> None:
    assert counts("dog\nDoor_slam\n\nrain\n", tmp_path) == {"dog": 3, "door slam": 2, "rain": 1}


def test_ascending_lists_have_the_most_important_last(tmp_path: Path) -> None:
    assert counts("dog\nrain\n", tmp_path, order="ascending") == {"rain": 2, "dog": 1}


def test_comments_and_lines_without_letters_are_skipped(tmp_path: Path) -> None:
    assert counts("# a list\ndog\n...\n# end\nnull\n", tmp_path) == {"dog": 2, "null": 1}


def test_of_a_label_that_comes_twice_the_best_rank_stays(tmp_path: Path) -> None:
    assert counts("dog\nrain\nDog\n", tmp_path) == {"dog": 2, "rain": 1}
    ascending = counts("dog\nrain\nDog\n", tmp_path, order="ascending")
    assert ascending == {"dog": 2, "rain": 1}


def test_counts_of_the_file(tmp_path: Path) -> None:
    assert counts("rain\t3\ndog\t5\nDog\t1\n", tmp_path) == {"dog": 6, "rain": 3}


def test_the_locator_is_the_line(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("dog\nrain\n", encoding="utf-8")
    found = mine("wordlist", "words", path, {})
    assert [one.evidence[0].locator for one in found] == ["words.txt:1", "words.txt:2"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dog\t5\nrain\n", r"words\.txt:2: expected .* found no count"),
        ("dog\t5\nrain\tmany\n", r"words\.txt:2: expected .* found 'many'"),
        ("dog\t0\n", r"words\.txt:1: expected a label, a tab and a count from 1"),
        ("# nothing\n\n", "no labels found"),
        ("", "the file is empty"),
    ],
)
def test_broken_files(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=message):
        counts(text, tmp_path)


KEYWORDS = "\ufeffkeyword,category,notes\r\nRain,Weather,\r\nThunder,Weather,loud\r\n"


@pytest.mark.parametrize("name", ["keywords.csv", "keywords.txt"])
def test_a_table_is_no_word_list(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(KEYWORDS, encoding="utf-8", newline="")
    said = r"keyword, category, notes, no list of labels.* source of kind release.*--column keyword"
    with pytest.raises(DataError, match=said):
        mine("wordlist", "own", path, {})
    with pytest.raises(DataError, match="--column keyword"):
        load_vocabulary(path)


def test_json_is_no_word_list(tmp_path: Path) -> None:
    path = tmp_path / "words.json"
    path.write_text('["dog", "rain"]')
    with pytest.raises(DataError, match="JSON, no list of labels; import it first"):
        mine("wordlist", "own", path, {})


def test_labels_with_commas_are_a_word_list(tmp_path: Path) -> None:
    assert counts("drum, bass\nrain\nGunshot, gunfire\n", tmp_path).keys() >= {"rain"}


def test_labels_with_counts_may_be_called_tsv(tmp_path: Path) -> None:
    path = tmp_path / "words.tsv"
    path.write_text("rain\t3\ndog\t5\n")
    assert [one.label for one in mine("wordlist", "own", path, {})] == ["dog", "rain"]
    assert load_vocabulary(path).labels == ["dog", "rain"]


def test_unknown_order(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'ascending'"):
        counts("dog\n", tmp_path, order="ascendin")
