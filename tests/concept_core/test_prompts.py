from __future__ import annotations

import pytest

from concept_core.errors import UsageError
from concept_core.prompts import prompt


def test_the_published_sets() -> None:
    assert prompt(["dog", "{label} {0}"], "bare@1") == ["dog", "{label} {0}"]
    assert prompt(["crying baby", "{x}"], "paper@1") == [
        "This is a sound of crying baby.",
        "This is a sound of {x}.",
    ]


def test_unknown_set() -> None:
    with pytest.raises(UsageError, match=r"unknown prompt set 'paper'.*known: bare@1, paper@1"):
        prompt(["dog"], "paper")
