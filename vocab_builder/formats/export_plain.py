"""Text that people and small programs read: csv, JSON lines, one label a line."""

from __future__ import annotations

from dataclasses import asdict

from concept_core.errors import DataError
from concept_core.files import canonical_json
from concept_core.releases.specifiers import ORDERS, assign_ids
from concept_core.spelling import check_names
from vocab_builder.release.release import Release


def json_lines(release: Release) -> str:
    """One concept a line, with its evidence."""
    return "".join(f"{canonical_json(asdict(concept))}\n" for concept in release.vocabulary)


def label_lines(release: Release, order: str = "descending") -> str:
    """One label a line; ``ascending`` has the most important one last, as SpLiCE's lists have.

    Raises
    ------
    DataError
        A label, or an id, that would not come back from such a list.
    """
    check_names("order", (order,), ORDERS, "plain text")
    labels = release.vocabulary.labels
    for label in labels:
        # What a reader of lines strips, ends a line at, or takes for a byte order mark.
        if label != label.strip() or "\n" in label or label.startswith("\ufeff"):
            raise DataError(
                f"{release.vocabulary.specifier}: a list of lines cannot hold the label {label!r}"
                " (line ends, or blanks around it); export csv or jsonl"
            )
    return "".join(f"{label}\n" for label in (labels if order == "descending" else labels[::-1]))


def keeps_ids(release: Release) -> bool:
    """Whether a reader of the labels alone gives every concept the id that it has."""
    vocabulary = release.vocabulary
    return assign_ids(vocabulary.labels) == [concept.id for concept in vocabulary]
