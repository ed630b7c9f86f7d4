"""Scorecards as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from vocab_builder.cli.text import table

if TYPE_CHECKING:
    from concept_core.tasks.intervals import Interval
    from concept_core.tasks.scorecard import Scorecard


def render(cards: Sequence[Scorecard]) -> str:
    """What the cards have in common, their main metric, the others, and the paired tests."""
    parts = [_title(cards[0]), _main(cards)]
    if len(cards[0].metrics) > 1:
        parts.append(_others(cards))
    notes = [*_reading(cards[0]), *(line for card in cards for line in _notes(card))]
    if notes:
        parts.append("\n".join(notes))
    if len(cards) > 1:
        parts.append(_pairs(cards))
    return "\n\n".join(parts)


def _title(card: Scorecard) -> str:
    folds = f", folds {', '.join(map(str, card.folds))}" if card.dataset != "captions" else ""
    names = f" among {len(card.classes)} names" if card.classes else ""
    return f"{card.task}, {card.dataset}{folds}: {card.n} clips{names}"


def _main(cards: Sequence[Scorecard]) -> str:
    metric = cards[0].main_metric
    head = ("vocabulary", "K", "mode", "l0", metric, "dense", "retention", "random", "mean only",
            "names in it")  # fmt: skip
    rows = [
        (
            card.specifier,
            str(card.vocabulary["size"]),
            f"{card.mode} {card.value:.4g}",
            f"{card.l0_mean:.1f}",
            _with(card.main.value, card.main.interval),
            f"{card.main.dense:.3f}",
            "-" if card.main.retention is None else f"{card.main.retention:.3f}",
            f"{card.main.random:.3f}",
            f"{card.main.mean_only:.3f}",
            str(len(card.class_names_in_vocabulary)),
        )
        for card in cards
    ]
    return table(head, rows)


def _others(cards: Sequence[Scorecard]) -> str:
    head = ("metric", "vocabulary", "value", "dense", "random", "mean only")
    rows = [
        (
            name,
            card.specifier,
            _with(card.metrics[name].value, card.metrics[name].interval),
            _with(card.metrics[name].dense, card.metrics[name].dense_interval),
            f"{card.metrics[name].random:.3f}",
            f"{card.metrics[name].mean_only:.3f}",
        )
        for name in cards[0].metrics
        if name != cards[0].main_metric
        for card in cards
    ]
    return table(head, rows)


def _reading(card: Scorecard) -> list[str]:
    """What must be known to read the figures of a task, whatever the vocabulary."""
    lines = []
    if card.dataset == "captions":
        lines.append("captions find captions; nothing was heard (c2c-back: found by the others)")
    seen = card.parameters.get("classes_in_training", len(card.classes))
    if card.task == "finetuned" and seen < len(card.classes):
        lines.append(
            f"training saw {seen} of the {len(card.classes)} names: among the others the figure"
            " flatters the projection"
        )
    return lines


def _notes(card: Scorecard) -> list[str]:
    """A line for each thing that only this task's card has."""
    lines = []
    details = card.details
    if "prompts" in details:
        mean, spread = details["prompts"]["mean"], details["prompts"]["spread"]
        number = len(details["prompts"]["sets"])
        lines.append(
            f"{card.specifier}: over {number} prompt sets mean {mean['value']:.3f}, spread"
            f" {spread['value']:.3f} (dense {mean['dense']:.3f}, {spread['dense']:.3f})"
        )
    if "zero_shot" in details:
        for system, one in details["zero_shot"].items():
            lines.append(
                f"{card.specifier}, {system}: zero-shot {one['value']:.3f}; projected less that"
                f" {_signed(one['difference'], one['difference_interval'])}"
            )
    if "before" in details:
        lines += _removal(card.specifier, details)
    return lines


def _removal(name: str, details: dict[str, Any]) -> list[str]:
    before, control = details["before"], details["control"]
    other = "-" if control["difference"] is None else f"{control['difference']:+.3f}"
    return [
        f"{name}: {before['value']:.3f} before; the removal changed it by"
        f" {_signed(before['difference'], before['difference_interval'])}, as many other concepts"
        f" by {other}; {details['clips_with_it']} clips had a weight of it,"
        f" {len(details['changes'])} changed their class",
        *(
            f"  {label}: {one['before']:.3f} -> {one['after']:.3f}"
            for label, one in details["by_class"].items()
        ),
    ]


def _pairs(cards: Sequence[Scorecard]) -> str:
    from concept_core.tasks.paired import compare_all

    found = compare_all([card.to_dict() for card in cards], seed=cards[0].seed)
    head = ("first", "second", "metric", "difference", "p", "p (Holm)", "test", "sparsity")
    rows = [
        (
            pair.first,
            pair.second,
            pair.metric,
            _signed(pair.difference, pair.interval),
            f"{pair.p:.3g}",
            f"{adjusted:.3g}",
            pair.test,
            "equal" if pair.equal_sparsity else "NOT EQUAL",
        )
        for pair, adjusted in found
    ]
    return table(head, rows)


def render_misses(card: Scorecard) -> str:
    """The clips that a vocabulary's reconstructions do not recognise, and what they say."""
    if not card.misses:
        return f"\n{card.specifier}: no misses"
    rows = [
        (miss.clip, miss.truth, miss.predicted or "no concept", miss.dense or "-")
        for miss in card.misses
    ]
    head = ("clip", "is", "concepts say", "dense says")
    return f"\n{card.specifier}: {len(rows)} misses of {card.n}\n\n{table(head, rows)}"


def _with(value: float, interval: Interval) -> str:
    return f"{value:.3f} [{interval[0]:.3f}, {interval[1]:.3f}]"


def _signed(value: float, interval: Interval) -> str:
    return f"{value:+.3f} [{interval[0]:+.3f}, {interval[1]:+.3f}]"
