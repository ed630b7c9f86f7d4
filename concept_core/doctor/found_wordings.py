"""Wordings that texts share, to the letter: ``This is a sound of {label}.`` and one without stop.

A text encoder moves with every character: two wordings that a person reads alike are two places in
its space. What many texts begin or end with is a wording.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

# How many texts must begin alike, and which share of them must go on alike: fewer are labels that
# share a word.
_LEAST, _SHARE, _BRANCH = 5, 0.1, 0.2
_LONGEST = 8
_WORD = re.compile(r"[^\s_]+")
_Words = tuple[str, ...]


def same_but_for_letters(texts: Iterable[str]) -> list[list[int]]:
    """Places of texts that differ only by a full stop, case, underscores or blanks.

    Returns
    -------
    list of list of int
        Two places or more each, in the order of the first.
    """
    groups: defaultdict[_Words, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        groups[_words(text)].append(place)
    return [places for words, places in groups.items() if words and len(places) > 1]


def wordings(texts: Sequence[str]) -> list[dict[str, list[int]]]:
    """The wordings of texts; those that differ to the letter alone stand together.

    Returns
    -------
    list of dict
        For each wording the ways in which it is written, such as ``This is a sound of {label}.``,
        with the places of the texts that are written so; the most frequent first.
    """
    parts = [_words(text) for text in texts]
    heads, tails = _shared(parts), _shared([words[::-1] for words in parts])
    found: defaultdict[tuple[_Words, _Words], defaultdict[str, list[int]]]
    found = defaultdict(lambda: defaultdict(list))
    for place, (words, head, tail) in enumerate(zip(parts, heads, tails, strict=True)):
        if not words:  # "_" alone holds no label
            continue
        # Either: labels that share their last word would look like an end of the wording.
        last = len(words) - (0 if head else tail)
        found[words[:head], words[last:]][_template(texts[place], head, last)].append(place)
    ordered = [
        dict(sorted(ways.items(), key=lambda item: -len(item[1]))) for ways in found.values()
    ]
    return sorted(ordered, key=lambda ways: -sum(map(len, ways.values())))


def _spans(text: str) -> list[re.Match[str]]:
    """The words of a text as they stand, without blanks, underscores and a full stop at its end."""
    return list(_WORD.finditer(text, 0, len(text.rstrip(" \t\r\n."))))


def _words(text: str) -> _Words:
    return tuple(word.group().casefold() for word in _spans(text))


def _shared(parts: Sequence[_Words]) -> list[int]:
    """How many of its first words each text shares with many; one word at least is left over."""
    least = max(_LEAST, _SHARE * len(parts))
    counts = Counter(words[:end] for words in parts for end in range(1, len(words))[:_LONGEST])
    found = []
    for words in parts:
        end = 0
        while end + 1 < len(words):
            if counts[words[: end + 1]] < max(least, _BRANCH * counts[words[:end]]):
                break
            end += 1
        found.append(end)
    # Where nearly all others go on ("a recording of"), a label begins so ("a cappella").
    ends = Counter(words[:end] for words, end in zip(parts, found, strict=True))
    return [
        end if ends[words[:end]] >= least else 0 for words, end in zip(parts, found, strict=True)
    ]


def _template(text: str, head: int, last: int) -> str:
    """A text as it is written, with ``{label}`` for its words from one place to another."""
    spans = _spans(text)
    return f"{text[: spans[head].start()]}{{label}}{text[spans[last - 1].end() :]}"
