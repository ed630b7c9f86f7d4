"""Events of captions: who or what sounds and how, as "dog barking"."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from itertools import pairwise

from concept_core.resources import wordnet_reader
from vocab_builder.words.forms import is_verb, lemma, noun_first, noun_only, participle
from vocab_builder.words.normal_form import is_word

_NOUNS = frozenset({"NN", "NNS"})
_FINITE = frozenset({"VBZ", "VBP", "VBD"})
_BETWEEN = frozenset({"RB", "RBR", "RP"})
# The sound is in the verb that follows: "a dog starts barking", "a dog begins to bark".
_PHASES = frozenset({"begin", "start", "continue", "keep", "stop", "finish", "proceed"})
# Verbs that say that there is a sound, when, or what is seen, but not how it sounds.
MUTE = frozenset(
    {
        "accompany", "act", "actuate", "add", "address", "allow", "amplify", "announce", "answer",
        "appear", "approach", "arrive", "attempt", "be", "become", "bring", "build", "carry",
        "cause", "change", "come", "comment", "communicate", "contain", "create", "decrease",
        "deliver", "describe", "die", "discuss", "do", "emit", "end", "engage", "enter",
        "exclaim", "explain", "express", "fade", "fill", "follow", "gather", "get", "give", "go",
        "grow", "halt", "handle", "happen", "have", "hear", "hit", "hold", "include", "increase",
        "instruct", "intensify", "interact", "interrupt", "involve", "join", "lead", "learn",
        "leave", "let", "listen", "lock", "look", "lower", "make", "move", "muffle", "near",
        "occur", "operate", "overlap", "pause", "perform", "pick", "place", "play", "position",
        "precede", "prepare", "present", "produce", "provide", "put", "raise", "reach", "react",
        "receive", "record", "relax", "remain", "repeat", "reply", "respond", "resume", "return",
        "rise", "say", "seem", "set", "show", "sit", "slow", "sound", "stand", "state", "stay",
        "struggle", "swarm", "take", "tell", "travel", "try", "turn", "use", "vary",
        "verbalize", "vocalize", "wait", "watch", "wind", "work",
    }
)  # fmt: skip
# Nouns that stand for no thing: "something breaking" is "breaking".
_NOBODY = frozenset({"noise", "sound", "thing", "lot", "kind", "type", "something", "someone"})
_BEFORE_OBJECT = frozenset({"DT", "PRP", "PRP$", "CD"})


def events(tagged: Sequence[tuple[str, str]]) -> set[str]:
    """Events that a tagged sentence tells, each a noun and a present participle.

    "A dog barks", "dogs are barking" and "a dog begins to bark" are all "dog barking". What
    follows the verb is left away: "door slams shut" is "door slamming". But a verb that has an
    object says nothing without it: "a wave hits the shore" is no "wave hitting".

    Parameters
    ----------
    tagged : sequence of (word in normal form, Penn Treebank tag)
    """
    return set(_said_of(tagged))


def attributes(tagged: Sequence[tuple[str, str]]) -> set[str]:
    """Participles before nouns, as if they were events: "a barking dog" is "dog barking".

    Not all of them are: "a popping explosion" is none. So they count only for events that are
    told somewhere too.
    """
    return set(_before_noun(tagged))


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
    for place, (word, tag) in enumerate(tagged[start:], start):
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
        silent = (helped and tag in _FINITE) or _has_object(tagged, place + 1)
        return None if silent else _sounding(word, tag)
    return None


def _has_object(tagged: Sequence[tuple[str, str]], start: int) -> bool:
    """Whether a noun comes next that is not the subject of another clause."""
    rest = tagged[start:]
    if not rest or rest[0][1] not in {*_BEFORE_OBJECT, *_NOUNS, "JJ"}:
        return False
    noun = next((place for place, (_, tag) in enumerate(rest) if tag in _NOUNS), None)
    between = rest[:noun]
    if noun is None or any(tag not in {*_BEFORE_OBJECT, "JJ"} for _, tag in between):
        return False
    while noun + 1 < len(rest) and rest[noun + 1][1] in _NOUNS:
        noun += 1
    following = rest[noun + 1][1] if noun + 1 < len(rest) else ""
    return following not in _FINITE and following != "VBG"


def _sounding(word: str, tag: str) -> str | None:
    """The participle of a verb that says how something sounds."""
    verb, kind = lemma(word, "verb")
    if kind != "verb" or verb in MUTE or not is_word(verb):
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
        doing = tag == "VBG" or (word.endswith("ing") and tag in ("NN", "JJ"))
        if doing and after_tag in _NOUNS and previous in ("", "DT", "JJ", "CC", "IN", ","):
            sounding, noun = _sounding(word, "VBG"), _thing(after)
            # "washing machine" is a thing of its own.
            if sounding and noun and not is_entry(f"{word} {noun}"):
                yield f"{noun} {sounding}"
        previous = tag


def _thing(word: str) -> str | None:
    noun, kind = lemma(word, "noun")
    fits = kind == "noun" and is_word(noun) and noun_first(noun) and noun not in _NOBODY
    return noun if fits else None


@functools.cache
def is_entry(phrase: str) -> bool:
    """Whether WordNet has a phrase as a noun."""
    wordnet = wordnet_reader()

    return bool(wordnet.synsets(phrase.replace(" ", "_"), "n"))
