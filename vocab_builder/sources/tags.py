"""Tags: lists of words that people gave to clips, counted by clip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from concept_core.errors import DataError, UsageError
from concept_core.spelling import check_names
from concept_core.text.files import read_json, read_json_lines, read_table
from concept_core.vocabulary import Evidence
from vocab_builder.sources.base import Source, by_count, kind_by_spaces
from vocab_builder.stages.candidates import Candidate
from vocab_builder.words.normal_form import normal_form

HYPHENS = ("space", "keep", "words", "both")


@dataclass(frozen=True, slots=True)
class Tags(Source):
    """Tags of FSD50K's ``clips_info`` files, or of any json, jsonl, csv or tsv of tag lists.

    JSON is an object of clips by id, as FSD50K has it, or a list of clips; each is an object with a
    list of tags, or one text of them. A tag counts once a clip.

    Attributes
    ----------
    column : str
        The column or key that holds the tags.
    separator : str
        What stands between tags where they are one text.
    hyphens : str
        What becomes of "field-recording": ``space`` gives "field recording", ``keep`` leaves it,
        ``words`` gives "field" and "recording", ``both`` gives phrase and words. People tag with
        hyphens where a site allows no spaces, hence the default.
    min_count : int
        Tags of fewer clips are not candidates.
    """

    column: str = "tags"
    separator: str = ","
    hyphens: str = "space"
    min_count: int = 1

    def __post_init__(self) -> None:
        check_names("rule for hyphens", (self.hyphens,), HYPHENS, "tags: hyphens")
        if not self.separator:
            raise UsageError("tags: separator must be one or more characters")
        if self.min_count < 1:
            raise UsageError(f"tags: min_count must be from 1, found {self.min_count}")

    def __call__(self, name: str, path: Path) -> list[Candidate]:
        """Read and count the file.

        Raises
        ------
        DataError
            A clip without the column, tags that are no texts, a broken file, or no tag at all.
        """
        clips: Counter[str] = Counter()
        for where, value in _clips(path, self.column):
            clips.update(self._labels(value, where))
        if not clips:
            raise DataError(f"{path}: no tags found under {self.column!r}; the source is empty")
        locator = f"{path.name}:{self.column}"
        return by_count(
            Candidate(label, kind_by_spaces(label), (Evidence(name, locator, count),))
            for label, count in clips.items()
            if count >= self.min_count
        )

    def _labels(self, value: Any, where: str) -> set[str]:
        """The labels of one clip."""
        tags = value.split(self.separator) if isinstance(value, str) else value
        if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
            raise DataError(
                f"{where}: {self.column!r} must be a list of texts, or a text with"
                f" {self.separator!r} between tags; found {value!r}"
            )
        labels = {label for tag in tags for label in self._split(tag)}
        return labels - {""}

    def _split(self, tag: str) -> list[str]:
        label = normal_form(tag)
        if self.hyphens == "keep":
            return [label]
        spaced = normal_form(label.replace("-", " "))
        words = spaced.split() if "-" in label else [spaced]
        return {"space": [spaced], "words": words, "both": [spaced, *words]}[self.hyphens]


def _clips(path: Path, column: str) -> Iterator[tuple[str, Any]]:
    """Where each clip stands, and what it has under ``column``."""
    forms: dict[str, Callable[[Path, str], Iterator[tuple[str, Any]]]] = {
        ".json": _json_clips,
        ".jsonl": _line_clips,
        ".csv": _table_clips,
        ".tsv": _table_clips,
    }
    form = forms.get(path.suffix.lower())
    if form is None:
        raise DataError(f"{path}: tags are read from {', '.join(forms)} files")
    return form(path, column)


def _table_clips(path: Path, column: str) -> Iterator[tuple[str, Any]]:
    for number, row in read_table(path):
        where = f"{path}:{number}"
        yield where, _get(row, column, where)


def _line_clips(path: Path, column: str) -> Iterator[tuple[str, Any]]:
    for number, value in read_json_lines(path):
        where = f"{path}:{number}"
        yield where, _get(value, column, where)


def _json_clips(path: Path, column: str) -> Iterator[tuple[str, Any]]:
    value = read_json(path)
    if not isinstance(value, (dict, list)):
        raise DataError(
            f"{path}: expected an object of clips by id, or a list of clips, found"
            f" {type(value).__name__}"
        )
    clips: Sequence[tuple[object, Any]] = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value, 1))
    )
    for name, clip in clips:
        where = f"{path}: clip {name}"
        yield where, _get(clip, column, where)


def _get(clip: Any, column: str, where: str) -> Any:
    if not isinstance(clip, dict):
        raise DataError(f"{where}: expected an object, found {type(clip).__name__}")
    if column not in clip:
        raise DataError(
            f"{where}: no {column!r}; there are: {', '.join(map(str, clip))}; name what holds the"
            ' tags with column = "..."'
        )
    return clip[column]
