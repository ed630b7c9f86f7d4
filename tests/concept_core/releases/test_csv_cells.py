from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_core.releases.csv_cells import guard, unguard


@given(st.text(alphabet="'=+-@\t\rab ", max_size=6))
def test_what_is_read_is_what_was_written(text: str) -> None:
    written = guard(text)
    assert isinstance(written, str)
    assert unguard(written) == text
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("cell", ["rain", "rock 'n' roll", "'tis", "", 3, -0.5, None, "0.5"])
def test_other_cells_stay(cell: object) -> None:
    assert guard(cell) == cell


def test_numbers_that_were_written_are_read() -> None:
    assert [unguard(text) for text in ("-0.5", "'", "")] == ["-0.5", "'", ""]
