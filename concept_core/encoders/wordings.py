"""In which wording texts stand: "This is a sound of rain." says "rain" in one of many ways.

A CLAP's text vectors depend on the wording to the letter: of LAION's, those of one label with and
without a full stop have cosines of .45 to .74. So the labels of a dictionary must stand in one.
"""

from __future__ import annotations

from collections.abc import Iterable

from concept_core.encoders.prompts import LABEL, PROMPT_SETS, as_words

BARE = LABEL


def known_wordings() -> tuple[str, ...]:
    """The wordings of all prompt sets, each with and without a full stop; the bare label last."""
    found: dict[str, None] = {}
    for wording in (one for wordings in PROMPT_SETS.values() for one in wordings):
        if wording != BARE:
            found |= {wording: None, wording.removesuffix("."): None}
    # Longest first: of two that fit a text, the longer says more of it.
    return (*sorted(found, key=lambda one: (-len(one), one)), BARE)


def label_in(text: str, wording: str) -> str | None:
    """The label of a text that stands in a wording, as words; None if it stands in another."""
    before, _, after = wording.partition(LABEL)
    inside = text[len(before) : len(text) - len(after)]
    if not (text.startswith(before) and text.endswith(after) and inside.strip()):
        return None
    return as_words(inside)


def sorted_by_wording(texts: Iterable[str]) -> dict[str, list[str]]:
    """Texts by the first of ``known_wordings`` that each stands in."""
    wordings = known_wordings()
    found: dict[str, list[str]] = {wording: [] for wording in wordings}
    for text in texts:
        found[next(one for one in wordings if label_in(text, one) is not None)].append(text)
    return found


def main_wording(texts: Iterable[str]) -> str:
    """The prompt set, or the wording, that most of the texts stand in; ``bare@1`` of none."""
    by_wording = sorted_by_wording(texts)
    if not any(by_wording.values()):
        return prompt_set_of(BARE)
    # Among equals the first: a wording rather than the bare label.
    return prompt_set_of(max(by_wording, key=lambda one: len(by_wording[one])))


def prompt_set_of(wording: str) -> str:
    """The name of the prompt set that is this wording alone; the wording itself if none is."""
    named = (name for name, wordings in PROMPT_SETS.items() if wordings == (wording,))
    return next(named, wording)
