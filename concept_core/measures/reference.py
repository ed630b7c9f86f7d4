"""What vocabularies are measured on: clips or captions in one encoder's space, and their names."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from concept_core.audio import AUDIO_SUFFIXES, left_out
from concept_core.datasets.caption_files import read_captions
from concept_core.datasets.listing import audio_files, unread_sounds
from concept_core.encoders.base import Encoder, FloatArray
from concept_core.encoders.centred import encode_list
from concept_core.encoders.embeddings import embed_clips, embed_texts
from concept_core.errors import DataError, LeftOutWarning, MissingFileError
from concept_core.measures.classes import ClipClasses

if TYPE_CHECKING:
    from concept_core.tasks.items import Captioned, Embedded

CAPTIONS, CLIPS = "captions", "clips"
MOST = 1000
"""Of more captions or clips than these, evenly spaced ones are taken: means hardly move."""

_T = TypeVar("_T")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ReferenceItems:
    """Captions of a file or clips of a folder, not embedded yet.

    Attributes
    ----------
    name : str
        Of the file or folder; never a path.
    found : int
        How many there are, of which those below were taken.
    captions : tuple of str
    clips : tuple of Path
        One of the two is empty.
    unread : tuple of str
        File names of sounds in formats that are not read here.
    """

    name: str
    found: int
    captions: tuple[str, ...] = field(default=(), repr=False)
    clips: tuple[Path, ...] = field(default=(), repr=False)
    unread: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of_captions(cls, captions: Sequence[str], name: str = "captions") -> ReferenceItems:
        """Captions in memory, in their order."""
        return cls(name, len(captions), tuple(captions))

    @property
    def kind(self) -> str:
        """``captions`` or ``clips``."""
        return CLIPS if self.clips else CAPTIONS

    def __len__(self) -> int:
        return len(self.captions) + len(self.clips)

    def embed(
        self,
        encoder: Encoder,
        progress: Progress | None = None,
        *,
        skip_bad: bool | None = None,
    ) -> Reference:
        """The same in an encoder's space; ``progress`` counts the clips.

        With ``skip_bad`` a ``LeftOutWarning`` names the clips that cannot be embedded; without,
        they are an error, as `embed_clips` raises it.
        """
        bad: tuple[tuple[str, str], ...] = ()
        paths: tuple[Path, ...] = ()
        if self.clips:
            found = embed_clips(encoder, self.clips, progress=progress, skip_bad=skip_bad)
            x, bad = found.x, found.bad
            paths = tuple(self.clips[place] for place in found.kept)
            names = tuple(path.name for path in paths)
        else:
            x, names = embed_texts(encoder, self.captions), self.captions
        if bad:
            warnings.warn("\n".join(left_out(bad)), LeftOutWarning, stacklevel=2)
        left = (*(Path(name).name for name, _ in bad), *self.unread)
        return Reference(
            self.name, self.kind, self.found, x, names, ("",) * len(names),
            left_out=left, paths=paths,
        )  # fmt: skip


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
    descriptions : tuple of n str
        What is said of each clip: its class names, or a caption. Empty where nothing is, and for
        captions, which say it themselves.
    classes : ClipClasses or None
        Of labelled clips.
    own : (n,) float32 or None
        Cosine of a labelled clip with the nearest of its classes' own names and their forms,
        written as concepts are: how well the encoder hears what it is.
    left_out : tuple of str
        File names of clips that could not be embedded or read.
    paths : tuple of Path
        The files of the n clips of a folder; empty for all else.
    """

    name: str
    kind: str
    found: int
    x: FloatArray = field(repr=False)
    items: tuple[str, ...] = field(repr=False)
    descriptions: tuple[str, ...] = field(repr=False)
    classes: ClipClasses | None = field(default=None, repr=False)
    own: FloatArray | None = field(default=None, repr=False)
    left_out: tuple[str, ...] = field(default=(), repr=False)
    paths: tuple[Path, ...] = field(default=(), repr=False)

    def to_dict(self) -> dict[str, Any]:
        """What is said of the reference, JSON-ready."""
        said = {"name": self.name, "kind": self.kind, "found": self.found, "n": len(self.x)}
        return {**said, "left_out": list(self.left_out)} if self.left_out else said


