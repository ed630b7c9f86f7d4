"""``precomputed``: embeddings that another program made, found by the ids that came with them.

A file (npz, safetensors, parquet) or a folder (npy and text files) holds rows for sounds and for
texts; see ``docs/encoders.md`` for the layouts. Nothing is computed: a clip or text without a row
is an error that names it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from concept_core.audio import BadClip, BadClipsError, Sound, check_sounds, sound_name
from concept_core.encoders.base import EncoderSpec, FloatArray, check_texts, unit
from concept_core.encoders.row_files import Rows, read_rows
from concept_core.errors import DataError
from concept_core.files import sha256_text

_LISTED = 5


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Unit rows by id."""

    places: Mapping[str, int] = field(repr=False)
    rows: FloatArray = field(repr=False)


class Precomputed:
    """An encoder of given rows: texts by the text itself, clips by file name or stem.

    Parameters
    ----------
    path : Path
        A file ``.npz``, ``.safetensors`` or ``.parquet``, or a folder.

    Raises
    ------
    UsageError
        Another kind of file.
    DataError
        Rows that are not finite or zero, ids and rows of different number, an id twice, sounds
        and texts of different length; the message names the file and the place.
    """

    needs_sound = False
    """Clips are looked up by their names; their files are not read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        given = read_rows(path)
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
            prompt_set="bare@1",
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
        absent = [text for text in texts if text not in table.places]
        if absent:
            named = ", ".join(map(repr, absent[:_LISTED]))
            raise DataError(
                f"{self._path}: no embedding of {len(absent)} of {len(texts)} texts, such as"
                f" {named}; add rows with these ids"
            )
        return table.rows[[table.places[text] for text in texts]]

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
    return _Table(places, unit(rows))
