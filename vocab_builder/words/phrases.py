"""Words and noun phrases of captions, by part of speech."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from vocab_builder.words.events import attributes, events, is_entry
from vocab_builder.words.forms import is_adverb, is_verb, lemma, noun_first, noun_only
from vocab_builder.words.normal_form import is_word, normal_form
from vocab_builder.words.relations import closed_compound

KINDS = ("noun", "verb", "adjective", "phrase")
# Of a mention that counts only where the same phrase is told elsewhere: "a barking dog".
ATTRIBUTE = "attribute"
MAX_WORDS = 3

# Penn Treebank tags. Proper nouns are left out: a vocabulary of sound has no names.
_TAGS = {
    "NN": "noun", "NNS": "noun",
    "VB": "verb", "VBD": "verb", "VBG": "verb", "VBN": "verb", "VBP": "verb", "VBZ": "verb",
    "JJ": "adjective", "JJR": "adjective", "JJS": "adjective",
}  # fmt: skip
# Adjectives that count or compare ("several dogs" is no other sound than "dog"), and pronouns.
_BREAKS = frozenset(
    {
        "additional", "all", "another", "any", "both", "certain", "different", "double", "each",
        "enough", "every", "few", "fewer", "first", "following", "half", "last", "least",
        "less", "like", "many", "more", "most", "much", "multiple", "next", "numerous", "only",
        "other", "own", "repeated", "same", "second", "several", "similar", "single", "some",
        "subsequent", "such", "third", "triple", "various", "whole", "anybody", "anyone",
        "anything", "everybody", "everyone", "everything", "nobody", "nothing", "somebody",
        "someone", "something",
    }
)  # fmt: skip
_SENTENCE_END = re.compile(r"(?<=[.!?;:])\s+")

Mention = tuple[str, str]


class Reader(Protocol):
    """Turns a text into the labels that it mentions, each with its kind."""

    def mentions(self, text: str) -> set[Mention]:
        """(label, kind) pairs, each once however often the text has it."""
        ...


@dataclass(frozen=True, slots=True)
class WordReader:
    """Every word as it stands, of kind ``word``: no tagger, no dictionary, no data."""

    def mentions(self, text: str) -> set[Mention]:
        """(label, "word") pairs."""
        tokens = (_token_form(token) for token in _tokens(text))
        return {(token, "word") for token in tokens if is_word(token)}


@dataclass(frozen=True, slots=True)
class TaggedReader:
    """Nouns, verbs and adjectives in dictionary form, and noun phrases.

    A noun phrase is adjectives and nouns of two to three words that end in a noun; its last word
    is put in the singular. Of a longer run the last two and three words are taken, since the
    head of an English noun phrase comes last. Numbers, determiners, possessives and pronouns break
    a run, and a plural ends it: "birds tweet" is a sentence.

    Attributes
    ----------
    events : bool
        Whether to tell events too ("dog barking"), as phrases; those that a caption has before
        the noun ("a barking dog") of kind ``ATTRIBUTE``.
    join : bool
        Whether two nouns that WordNet writes as one noun are that noun: "fog horn" is "foghorn".
        For texts whose spaces nobody chose, such as transcripts.

    Raises
    ------
    MissingError
        On creation, if the tagger or WordNet is not on this machine.
    """

    events: bool = False
    join: bool = False
    _tagger: Any = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        from concept_core.resources import require_nltk

        require_nltk("tagger")
        require_nltk("wordnet")
        from nltk.tag import PerceptronTagger

        object.__setattr__(self, "_tagger", PerceptronTagger())

    def mentions(self, text: str) -> set[Mention]:
        """(label, kind) pairs, the kind one of ``KINDS`` or ``ATTRIBUTE``."""
        found: set[Mention] = set()
        for sentence in _SENTENCE_END.split(text):
            tokens = _tokens(_small_start(sentence))
            tagged = _mended([(_token_form(token), tag) for token, tag in self._tagger.tag(tokens)])
            if self.join:
                tagged = _joined(tagged)
            found.update(_words(tagged))
            found.update(_noun_phrases(tagged))
            if self.events:
                found.update((event, "phrase") for event in events(tagged))
                found.update((event, ATTRIBUTE) for event in attributes(tagged))
        return found


def _tokens(text: str) -> list[str]:
    from nltk.tokenize import TreebankWordTokenizer

    tokens: list[str] = TreebankWordTokenizer().tokenize(text)
    return tokens


@functools.lru_cache(maxsize=1 << 16)
def _token_form(token: str) -> str:
    return normal_form(token)


def _small_start(sentence: str) -> str:
    """A first word in small letters, which the tagger would take for a name; not TV, not I."""
    first, space, rest = sentence.lstrip().partition(" ")
    return (first.lower() if first.istitle() and first != "I" else first) + space + rest


def _mended(tagged: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Tags, with verbs where a tagger of newspapers sees plurals: no plural follows "a dog"."""
    mended: list[tuple[str, str]] = []
    singular = False
    for word, tag in tagged:
        if singular and tag in ("NN", "NNS") and mended[-1][1] == "NN" and _is_third_person(word):
            tag = "VBZ"
        mended.append((word, tag))
        singular = tag in ("NN", "JJ", "VBG") and singular if tag != "DT" else word in ("a", "an")
    return mended


