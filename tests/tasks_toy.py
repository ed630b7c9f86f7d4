"""Clips of a task that a test writes down as arrays, and a vocabulary over given atoms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from concept_core.bench.bench import Bench
from concept_core.datasets.base import MULTI_LABEL, SINGLE_LABEL, DatasetInfo
from concept_core.decomposition.dictionary import Dictionary
from concept_core.encoders.base import EncoderSpec
from concept_core.tasks.items import PROMPT_SET, Captioned, Embedded, Items
from concept_core.tasks.metrics import indicators
from concept_core.tasks.request import TaskRequest
from concept_core.vocabulary import Concept, Vocabulary

SPEC = EncoderSpec("toy", "0" * 64, 4, 16000, "none", "bare@1", "none")
INFO = DatasetInfo(
    name="toy",
    revision="1",
    licence="CC0",
    citation="nobody",
    sample_rate=16_000,
    main_metric="accuracy",
    kind=SINGLE_LABEL,
    folds=("1", "2", "3"),
    classes=(),
    seen="never",
)


def items(
    n: int, where: Sequence[str] | None = None, recordings: Sequence[str] = (), **info: Any
) -> Items:
    """n clips, each in the fold that ``where`` says, by default all in fold 1."""
    folds = ("1",) * n if where is None else tuple(where)
    return Items(
        info=replace(INFO, **info),
        names=tuple(f"clip-{place}.wav" for place in range(n)),
        folds=folds,
        missing=0,
        bad=(),
        data_hash="f" * 64,
        data_folds=tuple(dict.fromkeys(folds)),
        encoder=SPEC,
        recordings=tuple(recordings),
    )


def unit(rows: Any) -> np.ndarray:
    x = np.asarray(rows, dtype=np.float64)
    return (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)


def embedded(
    x: Any,
    labels: Sequence[int] | None,
    atoms: Any,
    *,
    folds: Sequence[str] | None = None,
    targets: Any = None,
    **info: Any,
) -> Embedded:
    """Labelled clips: classes are called a, b, c ...; without labels, multi-label targets."""
    x, atoms = unit(x), unit(atoms)
    classes = tuple("abcdefghijklmnopqrstuvwxyz"[: len(atoms)])
    if labels is None:
        info = {"kind": MULTI_LABEL, "main_metric": "map", **info}
        return Embedded(
            items(len(x), folds, classes=classes, **info),
            x,
            classes,
            {PROMPT_SET: atoms},
            np.asarray(targets, dtype=np.bool_),
            None,
        )
    truth = np.asarray(labels, dtype=np.int64)
    return Embedded(
        items(len(x), folds, classes=classes, **info),
        x,
        classes,
        {PROMPT_SET: atoms},
        indicators(truth, len(classes)),
        truth,
    )


class Unasked:
    """The encoder of clips that are embedded already: nothing else is asked of it."""

    spec = SPEC

    def encode_text(self, texts: Sequence[str]) -> np.ndarray:
        raise AssertionError("texts are not encoded here")

    def encode_audio(self, clips: Sequence[Any]) -> np.ndarray:
        raise AssertionError("clips are not encoded here")


def bench(data: Embedded | Captioned, task: str = "zero-shot", **request: Any) -> Bench:
    """A task over what is embedded already."""
    return Bench(TaskRequest(task, "toy", **request), Unasked(), data)


def vocabulary(*labels: str, name: str = "hand") -> Vocabulary:
    return Vocabulary(name, "0.1.0", tuple(Concept(word, word, "word", 1) for word in labels))


def dictionary(words: Vocabulary, atoms: Any, spec: EncoderSpec = SPEC) -> Dictionary:
    return Dictionary(unit(atoms), tuple(words.labels), words.content_hash, spec.fingerprint)


def clusters(
    rng: np.random.Generator, n: int, classes: int, dim: int, noise: float = 0.3
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Clips (n, dim) around the directions of their classes; labels (n,); directions."""
    centres = unit(rng.standard_normal((classes, dim)))
    labels = np.arange(n) % classes
    return unit(centres[labels] + noise * rng.standard_normal((n, dim))), labels, centres
