"""What the page asks of a curation session, checked on the way in: no web framework here."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from concept_core.errors import SonolexError, UsageError
from concept_core.values import from_data

MOST_QUESTIONS = 500
"""How many questions one answer holds at most."""

_SETTLING = ("keep", "drop", "rename", "merge")
_LABEL = 2_000
_TEXT = 10_000


class CurationSession(Protocol):
    """What the page needs of a session; everything it returns is JSON-ready."""

    def questions(self, offset: int, limit: int, facets: Mapping[str, str]) -> dict[str, Any]:
        """A part of the queue: ``total``, ``done``, ``items`` and the counts of ``facets``."""

    def search(self, text: str, limit: int = 50) -> list[dict[str, Any]]:
        """Labels that are kept, left out or aliases, exact matches first."""

    def item(self, label: str) -> dict[str, Any]:
        """All that is known of one candidate: captions, clips and history too."""

    def clip(self, id: str) -> Path:
        """The file of a clip that ``item`` listed."""

    def effects(self, label: str, action: str, to: str) -> dict[str, Any]:
        """What a decision would change, without taking it."""

    def decide(self, label: str, action: str, to: str = "", reason: str = "") -> dict[str, Any]:
        """Write a decision to disk, then return it with its effects."""

    def undo(self) -> dict[str, Any]:
        """Take the last decision back, and return it as ``undone``."""

    def progress(self) -> dict[str, Any]:
        """``total``, ``done``, ``size``, and a ``version`` that grows with every change on disk."""


class ConflictError(SonolexError):
    """A decision was taken on a candidate that another window had decided meanwhile."""


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """A decision as the page sends it.

    Parameters
    ----------
    label, action, to, reason : str
        As in a row of ``decisions.csv``.
    seen : tuple of two str, or None
        Action and target of the decision that the page showed for this label.
    """

    label: str
    action: str
    to: str = ""
    reason: str = ""
    seen: tuple[str, str] | None = None


class Answers:
    """A session's answers to the page, one call at a time.

    Parameters
    ----------
    session : CurationSession
        Need not be safe for threads: a lock is held during every call.
    """

    def __init__(self, session: CurationSession) -> None:
        self._session = session
        self._lock = threading.Lock()
        # What was settled here, by any window: a window that has not seen it yet is told so.
        self._settled: dict[str, tuple[str, str]] = {}

    def questions(self, query: Mapping[str, str]) -> dict[str, Any]:
        """A part of the queue; what is neither ``offset`` nor ``limit`` is a facet."""
        offset = _whole(query, "offset", 0)
        limit = min(_whole(query, "limit", 50), MOST_QUESTIONS)
        with self._lock:
            return self._session.questions(offset, limit, _facets(query))

    def undecided(self, query: Mapping[str, str]) -> dict[str, int | None]:
        """``offset`` of the next question without a decision, from ``from`` on and round."""
        start, facets = _whole(query, "from", 0), _facets(query)
        with self._lock:
            after = self._first_undecided(facets, start, None)
            if after is None and start:
                after = self._first_undecided(facets, 0, start)
            return {"offset": after}

    def _first_undecided(
        self, facets: Mapping[str, str], start: int, stop: int | None
    ) -> int | None:
        while stop is None or start < stop:
            items = self._session.questions(start, MOST_QUESTIONS, facets)["items"]
            for place, question in enumerate(items, start):
                if question["decision"] is None:
                    return place
            if not items:
                return None
            start += len(items)
        return None

    def search(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        """Labels that match ``text``."""
        text = _text(query, "text", _LABEL).strip()
        if not text:
            return []
        with self._lock:
            return self._session.search(text)

    def item(self, query: Mapping[str, str]) -> dict[str, Any]:
        """All that is known of ``label``."""
        with self._lock:
            return self._session.item(_text(query, "label", _LABEL))

    def effects(self, query: Mapping[str, str]) -> dict[str, Any]:
        """What ``action`` on ``label`` would change."""
        label, action = _text(query, "label", _LABEL), _text(query, "action", _LABEL)
        with self._lock:
            return self._session.effects(label, action, query.get("to", ""))

    def progress(self, query: Mapping[str, str]) -> dict[str, Any]:
        """How far the queue is, and the version of the file."""
        with self._lock:
            return self._session.progress()

    def clip(self, query: Mapping[str, str]) -> Path:
        """The file of the clip ``id``."""
        with self._lock:
            return self._session.clip(_text(query, "id", _LABEL))

    def decide(self, body: Any) -> dict[str, Any]:
        """Write a decision; it is on disk when this returns.

        Raises
        ------
        ConflictError
            Another window settled the label otherwise, and this one has not shown it yet.
        UsageError
            The body is no decision.
        """
        asked = from_data(body, DecisionRequest, "the decision", UsageError)
        if len(asked.label) > _LABEL or len(asked.to) + len(asked.reason) > _TEXT:
            raise UsageError(f"the decision is too long: write at most {_TEXT:,} characters")
        target = (asked.action, asked.to)
        with self._lock:
            settled = self._settled.get(asked.label)
            if asked.action in _SETTLING and settled not in (None, asked.seen, target):
                raise ConflictError(
                    f"not saved: another window has decided meanwhile to {' '.join(settled or ())} "
                    f"{asked.label!r}; decide again if you still want to {asked.action} it"
                )
            result = self._session.decide(asked.label, asked.action, asked.to, asked.reason)
            if asked.action in _SETTLING:
                self._settled[asked.label] = target
            return result

    def undo(self, body: Any) -> dict[str, Any]:
        """Take the last decision back."""
        with self._lock:
            result = self._session.undo()
            undone = result["undone"]
            if undone is not None:
                self._settled.pop(undone["label"], None)
            return result


def _facets(query: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in query.items()
            if name not in ("offset", "limit", "from") and value}  # fmt: skip


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise UsageError(f"{name}={text[:40]!r} is no whole number from 0 on; leave it out")
    return int(text)


def _text(query: Mapping[str, str], name: str, most: int) -> str:
    text = query.get(name, "")
    if len(text) > most:
        raise UsageError(f"{name} has {len(text):,} characters; give at most {most:,}")
    return text
