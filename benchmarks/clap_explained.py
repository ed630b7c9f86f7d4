"""Classes of ESC-50 in words of FSD50K, and how often the words name the class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.clap_rows import DATASET, FOLDS, RealRows
from benchmarks.clap_tasks import vocabularies
from benchmarks.pages import table
from concept_core.bench.bench import Bench
from concept_core.datasets import dataset_info
from concept_core.explanation.groups import GroupExplanation
from concept_core.explanation.request import ExplainRequest, explain_request
from concept_core.tasks.leak import class_name_leak
from concept_core.tasks.request import TaskRequest

LIMIT = 10
EVERY = 4
"""Of the classes, in the data set's order, each fourth is shown on the page."""

_TOP = 3


@dataclass(frozen=True, slots=True)
class Explained:
    """Every class by its most prominent concepts, and how often clips are named.

    Attributes
    ----------
    classes : tuple of GroupExplanation
    named : tuple of str
        Classes whose own name is a concept.
    clips_named : dict of int to float
        named@k of `concept_core.measures.naming` by k: the share of all clips.
    nameable : float
        The most that this can be: the share of clips whose class any concept names.
    """

    classes: tuple[GroupExplanation, ...]
    named: tuple[str, ...]
    clips_named: dict[int, float]
    nameable: float

    def own_name_within(self, places: int) -> list[str]:
        """Classes whose own name is among so many of their most prominent concepts."""
        return [
            one.name
            for one in self.classes
            if one.name in self.named and one.name in [c.label for c in one.concepts[:places]]
        ]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "classes": [one.to_dict() for one in self.classes],
            "own_name_in_vocabulary": list(self.named),
            "own_name_first": self.own_name_within(1),
            "own_name_in_three": self.own_name_within(_TOP),
            "clips_named": {str(k): share for k, share in self.clips_named.items()},
            "nameable": self.nameable,
        }


def explain_classes(rows: RealRows) -> Explained:
    """All classes over all labels, at most `LIMIT` concepts a clip."""
    classes = dataset_info(DATASET).classes
    outcome = explain_request(
        ExplainRequest(
            spec=str(rows.vocabulary), encoder=rows.encoder, dataset=DATASET, data=rows.folder,
            folds=FOLDS, classes=classes, l0=LIMIT, top=_TOP,
        )
    )  # fmt: skip
    groups = tuple(one for one in outcome.items if isinstance(one, GroupExplanation))
    bench = Bench(TaskRequest("zero-shot", DATASET, FOLDS), rows.encoder, rows.folder)
    whole = next(iter(vocabularies(rows).values()))
    measures = bench.measure(whole, l0=LIMIT)
    named = class_name_leak(whole.labels, classes)["exact"]
    return Explained(groups, tuple(named), dict(measures.named or ()), measures.nameable or 0.0)


def explained_table(found: Explained) -> Iterator[str]:
    """A line a class, and the counts."""
    lines = [
        [
            one.name,
            "yes" if one.name in found.named else "no",
            *(f"{each.label} {each.prominence:.2f} ({each.share:.0%})" for each in one.concepts),
        ]
        for one in found.classes[::EVERY]
    ]
    headings = ("class", "its name is a concept", "first", "second", "third")
    yield from table(headings, lines)
    shares = ", ".join(f"{share:.3f} at {k}" for k, share in found.clips_named.items())
    first, three = (found.own_name_within(places) for places in (1, _TOP))
    missed = [name for name in found.named if name not in first]
    yield from (
        "",
        f"{len(found.named)} of the {len(found.classes)} classes have their own name in the"
        f" vocabulary: it is the first concept of {len(first)} and among the first three of"
        f" {len(three)} (not the first of {', '.join(missed) or 'none'}).",
        "",
        f"Clips that are named by one of their first k concepts: {shares}; {found.nameable:.3f}"
        " have a class that any concept names.",
    )
