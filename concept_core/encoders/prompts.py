"""Prompt sets: named, versioned rules from a label to the texts that are encoded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from concept_core.encoders.base import unit
from concept_core.spelling import check_names

if TYPE_CHECKING:
    from concept_core.encoders.base import Encoder, FloatArray

LABEL = "{label}"
# A published set never changes: another wording is another name or version.
PROMPT_SETS: dict[str, tuple[str, ...]] = {
    "bare@1": ("{label}",),
    "paper@1": ("This is a sound of {label}.",),
    "ensemble@1": (
        "{label}",
        "This is a sound of {label}.",
        "The sound of {label}.",
        "A recording of {label}.",
        "{label} can be heard.",
        "I can hear {label}.",
    ),
}


def templates(prompt_set: str) -> tuple[str, ...]:
    """The texts of a prompt set, each with ``{label}`` where the label goes.

    A text with ``{label}`` in it is a set of its own. ``bare@1`` is the label itself; ``paper@1``
    is the class prompt of the paper (arXiv 2504.14076, zero-shot); ``ensemble@1`` has several
    wordings, whose embeddings are averaged.

    Raises
    ------
    UsageError
        Unknown prompt set.
    """
    if LABEL in prompt_set:
        return (prompt_set,)
    check_names("prompt set", [prompt_set], [*PROMPT_SETS, f"or a text with {LABEL}"])
    return PROMPT_SETS[prompt_set]


def written(label: str, template: str) -> str:
    """A label in a template, as words: underscores of data sets and tags become spaces."""
    # Not str.format: a label may hold braces.
    return template.replace(LABEL, as_words(label))


def as_words(text: str) -> str:
    """A text with blanks for its underscores, one between two words."""
    # SpLiCE's list has "_" for a word, which names nothing (see words.normal_form.names_nothing
    # of vocab_builder): it stays what it is, since no text has no embedding.
    return " ".join(text.replace("_", " ").split()) or text


def encode_labels(encoder: Encoder, labels: Iterable[str], prompt_set: str) -> FloatArray:
    """Embed labels in a prompt set: (n, dim) float32, unit rows.

    Of a set with several wordings, the mean of the unit rows, scaled to length 1 again.

    Raises
    ------
    UsageError
        Unknown prompt set.
    """
    wordings: Sequence[str] = templates(prompt_set)
    own = getattr(encoder, "centred_labels", None)
    if own is not None:  # a centring knows what it takes off each wording
        rows: FloatArray = own(labels, prompt_set)
        return rows
    listed = list(labels)
    texts = [written(label, wording) for wording in wordings for label in listed]
    found = encoder.encode_text(texts).reshape(len(wordings), len(listed), encoder.spec.dim)
    return found[0] if len(wordings) == 1 else unit(found.mean(axis=0))
