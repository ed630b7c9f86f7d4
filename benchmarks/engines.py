"""What engines cost, and what a kill costs: ``python -m benchmarks.engines --sounds FOLDER``.

Each run is a fresh process; the engines take turns, so that a busy machine is busy for all. Timed
is the work with the start and the end of the engine, once kernels are compiled. Then whole runs
are killed, all their processes, at random moments, and started again until they end: every run is
to write the same bytes, and to make only shards that were missing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.pages import table
from benchmarks.problems import wide_set
from concept_core.audio import AUDIO_SUFFIXES, load_clip
from concept_core.resources import home

ENGINES = (("local", 1), ("local", 2), ("ray", 2))
K = 1_000
L0 = 8
RATE = 16_000
SECONDS = 2.0

_DECOMPOSE = """
import json, sys, time
import numpy as np
from concept_core.decomposition.streaming import decompose_stream, run
from concept_core.engine import open_engine
asked = json.loads(sys.argv[1])
run.SHARD, run.READ = asked["shard"], min(run.READ, asked["shard"])
atoms = np.load(asked["atoms"])
start = time.perf_counter()
with open_engine(asked["engine"], asked["workers"]) as engine:
    opened = time.perf_counter() - start
    found = decompose_stream(asked["rows"], atoms, asked["out"], l0=asked["l0"], engine=engine)
print(json.dumps({"start": opened, "all": time.perf_counter() - start, "resumed": found.resumed}))
"""
_EMBED = """
import json, sys, time
from pathlib import Path
from concept_core import load_encoder
from concept_core.encoders.ahead import embed_ahead
from concept_core.encoders.embeddings import embed_clips
from concept_core.engine import open_engine
asked = json.loads(sys.argv[1])
clips = sorted(map(str, Path(asked["clips"]).iterdir()))
encoder = load_encoder("yamnet-minilm")
start = time.perf_counter()
with open_engine(asked["engine"], asked["workers"]) as engine:
    opened = time.perf_counter() - start
    embed_ahead(encoder, "yamnet-minilm", clips, engine)
