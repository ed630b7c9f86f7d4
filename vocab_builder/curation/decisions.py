"""Decisions of people about words: what one says, which contradict each other, which hold.

A decision about what becomes of a word (keep, drop, rename, merge) stands alone, but that a word
may be kept and renamed. Decisions follow a renamed word: to keep a word under its old name and to
drop it under its new one is a contradiction too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from concept_core.errors import DataError
from concept_core.values import Value

KEEP, DROP, RENAME, MERGE = "keep", "drop", "rename", "merge"
NOTE, BROADER, RELATED, DEFINITION = "note", "broader", "related", "definition"
ACTIONS = (KEEP, DROP, RENAME, MERGE, NOTE, BROADER, RELATED, DEFINITION)
FATES = (KEEP, DROP, RENAME, MERGE)
MOVES = (RENAME, MERGE)
# Actions whose ``to`` is a label, and those whose ``to`` is a text.
TO_LABEL = (RENAME, MERGE, BROADER, RELATED)
TO_TEXT = (NOTE, DEFINITION)
_TOGETHER = frozenset({KEEP, RENAME})


@dataclass(frozen=True, slots=True)
class Decision(Value):
    """One decision about one word.

    Attributes
    ----------
    label : str
        The word, in normal form.
    action : str
        One of ``ACTIONS``.
    to : str
        Of rename, merge, broader and related the other label, in normal form; of note and
        definition the text; "" otherwise.
    reason, by, at : str
        Why, who, when; as written.
    replaced : str
        What took its place: the time of a later decision of the same file, or the name of a later
        file; "" while it holds.
    extra : mapping of str to str
        Further columns of the file, which belong to whoever keeps it.
    where : str
        ``file:line``.
    """

    label: str
    action: str
    to: str = ""
    reason: str = ""
    by: str = ""
    at: str = ""
    replaced: str = ""
    extra: Mapping[str, str] = field(default_factory=dict, compare=False)
    where: str = field(default="", compare=False)

    @property
    def said(self) -> tuple[str, str, str]:
        """What it says, whoever says it and why."""
        return self.label, self.action, self.to


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions that a vocabulary follows.

    Attributes
    ----------
    rows : tuple of Decision
        All of all files, in their order; those that no longer hold say what replaced them.
    standing : tuple of Decision
        Those that hold, in the same order.
    """

    rows: tuple[Decision, ...] = ()
    standing: tuple[Decision, ...] = ()

    def of(self, label: str) -> tuple[Decision, ...]:
        """The decisions about a label that hold."""
        return tuple(one for one in self.standing if one.label == label)

    def history(self, label: str) -> tuple[Decision, ...]:
        """All decisions about a label, also those that no longer hold."""
        return tuple(one for one in self.rows if one.label == label)

    @property
    def moves(self) -> dict[str, Decision]:
        """The renamed and merged labels, each with its decision."""
        return {one.label: one for one in self.standing if one.action in MOVES}


def settle(files: Iterable[Sequence[Decision]]) -> Decisions:
    """The decisions of some files: those of a later file win.

    Raises
    ------
    DataError
        Two of one file contradict each other; the message has both lines.
    """
    rows: list[Decision] = []
    standing: list[Decision] = []
    for file in files:
        holding = [one for one in file if not one.replaced]
        for one, other in clashes(holding):
            first, second = sorted((one, other), key=holding.index)
            raise DataError(
                f"{first.where} and {second.where} contradict each other:"
                f" {sentence(first)}, and {sentence(second)}; take one of the two lines out"
            )
        held = set(map(id, overrule(standing, holding)))
        for place, one in enumerate(rows):
            if not one.replaced and id(one) not in held:
                rows[place] = replace(one, replaced=file_name(holding[0]) or "later")
        rows.extend(file)
        standing = [one for one in rows if not one.replaced]
    return Decisions(tuple(rows), tuple(standing))


def file_name(decision: Decision) -> str:
    """The file that a decision stands in; "" where it stands in none."""
    return PurePath(decision.where.rpartition(":")[0]).name


