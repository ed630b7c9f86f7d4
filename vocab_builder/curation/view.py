"""What a vocabulary becomes by decisions that were taken since it was built, read off its order.

A build computes it anew: a word that a filter was to compare with a dropped one may come out
otherwise. What is read off is at hand at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from vocab_builder.curation.aliases import final_twin
from vocab_builder.curation.applying import STAGE
from vocab_builder.curation.decisions import DROP, KEEP, MERGE, RENAME, Decision, Decisions
from vocab_builder.curation.draft import Draft


@dataclass(slots=True)
class View:
    """The labels of a vocabulary, changed by decisions one after the other.

    Attributes
    ----------
    ordered : list of str
        All that may be in, in order.
    protected : set of str
        Those of them that every size holds; they come first.
    aliases : dict of str to str
        Other labels, each with the one that it stands for.
    size : int or None
    freed : mapping of str to labels
        Of each label those that it stands for: the first takes its place when it goes.
    masses : mapping of str to float
        Where the order is that of frequency, what labels are ranked by.
    """

    ordered: list[str]
    protected: set[str]
    aliases: dict[str, str]
    size: int | None
    freed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    masses: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, draft: Draft, decisions: Decisions) -> View:
        """The view of a draft under the decisions that hold now."""
        labels = [one.label for one in draft.ordered]
        kept = set(labels)
        # Those for which there was no room are drops and ordered too.
        every = {drop.candidate.label: drop for drop in draft.outcome.dropped}
        drops = {label: drop for label, drop in every.items() if label not in kept}
        ends = {label: final_twin(label, drops) for label in drops}
        aliases = {label: end[0] for label, end in ends.items() if end and end[0] in kept}
        freed: dict[str, list[str]] = {}
        for drop in sorted(drops.values(), key=lambda drop: -drop.candidate.mass):
            if drop.twin and drop.filter != STAGE and drop.candidate.label in aliases:
                freed.setdefault(drop.twin, []).append(drop.candidate.label)
        protected = {one.label for one in draft.ordered if one.protected}
        masses = {}
        if draft.by_mass:
            found = (*draft.ordered, *(drop.candidate for drop in drops.values()))
            masses = {one.label: one.mass for one in found}
        view = cls(labels, protected, aliases, draft.size, freed, masses)
        built = {one.said for one in draft.decisions.standing}
        now = {one.said for one in decisions.standing}
        for one in draft.decisions.standing:
            if one.said not in now:
                view.take_back(one)
        for one in decisions.standing:
            if one.said not in built:
                view.follow(one)
        return view

    def copy(self) -> View:
        """A view that may be changed without changing this one."""
        return replace(
            self,
            ordered=list(self.ordered),
            protected=set(self.protected),
            aliases=dict(self.aliases),
        )

    @property
    def labels(self) -> list[str]:
        """The vocabulary."""
        if self.size is None:
            return self.ordered
        return self.ordered[: max(self.size, len(self.protected))]

    def name_of(self, label: str) -> str:
        """What a label is called now."""
        passed = {label}
        while label not in self.ordered and label in self.aliases:
            label = self.aliases[label]
            if label in passed:
                break
            passed.add(label)
        return label

    def follow(self, decision: Decision) -> None:
        """Change what a decision says."""
        label, to = self.name_of(decision.label), decision.to
        if decision.action == KEEP:
            self._protect(label if label in self.ordered else decision.label)
        elif decision.action == DROP:
            self._remove(decision.label, self.freed.get(decision.label, ()))
        elif decision.action == RENAME:
            self._rename(decision.label, to)
        elif decision.action == MERGE and self.name_of(to) == label != to:
            self._rename(label, to)  # into its own alias, which takes its place
        elif decision.action == MERGE:
            self._remove(decision.label, ())
            self.aliases[decision.label] = self.name_of(to)

    def take_back(self, decision: Decision) -> None:
        """Change what is so by a decision that no longer holds."""
        label, to = decision.label, decision.to
        if decision.action == KEEP:
            self.protected.discard(self.name_of(label))
            self._sort()
        elif decision.action == RENAME and to in self.ordered:
            self.aliases.pop(label, None)
            self._replace(to, label)
        elif decision.action in (DROP, MERGE):
            self.aliases.pop(label, None)
            if label not in self.ordered:
                # Where it would come is not known: it is in, and the last.
                self.ordered.insert(max(len(self.labels) - 1, 0), label)

    def _protect(self, label: str) -> None:
        self.aliases.pop(label, None)
        if label in self.protected:
            return
        if label in self.ordered:
            self.ordered.remove(label)
        self.protected.add(label)
        self.ordered.insert(len(self.protected) - 1, label)

    def _remove(self, label: str, freed: Iterable[str]) -> None:
        if label not in self.ordered:
            return
        place = self.ordered.index(label)
        self.ordered.remove(label)
        self.protected.discard(label)
        for one in freed:
            if one not in self.ordered and self.aliases.get(one) == label:
                del self.aliases[one]
                self.ordered.insert(max(self._place(one, place), len(self.protected)), one)
                break

    def _place(self, label: str, place: int) -> int:
        """Where a label comes in that another left at ``place``: there, or by its mass."""
        if not self.masses:
            return place
        mass = self.masses[label]
        rest = range(place, len(self.ordered))
        return next(
            (at for at in rest if self.masses.get(self.ordered[at], 0.0) < mass), len(self.ordered)
        )

    def _rename(self, label: str, to: str) -> None:
        if label in self.ordered and to not in self.ordered:
            self._replace(label, to)
        else:
            self._remove(label, ())
        self.aliases.pop(to, None)
        self.aliases[label] = to

    def _replace(self, label: str, to: str) -> None:
        self.ordered[self.ordered.index(label)] = to
        if label in self.protected:
            self.protected.remove(label)
            self.protected.add(to)

    def _sort(self) -> None:
        self.ordered.sort(key=lambda one: one not in self.protected)
