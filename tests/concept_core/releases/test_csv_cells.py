from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_core.releases.csv_cells import guard, unguard


@given(st.text(alphabet="'=+-@\t\r\nab \uff1d\uff0b\uff0d\uff20\u200b\ufeff\u3000\xa0", max_size=6))
def test_what_is_read_is_what_was_written(text: str) -> None:
    written = guard(text)
    assert isinstance(written, str)
    assert unguard(written) == text
    # Whatever a spreadsheet trims, skips or folds.
    shown = unicodedata.normalize("NFKC", written).lstrip(" \t\r\n\u200b\ufeff")
    assert not shown.startswith(("=", "+", "-", "@"))
    assert not written.startswith(("\t", "\r", "\n"))


@pytest.mark.parametrize("before", ["", " ", "\u3000", "\xa0", "\u200b", "\ufeff", "\x00", "\n"])
@pytest.mark.parametrize("sign", "=+-@\uff1d\uff0b\uff0d\uff20")
def test_signs_behind_what_is_not_seen(before: str, sign: str) -> None:
    cell = f"{before}{sign}cmd|' /C calc'!A0"
    assert guard(cell) == f"'{cell}"
    assert guard(f"'{cell}") == f"''{cell}"


@pytest.mark.parametrize("cell", ["rain", "rock 'n' roll", "'tis", "", 3, -0.5, None, "0.5"])
def test_other_cells_stay(cell: object) -> None:
    assert guard(cell) == cell


def test_numbers_that_were_written_are_read() -> None:
    assert [unguard(text) for text in ("-0.5", "'", "")] == ["-0.5", "'", ""]
