"""A request for a task, by names: what the command line asks for, and what a card can ask again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from concept_core.datasets import DATASETS, ClipSet, DatasetInfo, load_dataset
from concept_core.datasets.base import CAPTIONS, MULTI_LABEL
from concept_core.datasets.caption_files import DATASET, CaptionFile, read_caption_file
from concept_core.devices import pick_device
from concept_core.encoders.base import Encoder
from concept_core.errors import MissingError, UsageError
from concept_core.resources import resource_path
from concept_core.spelling import unknown_name
from concept_core.tasks import (
    few_shot,
    finetuned,
    intervention,
    linear_probe,
    retrieval,
    zero_shot,
)
from concept_core.tasks.items import Embedded, Progress, embed
from concept_core.tasks.task import Task

TASKS = (
    zero_shot.NAME,
    retrieval.NAME,
    linear_probe.NAME,
    few_shot.NAME,
    finetuned.NAME,
    intervention.NAME,
)
TRAINED = (linear_probe.NAME, few_shot.NAME, finetuned.NAME)
"""Tasks that learn from labelled clips of other folds."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for.

    Attributes
    ----------
    task : str
        One of ``TASKS``.
    dataset : str
        A data set, or ``captions`` for a file of captions without sounds.
    folds : tuple of str
        Empty for the official test folds, with those to train on where the task is trained; for
        all where the set has no official split.
    classes : tuple of str
        The names to choose among; empty for the set's own.
    shots : tuple of int
        Of ``few-shot``; empty for its own.
    without : tuple of str
        Of ``intervention``: the concepts to remove.
    skip_bad : bool
        Leave out clips that cannot be embedded.
    seed : int
    device : str
        ``auto``, ``cpu`` or ``cuda``: where ``finetuned`` is trained.
    epochs : int or None
        Of ``finetuned``: train at most so many; None for its own limit.
    """

    task: str
    dataset: str
    folds: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    shots: tuple[int, ...] = ()
    without: tuple[str, ...] = ()
    skip_bad: bool = False
    seed: int = 0
    device: str = "auto"
    epochs: int | None = None

    def __post_init__(self) -> None:
        if self.task not in TASKS:
            raise unknown_name("task", self.task, TASKS)
        if self.dataset == DATASET and self.task != retrieval.NAME:
            raise UsageError(f"{self.task}: a file of captions serves the task retrieval alone")
        for option, given, task in (
            ("shots", self.shots, few_shot.NAME),
            ("without", self.without, intervention.NAME),
        ):
            if given and self.task != task:
                raise UsageError(f"{option} is of the task {task}; leave it out for {self.task}")
        if self.epochs is not None and self.task != finetuned.NAME:
            raise UsageError(
                f"epochs is of the task {finetuned.NAME}; leave it out for {self.task}"
            )
        if self.task == intervention.NAME and not self.without:
            raise UsageError("intervention removes concepts; name at least one, with --without")
        if self.classes and self.task in (*TRAINED[:2], retrieval.NAME):
            raise UsageError(
                f"{self.task} knows no names but those of the clips; leave classes out"
            )


def load(request: Request, data: Path | None) -> ClipSet | CaptionFile:
    """The clips, or the captions, of a request; nothing is embedded yet.

    Parameters
    ----------
    request : Request
    data : Path or None
        The data set's folder, or the file of captions; None looks where ``sonolex fetch`` puts
        the data set.

    Raises
    ------
    UsageError, MissingError, DataError
        The task asks for what the set has not; no place is told and nothing was fetched;
        otherwise as `load_dataset`.
    """
    known = DATASETS.get(request.dataset)
    if known is not None:
        check_kind(request.task, known)
    place = _fetched(request.dataset) if data is None else data
    if request.dataset == DATASET:
        return read_caption_file(place)
    folds = request.folds or _default_folds(request.task, request.dataset)
    return load_dataset(request.dataset, place, folds)


def check_kind(task: str, info: DatasetInfo) -> None:
    """See that a data set has what a task asks of: classes, one class a clip, or captions.

    Raises
    ------
    UsageError
        It has not.
    """
    if (task == retrieval.NAME) != (info.kind == CAPTIONS):
        has, use = ("captions, no classes", retrieval.NAME)
        if info.kind != CAPTIONS:
            has, use = ("classes, no captions", zero_shot.NAME)
        raise UsageError(f"{info.name}: its clips have {has}, which {task} needs; use task {use}")
    if task == few_shot.NAME and info.kind == MULTI_LABEL:
        raise UsageError(
            f"{info.name}: its clips have several classes each; few-shot asks for one class a"
            " clip, linear-probe takes several"
        )


def prepare(
    request: Request,
    loaded: ClipSet | CaptionFile,
    encoder: Encoder,
    progress: Progress | None = None,
) -> Task:
    """Embed what was loaded, and make the task ready for any vocabulary.

    Raises
    ------
    UsageError, DataError, MissingError
        As the tasks' own ``prepare`` and `embed`.
    """
    if isinstance(loaded, CaptionFile):
        return retrieval.prepare_captions(loaded, encoder)
    check_kind(request.task, loaded.info)
    if request.task == retrieval.NAME:
        return retrieval.prepare(loaded, encoder, skip_bad=request.skip_bad, progress=progress)
    device = pick_device(request.device) if request.task == finetuned.NAME else "cpu"
    names = request.classes or loaded.info.classes
    data = embed(loaded, encoder, names, skip_bad=request.skip_bad, progress=progress)
    shots = request.shots or few_shot.SHOTS
    makers: dict[str, Callable[[Embedded], Task]] = {
        zero_shot.NAME: zero_shot.prepare,
        linear_probe.NAME: lambda data: linear_probe.prepare(data, seed=request.seed),
        few_shot.NAME: lambda data: few_shot.prepare(data, shots=shots, seed=request.seed),
        finetuned.NAME: lambda data: finetuned.prepare(
            data, seed=request.seed, device=device, epochs=request.epochs
        ),
        intervention.NAME: lambda data: intervention.prepare(data, without=request.without),
    }
    return makers[request.task](data)


def _default_folds(task: str, dataset: str) -> tuple[str, ...]:
    if dataset not in DATASETS:
        # One's own sounds: their folds, if they have any, come with them and must be named.
        return ("all",)
    info = DATASETS[dataset]
    if not info.test_folds:
        return info.folds
    return (*info.train_folds, *info.test_folds) if task in TRAINED else info.test_folds


def _fetched(dataset: str) -> Path:
    try:
        return resource_path(dataset)
    except (UsageError, MissingError) as error:
        raise UsageError(
            f"{dataset}: say where it lies, with --data (it is not among what 'sonolex fetch' got)"
        ) from error
