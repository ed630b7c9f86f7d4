"""Scorecards side by side: only of the compared vocabularies, and of one encoder unless asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from concept_core.encoders.base import EncoderSpec, differences
from concept_core.encoders.own_means import without_sounds
from concept_core.errors import DataError
from concept_core.files import canonical_json
from concept_core.tasks.intervals import Interval
from concept_core.tasks.paired import AgainstDense, Paired, against_dense, compare_all, names_of

Card = Mapping[str, Any]

_KEYS = ("metrics", "main_metric", "scores", "l0_mean", "folds", "n", "class_names_in_vocabulary")
# Cards that differ in one of these do not answer the same question.
_SAME = ("task", "dataset", "data_hash", "n", "classes", "prompt_set", "main_metric", "mode",
         "parameters")  # fmt: skip


class BaselineValue(NamedTuple):
    """What a baseline reaches: its name, the value, None for none, and its standard deviation."""

    name: str
    value: float | None
    spread: float | None = None


@dataclass(frozen=True, slots=True)
class ScoredVocabulary:
    """One metric of one scorecard, the main one unless another was asked for.

    Attributes
    ----------
    name : str
        The vocabulary's letter, with a number where several cards are of it.
    size : int
        Concepts of the vocabulary.
    encoder : str
        Fingerprint of the encoder spec.
    encoder_name, mode : str
    setting, l0_mean : float
        The limit or penalty, and the concepts a clip.
    mean_l0 : float or None
        The mean that the penalty was calibrated to, if it was.
    value, dense, random, mean_only : float
    interval, dense_interval, difference_interval : (low, high)
        The difference is value less dense.
    random_sd, retention : float or None
        Cards of former versions have no standard deviation.
    learned : dict of str to (float or None)
        What learned dictionaries reach, where the card has any.
    names : int
        Class names among the concepts: the leak.
    """

    name: str
    size: int
    encoder: str
    encoder_name: str
    mode: str
    setting: float
    l0_mean: float
    mean_l0: float | None
    value: float
    interval: Interval
    dense: float
    dense_interval: Interval
    difference_interval: Interval
    random: float
    random_sd: float | None
    mean_only: float
    learned: dict[str, float | None]
    retention: float | None
    names: int

    @property
    def baselines(self) -> tuple[BaselineValue, ...]:
        """All that the value is to be judged by beside dense, in the order of tables."""
        return (
            BaselineValue("random", self.random, self.random_sd),
            *(BaselineValue(name, value) for name, value in self.learned.items()),
            BaselineValue("mean only", self.mean_only),
        )


@dataclass(frozen=True, slots=True)
class Scores:
    """Scorecards of one task on the same clips.

    Attributes
    ----------
    task, dataset, metric : str
    folds : tuple of str
    n, classes : int
        Clips, and names to choose among.
    resampled_by, resampled : str, int
        What intervals draw, and how many there are.
    rows : tuple of ScoredVocabulary
    pairs : tuple of Paired
        None between cards of different encoders.
    against_dense : tuple of AgainstDense
        Of the cards that have scores of clips for the metric.
    """

    task: str
    dataset: str
    metric: str
    folds: tuple[str, ...]
    n: int
    classes: int
    resampled_by: str
    resampled: int
    rows: tuple[ScoredVocabulary, ...]
    pairs: tuple[Paired, ...]
    against_dense: tuple[AgainstDense, ...]


def compare_scores(
    cards: Sequence[Card],
    letters: Mapping[str, str],
    spec: EncoderSpec,
    *,
    across_encoders: bool = False,
    seed: int = 0,
) -> tuple[Scores, ...]:
    """Cards by task, each task with its paired tests.

    Parameters
    ----------
    cards : sequence of mapping
        As ``Scorecard.to_dict``, or a card's JSON, gives them; one given twice counts once.
    letters : mapping of str to str
        From the content hash of a compared vocabulary to its letter.
    spec : EncoderSpec
        Of the comparison.
    across_encoders : bool
        Take cards of other encoders too; they are not tested against each other.
    seed : int
        Of the bootstrap and of the tests.

    Raises
    ------
    DataError
        A card is broken, of a vocabulary that is not compared, or, unless asked for, of another
        encoder: what differs is named.
    """
    groups: defaultdict[str, dict[str, Card]] = defaultdict(dict)
    for card in cards:
        made_with = _check(card, letters)
        own, theirs = without_sounds(spec), without_sounds(made_with)
        if own != theirs and not across_encoders:
            raise DataError(
                f"the card of {names_of([card])[0]} on {card['dataset']} is of another encoder than"
                f" this comparison ({differences(own, theirs)}); name its encoder with"
                " --encoder, or see both side by side with --across-encoders"
            )
        key = canonical_json({name: card[name] for name in _SAME})
        one = (card["vocabulary"]["content_hash"], made_with.fingerprint, card["value"])
        groups[key].setdefault(canonical_json(one), card)
    return tuple(_group(list(group.values()), letters, seed) for group in groups.values())


def _check(card: Card, letters: Mapping[str, str]) -> EncoderSpec:
    """The encoder of a card that is whole, and of a compared vocabulary."""
    lacking = [key for key in (*_SAME, *_KEYS, "vocabulary", "encoder") if key not in card]
    if lacking:
        raise DataError(
            f"a scorecard lacks {', '.join(lacking)}; give one that this version of 'sonolex score'"
            " wrote"
        )
    made = card["vocabulary"]
    if made["content_hash"] not in letters:
        raise DataError(
            f"the card on {card['dataset']} is of {names_of([card])[0]} with {made['size']}"
            f" concepts ({made['content_hash'][:12]}), which is none of the compared vocabularies;"
            " give it as SPEC, with the --top and --order that the card was made with"
        )
    try:
        return EncoderSpec(**{k: v for k, v in card["encoder"].items() if k != "fingerprint"})
    except TypeError as error:
        raise DataError(
            f"the card of {names_of([card])[0]} has a broken encoder spec: {error}"
        ) from error


def _group(cards: list[Card], letters: Mapping[str, str], seed: int) -> Scores:
    cards = sorted(cards, key=lambda card: letters[card["vocabulary"]["content_hash"]])
    own = [letters[card["vocabulary"]["content_hash"]] for card in cards]
    names = [
        f"{letter}{own[: place + 1].count(letter)}" if own.count(letter) > 1 else letter
        for place, letter in enumerate(own)
    ]
    return score_group(cards, names, seed=seed)


def score_group(
    cards: Sequence[Card], names: Sequence[str], *, metric: str | None = None, seed: int = 0
) -> Scores:
    """Cards of one task on the same clips as one value, with their tests.

    Parameters
    ----------
    cards : sequence of mapping
        At least one.
    names : sequence of str
        What to call them.
    metric : str, optional
        Instead of the main metric. Pairs are then none where clips have no scores for it.
    seed : int
        Of the bootstrap and of the tests.

    Raises
    ------
    DataError
        The cards are not of the same clips and task (``concept_core.tasks.paired``).
    """
    first = cards[0]
    shown = metric or first["main_metric"]
    paired = metric is None or all(metric in card["scores"] for card in cards)
    return Scores(
        task=first["task"],
        dataset=first["dataset"],
        metric=shown,
        folds=tuple(map(str, first["folds"])),
        n=first["n"],
        classes=len(first["classes"]),
        resampled_by=first.get("resampled_by", "clip"),
        resampled=first.get("resampled", first["n"]),
        rows=tuple(_score(name, card, shown) for name, card in zip(names, cards, strict=True)),
        pairs=compare_all(cards, names=names, metric=metric, seed=seed) if paired else (),
        against_dense=against_dense(cards, shown, names=names, seed=seed),
    )


def _score(name: str, card: Card, shown: str) -> ScoredVocabulary:
    metric = card["metrics"][shown]
    return ScoredVocabulary(
        name=name,
        size=card["vocabulary"]["size"],
        encoder=card["encoder"]["fingerprint"],
        encoder_name=card["encoder"]["name"],
        mode=card["mode"],
        setting=card["value"],
        l0_mean=card["l0_mean"],
        mean_l0=card.get("mean_l0"),
        value=metric["value"],
        interval=_pair(metric["interval"]),
        dense=metric["dense"],
        dense_interval=_pair(metric["dense_interval"]),
        difference_interval=_pair(metric["difference_interval"]),
        random=metric["random"],
        random_sd=metric.get("random_sd"),
        mean_only=metric["mean_only"],
        learned={name: one["values"].get(shown) for name, one in card.get("baselines", {}).items()},
        retention=metric["retention"],
        names=len(card["class_names_in_vocabulary"]),
    )


def _pair(ends: Sequence[float]) -> Interval:
    low, high = ends
    return low, high
