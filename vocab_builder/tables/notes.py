"""Notes below the tables of papers: what must be known to read them, and to make them again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_DIGITS = 12


def made_with(cards: Sequence[Mapping[str, Any]], names: Iterable[str]) -> list[str]:
    """Content hashes of the vocabularies, and how the embeddings were made.

    Parameters
    ----------
    cards : sequence of mapping
        As ``Scorecard.to_dict`` gives them.
    names : iterable of str
        What the table calls their vocabularies.

    Returns
    -------
    list of str
        Sentences.
    """
    hashes = (
        f"{name} {card['vocabulary']['content_hash'][:_DIGITS]}"
        for name, card in zip(names, cards, strict=True)
    )
    software = dict.fromkeys(f"Sonolex {card['software']}" for card in cards)
    return [
        f"Content of the vocabularies by SHA-256: {', '.join(dict.fromkeys(hashes))}.",
        f"Embeddings: {'; '.join(dict.fromkeys(_embeddings(card['encoder']) for card in cards))}."
        f" Computed with {', '.join(software)}.",
    ]


def _embeddings(spec: Mapping[str, Any]) -> str:
    return (
        f"{spec['name']} (spec {spec['fingerprint'][:_DIGITS]}, checkpoint"
        f" {spec['checkpoint'][:_DIGITS]}), centring {spec['centring']}, prompts"
        f" {spec['prompt_set']}"
    )


def reading(about: Mapping[str, Any]) -> list[str]:
    """What must be known to read the figures of a task: of a card, or ``about`` of a sweep."""
    lines, names = [], len(about["classes"])
    if about["dataset"] == "captions":
        lines.append("captions find captions; nothing was heard (c2c-back: found by the others)")
    seen = about["parameters"].get("classes_in_training", names)
    if about["task"] == "finetuned" and seen < names:
        lines.append(
            f"training saw {seen} of the {names} names: among the others the figure flatters the"
            " projection"
        )
    return lines


def sentence(text: str) -> str:
    """A note as a sentence."""
    return f"{text[:1].upper()}{text[1:]}."
