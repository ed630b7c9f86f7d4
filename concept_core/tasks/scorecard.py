"""Scorecards: one vocabulary's figures on one task, with everything that they depend on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from concept_core.files import pretty_json
from concept_core.tasks.intervals import Interval
from concept_core.values import DataFrame, Table, frame, to_data


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of a vocabulary, beside what it must be judged by.

    Attributes
    ----------
    value, dense : float
        On the concepts, and on the embeddings themselves.
    random : float or None
        On dictionaries of as many random directions at the same sparsity, the mean over draws;
        None where none was drawn, as a sweep may ask.
    random_sd : float or None
        Standard deviation over the draws of random directions; None of fewer than two.
    mean_only : float
        With every clip represented by the mean of all.
    retention : float or None
        Value over dense; None where dense is zero.
    interval, dense_interval, difference_interval : (low, high)
        Bootstrap over recordings, or over clips where nothing names these (`intervals`); Wilson's
        where the figure is 0 or 1. The difference is value less dense, paired by clip.
    fold_interval, fold_difference_interval : (low, high) or None
        Bootstrap over folds and the recordings in them; None with fewer than two folds.
    """

    value: float
    dense: float
    random: float | None
    random_sd: float | None
    mean_only: float
    retention: float | None
    interval: Interval
    dense_interval: Interval
    difference_interval: Interval
    fold_interval: Interval | None
    fold_difference_interval: Interval | None


@dataclass(frozen=True, slots=True)
class Baseline:
    """What another dictionary keeps of the same task, at the sparsity of the vocabulary.

    Attributes
    ----------
    size : int
        Directions: as many as concepts, or fewer where the clips to learn from allow no more; 0
        where there is none.
    values : dict of str to float
        By metric, as those of the card; empty where there is none.
    l0_mean, cosine_mean : float or None
        Over scored clips; the cosine of an embedding with its reconstruction.
    about : dict
        ``learned_from``, the number of ``rows`` of each part, ``seed``, and the limit ``l0`` or
        the penalty ``l1`` of each part; or why there is ``none``.
    """

    size: int
    values: dict[str, float]
    l0_mean: float | None
    cosine_mean: float | None
    about: dict[str, Any]


class Beside(Protocol):
    """What has baselines by method: a scorecard, a point of a sweep."""

    @property
    def baselines(self) -> Mapping[str, Baseline]:
        """As of a scorecard."""
        ...


def learned_methods(found: Iterable[Beside]) -> tuple[str, ...]:
    """The learned dictionaries of any of them, each once."""
    return tuple(dict.fromkeys(method for one in found for method in one.baselines))


def learned_value(one: Beside, method: str, metric: str) -> float | None:
    """The metric of learned directions; None where there are none."""
    return one.baselines[method].values.get(metric) if method in one.baselines else None


@dataclass(frozen=True, slots=True)
class Miss:
    """A clip whose reconstruction is nearest to another class, or has no concept (predicted None).

    ``dense`` is what the dense embedding is nearest to.
    """

    clip: str
    truth: str
    predicted: str | None
    dense: str | None


