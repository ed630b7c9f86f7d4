"""A page of what was explained: clips to hear, or charts of groups and of files over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from concept_core.explanation.clips import Explanation
from concept_core.explanation.groups import (
    ConceptDifference,
    ConceptShare,
    Contrast,
    GroupExplanation,
)
from concept_core.explanation.request import Outcome
from concept_core.explanation.windows import TimeExplanation
from vocab_builder.release.release import Release
from vocab_builder.reporting.clips import ExplainedClip
from vocab_builder.reporting.columns import short
from vocab_builder.reporting.data import Subject, report_data
from vocab_builder.reporting.page import render_page


def explained_page(outcome: Outcome) -> str:
    """The report of the outcome's vocabulary, with what was explained at its top.

    Raises
    ------
    DataError
        A clip cannot be read.
    MissingError
        jinja2 is not installed.
    """
    release = replace(Release.load(outcome.request.spec), vocabulary=outcome.vocabulary)
    subject = Subject(release, outcome.dictionary)
    clips: list[ExplainedClip] = []
    charts: list[dict[str, Any]] = []
    for item in outcome.items:
        if isinstance(item, Explanation):
            clips.append(ExplainedClip(Path(item.clip), (item,)))
        else:
            charts += _charts(item, outcome.request.shown)
    return render_page(report_data([subject], outcome.spec, clips=clips, charts=charts))


def _charts(
    item: GroupExplanation | Contrast | TimeExplanation, top: int
) -> Iterator[dict[str, Any]]:
    if isinstance(item, GroupExplanation):
        note = f"{item.n} clips; mean prominence, and the share of clips"
        bars = [[one.label, short(one.prominence), f"{one.share:.0%}"] for one in item.concepts]
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
        [each.label, short(abs(each.difference)), f"{here.prominence:.2f} / {there.prominence:.2f}"]
        for each, here, there in concepts
    ]
    title = f"What {one} has and {other} has not"
    return {"title": title, "note": "difference of the mean prominences", "bars": bars}
