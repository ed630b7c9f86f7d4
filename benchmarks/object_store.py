"""Rows decomposed from an object store and back, on Ray: ``python -m benchmarks.object_store``.

The store is moto's S3 on this machine's loopback address. Rows are those of the sounds of a folder
as the bundled encoder has them, mixed at random by twos, with noise. What comes back is compared
with what ``decompose`` gives for the first rows of every shard. `docs/scale.md` cites what
it prints.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import describe, sentences
from benchmarks.scale import run
from concept_core import Dictionary, decompose, load_encoder, load_vocabulary, stores
from concept_core.decomposition.streaming import open_stream
from concept_core.embedding import open_embeddings
from concept_core.embedding.manifest import begin, fingerprint, finish
from concept_core.embedding.shards import SHARDS, ShardNote, rows_content
from concept_core.encoders.base import Encoder
from concept_core.encoders.embeddings import embed_clips
from concept_core.files import sha256_bytes

_SHARD = 8_192
_ROWS, _WEIGHTS = "s3://rows/embeddings", "s3://rows/weights"
_COMPARED = 500


def main(arguments: Sequence[str] | None = None) -> int:
    """Put rows there, decompose them, compare, and print what it took; 1 if anything differs."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("--sounds", type=Path, required=True, help="Folder of sounds.")
    asked.add_argument("--rows", type=int, default=2_000_000)
    asked.add_argument("--vocabulary", default="sonolex-core")
    asked.add_argument("--l1", default="0.1")
    asked.add_argument("--workers", default="2")
    asked.add_argument("--engine", default="ray")
    given = asked.parse_args(arguments)
    print("\n".join(sentences(describe())))
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line a request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        _go_to("http://{}:{}".format(*server.get_host_and_port()))
        return _measure(given)
    finally:
        server.stop()


def _go_to(endpoint: str) -> None:
    """Let this process and those that it starts ask the store at ``endpoint`` alone."""
    import boto3

    os.environ.update(
        AWS_ENDPOINT_URL=endpoint,
        AWS_ACCESS_KEY_ID="made-up",
        AWS_SECRET_ACCESS_KEY="made-up",
        AWS_DEFAULT_REGION="us-east-1",
    )
    boto3.client("s3").create_bucket(Bucket="rows")


def _measure(given: argparse.Namespace) -> int:
    encoder = load_encoder("yamnet-minilm")
    start = time.monotonic()
    size = put_rows(encoder, given.sounds, given.rows)
    print(f"{given.rows:,} rows, {size / 1e9:.2f} GB, written in {time.monotonic() - start:.0f} s")
    ran = run(
        "decompose", _ROWS, "--vocabulary", given.vocabulary, "--l1", given.l1, "--out", _WEIGHTS,
        "--engine", given.engine, "--workers", given.workers,
    )  # fmt: skip
    print(ran.said)
    if ran.code:
        return 1
    print(
        f"decomposed in {ran.seconds:.0f} s ({given.rows / ran.seconds:,.0f} rows a second),"
        f" at most {ran.watched.peak_mb:.0f} MB a worker"
    )
    start = time.monotonic()
    different = compared(encoder, given.vocabulary, float(given.l1), given.rows)
    print(f"read back and every sum checked in {time.monotonic() - start:.0f} s")
    print("wrong:", "; ".join(different) or "nothing")
    return 1 if different else 0


def put_rows(encoder: Encoder, sounds: Path, count: int) -> int:
    """Write shards of made-up embeddings as ``sonolex embed --out`` does; returns their bytes."""
    clips = sorted(path for path in sounds.rglob("*") if path.suffix in (".wav", ".ogg", ".flac"))
    if not clips:
        sys.exit(f"{sounds}: no sounds there; give a folder with wav, ogg or flac files")
    real = embed_clips(encoder, clips).x
    plan = {"encoder": encoder.spec.to_dict(), "fingerprint": encoder.spec.fingerprint}
    begin(_ROWS, plan)
    notes = []
    for shard, first in enumerate(range(0, count, _SHARD)):
        rows = _mixed(real, min(_SHARD, count - first), shard)
        file = f"embeddings-{shard:05d}.parquet"
        ids = [f"clip-{first + place:08d}" for place in range(len(rows))]
        content = rows_content(file, ids, rows, encoder.spec)
        stores.write(stores.join(_ROWS, SHARDS, file), content)
        digest = sha256_bytes(content)
        notes.append(
            ShardNote(fingerprint(plan), file, digest, len(content), len(rows), len(rows), 0.0)
        )
    finish(_ROWS, plan, notes, [], [])
    return sum(note.size for note in notes)


def _mixed(real: NDArray[np.float32], count: int, seed: int) -> NDArray[np.float32]:
    generator = np.random.default_rng(seed)
    one, other = generator.integers(0, len(real), (2, count))
    share = generator.random((count, 1), np.float32)
    rows = share * real[one] + (1 - share) * real[other]
    rows += generator.normal(0, 0.1 / np.sqrt(real.shape[1]), rows.shape).astype(np.float32)
    unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def compared(encoder: Encoder, vocabulary: str, l1: float, count: int) -> list[str]:
    """What of the weights in the store is not what it should be."""
    dictionary = Dictionary.build(load_vocabulary(vocabulary), encoder)
    given = open_embeddings(_ROWS).shards()
    x, ids = np.empty((0, encoder.spec.dim), np.float32), list[str]()
    wrong, total = [], 0
    for place, found in enumerate(open_stream(_WEIGHTS).shards()):
        n = found.weights.shape[0]
        total += n
        while len(x) < n and (shard := next(given, None)) is not None:
            x, ids = np.concatenate([x, shard.x]), [*ids, *shard.ids]
        if (found.gap > 1e-6).any():
            wrong.append(f"shard {place} has a row with a gap of {found.gap.max():.1e}")
        if ids[:n] != list(() if found.ids is None else found.ids):
            wrong.append(f"shard {place} has other ids")
        expected = decompose(x[:_COMPARED], dictionary, l1=l1).weights
        if abs(expected - found.weights[:_COMPARED]).max() > 1e-6:
            wrong.append(f"shard {place} has other weights than decompose")
        x, ids = x[n:], ids[n:]
    if total != count:
        wrong.append(f"{total} rows of {count}")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
