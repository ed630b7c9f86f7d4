"""Readers of lists of clips, archives of clips, and what was made of many clips."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.fuzz import corpus
from benchmarks.fuzz.corpus import of_file, of_folder
from benchmarks.fuzz.reader import Reader, ours


def clips(place: Path) -> Iterator[Reader]:
    """Lists, tables and tars in; shards with their manifest and notes."""
    from concept_core.audio import SoundBytes, load_clip
    from concept_core.embedding.tables import read_clip_list
    from concept_core.embedding.tars import read_tar

    def tar(folder: Path, name: str) -> None:
        for one in read_tar(str(folder / name)):
            if one.sound is not None:
                with ours():
                    load_clip(one.sound, 16_000)

    table = place / "clips.parquet"
    _write_table(table)
    yield Reader(
        "clip list",
        ("concept_core.embedding.tables.read_clip_list",),
        (
            of_file("clips.csv", b"id,path\n1,a.wav\n2,s3://bucket/b.wav\n"),
            of_file("clips.tsv", b"file\tlabel\na.wav\tx\n"),
            of_file("clips.txt", b"a.wav\n/b/c.flac\n"),
            of_file("clips.parquet", table.read_bytes()),
        ),
        lambda folder, name: list(read_clip_list(str(folder / name))),
    )
    members = {"a/01.json": b"{}", "a/01.wav": corpus.sound("WAV"), "02.flac": corpus.sound("FLAC")}
    yield Reader(
        "clip tar",
        ("concept_core.embedding.tars.read_tar",),
        (of_file("x.tar", corpus.tar(members, "tar")),),
        tar,
    )
    yield Reader(
        "sound in memory",
        (),
        (of_file("x.ogg", corpus.sound("OGG")), of_file("x.mp3", corpus.sound("MP3"))),
        lambda folder, name: load_clip(SoundBytes((folder / name).read_bytes(), name), 16_000),
    )
    yield _shards(place)


def _shards(place: Path) -> Reader:
    from concept_core.embedding import EmbedAsk, embed_shards, open_embeddings
    from concept_core.embedding.rows import open_shards
    from concept_core.embedding.shards import read_note
    from concept_core.engine import open_engine
    from concept_core.files import sha256_file

    sounds = corpus.fresh(place, "sounds")
    for word in corpus.WORDS:
        (sounds / f"{word}.wav").write_bytes(corpus.sound("WAV"))
    out = place / "out"
    ask = EmbedAsk(
        (str(sounds),), str(out), encoder="benchmarks.fuzz.corpus:HashEncoder", shard_rows=5
    )
    with open_engine() as engine:
        embed_shards(ask, engine)

    def read(folder: Path, name: str) -> None:
        """Whoever has changed a shard may have changed its sum too."""
        if name.startswith("shards/"):
            path = folder / "manifest.json"
            found = json.loads(path.read_text(encoding="utf-8"))
            for entry in found["result"]["shards"]:
                entry["sha256"] = sha256_file(folder / "shards" / entry["file"])
            path.write_text(json.dumps(found), encoding="utf-8")
        read_note(str(folder), "embeddings-00000.parquet")
        for _ in open_embeddings(folder).shards():
            pass
        source = open_shards(folder)
        list(source.blocks(0, 3))
        source.all_ids()

    return Reader(
        "embeddings",
        (
            "concept_core.embedding.folder.open_embeddings",
            "concept_core.embedding.manifest.read_manifest",
            "concept_core.embedding.rows.open_shards",
            "concept_core.embedding.shards.read_note",
        ),
        (of_folder(out),),
        read,
    )


def _write_table(path: Path) -> None:
    from pyarrow import parquet, table

    parquet.write_table(table({"id": ["1", "2"], "path": ["a.wav", "b.wav"]}), path)
