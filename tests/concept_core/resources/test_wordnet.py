"""WordNet: read from where it was fetched to, whatever a process did before."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from concept_core.resources import find_resource
from concept_core.resources.nltk_data import find


def test_wordnet_is_found_in_our_folder_by_a_process_that_asked_for_nothing_before(
    nltk_data: None, tmp_path: Path
) -> None:
    found = find(find_resource("wordnet"))
    assert found is not None
    target = tmp_path / "home" / "nltk_data" / "corpora" / found.name
    target.parent.mkdir(parents=True)
    (shutil.copyfile if found.is_file() else shutil.copytree)(found, target)
    names = {"NLTK_DATA": None, "HOME": str(tmp_path), "SONOLEX_HOME": str(tmp_path / "home")}
    code = "from vocab_builder.words.forms import is_verb; print(is_verb('bark'))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={name: one for name, one in {**os.environ, **names}.items() if one is not None},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
    )
    assert done.stdout == "True\n", done.stderr


def test_nobody_takes_wordnet_from_nltk_itself() -> None:
    root = Path(__file__).parents[3]
    takers = [
        path.relative_to(root).as_posix()
        for package in ("concept_core", "vocab_builder", "benchmarks")
        for path in (root / package).rglob("*.py")
        if "from nltk.corpus import wordnet" in path.read_text(encoding="utf-8")
    ]
    assert takers == ["concept_core/resources/nltk_data.py"]
