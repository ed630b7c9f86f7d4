"""Stop words: words that name nothing one could hear, alone or inside a phrase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from concept_core.errors import UsageError
from concept_core.files import package_folder
from concept_core.spelling import check_names
from vocab_builder.filters.sieve import sieve
from vocab_builder.stages.candidates import Candidate, Drop, FilterResult
from vocab_builder.stages.context import Context
from vocab_builder.words.normal_form import split_words

NLTK_LIST = "nltk"


@dataclass(frozen=True, slots=True)
class Stop:
    """Drop labels made of stop words, and phrases that hold a word of ``inside``.

    Attributes
    ----------
    lists : tuple of str
        Lists of ``data/stop``, or ``nltk`` for NLTK's English stop words. A label all of whose
        words are in them is dropped.
    inside : tuple of str
        Lists of which one word is enough: "distant bird" repeats "bird".
    words : tuple of str
        Further words of the recipe's own, treated as ``lists`` are.
    spare : tuple of str
        Sources whose phrases the rule of ``inside`` spares: "male speech" and "white noise" are
        AudioSet classes.
    """

    lists: tuple[str, ...] = ("function", "abstract")
    inside: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_lists((*self.lists, *self.inside))

    @property
    def needs(self) -> frozenset[str]:
        """See the protocol."""
        return frozenset({"stopwords"} if NLTK_LIST in (*self.lists, *self.inside) else ())

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> FilterResult:
        """Reasons: stop-word, stop-word-inside."""
        inside = read_lists(self.inside)
        alone = read_lists(self.lists) | frozenset(self.words) | inside

        def judge(candidate: Candidate) -> Drop | None:
            words = set(split_words(candidate.label))
            if candidate.label in alone or words <= alone:
                return Drop(candidate, "stop", "stop-word")
            if words & inside and not candidate.seen_in(self.spare):
                return Drop(candidate, "stop", "stop-word-inside")
            return None

        return sieve(candidates, judge)


def read_lists(names: Sequence[str]) -> frozenset[str]:
    """All words of the named lists.

    Raises
    ------
    UsageError
        An unknown list; the message names the known ones.
    MissingError
        NLTK's list is asked for and not on this machine.
    """
    _check_lists(names)
    words: set[str] = set()
    for name in names:
        if name == NLTK_LIST:
            words.update(_nltk_words())
            continue
        words.update(read_words(_folder() / f"{name}.txt"))
    return frozenset(words)


def read_words(path: Path) -> frozenset[str]:
    """The words of a list of this package, one a line; ``#`` begins a comment line."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _folder() -> Path:
    return package_folder("data") / "stop"


def _check_lists(names: Sequence[str]) -> None:
    known = [entry.stem for entry in _folder().glob("*.txt")]
    check_names("stop list", names, [*known, NLTK_LIST], "stop")


def _nltk_words() -> list[str]:
    from nltk.corpus import stopwords

    from concept_core.resources import require_nltk

    require_nltk("stopwords")
    words: list[str] = stopwords.words("english")
    if not words:
        raise UsageError("NLTK's English stop word list is empty; run: sonolex fetch stopwords")
    return words
