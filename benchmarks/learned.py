"""Words beside learned directions on real CLAP: ``python -m benchmarks.learned``.

LAION-CLAP's embeddings of ESC-50 (folds 1-3), as many directions learned on two folds as there are
words, judged on the third, in turn: what they keep, how stable they are, and whether the names
that they are given hold. Prints the tables of docs/learned.md as Markdown; ``--write
docs/learned.md`` puts them onto the page. Needs the shared data (``SONOLEX_SHARED``), or ``sonolex
fetch clap-esc50 clap-fsd50k-labels``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np

from benchmarks.clap_rows import DATASET, FOLDS, RealRows, real_rows
from benchmarks.options import json_option, page_option, shared_option
from benchmarks.pages import rewritten, table
from concept_core.bench.bench import Bench
from concept_core.bench.learned import LearnedDirections
from concept_core.decomposition.decomposing import decompose
from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.learned import METHODS, learn_dictionary
from concept_core.decomposition.random_directions import random_atoms
from concept_core.encoders.base import FloatArray
from concept_core.errors import SonolexError
from concept_core.explanation.directions import FALSE_NAMES, heard, name_directions
from concept_core.files import pretty_json, write_text
from concept_core.measures.classes import ClipClasses
from concept_core.measures.matching import match_atoms, shared_support
from concept_core.measures.naming import nameable, naming_places
from concept_core.measures.purity import purity
from concept_core.measures.reference import Reference
from concept_core.releases.specifiers import load_vocabulary
from concept_core.tasks.request import TaskRequest
from concept_core.vocabulary import Vocabulary

LIMITS = (10, 20)
LIMIT = 10
"""Where stability and names are measured."""

SEEDS = (0, 1)
TASKS: Mapping[str, Mapping[str, Any]] = {
    "zero-shot": {}, "few-shot": {"shots": (5,)}, "linear-probe": {}
}  # fmt: skip
WORDS, RANDOM = "words", "random directions"
SAME = 0.9
"""From this cosine on two directions count as one."""

FIRST = (1, 5)


@dataclass(eq=False)
class Study:
    """Real rows in the centred space, a vocabulary, and what was learned from them so far."""

    rows: RealRows
    vocabulary: Vocabulary
    _learned: dict[Any, FloatArray] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: RealRows) -> Study:
        """With the vocabulary of the rows."""
        return cls(rows, load_vocabulary(rows.vocabulary))

    def bench(self, task: str) -> Bench:
        """A task over the three folds."""
        request = TaskRequest(task, DATASET, FOLDS, **TASKS[task])
        return Bench(request, self.rows.encoder, self.rows.folder)

    def learn(self, rows: FloatArray, size: int, *, l0: int, method: str, seed: int) -> FloatArray:
        """`learn_dictionary`, each once."""
        key = (rows.tobytes(), size, l0, method, seed)
        if key not in self._learned:
            self._learned[key] = learn_dictionary(rows, size, l0=l0, method=method, seed=seed)
        return self._learned[key]

    @cached_property
    def clips(self) -> Bench:
        """The clips, with their classes."""
        return self.bench("zero-shot")

    @cached_property
    def words(self) -> Dictionary:
        """The vocabulary's atoms."""
        return self.clips.dictionary(self.vocabulary)

    def places(self, fold: str, *, inside: bool) -> np.ndarray[Any, Any]:
        """Places of the clips of a fold, or of those outside."""
        return np.flatnonzero((np.array(self.clips.data.items.folds) == fold) == inside)

    def part(self, fold: str, *, inside: bool) -> Reference:
        """The clips of a fold, or those outside, to measure on."""
        whole, places = self.clips.reference, self.places(fold, inside=inside)
        assert whole.classes is not None
        classes = ClipClasses(
            whole.classes.truth[places], whole.classes.names, whole.classes.synonyms
        )
        names = tuple(whole.items[place] for place in places)
        return Reference(
            whole.name, whole.kind, len(places), whole.x[places], names, ("",) * len(places),
            classes,
        )  # fmt: skip

    def atoms(self, system: str, fold: str, seed: int = 0) -> FloatArray:
        """The directions of a system that is judged on a fold."""
        size, dim = self.words.atoms.shape
        if system == WORDS:
            return self.words.atoms
        if system == RANDOM:
            return random_atoms(size, dim, seed)
        rows = self.part(fold, inside=False).x
        return self.learn(rows, size, l0=LIMIT, method=system, seed=seed)


