"""Files of decisions: csv that a spreadsheet writes, read, added to, and taken back.

One file may be written by several windows and people at once. Who writes holds its lock, reads it
anew, and puts a whole new file in its place, so that nobody's decision is lost and no reader sees
half of one. Lines, columns and comments of others stay as they are written.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from concept_core.errors import DataError
from concept_core.files import write_text
from concept_core.spelling import unknown_name
from vocab_builder.curation.decisions import (
    ACTIONS,
    DEFINITION,
    NOTE,
    RENAME,
    TO_LABEL,
    TO_TEXT,
    Decision,
    Decisions,
    overrule,
    settle,
)
from vocab_builder.curation.sheet import Row, Sheet, read_sheet
from vocab_builder.words.normal_form import normal_form

COLUMNS = ("label", "action", "to", "reason", "by", "at")
_REPLACED = "replaced"
_REQUIRED = ("label", "action")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\s]+")
# Of csv; a longer text could be written, and never be read again.
_LONGEST = 100_000
_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
_WAIT_SECONDS = 30
# A file of decisions has the same words again and again, and is read anew for each decision.
_label = lru_cache(maxsize=1 << 16)(normal_form)


def read_decisions(paths: Sequence[Path]) -> Decisions:
    """The decisions of all files; of two that contradict each other that of the later file holds.

    Raises
    ------
    DataError
        A file is broken, a line is no decision, or two lines of one file contradict each other;
        the message has the file, the lines and what to do.
    """
    sheets = (read_sheet(path, _REQUIRED) for path in paths)
    return settle([[one for _, one in _parse(sheet)] for sheet in sheets])


def append_decision(path: Path, decision: Decision) -> Decision:
    """Add a decision to a file, on disk when this returns; its time of day is set if it has none.

    What it contradicts in the same file stays there as history and holds no longer. The file is
    made if it is not there.

    Raises
    ------
    DataError
        The file is broken, or the decision says nothing, such as a merge without ``to``.
    """
    (written,) = append_decisions(path, [decision])
    return written


def append_decisions(path: Path, decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """``append_decision`` for many at once; what the file says already is not added again.

    Returns
    -------
    tuple of Decision
        As they stand in the file.
    """
    with _locked(path):
        page = _Page(_read_or_new(path))
        written = tuple(page.add(decision) for decision in decisions)
        _write(page.sheet)
    return written


def undo(path: Path, by: str) -> Decision | None:
    """Take back the last decision of a person that this file holds; None where there is none.

    What it had replaced holds again. Lines whose time is not
    in the form of this module were written by hand and stay.
    """
    with _locked(path):
        if not path.is_file():
            return None
        sheet = read_sheet(path, _REQUIRED)
        pairs = _parse(sheet)
        name = _text(by)
        own = [
            (row, one)
            for row, one in pairs
            if one.by == name and _moment(one.at) > _moment("") and not one.replaced
        ]
        if not own:
            return None
        last, decision = max(own, key=lambda pair: pair[1].at)
        others = [one for _, one in pairs if one is not decision and not one.replaced]
        freed = [one for _, one in pairs if one.replaced == decision.at]
        holding = set(map(id, overrule(freed, others)))
        for row, one in pairs:
            if id(one) in holding:
                sheet.set_cell(row, _REPLACED, "")
        sheet.rows.remove(last)
        _write(sheet)
    return decision


def check_decision(decision: Decision, where: str) -> Decision:
    """The decision with its label and texts in order.

    Raises
    ------
    DataError
        It says nothing; the message begins with ``where``.
    """
    label, action = _label(decision.label), decision.action.strip().lower()
    if not label:
        raise DataError(f"{where}: the label is empty; write the word that the decision is about")
    if action not in ACTIONS:
        raise DataError(str(unknown_name("action", action, ACTIONS, where)))
    reason, to = _text(decision.reason), _text(decision.to)
    if action == NOTE and not to:
        to, reason = reason, ""
    if action in TO_LABEL:
        to = _label(to)
    if bool(to) != (action in (*TO_LABEL, *TO_TEXT)):
        raise DataError(f"{where}: {_about_to(action, label, to)}")
    if to == label:
        raise DataError(f"{where}: {action} of {label!r} to itself; write another label in 'to'")
    by, at, replaced = map(_text, (decision.by, decision.at, decision.replaced))
    if max(map(len, (label, to, reason, by))) > _LONGEST:
        raise DataError(f"{where}: a text of more than {_LONGEST} characters; shorten it")
    return Decision(label, action, to, reason, by, at, replaced, decision.extra, where)


def _about_to(action: str, label: str, to: str) -> str:
    if to:
        return (
            f"{action} of {label!r} takes no 'to', found {to!r}; empty that cell, or take another"
            f" action ({', '.join((*TO_LABEL, *TO_TEXT))})"
        )
    what = "the text" if action in (NOTE, DEFINITION) else "the other label"
    return f"{action} of {label!r} needs {what} in the column 'to'"


def _text(cell: str) -> str:
    """One line of text, without signs that a terminal would obey."""
    return _UNSEEN.sub(" ", cell).strip()


def _parse(sheet: Sheet) -> list[tuple[Row, Decision]]:
    known = (*COLUMNS, _REPLACED)
    pairs = []
    for row, record in sheet.records():
        extra = {name: text for name, text in record.items() if name and name not in known}
        values = {name: record.get(name, "") for name in known}
        pairs.append((row, check_decision(Decision(**values, extra=extra), sheet.where(row))))
    return pairs


class _Page:
    """A sheet with its decisions, to which more are added."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self._pairs = _parse(sheet)
        settle([[one for _, one in self._pairs]])
        self._standing = {one.said: one for _, one in self._pairs if not one.replaced}
        self._names = {name for one in self._standing.values() for name in (one.label, one.to)}
        times = (_moment(one.at) for _, one in self._pairs)
        self._last = max(times, default=_moment(""))

    def add(self, decision: Decision) -> Decision:
        """Write a decision down, and with those that it contradicts that it replaced them."""
        new = check_decision(decision, str(self.sheet.path))
        if new.said in self._standing:
            return self._standing[new.said]
        if not new.at:
            self._last = _later(self._last)
            new = replace(new, at=self._last.strftime(_TIME)[:-4] + "Z")
        if not self._names.isdisjoint((new.label, new.to)):
            self._replace(new)
        row = self.sheet.append({**{name: getattr(new, name) for name in COLUMNS}, **new.extra})
        self._pairs.append((row, new))
        self._standing[new.said] = new
        self._names.update((new.label, new.to))
        return new

    def _replace(self, new: Decision) -> None:
        standing = list(self._standing.values())
        _check_name(new, standing)
        self._standing = {one.said: one for one in overrule(standing, [new])}
        for place, (row, one) in enumerate(self._pairs):
            if not one.replaced and one.said not in self._standing:
                self.sheet.add_column(_REPLACED)
                self.sheet.set_cell(row, _REPLACED, new.at)
                self._pairs[place] = (row, replace(one, replaced=new.at))


