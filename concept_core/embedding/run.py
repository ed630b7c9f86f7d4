"""Embed many clips shard by shard: on any engine, into any place, and no shard twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from concept_core import stores
from concept_core.embedding.inputs import ClipInput, Digest, find_clips
from concept_core.embedding.manifest import begin, describe, fingerprint, finish
from concept_core.embedding.shards import (
    NOTES,
    ClipFailure,
    ClipJob,
    EmbedWorker,
    Made,
    ShardNote,
    mark_address,
)
from concept_core.embedding.tables import ClipTable, ListedClip
from concept_core.encoders.base import EncoderSpec
from concept_core.encoders.centred import uncentred
from concept_core.encoders.registry import load_encoder
from concept_core.encoders.row_files import check_target
from concept_core.engine.base import Engine, Lost
from concept_core.errors import UsageError, hide_secrets
from concept_core.extras import check_extra
from concept_core.files import named_path
from concept_core.spelling import check_names
from concept_core.temporaries import temporary_folder
from concept_core.values import Value

SHARD_ROWS = 512
"""Clips of a shard: some ten seconds of work for a core, which is what a killed worker loses."""
MOST_ROWS = 100_000
"""A shard is read whole: of 2,048 dimensions so many are .8 GB."""
FORMATS = ("parquet", "npz")
_CLIPS = "clips.parquet"
_WORKER_MB = 450
"""Of a process with our libraries and a batch of sounds, measured with yamnet-minilm."""

Progress = Callable[[int, int, float], None]


@dataclass(frozen=True, slots=True)
class EmbedAsk:
    """What is to be embedded, how, and where to.

    Attributes
    ----------
    inputs : tuple of str
        As `find_clips` takes them.
    out : str
        A new or empty folder, or that of the same run; or the address of a store.
    encoder, device : str
    offline : bool
        As ``load_encoder`` takes them.
    shard_rows : int
        Clips of a shard, at most ``MOST_ROWS``; a tar is a shard, however many it has.
    format : str
        One of ``FORMATS``.
    column, id_column : str or None
        As `read_clip_list` takes them.
    """

    inputs: tuple[str, ...]
    out: str
    encoder: str = "yamnet-minilm"
    device: str = "auto"
    offline: bool = False
    shard_rows: int = SHARD_ROWS
    format: str = "parquet"
    column: str | None = None
    id_column: str | None = None

    def check(self) -> None:
        """See that the call is right, before anything slow starts.

        Raises
        ------
        UsageError
            An unknown format, a shard of no rows or of too many, or an output that no path can be.
        MissingError
            The package that writes tables is not installed.
        """
        check_names("format", [self.format], FORMATS)
        if not 1 <= self.shard_rows <= MOST_ROWS:
            raise UsageError(f"shard rows must be from 1 to {MOST_ROWS}, found {self.shard_rows}")
        if not stores.is_address(self.out):
            named_path(self.out)
        check_target(Path(f"shard.{self.format}"), ["audio"])
        check_extra("pyarrow")


@dataclass(frozen=True, slots=True)
class EmbedPlan(Value):
    """What a run will do.

    Attributes
    ----------
    out : str
        Where it writes.
    shards, clips, tars : int
        Clips are those of lists and folders; those of tars are counted when they are read.
    input_bytes : int
        Of tars, and of the clips of folders; those of tables are not asked for.
    output_bytes : int
        Of the rows of the clips that are known.
    workers : int or None
        None: as many as the engine has.
    worker_mb : int
        About what a worker needs of memory beside the weights of its model.
    encoder : mapping
        The spec.
    """

    out: str
    shards: int
    clips: int
    tars: int
    input_bytes: int
    output_bytes: int
    workers: int | None
    worker_mb: int
    encoder: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EmbedSummary(Value):
    """What a run has made.

    Attributes
    ----------
    out : str
    rows, clips, shards : int
    resumed : int
        Shards that an earlier run had made.
    hours : float
        Length of the clips with rows.
    failures : int
        Clips without a row, and tars that could not be read.
    missing : tuple of str
        Shards that could not be made; the same command tries them again.
    """

    out: str
    rows: int
    clips: int
    shards: int
    resumed: int
    hours: float
    failures: int
    missing: tuple[str, ...]


def plan_shards(ask: EmbedAsk, workers: int | None = None) -> EmbedPlan:
    """What `embed_shards` will do; lists are read, and nothing is written.

    Raises
    ------
    UsageError, DataError, MissingError
        As `embed_shards`, before it begins.
    """
    ask.check()
    spec = _spec(ask)
    found = find_clips(ask.inputs, column=ask.column, id_column=ask.id_column)
    listing = _Listing(ask)
    for one in found:
        listing.add(one)
    clips = sum(job.clips for job in listing.jobs)
    row = 4 * spec.dim
    return EmbedPlan(
        out=ask.out,
        shards=len(listing.jobs),
        clips=clips,
        tars=sum(bool(job.tar) for job in listing.jobs),
        input_bytes=sum(one.size if one.kind == "tar" else sums.size for one, sums in listing.sums),
        output_bytes=clips * row,
        workers=workers,
        worker_mb=_WORKER_MB + 3 * ask.shard_rows * row // 1_000_000,
        encoder=spec.to_dict(),
    )


def embed_shards(ask: EmbedAsk, engine: Engine, progress: Progress | None = None) -> EmbedSummary:
    """Embed clips into shards of rows, with a manifest and a table of failures.

    A clip that cannot be embedded is named in the table of failures and stops nothing. A run that
    was stopped goes on where it was when it is started again with the same inputs; what comes out
    is then the same, byte for byte, whatever the engine. Of two runs into one folder of this
    machine, the second waits for the first.

    Parameters
    ----------
    ask : EmbedAsk
    engine : Engine
    progress : callable, optional
        Called with the clips done, all clips (0: not known yet) and the seconds of sound so far.

    Raises
    ------
    UsageError
        An unknown format or encoder, nothing to embed.
    MissingError
        A package or a model that is not on this machine.
    DataError
        An input that is not there; an output that holds another run.
    """
    ask.check()
    spec = _spec(ask)
    found = find_clips(ask.inputs, column=ask.column, id_column=ask.id_column)
    with stores.hold(ask.out):
        listing, plan = _listed(ask, found, spec)
        worker = EmbedWorker(
            ask.encoder, ask.device, ask.offline, spec.fingerprint, ask.out, fingerprint(plan),
            stores.join(ask.out, NOTES, _CLIPS),
        )  # fmt: skip
        made = _make(engine, worker, listing.jobs, progress)
        return _finished(ask.out, plan, worker, listing.jobs, made)


def _spec(ask: EmbedAsk) -> EncoderSpec:
    """That of the encoder's raw rows: whoever reads them takes the means of what is at hand."""
    model = load_encoder(ask.encoder, device=ask.device, offline=ask.offline, cache=False)
    return uncentred(model).spec


