"""Two people's decisions compared: against scikit-learn, and at the edges."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from sklearn.metrics import cohen_kappa_score

from vocab_builder.curation.agreement import agree
from vocab_builder.curation.decision_files import append_decisions, read_decisions
from vocab_builder.curation.decisions import ACTIONS, Decision, Decisions, settle


def rater(name: str, seed: int, folder: Path) -> Decisions:
    """200 decisions, two of three as everybody would decide."""
    chance = random.Random(seed)
    lines = []
    for number in chance.sample(range(250), 200):
        action = ACTIONS[number % 4] if chance.random() < 0.67 else chance.choice(ACTIONS)
        to = "" if action in ("keep", "drop") else f"to {number}"
        lines.append(Decision(f"word {'abcdefghij'[number % 10]} {number}", action, to, by=name))
    append_decisions(folder / f"{name}.csv", lines)
    return read_decisions([folder / f"{name}.csv"])


def test_kappa_is_that_of_scikit_learn(tmp_path: Path) -> None:
    first, second = rater("ann", 1, tmp_path), rater("bob", 2, tmp_path)
    assert len(first.standing) == len(second.standing) == 200
    one, other = ({d.label: d.action for d in them.standing} for them in (first, second))
    shared = sorted(one.keys() & other.keys())
    expected = cohen_kappa_score([one[label] for label in shared], [other[w] for w in shared])
    found = agree(first, second)
    assert found.kappa == pytest.approx(expected, abs=1e-12) and 0.3 < expected < 0.8
    assert found.shared == len(shared) and found.only_first == 200 - len(shared)
    different = [label for label in shared if one[label] != other[label]]
    assert [one.label for one in found.conflicts] == different


def of(*lines: tuple[str, ...]) -> Decisions:
    return settle([[Decision(*line) for line in lines]])


def test_where_it_leads_is_a_conflict_too() -> None:
    found = agree(of(("surf", "merge", "wave")), of(("surf", "merge", "ocean")))
    (conflict,) = found.conflicts
    assert found.observed == 1 and conflict.first.to == "wave" and conflict.second.to == "ocean"


@pytest.mark.parametrize("other", [of(), of(("cat", "drop"))])
def test_nothing_shared(other: Decisions) -> None:
    found = agree(of(("dog", "keep")), other)
    assert (found.shared, found.kappa, found.only_first) == (0, None, 1)


def test_all_the_same() -> None:
    found = agree(of(("dog", "keep")), of(("dog", "keep")))
    assert found.kappa is None and found.observed == 1


def test_a_fate_comes_before_a_note() -> None:
    both = of(("dog", "note", "loud"), ("dog", "keep"), ("dog", "rename", "hound"))
    found = agree(both, of(("dog", "rename", "hound")))
    assert found.conflicts == () and found.observed == 1