def sentence(decision: Decision) -> str:
    """A decision in words: ``merge 'vroom' into 'engine'``."""
    links = {RENAME: "to", MERGE: "into", BROADER: "under", RELATED: "with", NOTE: "saying"}
    verbs = {BROADER: "put", RELATED: "relate", NOTE: "annotate", DEFINITION: "define"}
    words = f"{verbs.get(decision.action, decision.action)} {decision.label!r}"
    return f"{words} {links.get(decision.action, 'as')} {decision.to!r}" if decision.to else words


Pair = tuple[Decision, Decision]


def clashes(decisions: Iterable[Decision]) -> Iterator[Pair]:
    """Pairs that contradict each other.

    Of most pairs either may give way, and they come in both orders. Of moves that lead in a circle
    the second of a pair is the one to give way to the first.
    """
    decisions = list(decisions)
    moves = {one.label: one for one in decisions if one.action in MOVES}
    for one, other in (*_of_one_label(decisions), *_one_new_name(decisions)):
        yield one, other
        yield other, one
    for one, other in _under_new_name(decisions, moves):
        yield one, other
        yield other, one
    yield from _circles(moves)


def overrule(earlier: Sequence[Decision], later: Sequence[Decision]) -> list[Decision]:
    """What of the earlier decisions still holds beside the later ones, which do not clash.

    A label that others are renamed to or merged into later is no longer one to drop.
    """
    targets = {one.to for one in later if one.action in MOVES}
    standing = [one for one in earlier if one.action != DROP or one.label not in targets]
    new = set(map(id, later))
    while True:
        pairs = clashes([*standing, *later])
        loser = next((b for a, b in pairs if id(a) in new and id(b) not in new), None)
        if loser is None:
            return standing
        standing = [one for one in standing if one is not loser]


def follow(label: str, moves: Mapping[str, str]) -> str:
    """Where a label ends that is moved from name to name; there must be no circle."""
    while label in moves:
        label = moves[label]
    return label


def _of_one_label(decisions: Iterable[Decision]) -> Iterator[Pair]:
    """Two fates of one label, or two definitions; the same thing said twice is none."""
    seen: dict[tuple[str, str], list[Decision]] = {}
    for one in decisions:
        kind = "fate" if one.action in FATES else one.action
        if kind not in ("fate", DEFINITION):
            continue
        others = seen.setdefault((one.label, kind), [])
        for other in others:
            same = (one.action, one.to) == (other.action, other.to)
            if not same and {one.action, other.action} != _TOGETHER:
                yield other, one
        others.append(one)


def _one_new_name(decisions: Iterable[Decision]) -> Iterator[Pair]:
    """Two labels renamed to the same: one of them must be merged."""
    taken: dict[str, Decision] = {}
    for one in decisions:
        if one.action == RENAME:
            other = taken.setdefault(one.to, one)
            if other.label != one.label:
                yield other, one


def _under_new_name(decisions: Sequence[Decision], moves: Mapping[str, Decision]) -> Iterator[Pair]:
    """Kept under an old name, and dropped or merged under the new one."""
    gone = {one.label: one for one in decisions if one.action in (DROP, MERGE)}
    for one in decisions:
        if one.action != KEEP:
            continue
        label, passed = one.label, {one.label}
        while label in moves and moves[label].action == RENAME and moves[label].to not in passed:
            label = moves[label].to
            passed.add(label)
        if label != one.label and label in gone:
            yield one, gone[label]


def _circles(moves: Mapping[str, Decision]) -> Iterator[Pair]:
    """Of every circle, each move with the one that follows it."""
    settled: set[str] = set()
    for start in moves:
        path: list[str] = []
        label = start
        while label in moves and label not in settled:
            settled.add(label)
            path.append(label)
            label = moves[label].to
        if label in path:
            circle = path[path.index(label) :]
            for one in circle:
                yield moves[one], moves[moves[one].to]
