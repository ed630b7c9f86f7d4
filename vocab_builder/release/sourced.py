"""Coded checks of what sources say against what a release has: missing words, rare phrases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from vocab_builder.curation.aliases import final_twin, says_the_same
from vocab_builder.release.findings import Finding
from vocab_builder.release.release import Release
from vocab_builder.stages.candidates import Drop

# A word is missed that so many labels begin or end with, or that is as frequent as the most
# frequent twentieth of the labels.
_HEADS, _FREQUENT_SHARE = 3, 0.05
# Filters that only choose among words: what they drop is wrong by no rule.
_CHOOSING = ("frequent", "coverage", "seen")
# A phrase of one file of captions that is said less often may be a slip of the tagger.
_SAID = 5
_SENTENCES = ("captions", "transcripts")


def w206_missing_word(release: Release) -> Iterator[Finding]:
    """A word that sources often name, or many labels are made with, is neither label nor alias.

    Only of words that a selection left over, or that repeat one that is not in either; the most
    frequent first.
    """
    vocabulary = release.vocabulary
    labels = {*vocabulary.labels, *(one.alias for one in vocabulary.aliases)}
    drops = {drop.candidate.label: drop for drop in release.drops or ()}
    heads = _heads(vocabulary.labels)
    counts = sorted((concept.count for concept in vocabulary), reverse=True)
    often = max(counts[int(len(counts) * _FREQUENT_SHARE)], 2) if counts else 2
    for drop in sorted(drops.values(), key=lambda one: (-one.candidate.count, one.candidate.label)):
        one = drop.candidate
        chosen = drop.filter in _CHOOSING or drop.filter.startswith("selection:")
        if " " in one.label or one.label in labels or not (chosen or says_the_same(drop)):
            continue
        end = final_twin(one.label, drops)
        there = end is not None and end[0] in labels
        if not there and (heads[one.label] >= _HEADS or one.count >= often):
            yield Finding("W206", one.label, _missing(drop, heads[one.label]))


def w207_one_caption_source(release: Release) -> Iterator[Finding]:
    """A phrase is from one file of captions alone, which says it only a few times."""
    origins = {
        source["name"]: source.get("origin", source["name"])
        for source in release.metadata["sources"]
        if source.get("kind") in _SENTENCES
    }
    for concept in release.vocabulary:
        files = {origins.get(one.source) for one in concept.evidence}
        if " " not in concept.label or concept.count >= _SAID or len(files) != 1 or None in files:
            continue
        times = "once" if concept.count == 1 else f"{concept.count} times"
        message = (
            f"only {', '.join(sorted({one.source for one in concept.evidence}))} has it, {times};"
            " check that it is not a tagging error, or raise min_count of the source"
        )
        yield Finding("W207", concept.label, message)


def _heads(labels: list[str]) -> Counter[str]:
    """How many labels of several words begin or end with a word."""
    heads: Counter[str] = Counter()
    for label in labels:
        words = label.split()
        if len(words) > 1:
            heads.update({words[0], words[-1]})
    return heads


def _missing(drop: Drop, named: int) -> str:
    went = f"{drop.filter} left it out ({drop.reason}"
    went += f", place {drop.rank})" if drop.rank is not None else ")"
    if drop.twin is not None:
        went += f" for {drop.twin!r}, which is not in either"
    made = f", {named} labels begin or end with it" if named else ""
    return f"sources name it {drop.candidate.count:,} times{made}; {went}; keep it by a decision"
