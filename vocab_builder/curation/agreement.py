"""How far two people agree: Cohen's kappa over the words that both decided, and where they differ.

Cohen 1960, doi:10.1177/001316446002000104: the share of equal decisions, less what two people who
decide alike as often would agree on by chance, over what chance leaves.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from concept_core.values import Value
from vocab_builder.curation.decisions import FATES, KEEP, Decision, Decisions


@dataclass(frozen=True, slots=True)
class Disagreement(Value):
    """A word that two people decided differently, in their action or in where it leads."""

    label: str
    first: Decision
    second: Decision


@dataclass(frozen=True, slots=True)
class Agreement(Value):
    """What two people decided about the same words.

    Attributes
    ----------
    shared : int
        Words that both decided.
    observed : float
        The share of these with the same action, in [0, 1].
    expected : float
        The share that would agree by chance.
    kappa : float or None
        At most 1, 0 at chance; None where nothing is shared or chance alone agrees on all.
    conflicts : tuple of Disagreement
        By label; also those of one action whose ``to`` differs, which kappa takes as agreed.
    only_first, only_second : int
        Words that one of the two decided.
    """

    shared: int
    observed: float
    expected: float
    kappa: float | None
    conflicts: tuple[Disagreement, ...]
    only_first: int
    only_second: int


def agree(first: Decisions, second: Decisions) -> Agreement:
    """Compare the decisions of two people, one a word: what becomes of it comes before notes."""
    one, other = _verdicts(first), _verdicts(second)
    shared = sorted(one.keys() & other.keys())
    pairs = [(one[label], other[label]) for label in shared]
    size = len(shared)
    observed = sum(a.action == b.action for a, b in pairs) / size if size else 0.0
    often = Counter(a.action for a, _ in pairs), Counter(b.action for _, b in pairs)
    by_chance = sum(often[0][action] * often[1][action] for action in often[0])
    kappa = None
    if size and by_chance < size * size:
        expected = by_chance / size**2
        kappa = (observed - expected) / (1 - expected)
    return Agreement(
        shared=size,
        observed=observed,
        expected=by_chance / size**2 if size else 0.0,
        kappa=kappa,
        conflicts=tuple(Disagreement(a.label, a, b) for a, b in pairs if a.said != b.said),
        only_first=len(one) - size,
        only_second=len(other) - size,
    )


def _verdicts(decisions: Decisions) -> dict[str, Decision]:
    """One decision a word: a fate before a note, and to rename or merge before to keep."""

    def rank(decision: Decision) -> int:
        return (decision.action in FATES) + (decision.action in FATES and decision.action != KEEP)

    found: dict[str, Decision] = {}
    for one in decisions.standing:
        if one.label not in found or rank(one) > rank(found[one.label]):
            found[one.label] = one
    return found
