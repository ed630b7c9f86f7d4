"""The law of decisions, on random files: what they say is what becomes of the words."""

from __future__ import annotations

import csv
import io
import itertools
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concept_core.errors import DataError
from concept_core.vocabulary import Evidence
from tests.toy import labels
from vocab_builder.curation.aliases import conclude
from vocab_builder.curation.applying import STAGE, Curated, apply_decisions, protect
from vocab_builder.curation.decision_files import COLUMNS, read_decisions
from vocab_builder.curation.decisions import FATES, Decisions
from vocab_builder.stages.candidates import Candidate, Drop, Outcome, merge_candidates

WORDS = ("rain", "dog", "siren", "door slam", "moter", "motor", "surf", "ocean wave", "café")
Lines = list[tuple[str, str, str]]


@st.composite
def line(draw: st.DrawFn) -> tuple[str, str, str]:
    """A decision; most are about what becomes of a word."""
    action = draw(st.sampled_from([*FATES, *FATES, "note", "broader", "related", "definition"]))
    label, other = draw(st.permutations(WORDS))[:2]
    to = {"note": "loud", "definition": f"what {other} is"}.get(action, other)
    return label, action, "" if action in ("keep", "drop") else to


@st.composite
def mined(draw: st.DrawFn) -> list[Candidate]:
    """Some of the words, each with a place of its own."""
    words = draw(st.lists(st.sampled_from(WORDS), unique=True))
    counts = [draw(st.integers(1, 99)) for _ in words]
    return merge_candidates(
        Candidate(word, "noun", (Evidence("toy", word, count),))
        for word, count in zip(words, counts, strict=True)
    )


def contradictory(lines: Lines) -> bool:
    """By brute force, and written without looking at the code that is tested."""
    moves = {label: (action, to) for label, action, to in lines if action in ("rename", "merge")}
    for one, other in itertools.combinations(set(lines), 2):
        actions = {one[1], other[1]}
        fates = actions <= set(FATES) and actions != {"keep", "rename"}
        if one[0] == other[0] and (fates or actions == {"definition"}):
            return True
        if actions == {"rename"} and one[2] == other[2]:
            return True
    for label in moves:
        now = label
        for _ in moves:
            now = moves.get(now, ("", now))[1]
            if now == label:
                return True
    for label in (label for label, action, _ in lines if action == "keep"):
        now = label
        while moves.get(now, ("",))[0] == "rename":
            now = moves[now][1]
        if now != label and any(
            (other, action) in ((now, "drop"), (now, "merge")) for other, action, _ in lines
        ):
            return True
    return False


def write(path: Path, lines: Lines, chance: random.Random) -> Path:
    """As one spreadsheet or another writes them."""
    out = io.StringIO()
    newline, delimiter = chance.choice(["\n", "\r\n"]), chance.choice(",;\t")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=newline)
    writer.writerow(COLUMNS)
    for label, action, to in lines:
        writer.writerow([label.upper(), action, to, f"because, of; {label}", "ann", ""])
    bom = chance.choice(["", "\ufeff"])
    path.write_text(bom + out.getvalue(), encoding="utf-8", newline="")
    return path


def check(lines: Lines, candidates: list[Candidate], chance: random.Random) -> None:
    """One random file against the law."""
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "decisions.csv", lines, chance)
        if contradictory(lines):
            with pytest.raises(DataError, match=r":\d+ and .*:\d+ contradict each other"):
                read_decisions([path])
            return
        decisions = read_decisions([path])
    curated = apply_decisions(candidates, decisions)
    check_words(lines, candidates, curated)
    check_evidence(candidates, curated)
    check_again(curated, decisions)
    check_filters_and_aliases(chance, lines, decisions, curated)


def end(label: str, lines: Lines, there: set[str]) -> str:
    """Where a word ends: move by move to the first name that is there."""
    moves = {one: to for one, action, to in lines if action in ("rename", "merge")}
    while label in moves:
        to = moves[label]
        while to not in there and to in moves:
            to = moves[to]
        if to not in there:
            return label
        label = to
    return label


def named(lines: Lines, candidates: list[Candidate]) -> set[str]:
    """What is called something: mined, kept, or the new name of such a word."""
    moves = {label: to for label, action, to in lines if action in ("rename", "merge")}
    there = set(labels(candidates))
    for label in [label for label, action, _ in lines if action == "keep"]:
        names = [label]
        while names[-1] in moves:
            names.append(moves[names[-1]])
        if there.isdisjoint(names):
            there.add(label)
    for _ in lines:
        there |= {to for label, action, to in lines if action == "rename" and label in there}
    return there