def _joined(tagged: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Closed compounds that were written as two words, as one."""
    joined: list[tuple[str, str]] = []
    for word, tag in tagged:
        before, its_tag = joined[-1] if joined else ("", "")
        # The tagger takes many a first noun for an adjective ("a fog horn groans").
        if its_tag in ("NN", "JJ") and tag in ("NN", "NNS") and closed_compound(before, word):
            joined[-1] = (before + word, tag)
        else:
            joined.append((word, tag))
    return joined


@functools.cache
def _is_third_person(word: str) -> bool:
    verb = lemma(word, "verb")[0]
    inflected = word.endswith("s") and verb != word and lemma(word, "noun")[0] != word
    return inflected and is_verb(verb) and not noun_only(verb)


def _words(tagged: Sequence[tuple[str, str]]) -> set[Mention]:
    return {
        lemma(word, _TAGS[tag])
        for word, tag in tagged
        if tag in _TAGS and is_word(word) and not is_adverb(word)
    }


def _noun_phrases(tagged: Sequence[tuple[str, str]]) -> set[Mention]:
    return {phrase for run in _runs(tagged) for phrase in _phrases_of_run(run)}


def _runs(tagged: Sequence[tuple[str, str]]) -> Iterator[list[Mention]]:
    """Adjectives and nouns in a row; an adjective after a noun begins anew, a plural ends it."""
    run: list[Mention] = []
    for word, tag in tagged:
        kind = _part_of_phrase(word, tag)
        if kind is None or (kind == "adjective" and run and run[-1][1] == "noun"):
            yield run
            run = []
        if kind is not None:
            run.append((word, kind))
        if tag == "NNS":
            yield run
            run = []
    yield run


def _part_of_phrase(word: str, tag: str) -> str | None:
    kind = _TAGS.get(tag)
    if kind not in ("noun", "adjective") or not is_word(word) or word in _BREAKS:
        return None
    # In "a faucet pours water" the verb is often tagged as a noun; "running water" is one thing.
    if kind == "noun" and not word.endswith("ing") and lemma(word, kind)[1] == "verb":
        return None
    return kind


def _phrases_of_run(run: Sequence[Mention]) -> set[Mention]:
    if len(run) < 2 or run[-1][1] != "noun":
        return set()
    head, kind = lemma(*run[-1])
    # "a man talks" is often tagged as two nouns: a head must be a noun in the first place.
    if kind != "noun" or not noun_first(head):
        return set()
    words = [word for word, _ in run[:-1]]
    phrases = ([*words[-length:], head] for length in range(1, min(len(words), MAX_WORDS - 1) + 1))
    return {(" ".join(phrase), "phrase") for phrase in phrases if not _holds_verb(phrase)}


def _holds_verb(phrase: Sequence[str]) -> bool:
    """Whether a word before the head is what it does ("barking dog"), but for things so named."""
    doing = any(word.endswith("ing") and lemma(word, "noun")[1] == "verb" for word in phrase[:-1])
    return doing and not is_entry(" ".join(phrase))
