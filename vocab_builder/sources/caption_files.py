"""Files of captions: csv, tsv, jsonl, json, yaml or plain text, a clip a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from concept_core.errors import DataError, UsageError
from vocab_builder.sources.text_files import parse_json, read_json, read_lines, read_table

# What AudioCaps (caption) and Clotho (caption_1 to caption_5) call their columns.
_CAPTION_COLUMN = re.compile(r"captions?(_\d+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """The captions of a row, the columns that they come from, and the clip."""

    captions: tuple[str, ...]
    fields: tuple[str, ...] = ()
    clip: str = ""


def read_captions(path: Path, columns: Sequence[str] = ()) -> Iterator[str]:
    """All captions of a file, one after the other.

    Parameters
    ----------
    path : Path
        A csv, tsv, jsonl or txt file.
    columns : sequence of str
        Columns or keys; empty finds them by name.
    """
    for row in read_rows(path, columns):
        yield from row.captions


def read_rows(path: Path, columns: Sequence[str] = (), clip: Sequence[str] = ()) -> Iterator[Row]:
    """The rows of a file with their captions; which form it has is told by its ending.

    Parameters
    ----------
    path : Path
    columns : sequence of str
        Columns or keys that hold captions; empty finds them by name.
    clip : sequence of str
        Columns or keys that together name the clip of a row.

    Raises
    ------
    DataError
        An unknown ending, a broken row, a column that is not there, or no row at all.
    """
    forms: dict[str, Callable[[Path], Iterator[tuple[str, dict[str, Any]]]]] = {
        ".csv": _table,
        ".tsv": _table,
        ".jsonl": _json_lines,
        ".json": _json,
        ".yaml": _yaml,
        ".yml": _yaml,
        ".txt": _text,
    }
    form = forms.get(path.suffix.lower())
    if form is None:
        raise DataError(f"{path}: captions are read from {', '.join(forms)} files")
    if form is _text and (columns or clip):
        raise UsageError(f"{path}: a text file has one caption a line; leave columns and clip out")
    fields: tuple[str, ...] = tuple(columns)
    empty = True
    for where, row in form(path):
        fields = _choose(fields, row, f"{path}:1" if form is _table else where)
        yield Row(
            tuple(_captions_of(row, fields, where)),
            () if form is _text else fields,
            _clip_of(row, clip, where),
        )
        empty = False
    if empty:
        raise DataError(f"{path}: no rows; expected one clip a row, with its captions")


def _clip_of(row: dict[str, Any], columns: Sequence[str], where: str) -> str:
    for name in columns:
        if name not in row:
            there = ", ".join(row)
            raise DataError(f"{where}: no column {name!r} to name the clip; there are: {there}")
    return "\0".join(str(row[name]) for name in columns)


def _table(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, row in read_table(path, "\t" if path.suffix.lower() == ".tsv" else ","):
        yield f"{path}:{number}", dict(row)


def _text(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in read_lines(path):
        if line.strip():
            yield f"{path}:{number}", {"caption": line}


def _json_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in read_lines(path):
        if line.strip():
            where = f"{path}:{number}"
            yield where, _object(parse_json(line, path, number), where)


def _json(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from _listed(read_json(path), path)


def _yaml(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    import yaml

    text = "\n".join(line for _, line in read_lines(path))
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark is not None else ""
        raise DataError(f"{path}{line}: broken YAML: {getattr(error, 'problem', error)}") from error
    yield from _listed(value, path)


def _listed(value: Any, path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """A list of clips, or an object that has one (WavCaps: data; MACS: files)."""
    lists = [value] if isinstance(value, list) else []
    if isinstance(value, dict):
        lists = [inside for inside in value.values() if isinstance(inside, list)]
    if len(lists) != 1:
        raise DataError(f"{path}: expected a list of clips, or an object that has one list of them")
    for number, clip in enumerate(lists[0], 1):
        where = f"{path}: clip {number}"
        row = _object(clip, where)
        if "annotations" in row and "caption" not in row:
            row = {**row, "caption": _sentences(row["annotations"], where)}
        yield where, row


def _sentences(annotations: Any, where: str) -> list[str]:
    """What MACS has of a clip: one sentence an annotator."""
    if not isinstance(annotations, list):
        raise DataError(f"{where}: 'annotations' must be a list of objects, found {annotations!r}")
    sentences = []
    for one in annotations:
        sentence = _object(one, where).get("sentence")
        if not isinstance(sentence, str):
            raise DataError(
                f"{where}: 'sentence' must be the text of an annotation, found {sentence!r}"
            )
        sentences.append(sentence)
    return sentences


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DataError(f"{where}: expected an object, found {type(value).__name__}")
    return value


def _captions_of(value: dict[str, Any], fields: Sequence[str], where: str) -> Iterator[str]:
    for field in fields:
        captions = value[field] if isinstance(value[field], list) else [value[field]]
        for caption in captions:
            if not isinstance(caption, str):
                raise DataError(
                    f"{where}: {field!r} must be text or a list of texts, found {caption!r}"
                )
            yield caption


def _choose(columns: Sequence[str], row: dict[str, Any], where: str) -> tuple[str, ...]:
    found = tuple(columns) or tuple(name for name in row if _CAPTION_COLUMN.fullmatch(name))
    missing = [name for name in found if name not in row]
    if missing or not found:
        wanted = f"{missing[0]!r}" if missing else "caption or caption_1, caption_2, ..."
        raise DataError(
            f"{where}: no column {wanted}; there are: {', '.join(row)}; name those that hold"
            " captions with columns = [...]"
        )
    return found
