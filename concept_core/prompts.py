"""Prompt sets: named, versioned rules from a label to the text that is encoded."""

from __future__ import annotations

from collections.abc import Iterable

from concept_core.spelling import unknown_name

# A published set never changes: another wording is another name or version.
PROMPT_SETS = {
    "bare@1": "{label}",
    "paper@1": "This is a sound of {label}.",
}


def prompt(labels: Iterable[str], prompt_set: str) -> list[str]:
    """The text of each label in a prompt set.

    ``bare@1`` is the label itself; ``paper@1`` is the class prompt of the paper (arXiv
    2504.14076, zero-shot).

    Raises
    ------
    UsageError
        Unknown prompt set.
    """
    if prompt_set not in PROMPT_SETS:
        raise unknown_name("prompt set", prompt_set, PROMPT_SETS)
    # Not str.format: a label may hold braces.
    return [PROMPT_SETS[prompt_set].replace("{label}", label) for label in labels]
