"""Licences: what they are called, what they demand together, and what is left without some."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from concept_core.errors import DataError
from concept_core.resources import load_catalog
from tests.releases_toy import release_of, source
from vocab_builder.licences.identifiers import licence_table, parse_licences
from vocab_builder.licences.terms import (
    find_conflicts,
    licence_warnings,
    refuse_conflicts,
    terms_of,
)
from vocab_builder.licences.text import render_licence
from vocab_builder.release.permissive import permissive_part
from vocab_builder.release.release import Release

ROOT = Path(__file__).parents[3]
SEEN = {"rain": ["open"], "dog": ["open", "shared"], "bell": ["shared"]}


def mixed(licence: str, other: str = "MIT") -> Release:
    return release_of(
        ["rain", "dog", "bell"], seen=SEEN, licences={"open": other, "shared": licence}
    )


def ids(text: str) -> list[str]:
    return [licence.id for licence in parse_licences(text)]


def test_every_spelling_of_a_licence_is_one_identifier() -> None:
    assert ids("CC BY-SA 4.0") == ids("cc-by-sa-4.0") == ["CC-BY-SA-4.0"]
    assert ids("MIT AND CC BY 4.0") == ["CC-BY-4.0", "MIT"]
    old = "CC BY-SA 4.0 AND CC0 1.0 AND WordNet 3.0 licence (Princeton University): free use, also commercial, with its notice"  # noqa: E501
    assert ids(old) == ["CC-BY-SA-4.0", "CC0-1.0", "LicenseRef-WordNet-3.0"]


def test_an_unknown_licence_is_kept_and_restricts() -> None:
    (unknown,) = parse_licences("ask me")
    assert (unknown.id, unknown.known, unknown.permissive) == ("LicenseRef-ask-me", False, False)
    assert ids("LicenseRef-ask-me") == ["LicenseRef-ask-me"]
    assert ids("not stated") == ["LicenseRef-not-stated"]
    assert not parse_licences("not stated")[0].permissive
    assert ids("???") == ["LicenseRef-not-stated"]


def test_the_catalogues_licences_are_known() -> None:
    # Of demo-sounds the package is GPL and each sound has a licence of its own: no one answer.
    stated = [one for one in load_catalog().values() if one.licence and one.name != "demo-sounds"]
    assert [
        one.name for one in stated if not all(x.known for x in parse_licences(one.licence or ""))
    ] == []
    for licence in set(licence_table().values()):
        assert licence.demands <= {
            "attribution", "notice", "share-alike", "non-commercial", "no-derivatives",
        }  # fmt: skip
        assert licence.url.startswith("https://") and licence.basis


def test_terms_are_those_of_all_sources_with_a_concept() -> None:
    terms = terms_of(
        [source("a", "MIT", 3), source("b", "CC BY-SA 4.0"), source("c", "proprietary", 0)]
    )
    assert terms.expression == "CC-BY-SA-4.0 AND MIT"
    assert terms.demands == ("attribution", "notice", "share-alike")
    assert terms.unclear == ()
    assert terms_of([]).expression == "not stated"
    assert terms_of([source("d", "not stated")]).unclear == ("d",)


@pytest.mark.parametrize(
    ("one", "other", "mixes"),
    [
        ("CC-BY-SA-4.0", "MIT", True),
        ("CC-BY-SA-4.0", "CC-BY-SA-3.0", True),
        ("CC-BY-NC-4.0", "MIT", True),
        ("CC-BY-NC-SA-4.0", "CC-BY-NC-4.0", True),
        ("CC-BY-SA-4.0", "CC-BY-NC-4.0", False),
        ("CC-BY-SA-4.0", "LicenseRef-Tampere-Clotho", False),
        ("CC-BY-SA-4.0", "CC-BY-NC-SA-4.0", False),
        ("CC-BY-SA-4.0", "CC-BY-ND-4.0", False),
        ("CC-BY-ND-4.0", "MIT", False),
    ],
)
def test_what_mixes(one: str, other: str, mixes: bool) -> None:
    for first, second in ((one, other), (other, one)):
        assert (not find_conflicts(mixed(first, second).vocabulary)) == mixes


def test_an_impossible_mix_is_refused_with_its_concepts() -> None:
    vocabulary = mixed("CC-BY-NC-4.0", "CC-BY-SA-4.0").vocabulary
    with pytest.raises(DataError) as caught:
        refuse_conflicts(vocabulary)
    message = str(caught.value)
    assert "CC-BY-NC-4.0 (non-commercial) cannot go into a release under CC-BY-SA-4.0" in message
    assert "shared, 2 concepts: dog, bell" in message and "--permissive" in message
    assert licence_warnings(vocabulary)
    assert "CONTRADICTION" in render_licence(vocabulary)
    # The source is in the recipe, but no concept came of it.
    calm = release_of(
        ["rain"], licences={"mine": "CC-BY-SA-4.0", "other": "CC-BY-NC-4.0"}
    ).vocabulary
    refuse_conflicts(calm)


def test_the_permissive_part_has_no_trace_of_the_rest() -> None:
    whole = mixed("CC-BY-SA-4.0")
    part = permissive_part(whole)
    assert part.vocabulary.labels == ["rain", "dog"]
    dog = part.vocabulary.concepts[1]
    assert {one.source for one in dog.evidence} == {"open"}
    assert dog.count == 2 < whole.vocabulary.concepts[1].count
    # Links are those of AudioSet, WordNet and UCS; a list of words gives none.
    assert part.vocabulary.concepts[0].links == ()
    assert part.vocabulary.metadata["licence"] == "MIT"
    assert [one["concepts"] for one in part.vocabulary.metadata["sources"]] == [2, 0]
    assert part.vocabulary.metadata["content_hash"] == part.vocabulary.content_hash
    assert part.drops == () and part.folder is None
    assert part.scores is not None and set(part.scores) == {"rain", "dog"}
    assert "shared" not in render_licence(part.vocabulary)


def test_what_is_permissive_already_stays_as_it_is() -> None:
    whole = mixed("Apache-2.0")
    assert permissive_part(whole) is whole


def test_words_that_are_only_named_as_left_out_are_accounted_for() -> None:
    release = release_of(
        ["rain"], licences={"mine": "MIT", "shared": "CC-BY-SA-4.0"}, seen={"rain": ["mine"]}
    )
    text = render_licence(release.vocabulary)
    assert "SPDX-License-Identifier: MIT\n" in text
    assert "No concept comes from shared (CC-BY-SA-4.0); drops.csv may name words" in text
    part = permissive_part(release)
    assert part.vocabulary.labels == ["rain"] and part.drops == ()
    assert "shared" not in render_licence(part.vocabulary)


def test_nothing_permissive_is_told() -> None:
    with pytest.raises(DataError, match=r"no concept comes from a permissive source.*CC-BY-NC"):
        permissive_part(mixed("CC-BY-NC-4.0", "not stated"))


def test_the_text_names_sources_and_keeps_notices() -> None:
    release = release_of(["rain"], licences={"mine": "MIT"})
    sources = [
        {**release.vocabulary.metadata["sources"][0], "origin": "resource:audiocaps/train.csv"}
    ]
    text = render_licence(
        release.with_concepts(release.vocabulary.concepts, sources=sources).vocabulary
    )
    assert "SPDX-License-Identifier: MIT" in text
    assert "C. D. Kim et al., AudioCaps" in text
    assert "Copyright (c) 2019 AudioCaps authors" in text
    assert "THE SOFTWARE IS PROVIDED" in text
    unclear = render_licence(release_of(["rain"], licences={"mine": "not stated"}).vocabulary)
    assert "UNCLEAR: no known licence is stated for mine" in unclear
    assert max(map(len, text.split("\n"))) <= 100


def test_no_spelling_stands_for_two_licences() -> None:
    tables = tomllib.loads((ROOT / "data" / "licences.toml").read_text(encoding="utf-8"))
    del tables["copyright"]
    spellings = [one.casefold() for name, row in tables.items() for one in (name, *row["also"])]
    assert len(spellings) == len(set(spellings))


def test_an_expression_is_read_as_spdx_has_it() -> None:
    assert ids("(MIT)") == ids("mit AND MIT") == ["MIT"]
    # Of a choice, what demands least; a user is free to take it.
    assert ids("CC BY-NC 4.0 OR MIT") == ids("MIT OR own terms") == ["MIT"]
    assert ids("(CC BY-SA 4.0 OR CC0 1.0) AND MIT") == ["CC0-1.0", "MIT"]
    (gpl,) = parse_licences("gpl-2.0-only")
    assert (gpl.id, gpl.known, gpl.restrictions) == ("GPL-2.0-only", False, ["unknown"])
    excepted = "GPL-2.0-only WITH Classpath-exception-2.0"
    assert ids(excepted) == [excepted]
    assert ids("mine, with (notice) AND MIT") == ["LicenseRef-mine-with-notice-AND-MIT"]
    assert ids("") == ["LicenseRef-not-stated"]


@pytest.mark.parametrize(
    "text", ["AND", "MIT AND", "(" * 500, "MIT (", ")(", "MIT OR (AND)", "+", "WITH"]
)
def test_what_is_no_expression_is_one_unknown_licence(text: str) -> None:
    (found,) = parse_licences(text)
    assert not found.known
