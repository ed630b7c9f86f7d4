"""``precomputed``: embeddings that another program made, found by the ids that came with them.

A file (npz, safetensors, parquet) or a folder (npy and text files) holds rows for sounds and for
texts; see ``docs/encoders.md`` for the layouts. Nothing is computed: a clip or text without a row
is an error that names it. Texts are found with blanks or underscores between their words.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from concept_core.audio import BadClip, BadClipsError, Sound, check_sounds, sound_name
from concept_core.encoders.base import EncoderSpec, FloatArray, check_texts, unit
from concept_core.encoders.centring import CLAPS, NONE
from concept_core.encoders.prompts import as_words, encode_labels, templates, written
from concept_core.encoders.row_files import Rows, read_rows, read_spec
from concept_core.encoders.wordings import (
    known_wordings,
    label_in,
    main_wording,
    prompt_set_of,
    sorted_by_wording,
)
from concept_core.errors import AssumptionWarning, DataError
from concept_core.files import sha256_text

_LISTED = 5


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Unit rows by id."""

    places: Mapping[str, int] = field(repr=False)
    rows: FloatArray = field(repr=False)
    as_words: Mapping[str, int] = field(repr=False)

    def place_of_text(self, text: str) -> int | None:
        """The row of a text: as it stands, else with blanks for its underscores and the file's."""
        place = self.places.get(text)
        return self.as_words.get(as_words(text)) if place is None else place


class Precomputed:
    """An encoder of given rows: texts by the text itself, clips by file name or stem.

    Parameters
    ----------
    path : Path
        A file ``.npz``, ``.safetensors`` or ``.parquet``, or a folder.
    prompts : str, optional
        How labels are written: a prompt set, or a text with ``{label}``. By default the wording
        that most texts of the file stand in.

    Raises
    ------
    UsageError
        Another kind of file, or an unknown prompt set.
    DataError
        Rows that are not finite or zero, ids and rows of different number, an id twice, sounds
        and texts of different length; the message names the file and the place.
    """

    needs_sound = False
    """Clips are looked up by their names; their files are not read."""

    def __init__(self, path: Path, prompts: str | None = None) -> None:
        if prompts is not None:
            templates(prompts)
        self._path, self._asked = path, prompts
        given = read_rows(path)
        self._noted = read_spec(path)
        self._tables = {kind: _table(path, kind, rows) for kind, rows in given.items()}
        dims = {table.rows.shape[1] for table in self._tables.values()}
        if not dims:
            raise DataError(
                f"{path}: neither audio nor text embeddings; see docs/encoders.md for the names"
            )
        if len(dims) > 1:
            raise DataError(
                f"{path}: sounds and texts of {' and '.join(map(str, sorted(dims)))} dimensions;"
                " they must be embeddings of one encoder"
            )
        self._spec = EncoderSpec(
            name="precomputed",
            checkpoint=_identity(given),
            dim=dims.pop(),
            sample_rate=0,
            windowing="precomputed@1",
            prompt_set=prompts or main_wording(self.ids("text")),
            centring="none",
        )

    @property
    def spec(self) -> EncoderSpec:
        """The identity: rows and ids, in whatever file. The sample rate is not known: 0."""
        return self._spec

    def encode_text(self, texts: Sequence[str]) -> FloatArray:
        """The rows (n, dim) of texts, unit rows.

        Raises
        ------
        DataError
            Texts that have no row; the first are named.
        """
        check_texts(texts)
        table = self._kind("text")
        places = [table.place_of_text(text) for text in texts]
        absent = [text for text, place in zip(texts, places, strict=True) if place is None]
        if absent:
            named = ", ".join(map(repr, absent[:_LISTED]))
            raise DataError(
                f"{self._path}: no embedding of {len(absent)} of {len(texts)} texts, such as"
                f" {named}; add rows with these texts as ids (sonolex texts lists all that a job"
                f" needs){self._other_wording(absent[0])}"
            )
        return table.rows[np.array(places, dtype=np.intp)]

    def encode_audio(self, clips: Sequence[Sound]) -> FloatArray:
        """The rows (n, dim) of clips, unit rows: by path or the end of one, suffix or none.

        The longest id that fits counts: of ``data/fold1/dog.wav`` the whole, ``fold1/dog.wav``,
        ``dog.wav``, and each without ``.wav``.

        Raises
        ------
        BadClipsError
            Clips that have no row; all are named.
        """
        check_sounds(clips)
        table = self._kind("audio")
        places = [_place(sound_name(clip), table.places) for clip in clips]
        bad = [
            BadClip(
                index,
                sound_name(clips[index], index),
                f"{sound_name(clips[index], index)}: {self._path} has no embedding with this id",
                f"add rows for them to {self._path}, whose ids are such as"
                f" {next(iter(table.places), None)!r}; a clip's id is its path, the end of that,"
                " or its file name, with or without suffix",
            )
            for index, place in enumerate(places)
            if place is None
        ]
        if bad:
            raise BadClipsError(bad, len(clips))
        return table.rows[np.array(places, dtype=np.intp)]

    def labels(self, prompt_set: str) -> list[str]:
        """The labels whose texts in a prompt set the file has; of ``bare@1``, the other texts."""
        by_wording = sorted_by_wording(self.ids("text"))
        found: list[dict[str, None]] = []
        for wording in templates(prompt_set):
            # A wording of the person's own is none of the known ones: any text may stand in it.
            texts = by_wording.get(wording, self.ids("text"))
            labels = (label_in(text, wording) for text in texts)
            found.append({label: None for label in labels if label is not None})
        first, *others = found
        return [label for label in first if all(label in other for other in others)]

    def reference(self, prompt_set: str) -> FloatArray:
        """Rows (m, dim) of these labels in the prompt set, unit rows."""
        labels = self.labels(prompt_set)
        if not labels:
            return np.zeros((0, self._spec.dim), np.float32)
        return encode_labels(self, labels, prompt_set)

    @property
    def sounds(self) -> FloatArray:
        """Rows (n, dim) of all sounds of the file, unit rows."""
        if "audio" not in self._tables:
            return np.zeros((0, self._spec.dim), np.float32)
        return self._tables["audio"].rows

    @property
    def is_centred(self) -> bool:
        """Whether the file says that its rows need no centring: no CLAP's, or centred already."""
        noted = self._noted
        return noted is not None and (noted.name not in CLAPS or noted.centring != NONE)

    def wording_for(self, labels: Sequence[str]) -> str:
        """The prompt set that the labels of one list stand in: the main one, or another whole.

        Where the main one lacks some and another has all, an ``AssumptionWarning`` says so.
        """
        main = self._spec.prompt_set
        others = [] if self._asked else [prompt_set_of(one) for one in known_wordings()]
        for prompt_set in [main, *others]:
            texts = [written(one, form) for form in templates(prompt_set) for one in labels]
            if "text" in self._tables and all(map(self._has, texts)):
                if prompt_set != main:
                    warnings.warn(
                        f"{self._path}: most texts stand in the wording {main}, the labels in"
                        f" {prompt_set}, and are taken so; prompts={prompt_set} says it",
                        AssumptionWarning,
                        stacklevel=3,
                    )
                return prompt_set
        return main

    def _has(self, text: str) -> bool:
        return self._tables["text"].place_of_text(text) is not None

    def _other_wording(self, text: str) -> str:
        """What to do where the file says the same in another wording; empty if it does not."""
        inside = (label_in(text, wording) for wording in templates(self._spec.prompt_set))
        label = next((one for one in inside if one is not None), text)
        for wording in known_wordings():
            other = written(label, wording)
            if "text" in self._tables and self._has(other):
                name = prompt_set_of(wording)
                return f"; it has {other!r}: name that wording with the option prompts={name}"
        return ""

    def ids(self, kind: str) -> list[str]:
        """What the rows of a kind, ``audio`` or ``text``, are called; none where there are none."""
        return list(self._tables[kind].places) if kind in self._tables else []

    def _kind(self, kind: str) -> _Table:
        if kind not in self._tables:
            raise DataError(f"{self._path}: holds no {kind} embeddings; add {kind} and {kind}_ids")
        return self._tables[kind]


