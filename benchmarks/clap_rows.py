"""Real CLAP rows of ESC-50, folds 1-3, and of 192 class names of FSD50K: where they come from.

From the shared data, or from the fetched resources ``clap-esc50`` and ``clap-fsd50k-labels``, of
which the clips of folds 4 and 5 are left out: those are kept for judging the product itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from concept_core.datasets.real_clap import (
    ClapClips,
    ClapLabels,
    read_clips,
    read_labels,
    require_real_clap,
)
from concept_core.encoders.base import FloatArray, unit
from vocab_builder.reproduction.real_clap import write_inputs

FOLDS = ("1", "2", "3")
DATASET = "esc50"


@dataclass(frozen=True, slots=True, eq=False)
class RealRows:
    """Real rows, raw, and the files that commands take them from.

    Attributes
    ----------
    folder : Path
        With ``rows.npz``, ``fsd50k.txt`` and ``meta/esc50.csv``.
    clips : ClapClips
        Of `FOLDS`; its ``audio`` are (n, d) unit rows, its ``prompt_rows`` (50, d).
    labels : ClapLabels
        With ``rows`` (192, d), unit rows.
    other_labels : (456, d) float32 or None
        Unit rows of labels of AudioSet by another checkpoint; None where they are not at hand.
    """

    folder: Path
    clips: ClapClips = field(repr=False)
    labels: ClapLabels = field(repr=False)
    other_labels: FloatArray | None = field(repr=False)

    @property
    def encoder(self) -> str:
        """The encoder of the rows, as ``--encoder`` takes it."""
        return f"precomputed:{self.folder / 'rows.npz'}"

    @property
    def vocabulary(self) -> Path:
        """The file of the 192 labels."""
        return self.folder / "fsd50k.txt"

    @property
    def truth(self) -> NDArray[np.int64]:
        """The class of each clip, as the place of its prompt: (n,)."""
        places = {prompt: place for place, prompt in enumerate(self.clips.prompts)}
        texts = (f"This is a sound of {name}." for name in self.clips.categories)
        return np.array([places[text.replace("_", " ")] for text in texts])


@contextmanager
def real_rows(shared: Path) -> Iterator[RealRows]:
    """The rows, and files of them in a folder that goes afterwards.

    Raises
    ------
    MissingError
        Neither the shared data nor the resources are at hand.
    """
    here = shared / "data" / "clap_real"
    other = None
    if here.is_dir():
        clips, labels = _shared(here)
        with np.load(here / "audioset_strong_htsat_unfused.npz") as arrays:
            other = unit(arrays["text"])
    else:
        require_real_clap()
        clips, labels = read_clips(), read_labels()
    clips, labels = _of_folds(clips), replace(labels, rows=unit(labels.rows))
    with TemporaryDirectory() as folder:
        write_inputs(clips, labels, folder)
        yield RealRows(Path(folder), clips, labels, other)


def _shared(folder: Path) -> tuple[ClapClips, ClapLabels]:
    with (
        np.load(folder / "esc50_folds_1-3.npz") as audio,
        np.load(folder / "texts.npz") as texts,
    ):
        clips = ClapClips(
            names=tuple(map(str, audio["filename"])),
            folds=tuple(map(str, audio["fold"])),
            categories=tuple(map(str, audio["category"])),
            audio=audio["audio"],
            prompts=tuple(map(str, texts["esc50_prompts"])),
            prompt_rows=texts["esc50"],
        )
        names = tuple(str(name).replace("_", " ") for name in texts["fsd50k_names"])
        return clips, ClapLabels(names, tuple(map(str, texts["fsd50k_prompts"])), texts["fsd50k"])


def _of_folds(clips: ClapClips) -> ClapClips:
    """The clips of `FOLDS`, in order of their names, as unit rows."""
    kept = [place for place in np.argsort(clips.names) if clips.folds[place] in FOLDS]
    return replace(
        clips,
        names=tuple(clips.names[place] for place in kept),
        folds=tuple(clips.folds[place] for place in kept),
        categories=tuple(clips.categories[place] for place in kept),
        audio=unit(clips.audio[kept]),
        prompt_rows=unit(clips.prompt_rows),
    )
