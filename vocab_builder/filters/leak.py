"""Class-name leak: an evaluation's class names among the concepts would give the answer away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from concept_core.datasets import known_classes
from concept_core.errors import UsageError
from vocab_builder.filters.base import DROP, check_action, sieve
from vocab_builder.stages.candidates import Candidate, Drop, Outcome
from vocab_builder.stages.context import Context
from vocab_builder.words.form_rules import check_rule, form_keys, load_forms
from vocab_builder.words.normal_form import normal_form


@dataclass(frozen=True, slots=True)
class Leak:
    """Drop or flag candidates that are class names of a task. For recipes of evaluations only.

    Attributes
    ----------
    datasets : tuple of str
        Data sets whose class names leak, such as ``esc50``.
    names : tuple of str
        Class names of the recipe's own.
    forms : str
        Rule of ``vocab_builder.words.forms`` that finds other forms of a name: ``wordnet``, or
        ``snowball`` which needs no data.
    cosine : float or None
        A candidate whose cosine to a class name is at least this leaks too; None looks at words
        only.
    action : str
        ``drop``, or ``flag``: keep all, and record what was found.
    """

    datasets: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    forms: str = "wordnet"
    cosine: float | None = None
    action: str = DROP

    def __post_init__(self) -> None:
        check_action(self.action, "leak")
        if not (self.datasets or self.names):
            raise UsageError('leak: say whose classes, such as datasets = ["esc50"]')
        check_rule(self.forms, "leak")
        for name in self.datasets:
            known_classes(name)
        if self.cosine is not None and not 0 < self.cosine <= 1:
            raise UsageError(f"leak: cosine {self.cosine} is not in (0, 1]")

    @property
    def needs(self) -> frozenset[str]:
        """See the protocol."""
        encoder = () if self.cosine is None else ("encoder",)
        return frozenset({*encoder, *(("wordnet",) if self.forms == "wordnet" else ())})

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> Outcome:
        """Reasons: class-name, class-name-form, class-name-near; the twin is the class name."""
        names = [normal_form(name) for name in self.names]
        for dataset in self.datasets:
            names.extend(map(normal_form, known_classes(dataset)))
        rule = load_forms(self.forms)
        by_key = {key: name for name in reversed(names) for key in form_keys(name, rule)}
        near = self._near(candidates, names, context)

        def judge(candidate: Candidate) -> Drop | None:
            label = candidate.label
            if label in names:
                return Drop(candidate, "leak", "class-name", twin=label)
            for key in sorted(form_keys(label, rule) & by_key.keys()):
                return Drop(candidate, "leak", "class-name-form", twin=by_key[key])
            if label in near:
                name, cosine = near[label]
                return Drop(candidate, "leak", "class-name-near", cosine, self.cosine, name)
            return None

        return sieve(candidates, judge, self.action)

    def _near(
        self, candidates: Sequence[Candidate], names: Sequence[str], context: Context
    ) -> dict[str, tuple[str, float]]:
        """Labels at least as near to a class name as allowed, with that name and the cosine."""
        if self.cosine is None or not candidates:
            return {}
        labels = [candidate.label for candidate in candidates]
        cosines = context.embed(labels) @ context.embed(names).T
        nearest = np.argmax(cosines, axis=1)
        found = {
            label: (names[column], round(float(row[column]), 6))
            for label, row, column in zip(labels, cosines, nearest.tolist(), strict=True)
        }
        return {label: one for label, one in found.items() if one[1] >= self.cosine}
