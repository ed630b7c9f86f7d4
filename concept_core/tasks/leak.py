"""Class-name leak: how much of a task's class names is in the vocabulary that is judged on it.

Words are compared as they are written, case ignored, so that a card is the same on every
machine: other forms of a word (dogs for dog) need a lemmatiser and are left to the filter
``leak`` of recipes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

_WORD = re.compile(r"[^\W_]+")


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.casefold()))


def class_name_leak(labels: Sequence[str], classes: Sequence[str]) -> dict[str, Any]:
    """Which class names are concepts, and which share all of one's words.

    Parameters
    ----------
    labels : sequence of str
        The vocabulary.
    classes : sequence of str

    Returns
    -------
    dict
        ``exact``: class names that are concepts. ``within``: by class name, how many other
        concepts have all of its words ("dog barking" for "dog"), or consist of words of it
        ("clock" for "clock tick"); names with none are left out.
    """
    concepts = {" ".join(_words(label)): frozenset(_words(label)) for label in labels}
    exact: list[str] = []
    within: dict[str, int] = {}
    for name in classes:
        named = frozenset(_words(name))
        key = " ".join(_words(name))
        if key in concepts:
            exact.append(name)
        count = sum(
            1
            for label, words in concepts.items()
            if label != key and words and named and (words <= named or named <= words)
        )
        if count:
            within[name] = count
    return {"exact": exact, "within": within}
