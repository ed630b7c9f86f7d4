from __future__ import annotations

from dataclasses import dataclass

import pytest

from concept_core.errors import UsageError
from concept_core.spelling import check_names
from vocab_builder.stages.options import parse_options


@dataclass(frozen=True)
class Options:
    size: int
    ratio: float = 0.5
    names: tuple[str, ...] = ()
    threshold: float | None = None

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError(f"size {self.size} is below 1")
        check_names("letter", self.names, "ab", "options")


def test_values_are_taken_and_defaults_filled_in() -> None:
    found = parse_options(Options, {"size": 3, "names": ["a"], "threshold": 1}, "here")
    assert found == Options(3, 0.5, ("a",), 1.0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 3, "nmaes": []}, "here: unknown key 'nmaes'; did you mean 'names'"),
        ({}, "here: the key 'size' is missing"),
        ({"size": "3"}, "here: size: expected int, found '3'"),
        ({"size": True}, "here: size: expected int, found True"),
        ({"size": 3, "names": "a"}, "here: names: expected a list, found 'a'"),
        ({"size": 3, "names": [1]}, r"here: names\[0\]: expected str, found 1"),
        ({"size": 0}, "here: size 0 is below 1"),
        ({"size": 1, "names": ["x"]}, "here: options: unknown letter 'x'"),
        (5, "here: expected a table, found 5"),
    ],
)
def test_bad_options_say_where_and_what(options: object, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse_options(Options, options, "here")
