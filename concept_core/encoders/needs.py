"""What an encoder needs of clips: their sounds, or their names alone."""

from __future__ import annotations

from concept_core.encoders.base import Encoder
from concept_core.encoders.precomputed import Precomputed
from concept_core.encoders.specifier import parse_specifier


def needs_sound(encoder: Encoder | str) -> bool:
    """Whether an encoder reads the files of clips; if not, it knows clips by their names.

    An encoder says so itself, with an attribute ``needs_sound``; one that says nothing needs them.
    A specifier is judged by its name, so that nothing is loaded before the data are looked for:
    of these ``precomputed`` alone needs none.

    Parameters
    ----------
    encoder : Encoder or str
        An encoder, centred or not, or the specifier of one.

    Raises
    ------
    UsageError
        A specifier that gives an option twice.
    """
    if isinstance(encoder, str):
        precomputed = parse_specifier(encoder).name == "precomputed"
        return Precomputed.needs_sound if precomputed else True
    return bool(getattr(getattr(encoder, "uncentred", encoder), "needs_sound", True))
