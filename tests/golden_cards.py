"""Scorecards that are kept, one a task, so that a change of any figure is seen in the diff.

``python -m tests.golden_cards`` writes them anew into ``tests/golden``: read the diff, and say in
the commit why the figures changed. Some are of made-up clips, and need nothing; the others are of
the ten demo sounds, with yamnet-minilm.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from concept_core.bench.bench import Bench
from concept_core.encoders import Encoder, load_encoder
from concept_core.files import pretty_json, write_text
from concept_core.resources import resource_path
from concept_core.tasks.items import Captioned
from concept_core.tasks.request import TaskRequest
from concept_core.tasks.scorecard import Scorecard
from tests.tasks_toy import bench, clusters, dictionary, embedded, items, unit, vocabulary

FOLDER = Path(__file__).parent / "golden"
VOCABULARY = "demo@1.0.0"
WORDS = vocabulary("p", "q", "r", "s", "t", "u")
"""Three lie near the directions of classes, three anywhere."""

_CLIPS, _DIM = 30, 8


def toy_card(
    task: str, sparsity: dict[str, float], *, in_a_row: int = 2, **request: Any
) -> Scorecard:
    """A card of made-up clips of three classes, three folds and recordings of two clips.

    So many clips in a row are of one fold. With two, each fold lacks a class.
    """
    rng = np.random.default_rng(7)
    x, labels, centres = clusters(rng, _CLIPS, 3, _DIM, noise=0.6)
    near = centres + 0.3 * rng.standard_normal((3, _DIM))
    atoms = unit(np.concatenate([near, rng.standard_normal((3, _DIM))]))
    folds = [str(1 + place // in_a_row % 3) for place in range(_CLIPS)]
    recordings = [f"recording {place // 2}" for place in range(_CLIPS)]
    data: Any
    if task == "retrieval":
        texts = tuple((f"caption {place}",) * (1 + place % 2) for place in range(_CLIPS))
        captions = np.repeat(x, [len(one) for one in texts], axis=0)
        captions = unit(captions + 0.2 * rng.standard_normal(captions.shape))
        info = items(_CLIPS, recordings=recordings, kind="captions", main_metric="a2t-r@1")
        data = Captioned(info, x, texts, captions)
    else:
        data = embedded(x, labels.tolist(), centres, folds=folds, recordings=recordings)
    return bench(data, task, **request).score(WORDS, dictionary(WORDS, atoms), **sparsity)


TOY: dict[str, Callable[[], Scorecard]] = {
    "zero-shot": lambda: toy_card("zero-shot", {"l0": 2}),
    "zero-shot-l1": lambda: toy_card("zero-shot", {"l1": 0.1}),
    "zero-shot-mean-l0": lambda: toy_card("zero-shot", {"mean_l0": 2.0}),
    "retrieval": lambda: toy_card("retrieval", {"l0": 3}),
    "linear-probe": lambda: toy_card("linear-probe", {"l0": 2}, in_a_row=10),
    "few-shot": lambda: toy_card("few-shot", {"l0": 2}, shots=(1, 2)),
    "finetuned": lambda: toy_card("finetuned", {"l0": 2}),
    "intervention": lambda: toy_card("intervention", {"l0": 2}, without=("p",)),
    "faithfulness": lambda: toy_card("faithfulness", {"l0": 4}),
}

REAL: dict[str, dict[str, Any]] = {
    "sounds-zero-shot": {"task": "zero-shot"},
    "sounds-intervention": {"task": "intervention", "without": ("dog",)},
    "sounds-faithfulness": {"task": "faithfulness"},
}


def real_card(name: str, encoder: Encoder, sounds: Path) -> Scorecard:
    """A card of the demo sounds."""
    request = TaskRequest(dataset="demo-sounds", **REAL[name])
    return Bench(request, encoder, sounds).score(VOCABULARY, l0=8)


def kept(card: Scorecard) -> dict[str, Any]:
    """What is kept of a card: all but the version of the software."""
    found: dict[str, Any] = json.loads(card.to_json())
    del found["software"]
    return found


def golden(name: str) -> dict[str, Any]:
    """The kept card of a name."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def differences(old: Any, new: Any, where: str = "") -> Iterator[str]:
    """Every field that differs, with both values.

    Numbers are equal to a relative 1e-6, to which processors agree, as in a replay.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            path = f"{where}.{key}".lstrip(".")
            if key not in old or key not in new:
                yield f"{path}: {'gone' if key in old else 'new'}"
            else:
                yield from differences(old[key], new[key], path)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for place, pair in enumerate(zip(old, new, strict=True)):
            yield from differences(*pair, f"{where}[{place}]")
    elif not _same(old, new):
        yield f"{where}: {old!r} was kept, {new!r} now"


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, float) and isinstance(new, (int, float)):
        return bool(np.isclose(old, new, rtol=1e-6, atol=1e-9))
    return bool(old == new) and isinstance(old, bool) == isinstance(new, bool)


def main() -> int:
    """Write all cards anew."""
    cards = {name: make() for name, make in TOY.items()}
    encoder, sounds = load_encoder("yamnet-minilm", cache=False), resource_path("demo-sounds")
    cards |= {name: real_card(name, encoder, sounds) for name in REAL}
    for name, card in cards.items():
        write_text(FOLDER / f"{name}.json", pretty_json(kept(card)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
