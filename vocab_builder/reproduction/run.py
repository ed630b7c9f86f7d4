"""Run a study: the vocabulary, then a scorecard for each cell, then the tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from concept_core import __version__
from concept_core.bench.bench import Bench
from concept_core.datasets import ClipSet
from concept_core.decomposition.dictionary import Dictionary
from concept_core.files import write_text
from concept_core.tasks import finetuned
from concept_core.tasks.embed import Progress
from concept_core.tasks.items import PROMPT_SET
from concept_core.tasks.request import TaskRequest
from concept_core.values import DataFrame, Table, frame
from concept_core.vocabulary import Vocabulary
from vocab_builder.building.build import build
from vocab_builder.reproduction.lacks import Ready, gather
from vocab_builder.reproduction.study import Cell, Study, read_study
from vocab_builder.reproduction.tables import study_tables
from vocab_builder.tables.forms import ENDINGS, check_form, table_text

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, repr=False)
class Reproduction(Table):
    """What a study found.

    Attributes
    ----------
    study : Study
    cards : tuple of dict
        Scorecards as JSON values, one a cell of the study.
    tables : Path
        ``tables.md``, or what they were asked for as: the tables.
    """

    study: Study
    cards: tuple[dict[str, Any], ...]
    tables: Path

    def to_frame(self) -> DataFrame:
        """One row a cell and metric that the study shows. Needs pandas."""
        rows = [
            {"task": cell.task, "dataset": cell.dataset, "metric": metric, "n": card["n"],
             **card["metrics"][metric]}
            for cell, card in zip(self.study.cells, self.cards, strict=True)
            for metric in cell.metrics
        ]  # fmt: skip
        return frame(rows)

    def __repr__(self) -> str:
        return f"Reproduction({self.study.settings.title!r}, {len(self.cards)} cards)"


def reproduce(
    study: str | Path,
    data: str | Path,
    out: str | Path,
    *,
    encoder: str | None = None,
    device: str = "auto",
    form: str = "markdown",
    say: Say = lambda line: None,
    progress: Callable[[str], Progress | None] = lambda name: None,
) -> Reproduction:
    """Compute what of a study is not there yet, and write its tables.

    All that is missing is looked for first; nothing is downloaded.

    ``out`` gets ``vocabulary/`` (where the study builds one), ``cards/CELL.json``, each written
    when its cell is done, and the tables, by default ``tables.md``. A card whose hashes are those
    of what is here now is not computed again.

    Parameters
    ----------
    study : str or Path
        The TOML file of the study.
    data : str or Path
        The folder of all data sets and weights.
    out : str or Path
    encoder : str, optional
        Instead of the study's, and with what a study can not grant: a class of a module, or a
        checkpoint that is trusted.
    device : str
        Where encoders and solvers run and projections are trained.
    form : str
        Of the tables: ``markdown``, ``latex`` or ``csv``.
    say : callable
        Takes a line about each cell.
    progress : callable
        From a cell's name to what is called with the clips done and all clips.

    Raises
    ------
    MissingError, DataError
        Something is not there, or broken: one message names all of it, with its origin.
    UsageError
        A key, a name or a value of the study is wrong.
    """
    check_form(form)
    ready, out = (
        gather(read_study(Path(study)), Path(data), encoder=encoder, device=device),
        Path(out),
    )
    vocabulary = _vocabulary(ready, out, say)
    dictionary: list[Dictionary] = []
    cards = []
    for cell in ready.study.cells:
        path = out / "cards" / f"{cell.name}.json"
        wanted = _wanted(ready, cell, vocabulary)
        card = _finished(path, wanted, ready.clips[cell.name])
        if card is None:
            say(f"{cell.name}: scoring {len(ready.clips[cell.name])} clips")
            if not dictionary:
                dictionary.append(Dictionary.build(vocabulary, ready.encoder))
            text = _score(ready, cell, vocabulary, dictionary[0], device, progress(cell.name))
            write_text(path, text)
            card = json.loads(text)
            for name in card["bad"]:
                say(f"{cell.name}: left out {name}, which cannot be embedded")
        else:
            say(f"{cell.name}: done before")
        cards.append(card)
    path = out / f"tables{ENDINGS[form]}"
    write_text(path, table_text(study_tables(ready.study, cards), form))
    return Reproduction(ready.study, tuple(cards), path)


def _vocabulary(ready: Ready, out: Path, say: Say) -> Vocabulary:
    if isinstance(ready.vocabulary, Vocabulary):
        return ready.vocabulary
    folder = out / "vocabulary"
    return build(ready.vocabulary, folder, encoder=ready.encoder, progress=say).vocabulary


def _score(
    ready: Ready,
    cell: Cell,
    vocabulary: Vocabulary,
    dictionary: Dictionary,
    device: str,
    progress: Progress | None,
) -> str:
    settings = ready.study.settings
    request = TaskRequest(
        task=cell.task,
        dataset=cell.dataset,
        folds=cell.folds,
        skip_bad=settings.skip_bad,
        seed=settings.seed,
        device=device,
        epochs=settings.epochs if cell.task == finetuned.NAME else None,
    )
    bench = Bench(request, ready.encoder, ready.clips[cell.name], progress=progress)
    return bench.score(vocabulary, dictionary, l1=settings.l1).to_json()


def _wanted(ready: Ready, cell: Cell, vocabulary: Vocabulary) -> dict[str, Any]:
    """What a card of this cell says of all that it depends on, but for the clips."""
    settings = ready.study.settings
    return {
        "task": cell.task,
        "dataset": cell.dataset,
        "prompt_set": PROMPT_SET,
        "mode": "l1",
        "value": settings.l1,
        "seed": settings.seed,
        "software": __version__,
        "vocabulary": vocabulary.content_hash,
        "encoder": ready.encoder.spec.fingerprint,
        "epochs": settings.epochs if cell.task == finetuned.NAME else None,
    }


def _finished(path: Path, wanted: Mapping[str, Any], clips: ClipSet) -> dict[str, Any] | None:
    """The card that is there, if it is of exactly this; a broken one counts as none."""
    try:
        card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        found = {
            **card,
            "vocabulary": card["vocabulary"]["content_hash"],
            "encoder": card["encoder"]["fingerprint"],
            "epochs": card["parameters"].get("epochs"),
        }
        bad = set(card["bad"])
        same = all(found[key] == value for key, value in wanted.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    kept = [place for place, one in enumerate(clips.paths) if one.name not in bad]
    if not same or card["data_hash"] != clips.take(np.array(kept, dtype=np.intp)).content_hash():
        return None
    return card
