"""The texts of a job, by running what it runs before it has embeddings."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from concept_core.bench.bench import Bench
from concept_core.datasets import DATASETS, ClipSet
from concept_core.datasets.base import MULTI_LABEL
from concept_core.decomposition.dictionary import Dictionary
from concept_core.encoders import Encoder
from concept_core.errors import DataError, UsageError
from concept_core.files import write_text
from concept_core.measures.reference import read_reference
from concept_core.releases.specifiers import load_vocabularies
from concept_core.resources import status
from concept_core.tasks import intervention, zero_shot
from concept_core.tasks.items import class_names
from concept_core.tasks.request import TaskRequest, check_kind
from concept_core.text.word_lists import holds
from concept_core.values import Value
from vocab_builder.filters.calibration import calibrated
from vocab_builder.stages.context import Context, silent
from vocab_builder.texts.of_build import note_build
from vocab_builder.texts.recorder import recording
from vocab_builder.texts.wanted import BUILD, COMPARE, TextsRequest

# What `compare` measures on where it is given nothing, if it was fetched.
_FIRST_LOOK = "demo-sounds"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class WantedTexts(Value):
    """A file of texts that was written.

    Attributes
    ----------
    file : str
    job : str
    prompts : tuple of str
        How labels are written in it.
    texts : int
    """

    file: str
    job: str
    prompts: tuple[str, ...]
    texts: int


def texts_of(request: TextsRequest, say: Say = silent) -> tuple[str, ...]:
    """All texts that a job will ask its encoder for, each once.

    No encoder, no embedding and no sound is needed.

    Parameters
    ----------
    request : TextsRequest
    say : callable
        Told what a build mines, which takes minutes.

    Raises
    ------
    UsageError, MissingError, DataError
        As the job, for its vocabularies, data set, captions or recipe.
    """
    noted: dict[str, None] = {}
    for prompt_set in request.prompts:
        if request.job == BUILD:
            continue
        encoder = recording(prompt_set, noted)
        if (bench := _bench(request, encoder)) is not None:
            _ = bench.data if request.job != COMPARE else bench.reference
            encoder = bench.encoder
        elif request.reference is not None and not request.reference.is_dir():
            read_reference(request.reference, encoder)
        for vocabulary in load_vocabularies(request.specs, order=request.order, top=request.top):
            Dictionary.build(vocabulary, encoder)
        if request.job == COMPARE and not request.near:
            # Made rows tell no pair from another: it asks for all pairs, then gives up.
            with contextlib.suppress(UsageError):
                calibrated(Context(encoder))
    if request.job == BUILD:
        assert request.recipe is not None
        note_build(request.recipe, request.prompts, noted, say)
    return tuple(noted)


def write_texts(request: TextsRequest, out: str | Path, say: Say = silent) -> WantedTexts:
    """Write the texts of a job to a file, one a line.

    Raises
    ------
    DataError
        A text that is no line; else as `texts_of`.
    """
    texts = texts_of(request, say)
    for text in texts:
        if not holds(text):
            raise DataError(
                f"the text {text[:60]!r} has a line break or a tab, or begins with #, and would not"
                " come back from a list; write it otherwise where it comes from (captions, labels)"
            )
    write_text(out, "".join(f"{text}\n" for text in texts))
    return WantedTexts(str(out), request.job, request.prompts, len(texts))


def _bench(request: TextsRequest, encoder: Encoder) -> Bench | None:
    """What the job scores and measures on, as the job itself makes it."""
    dataset, data = request.dataset, request.data
    if request.job == COMPARE and dataset is None and request.reference is None:
        dataset = _FIRST_LOOK if status(_FIRST_LOOK).path is not None else None
    if dataset is None:
        return None
    known = DATASETS.get(dataset)
    # Its texts are those of its classes, whatever clips are here.
    is_known = known is not None and bool(known.classes) and data is None
    if request.job == COMPARE and not is_known:
        return Bench.of_dataset(dataset, encoder, data, folds=request.folds)
    task = request.task or zero_shot.NAME
    task_request = TaskRequest(
        task,
        dataset,
        request.folds,
        class_names(request.classes) if request.classes else (),
        # It asks for no text, whatever concept it is.
        without=("a concept",) if task == intervention.NAME else (),
    )
    return Bench(task_request, encoder, _no_clips(task_request) if is_known else data)


def _no_clips(request: TaskRequest) -> ClipSet:
    info = DATASETS[request.dataset]
    check_kind(request.task, info)
    several = info.kind == MULTI_LABEL
    return ClipSet(
        info,
        paths=(),
        folds=(),
        missing=(),
        labels=None if several else np.zeros(0, np.int64),
        tags=np.zeros((0, len(info.classes)), np.bool_) if several else None,
        listed=(),
    )
