"""What is known of the published data sets: ``data/datasets.toml``, as values."""

from __future__ import annotations

import tomllib

from concept_core.datasets.base import DatasetInfo
from concept_core.files import package_folder
from concept_core.values import from_data


def _read() -> dict[str, DatasetInfo]:
    path = package_folder("data") / "datasets.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    words = {name: text.split(", ") for name, text in tables.pop("synonyms").items()}
    for name, table in tables.items():
        table["name"] = name
        if table.pop("everyday", False):
            table["synonyms"] = {label: words[label] for label in table["classes"]}
    return {
        name: from_data({"classes": (), **table}, DatasetInfo, f"{path}: {name}")
        for name, table in tables.items()
    }


PUBLISHED = _read()
"""The published data sets, by name."""
