"""The queue as a csv file for a spreadsheet: questions out, filled ``action`` cells back in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from concept_core.errors import DataError
from concept_core.files import write_text
from vocab_builder.curation.decision_files import check_decision
from vocab_builder.curation.decisions import Decision, settle
from vocab_builder.curation.queue import Question
from vocab_builder.curation.sheet import Row, Sheet, read_sheet
from vocab_builder.stages.candidates import Score

# To be filled in; then what helps to decide.
_ANSWERS = ("action", "to", "reason")
COLUMNS = (
    "label", *_ANSWERS, "fate", "doubts", "count", "kind", "rank", "filter", "why", "sources",
    "evidence", "scores", "neighbours", "senses",
)  # fmt: skip


def write_queue(path: Path, questions: Iterable[Question]) -> int:
    """Write questions, one a line, with empty cells for ``action``, ``to`` and ``reason``.

    A byte order mark tells spreadsheets that it is UTF-8.

    Returns
    -------
    int
        How many there are.

    Raises
    ------
    DataError
        There is such a file: answers may be in it.
    """
    if path.exists():
        raise DataError(f"{path}: is there already, with answers maybe; name another file")
    sheet = Sheet(path, Row(list(COLUMNS)), has_bom=True)
    for question in questions:
        sheet.append(_cells(question))
    write_text(path, sheet.text())
    return len(sheet.rows)


def take_queue(path: Path, by: str) -> list[Decision]:
    """The decisions of the lines whose ``action`` is filled, in the name of ``by``.

    ``where`` of each is its line in the queue.

    Raises
    ------
    DataError
        The file is no queue, an action is unknown or lacks its ``to``, a line has an answer and no
        action, or two lines contradict each other; the message has the line.
    """
    return list(settle([list(_answers(read_sheet(path, ("label", "action")), by))]).rows)


def _answers(sheet: Sheet, by: str) -> Iterator[Decision]:
    for row, record in sheet.records():
        action, to, reason = (record.get(name, "") for name in _ANSWERS)
        where = sheet.where(row)
        if action:
            yield check_decision(Decision(record["label"], action, to, reason, by), where)
        elif to or reason:
            raise DataError(f"{where}: 'to' or 'reason' is filled and 'action' is not; say which")


def _cells(question: Question) -> dict[str, str]:
    decision = question.decision
    return {
        "label": question.label,
        "action": "",
        "to": "",
        "reason": "",
        "fate": question.fate if decision is None else f"{question.fate} (decided)",
        "doubts": "; ".join(f"{one.code}: {one.text}" for one in question.doubts),
        "count": str(question.count),
        "kind": question.kind,
        "rank": "" if question.rank is None else str(question.rank),
        "filter": question.filter or "",
        "why": question.reason or "",
        "sources": ", ".join(question.sources),
        "evidence": "; ".join(
            f"{one.source} {one.locator} ({one.count})" for one in question.evidence
        ),
        "scores": "; ".join(_score(score) for score in question.scores),
        "neighbours": "; ".join(
            f"{one.label} {one.cosine:.2f} {one.fate}" for one in question.neighbours
        ),
        "senses": "; ".join(question.senses),
    }


def _score(score: Score) -> str:
    words = {"value": "{:.4g}", "threshold": "of {:.4g}", "twin": "to {}", "flag": "flag {}"}
    pairs = [(text, getattr(score, name)) for name, text in words.items()]
    found = [text.format(value) for text, value in pairs if value is not None]
    return " ".join([score.stage, *found])
