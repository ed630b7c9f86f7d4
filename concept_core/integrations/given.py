"""What every integration is given: a vocabulary and an encoder, by name or made, and a mode."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from concept_core.decomposition.dictionary import Dictionary
from concept_core.encoders import Encoder, load_encoder
from concept_core.releases.specifiers import load_vocabulary
from concept_core.solvers.registry import check_mode
from concept_core.vocabulary import Vocabulary

VocabularyLike: TypeAlias = str | Path | Vocabulary
"""A vocabulary, or what ``load_vocabulary`` takes."""

EncoderLike: TypeAlias = str | Encoder
"""An encoder, or what ``load_encoder`` takes."""

DEFAULT_L0 = 8
"""Concepts a row where no mode is given: a limit means the same for every encoder, l1 does not."""


def as_vocabulary(given: VocabularyLike) -> Vocabulary:
    """The vocabulary; raises as ``load_vocabulary`` does."""
    return given if isinstance(given, Vocabulary) else load_vocabulary(given)


def as_encoder(given: EncoderLike) -> Encoder:
    """The encoder; raises as ``load_encoder`` does."""
    return load_encoder(given) if isinstance(given, str) else given


def as_dictionary(vocabulary: VocabularyLike, encoder: EncoderLike) -> Dictionary:
    """The atoms of a vocabulary in the space of an encoder; raises as the two and ``build`` do."""
    return Dictionary.build(as_vocabulary(vocabulary), as_encoder(encoder))


def chosen_mode(l0: int | None, l1: float | None) -> tuple[int | None, float | None]:
    """Limit and penalty, exactly one of them not None.

    Raises
    ------
    UsageError
        Both are given, or one is out of range.
    """
    if l0 is None and l1 is None:
        return DEFAULT_L0, None
    check_mode(l1, l0)
    return l0, l1
