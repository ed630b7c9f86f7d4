"""Changes that should not matter to an explanation: wordings, a little noise, a shift in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from concept_core.audio import Clip, load_clip
from concept_core.bench.baselines import Sparsity
from concept_core.decomposition.decomposing import Decomposition
from concept_core.decomposition.dictionary import Dictionary
from concept_core.encoders import Encoder
from concept_core.encoders.base import FloatArray
from concept_core.encoders.embeddings import BATCH
from concept_core.encoders.needs import needs_sound
from concept_core.encoders.prompts import PROMPT_SETS
from concept_core.errors import DataError
from concept_core.tasks.request import TaskRequest
from concept_core.tasks.task import Task
from concept_core.vocabulary import Vocabulary

Places = NDArray[np.intp]

MOST = 100
"""Clips whose sounds are changed, evenly spaced: each is embedded twice more."""

NOISE_DB = 30.0
"""White noise is so far below a clip's own level."""

SHIFT = 0.25
"""Seconds; what goes beyond the end comes first, so that nothing is lost."""


@dataclass(frozen=True, eq=False)
class Changes:
    """Explanations of a task's clips under each change.

    Attributes
    ----------
    task : Task
        All of its rows are scored.
    paths : sequence of Path
        The files of its clips, bad ones among them; empty where there are none.
    encoder : Encoder
    request : TaskRequest
        Whose seed and device are meant.
    """

    task: Task = field(repr=False)
    paths: Sequence[Path] = field(repr=False)
    encoder: Encoder = field(repr=False)
    request: TaskRequest

    def explained(
        self, vocabulary: Vocabulary, dictionary: Dictionary, sparsity: Sparsity
    ) -> dict[str, tuple[Places, Decomposition]]:
        """By the name of a change: which clips, and their decompositions under it."""
        every, device = np.arange(len(self.task.rows)), self.request.device
        found = {}
        for prompts, other in changed_wordings(vocabulary, dictionary, self.encoder).items():
            answer = sparsity.decompose(self.task.rows, other, device)
            found[f"prompts {prompts}"] = (every, answer)
        places, sounds = self._sounds
        for name, rows in sounds.items():
            found[name] = (places, sparsity.decompose(rows, dictionary, device))
        return found

    @cached_property
    def _sounds(self) -> tuple[Places, dict[str, FloatArray]]:
        """The changed sounds, once for all vocabularies."""
        if not needs_sound(self.encoder):
            return np.zeros(0, np.intp), {}
        bad = {name for name, _ in self.task.items.bad}
        paths = [path for path in self.paths if str(path) not in bad]
        return changed_sounds(paths, self.encoder, self.request.seed)


def changed_wordings(
    vocabulary: Vocabulary, dictionary: Dictionary, encoder: Encoder
) -> dict[str, Dictionary]:
    """The vocabulary's dictionary in each other published prompt set that the encoder has texts of.

    Parameters
    ----------
    vocabulary : Vocabulary
    dictionary : Dictionary
        Of this vocabulary and encoder.
    encoder : Encoder
    """
    if not dictionary.prompt_set:
        return {}
    found = {}
    for prompts in PROMPT_SETS:
        if prompts == dictionary.prompt_set:
            continue
        try:
            found[prompts] = Dictionary.build(vocabulary, encoder, prompts=prompts)
        except DataError:
            # Rows that were given have the texts of one wording, as a rule.
            continue
    return found


def changed_sounds(
    paths: Sequence[Path], encoder: Encoder, seed: int
) -> tuple[Places, dict[str, FloatArray]]:
    """Embeddings of some of the clips with noise, and shifted in time.

    Parameters
    ----------
    paths : sequence of Path
        Files that can be embedded.
    encoder : Encoder
    seed : int
        Of the noise.

    Returns
    -------
    (m,) intp, dict of str to (m, dim) float32
        The places of the clips, at most ``MOST``, and their embeddings by the name of the change.
    """
    n = len(paths)
    places = np.arange(n) if n <= MOST else np.arange(MOST) * n // MOST
    rng = np.random.default_rng([seed, 6])
    parts: dict[str, list[FloatArray]] = {"sound noise": [], "time shift": []}
    for start in range(0, len(places), BATCH):
        clips = [
            load_clip(paths[place], encoder.spec.sample_rate)
            for place in places[start : start + BATCH]
        ]
        parts["sound noise"].append(encoder.encode_audio([_noisy(clip, rng) for clip in clips]))
        parts["time shift"].append(encoder.encode_audio([_shifted(clip) for clip in clips]))
    return places, {name: np.concatenate(rows) for name, rows in parts.items() if rows}


def _noisy(clip: Clip, rng: np.random.Generator) -> Clip:
    level = float(np.sqrt(np.mean(np.square(clip.samples, dtype=np.float64))))
    noise = rng.standard_normal(len(clip.samples)) * level * 10 ** (-NOISE_DB / 20)
    return Clip(clip.samples + noise.astype(np.float32), clip.sample_rate, clip.name)


def _shifted(clip: Clip) -> Clip:
    samples = np.roll(clip.samples, round(SHIFT * clip.sample_rate))
    return Clip(samples, clip.sample_rate, clip.name)