SYSTEMS = (WORDS, *METHODS, RANDOM)


def tasks(study: Study) -> dict[str, dict[str, list[float]]]:
    """Of each task, and of the cosine, a figure a limit for every system."""
    found: dict[str, dict[str, list[float]]] = {}
    cosines: dict[str, list[float]] = {name: [] for name in (WORDS, *METHODS)}
    for task in TASKS:
        bench = study.bench(task)
        learned = LearnedDirections(
            bench.task, lambda: None, bench.request.seed, bench.request.device, learn=study.learn
        )
        figures: dict[str, list[float]] = {name: [] for name in ("dense", *SYSTEMS)}
        for limit in LIMITS:
            card = bench.score(study.vocabulary, l0=limit)
            result = decompose(bench.task.rows, study.words, l0=limit)
            figures["dense"].append(card.main.dense)
            figures[WORDS].append(card.main.value)
            figures[RANDOM].append(card.main.random)
            cosines[WORDS] += [card.cosine_mean] * (task == "zero-shot")
            for method in METHODS:
                one = learned.answer(method, len(study.vocabulary), result)
                figures[method].append(one.values[card.main_metric])
                cosines[method] += [one.cosine_mean or 0.0] * (task == "zero-shot")
        found[f"{task}, {bench.task.main_metric}"] = figures
    rows, size = study.clips.data.x, len(study.vocabulary)
    random = Dictionary.of_atoms(random_atoms(size, rows.shape[1], 0))
    cosines[RANDOM] = [float(decompose(rows, random, l0=limit).cosine.mean()) for limit in LIMITS]
    found["cosine with the embedding"] = {name: cosines[name] for name in SYSTEMS}
    return found


def tasks_table(found: Mapping[str, Mapping[str, Sequence[float]]]) -> Iterator[str]:
    """A line a figure and system."""
    lines = [
        [title, system, *(f"{value:.3f}" for value in values)]
        for title, figures in found.items()
        for system, values in figures.items()
    ]
    yield from table(("figure", "on", *(f"l0 {limit}" for limit in LIMITS)), lines)


def stability(study: Study) -> dict[str, dict[str, float]]:
    """Of each kind of directions, how alike two seeds are, and two choices of folds."""
    found: dict[str, dict[str, float]] = {}
    for system in SYSTEMS:
        by_seed = [
            _alike(study, fold, study.atoms(system, fold, one), study.atoms(system, fold, two))
            for fold in FOLDS
            for one, two in combinations(SEEDS, 2)
        ]
        by_folds = [
            # Random directions know no rows: those of another seed stand for other rows.
            _alike(study, one, study.atoms(system, one), study.atoms(system, two, system == RANDOM))
            for one, two in combinations(FOLDS, 2)
        ]
        for title, pairs in (("another seed", by_seed), ("another fold", by_folds)):
            cosine, same, support = np.mean(pairs, axis=0)
            found[f"{system}, {title}"] = {
                "cosine": float(cosine), "same": float(same), "support": float(support)
            }  # fmt: skip
    return found


def _alike(
    study: Study, fold: str, one: FloatArray, other: FloatArray
) -> tuple[float, float, float]:
    """Mean cosine of matched atoms, the share that is the same, what explanations share."""
    places, cosines = match_atoms(one, other)
    x = study.part(fold, inside=True).x
    first, second = (
        decompose(x, Dictionary.of_atoms(atoms), l0=LIMIT).weights for atoms in (one, other)
    )
    support = shared_support(first, second, places) or 0.0
    return float(cosines.mean()), float((cosines >= SAME).mean()), support


