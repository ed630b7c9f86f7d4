from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_core.errors import UsageError
from concept_core.releases.versions import is_version, parse_version, select_versions

VERSIONS = [
    "0.0.3",
    "0.0.4",
    "0.1.0",
    "0.1.4",
    "0.2.0",
    "1.0.0",
    "1.2.0",
    "1.2.7",
    "1.10.0",
    "2.0.0",
]
NUMBERS = st.tuples(*[st.integers(0, 12)] * 3)


def text(version: tuple[int, int, int]) -> str:
    return ".".join(map(str, version))


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        ("", VERSIONS),
        ("1.2.0", ["1.2.0"]),
        ("=1.2.0", ["1.2.0"]),
        ("1.2", ["1.2.0", "1.2.7"]),
        ("1", ["1.0.0", "1.2.0", "1.2.7", "1.10.0"]),
        ("^1", ["1.0.0", "1.2.0", "1.2.7", "1.10.0"]),
        ("^1.2.1", ["1.2.7", "1.10.0"]),
        ("^0.1", ["0.1.0", "0.1.4"]),
        ("^0.1.1", ["0.1.4"]),
        ("^0.0.3", ["0.0.3"]),
        ("^0.0", ["0.0.3", "0.0.4"]),
        ("^0", ["0.0.3", "0.0.4", "0.1.0", "0.1.4", "0.2.0"]),
        ("~1.2", ["1.2.0", "1.2.7"]),
        ("~1.2.1", ["1.2.7"]),
        ("~1", ["1.0.0", "1.2.0", "1.2.7", "1.10.0"]),
        (">=1.10", ["1.10.0", "2.0.0"]),
        (">1.2.0,<2", ["1.2.7", "1.10.0"]),
        (">=1, <=1.2.0", ["1.0.0", "1.2.0"]),
        ("3", []),
    ],
)
def test_ranges(wanted: str, chosen: list[str]) -> None:
    assert select_versions(wanted, VERSIONS[::-1]) == chosen


@pytest.mark.parametrize(
    "wrong", ["x", "v1", "1.2.3.4", "^", ">=", "1,", "01", "1.*", "^-1", "1 2", "\u0661"]
)
def test_what_is_no_range_is_told(wrong: str) -> None:
    with pytest.raises(UsageError, match="no range of versions"):
        select_versions(wrong, VERSIONS)


def test_what_is_no_version_is_told() -> None:
    assert parse_version("0.10.0") > parse_version("0.9.1")
    for wrong in ("1.0", "v1.0.0", "1.0.0-rc1", "01.0.0", "\u0661.0.0", "1.0.0\n"):
        assert not is_version(wrong)
        with pytest.raises(UsageError, match=r"MAJOR\.MINOR\.PATCH"):
            parse_version(wrong)


@given(NUMBERS, NUMBERS)
def test_a_caret_never_leaves_the_first_part_that_counts(
    base: tuple[int, int, int], other: tuple[int, int, int]
) -> None:
    admitted = bool(select_versions(f"^{text(base)}", [text(other)]))
    place = next((i for i, number in enumerate(base) if number), 2)
    assert admitted == (other >= base and other[: place + 1] == base[: place + 1])


@given(NUMBERS, st.lists(NUMBERS))
def test_a_comparison_and_its_opposite_part_all_versions(
    base: tuple[int, int, int], others: list[tuple[int, int, int]]
) -> None:
    versions = [text(other) for other in others]
    for one, opposite in ((">=", "<"), (">", "<=")):
        both = [
            *select_versions(one + text(base), versions),
            *select_versions(opposite + text(base), versions),
        ]
        assert sorted(both) == sorted(versions)