@dataclass(frozen=True, slots=True, repr=False)
class Scorecard(Table):
    """What a vocabulary kept of a task. It holds no time and no path: equal runs, equal cards.

    Attributes
    ----------
    task : str
    dataset, dataset_revision : str
        As ``--dataset`` takes it, and what its authors call the edition.
    folds : tuple of int or str
        The folds of the clips that were scored; numbers where their names are numbers.
    data_folds : tuple of int or str
        The folds of all clips that the data hash is of: those to train on among them.
    classes : tuple of str
        The names that the clips chose among; empty for retrieval.
    prompt_set : str
        From class name to text.
    n : int
        Clips scored.
    missing : int
        Clips that the data set's table lists for the asked folds and the folder lacks.
    missing_names : tuple of str
        What the table calls these, by file name.
    bad : tuple of str
        File names of clips that could not be embedded; not scored.
    data_hash : str
        sha256 over the clips' own sha256 and what is said of them; ``names:`` and a sha256 over
        names, where no sound was needed.
    resampled_by, resampled : str, int
        ``recording`` where the data set names the recording of each clip, else ``clip``: what
        intervals and paired tests draw; and how many of them were scored.
    recordings : str
        The number of each clip's recording, in order with spaces between; empty where no two clips
        share one.
    parameters : dict
        The rest of what was asked for.
    mode, value : str, float
        ``l0`` or ``l1``, and the limit or penalty.
    mean_l0 : float or None
        The mean number of concepts that the penalty was calibrated to, if it was.
    main_metric : str
        The one of ``metrics`` that the card's top repeats.
    metrics : dict of str to Metric
    bootstrap : dict
        Level, resamples and seed of all intervals.
    random : dict
        What the random dictionaries were, how many, and how sparse their decompositions are.
    by_class : tuple of dict
        Name, number of clips, figure and dense figure of classes that occur.
    misses : tuple of Miss
        Every clip that is not recognised, by file name.
    scores : dict
        By metric: the clips' own scores in order, of ``concepts`` and ``dense``, as numbers with
        spaces between; for the paired tests of ``concept_core.tasks.paired``.
    details : dict
        Figures that only this task has.
    l0_mean, cosine_mean : float
        Over scored clips; the cosine of an embedding with its reconstruction.
    explained_variance : float or None
        Against the mean-only baseline; None where the clips do not differ.
    empty, not_converged : int
        Clips with no concept; l1 rows above the gap tolerance.
    vocabulary : dict
        Id, version, content hash, size.
    class_names_in_vocabulary : tuple of str
        Class names that are concepts, case ignored: the leak.
    leak : dict
        That, and what else of the class names is in the vocabulary: see ``tasks.leak``.
    encoder : dict
        The encoder spec and its fingerprint.
    seed : int
    software : str
        Version of sonolex.
    baselines : dict of str to Baseline
        Learned dictionaries that were asked for, by the method. A card without one has no such
        key.
    """

    task: str
    dataset: str
    dataset_revision: str
    folds: tuple[int | str, ...]
    data_folds: tuple[int | str, ...]
    classes: tuple[str, ...]
    prompt_set: str
    n: int
    missing: int
    missing_names: tuple[str, ...]
    bad: tuple[str, ...]
    data_hash: str
    resampled_by: str
    resampled: int
    recordings: str
    parameters: dict[str, Any]
    mode: str
    value: float
    mean_l0: float | None
    main_metric: str
    metrics: dict[str, Metric]
    bootstrap: dict[str, Any]
    random: dict[str, Any]
    by_class: tuple[dict[str, Any], ...]
    misses: tuple[Miss, ...]
    scores: dict[str, dict[str, str]]
    details: dict[str, Any]
    l0_mean: float
    cosine_mean: float
    explained_variance: float | None
    empty: int
    not_converged: int
    vocabulary: dict[str, Any]
    class_names_in_vocabulary: tuple[str, ...]
    leak: dict[str, Any]
    encoder: dict[str, Any]
    seed: int
    software: str
    baselines: dict[str, Baseline] = field(default_factory=dict)

    @property
    def main(self) -> Metric:
        """The main metric."""
        return self.metrics[self.main_metric]

    @property
    def specifier(self) -> str:
        """``id@version`` of the vocabulary."""
        return f"{self.vocabulary['id']}@{self.vocabulary['version']}"

    def to_dict(self) -> dict[str, Any]:
        """The card as JSON-ready values.

        At its top too: the main metric (and accuracy, where there is one) under its own name,
        beside ``dense_...``, ``retention`` and ``intervals``.
        """
        main, name = self.main, self.main_metric
        top: dict[str, Any] = {
            "retention": main.retention,
            "intervals": {
                **self.bootstrap,
                name: main.interval,
                f"dense_{name}": main.dense_interval,
                "difference": main.difference_interval,
            },
        }
        for metric in {name, *(["accuracy"] if "accuracy" in self.metrics else [])}:
            top[metric] = self.metrics[metric].value
            top[f"dense_{metric}"] = self.metrics[metric].dense
        whole = {**to_data(self), **to_data(top)}
        if not self.baselines:
            del whole["baselines"]
        return whole

    def to_json(self) -> str:
        """The card as canonical, readable JSON: sorted keys, a final newline."""
        return pretty_json(self.to_dict())

    def to_frame(self) -> DataFrame:
        """One row a metric, beside what it must be judged by. Needs pandas."""
        rows = [{"metric": name, **flat_metric(metric)} for name, metric in self.metrics.items()]
        return frame(rows)

    def __repr__(self) -> str:
        name, main = self.main_metric, self.main
        return (
            f"Scorecard({self.specifier!r}, {self.task} on {self.dataset}: {name} {main.value:.3f},"
            f" dense {main.dense:.3f}, {self.mode} {self.value:.4g})"
        )


class Scorecards(list[Scorecard], Table):
    """Cards of several vocabularies on one task: a list that notebooks show as a table."""

    @property
    def names(self) -> list[str]:
        """What tells the vocabularies apart: see `distinct_names`."""
        return distinct_names([(one.specifier, one.vocabulary["content_hash"]) for one in self])

    def to_frame(self) -> DataFrame:
        """One row a vocabulary: its main metric, and the sparsity. Needs pandas."""
        rows = [
            {
                "vocabulary": name,
                "concepts": card.vocabulary["size"],
                "mode": card.mode,
                "setting": card.value,
                "l0_mean": card.l0_mean,
                "metric": card.main_metric,
                **flat_metric(card.main),
                **{name: one.values.get(card.main_metric) for name, one in card.baselines.items()},
            }
            for name, card in zip(self.names, self, strict=True)
        ]
        return frame(rows)


NO_MISSES = (
    "misses are not listed: they are of tasks whose metric is accuracy, where a clip has one class"
    " and is judged once"
)
"""Said where the clips that are not recognised are asked for, and there is no such thing."""


def has_misses(card: Mapping[str, Any]) -> bool:
    """Whether a card lists the clips that are not recognised: not of retrieval, few-shot, map."""
    return bool(card["main_metric"] == "accuracy")


def distinct_names(vocabularies: Sequence[tuple[str, str]]) -> list[str]:
    """Names that tell vocabularies apart.

    Parameters
    ----------
    vocabularies : sequence of (specifier, content hash)

    Returns
    -------
    list of str
        The specifiers; where vocabularies of other concepts share one, each with the first eight
        digits of its content hash.
    """
    hashes: defaultdict[str, set[str]] = defaultdict(set)
    for specifier, content_hash in vocabularies:
        hashes[specifier].add(content_hash)
    return [
        f"{specifier} ({content_hash[:8]})" if len(hashes[specifier]) > 1 else specifier
        for specifier, content_hash in vocabularies
    ]


def flat_metric(metric: Metric) -> dict[str, float | None]:
    """A metric as columns of a table, the ends of each interval in columns of their own."""
    row: dict[str, float | None] = {}
    for name, value in to_data(metric).items():
        if isinstance(value, (list, tuple)):
            for end, one in zip(("low", "high"), value, strict=True):
                row[name.replace("interval", end)] = one
        elif not name.endswith("interval"):
            row[name] = value
    return row
