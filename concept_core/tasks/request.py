"""A request for a task, by names: what the command line asks for, and what a card can ask again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from concept_core.datasets import DATASETS, ClipSet, DatasetInfo, fetched, load_dataset
from concept_core.datasets.base import CAPTIONS, MULTI_LABEL
from concept_core.datasets.caption_files import DATASET, CaptionFile, read_caption_file
from concept_core.decomposition.learned import check_methods
from concept_core.encoders.base import Encoder
from concept_core.errors import UsageError
from concept_core.parallel import pick_device
from concept_core.spelling import check_names
from concept_core.tasks import (
    faithfulness,
    few_shot,
    finetuned,
    intervention,
    linear_probe,
    retrieval,
    zero_shot,
)
from concept_core.tasks.embed import Progress, embed, embed_caption_file, embed_captioned
from concept_core.tasks.items import Captioned, Embedded
from concept_core.tasks.task import Task

TASKS = (
    zero_shot.NAME,
    retrieval.NAME,
    linear_probe.NAME,
    few_shot.NAME,
    finetuned.NAME,
    intervention.NAME,
    faithfulness.NAME,
)
TRAINED = (linear_probe.NAME, few_shot.NAME, finetuned.NAME)
"""Tasks that learn from labelled clips of other folds."""


@dataclass(frozen=True, slots=True)
class TaskRequest:
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
        ``auto``, ``cpu`` or ``cuda``: where encoders and solvers run and ``finetuned`` is trained.
    epochs : int or None
        Of ``finetuned``: train at most so many; None for its own limit.
    learned : tuple of str
        Methods of `learn_dictionary`: baselines to learn from clips that are not scored.
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
    learned: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_names("task", [self.task], TASKS)
        check_methods(self.learned)
        if self.dataset == DATASET and self.task != retrieval.NAME:
            raise UsageError(
                f"{self.task}: a file of captions serves the task retrieval alone; give --task"
                f" {retrieval.NAME}"
            )
        # A card of captions has them all in one fold, and is replayed with it.
        if self.dataset == DATASET and self.folds not in ((), ("all",)):
            raise UsageError("a file of captions has no folds; leave folds out")
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


def load(
    request: TaskRequest, data: str | Path | None, *, sounds: bool = True
) -> ClipSet | CaptionFile:
    """The clips, or the captions, of a request; nothing is embedded yet.

    Parameters
    ----------
    request : TaskRequest
    data : str, Path or None
        The data set's folder, or the file of captions; None looks where ``sonolex fetch`` puts
        the data set.
    sounds : bool
        Whether clips are to be heard, as `load_dataset` takes it.

    Raises
    ------
    UsageError, MissingError, DataError
        The task asks for what the set has not; no place is given and nothing was fetched;
        otherwise as `load_dataset`.
    """
    known = DATASETS.get(request.dataset)
    if known is not None:
        check_kind(request.task, known)
    if request.dataset == DATASET:
        return read_caption_file(fetched(DATASET) if data is None else data)
    trained = request.task in TRAINED
    return load_dataset(
        request.dataset, data, request.folds or None, trained=trained, sounds=sounds
    )


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


def embed_loaded(
    request: TaskRequest,
    loaded: ClipSet | CaptionFile,
    encoder: Encoder,
    progress: Progress | None = None,
) -> Embedded | Captioned:
    """Embed what was loaded: clips with the names that they choose among, or with their captions.

    Raises
    ------
    UsageError, DataError
        As `check_kind`, `embed` and `embed_captioned`.
    """
    if isinstance(loaded, CaptionFile):
        return embed_caption_file(loaded, encoder)
    check_kind(request.task, loaded.info)
    if request.task == retrieval.NAME:
        return embed_captioned(loaded, encoder, skip_bad=request.skip_bad, progress=progress)
    names = request.classes or loaded.info.classes
    return embed(loaded, encoder, names, skip_bad=request.skip_bad, progress=progress)


def make_task(request: TaskRequest, data: Embedded | Captioned) -> Task:
    """The task over what was embedded, ready for any vocabulary.

    Raises
    ------
    UsageError, DataError, MissingError
        As `check_kind`, and the tasks' own ``prepare``.
    """
    check_kind(request.task, data.items.info)
    if isinstance(data, Captioned):
        return retrieval.prepare(data)
    shots = request.shots or few_shot.SHOTS
    makers: dict[str, Callable[[Embedded], Task]] = {
        zero_shot.NAME: zero_shot.prepare,
        linear_probe.NAME: lambda data: linear_probe.prepare(data, seed=request.seed),
        few_shot.NAME: lambda data: few_shot.prepare(data, shots=shots, seed=request.seed),
        finetuned.NAME: lambda data: finetuned.prepare(
            data, seed=request.seed, device=pick_device(request.device), epochs=request.epochs
        ),
        intervention.NAME: lambda data: intervention.prepare(data, without=request.without),
        faithfulness.NAME: faithfulness.prepare,
    }
    return makers[request.task](data)
