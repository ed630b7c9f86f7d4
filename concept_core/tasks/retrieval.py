"""Retrieval: captions by clip and clips by caption, with the clips as sums of concepts.

The cosine of a clip's reconstruction with every caption, both ways. ``a2t`` asks with a clip and
ranks all captions (any of its own counts), ``t2a`` asks with each caption and ranks all clips; a
clip's score of the latter is the mean over its captions. Where there are captions and no clips,
the first caption of each stands for the clip (it is decomposed), the others are its captions,
and the metrics are named ``c2c`` and ``c2c-back``.

Source: arXiv 2504.14076, retrieval (R@1 and mAP@10, both ways); see ``ranking`` for ties.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from concept_core.datasets import ClipSet
from concept_core.datasets.base import CAPTIONS, DatasetInfo
from concept_core.datasets.caption_files import DATASET, CaptionFile
from concept_core.encoders.base import Encoder, EncoderSpec, FloatArray
from concept_core.errors import UsageError
from concept_core.files import canonical_json, sha256_text
from concept_core.tasks.items import Items, Progress, embed_items
from concept_core.tasks.metrics import Array
from concept_core.tasks.ranking import Places, Ranks, average_precision_at, ranks, recall_at
from concept_core.tasks.statistics import ratio
from concept_core.tasks.task import Answer, Representation, Task

NAME = "retrieval"
FIRST = (1, 5, 10)
DEPTH = 10
SOUNDS = ("a2t", "t2a")
CAPTIONS_ONLY = ("c2c", "c2c-back")

_T = TypeVar("_T")
# What cards keep of each clip: the paper's metrics.
_KEPT = ("r@1", f"map@{DEPTH}")


@dataclass(frozen=True, slots=True, eq=False)
class Retrieval(Task):
    """The task over n clips and their m captions.

    Attributes
    ----------
    captions : (m, d) float32, unit rows
    own : tuple of n (r,) intp
        Places of each clip's captions.
    directions : (str, str)
        What the two ways are called.
    """

    captions: FloatArray = field(repr=False)
    own: tuple[Places, ...] = field(repr=False)
    directions: tuple[str, str] = SOUNDS

    def answer(self, representation: Representation) -> Answer:
        """R@1, R@5, R@10 and mAP@10, both ways."""
        rows = representation.rows
        number = np.array([len(mine) for mine in self.own], dtype=np.float64)
        answer = Answer(statistics={}, scores={})
        forward, back = self.directions
        by_clip, by_caption = ranks(rows, self.captions, self.own)
        for name, scores in _measured(by_clip).items():
            answer.statistics[f"{forward}-{name}"] = ratio(scores)
            if name in _KEPT:
                answer.scores[f"{forward}-{name}"] = scores
        for name, scores in _measured(by_caption[:, None]).items():
            sums = np.array([scores[mine].sum() for mine in self.own])
            answer.statistics[f"{back}-{name}"] = ratio(sums, number)
            if name in _KEPT:
                answer.scores[f"{back}-{name}"] = sums / number
        return answer


def _measured(found: Sequence[Ranks] | Ranks) -> dict[str, Array]:
    recalls = {f"r@{k}": recall_at(found, k) for k in FIRST}
    return {**recalls, f"map@{DEPTH}": average_precision_at(found, DEPTH)}


def prepare(
    clips: ClipSet, encoder: Encoder, *, skip_bad: bool = False, progress: Progress | None = None
) -> Retrieval:
    """Embed clips and captions; the task is then ready for any vocabulary.

    Raises
    ------
    UsageError
        The clips have no captions.
    DataError
        Clips cannot be embedded (all named).
    """
    if clips.captions is None:
        raise UsageError(
            f"{clips.info.name}: its clips are {clips.info.kind} and have no captions; retrieval"
            " needs a set that has, such as clotho"
        )
    embedded, good, items = embed_items(clips, encoder, skip_bad=skip_bad, progress=progress)
    assert good.captions is not None
    return from_arrays(items, embedded.x, *_embed_captions(good.captions, encoder.encode_text))


def prepare_captions(file: CaptionFile, encoder: Encoder) -> Retrieval:
    """Embed the captions of a file without sounds: the first of each clip stands for it."""
    x = encoder.encode_text([own[0] for own in file.captions])
    rest = [own[1:] for own in file.captions]
    items = caption_items(file, encoder.spec)
    return from_arrays(
        items, x, *_embed_captions(rest, encoder.encode_text), directions=CAPTIONS_ONLY
    )


def caption_items(file: CaptionFile, encoder: EncoderSpec) -> Items:
    """What a card says of a file of captions; clips with one caption count as missing."""
    info = DatasetInfo(
        name=DATASET,
        revision=file.name,
        licence="not stated",
        citation="",
        sample_rate=0,
        main_metric="r@1",
        kind=CAPTIONS,
        folds=("all",),
        classes=(),
        seen="not known",
    )
    pairs = [[clip, *own] for clip, own in zip(file.clips, file.captions, strict=True)]
    return Items(
        info=info,
        names=file.clips,
        folds=("all",) * len(file.clips),
        missing=file.left_out,
        bad=(),
        data_hash=sha256_text(canonical_json(pairs)),
        data_folds=("all",),
        encoder=encoder,
    )


def from_arrays(
    items: Items,
    x: FloatArray,
    captions: FloatArray,
    own: Sequence[Places],
    *,
    directions: tuple[str, str] = SOUNDS,
) -> Retrieval:
    """The task over what is embedded already: see ``Retrieval``."""
    return Retrieval(
        name=NAME,
        items=items,
        rows=x,
        scored=np.arange(len(x)),
        classes=(),
        truth=None,
        main_metric=f"{directions[0]}-r@1",
        parameters={},
        captions=captions,
        own=tuple(own),
        directions=directions,
    )


def _embed_captions(
    captions: Sequence[Sequence[str]], encode: Callable[[list[str]], FloatArray]
) -> tuple[FloatArray, list[Places]]:
    """All captions as rows, and the places of each clip's own."""
    ends = np.cumsum([len(mine) for mine in captions])
    own = [np.arange(end - len(mine), end) for mine, end in zip(captions, ends, strict=True)]
    return encode([caption for mine in captions for caption in mine]), own