class _Listing:
    """The jobs of inputs one after the other; their clips are written, if they are to be."""

    def __init__(self, ask: EmbedAsk, writer: Any = None) -> None:
        self._ask = ask
        self._writer = writer
        self._groups = 0
        self.jobs: list[ClipJob] = []
        self.sums: list[tuple[ClipInput, Digest]] = []

    def add(self, one: ClipInput) -> None:
        digest = Digest()
        self.sums.append((one, digest))
        if one.clips is None:
            self.jobs.append(ClipJob(self._file(), tar=one.address))
            return
        waiting: list[ListedClip] = []
        for clip in one.clips():
            digest.add(clip)
            waiting.append(clip)
            if len(waiting) == self._ask.shard_rows:
                self._group(waiting)
                waiting = []
        if waiting:
            self._group(waiting)

    def _group(self, clips: Sequence[ListedClip]) -> None:
        self.jobs.append(ClipJob(self._file(), group=self._groups, clips=len(clips)))
        self._groups += 1
        if self._writer is not None:
            ClipTable.add(self._writer, clips)

    def _file(self) -> str:
        return f"embeddings-{len(self.jobs):05d}.{self._ask.format}"


def _listed(
    ask: EmbedAsk, found: Sequence[ClipInput], spec: EncoderSpec
) -> tuple[_Listing, dict[str, Any]]:
    """The jobs and the plan; the output has the plan then, and the list that workers read."""
    with temporary_folder(None, "clips") as scratch:
        path = scratch / _CLIPS
        with ClipTable.writer(path) as writer:
            listing = _Listing(ask, writer)
            for one in found:
                listing.add(one)
        plan = describe(listing.sums, spec, ask.shard_rows, ask.format)
        begin(ask.out, plan)
        if any(not job.tar for job in listing.jobs):
            stores.write(stores.join(ask.out, NOTES, _CLIPS), path.read_bytes())
    return listing, plan


