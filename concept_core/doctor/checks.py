"""The checks of ``doctor``, one function each: a status, and a message with the figures.

What two inputs must not share, or what company must not change, is looked at without centring:
it would blow rounding up to directions where a broken model gives everything the same row.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from concept_core.audio import Clip
from concept_core.datasets import load_dataset
from concept_core.encoders import probes
from concept_core.encoders.base import Encoder, FloatArray
from concept_core.encoders.centred import CentredEncoder
from concept_core.encoders.centring import CLAPS, modality_gap
from concept_core.encoders.own_means import FEWEST, OwnMeans
from concept_core.encoders.prompts import encode_labels
from concept_core.errors import SonolexError
from concept_core.resources import status

Verdict = tuple[str, str]

_TEXTS = ("rain", "a dog barking", "This is a sound of thunder.")
_UNIT = 1e-4
# Rows nearer than this are one row: a model in half precision rounds to 1e-3.
_SAME = 1e-3
_COMPANY = {"float32": 1e-5}
_HALF_COMPANY = 2e-2
# Of ten names; chance gets one, and five or more in one of six hundred tries.
_RIGHT = 0.5
# What ships with us and is known to hear: where it does not, something is broken.
_REAL = frozenset({"yamnet-minilm"})


class CheckInputs:
    """What the checks of one encoder share.

    Parameters
    ----------
    encoder : Encoder
    """

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.raw = encoder.uncentred if isinstance(encoder, CentredEncoder) else encoder
        self.noise, self.tone = probes.sound("noise", 0), probes.sound("tone", 2)
        self.pulses = probes.sound("pulses", 3)
        self.clips = (self.noise, self.tone, self.pulses)

    @cached_property
    def real(self) -> tuple[FloatArray, FloatArray, list[int]] | None:
        """The real sounds, their names, and which name is each sound's, not centred; or None."""
        folder = status("demo-sounds").path
        if folder is None:
            return None
        sounds = load_dataset("demo-sounds", folder)
        assert sounds.labels is not None  # each sound is of one animal
        rows = self.raw.encode_audio(list(sounds.paths))
        return rows, self._named(sounds.info.classes), sounds.labels.tolist()

    @cached_property
    def made(self) -> tuple[FloatArray, FloatArray, list[int]]:
        """Two sounds that are made here and their names, as ``real``."""
        rows = self.raw.encode_audio([self.noise, self.tone])
        return rows, self._named(("white noise", "a steady tone")), [0, 1]

    def centred(self, sounds: FloatArray, names: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Rows as the encoder gives them, centred where it centres."""
        if not isinstance(self.encoder, CentredEncoder):
            return sounds, names
        centring, prompt_set = self.encoder.centring, self.raw.spec.prompt_set
        return centring.off_sounds(sounds, ()), centring.off_list(names, prompt_set)

    def _named(self, names: Sequence[str]) -> FloatArray:
        return encode_labels(self.raw, names, self.raw.spec.prompt_set)


def check_loads(inputs: CheckInputs) -> Verdict:
    """The model loads and embeds a text and a sound."""
    inputs.encoder.encode_text(list(_TEXTS[:1]))
    inputs.encoder.encode_audio([inputs.noise])
    return "ok", "a text and a sound are embedded"


def check_shape(inputs: CheckInputs) -> Verdict:
    """None, one and several inputs give (n, dim) float32 of the spec's dim."""
    for count in (0, 1, 3):
        rows = {
            "texts": inputs.encoder.encode_text(list(_TEXTS[:count])),
            "sounds": inputs.encoder.encode_audio(list(inputs.clips[:count])),
        }
        for what, x in rows.items():
            if x.shape != (count, inputs.encoder.spec.dim) or x.dtype != np.float32:
                wanted = f"({count}, {inputs.encoder.spec.dim}) float32"
                return "failed", f"{count} {what} give {x.shape} {x.dtype}, not {wanted}"
    return "ok", f"(n, {inputs.encoder.spec.dim}) float32 for 0, 1 and 3 texts and sounds"


def check_unit(inputs: CheckInputs) -> Verdict:
    """Every row is finite and has length 1."""
    rows = [
        inputs.encoder.encode_text(list(_TEXTS)),
        inputs.encoder.encode_audio(list(inputs.clips)),
    ]
    lengths = np.linalg.norm(np.concatenate(rows), axis=1)
    worst = float(np.abs(lengths - 1).max())
    if not worst <= _UNIT:  # not finite is not below
        return "failed", f"a length is off 1 by {worst:.1e}; cosines would be wrong: scale the rows"
    return "ok", f"lengths are off 1 by {worst:.1e} at most"


def check_repeat(inputs: CheckInputs) -> Verdict:
    """The same input gives the same bytes."""
    texts, clips = list(_TEXTS), list(inputs.clips)
    if inputs.encoder.encode_text(texts).tobytes() != inputs.encoder.encode_text(texts).tobytes():
        return "failed", "the same texts give other bytes; is the model in training mode?"
    if inputs.encoder.encode_audio(clips).tobytes() != inputs.encoder.encode_audio(clips).tobytes():
        return "failed", "the same sounds give other bytes; is something cropped at random?"
    return "ok", "texts and sounds twice: the same bytes"


def check_texts(inputs: CheckInputs) -> Verdict:
    """Different texts have different rows."""
    nearest = _nearest(inputs.raw.encode_text(list(_TEXTS)))
    if not nearest > _SAME:
        return "failed", "different texts get one row: the tokenizer knows no words of theirs"
    return "ok", f"the nearest two of {len(_TEXTS)} are {nearest:.3f} apart"


def check_sounds(inputs: CheckInputs) -> Verdict:
    """Different sounds have different rows."""
    nearest = _nearest(inputs.raw.encode_audio(list(inputs.clips)))
    if not nearest > _SAME:
        return "failed", "noise, a tone and pulses get one row: the model hears nothing"
    return "ok", f"the nearest two of {len(inputs.clips)} are {nearest:.3f} apart"


def check_batch(inputs: CheckInputs) -> Verdict:
    """A row does not depend on what is embedded beside it."""
    limit = _COMPANY.get(inputs.raw.spec.precision, _HALF_COMPANY)
    alone = [inputs.raw.encode_text([text]) for text in _TEXTS]
    worst = np.abs(inputs.raw.encode_text(list(_TEXTS)) - np.concatenate(alone)).max()
    alone = [inputs.raw.encode_audio([clip]) for clip in inputs.clips]
    together = inputs.raw.encode_audio(list(inputs.clips))
    worst = float(max(worst, np.abs(together - np.concatenate(alone)).max()))
    if not worst <= limit:
        return "failed", f"alone and in company values differ by {worst:.1e}, above {limit:.0e}"
    return "ok", f"alone and in company values differ by {worst:.1e} at most"


def check_refusals(inputs: CheckInputs) -> Verdict:
    """Silence, no samples and NaN are refused with an error of ours, not given a direction."""
    broken = {
        "silence": np.zeros(48_000, np.float32),
        "an empty clip": np.zeros(0, np.float32),
        "NaN": np.full(48_000, np.nan, np.float32),
    }
    for what, samples in broken.items():
        try:
            inputs.encoder.encode_audio([Clip(samples, 48_000, what)])
        except SonolexError:
            continue
        # Whatever else it raises would reach the user as a traceback.
        except Exception as error:
            return "failed", f"{what} raises {type(error).__name__}, not a DataError ({error})"
        return "failed", f"{what} gets an embedding; it has no direction: raise a DataError"
    return "ok", f"{', '.join(broken)}: refused"


def check_long(inputs: CheckInputs) -> Verdict:
    """A clip longer than any window repeats, and all of it counts."""
    rate = inputs.tone.sample_rate
    head = np.resize(inputs.tone.samples, 10 * rate)
    first, other = (
        Clip(np.concatenate([head, end.samples]), rate, f"12 s, then {end.name}")
        for end in (inputs.noise, inputs.pulses)
    )
    once, again = (inputs.encoder.encode_audio([first]) for _ in range(2))
    if once.tobytes() != again.tobytes():
        return "failed", "12 seconds give other bytes each time: they are cropped at random"
    apart = float(np.linalg.norm(once - inputs.encoder.encode_audio([other])))
    if not apart > _SAME:
        return "warning", "what comes after ten seconds is not heard: longer clips are cut off"
    return "ok", f"12 seconds repeat, and another end moves them by {apart:.3f}"


def check_rate(inputs: CheckInputs) -> Verdict:
    """A sound is the same at another sample rate."""
    import soxr

    rate, sound = 22_050, inputs.tone
    other = np.asarray(soxr.resample(sound.samples, sound.sample_rate, rate), np.float32)
    # The third has the first one's samples: a slower and lower sound.
    slow = Clip(sound.samples, rate, "slow")
    x = inputs.raw.encode_audio([sound, Clip(other, rate, "resampled"), slow])
    same, slower = (float(np.linalg.norm(x[0] - row)) for row in x[1:])
    found = f"a tone is {same:.3f} from itself at 22.05 kHz, {slower:.3f} from itself played slower"
    if not same < slower:
        return "failed", f"{found}: resample by the clip's sample_rate"
    return "ok", found


def check_rank(inputs: CheckInputs) -> Verdict:
    """Sounds are nearest to their own names."""
    sounds, names, truth = inputs.made if inputs.real is None else inputs.real
    x, atoms = inputs.centred(sounds, names)
    right = int(np.sum((x @ atoms.T).argmax(axis=1) == truth))
    found = (
        f"{right} of {len(truth)} {'made' if inputs.real is None else 'real'} sounds are nearest"
    )
    found += f" to their own of {len(names)} names"
    if inputs.real is None:
        found += " (sonolex fetch demo-sounds: ten real ones)"
        good = right == len(truth)
    else:
        good = right >= _RIGHT * len(truth)
    if good:
        return "ok", found
    if inputs.encoder.spec.name in _REAL:
        return "failed", f"{found}; this encoder knows better: fetch its files anew"
    return "warning", f"{found}; this is no trained checkpoint, or it does not work"


def check_gap(inputs: CheckInputs) -> Verdict:
    """Centring brings sounds and texts together: on its reference, and on other sounds."""
    sounds, names, _ = inputs.made if inputs.real is None else inputs.real
    which = "two made sounds" if inputs.real is None else f"{len(sounds)} real sounds"
    before = modality_gap(sounds, names)
    if not isinstance(inputs.encoder, CentredEncoder):
        if inputs.encoder.spec.name in CLAPS:
            return "warning", f"{before:.3f} on {which}; a CLAP that is not centred is worth little"
        return "ok", f"{before:.3f} on {which}; not centred"
    centring = inputs.encoder.centring
    if isinstance(centring, OwnMeans):
        return "ok", (
            f"{before:.3f} on {which}; labels are centred by the mean of their list, sounds by"
            f" that of {FEWEST} or more clips at hand"
        )
    after = modality_gap(*inputs.centred(sounds, names))
    found = f"{centring.gap_before:.3f} -> {centring.gap_after:.3f} on {centring.reference}, "
    found += f"{before:.3f} -> {after:.3f} on {which}"
    if not centring.gap_after < centring.gap_before:
        return "failed", f"{found}; the centring does not belong to this model"
    if not after < before:
        return "warning", f"{found}; estimate means on sounds like yours: sonolex centre"
    return "ok", found


def _nearest(x: FloatArray) -> float:
    """Least distance between two rows."""
    distances = np.linalg.norm(x[:, None] - x[None], axis=2)
    return float(distances[~np.eye(len(x), dtype=bool)].min())
