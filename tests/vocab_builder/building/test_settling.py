"""No drop of a filter leads to a word that a filter dropped."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tests.toy import candidate, labels
from vocab_builder.building.settling import dead_ends, settle
from vocab_builder.curation.aliases import final_twin, says_the_same
from vocab_builder.stages.candidates import Candidate, Drop, Outcome, StageCount
from vocab_builder.stages.context import silent

WORDS = "abcdefgh"


def unite(stay: tuple[Candidate, ...], group: dict[str, int], reason: str) -> Outcome:
    """The first of each group stays, and takes the counts."""
    kept: dict[int, Candidate] = {}
    dropped = []
    for one in stay:
        number = group[one.label]
        if number in kept:
            dropped.append(Drop(one, "unite", reason, twin=kept[number].label))
            kept[number] = kept[number].absorb(one)
        else:
            kept[number] = one
    return Outcome(tuple(kept.values()), tuple(dropped))


def refuse(stay: tuple[Candidate, ...], words: set[str], least: int) -> Outcome:
    """Some words go for their own reason, where they are not frequent enough."""
    gone = [one for one in stay if one.label in words and one.count < least]
    kept = tuple(one for one in stay if one not in gone)
    return Outcome(kept, tuple(Drop(one, "refuse", "inaudible", twin="x") for one in gone))


def row_of(*steps) -> object:  # type: ignore[no-untyped-def]
    def run(stay: tuple[Candidate, ...]) -> Outcome:
        dropped: list[Drop] = []
        stages = []
        for number, step in enumerate(steps):
            result = step(stay)
            stages.append(StageCount(f"{number}", len(stay), len(result.kept)))
            stay = result.kept
            dropped += result.dropped
        return Outcome(stay, tuple(dropped), tuple(stages))

    return run


GROUPS = st.fixed_dictionaries({word: st.integers(0, 3) for word in WORDS})
STEPS = st.lists(
    st.one_of(
        st.tuples(GROUPS, st.sampled_from(["lexical-twin", "synonym", "redundant"])).map(
            lambda drawn: lambda stay: unite(stay, *drawn)
        ),
        st.tuples(st.sets(st.sampled_from(WORDS)), st.integers(1, 9)).map(
            lambda drawn: lambda stay: refuse(stay, *drawn)
        ),
    ),
    max_size=6,
)


@given(STEPS)
def test_no_drop_leads_to_a_dropped_word(steps: list) -> None:  # type: ignore[type-arg]
    mined = [candidate(word, count) for count, word in enumerate(WORDS, 1)]
    run = row_of(*steps)
    result = settle(run, mined, silent)  # type: ignore[arg-type]
    drops = {drop.candidate.label: drop for drop in result.dropped}
    kept = labels(result.kept)
    assert Counter([*kept, *drops]) == Counter(WORDS)
    for label, drop in drops.items():
        if says_the_same(drop):
            found = final_twin(label, drops)
            assert found is not None and found[0] in kept
    # Nothing is counted twice: what a word that went had taken is its own again.
    absorbed = [drop for drop in result.dropped if says_the_same(drop)]
    own = sum(drop.candidate.count for drop in result.dropped if drop not in absorbed)
    assert sum(one.count for one in result.kept) + own == sum(range(1, len(WORDS) + 1))
    assert settle(run, mined, silent) == result  # type: ignore[arg-type]


def test_a_word_that_died_for_an_inaudible_one_is_judged_again() -> None:
    same = {"phone": 1, "telephone": 1, "bell": 2}
    run = row_of(
        lambda stay: unite(stay, same, "synonym"), lambda stay: refuse(stay, {"telephone"}, 99)
    )
    mined = [candidate("telephone", 5), candidate("phone", 3), candidate("bell", 2)]
    said: list[str] = []
    result = settle(run, mined, said.append)  # type: ignore[arg-type]
    assert [(one.label, one.count) for one in result.kept] == [("phone", 3), ("bell", 2)]
    assert [(one.candidate.label, one.candidate.count) for one in result.dropped] == [
        ("telephone", 5)
    ]
    assert said == ["  again without 1 words that went after others had gone for them"]


def test_what_was_dropped_for_itself_alone_is_no_dead_end() -> None:
    drops = [
        Drop(candidate("a"), "stop", "stop-word"),
        Drop(candidate("b"), "t", "synonym", twin="c"),
    ]
    assert dead_ends(drops) == {}
