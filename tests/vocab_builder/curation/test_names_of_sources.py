"""What sources call a thing becomes an alias of its concept, where it names that concept alone."""

from __future__ import annotations

from dataclasses import replace

from concept_core.vocabulary import Alias, Evidence
from vocab_builder.curation.aliases import conclude
from vocab_builder.curation.applying import Curated
from vocab_builder.curation.decisions import Decisions
from vocab_builder.filters.seen import Seen
from vocab_builder.stages.candidates import Candidate, Drop, OtherName
from vocab_builder.stages.context import Context


def candidate(label: str, *aliases: str, source: str = "ucs") -> Candidate:
    names = tuple(OtherName(alias, "synonym", source) for alias in aliases)
    return Candidate(label, "noun", (Evidence("ucs", "X", 1),), other_names=names)


def test_a_name_of_one_concept_alone_is_its_alias() -> None:
    names = {
        "foghorn": candidate("foghorn", "ship horn", "horn").other_names,
        "trumpet": candidate("trumpet", "horn", "siren").other_names,
        "siren": (),
    }
    ids = {label: label for label in names}
    found = conclude(ids, (), Decisions(), Curated(()), names)
    assert found.aliases == (Alias("foghorn", "ship horn", "synonym", "ucs"),)


def test_a_dropped_word_leads_where_its_filter_says_not_where_a_source_does() -> None:
    drops = [Drop(candidate("horns"), "twins", "lexical-twin", twin="horn")]
    names = {"horn": (), "foghorn": candidate("foghorn", "horns", "hooter").other_names}
    found = conclude({"horn": "horn", "foghorn": "foghorn"}, drops, Decisions(), Curated(()), names)
    assert found.aliases == (
        Alias("horn", "horns", "form", "twins"),
        Alias("foghorn", "hooter", "synonym", "ucs"),
    )


def test_what_is_absorbed_brings_its_names() -> None:
    both = candidate("mew", "miaow").absorb(candidate("meow", "cat call"))
    assert [one.alias for one in both.other_names] == ["cat call", "miaow"]


def test_names_of_a_source_that_only_helped_go_with_it() -> None:
    one = replace(
        candidate("mew", "miaow"), evidence=(Evidence("captions", "X", 1), Evidence("ucs", "X", 1))
    )
    kept = Seen(sources=("captions",))([one], Context()).kept
    assert kept[0].other_names == ()
