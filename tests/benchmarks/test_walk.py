"""The ways through build, score and explain stay as short as docs/architecture.md says."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.walk import follow, ways


def test_a_value_is_followed_from_module_to_module() -> None:
    from concept_core.vocabulary import Concept, Vocabulary
    from vocab_builder.release.citation import citation
    from vocab_builder.release.release import Release, filled

    words = Vocabulary("toy", "0.1.0", (Concept("rain", "rain", "word", 1),))
    release = Release(filled(words))
    way = follow("export", lambda: citation(release), ["Release"])
    assert way.stops[0] == "vocab_builder.release.citation"
    assert way.modules == len(set(way.stops)) and way.returns == 0


def test_the_ways_are_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    build, score, explain = ways(tmp_path)
    assert build.modules <= 9 and build.returns <= 9
    assert score.modules <= 9 and score.returns <= 3
    assert explain.modules <= 4 and explain.returns <= 1
