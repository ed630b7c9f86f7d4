"""What vocabularies are measured on: clips or captions in one encoder's space, and their names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from concept_core.encoders.base import Encoder, FloatArray
from concept_core.encoders.embeddings import embed_clips
from concept_core.encoders.prompts import encode_labels
from concept_core.errors import DataError, MissingError
from concept_core.measures import ClipClasses

if TYPE_CHECKING:
    from concept_core.datasets import ClipSet
    from concept_core.tasks.items import Embedded

CAPTIONS, CLIPS = "captions", "clips"
MOST = 1000
"""Of more captions or clips than these, evenly spaced ones are taken: means hardly move."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """Clips or captions that vocabularies are measured on.

    Attributes
    ----------
    name : str
        Of the file, the folder or the data set; never a path.
    kind : str
        ``captions`` or ``clips``.
    found : int
        How many there are; ``x`` has at most ``MOST`` of a file or folder.
    x : (n, d) float32, unit rows, n >= 1
    items : tuple of n str
        File names, or the captions themselves.
    told : tuple of n str
        What is said of each clip: its class names, or a caption. Empty where nothing is, and for
        captions, which say it themselves.
    classes : ClipClasses or None
        Of labelled clips.
    own : (n,) float32 or None
        Cosine of a labelled clip with the nearest of its classes' own names and their forms,
        written as concepts are: how well the encoder hears what it is.
    """

    name: str
    kind: str
    found: int
    x: FloatArray = field(repr=False)
    items: tuple[str, ...] = field(repr=False)
    told: tuple[str, ...] = field(repr=False)
    classes: ClipClasses | None = field(default=None, repr=False)
    own: FloatArray | None = field(default=None, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """What is said of the reference, JSON-ready."""
        return {"name": self.name, "kind": self.kind, "found": self.found, "n": len(self.x)}


def read_reference(
    path: Path, encoder: Encoder, progress: Callable[[int, int], None] | None = None
) -> Reference:
    """Embed the captions of a file, or the audio files of a folder.

    Parameters
    ----------
    path : Path
        A csv, tsv, jsonl, json, yaml or txt file of captions, or a folder of clips.
    encoder : Encoder
    progress : callable, optional
        Called with the number of clips done and of all.

    Raises
    ------
    MissingError
        There is no such file or folder.
    DataError
        No caption or clip in it, or one that cannot be read or embedded.
    """
    from vocab_builder.sources.caption_files import read_captions
    from vocab_builder.sources.transcripts import audio_files

    if not path.exists():
        raise MissingError(f"{path}: no such file or folder; give captions or a folder of clips")
    name = path.resolve().name
    if path.is_dir():
        clips = audio_files(path)
        taken = spread(clips)
        x = embed_clips(encoder, taken, progress=progress).x
        names = tuple(clip.name for clip in taken)
        return Reference(name, CLIPS, len(clips), x, names, ("",) * len(names))
    texts = sorted(set(filter(str.strip, read_captions(path))))
    if not texts:
        raise DataError(f"{path}: no captions in it")
    captions = tuple(spread(texts))
    x = encoder.encode_text(captions)
    return Reference(name, CAPTIONS, len(texts), x, captions, ("",) * len(captions))


def of_labelled(data: Embedded, encoder: Encoder) -> Reference:
    """The clips of a labelled data set, as its tasks have them."""
    items, names = data.items, data.classes
    told = tuple(
        ", ".join(name for name, has in zip(names, row, strict=True) if has)
        for row in data.targets.tolist()
    )
    synonyms = {name: forms for name, forms in items.info.synonyms.items() if name in names}
    truth = data.targets if data.labels is None else data.labels
    classes = ClipClasses(truth, names, synonyms)
    return Reference(
        name=_name(items.info.name, items),
        kind=CLIPS,
        found=len(items),
        x=data.x,
        items=items.names,
        told=told,
        classes=classes,
        own=_own(data, classes, encoder),
    )


def _own(data: Embedded, classes: ClipClasses, encoder: Encoder) -> FloatArray | None:
    """See ``Reference.own``; a clip of no class has -1."""
    best = np.full(data.targets.shape, -1.0, np.float32)
    for place, forms in enumerate(classes.forms()):
        try:
            atoms = encode_labels(encoder, forms, encoder.spec.prompt_set)
        except DataError:
            # Precomputed rows need not have these words: nothing is known of what is heard.
            return None
        best[:, place] = (data.x @ atoms.T).max(axis=1)
    own: FloatArray = np.where(data.targets, best, np.float32(-1)).max(axis=1)
    return own


def of_captioned(clips: ClipSet, x: FloatArray) -> Reference:
    """The clips of a data set with captions: each is told by its first.

    Parameters
    ----------
    clips : ClipSet
        Those that could be embedded.
    x : (n, d) float32, unit rows
    """
    assert clips.captions is not None
    told = tuple(captions[0] for captions in clips.captions)
    names = tuple(path.name for path in clips.paths)
    return Reference(_name(clips.info.name, clips), CLIPS, len(clips), x, names, told)


def _name(dataset: str, clips: Any) -> str:
    """The data set with those of its folds that occur."""
    folds = [fold for fold in clips.info.folds if fold in clips.folds]
    return f"{dataset}, folds {', '.join(folds)}"


def spread(items: Sequence[_T]) -> list[_T]:
    """At most ``MOST`` of the items, evenly spaced: the same ones every time."""
    if len(items) <= MOST:
        return list(items)
    return [items[len(items) * place // MOST] for place in range(MOST)]
