"""How much the embedding cache saves: ``python -m benchmarks.cache --data DIR``.

Each figure is a fresh process on a cache folder of its own with this machine's resources, first
without kept embeddings (cold), then with them (warm). Three things are timed: the embeddings
alone (240 clips, the class prompts, the labels of the vocabulary), the process around them with
its start, and the whole of ``sonolex score``, of which the solver's start is a part that no cache
of embeddings saves.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import machine
from concept_core.resources import home

_WANTED = 20.0
_MODELS = ("onnxruntime", "tokenizers", "torch", "transformers", "soundfile")
_EMBED = """
import json, sys, time
from concept_core import load_encoder, load_vocabulary
from concept_core.bench.bench import Bench
from concept_core.datasets import load_dataset
from concept_core.tasks.request import TaskRequest
asked = json.loads(sys.argv[1])
clips = load_dataset("esc10", asked["data"], asked["folds"])
vocabulary = load_vocabulary(asked["vocabulary"])
start = time.perf_counter()
encoder = load_encoder(asked["encoder"])
bench = Bench(TaskRequest("zero-shot", "esc10"), encoder, clips)
bench.data, bench.dictionary(vocabulary)
seconds = time.perf_counter() - start
print(json.dumps([seconds, len(clips), sorted(set(asked["models"]) & sys.modules.keys())]))
"""
_SCORE = "import sys; from vocab_builder.cli import main; main(sys.argv[1:])"


@dataclass(frozen=True, slots=True)
class Run:
    """A process: seconds by the clock and of processors, and what it printed."""

    wall: float
    busy: float
    out: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 if embeddings are not 20 times faster warm, or a model was loaded."""
    options = _options(arguments)
    asked = {
        "data": str(options.data),
        "folds": options.folds,
        "vocabulary": options.vocabulary,
        "encoder": options.encoder,
        "models": _MODELS,
    }
    embed = [_EMBED, json.dumps(asked)]
    score = [
        *(_SCORE, "score", options.vocabulary, "--dataset", "esc10", "--data", str(options.data)),
        *("--folds", ",".join(map(str, options.folds)), "--l0", "8"),
        *("--encoder", options.encoder, "--json"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        _run(score, Path(folder, "first"))  # compiles the solver where that has not been done
        cold_embed, warm_embed = _cold_and_warm(embed, Path(folder, "embed"), options.runs)
        cold_score, warm_score = _cold_and_warm(score, Path(folder, "score"), options.runs)
    inside = [json.loads(run.out) for run in [cold_embed, *warm_embed]]
    loaded = sorted({name for _, _, models in inside[1:] for name in models})
    equal = all(run.out == cold_score.out for run in warm_score)
    for line in machine.sentences(machine.describe()):
        print(line)
    print(f"{inside[0][1]} clips, {options.encoder}, {options.vocabulary}; median of warm runs\n")
    ratio = _tell("embeddings alone", inside[0][0], [seconds for seconds, _, _ in inside[1:]])
    _tell("process that embeds", cold_embed.wall, [run.wall for run in warm_embed])
    _tell("  its processors", cold_embed.busy, [run.busy for run in warm_embed])
    _tell("sonolex score", cold_score.wall, [run.wall for run in warm_score])
    _tell("  its processors", cold_score.busy, [run.busy for run in warm_score])
    print(f"\nmodel libraries that warm runs import: {', '.join(loaded) or 'none'}")
    print(f"cards, cold and warm: {'the same bytes' if equal else 'DIFFERENT'}")
    return int(ratio < _WANTED or bool(loaded) or not equal)


def _cold_and_warm(code: Sequence[str], folder: Path, runs: int) -> tuple[Run, list[Run]]:
    return _run(code, folder), [_run(code, folder) for _ in range(runs)]


def _run(code: Sequence[str], folder: Path) -> Run:
    """A fresh process with that cache folder."""
    folder.mkdir(exist_ok=True)
    for name in ("resources", "derived"):
        if not (folder / name).exists():
            (folder / name).symlink_to(home() / name)
    environment = {
        **os.environ,
        "SONOLEX_HOME": str(folder),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", *code],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(wall, busy, done.stdout)


def _tell(what: str, cold: float, warm: Sequence[float]) -> float:
    """Print one line; how many times faster warm is."""
    middle = statistics.median(warm)
    print(f"{what:<20}  cold {cold:6.2f} s   warm {middle:5.2f} s   {cold / middle:5.1f} x")
    return cold / middle


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.cache", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="ESC-10, laid out as ESC-50 is")
    parser.add_argument("--folds", type=lambda text: [int(part) for part in text.split(",")],
                        default=[1, 2, 3])  # fmt: skip
    parser.add_argument("--vocabulary", default="sonolex-core")
    parser.add_argument("--encoder", default="yamnet-minilm")
    parser.add_argument("--runs", type=int, default=3, help="warm runs")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
