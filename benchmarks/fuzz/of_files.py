"""Readers of rows, streams, centrings, checkpoints, sounds and archives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.fuzz import corpus
from benchmarks.fuzz.corpus import of_file
from benchmarks.fuzz.reader import Reader, ours


def rows(place: Path) -> Iterator[Reader]:
    """Rows of embeddings, streamed decompositions, centrings."""
    from concept_core.decomposition.streaming import open_stream
    from concept_core.decomposition.streaming.inputs import open_rows
    from concept_core.encoders.centring import from_bytes
    from concept_core.encoders.row_files import read_rows, read_spec
    from concept_core.explanation.direction_files import read_directions
    from concept_core.explanation.weights import weight_rows

    def row_file(folder: Path, name: str) -> None:
        path = folder / name
        if path.suffix in (".txt", ".csv"):
            path = path.with_suffix(".npy")
        for read in (read_rows, read_spec, _blocks, _directions):
            with ours():
                read(path)

    def _blocks(path: Path) -> list[Any]:
        source = open_rows(path)
        return [*source.blocks(0, 3), source.all_ids()]

    def _directions(path: Path) -> Any:
        return read_directions(path, open_rows(path).shape[1])

    def stream(folder: Path, name: str) -> None:
        """Whoever has changed a shard may have changed its sum too."""
        from concept_core.files import sha256_file

        if name.endswith(".npz"):
            text = (folder / "stream.json").read_text(encoding="utf-8")
            old = text.split('"sha256": "')[-1][:64]
            (folder / "stream.json").write_text(text.replace(old, sha256_file(folder / name)))
        list(weight_rows(folder, top=2))
        open_stream(folder).weights()

    seeds = corpus.row_files(place)
    yield Reader(
        "rows",
        (
            "concept_core.encoders.row_files.read_rows",
            "concept_core.encoders.row_files.read_spec",
            "concept_core.decomposition.streaming.inputs.open_rows",
            "concept_core.explanation.direction_files.read_directions",
            "concept_core.rows.source.open_file",
            "concept_core.rows.source.open_sources",
            "concept_core.rows.hdf5_file.Hdf5File.open",
            "concept_core.rows.safetensors_file.SafetensorsFile.open",
            "concept_core.rows.parquet_file.ParquetFile.open",
            "concept_core.rows.numpy_files.NpyFile.open",
            "concept_core.rows.numpy_files.NpzFile.open",
        ),
        tuple(seeds.values()),
        row_file,
    )
    yield Reader(
        "stream",
        (
            "concept_core.decomposition.streaming.folder.open_stream",
            "concept_core.decomposition.streaming.plan.read_manifest",
            "concept_core.decomposition.streaming.shards.read_shard",
        ),
        (corpus.stream_folder(corpus.fresh(place, "stream")),),
        stream,
    )
    yield Reader(
        "centring",
        ("concept_core.encoders.centring.from_bytes",),
        (corpus.centring_file(corpus.fresh(place, "centring")),),
        lambda folder, name: from_bytes(
            (folder / name).read_bytes(), corpus.HashEncoder.spec, name
        ),
    )


def sounds() -> Iterator[Reader]:
    """Audio files."""
    from concept_core.audio import load_clip

    forms = {"wav": "WAV", "flac": "FLAC", "ogg": "OGG", "mp3": "MP3", "aiff": "AIFF", "w64": "W64"}
    seeds = tuple(of_file(f"x.{ending}", corpus.sound(form)) for ending, form in forms.items())
    yield Reader(
        "sound",
        ("concept_core.audio.clips.load_clip",),
        seeds,
        lambda folder, name: load_clip(folder / name, 16_000),
    )


def archives() -> Iterator[Reader]:
    """Packed files."""
    from concept_core.resources.unpacking import extract_archive

    files = {"a/one.txt": b"one\n" * 50, "a/two.csv": b"a,b\n1,2\n", "a/b/three": b"\x00" * 3000}
    seeds = [of_file("x.zip", corpus.zipped(files))]
    seeds += [
        of_file(f"x.{one}", corpus.tar(files, one))
        for one in ("tar", "tar.gz", "tar.xz", "tar.bz2")
    ]

    def extracted(folder: Path, name: str) -> None:
        (folder / "into").mkdir()
        extract_archive(folder / name, folder / "into", most_bytes=1 << 24)

    yield Reader(
        "archive", ("concept_core.resources.unpacking.extract_archive",), tuple(seeds), extracted
    )
