"""Candidates as JSON: what stages hand to each other through pipes, and what caches keep."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from concept_core.errors import DataError
from concept_core.files import canonical_json
from concept_core.vocabulary import KINDS, Evidence
from vocab_builder.stages.candidates import Candidate, Drop, Score

StageScores = tuple[tuple[str, Score], ...]
"""What stages found out about one candidate: (stage, score), in the order of the stages."""


@dataclass(frozen=True, slots=True)
class Line:
    """A candidate on its way through the stages.

    Attributes
    ----------
    candidate : Candidate
    scores : tuple of (stage, Score)
        Of the stages that kept it and measured something.
    """

    candidate: Candidate
    scores: StageScores = ()


def candidate_data(candidate: Candidate) -> dict[str, Any]:
    """A candidate as JSON-ready values."""
    return {
        "label": candidate.label,
        "kind": candidate.kind,
        "count": candidate.count,
        "evidence": [
            {"source": one.source, "locator": one.locator, "count": one.count}
            for one in candidate.evidence
        ],
        "links": list(candidate.links),
    }


def drop_data(drop: Drop) -> dict[str, Any]:
    """A drop as JSON-ready values: the candidate's own, and why it was left out."""
    return {
        **candidate_data(drop.candidate),
        "filter": drop.filter,
        "reason": drop.reason,
        "score": drop.score,
        "threshold": drop.threshold,
        "twin": drop.twin,
        "rank": drop.rank,
    }


def scores_data(scores: StageScores) -> list[dict[str, Any]]:
    """Scores as JSON-ready values."""
    return [
        {
            "stage": stage,
            "value": score.value,
            "threshold": score.threshold,
            "twin": score.twin,
            "flag": score.flag,
        }
        for stage, score in scores
    ]


def parse_candidate(data: Mapping[str, Any]) -> Candidate:
    """The candidate of ``candidate_data``; its count is that of the evidence.

    Raises
    ------
    KeyError, TypeError, ValueError
        The values are not those of a candidate.
    """
    label, kind = data["label"], data["kind"]
    if not isinstance(label, str) or not label:
        raise ValueError("label must be text")
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, found {kind!r}")
    evidence = tuple(
        Evidence(str(one["source"]), str(one["locator"]), _count(one["count"]))
        for one in data["evidence"]
    )
    return Candidate(label, kind, evidence, tuple(map(str, data.get("links", ()))))


def parse_drop(data: Mapping[str, Any]) -> Drop:
    """The drop of ``drop_data``."""
    why = ("filter", "reason", "score", "threshold", "twin", "rank")
    return Drop(parse_candidate(data), *(data[key] for key in why))


def parse_scores(data: Iterable[Mapping[str, Any]]) -> StageScores:
    """The scores of ``scores_data``."""
    return tuple(
        (one["stage"], Score(one["value"], one["threshold"], one["twin"], one["flag"]))
        for one in data
    )


def write_line(line: Line) -> str:
    """One line of JSON, without its end."""
    data = candidate_data(line.candidate)
    if line.scores:
        data["scores"] = scores_data(line.scores)
    return canonical_json(data)


def read_lines(lines: Iterable[bytes], where: str) -> Iterator[Line]:
    """The candidates of JSON lines in UTF-8; empty lines are passed over.

    Raises
    ------
    DataError
        A line is no candidate, or its label came before; the message has ``where`` and the number.
    """
    seen: set[str] = set()
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            data = json.loads(text)
            line = Line(parse_candidate(data), parse_scores(data.get("scores", ())))
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
            told = f"the key {error} is missing" if isinstance(error, KeyError) else str(error)
            raise DataError(
                f"{where}:{number}: not a candidate ({told}); expected lines such as sonolex mine"
                " writes"
            ) from error
        if line.candidate.label in seen:
            raise DataError(
                f"{where}:{number}: the label {line.candidate.label!r} came before; mine the"
                " sources together"
            )
        seen.add(line.candidate.label)
        yield line


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"count must be a whole number from 0, found {value!r}")
    return value
