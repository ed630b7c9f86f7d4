"""What a card of faithfulness says, for the terminal: each figure beside what chance gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vocab_builder.cli.text import number, ranged, table

_HEAD = ("figure", "value", "chance", "value less chance", "clips")


def faithfulness_text(details: Mapping[str, Any]) -> str:
    """A line a figure; chance is orders drawn at random, or for stability another clip."""
    return table(_HEAD, [_row(name, figure) for name, figure in _figures(details)])


def _figures(details: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for base, ways in details["curves"].items():
        for way, curves in ways.items():
            for metric, found in curves.items():
                yield f"{way} of the {base}, area: {metric}", found["area"]
    for name in ("sufficiency", "comprehensiveness"):
        for k, found in details[name].items():
            yield f"{name} at {k}", found
    for of, found in details["rank_correlation"].items():
        yield f"rank correlation of prominence with effect: {of}", found
    for change, found in details["stability"].items():
        yield f"stability: {change}", found


def _row(name: str, found: Mapping[str, Any]) -> tuple[str, ...]:
    if not found["clips"]:
        return (name, "-", "-", "-", "0")
    return (
        name,
        ranged(found["value"], found["interval"]),
        number(found["chance"]),
        ranged(found["difference"], found["difference_interval"], "+"),
        str(found["clips"]),
    )