def _make(
    engine: Engine, worker: EmbedWorker, jobs: Sequence[ClipJob], progress: Progress | None
) -> dict[int, Made | Lost]:
    """What came of each job, by its place; those whose workers died in it get another round."""
    made: dict[int, Made | Lost] = {}
    known = all(job.clips for job in jobs)
    total = sum(job.clips for job in jobs) if known else 0
    clips, seconds = 0, 0.0
    for one in engine.map(worker, jobs, ordered=False):
        if isinstance(one, Lost):
            made[one.place] = one
            clips += jobs[one.place].clips
        else:
            made[one.place] = one.result
            clips += one.result.note.clips
            seconds += one.result.note.seconds
        if progress is not None:
            progress(clips, total, seconds)
    # By now it is known at which clip they died, which the next tries give up.
    places = [
        place
        for place, one in sorted(made.items())
        if isinstance(one, Lost) and stores.exists(mark_address(worker.out, jobs[place].file))
    ]
    again = [jobs[place] for place in places]
    for one in engine.map(worker, again, ordered=False) if again else ():
        place = places[one.place]
        if isinstance(one, Lost):
            first = made[place]
            assert isinstance(first, Lost)
            made[place] = Lost(place, one.reason, first.tries + one.tries)
        else:
            made[place] = one.result
    return made


def _finished(
    out: str,
    plan: dict[str, Any],
    worker: EmbedWorker,
    jobs: Sequence[ClipJob],
    made: dict[int, Made | Lost],
) -> EmbedSummary:
    notes: list[ShardNote] = []
    failures: list[ClipFailure] = []
    missing: list[str] = []
    for place, job in enumerate(jobs):
        one = made[place]
        if isinstance(one, Lost):
            missing.append(job.file)
            failures += _lost(worker, job, one)
        else:
            notes.append(one.note)
            failures += one.note.failures
    finish(out, plan, notes, failures, missing)
    # It names where clips lie on this machine, and all shards are made.
    if not missing:
        stores.delete(worker.clips)
    new = sum(isinstance(one, Made) and one.new for one in made.values())
    return EmbedSummary(
        out=out,
        rows=sum(note.rows for note in notes),
        # A tar that was not read is one line of the table of failures.
        clips=sum(note.clips for note in notes)
        + sum(jobs[at].clips or 1 for at in _lost_places(made)),
        shards=len(notes),
        resumed=len(notes) - new,
        hours=sum(note.seconds for note in notes) / 3600,
        failures=len(failures),
        missing=tuple(missing),
    )


def _lost_places(made: dict[int, Made | Lost]) -> Iterator[int]:
    return (place for place, one in made.items() if isinstance(one, Lost))


def _lost(worker: EmbedWorker, job: ClipJob, lost: Lost) -> list[ClipFailure]:
    """The clips of a shard that could not be made."""
    # Of errors of libraries, which may repeat an address as it was given.
    reason = hide_secrets(lost.reason)
    if job.tar:
        return [ClipFailure(stores.base_name(job.tar), reason, lost.tries)]
    clips = ClipTable(worker.clips).group(job.group)
    return [ClipFailure(clip.id, reason, lost.tries) for clip in clips]
