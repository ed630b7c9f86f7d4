"""Marks of shards that were begun and not ended."""

from __future__ import annotations

import json
from pathlib import Path

from concept_core.embedding.deaths import Trial


def _batches(trial: Trial, count: int = 12) -> list[int]:
    """Embed all in batches of four; which clips were tried alone."""
    alone: list[int] = []
    for start in range(0, count, 4):
        trial.batch(list(range(start, start + 4)), alone.append)
    return alone


def _mark(path: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_a_first_try_marks_that_it_began_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "mark"
    trial = Trial(str(path))
    assert _batches(trial) == [] and _mark(path) == {"deaths": {}, "first": 0, "last": 0}
    trial.end()
    assert not path.exists()
    trial.end()


def test_a_clip_is_given_up_when_it_ended_two_tries(tmp_path: Path) -> None:
    path = tmp_path / "mark"
    Trial(str(path))  # died somewhere
    second = Trial(str(path))
    second.batch([0, 1, 2, 3], lambda place: None)
    second.batch([4, 5, 6, 7], lambda place: None)
    assert (_mark(path)["first"], _mark(path)["last"]) == (4, 8)

    class DeadError(Exception):
        pass

    def dies(place: int) -> None:
        if place == 6:
            raise DeadError

    for tries in (0, 1):
        trial = Trial(str(path))
        assert not trial.gives_up(6)
        trial.batch([0, 1, 2, 3], dies)
        try:
            trial.batch([4, 5, 6, 7], dies)
        except DeadError:
            assert _mark(path) == {"deaths": {"6": tries} if tries else {}, "first": 6, "last": 7}
    last = Trial(str(path))
    assert last.gives_up(6) and not last.gives_up(5)


def test_one_that_was_killed_by_something_else_is_not_given_up(tmp_path: Path) -> None:
    path = tmp_path / "mark"
    path.write_text('{"first": 6, "last": 7, "deaths": {}}', encoding="utf-8")
    trial = Trial(str(path))
    alone = _batches(trial)
    assert alone == [6] and not trial.gives_up(6)
    # It lived: what is marked afterwards is another batch.
    assert (_mark(path)["first"], _mark(path)["last"]) == (8, 12)


def test_a_mark_that_is_none_is_that_of_a_try(tmp_path: Path) -> None:
    path = tmp_path / "mark"
    path.write_bytes(b"{")
    assert _batches(Trial(str(path))) == []
    assert (_mark(path)["first"], _mark(path)["last"]) == (8, 12)
