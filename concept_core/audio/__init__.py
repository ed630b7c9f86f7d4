"""Audio in: what can be embedded, and from files of every kind to mono samples at a rate.

``clips`` has the values and the two ways in, ``files`` decodes, ``sources`` has bytes on disks and
in memory, ``headers`` mends what headers say wrongly, ``kinds`` names what is no sound, ``levels``
measures silence, offset and cancelling.
"""

from concept_core.audio.clips import (
    BadClip,
    BadClipsError,
    Clip,
    Sound,
    as_clip,
    bad_clip,
    check_sounds,
    is_sound,
    left_out,
    load_clip,
    pair_clip,
    sound_name,
)
from concept_core.audio.files import stated_seconds
from concept_core.audio.kinds import AUDIO_SUFFIXES
from concept_core.audio.levels import SILENCE_PEAK, constant_offset, is_silent
from concept_core.audio.sources import SoundBytes, sha256_of

__all__ = [
    "AUDIO_SUFFIXES",
    "SILENCE_PEAK",
    "BadClip",
    "BadClipsError",
    "Clip",
    "Sound",
    "SoundBytes",
    "as_clip",
    "bad_clip",
    "check_sounds",
    "constant_offset",
    "is_silent",
    "is_sound",
    "left_out",
    "load_clip",
    "pair_clip",
    "sha256_of",
    "sound_name",
    "stated_seconds",
]