def _check_name(new: Decision, standing: Iterable[Decision]) -> None:
    """Nobody else's name is taken by a rename: whose it was would come back as it was."""
    for one in standing:
        if new.action == one.action == RENAME and new.to == one.to and new.label != one.label:
            raise DataError(
                f"{one.label!r} was renamed to {one.to!r} already ({one.where}); merge"
                f" {new.label!r} into {one.to!r}"
            )


def _later(last: datetime) -> datetime:
    """This moment in UTC, later than the last: times tell decisions apart and order them."""
    now = datetime.now(UTC)
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)
    return max(now, last + timedelta(milliseconds=1))


def _moment(text: str) -> datetime:
    """A time as this module writes it; the beginning of time where a person wrote another way."""
    try:
        return datetime.strptime(text, _TIME).replace(tzinfo=UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _read_or_new(path: Path) -> Sheet:
    return read_sheet(path, _REQUIRED) if path.is_file() else Sheet(path, Row(list(COLUMNS)))


def _write(sheet: Sheet) -> None:
    """Put a sheet where its file is, also behind a link, for those who might read that one."""
    path = sheet.path.resolve()
    mode = _mode(path)
    write_text(path, sheet.text())
    if mode is not None and mode != _mode(path):
        path.chmod(mode)
    _sync_folder(path.parent)


def _mode(path: Path) -> int | None:
    return stat.S_IMODE(path.stat().st_mode) if path.is_file() else None


def _sync_folder(folder: Path) -> None:
    """See that the new name of a file survives a power cut; not every system lets one ask."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock of a file of decisions, which lies beside it.

    Raises
    ------
    DataError
        Another holds it too long, or the file is not to be written.
    """
    import filelock

    real = path.resolve()
    lock = real.with_name(f".{real.name}.lock")
    mode = _mode(real)
    if mode is not None and not (mode & 0o222 and os.access(real, os.W_OK)):
        raise DataError(f"{path}: is read-only; make it writable, nothing is decided till then")
    try:
        real.parent.mkdir(parents=True, exist_ok=True)
        # Whoever may write the file may hold its lock.
        shared = 0o644 if mode is None else mode & 0o666
        with filelock.FileLock(lock, timeout=_WAIT_SECONDS, mode=shared, poll_interval=0.005):
            yield
    except filelock.Timeout as error:
        raise DataError(
            f"{path}: another program has held {lock} for {_WAIT_SECONDS} s; end it, and try again"
        ) from error
