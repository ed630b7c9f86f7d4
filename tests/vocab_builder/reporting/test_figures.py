from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.toy import ToyEncoder
from tests.vocab_builder.reporting.conftest import subject
from vocab_builder.reporting import report_data
from vocab_builder.reporting.figures import write_figures

pytest.importorskip("matplotlib", reason="matplotlib is not installed")


def drawn(data: dict[str, Any], folder: Path) -> str:
    write_figures(data, folder)
    return (folder / "map.svg").read_text(encoding="utf-8")


def test_a_map_has_the_names_of_families_and_of_the_ends_of_its_axes(tmp_path: Path) -> None:
    data = report_data([subject("audioset")], ToyEncoder.spec)
    text = drawn(data, tmp_path / "audioset")
    low, high = data["map"]["ends"][0]
    for name in ("music", "animal", "other concepts", f"{low[0]} \u2013 {high[0]}"):
        assert f">{name}" in text or f"<!-- {name}" in text, name


def test_a_map_of_words_has_no_legend(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("rain\ndog\nbell\n", encoding="utf-8")
    assert "other concepts" not in drawn(report_data([subject(words)], ToyEncoder.spec), tmp_path)
