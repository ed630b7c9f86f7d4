"""A study as a TOML file: an encoder, a vocabulary, a penalty, data sets, and tables of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from concept_core.datasets import dataset_info
from concept_core.datasets.base import CAPTIONS, SINGLE_LABEL, DatasetInfo, check_folds
from concept_core.documents import read_toml
from concept_core.encoders.specifier import parse_specifier
from concept_core.errors import MissingFileError, UsageError
from concept_core.spelling import check_names
from concept_core.tasks.labelled import METRICS
from concept_core.tasks.retrieval import DEPTH, FIRST, SOUNDS
from vocab_builder.stages.options import parse_options

TABLES = ("zero-shot", "retrieval", "finetuned")
"""The paper's three tables, named as their tasks are."""

DATA = "{data}"
"""Stands for the folder of all data in the encoder's name."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class EncoderTable:
    """``[encoder]``: its name, and where its files come from if they are not there."""

    name: str
    weights_from: str = ""
    tokenizer_from: str = ""

    def specifier(self, root: Path) -> str:
        """The encoder's name, with the folder of all data in the place of ``{data}``."""
        asked = parse_specifier(self.name)
        place = str(root)
        text = asked.name
        if asked.argument:
            text += f":{asked.argument.replace(DATA, place)}"
        options = {key: value.replace(DATA, place) for key, value in asked.options.items()}
        pairs = [f"{key}={quote(value, safe='/')}" for key, value in options.items()]
        return f"{text}?{'&'.join(pairs)}" if pairs else text


@dataclass(frozen=True, slots=True)
class Settings:
    """``[study]``.

    Attributes
    ----------
    title : str
    vocabulary : str
        A recipe beside this file (``NAME.toml``), or a vocabulary's SPEC.
    paper_lambda : float
        The penalty in the paper's convention, ``||Cw - z||^2 + lambda ||w||_1``.
    seed : int
    skip_bad : bool
        Leave out clips that cannot be embedded; cards name them.
    epochs : int or None
        At most so many to train a projection; None for the task's own limit.
    """

    title: str
    vocabulary: str
    paper_lambda: float
    seed: int = 0
    skip_bad: bool = False
    epochs: int | None = None

    def __post_init__(self) -> None:
        if not self.paper_lambda > 0:
            raise UsageError(f"paper_lambda must be above 0, found {self.paper_lambda}")
        if self.epochs is not None and self.epochs < 1:
            raise UsageError(f"epochs must be from 1, found {self.epochs}")

    @property
    def l1(self) -> float:
        """The same penalty as solvers take it: half of lambda (see ``concept_core.solvers``)."""
        return self.paper_lambda / 2


@dataclass(frozen=True, slots=True)
class DatasetTable:
    """``[[dataset]]``: its folder under the folder of all data, and where it comes from."""

    name: str
    folder: str
    page: str
    fetch: str | None = None

    @property
    def info(self) -> DatasetInfo:
        """What is known of it without its files."""
        return dataset_info(self.name)


@dataclass(frozen=True, slots=True)
class CellTable:
    """A line of a table: a data set, the official folds, and the metrics to show."""

    dataset: str
    folds: tuple[str, ...]
    metrics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """What one scorecard is of."""

    task: str
    dataset: str
    folds: tuple[str, ...]
    metrics: tuple[str, ...]

    @property
    def name(self) -> str:
        """The stem of the card's file."""
        return f"{self.task}-{self.dataset}"


@dataclass(frozen=True, slots=True)
class Study:
    """The whole file; ``path`` is where it lies."""

    path: Path
    encoder: EncoderTable
    settings: Settings
    datasets: dict[str, DatasetTable]
    cells: tuple[Cell, ...]


def read_study(path: Path) -> Study:
    """Read and check a study; nothing of its data is looked for yet.

    Raises
    ------
    MissingError
        No such file.
    DataError
        It is no TOML.
    UsageError
        An unknown or missing key, data set, fold or metric (with the nearest spelling).
    """
    if not path.is_file():
        raise MissingFileError(
            f"{path}: no such file; give a study, such as recipes/reproduce-paper.toml of sonolex's"
            " repository"
        )
    tables = read_toml(path)
    check_names("table", tables, ("encoder", "study", "dataset", *TABLES), str(path))
    for name in ("encoder", "study"):
        if name not in tables:
            raise UsageError(f"{path}: the table [{name}] is missing")
    datasets = _by_name(path, _array(tables, "dataset", DatasetTable, path))
    cells = tuple(
        _cell(task, one, datasets, f"{path}: [[{task}]] number {place}")
        for task in TABLES
        for place, one in enumerate(_array(tables, task, CellTable, path), 1)
    )
    names = [cell.name for cell in cells]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"{path}: {name} is there twice; a table has a data set once")
    if not cells:
        raise UsageError(f"{path}: no table; name a data set in one of {', '.join(TABLES)}")
    return Study(
        path,
        parse_options(EncoderTable, tables["encoder"], f"{path}: [encoder]"),
        parse_options(Settings, tables["study"], f"{path}: [study]"),
        datasets,
        cells,
    )


def _array(tables: Mapping[str, Any], name: str, schema: type[_T], path: Path) -> list[_T]:
    found = tables.get(name, [])
    if not isinstance(found, list):
        raise UsageError(f"{path}: write [[{name}]], in double brackets")
    return [
        parse_options(schema, one, f"{path}: [[{name}]] number {place}")
        for place, one in enumerate(found, 1)
    ]


def _by_name(path: Path, tables: list[DatasetTable]) -> dict[str, DatasetTable]:
    found: dict[str, DatasetTable] = {}
    for table in tables:
        dataset_info(table.name)
        if table.name in found:
            raise UsageError(f"{path}: the data set {table.name} is there twice")
        found[table.name] = table
    return found


def _cell(task: str, table: CellTable, datasets: Mapping[str, DatasetTable], where: str) -> Cell:
    check_names("data set", (table.dataset,), datasets, where)
    info = datasets[table.dataset].info
    if (info.kind == CAPTIONS) != (task == "retrieval"):
        kind = "captions" if info.kind == CAPTIONS else "classes"
        raise UsageError(f"{where}: the clips of {info.name} have {kind}; {task} cannot use them")
    known: tuple[str, ...] = METRICS["single" if info.kind == SINGLE_LABEL else "multi"]
    if task == "retrieval":
        depths = (*(f"r@{k}" for k in FIRST), f"map@{DEPTH}")
        known = tuple(f"{way}-{metric}" for way in SOUNDS for metric in depths)
    check_names("metric", table.metrics, known, where)
    try:
        folds = check_folds(info, table.folds)
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from error
    return Cell(task, info.name, folds, table.metrics)
