"""Run a study: the vocabulary, then a scorecard for each cell, then the tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from concept_core import __version__
from concept_core.datasets import ClipSet
from concept_core.decomposition.dictionary import Dictionary
from concept_core.files import pretty_json, write_text
from concept_core.tasks import finetuned
from concept_core.tasks.items import PROMPT_SET, Progress
from concept_core.tasks.request import Request, prepare
from concept_core.tasks.scoring import Scorer
from concept_core.vocabulary import Vocabulary
from vocab_builder.building.build import build
from vocab_builder.reproduction.lacks import Ready
from vocab_builder.reproduction.study import Cell
from vocab_builder.reproduction.tables import render

Say = Callable[[str], None]


def run_study(
    ready: Ready,
    out: Path,
    *,
    device: str = "auto",
    say: Say,
    progress: Callable[[str], Progress | None] = lambda name: None,
) -> list[dict[str, Any]]:
    """Compute what of a study is not there yet, and write its tables.

    ``out`` gets ``vocabulary/`` (where the study builds one), ``cards/CELL.json``, each written
    when its cell is done, and ``tables.md``. A card whose hashes are those of what is here now is
    not computed again.

    Parameters
    ----------
    ready : Ready
    out : Path
    device : str
        Where projections are trained.
    say : callable
        Takes a line about each cell.
    progress : callable
        From a cell's name to what is called with the clips done and all clips.

    Returns
    -------
    list of dict
        The cards as JSON values, in the order of the cells.
    """
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
    write_text(out / "tables.md", render(ready.study, cards))
    return cards


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
    request = Request(
        task=cell.task,
        dataset=cell.dataset,
        folds=cell.folds,
        skip_bad=settings.skip_bad,
        seed=settings.seed,
        device=device,
        epochs=settings.epochs if cell.task == finetuned.NAME else None,
    )
    task = prepare(request, ready.clips[cell.name], ready.encoder, progress=progress)
    scorer = Scorer(task, seed=settings.seed)
    return pretty_json(scorer.score(vocabulary, dictionary, l1=settings.l1).to_dict())


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