def read_items(
    path: Path, *, columns: Sequence[str] = (), most: int | None = None, seed: int | None = None
) -> ReferenceItems:
    """The captions of a file, each once and sorted, or the audio files of a folder.

    Parameters
    ----------
    path : Path
        A csv, tsv, jsonl, json, yaml or txt file of captions, or a folder of clips, which may lie
        at any depth.
    columns : sequence of str
        Columns or keys that hold the captions; empty finds them by name.
    most : int, optional
        At most so many of them; all by default.
    seed : int, optional
        Draw them at random; evenly spaced by default.

    Raises
    ------
    MissingError
        There is no such file or folder.
    DataError
        No caption or clip in it, or a file that cannot be read.
    """
    if not path.exists():
        raise MissingFileError(
            f"{path}: no such file or folder; give captions or a folder of clips"
        )
    name = path.resolve().name
    if path.is_dir():
        clips = audio_files(path)
        if not clips:
            raise DataError(
                f"{path}: no audio file ({', '.join(AUDIO_SUFFIXES)}) here; correct the path"
            )
        unread = tuple(one.name for one in unread_sounds(path))
        return ReferenceItems(
            name, len(clips), clips=tuple(_sample(clips, most, seed)), unread=unread
        )
    captions = sorted(set(filter(str.strip, read_captions(path, columns))))
    if not captions:
        raise DataError(f"{path}: no captions in it")
    return ReferenceItems(name, len(captions), tuple(_sample(captions, most, seed)))


def read_reference(
    path: Path,
    encoder: Encoder,
    progress: Progress | None = None,
    *,
    skip_bad: bool | None = None,
) -> Reference:
    """Embed the captions of a file, or the audio files of a folder: at most ``MOST`` of them.

    Clips that cannot be embedded are left out with ``skip_bad``; None is for callers that offer
    nobody this choice.

    Raises
    ------
    MissingError, DataError
        As `read_items`; or a clip that cannot be embedded.
    """
    return read_items(path, most=MOST).embed(encoder, progress, skip_bad=skip_bad)


def of_data(data: Embedded | Captioned, encoder: Encoder) -> Reference:
    """The clips of a data set, as its tasks have them: with their classes, or their captions."""
    from concept_core.tasks.items import Captioned

    items = data.items
    name = f"{items.info.name}, folds {', '.join(items.fold_names())}"
    if isinstance(data, Captioned):
        first = tuple(captions[0] for captions in data.texts)
        kind = CLIPS if data.heard else CAPTIONS
        return Reference(name, kind, len(items), data.x, items.names, first)
    names = data.classes
    descriptions = tuple(
        ", ".join(name for name, has in zip(names, row, strict=True) if has)
        for row in data.targets.tolist()
    )
    synonyms = {name: forms for name, forms in items.info.synonyms.items() if name in names}
    classes = ClipClasses(data.targets if data.labels is None else data.labels, names, synonyms)
    own = _own(data, classes, encoder)
    return Reference(name, CLIPS, len(items), data.x, items.names, descriptions, classes, own)


def _own(data: Embedded, classes: ClipClasses, encoder: Encoder) -> FloatArray | None:
    """See ``Reference.own``; a clip of no class has -1."""
    best = np.full(data.targets.shape, -1.0, np.float32)
    forms = [list(own) for own in classes.forms()]
    try:
        # As one list: the forms of one class alone have a mean that says what the class is.
        atoms = encode_list(encoder, chain.from_iterable(forms), encoder.spec.prompt_set)
    except DataError:
        # Precomputed rows need not have these words: nothing is known of what is heard.
        return None
    ends = np.cumsum([len(own) for own in forms])
    for place, (own, end) in enumerate(zip(forms, ends, strict=True)):
        best[:, place] = (data.x @ atoms[end - len(own) : end].T).max(axis=1)
    nearest: FloatArray = np.where(data.targets, best, np.float32(-1)).max(axis=1)
    return nearest


def _sample(items: Sequence[_T], most: int | None, seed: int | None) -> list[_T]:
    """At most so many of the items in their order: evenly spaced, or drawn with a seed."""
    if most is None or len(items) <= most:
        return list(items)
    if seed is None:
        return [items[len(items) * place // most] for place in range(most)]
    chosen = np.random.default_rng(seed).choice(len(items), most, replace=False)
    return [items[place] for place in sorted(chosen.tolist())]