def check_words(lines: Lines, candidates: list[Candidate], curated: Curated) -> None:
    there = named(lines, candidates)
    kept = set(labels(curated.kept))
    dropped = {drop.candidate.label: drop for drop in curated.dropped}
    # Every label once.
    every = Counter([*labels(curated.kept), *(drop.candidate.label for drop in curated.dropped)])
    assert every == Counter([*labels(candidates), *curated.added])
    drops = {label for label, action, _ in lines if action == "drop"}
    for label in there:
        final = end(label, lines, there)
        if final != label:
            # A name that was only ever passed on the way is nobody's.
            assert label not in every or dropped[label].twin == final
            assert label not in kept
        elif label in drops:
            assert dropped[label].reason == f"because, of; {label}"
        else:
            assert label in kept
    for label, action, _ in lines:
        if action == "keep":
            assert end(label, lines, there) in protected(curated.kept)
        if action == "drop":
            assert label not in kept
    untouched = set(labels(candidates)) - {name for line in lines for name in (line[0], line[2])}
    assert {one for one in curated.kept if one.label in untouched} == {
        one for one in candidates if one.label in untouched
    }


def protected(candidates: Iterable[Candidate]) -> set[str]:
    return {one.label for one in candidates if one.protected}


def check_evidence(candidates: list[Candidate], curated: Curated) -> None:
    """None is lost, and none is counted twice."""
    gone = (drop.candidate for drop in curated.dropped if drop.twin is None)
    found = Counter(
        {
            (one.locator, one.count): 0
            for candidate in (*curated.kept, *candidates)
            for one in candidate.evidence
        }
    )
    found.update(
        (one.locator, one.count)
        for candidate in (*curated.kept, *gone)
        for one in candidate.evidence
        if one.source != STAGE
    )
    expected = {(one.locator, one.count) for candidate in candidates for one in candidate.evidence}
    assert {place for place, times in found.items() if times} == expected
    assert max(found.values(), default=0) <= 1


def check_again(curated: Curated, decisions: Decisions) -> None:
    again = apply_decisions(curated.kept, decisions)
    assert again.kept == curated.kept and again.dropped == () and again.added == ()
    assert {one: again.names[one] for one in labels(curated.kept) if one in again.names} == {
        one: curated.names[one] for one in labels(curated.kept) if one in curated.names
    }


def check_filters_and_aliases(
    chance: random.Random, lines: Lines, decisions: Decisions, curated: Curated
) -> None:
    gone = {one.label for one in curated.kept if chance.random() < 0.4}
    kept = tuple(one for one in curated.kept if one.label not in gone)
    drops = tuple(
        Drop(one, "twins", "lexical-twin", twin=kept[0].label) if kept and chance.random() < 0.5
        else Drop(one, "audibility", "not-audible", 0.1, 0.5, twin="tick")
        for one in curated.kept if one.label in gone
    )  # fmt: skip
    result = protect(curated.kept, Outcome(kept, drops))
    final = labels(result.kept)
    assert protected(curated.kept) == protected(result.kept)
    assert protected(curated.kept) & gone == {
        one.label for one in result.kept if any(score.flag for score in one.scores)
    }
    ids = {label: f"id of {curated.names.get(label, label)}" for label in final}
    assert len(set(ids.values())) == len(ids)
    outcome = conclude(ids, (*curated.dropped, *result.dropped), decisions, curated)
    aliases = [one.alias for one in outcome.aliases]
    assert len(set(aliases)) == len(aliases) and set(aliases).isdisjoint(final)
    assert {one.id for one in (*outcome.aliases, *outcome.annotations)} <= set(ids.values())
    for label, action, _ in lines:
        moved = curated.aliases.get(label)
        if action in ("rename", "merge") and moved in ids:
            assert next(one.id for one in outcome.aliases if one.alias == label) == ids[moved]


def law(files: int) -> Callable[[], None]:
    @settings(max_examples=files, deadline=None, database=None)
    @given(st.lists(line(), max_size=9), mined(), st.randoms(use_true_random=False))
    def run(lines: Lines, candidates: list[Candidate], chance: random.Random) -> None:
        check(lines, candidates, chance)

    return run


def test_500_random_files() -> None:
    law(500)()


@pytest.mark.long
def test_10000_random_files() -> None:
    law(10_000)()
