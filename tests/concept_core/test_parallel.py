"""Threads: as many as there are cores, results in order."""

from __future__ import annotations

import os
import time

import pytest

from concept_core.parallel import BLOCK, blocks, cores, map_ordered, run_blocks


def test_cores_are_those_that_this_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 5}, raising=False)
    assert cores() == 2


@pytest.mark.parametrize(("number", "expected"), [(8, 8), (None, 1)])
def test_a_system_that_binds_no_process_has_all_cores(
    number: int | None, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: number)
    assert cores() == expected
    assert map_ordered(str, range(20)) == [str(item) for item in range(20)]


@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_results_come_in_the_order_of_the_items(count: int) -> None:
    def slow_first(item: int) -> int:
        time.sleep(0.002 if item % 7 == 0 else 0)
        return item * item

    assert map_ordered(slow_first, range(count)) == [item * item for item in range(count)]


def test_an_error_in_a_thread_reaches_the_caller() -> None:
    with pytest.raises(ZeroDivisionError):
        map_ordered(lambda item: 1 // item, [1, 0, 2])


@pytest.mark.parametrize("n", [0, 1, BLOCK, BLOCK + 1, 3 * BLOCK])
@pytest.mark.parametrize("threads", [1, 3])
def test_blocks_cover_all_rows_in_order(n: int, threads: int) -> None:
    parts = run_blocks(n, threads, lambda block: list(range(n))[block])
    assert [row for part in parts for row in part] == list(range(n))
    assert all(part.stop - part.start <= BLOCK for part in blocks(n))
