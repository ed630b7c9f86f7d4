"""What a vocabulary owes to decisions and filters beside its labels: aliases and annotations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from concept_core.vocabulary import Alias
from vocab_builder.curation.applying import (
    LEFT_OUT,
    MERGED,
    RENAMED,
    STAGE,
    TARGET_GONE,
    Curated,
    Stale,
)
from vocab_builder.curation.decisions import (
    FATES,
    MOVES,
    RENAME,
    TO_LABEL,
    Decision,
    Decisions,
    follow,
)
from vocab_builder.stages.candidates import Drop, OtherName

RENAME_ALIAS, MERGE_ALIAS, NEAR_ALIAS = "rename", "merge", "near"
# Reasons of drops whose twin says the same. That of redundancy does so five times of six.
_KINDS = {
    RENAMED: RENAME_ALIAS,
    MERGED: MERGE_ALIAS,
    "lexical-twin": "form",
    "derivation": "derivation",
    "synonym": "synonym",
    "event": "synonym",
    "generic-subject": "synonym",
    "redundant": NEAR_ALIAS,
}


@dataclass(frozen=True, slots=True)
class Annotation:
    """A note, a definition, or a broader or related concept of a concept.

    ``value`` is a text, or the id of the other concept; ``by`` and ``at`` are as in the decision.
    """

    id: str
    kind: str
    value: str
    by: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Curation:
    """Aliases by concept, annotations in the order of the decisions, and what applies no longer."""

    aliases: tuple[Alias, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    stale: tuple[Stale, ...] = ()


def says_the_same(drop: Drop) -> bool:
    """Whether the twin of a drop says what the dropped label says, and is not only near to it."""
    return drop.reason in _KINDS and drop.twin is not None


def final_twin(label: str, drops: Mapping[str, Drop]) -> tuple[str, str] | None:
    """Where a dropped label ends: the label that says the same and was not dropped, with the kind.

    None where the way ends at a word that was dropped for itself, or that nothing is known of.

    Parameters
    ----------
    label : str
        One that was dropped.
    drops : mapping of str to Drop
        All drops by label.
    """
    kinds: list[str] = []
    passed: set[str] = set()
    while label in drops:
        drop = drops[label]
        if label in passed or not says_the_same(drop) or drop.twin is None:
            return None
        passed.add(label)
        kinds.append(_KINDS[drop.reason])
        label = drop.twin
    if not kinds:
        return None
    return label, NEAR_ALIAS if NEAR_ALIAS in kinds else kinds[0]


def conclude(
    ids: Mapping[str, str],
    drops: Iterable[Drop],
    decisions: Decisions,
    curated: Curated,
    names: Mapping[str, Sequence[OtherName]] | None = None,
) -> Curation:
    """Aliases and annotations of a vocabulary, and the decisions that apply no longer.

    Parameters
    ----------
    ids : mapping of str to str
        The id of each label of the vocabulary, in its order.
    drops : iterable of Drop
        Of all stages.
    decisions : Decisions
        All that people took.
    curated : Curated
        What became of them in the build.
    names : mapping of str to sequence of OtherName, optional
        What sources call the concept of a label beside it.
    """
    by_label = {drop.candidate.label: drop for drop in drops}
    ends: dict[str, tuple[str, str]] = {label: (label, "") for label in ids}
    for label in by_label:
        end = final_twin(label, by_label)
        if end is not None and end[0] in ids and label not in ids:
            ends[label] = end
    for alias, one in decisions.moves.items():
        final = curated.aliases.get(alias)
        if alias not in ends and alias not in by_label and final in ends:
            label, kind = ends[final]
            own = RENAME_ALIAS if one.action == RENAME else MERGE_ALIAS
            ends[alias] = (label, NEAR_ALIAS if kind == NEAR_ALIAS else own)
    aliases = [*_aliases(ids, ends, by_label), *_from_sources(ids, ends, names or {})]
    places = {concept: place for place, concept in enumerate(ids.values())}
    return Curation(
        tuple(sorted(aliases, key=lambda one: (places[one.id], one.kind, one.alias))),
        tuple(_annotations(ids, ends, decisions)),
        (*curated.stale, *_unmet(ids, ends, by_label, decisions, curated)),
    )


def _aliases(
    ids: Mapping[str, str], ends: Mapping[str, tuple[str, str]], drops: Mapping[str, Drop]
) -> Iterator[Alias]:
    """All that end at another label, by the places of the concepts, then by kind and alias."""
    of_label: dict[str, list[tuple[str, str]]] = {}
    for alias, (label, kind) in ends.items():
        if kind:
            of_label.setdefault(label, []).append((kind, alias))
    for label, concept in ids.items():
        for kind, alias in sorted(of_label.get(label, ())):
            source = drops[alias].filter if alias in drops else STAGE
            yield Alias(concept, alias, kind, source)


def _from_sources(
    ids: Mapping[str, str],
    ends: Mapping[str, tuple[str, str]],
    names: Mapping[str, Sequence[OtherName]],
) -> Iterator[Alias]:
    """Names that sources have for one concept alone, and that lead nowhere else."""
    claims: dict[str, dict[str, OtherName]] = {}
    for label in ids:
        for one in names.get(label, ()):
            claims.setdefault(one.alias, {}).setdefault(label, one)
    for alias, by_label in claims.items():
        if len(by_label) == 1 and alias not in ends:
            label, one = next(iter(by_label.items()))
            yield Alias(ids[label], alias, one.kind, one.source)


def _annotations(
    ids: Mapping[str, str], ends: Mapping[str, tuple[str, str]], decisions: Decisions
) -> Iterator[Annotation]:
    said: set[tuple[str, str, str]] = set()
    for one, label in _remarks(decisions):
        if label not in ids:
            continue
        value = one.to
        if one.action in TO_LABEL:
            if one.to not in ends or ends[one.to][0] == label:
                continue
            value = ids[ends[one.to][0]]
        # Once, though it may be said under a former name too.
        if (ids[label], one.action, value) not in said:
            said.add((ids[label], one.action, value))
            yield Annotation(ids[label], one.action, value, one.by, one.at)


def _remarks(decisions: Decisions) -> Iterator[tuple[Decision, str]]:
    """Notes and the like, each with the name that its word has now."""
    renamed = {one.label: one.to for one in decisions.standing if one.action == RENAME}
    for one in decisions.standing:
        if one.action not in FATES:
            yield one, follow(one.label, renamed)


def _unmet(
    ids: Mapping[str, str],
    ends: Mapping[str, tuple[str, str]],
    drops: Mapping[str, Drop],
    decisions: Decisions,
    curated: Curated,
) -> Iterator[Stale]:
    """Decisions about words, or with a target, that the vocabulary does not have in the end.

    That there is no room for a word in this size is no fault of a decision.
    """
    known = {id(stale.decision) for stale in curated.stale}

    def absence(label: str, word: str) -> str | None:
        """Why a word is not in; None where there was no room for it."""
        drop = drops.get(curated.aliases.get(word, word))
        if drop is None:
            return f"{label!r} is not in the vocabulary"
        if drop.filter.startswith("selection:"):
            return None
        return (
            f"{label!r} is not in the vocabulary, {drop.filter} dropped it ({drop.reason}); keep it"
        )

    def unmet(one: Decision, label: str) -> tuple[str, str | None] | None:
        if one.action in MOVES:
            return None if one.to in ends else (TARGET_GONE, absence(one.to, one.label))
        if label not in ids:
            if label in ends:
                return LEFT_OUT, f"{label!r} is an alias of {ends[label][0]!r} now; say it of that"
            return LEFT_OUT, absence(label, label)
        if one.action in TO_LABEL and one.to not in ends:
            return TARGET_GONE, absence(one.to, one.to)
        if one.action in TO_LABEL and ends[one.to][0] == label:
            return TARGET_GONE, f"{one.to!r} is another name of {label!r} now"
        return None

    moves = ((one, one.label) for one in decisions.standing if one.action in MOVES)
    for one, label in (*moves, *_remarks(decisions)):
        found = None if id(one) in known else unmet(one, label)
        if found is not None and found[1] is not None:
            yield Stale(one, found[0], found[1])
