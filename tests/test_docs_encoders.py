"""What docs/encoders.md says holds: its code runs, and its tables leave nothing out."""

from __future__ import annotations

import importlib
import re
import sys
import tomllib
from pathlib import Path

import pytest

from concept_core import load_encoder
from concept_core.doctor.encoder import CHECKS, check_encoder
from concept_core.doctor.row_checks import ROW_CHECKS
from concept_core.encoders import ENTRY_POINTS, NAMES
from concept_core.encoders.prompts import PROMPT_SETS

TEXT = (Path(__file__).resolve().parent.parent / "docs" / "encoders.md").read_text("utf-8")


def block(language: str, holding: str) -> str:
    """The code block of the page that holds a text."""
    blocks = re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    (found,) = [one for one in blocks if holding in one]
    return str(found)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "my_encoder.py").write_text(block("python", "class MyEncoder"), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))
    importlib.invalidate_caches()
    monkeypatch.delitem(sys.modules, "my_encoder", raising=False)
    return "my_encoder:MyEncoder"


def test_the_encoder_of_the_page_has_twenty_lines_and_is_well(own: str) -> None:
    lines = block("python", "class MyEncoder").splitlines()
    assert len([line for line in lines if line.strip()]) <= 20
    found = check_encoder(own)
    assert found.failed == 0
    statuses = {outcome.code: outcome.status for outcome in found.checks}
    assert {status for code, status in statuses.items() if code != "D11"} == {"ok"}
    assert load_encoder(own).spec.name == "mine"


def test_its_entry_point_is_in_our_group() -> None:
    table = tomllib.loads(block("toml", "entry-points"))
    assert table["project"]["entry-points"] == {ENTRY_POINTS: {"mine": "my_encoder:MyEncoder"}}


def test_the_tables_leave_nothing_out() -> None:
    assert re.findall(r"^\| (D\d\d .+?) \|", TEXT, re.MULTILINE) == [
        f"{code} {name}" for code, (name, _) in {**CHECKS, **ROW_CHECKS}.items()
    ]
    for name in NAMES:
        assert re.search(rf"^\| `{name}[:`]", TEXT, re.MULTILINE), name
    for name, wordings in PROMPT_SETS.items():
        (row,) = re.findall(rf"^\| `{name}` \| (.+?)(?: \(|:|\s\|)", TEXT, re.MULTILINE)
        assert row == " / ".join(f"`{wording}`" for wording in wordings)