def stability_table(found: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """A line a kind of directions, and what is changed."""
    head = ("directions, and what is changed", "cosine of matched", f"matched at {SAME} or more",
            "explanations shared")  # fmt: skip
    lines = [
        [name, f"{one['cosine']:.3f}", f"{one['same']:.0%}", f"{one['support']:.3f}"]
        for name, one in found.items()
    ]
    yield from table(head, lines)


def names(study: Study) -> dict[str, dict[str, float]]:
    """Of each kind of directions, names from two folds, and what they are worth on the third."""
    found: dict[str, dict[str, float]] = {}
    for system in SYSTEMS:
        figures = [_names(study, system, fold) for fold in FOLDS]
        found[system] = {key: float(np.mean([one[key] for one in figures])) for key in figures[0]}
    return found


def _names(study: Study, system: str, fold: str) -> dict[str, float]:
    atoms = study.atoms(system, fold)
    before, after = (study.part(fold, inside=inside) for inside in (False, True))
    named = name_directions(atoms, study.words, before, l0=LIMIT)
    labels = study.vocabulary.labels
    # What stands nearest to each, whether or not it counts as a name.
    nearest = np.array([labels.index(one.concepts[0][0]) for one in named.items])
    result = decompose(after.x, Dictionary.of_atoms(atoms), l0=LIMIT)
    _, p = heard(result, after.x.astype(np.float64) @ study.words.rows.T, nearest)
    has_name = np.array([one.name is not None for one in named.items])
    holds, fires = p <= FALSE_NAMES, np.diff(result.weights.tocsc().indptr) > 0
    assert after.classes is not None
    given = [name or "" for name in named.names]
    places = naming_places(result.weights, given, after.classes)
    pure = purity(result.weights, after.classes, np.random.default_rng(0))
    return {
        "cosine": float(np.mean([one.concepts[0][1] for one in named.items])),
        "named": float(has_name.mean()),
        "concepts": float(len({one for one in given if one})),
        "hold": _share(holds, has_name & fires),
        "nearest_hold": _share(holds, ~has_name & fires),
        **{f"named@{k}": float(np.mean(places <= k)) for k in FIRST},
        "nameable": float(np.mean(nameable(given, after.classes))),
        "purity": pure.mean or 0.0,
        "purity_chance": pure.chance or 0.0,
    }


def _share(which: np.ndarray[Any, Any], among: np.ndarray[Any, Any]) -> float:
    return float(which[among].mean()) if among.any() else 0.0


def names_table(found: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """A line a kind of directions."""
    head = ("directions", "nearest concept, cosine", "named", "different names", "names that hold",
            "nearest concepts that hold, of those without a name",
            *(f"named@{k}" for k in FIRST), "nameable", "purity (chance)")  # fmt: skip
    lines = [
        [
            name,
            f"{one['cosine']:.3f}",
            f"{one['named']:.0%}",
            f"{one['concepts']:.0f}",
            f"{one['hold']:.0%}" if one["named"] else "-",
            f"{one['nearest_hold']:.0%}" if one["named"] < 1 else "-",
            *(f"{one[f'named@{k}']:.3f}" for k in FIRST),
            f"{one['nameable']:.3f}",
            f"{one['purity']:.3f} ({one['purity_chance']:.3f})",
        ]
        for name, one in found.items()
    ]
    yield from table(head, lines)


PARTS: Mapping[str, tuple[Callable[[Study], Any], Callable[[Any], Iterator[str]]]] = {
    "tasks": (tasks, tasks_table),
    "stability": (stability, stability_table),
    "names": (names, names_table),
}
"""By the names of the page's markers."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.learned", description=__doc__)
    shared_option(parser)
    page_option(parser)
    json_option(parser)
    options = parser.parse_args(arguments)
    try:
        lines, data = {}, {}
        with real_rows(options.shared) as rows:
            study = Study.of(rows)
            for name, (measure, show) in PARTS.items():
                data[name] = measure(study)
                lines[name] = "\n".join(show(data[name]))
                print(f"\n### {name}\n\n{lines[name]}", flush=True)
        if options.json:
            write_text(options.json, pretty_json(data))
        if options.write:
            page = options.write.read_text(encoding="utf-8")
            write_text(options.write, rewritten(page, lines))
    except SonolexError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
