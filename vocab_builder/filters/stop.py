"""Stop words: words that name nothing one could hear, alone or inside a phrase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vocab_builder.filters.base import sieve, source_names
from vocab_builder.stages.candidates import Candidate, Drop, Outcome
from vocab_builder.stages.context import Context
from vocab_builder.words.lists import NLTK_LIST, check_lists, read_lists
from vocab_builder.words.normal_form import split_words

STOP_REASONS = ("stop-word", "stop-word-inside")


@dataclass(frozen=True, slots=True)
class Stop:
    """Drop labels made of stop words, and phrases that hold a word of ``inside``.

    Attributes
    ----------
    lists : tuple of str
        Lists of ``data/stop``, or ``nltk`` for NLTK's English stop words. A label all of whose
        words are in them is dropped; a form of a verb (falling) where the verb itself is.
    inside : tuple of str
        Lists of which one word is enough: "distant bird" repeats "bird".
    words : tuple of str
        Further words of the recipe's own, treated as ``lists`` are.
    spare : tuple of str
        Sources whose phrases are dropped only if a list has them as they are, and whose forms of
        verbs stay: "male speech", "white noise" and "typing" are AudioSet classes.
    """

    lists: tuple[str, ...] = ("function", "abstract")
    inside: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    spare: tuple[str, ...] = source_names(())

    def __post_init__(self) -> None:
        check_lists((*self.lists, *self.inside))

    @property
    def needs(self) -> frozenset[str]:
        """See the protocol."""
        return frozenset({"stopwords"} if NLTK_LIST in (*self.lists, *self.inside) else ())

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> Outcome:
        """Reasons: stop-word, stop-word-inside."""
        inside = read_lists(self.inside)
        alone = read_lists(self.lists) | frozenset(self.words) | inside

        def judge(candidate: Candidate) -> Drop | None:
            words = set(split_words(candidate.label))
            spared = len(words) > 1 and candidate.seen_in(self.spare)
            if candidate.label in alone or (words <= alone and not spared):
                return Drop(candidate, "stop", "stop-word")
            if candidate.seen_in(self.spare):
                return None
            if any(one.kind == "form" and one.alias in alone for one in candidate.other_names):
                return Drop(candidate, "stop", "stop-word")
            return Drop(candidate, "stop", "stop-word-inside") if words & inside else None

        return sieve(candidates, judge)
