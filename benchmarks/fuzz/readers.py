"""Every reader of data from outside, in one place.

A new reader joins by an entry in one of the modules ``of_...``;
``tests/benchmarks/test_fuzz_readers.py`` finds functions that have neither an entry nor a reason
in `NO_BORDERS`.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.fuzz import of_documents, of_files, of_releases, of_words
from benchmarks.fuzz.corpus import fresh
from benchmarks.fuzz.reader import Reader

NO_BORDERS: dict[str, str] = {}
"""Functions that look like readers of data from outside and are none, and why."""


def readers(place: Path) -> list[Reader]:
    """All readers, their corpus made in an empty folder."""
    return [
        *of_releases.releases(fresh(place, "releases")),
        *of_files.rows(fresh(place, "rows")),
        *of_documents.documents(fresh(place, "documents")),
        *of_words.words(fresh(place, "words")),
        *of_words.datasets(fresh(place, "datasets")),
        *of_files.sounds(),
        *of_files.archives(),
        *of_documents.texts(),
        *of_releases.commands(fresh(place, "commands")),
    ]
