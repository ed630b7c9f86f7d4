"""Words that say one thing: forms of one word, words of one stem, synonyms; one is kept for all.

The most frequent stays, and takes count, evidence and links of the others; what a source named in
``authorities`` has stays before what others say more often: "snoring" before "snore".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from concept_core.errors import UsageError
from concept_core.resources import require_nltk
from vocab_builder.filters.base import by_count, named_first, source_names
from vocab_builder.filters.calibration import settled
from vocab_builder.stages.candidates import Candidate, Drop, Outcome
from vocab_builder.stages.context import Context
from vocab_builder.words.form_rules import check_rule, form_keys, load_forms
from vocab_builder.words.relations import derivations, usual_senses

# From a candidate's index, and the indices by label of those that stay so far, to the drop; its
# twin is one of these labels.
Judge = Callable[[int, Mapping[str, int]], Drop | None]


@dataclass(frozen=True, slots=True)
class Twins:
    """Of candidates that are forms of one word, keep the most frequent, with all counts.

    Attributes
    ----------
    forms : str
        Rule of ``vocab_builder.words.form_rules``: ``wordnet``, or ``snowball``, which needs
        no data.
    authorities : tuple of str
        Sources that know which form is the term.
    """

    forms: str = "wordnet"
    authorities: tuple[str, ...] = source_names(())

    def __post_init__(self) -> None:
        check_rule(self.forms, "twins")

    @property
    def needs(self) -> frozenset[str]:
        """See the protocol."""
        return frozenset({"wordnet"} if self.forms == "wordnet" else ())

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> Outcome:
        """Reason: lexical-twin; the twin is the form that stays and takes count and evidence."""
        from scipy.cluster.hierarchy import DisjointSet

        rule = load_forms(self.forms)
        groups: DisjointSet = DisjointSet(range(len(candidates)))
        holder: dict[str, int] = {}
        for index, candidate in enumerate(candidates):
            for label in (candidate.label, *candidate.also):
                for key in form_keys(label, rule):
                    groups.merge(holder.setdefault(key, index), index)
        kept_forms: dict[int, str] = {}

        def judge(index: int, stay: Mapping[str, int]) -> Drop | None:
            candidate = candidates[index]
            twin = kept_forms.setdefault(groups[index], candidate.label)
            if twin == candidate.label:
                return None
            return Drop(candidate, "twins", "lexical-twin", twin=twin)

        return keep_most_frequent(candidates, judge, self.authorities)


@dataclass(frozen=True, slots=True)
class Derivations:
    """Of words derived from one stem with one meaning, keep the most frequent, with all counts.

    ``vocab_builder.words.relations.derivations`` says which words these are: WordNet's links,
    narrowed to those that change the part of speech only. Who does what a verb says, or what it is
    done with, is something else: sing and singer, blend and blender stay.

    Attributes
    ----------
    authorities : tuple of str
        Sources that know which word is the term.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"wordnet"})
    authorities: tuple[str, ...] = source_names(())

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> Outcome:
        """Reason: derivation; the twin is the word that stays and takes count and evidence."""
        require_nltk("wordnet")

        def judge(index: int, stay: Mapping[str, int]) -> Drop | None:
            candidate = candidates[index]
            twins = [stay[word] for word in derivations(candidate.label) if word in stay]
            if not twins:
                return None
            standing = _standing(self.authorities)
            twin = min((candidates[one] for one in twins), key=standing)
            return Drop(candidate, "derivations", "derivation", twin=twin.label)

        return keep_most_frequent(candidates, judge, self.authorities)


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Of words that share a sense, keep the most frequent, with all counts and links.

    Attributes
    ----------
    max_sense : int
        Only the first so many senses of a word count: by a rare one a harp is a harmonica.
    witness : float or None
        Least cosine between the two, in [-1, 1]; None takes the encoder's calibrated one, from
        which on a pair is as likely one thing as two without any dictionary.
    authorities : tuple of str
        Sources that know which word is the term.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"encoder", "wordnet"})
    max_sense: int = 1
    witness: float | None = None
    authorities: tuple[str, ...] = source_names(())

    def __post_init__(self) -> None:
        if self.max_sense < 1:
            raise UsageError(f"synonyms: max_sense must be from 1, found {self.max_sense}")
        if self.witness is not None and not -1 <= self.witness <= 1:
            raise UsageError(f"synonyms: witness {self.witness} is not in [-1, 1]")

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> Outcome:
        """Reason: synonym; the score is the cosine to the twin, which takes count and evidence.

        Raises
        ------
        UsageError
            There is no witness, and the encoder cannot tell labels that say one thing.
        """
        require_nltk("wordnet")
        witness, figures = settled(self.witness, context, "synonyms")
        atoms = context.embed([candidate.label for candidate in candidates])
        senses = [usual_senses(candidate.label, self.max_sense) for candidate in candidates]
        by_sense: dict[str, list[int]] = defaultdict(list)
        for index, names in enumerate(senses):
            for name in names:
                by_sense[name].append(index)

        def judge(index: int, stay: Mapping[str, int]) -> Drop | None:
            shared = {other for name in senses[index] for other in by_sense[name]}
            # Rounded: the last bits of a product differ between machines, a build must not.
            cosines = {
                other: round(float(atoms[other] @ atoms[index]), 6)
                for other in sorted(shared)
                if candidates[other].label in stay
            }
            if not cosines:
                return None
            twin = max(cosines, key=lambda other: cosines[other])
            if cosines[twin] < witness:
                return None
            label = candidates[twin].label
            return Drop(
                candidates[index], "synonyms", "synonym", cosines[twin], witness, twin=label
            )

        return replace(keep_most_frequent(candidates, judge, self.authorities), judged=figures)


def _standing(authorities: Sequence[str]) -> Callable[[Candidate], Any]:
    """Sorts first what stays of several twins: what a person named, then what authorities have,
    then what is more frequent."""

    def order(candidate: Candidate) -> Any:
        known = candidate.seen_in(authorities)
        return *named_first(candidate), not known, -candidate.mass, candidate.label

    return order


def keep_most_frequent(
    candidates: Sequence[Candidate], judge: Judge, authorities: Sequence[str] = ()
) -> Outcome:
    """Ask, the most frequent first, whether a candidate repeats one that stays already.

    The one that stays takes count, evidence and links. Twins do not chain: where b is
    a twin of a, and c of b only, c stays.

    Parameters
    ----------
    candidates : sequence of Candidate
    judge : Judge
        Which earlier candidate one repeats, if any.
    authorities : sequence of str
        Sources whose words are asked before all others.
    """
    stay: dict[str, int] = {}
    merged: dict[int, Candidate] = {}
    dropped: list[Drop] = []

    def first(at: int) -> tuple[bool, ...]:
        one = candidates[at]
        return *named_first(one), not one.seen_in(authorities)

    # Stable: of equals the more frequent.
    for index in sorted(by_count(candidates), key=first):
        drop = judge(index, stay)
        if drop is None or drop.twin is None:
            stay[candidates[index].label] = index
            merged[index] = candidates[index]
        else:
            place = stay[drop.twin]
            merged[place] = merged[place].absorb(candidates[index])
            dropped.append(drop)
    kept = sorted(merged.values(), key=lambda candidate: (-candidate.mass, candidate.label))
    return Outcome(tuple(kept), tuple(dropped))
