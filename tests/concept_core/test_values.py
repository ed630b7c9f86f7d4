from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from concept_core.errors import DataError, UsageError
from concept_core.values import Value, from_data, to_data


@dataclass(frozen=True, slots=True)
class Inner:
    count: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outer(Value):
    inner: Inner
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Strict:
    share: float

    def __post_init__(self) -> None:
        if self.share > 1:
            raise UsageError(f"share {self.share:g} is above 1; give a part of 1")


def test_there_and_back() -> None:
    value = Outer(Inner(2, ("null", "café")), 0.5)
    assert value.to_dict() == {"inner": {"count": 2, "names": ("null", "café")}, "share": 0.5}
    assert from_data(to_data(value), Outer, "here") == value


def test_arrays_numbers_and_paths_become_plain() -> None:
    assert to_data([np.float64(0.5), np.arange(3), Path("a")]) == [0.5, [0, 1, 2], "a"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"inner": {"count": "2"}}, r"here: Expected `int`, got `str` - at `\$.inner.count`"),
        ({"inner": {"count": True}}, "Expected `int`, got `bool`"),
        ({"inner": {}}, "missing required field `count`"),
        ({"inner": {"count": 1}, "shares": 1.0}, "unknown key 'shares'; did you mean 'share'"),
        ([], "Expected `object`, got `array`"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(data: object, told: str) -> None:
    kind = UsageError if "unknown" in told else DataError
    with pytest.raises(kind, match=told):
        from_data(data, Outer, "here")


def test_what_a_class_itself_finds_wrong_is_told_as_it_says_it() -> None:
    """Also though the reader takes every ValueError for one of its own, as ours are."""
    with pytest.raises(UsageError, match="^share 2 is above 1; give a part of 1$"):
        from_data({"share": 2.0}, Strict, "here", DataError)
