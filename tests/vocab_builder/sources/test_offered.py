"""Sources that other packages offer."""

from __future__ import annotations

from pathlib import Path

import pytest

from concept_core.errors import UsageError
from tests.sources_toy import check, mine

MODULE = """
from dataclasses import dataclass
from vocab_builder.sources import Source
from vocab_builder.sources.base import Occurrence, gather

@dataclass(frozen=True, slots=True)
class Echo(Source):
    times: int = 1

    def __call__(self, name, path):
        return gather([Occurrence("echo", "nowhere", self.times)], name, path)

class Bare(Source):
    pass

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
        "gone = echoes:Nothing\ncaptions = echoes:Echo\nbare = echoes:Bare\n"
    )
    monkeypatch.syspath_prepend(tmp_path)


def test_its_fields_are_its_options() -> None:
    (found,) = mine("echo", "mine", None, {"times": 3})
    assert (found.label, found.count, found.evidence[0].source) == ("echo", 3, "mine")
    with pytest.raises(UsageError, match="here: unknown key 'time'; did you mean 'times'"):
        check("echo", {"time": 3}, "here")


def test_ours_come_first() -> None:
    assert check("captions", {}, "").needs == {"tagger", "wordnet"}


def test_an_unknown_kind_lists_ours_and_theirs() -> None:
    with pytest.raises(
        UsageError, match=r"unknown kind of source 'ecko'; did you mean 'echo'.*ucs"
    ):
        check("ecko", {}, "recipe.toml")


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("no-class", r"source 'no-class' \(echoes:function\) is no dataclass"),
        ("bare", r"source 'bare' \(echoes:Bare\) is no dataclass that extends"),
        ("gone", r"source 'gone' \(echoes:Nothing\) cannot be loaded: .*Nothing"),
    ],
)
def test_what_cannot_be_used(kind: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        check(kind, {}, "recipe.toml")
