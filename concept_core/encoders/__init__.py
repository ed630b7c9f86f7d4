"""Encoders behind one protocol; ``load_encoder`` finds one by name."""

from __future__ import annotations

from concept_core.encoders.base import Encoder, EncoderSpec
from concept_core.errors import UsageError
from concept_core.extras import check_extra
from concept_core.spelling import unknown_name

__all__ = ["Encoder", "EncoderSpec", "load_encoder"]

_KNOWN = ("yamnet-minilm",)
# Names that the contract promises and this version lacks, with the package that each will need.
_ANNOUNCED = {"clap": "transformers", "laion-clap": "laion_clap", "msclap": "transformers"}


def load_encoder(specifier: str) -> Encoder:
    """The encoder that ``NAME`` or ``NAME:ARGUMENT`` names.

    ``yamnet-minilm`` is the embedded one; it takes no argument.

    Raises
    ------
    UsageError
        Unknown name (the known ones and the nearest are listed), or an argument too many.
    MissingError
        A resource or an optional package is not on this machine.
    DataError
        A checkpoint file that cannot be read as what it should be.
    """
    name, colon, _ = specifier.partition(":")
    if name in _ANNOUNCED:
        check_extra(_ANNOUNCED[name])
        raise UsageError(
            f"encoder {name!r}: this version has no such backend yet; it has {', '.join(_KNOWN)}"
        )
    if name not in _KNOWN:
        raise unknown_name("encoder", name, _KNOWN)
    if colon:
        raise UsageError(f"encoder {specifier!r}: {name} takes no argument; write {name!r}")
    from concept_core.encoders.yamnet_minilm import YamnetMinilm

    return YamnetMinilm()
