"""Centring by what is at hand: each list of texts by its own mean, sounds by a person's own clips.

On real embeddings of LAION-CLAP no mean that is carried along does the job: the mean sounds of two
data sets have a cosine of .2, and so have the mean texts of two wordings. What serves is the mean
of the very labels that become atoms, and of twenty or more clips of the person's own
(``python -m benchmarks.real_clap`` prints the figures). Both are taken again from rows that are
centred already without harm, since little is left of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from concept_core.encoders.base import EncoderSpec, FloatArray
from concept_core.encoders.centring import SPECTRAL, leading, taken_off

FEWEST = 20
"""So many sounds, or reference texts, have a mean worth taking off; of fewer none is."""

_VERSION = "@2"
_STAMP = 16
_SOUNDS = "; sounds "

Reference = Callable[[str], FloatArray]
"""Rows (m, dim) of texts in a prompt set, without centring; none where there are no such texts."""


@dataclass(frozen=True, slots=True, eq=False)
class ClipMeans:
    """What is taken off rows of sounds, or of captions: one mean, or each row's own of several.

    Attributes
    ----------
    name : str
        One word: what the rows are that the means are of.
    stamp : str
        sha256 over what these are.
    mean : (dim,) float32
        Of all of them: for rows that are in no group.
    groups : (g, dim) float32
        Of all but one group each, where every group is centred by the others.
    group_of : mapping of str to int
        The group of a sound or caption by its name.
    """

    name: str
    stamp: str
    mean: FloatArray = field(repr=False)
    groups: FloatArray | None = field(default=None, repr=False)
    group_of: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    @classmethod
    def of(cls, rows: FloatArray, name: str, stamp: str) -> ClipMeans:
        """The mean of rows (n, dim), n >= 1."""
        return cls(name, stamp, rows.mean(axis=0))

    @classmethod
    def crossed(
        cls, rows: FloatArray, names: Sequence[str], groups: NDArray[np.intp], name: str, stamp: str
    ) -> ClipMeans:
        """Means for n rows in two groups or more: each is centred by the rows of the others."""
        means = np.stack([rows[groups != one].mean(axis=0) for one in range(groups.max() + 1)])
        known = dict(zip(names, groups.tolist(), strict=True))
        return cls(name, stamp, rows.mean(axis=0), means, MappingProxyType(known))

    def for_rows(self, names: Sequence[str]) -> FloatArray:
        """What is taken off each of n rows: (n, dim), or (dim,) where it is the same for all."""
        if self.groups is None:
            return self.mean
        means = np.concatenate([self.groups, self.mean[None]])
        # The last row is the mean of all.
        return means[[self.group_of.get(name, -1) for name in names]]


@dataclass(frozen=True, slots=True, eq=False)
class OwnMeans:
    """A centring whose means are those of the rows at hand.

    Attributes
    ----------
    rule : str
        ``mean`` or ``spectral``.
    encoder : EncoderSpec
        Of the encoder without centring.
    reference : callable
        Gives rows of texts in a prompt set: for texts that come singly.
    reference_name : str
        What these texts are, as a spec names them; empty where the encoder's identity says it.
    sounds, captions : ClipMeans or None
        None until there are clips or captions to take a mean of: then nothing is taken off
        sounds, and captions are taken as labels are.
    directions : (r, dim) float32
        Orthonormal directions that are dropped; r = 0 for ``mean``, and until there are clips.
    """

    rule: str
    encoder: EncoderSpec
    reference: Reference = field(repr=False)
    reference_name: str = ""
    sounds: ClipMeans | None = None
    captions: ClipMeans | None = None
    directions: FloatArray | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """What a spec calls it: versioned rule, texts, and what the sounds' mean is of."""
        name = f"{self.rule}{_VERSION} {self.reference_name}".rstrip()
        if self.sounds is None:
            return name
        return f"{name}{_SOUNDS}{self.sounds.name} {self.sounds.stamp[:_STAMP]}"

    @property
    def of_sounds(self) -> FloatArray:
        """What is taken off a sound that is none of a group: (dim,), zeros before any clips."""
        if self.sounds is None:
            return np.zeros(self.encoder.dim, np.float32)
        return self.sounds.mean

    def of_clips(self, sounds: ClipMeans, rows: FloatArray) -> OwnMeans:
        """The same with a mean for sounds; ``rows`` (n, dim) are what it is of."""
        directions = None
        if self.rule == SPECTRAL:
            texts = self.reference(self.encoder.prompt_set)
            if len(texts) >= FEWEST:
                directions = leading(rows - sounds.mean, texts - texts.mean(axis=0))
        return replace(self, sounds=sounds, directions=directions)

    def off_sounds(self, x: FloatArray, names: Sequence[str]) -> FloatArray:
        """Unit rows (n, dim) of sounds, centred."""
        if self.sounds is None:
            return x
        return taken_off(x, self.sounds.for_rows(names), self.directions)

    def off_captions(self, x: FloatArray, texts: Sequence[str]) -> FloatArray:
        """Unit rows (n, dim) of texts as they are, centred."""
        if self.captions is None:
            return self.off_labels(x, self.encoder.prompt_set)
        return taken_off(x, self.captions.for_rows(texts), self.directions)

    def off_labels(self, x: FloatArray, prompt_set: str) -> FloatArray:
        """Unit rows (n, dim) of labels that come singly, centred by the reference."""
        rows = self.reference(prompt_set)
        return taken_off(x, rows.mean(axis=0), self.directions) if len(rows) >= FEWEST else x

    def off_list(self, x: FloatArray, prompt_set: str) -> FloatArray:
        """Unit rows (n, dim) of the labels of one list, centred by their own mean."""
        if len(x) < 2:  # a single row is its own mean, and nothing would be left
            return self.off_labels(x, prompt_set)
        return taken_off(x, x.mean(axis=0), self.directions)


def without_sounds(spec: EncoderSpec) -> EncoderSpec:
    """A spec without what its sounds were centred by: that of the model, prompts and rule alone.

    Scores of one model on two data sets have means of different clips, and are of one encoder.
    """
    return replace(spec, centring=spec.centring.partition(_SOUNDS)[0])
