"""Events of captions: who or what sounds and how, as "dog barking"."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from itertools import pairwise

from vocab_builder.words.forms import is_verb, lemma, noun_first, noun_only, participle
from vocab_builder.words.normal_form import is_word

_NOUNS = frozenset({"NN", "NNS"})
_FINITE = frozenset({"VBZ", "VBP", "VBD"})
_BETWEEN = frozenset({"RB", "RBR", "RP"})
# The sound is in the verb that follows: "a dog starts barking", "a dog begins to bark".
_PHASES = frozenset({"begin", "start", "continue", "keep", "stop", "finish", "proceed"})
# Verbs that say that there is a sound, when, or what is seen, but not how it sounds.
_MUTE = frozenset(
    {
        "accompany", "appear", "approach", "attempt", "be", "become", "cause", "change", "come",
        "communicate", "contain", "deliver", "do", "emit", "end", "fade", "follow", "get",
        "give", "go", "happen", "have", "hear", "include", "increase", "interrupt", "involve",
        "lead", "leave", "let", "lower", "make", "move", "occur", "operate", "overlap",
        "precede", "produce", "provide", "put", "raise", "remain", "repeat", "respond",
        "resume", "rise", "seem", "show", "sound", "stand", "take", "try", "use", "vary",
        "verbalize", "watch", "wind",
    }
)  # fmt: skip
# Nouns that stand for no thing: "something breaking" is "breaking".
_NOBODY = frozenset({"noise", "sound", "thing", "lot", "kind", "type", "something", "someone"})


def events(tagged: Sequence[tuple[str, str]]) -> set[str]:
    """Events of a tagged sentence, each a noun and a present participle.

    "A dog barks", "dogs are barking", "a dog begins to bark" and "a barking dog" are all
    "dog barking". What follows the verb is left away: "door slams shut" is "door slamming".

    Parameters
    ----------
    tagged : sequence of (word in normal form, Penn Treebank tag)
    """
    return {*_said_of(tagged), *_before_noun(tagged)}


def _said_of(tagged: Sequence[tuple[str, str]]) -> Iterator[str]:
    for place, (word, tag) in enumerate(tagged):
        noun = _thing(word) if tag in _NOUNS else None
        if noun is not None and not _modifies(tagged, place):
            sounding = _sounding_after(tagged, place + 1)
            if sounding is not None:
                yield f"{noun} {sounding}"


def _modifies(tagged: Sequence[tuple[str, str]], place: int) -> bool:
    """Whether the noun stands before another, of which the verb is said."""
    following = tagged[place + 1] if place + 1 < len(tagged) else ("", "")
    return following[1] in _NOUNS and _thing(following[0]) is not None


def _sounding_after(tagged: Sequence[tuple[str, str]], start: int) -> str | None:
    helped = False
    for word, tag in tagged[start:]:
        if tag in _BETWEEN or (helped and tag == "TO"):
            continue
        verb, kind = lemma(word, "verb")
        # Of "a dog barks" the tagger often makes two nouns.
        if tag == "NNS" and kind == "verb" and not noun_first(verb):
            tag = "VBZ"
        if tag not in _FINITE and tag != "VBG" and not (helped and tag == "VB"):
            return None
        if verb == "be" or (tag in _FINITE and verb in _PHASES):
            helped = True
            continue
        # "is hit" is passive: it does not say who sounds.
        return None if helped and tag in _FINITE else _sounding(word, tag)
    return None


def _sounding(word: str, tag: str) -> str | None:
    """The participle of a verb that says how something sounds."""
    verb, kind = lemma(word, "verb")
    if kind != "verb" or verb in _MUTE or not is_word(verb):
        return None
    if not is_verb(verb):
        # WordNet has no verb for "yipping"; nor for "briefly", whatever the tagger says.
        return word if tag == "VBG" and word.endswith("ing") else None
    # The tagger often makes verbs of "the horse hoofs", and a participle of "the bird wing".
    mistaken = noun_only(verb) if tag != "VBG" else word == verb and noun_first(verb)
    return None if mistaken else participle(verb)


def _before_noun(tagged: Sequence[tuple[str, str]]) -> Iterator[str]:
    previous = ""
    for (word, tag), (after, after_tag) in pairwise(tagged):
        if tag == "VBG" and after_tag in _NOUNS and previous in ("", "DT", "JJ", "CC", "IN", ","):
            sounding, noun = _sounding(word, tag), _thing(after)
            # "washing machine" is a thing of its own.
            if sounding and noun and not _is_entry(f"{word} {noun}"):
                yield f"{noun} {sounding}"
        previous = tag


def _thing(word: str) -> str | None:
    noun, kind = lemma(word, "noun")
    fits = kind == "noun" and is_word(noun) and noun_first(noun) and noun not in _NOBODY
    return noun if fits else None


@functools.cache
def _is_entry(phrase: str) -> bool:
    from nltk.corpus import wordnet

    return bool(wordnet.synsets(phrase.replace(" ", "_"), "n"))
