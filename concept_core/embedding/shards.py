"""What a worker makes: a shard of rows, and a note of what came of its clips."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from concept_core import stores
from concept_core.audio import BadClipsError, Sound, SoundBytes, sound_name, stated_seconds
from concept_core.documents import parse_json
from concept_core.embedding.deaths import REASON, Trial
from concept_core.embedding.tables import ClipTable, ListedClip
from concept_core.embedding.tars import LARGEST_MEMBER, read_tar
from concept_core.encoders.base import Encoder, EncoderSpec, FloatArray
from concept_core.encoders.centred import uncentred
from concept_core.encoders.registry import load_encoder
from concept_core.encoders.row_files import Rows, write_rows
from concept_core.errors import DataError, SoundHeaderWarning
from concept_core.files import pretty_json, sha256_bytes
from concept_core.temporaries import temporary_folder
from concept_core.values import from_data, to_data

SHARDS = "shards"
NOTES = "notes"
"""Folders of the output."""
_CLIPS = 32
_HELD = 256 << 20
"""Clips, and bytes of those that come from stores and archives, that are embedded together."""
_READERS = 16


@dataclass(frozen=True, slots=True)
class ClipFailure:
    """A clip that has no row, why, and how often it was tried."""

    clip: str
    reason: str
    tries: int = 1


@dataclass(frozen=True, slots=True)
class ShardNote:
    """What came of the clips of one shard.

    Attributes
    ----------
    plan : str
        sha256 of the plan that it is part of.
    file : str
    sha256 : str
        Of the file.
    size, rows, clips : int
        Bytes of the file; rows in it; clips that it is of.
    seconds : float
        Length of the clips with rows, by their headers.
    failures : tuple of ClipFailure
    """

    plan: str
    file: str
    sha256: str
    size: int
    rows: int
    clips: int
    seconds: float
    failures: tuple[ClipFailure, ...] = ()


@dataclass(frozen=True, slots=True)
class ClipJob:
    """A shard to be made.

    Attributes
    ----------
    file : str
        Its name.
    tar : str
        Address of the archive; empty for a group of the list of clips.
    group : int
        Which group of the list.
    clips : int
        How many clips they are; 0 for a tar, which is read to its end.
    """

    file: str
    tar: str = ""
    group: int = 0
    clips: int = 0


@dataclass(frozen=True, slots=True)
class Made:
    """The note of a shard, and whether this run made it."""

    note: ShardNote
    new: bool


@dataclass(frozen=True, slots=True)
class EmbedWorker:
    """Makes shards; its encoder is loaded once in each process.

    Attributes
    ----------
    encoder, device : str
    offline : bool
        As ``load_encoder`` takes them.
    fingerprint : str
        Of the spec that the plan was made with.
    out : str
        Path or address of the output.
    plan : str
        sha256 of the plan.
    clips : str
        Path or address of the list of clips.
    """

    encoder: str
    device: str
    offline: bool
    fingerprint: str
    out: str
    plan: str
    clips: str

    def start(self) -> Callable[[ClipJob], Made]:
        """Load the encoder.

        Raises
        ------
        DataError
            It is another one than that of the plan.
        """
        model = uncentred(
            load_encoder(self.encoder, device=self.device, offline=self.offline, cache=False)
        )
        if model.spec.fingerprint != self.fingerprint:
            raise DataError(
                f"the encoder {self.encoder} of a worker is another one than that of this machine;"
                " put the same files on all machines"
            )
        return _ShardMaker(self, model)


@dataclass(frozen=True, slots=True)
class _ShardMaker:
    """A worker that has its encoder."""

    worker: EmbedWorker
    model: Encoder = field(repr=False)
    _tables: dict[str, ClipTable] = field(default_factory=dict)

    def __call__(self, job: ClipJob) -> Made:
        before = whole_note(self.worker.out, job.file, self.worker.plan)
        if before is not None:
            return Made(before, new=False)
        trial = Trial(mark_address(self.worker.out, job.file))
        gathered = _Gathered(self.model, trial)
        try:
            for clip, sound in self._sounds(job):
                gathered.add(clip, sound)
            gathered.embed()
        finally:
            trial.end()
        content = rows_content(job.file, gathered.ids, gathered.rows(), self.model.spec)
        stores.write(stores.join(self.worker.out, SHARDS, job.file), content)
        note = ShardNote(
            self.worker.plan, job.file, sha256_bytes(content), len(content), len(gathered.ids),
            gathered.count, round(gathered.seconds, 3), tuple(gathered.failures),
        )  # fmt: skip
        write_note(self.worker.out, note)
        return Made(note, new=True)

    def _sounds(self, job: ClipJob) -> Iterator[tuple[str, Sound | DataError]]:
        """The id of each clip, with the sound or the reason why there is none."""
        if job.tar:
            for member in read_tar(job.tar):
                yield member.id, member.sound or DataError(member.reason)
            return
        table = self._tables.setdefault(self.worker.clips, ClipTable(self.worker.clips))
        clips = table.group(job.group)
        for start in range(0, len(clips), _CLIPS):
            part = clips[start : start + _CLIPS]
            yield from zip((clip.id for clip in part), _fetched(part), strict=True)


class _Gathered:
    """Clips until there are enough of them, and what came of those before."""

    def __init__(self, model: Encoder, trial: Trial) -> None:
        self._model = model
        self._trial = trial
        self._waiting: dict[int, tuple[str, Sound]] = {}
        self._held = 0
        self._parts: list[FloatArray] = [np.zeros((0, model.spec.dim), np.float32)]
        self.ids: list[str] = []
        self.failures: list[ClipFailure] = []
        self.count = 0
        self.seconds = 0.0

    def add(self, clip: str, sound: Sound | DataError) -> None:
        place = self.count
        self.count += 1
        if self._trial.gives_up(place):
            sound = DataError(f"{clip}: {REASON}")
        if isinstance(sound, DataError):
            # In the order of the clips: those before it may be bad too.
            self.embed()
            self.failures.append(ClipFailure(clip, str(sound)))
            return
        self._waiting[place] = (clip, sound)
        self._held += len(sound.content) if isinstance(sound, SoundBytes) else 0
        if len(self._waiting) == _CLIPS or self._held > _HELD:
            self.embed()

    def embed(self) -> None:
        """Embed what waits."""
        if self._waiting:
            self._trial.batch(list(self._waiting), self._try)
            self._embed(list(self._waiting.values()))
        self._waiting, self._held = {}, 0

    def _try(self, place: int) -> None:
        """Embed a clip for nothing but to see whether this process outlives it."""
        with contextlib.suppress(DataError):
            self._model.encode_audio([self._waiting[place][1]])

    def rows(self) -> FloatArray:
        return np.concatenate(self._parts)

    def _embed(self, clips: Sequence[tuple[str, Sound]]) -> None:
        sounds = [sound for _, sound in clips]
        try:
            with warnings.catch_warnings():
                # A sound that was read to its end has its row, and there may be millions.
                warnings.simplefilter("ignore", SoundHeaderWarning)
                x = self._model.encode_audio(sounds)
        except BadClipsError as error:
            bad = {one.index: one.message for one in error.bad}
            for place, (clip, _) in enumerate(clips):
                if place in bad:
                    self.failures.append(ClipFailure(clip, bad[place]))
            if good := [one for place, one in enumerate(clips) if place not in bad]:
                self._embed(good)
        except DataError as error:
            # Of a value that the model gave: which clip it is of, each alone tells.
            if len(clips) == 1:
                self.failures.append(ClipFailure(clips[0][0], str(error)))
            else:
                for one in clips:
                    self._embed([one])
        else:
            self._parts.append(x)
            self.ids += [clip for clip, _ in clips]
            self.seconds += sum(map(_seconds, sounds))


def _seconds(sound: Sound) -> float:
    return stated_seconds(sound if isinstance(sound, SoundBytes) else Path(sound_name(sound)))


def _fetched(clips: Sequence[ListedClip]) -> Iterable[Sound | DataError]:
    """The sounds of a list: paths as they are, objects of stores in memory, several at a time."""
    if not any(stores.is_address(clip.address) for clip in clips):
        return [clip.address for clip in clips]
    with ThreadPoolExecutor(_READERS) as pool:
        return list(pool.map(_fetch, clips))


def _fetch(clip: ListedClip) -> Sound | DataError:
    if not stores.is_address(clip.address):
        return clip.address
    try:
        return SoundBytes(stores.read(clip.address, LARGEST_MEMBER), clip.address)
    except DataError as error:
        return error


def rows_content(file: str, ids: Sequence[str], x: FloatArray, spec: EncoderSpec) -> bytes:
    """The bytes of a file of rows; equal rows give equal bytes."""
    with temporary_folder(None, "shard") as folder:
        path = folder / file
        write_rows(path, {"audio": Rows(ids, x)}, spec)
        return path.read_bytes()


def note_address(out: str, file: str) -> str:
    """Where the note of a shard is."""
    return stores.join(out, NOTES, f"{os.path.splitext(file)[0]}.json")  # noqa: PTH122


def mark_address(out: str, file: str) -> str:
    """Where the mark of a shard is that is being made."""
    return stores.join(out, NOTES, f"{os.path.splitext(file)[0]}.trying.json")  # noqa: PTH122


def write_note(out: str, note: ShardNote) -> None:
    """Write the note of a shard, after the shard."""
    stores.write(note_address(out, note.file), pretty_json(to_data(note)).encode("utf-8"))


def read_note(out: str, file: str) -> ShardNote | None:
    """The note of a shard; None where there is none that can be read."""
    where = note_address(out, file)
    if not stores.exists(where):
        return None
    try:
        return from_data(parse_json(stores.read(where), where), ShardNote, where)
    except DataError:
        return None


def whole_note(out: str, file: str, plan: str) -> ShardNote | None:
    """The note of a shard that an earlier run of the same plan made and that is whole."""
    note = read_note(out, file)
    where = stores.join(out, SHARDS, file)
    if note is None or (note.plan, note.file) != (plan, file) or not stores.exists(where):
        return None
    if stores.size(where) != note.size:
        return None
    return note if sha256_bytes(stores.read(where)) == note.sha256 else None
