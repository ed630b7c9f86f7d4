"""A session of curation: what the page and the command line ask, and decisions taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from concept_core.errors import DataError, MissingError
from vocab_builder.curation.decision_files import (
    append_decision,
    append_decisions,
    check_decision,
    read_decisions,
    undo,
)
from vocab_builder.curation.decisions import ACTIONS, KEEP, RENAME, Decision, Decisions
from vocab_builder.curation.draft import Draft
from vocab_builder.curation.effects import LiveCoverage, LiveRedundancy
from vocab_builder.curation.heard import HeardClips, SaidCaptions
from vocab_builder.curation.queue import (
    IS_ALIAS,
    IS_DROPPED,
    IS_KEPT,
    Neighbour,
    Question,
    fates,
    make_questions,
    make_queue,
)
from vocab_builder.curation.queue_file import take_queue, write_queue
from vocab_builder.curation.view import View
from vocab_builder.words.normal_form import normal_form

FACETS = ("filter", "reason", "source", "doubt")
_NONE = "none"
_NEAREST = 8
_BLOCK = 256


class Session:
    """Questions about the words of a draft, and decisions that are on disk when they are taken.

    What others write into the same file is read before each answer.

    Parameters
    ----------
    draft : Draft
    by : str
        Who decides.
    """

    def __init__(self, draft: Draft, by: str) -> None:
        self._draft = draft
        self._by = by
        self._questions = make_questions(draft.state, draft.decisions)
        self._queue = [one.label for one in make_queue(self._questions.values())]
        self._decisions = draft.decisions
        self._view = View.of(draft, draft.decisions)
        self._seen: tuple[tuple[int, int, int], ...] = ()
        self._version = 0
        self._neighbours: dict[str, list[tuple[str, float]]] = {}
        self._clips = HeardClips(draft.clips, draft.context)
        self._coverage, self._redundancy = _measures(draft, self._view)
        self._refresh()  # what was decided while the draft was built

    def questions(
        self, offset: int, limit: int, facets: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """A part of the queue, how much of it is decided, and how many there are of each kind.

        Parameters
        ----------
        offset, limit : int
        facets : mapping of str to str, optional
            ``filter``, ``reason``, ``source`` or ``doubt`` with the value that questions must have.
        """
        self._refresh()
        wanted = {name: value for name, value in (facets or {}).items() if name in FACETS}
        asked = [self._questions[label] for label in self._queue]
        matching = [one for one in asked if _matches(one, wanted)]
        decided = fates(self._decisions)
        items = self._full(matching[offset : offset + limit], decided)
        return {
            "total": len(matching),
            "done": sum(one.label in decided for one in matching),
            "items": [one.to_dict() for one in items],
            "facets": {name: _counts(asked, name, wanted) for name in FACETS},
        }

    def search(self, text: str, limit: int = 50) -> list[dict[str, Any]]:
        """Labels that are, begin with, or have a text: exact matches first, then kept ones."""
        self._refresh()
        wanted = normal_form(text)
        if not wanted:
            return []
        labels = set(self._view.labels)
        every = dict.fromkeys([*self._view.ordered, *self._questions, *self._view.aliases])
        ranked = []
        for label in every:
            match = _match(label, wanted)
            if match is not None:
                fate = self._fate(label, labels)
                rank = ("exact", "prefix", "part").index(match)
                ranked.append(((rank, fate != IS_KEPT, len(label), label), match, fate))
        found = []
        for (_, _, _, label), match, fate in sorted(ranked)[:limit]:
            of = self._view.name_of(label) if fate == IS_ALIAS else None
            how = "alias" if fate == IS_ALIAS and match != "exact" else match
            found.append({"label": label, "fate": fate, "match": how, "of": of})
        return found

    def item(self, label: str) -> dict[str, Any]:
        """A question about any word, with captions, clips and the history of its decisions.

        Raises
        ------
        MissingError
            Nothing has that label.
        """
        self._refresh()
        name = normal_form(label)
        question = self._questions.get(name)
        if question is None:
            if name not in self._view.aliases and name not in self._view.ordered:
                raise MissingError(f"no candidate is called {label!r}; search for another spelling")
            question = Question(name, "word", 0, IS_DROPPED)
        (full,) = self._full([question], fates(self._decisions))
        return {
            **full.to_dict(),
            "captions": self._captions.of(name),
            "clips": self._clips.of(name),
            "history": [one.to_dict() for one in self._decisions.history(name)],
        }

    def clip(self, id: str) -> Path:
        """The file of a clip that ``item`` listed.

        Raises
        ------
        MissingError
            No clip of that id was listed.
        """
        path = self._clips.path(id)
        if path is None:
            raise MissingError(f"no clip {id!r} was listed; ask for the word again")
        return path

    def effects(self, label: str, action: str, to: str) -> dict[str, Any]:
        """What a decision would do, without taking it.

        Returns
        -------
        dict
            ``size``, ``coverage`` and ``redundancy``, the last two also as they are now
            (``_before``; None where nothing measures them), and who ``enters`` and ``leaves``.

        Raises
        ------
        DataError
            The decision says nothing, such as a merge without ``to``.
        """
        self._refresh()
        decision = check_decision(Decision(label, action, to, reason="?"), "this decision")
        return self._effects(decision)

    def decide(self, label: str, action: str, to: str = "", reason: str = "") -> dict[str, Any]:
        """Take a decision: it is on disk when this returns.

        Raises
        ------
        DataError
            It says nothing, or is about a word that nothing has: only ``keep`` adds one.
        """
        self._refresh()
        where = "this decision"
        decision = check_decision(Decision(label, action, to, reason, self._by), where)
        self._check_known(decision)
        effects = self._effects(decision)
        written = append_decision(self._draft.files[-1], replace(decision, where=""))
        self._seen = ()
        self._refresh()
        return {"decision": written.to_dict(), "effects": effects}

    def undo(self) -> dict[str, Any]:
        """Take back the last decision of this person, whichever window it was taken in."""
        undone = undo(self._draft.files[-1], self._by)
        self._refresh()
        return {"undone": None if undone is None else undone.to_dict()}

    def progress(self) -> dict[str, Any]:
        """How far the queue is decided, how large the vocabulary is, and a number that grows
        whenever the file changes.
        """
        self._refresh()
        decided = fates(self._decisions)
        return {
            "total": len(self._queue),
            "done": sum(label in decided for label in self._queue),
            "size": len(self._view.labels),
            "version": self._version,
        }

    def write_queue(self, path: Path) -> int:
        """Write the undecided questions for a spreadsheet; see ``queue_file.write_queue``."""
        decided = fates(self._decisions)
        open_ones = [self._questions[label] for label in self._queue if label not in decided]
        return write_queue(path, self._full(open_ones, decided))

    def take(self, path: Path) -> tuple[Decision, ...]:
        """The filled lines of a queue become decisions; all of them, or none.

        Raises
        ------
        DataError
            As ``queue_file.take_queue``, or a word that nothing has.
        """
        decisions = take_queue(path, self._by)
        # Words that the queue itself adds or renames are there for its other lines.
        own = {one.label for one in decisions if one.action == KEEP}
        own |= {one.to for one in decisions if one.action == RENAME}
        for decision in decisions:
            if decision.label not in own:
                self._check_known(decision)
        # They lie in a file of decisions, not in the queue.
        placed = [replace(one, where="") for one in decisions]
        written = append_decisions(self._draft.files[-1], placed)
        self._refresh()
        return written

    @cached_property
    def _captions(self) -> SaidCaptions:
        return SaidCaptions(self._draft.captions())

    @cached_property
    def _embedded(self) -> list[str]:
        """The labels that neighbours are looked for among: those that the build embedded."""
        measured = ("audibility", "redundancy", "coverage", "topic")
        dropped = (
            drop.candidate.label
            for drop in self._draft.outcome.dropped
            if drop.filter in measured or drop.filter.startswith("selection:")
        )
        return list(dict.fromkeys([*(one.label for one in self._draft.ordered), *dropped]))

    def _refresh(self) -> None:
        """Read the files again if anybody changed them."""
        signature = self._signature()
        if signature == self._seen:
            return
        decisions = read_decisions([path for path in self._draft.files if path.is_file()])
        self._seen = signature
        self._version += 1
        self._follow(decisions)

    def _follow(self, decisions: Decisions) -> None:
        """Bring the view up to date, by what is new alone where nothing else changed."""
        before, now = self._decisions.standing, decisions.standing
        view = self._view
        if now[: len(before)] == before:
            view = view.copy()
            for one in now[len(before) :]:
                view.follow(one)
        else:
            view = View.of(self._draft, decisions)
        self._decisions = decisions
        leaves, enters = _differences(self._view.labels, view.labels)
        self._view = view
        for measure in (self._coverage, self._redundancy):
            if measure is not None and (leaves or enters):
                measure.change(leaves, enters)

    def _signature(self) -> tuple[tuple[int, int, int], ...]:
        found = []
        for path in self._draft.files:
            if path.is_file():
                stat = path.stat()
                found.append((stat.st_mtime_ns, stat.st_size, stat.st_ino))
        return tuple(found)

    def _effects(self, decision: Decision) -> dict[str, Any]:
        view = self._view.copy()
        view.follow(decision)
        leaves, enters = _differences(self._view.labels, view.labels)
        numbers: dict[str, float | None] = {}
        for name, measure in (("coverage", self._coverage), ("redundancy", self._redundancy)):
            now = None if measure is None else round(measure.value(), 6)
            then = None if measure is None else round(measure.after(leaves, enters), 6)
            numbers |= {name: then, f"{name}_before": now}
        return {"size": len(view.labels), **numbers, "enters": enters, "leaves": leaves}

    def _check_known(self, decision: Decision) -> None:
        """See that a decision is about a word that is there; only to keep one adds it."""
        assert decision.action in ACTIONS
        label = decision.label
        known = label in self._questions or label in self._view.aliases
        if not known and label not in self._view.ordered and decision.action != KEEP:
            raise DataError(
                f"{decision.where}: no candidate is called {label!r}, so there is nothing to"
                f" {decision.action}; keep it to add it"
            )

    def _fate(self, label: str, labels: set[str]) -> str:
        if label in labels:
            return IS_KEPT
        return IS_ALIAS if self._view.name_of(label) in labels else IS_DROPPED

    def _full(
        self, questions: Sequence[Question], decided: Mapping[str, Decision]
    ) -> list[Question]:
        """Questions as things stand now, with neighbours."""
        labels = self._view.labels
        ranks = {label: rank for rank, label in enumerate(labels, 1)}
        names = set(labels)
        near = self._near([one.label for one in questions])
        return [
            replace(
                one,
                fate=self._fate(one.label, names),
                rank=ranks.get(one.label, one.rank if one.fate != IS_KEPT else None),
                neighbours=tuple(
                    Neighbour(label, cosine, self._fate(label, names))
                    for label, cosine in near.get(one.label, ())
                ),
                decision=decided.get(one.label),
            )
            for one in questions
        ]

    def _near(self, labels: Sequence[str]) -> dict[str, list[tuple[str, float]]]:
        """The nearest labels of each, computed once."""
        if self._draft.context.encoder is None:
            return {}
        new = [label for label in labels if label not in self._neighbours]
        embed, every = self._draft.context.embed, self._embedded
        atoms = embed(every) if new else None
        for start in range(0, len(new), _BLOCK):
            block = new[start : start + _BLOCK]
            assert atoms is not None
            cosines = embed(block) @ atoms.T
            best = np.argsort(-cosines, axis=1, kind="stable")[:, : _NEAREST + 1]
            for row, label in enumerate(block):
                pairs = [(every[at], round(float(cosines[row, at]), 4)) for at in best[row]]
                self._neighbours[label] = [one for one in pairs if one[0] != label][:_NEAREST]
        return {label: self._neighbours[label] for label in labels}


def _measures(draft: Draft, view: View) -> tuple[LiveCoverage | None, LiveRedundancy | None]:
    """What effects are measured with, where there is an encoder, and a reference."""
    context = draft.context
    if context.encoder is None:
        return None, None
    coverage = None
    if context.measured_on is not None:
        coverage = LiveCoverage(context.reference(), context.embed, view.labels)
    if draft.redundant is None:
        return coverage, None
    return coverage, LiveRedundancy(context.embed, view.labels, draft.redundant)


def _match(label: str, wanted: str) -> str | None:
    if label == wanted:
        return "exact"
    if label.startswith(wanted):
        return "prefix"
    return "part" if wanted in label else None


def _values(question: Question, facet: str) -> list[str]:
    if facet == "source":
        return list(question.sources) or [_NONE]
    if facet == "doubt":
        return list(dict.fromkeys(doubt.code for doubt in question.doubts))
    value = question.filter if facet == "filter" else question.reason
    return [value or _NONE]


def _matches(question: Question, wanted: Mapping[str, str]) -> bool:
    return all(value in _values(question, facet) for facet, value in wanted.items())


def _counts(questions: Sequence[Question], facet: str, wanted: Mapping[str, str]) -> dict[str, int]:
    """How many questions have each value, of those that the other facets leave."""
    others = {name: value for name, value in wanted.items() if name != facet}
    counts = Counter(
        value for one in questions if _matches(one, others) for value in _values(one, facet)
    )
    return dict(counts.most_common())


def _differences(before: Sequence[str], after: Sequence[str]) -> tuple[list[str], list[str]]:
    """What is not there any more, and what is new, each in its order."""
    was, now = set(before), set(after)
    return [one for one in before if one not in now], [one for one in after if one not in was]