def _place(name: str, places: Mapping[str, int]) -> int | None:
    if name in places:
        return places[name]
    path = Path(name)
    for start in range(len(path.parts)):
        end = Path(*path.parts[start:])
        for known in (end.as_posix(), (end.parent / end.stem).as_posix()):
            if known in places:
                return places[known]
    return None


def _identity(given: Mapping[str, Rows]) -> str:
    """sha256 over ids and rows."""
    content = []
    for kind, rows in sorted(given.items()):
        x = np.ascontiguousarray(rows.x, np.float32)
        content.append([kind, list(rows.ids), x.shape, hashlib.sha256(x.tobytes()).hexdigest()])
    # Escaped: names that are not UTF-8 are ids too.
    return sha256_text(json.dumps(content))


def _table(path: Path, kind: str, given: Rows) -> _Table:
    ids, x = given.ids, given.x
    if x.ndim != 2 or len(x) != len(ids) or x.dtype.kind not in "fiu":
        raise DataError(
            f"{path}: {kind} is {x.shape} of {x.dtype} for {len(ids)} ids, not (ids, dim) of"
            " numbers"
        )
    places = {name: place for place, name in enumerate(ids)}
    if len(places) != len(ids):
        twice = next(name for place, name in enumerate(ids) if places[name] != place)
        raise DataError(f"{path}: the {kind} id {twice!r} stands there twice")
    # What float32 cannot hold becomes infinite, and is refused below.
    with np.errstate(over="ignore"):
        rows = np.asarray(x, np.float32)
    finite = np.isfinite(rows).all(axis=1) & rows.any(axis=1)
    if not finite.all():
        first = int(np.argmin(finite))
        raise DataError(f"{path}: {kind} row {first} ({ids[first]!r}) is zero or not finite")
    spaced: dict[str, int] = {}
    for name, place in places.items():
        spaced.setdefault(as_words(name), place)
    return _Table(places, unit(rows), spaced)
