"""Which job it is that the texts are for, and what of it decides which texts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from concept_core.encoders.prompts import templates
from concept_core.errors import UsageError
from concept_core.spelling import check_names

BUILD, COMPARE = "build", "compare"
JOBS = ("score", COMPARE, "sweep", "report", "explain", BUILD)

_DATA = ("data", "folds")
# What each takes beside vocabularies, their order and prompts.
_TAKES = {
    "score": {"dataset", *_DATA, "task", "classes"},
    "sweep": {"dataset", *_DATA, "task", "classes"},
    COMPARE: {"dataset", *_DATA, "reference", "near"},
    "report": {"reference"},
    "explain": set[str](),
    BUILD: {"recipe"},
}
_NEEDS = {"score": "dataset", "sweep": "dataset", BUILD: "recipe"}


@dataclass(frozen=True, slots=True)
class TextsRequest:
    """A job as it will be called.

    Attributes
    ----------
    job : str
        One of ``JOBS``.
    specs : tuple of str
        Vocabularies; none for ``build``.
    prompts : tuple of str
        Prompt sets, or texts with ``{label}``, that labels are written in.
    dataset, data, folds, task, classes : str, Path, tuple of str, str, str, each optional
        As ``sonolex score`` takes them. Labelled data sets whose classes are known need no folder.
    reference : Path or None
        Captions to measure on.
    near : bool
        Whether the cosine of ``compare --near`` will be given: then nothing is calibrated.
    order, top : str, int or None
        As of the job.
    recipe : Path or None
        Of ``build``.

    Raises
    ------
    UsageError
        An unknown job or prompt set; what the job does not take, or lacks.
    """

    job: str
    specs: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ("paper@1",)
    dataset: str | None = None
    data: Path | None = None
    folds: tuple[str, ...] = ()
    task: str | None = None
    classes: str | None = None
    reference: Path | None = None
    near: bool = False
    order: str = "descending"
    top: int | None = None
    recipe: Path | None = None

    def __post_init__(self) -> None:
        check_names("job", [self.job], JOBS)
        for one in self.prompts:
            templates(one)
        for names in _TAKES.values():
            for name in sorted(names - _TAKES[self.job]):
                if getattr(self, name):
                    raise UsageError(f"--{name} decides nothing about {self.job}; leave it out")
        needed = _NEEDS.get(self.job, "")
        if needed and not getattr(self, needed):
            raise UsageError(f"{self.job} needs --{needed}")
        if self.specs and self.job == BUILD:
            raise UsageError("build takes no vocabularies: its recipe says all")
        if not self.specs and self.job != BUILD:
            raise UsageError(f"name the vocabularies that {self.job} takes: SPEC...")
        if (self.data or self.folds) and self.dataset is None:
            raise UsageError("--data and --folds are of a data set; name it with --dataset")
        if self.reference is not None and self.dataset is not None:
            raise UsageError("give one of --reference and --dataset: all is measured on one")
