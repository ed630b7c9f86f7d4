from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_core.errors import DataError, UsageError
from tests.releases_toy import release_of
from vocab_builder.release.release import Release
from vocab_builder.release.version_rule import (
    Changes,
    check_ids,
    choose_version,
    compare,
    least_version,
)

WORDS = ["rain", "bell", "dog", "clock", "wind", "horn"]
SOME = st.lists(st.sampled_from(WORDS), unique=True, min_size=1)


def changes(old: list[str], new: list[str]) -> Changes:
    return compare(release_of(old), release_of(new), ((), ()))


def labels(pairs: tuple[tuple[str, str], ...]) -> list[str]:
    return [label for _, label in pairs]


@pytest.mark.parametrize(
    ("new", "bump", "least"),
    [
        (["rain", "bell", "dog"], "none", "1.2.3"),
        (["rain", "bell", "dog", "wind"], "minor", "1.3.0"),
        (["rain", "bell"], "major", "2.0.0"),
        (["bell", "rain", "dog"], "major", "2.0.0"),
        (["rain", "wind", "bell", "dog"], "major", "2.0.0"),
        (["wind"], "major", "2.0.0"),
    ],
)
def test_what_asks_for_which_version(new: list[str], bump: str, least: str) -> None:
    found = compare(release_of(["rain", "bell", "dog"], "1.2.3"), release_of(new), ((), ()))
    assert (found.bump, least_version(found)) == (bump, least)


def test_the_change_list_says_what_became_of_each() -> None:
    found = changes(["rain", "bell", "dog", "clock"], ["bell", "horn", "clock", "dog", "wind"])
    assert labels(found.removed) == ["rain"]
    assert labels(found.inserted) == ["horn"]
    assert labels(found.appended) == ["wind"]
    assert len(found.moved) == 1  # clock and dog changed places: one of the two moved
    assert found.lines()[0] == "1 removed: rain"


@given(SOME, SOME)
def test_the_rule_is_that_of_prefixes(old: list[str], new: list[str]) -> None:
    found = changes(old, new)
    if new == old:
        assert found.bump == "none"
    elif new[: len(old)] == old:
        assert (found.bump, labels(found.appended)) == ("minor", new[len(old) :])
    else:
        assert found.bump == "major"
    assert set(labels(found.removed)) == set(old) - set(new)
    assert set(labels(found.inserted)) | set(labels(found.appended)) == set(new) - set(old)
    # Without what moved, the rest stands in its old order.
    rest = [one for one in new if one in old and one not in labels(found.moved)]
    assert rest == [one for one in old if one in rest]


def _told(release: Release, other: Release, files: tuple[str, ...] = ()) -> Changes:
    return compare(release, other, ((), files))


def test_anything_else_is_a_patch() -> None:
    one = release_of(["rain", "bell"])
    title = one.with_concepts(one.vocabulary.concepts, title="Another")
    assert (_told(one, title).bump, _told(one, title).metadata) == ("patch", ("title",))
    counted = one.with_concepts(
        tuple(replace(concept, count=9) for concept in one.vocabulary.concepts)
    )
    assert _told(one, counted).metadata == ("kinds, counts, evidence or links",)
    assert _told(one, replace(one, drops=())).metadata == ("drops",)
    assert _told(one, one, ("scores.csv",)).files == ("+scores.csv",)
    assert _told(one, one, ("skos.jsonld",)).bump == "none", "an export is no change"
    recipes = [replace(one, recipe=f'[vocabulary]\nversion = "{v}"\n') for v in ("1", "2")]
    assert _told(*recipes).bump == "none"
    other = replace(one, recipe='size = 3\n[vocabulary]\nversion = "1"\n')
    assert _told(recipes[0], other).metadata == ("recipe",)


def test_less_than_the_rule_asks_is_refused() -> None:
    found = changes(["rain", "bell"], ["rain"])
    assert choose_version(found, "0.1.0", None) == "1.0.0"
    assert choose_version(found, "3.0.0", None) == "3.0.0"
    assert choose_version(found, "0.1.0", "1.0.1") == "1.0.1"
    said = r"version 0\.2\.0 is too low.*least is 1\.0\.0.*removed.*append words: docs/releases\.md"
    with pytest.raises(UsageError, match=said):
        choose_version(found, "0.1.0", "0.2.0")
    first = Changes(None, "first")
    assert choose_version(first, "0.4.0", None) == "0.4.0"
    assert choose_version(first, "0.4.0", "0.0.1") == "0.0.1"


def test_an_id_is_never_used_for_another_label() -> None:
    old, new = release_of(["rain"]).vocabulary, release_of(["Rain"], "0.2.0").vocabulary
    with pytest.raises(DataError, match=r"the id 'rain' is that of 'Rain', in toy@0\.1\.0"):
        check_ids([old], new)
    check_ids([old], release_of(["rain", "bell"]).vocabulary)
