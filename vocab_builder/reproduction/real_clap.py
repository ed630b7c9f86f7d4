"""Real CLAP from published embeddings: files that commands take, and what comes of them.

ESC-50 by LAION-CLAP over 192 class names of FSD50K: no model is needed, and no sound.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from concept_core.bench.bench import Bench
from concept_core.bench.sweep import Sweep
from concept_core.datasets import dataset_info
from concept_core.datasets.base import check_folds
from concept_core.datasets.real_clap import (
    ClapClips,
    ClapLabels,
    esc50_table,
    read_clips,
    read_labels,
    require_real_clap,
)
from concept_core.errors import MissingError
from concept_core.explanation.request import ExplainRequest, Outcome, explain_request
from concept_core.files import atomic_path, pretty_json, write_text
from concept_core.tasks.request import TaskRequest
from concept_core.tasks.scorecard import Scorecard
from vocab_builder.figures.explain import outcome_figure
from vocab_builder.figures.style import draw, figure_files
from vocab_builder.figures.sweep import draw_sweep

DATASET = "esc50"
LIMIT = 10
"""Concepts a clip of the scorecard and of the explanations."""

LIMITS = (5, 10, 20, 40)
"""Of the sweep."""

EXPLAINED = ("dog", "rain", "church bells", "vacuum cleaner")
"""Classes that are explained: FSD50K has no name for the last."""

_TOP = 5


@dataclass(frozen=True, slots=True)
class RealClap:
    """What the embeddings show.

    Attributes
    ----------
    folder : Path
        With ``rows.npz``, ``fsd50k.txt`` and ``meta/esc50.csv``; ``score.json``, ``sweep.json``,
        ``explained.json`` and, where matplotlib is installed, ``sweep.png``, ``explained.png``.
    card : Scorecard
        Zero-shot at `LIMIT` concepts a clip.
    sweep : Sweep
    explained : Outcome
        Of the classes `EXPLAINED`.
    commands : tuple of str
        The command lines that give the three one by one.
    """

    folder: Path
    card: Scorecard
    sweep: Sweep
    explained: Outcome
    commands: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """All results as JSON-ready values."""
        return {
            "folder": str(self.folder),
            "score": self.card.to_dict(),
            "sweep": self.sweep.to_dict(),
            "explained": self.explained.to_dict(),
            "commands": list(self.commands),
        }


def write_real_clap(out: str | Path) -> list[Path]:
    """Write ``rows.npz``, ``fsd50k.txt`` and ``meta/esc50.csv`` from the fetched resources.

    The rows have the file names of clips and the prompts, exactly as they were encoded, as ids.

    Raises
    ------
    MissingError
        The resources ``clap-esc50`` and ``clap-fsd50k-labels`` were not fetched.
    DataError
        Their files do not belong together.
    """
    require_real_clap()
    return write_inputs(read_clips(), read_labels(), out)


def write_inputs(clips: ClapClips, labels: ClapLabels, out: str | Path) -> list[Path]:
    """Write ``rows.npz``, ``fsd50k.txt`` and ``meta/esc50.csv`` of embeddings in memory.

    Raises
    ------
    DataError
        A clip of a class that ESC-50 does not have.
    """
    rows, words, table = _inputs(Path(out))
    with atomic_path(rows) as temporary, open(temporary, "wb") as handle:
        np.savez(
            handle,
            audio=clips.audio,
            audio_ids=np.array(clips.names, str),
            text=np.concatenate([clips.prompt_rows, labels.rows]),
            text_ids=np.array([*clips.prompts, *labels.prompts], str),
        )
    write_text(words, "".join(f"{label}\n" for label in labels.labels))
    write_text(table, esc50_table(clips))
    return [rows, words, table]


def real_clap(
    out: str | Path,
    *,
    folds: Sequence[str] = ("3",),
    device: str = "auto",
    say: Callable[[str], None] = lambda line: None,
) -> RealClap:
    """Write the files, score and sweep the vocabulary zero-shot, and explain a few classes.

    Parameters
    ----------
    out : str or Path
        Folder for the files and the results.
    folds : sequence of str
        Folds of ESC-50 that are scored and explained.
    device : str
        ``auto``, ``cpu`` or ``cuda``: where solvers run.
    say : callable
        Takes a line about each file that was written.

    Raises
    ------
    UsageError
        A fold that ESC-50 does not have.
    MissingError, DataError
        As `write_real_clap`.
    """
    folds, out = check_folds(dataset_info(DATASET), folds), Path(out)
    written = write_real_clap(out)
    rows, words, _ = written
    request = TaskRequest("zero-shot", DATASET, folds, device=device)
    bench = Bench(request, f"precomputed:{rows}", out, say=say)
    (card,) = bench.score_all([words], l0=LIMIT)
    found = bench.sweep([words], l0=LIMITS)
    explained = explain_request(_explain(out, folds, device))
    result = RealClap(out, card, found, explained, command_lines(out, folds))
    for name, value in (("score", card), ("sweep", found), ("explained", explained)):
        written.append(out / f"{name}.json")
        write_text(written[-1], pretty_json(value.to_dict()))
    for path in [*written, *_figures(result, say)]:
        say(f"wrote {path}")
    return result


def command_lines(out: Path, folds: Sequence[str]) -> tuple[str, ...]:
    """The commands that score, sweep and explain, for a shell."""
    rows, words, _ = _inputs(out)
    where = [
        "--dataset", DATASET, "--data", str(out), "--folds", ",".join(folds),
        "--encoder", f"precomputed:{rows}",
    ]  # fmt: skip
    limits = ",".join(map(str, LIMITS))
    classes = [part for name in EXPLAINED for part in ("--class", name)]
    return tuple(
        shlex.join(["sonolex", *line])
        for line in (
            ("score", str(words), *where, "--l0", str(LIMIT)),
            ("sweep", str(words), *where, "--l0", limits),
            ("explain", "--vocabulary", str(words), *where, "--l0", str(LIMIT), *classes,
             "--top", str(_TOP)),
        )
    )  # fmt: skip


def _inputs(out: Path) -> tuple[Path, Path, Path]:
    """Where rows, labels and the table of clips lie."""
    return out / "rows.npz", out / "fsd50k.txt", out / "meta" / "esc50.csv"


def _explain(out: Path, folds: tuple[str, ...], device: str) -> ExplainRequest:
    rows, words, _ = _inputs(out)
    return ExplainRequest(
        spec=str(words), dataset=DATASET, data=out, folds=folds, classes=EXPLAINED,
        encoder=f"precomputed:{rows}", l0=LIMIT, top=_TOP, device=device,
    )  # fmt: skip


def _figures(found: RealClap, say: Callable[[str], None]) -> list[Path]:
    """The figures, where they can be drawn; the results do not depend on them."""
    try:
        sweep = figure_files(png=found.folder / "sweep.png")
    except MissingError as error:
        say(f"no figures: {error}")
        return []
    explained = {"png": found.folder / "explained.png"}
    return [
        *draw(lambda: draw_sweep(found.sweep), sweep),
        *draw(lambda: outcome_figure(found.explained), explained),
    ]
