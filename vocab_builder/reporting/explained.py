"""What was explained: clips to hear beside their concepts, and charts of groups and over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from concept_core.explanation.clips import Explanation
from concept_core.explanation.groups import (
    ConceptDifference,
    ConceptShare,
    Contrast,
    GroupExplanation,
)
from concept_core.explanation.windows import TimeExplanation
from vocab_builder.reporting.rounded import short
from vocab_builder.reporting.sounds import sound_data

SECONDS = 10
"""What is heard of a longer clip; its concepts are those of the whole clip."""

_SILENT: dict[str, Any] = {"seconds": 0, "heard": 0, "audio": "", "peaks": []}


def clip_data(
    path: Path, explanations: Sequence[Explanation], *, heard: bool = True
) -> dict[str, Any]:
    """A clip as the page holds it: sound, loudness over time, and concepts.

    Parameters
    ----------
    path : Path
    explanations : sequence of Explanation
        One a vocabulary of the page, in its order.
    heard : bool
        Whether the page plays the clip; if not, its file is not read, and ``audio`` is empty.

    Raises
    ------
    DataError
        The file cannot be read as audio.
    """
    return {
        "name": path.name.encode("utf-8", "replace").decode("utf-8"),
        **(sound_data(path, SECONDS) if heard else _SILENT),
        "explanations": [
            {
                "concepts": [[label, short(value)] for label, value in one.concepts],
                "l0": one.l0,
                "cosine": short(one.cosine),
                "status": one.status,
                "note": "" if one.depth is None else one.depth.note,
            }
            for one in explanations
        ],
    }


def charts_of(
    item: GroupExplanation | Contrast | TimeExplanation, top: int
) -> Iterator[dict[str, Any]]:
    """A group of clips as bars, a contrast as those of its two sides, or a file over time.

    Parameters
    ----------
    item : GroupExplanation, Contrast or TimeExplanation
    top : int
        Concepts of a file over time.
    """
    if isinstance(item, GroupExplanation):
        note = f"{item.n} clips; mean prominence, its 95 % interval, and the share of clips"
        bars = [
            [one.label, short(one.prominence), f"{_span(one.interval)}, {one.share:.0%}"]
            for one in item.concepts
        ]
        yield {"title": item.name, "note": note, "bars": bars}
    elif isinstance(item, Contrast):
        more = [(each, each.one, each.other) for each in item.more]
        less = [(each, each.other, each.one) for each in item.less]
        yield _side(item.one, item.other, more)
        yield _side(item.other, item.one, less)
    else:
        yield {
            "title": Path(item.clip).name,
            "note": f"{item.seconds:.1f} s; the stronger the colour, the more prominent",
            "ends": [short(moment.end) for moment in item.moments],
            "rows": [
                [label, [short(value) for value in values]] for label, values in item.concepts(top)
            ],
        }


def _side(
    one: str, other: str, concepts: Sequence[tuple[ConceptDifference, ConceptShare, ConceptShare]]
) -> dict[str, Any]:
    bars = [
        [
            each.label,
            short(abs(each.difference)),
            f"{_span(_forwards(each))}, {here.prominence:.2f} / {there.prominence:.2f}",
        ]
        for each, here, there in concepts
    ]
    title = f"What {one} has and {other} has not"
    note = "difference of the mean prominences, its 95 % interval"
    return {"title": title, "note": note, "bars": bars}


def _forwards(each: ConceptDifference) -> tuple[float, float]:
    """The interval of the size of a difference, whichever group has more."""
    low, high = each.interval
    return (low, high) if each.difference >= 0 else (-high, -low)


def _span(interval: tuple[float, float]) -> str:
    return f"{interval[0]:.2f} to {interval[1]:.2f}"
