"""Sources that other packages offer."""

from __future__ import annotations

from pathlib import Path

import pytest

from concept_core.errors import UsageError
from vocab_builder.sources import SourceSpec, check_source, mine

MODULE = """
from dataclasses import dataclass
from typing import ClassVar
from vocab_builder.sources.base import Occurrence, gather

@dataclass(frozen=True, slots=True)
class Echo:
    needs: ClassVar[frozenset[str]] = frozenset()
    times: int = 1

    def __call__(self, spec):
        return gather([Occurrence("echo", "nowhere", self.times)], spec)

def function(spec):
    return []
"""


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed distribution, as pip leaves it."""
    (tmp_path / "echoes.py").write_text(MODULE, encoding="utf-8")
    info = tmp_path / "echoes-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: echoes\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[sonolex.sources]\necho = echoes:Echo\nno-class = echoes:function\n"
        "gone = echoes:Nothing\ncaptions = echoes:Echo\n"
    )
    monkeypatch.syspath_prepend(tmp_path)


def test_its_fields_are_its_options() -> None:
    (found,) = mine(SourceSpec("echo", "mine", "MIT", None, {"times": 3}))
    assert (found.label, found.count, found.evidence[0].source) == ("echo", 3, "mine")
    with pytest.raises(UsageError, match="here: unknown key 'time'; did you mean 'times'"):
        check_source("echo", {"time": 3}, "here")


def test_ours_come_first() -> None:
    assert check_source("captions", {}, "").needs == {"tagger", "wordnet"}


def test_an_unknown_kind_lists_ours_and_theirs() -> None:
    with pytest.raises(
        UsageError, match=r"unknown kind of source 'ecko'; did you mean 'echo'.*ucs"
    ):
        check_source("ecko", {}, "recipe.toml")


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("no-class", r"source 'no-class' \(echoes:function\) is no dataclass"),
        ("gone", r"source 'gone' \(echoes:Nothing\) cannot be loaded: .*Nothing"),
    ],
)
def test_what_cannot_be_used(kind: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        check_source(kind, {}, "recipe.toml")
