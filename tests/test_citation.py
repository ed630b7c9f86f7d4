"""CITATION.cff, ours and those of releases, by the schema of the format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from concept_core import __version__

ROOT = Path(__file__).resolve().parent.parent
OURS = ROOT / "CITATION.cff"
CARRIED = sorted(ROOT.glob("vocabularies/*/*/CITATION.cff"))


def read(path: Path) -> Any:
    # Dates as text, as the schema has them.
    return yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)


def check(citation: Any) -> None:
    schema = json.loads((ROOT / "tests" / "schemas" / "cff-1.2.0.json").read_text("utf-8"))
    jsonschema.Draft7Validator(schema).validate(citation)


@pytest.mark.parametrize("path", [OURS, *CARRIED], ids=lambda path: path.parent.as_posix()[-20:])
def test_it_is_valid(path: Path) -> None:
    check(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_the_schema_refuses() -> None:
    assert len(CARRIED) > 5
    broken = yaml.safe_load(OURS.read_text(encoding="utf-8"))
    for name, value in (("authors", []), ("version", None), ("licence", "MIT"), ("type", "paper")):
        with pytest.raises(jsonschema.ValidationError):
            check({**broken, name: value})


def test_ours_is_of_this_version_and_names_the_papers() -> None:
    """Zenodo takes its record of a release from this file, where there is no .zenodo.json."""
    found = read(OURS)
    assert found["version"] == __version__ and found["license"] == "Apache-2.0"
    assert not (ROOT / ".zenodo.json").exists()
    paper, splice = found["references"]
    assert [one["family-names"] for one in paper["authors"]] == ["Zhang", "Thomaz", "Lu"]
    assert paper["identifiers"][0]["value"] == "arXiv:2504.14076"
    assert splice["identifiers"][0]["value"] == "arXiv:2402.10376"
    # Whom people cite is who wrote this package, and its version.
    assert "preferred-citation" not in found