seconds = time.perf_counter() - start
import hashlib
rows = hashlib.sha256(embed_clips(encoder, clips).x.tobytes()).hexdigest()
print(json.dumps({"start": opened, "all": seconds, "sum": rows}))
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print tables; 1 if any two runs differ."""
    asked = _options(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inputs = _rows(folder, asked.rows)
        same = [_decompositions(folder, inputs, asked.rows, asked.rounds)]
        if asked.sounds is not None:
            same.append(_embeddings(folder, asked.sounds, asked.clips, asked.rounds, asked.seed))
        for engine in ("local", "ray"):
            same.append(_kills(folder, inputs, engine, asked.kills, asked.seed))
    return 0 if all(same) else 1


def _rows(folder: Path, rows: int) -> dict[str, Any]:
    data = wide_set(rows, K)
    np.save(folder / "rows.npy", data.rows.astype(np.float16))
    np.save(folder / "part.npy", data.rows[:50_000].astype(np.float16))
    np.save(folder / "few.npy", data.rows[:4_096].astype(np.float16))
    np.save(folder / "atoms.npy", data.atoms(K))
    return {"rows": str(folder / "rows.npy"), "atoms": str(folder / "atoms.npy"), "l0": L0,
            "shard": 65_536}  # fmt: skip


def _decompositions(folder: Path, inputs: dict[str, Any], rows: int, rounds: int) -> bool:
    # Compiled once, by a process whose answers do not count.
    few = {"rows": str(folder / "few.npy"), "out": str(folder / "few")}
    _run(_DECOMPOSE, {**inputs, **few, "engine": "local", "workers": 1})
    times: dict[tuple[str, int], list[dict[str, Any]]] = {one: [] for one in ENGINES}
    sums = set()
    for number in range(rounds):
        for engine, workers in ENGINES:
            out = folder / f"out-{number}-{engine}-{workers}"
            job = {**inputs, "out": str(out), "engine": engine, "workers": workers}
            times[engine, workers].append(_run(_DECOMPOSE, job))
            sums.add(_sum(out))
    _print(f"decompose, {rows:,} rows over K = {K:,}, l0 {L0}", times, len(sums) == 1)
    return len(sums) == 1


def _embeddings(folder: Path, sounds: Path, count: int, rounds: int, seed: int) -> bool:
    clips = _cuts(folder / "clips", sounds, count, seed)
    times: dict[tuple[str, int], list[dict[str, Any]]] = {one: [] for one in ENGINES}
    sums = set()
    for number in range(rounds):
        for engine, workers in ENGINES:
            place = folder / f"home-{number}-{engine}-{workers}"
            place.mkdir()
            for name in ("resources", "derived"):
                if (home() / name).is_dir():
                    (place / name).symlink_to(home() / name)
            job = {"clips": str(clips), "engine": engine, "workers": workers}
            found = _run(_EMBED, job, {"SONOLEX_HOME": str(place)})
            times[engine, workers].append(found)
            sums.add(found["sum"])
    _print(f"yamnet-minilm, {count:,} clips of {SECONDS:g} s", times, len(sums) == 1)
    return len(sums) == 1


def _cuts(folder: Path, sounds: Path, count: int, seed: int) -> Path:
    """So many clips, cut at random out of the sounds of a folder."""
    import soundfile

    rng = random.Random(seed)
    paths = sorted(one for one in sounds.rglob("*") if one.suffix.lower() in AUDIO_SUFFIXES)
    loud = [load_clip(path, RATE).samples for path in paths]
    folder.mkdir()
    length = int(SECONDS * RATE)
    made = 0
    while made < count:
        samples = rng.choice(loud)
        start = rng.randrange(max(1, len(samples) - length))
        part = samples[start : start + length]
        if np.abs(part).max() < 0.01:  # silence has no embedding
            continue
        soundfile.write(folder / f"{made:05d}.wav", part, RATE, subtype="FLOAT")
        made += 1
    return folder


def _kills(folder: Path, inputs: dict[str, Any], engine: str, kills: int, seed: int) -> bool:
    """Runs that are killed once each, and started again, beside one that was left alone."""
    rng = random.Random(seed)
    job = {**inputs, "rows": str(folder / "part.npy"), "engine": engine, "workers": 2,
           "shard": 2_048}  # fmt: skip
    start = time.perf_counter()
    _run(_DECOMPOSE, {**job, "out": str(folder / f"whole-{engine}")})
    seconds, whole = time.perf_counter() - start, _sum(folder / f"whole-{engine}")
    equal = remade = killed = resumed = 0
    for number in range(kills):
        out, kept = folder / f"killed-{engine}-{number}", dict[str, int]()
        process = _started(_DECOMPOSE, {**job, "out": str(out)})
        try:
            process.wait(rng.uniform(0.2, 1.0) * seconds)
        except subprocess.TimeoutExpired:
            killed += 1
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        _remade(out, kept)
        resumed += _run(_DECOMPOSE, {**job, "out": str(out)})["resumed"]
        remade += _remade(out, kept)
        equal += _sum(out) == whole
    shards = len(list((folder / f"whole-{engine}").glob("shard-*")))
    print(
        f"{engine}, 2 workers: {killed} of {kills} runs killed at random moments of {seconds:.0f} s"
        f" and started again: {equal} have the bytes of a run that was left alone, {resumed} of"
        f" {kills * shards} shards were there at the second start, {remade} of these were made"
        " again\n",
        flush=True,
    )
    return equal == kills and remade == 0


def _remade(out: Path, kept: dict[str, int]) -> int:
    """How many shards that were on record have been written again since the last look."""
    if not (out / "stream.json").is_file():
        return 0
    found = json.loads((out / "stream.json").read_text(encoding="utf-8"))
    result = found["result"] or {"shards": []}
    names = found.get("done") or [one["file"] for one in result["shards"]]
    now = {name: (out / name).stat().st_mtime_ns for name in names}
    again = sum(kept[name] != stamp for name, stamp in now.items() if name in kept)
    kept.update(now)
    return again


def _print(title: str, times: dict[tuple[str, int], list[dict[str, Any]]], same: bool) -> None:
    base = statistics.median(one["all"] for one in times["local", 2])
    lines = []
    for (engine, workers), found in times.items():
        seconds = [one["all"] for one in found]
        middle, start = statistics.median(seconds), statistics.median(one["start"] for one in found)
        spread = f"{min(seconds):.1f} to {max(seconds):.1f}"
        beside, work = middle / base - 1, (middle - start) / base - 1
        cells = (f"{middle:.1f}", spread, f"{start:.1f}", f"{beside:+z.0%}", f"{work:+z.0%}")
        lines.append((engine, workers, *cells))
    print(f"{title}: {'equal' if same else 'DIFFERENT'} bytes\n")
    head = ("engine", "workers", "seconds (median)", "from to", "of it the engine's start",
            "beside local, 2", "without the start")  # fmt: skip
    print("\n".join(table(head, lines)), end="\n\n", flush=True)


def _run(code: str, job: dict[str, Any], extra: dict[str, str] | None = None) -> dict[str, Any]:
    process = _started(code, job, extra)
    printed, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"a run ended with {process.returncode}: {job}")
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return found


def _started(
    code: str, job: dict[str, Any], extra: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", code, json.dumps(job)],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), **(extra or {})},
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


def _sum(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.engines", description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--sounds", type=Path, help="a folder to cut clips out of")
    parser.add_argument("--clips", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kills", type=int, default=10, help="of each engine")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
