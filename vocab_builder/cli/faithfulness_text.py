"""What a card of faithfulness says, for the terminal: each figure beside what chance gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vocab_builder.cli.text import number, ranged, table
from vocab_builder.tables.scores import faithfulness_figures

_HEAD = ("figure", "value", "chance", "value less chance", "clips")


def faithfulness_text(details: Mapping[str, Any]) -> str:
    """A line a figure; chance is orders drawn at random, or for stability another clip."""
    return table(_HEAD, [_row(name, figure) for name, figure in faithfulness_figures(details)])


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
