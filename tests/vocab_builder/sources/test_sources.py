from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from concept_core.errors import UsageError
from tests.sources_toy import check, entry, mine
from tests.toy import labels
from vocab_builder.sources import SOURCES


def test_unknown_kind_lists_the_kinds() -> None:
    with pytest.raises(
        UsageError, match=r"recipe\.toml: .*'audioset'.*\(known: audioset, captions"
    ):
        check("audiosets", {}, "recipe.toml")


@pytest.mark.parametrize("kind", SOURCES)
def test_every_option_has_a_default(kind: str) -> None:
    source = check(kind, {}, "here")
    assert source == check(kind, _plain(dataclasses.asdict(source)), "here")  # type: ignore[call-overload]


def _plain(options: dict[str, object]) -> dict[str, object]:
    """As TOML would give them."""
    return {key: list(v) if isinstance(v, tuple) else v for key, v in options.items()}


@pytest.mark.parametrize("kind", SOURCES)
def test_unknown_option_is_refused(kind: str) -> None:
    with pytest.raises(UsageError, match="here: unknown key 'colour'"):
        check(kind, {"colour": 1}, "here")


@pytest.mark.parametrize("kind", sorted(SOURCES.keys() - {"wordnet"}))
def test_sources_of_files_need_one(kind: str) -> None:
    options = {"tagger": "none"} if kind == "captions" else {}
    message = "say which release" if kind == "release" else "give either path or resource"
    with pytest.raises(UsageError, match=message):
        entry(kind, "mine", None, options).resolve()


def test_labels_are_in_normal_form_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("Rain\t2\nDOOR_slam\t7\nbell\t2\n", encoding="utf-8")
    found = mine("wordlist", "mine", path, {})
    assert labels(found) == ["door slam", "bell", "rain"]
