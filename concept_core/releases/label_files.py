"""A text file of labels as a vocabulary, and what is said of a file that holds something else."""

from __future__ import annotations

import csv
import re
import shlex
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from concept_core.errors import DataError
from concept_core.text.files import (
    delimiter_of,
    read_fields,
    read_json,
    read_json_lines,
    read_lines,
)
from concept_core.text.word_lists import read_word_list, tidy_label

LABEL_COLUMNS = (
    "label", "name", "display_name", "class", "class_name", "category", "word", "text", "title",
)  # fmt: skip
"""How tables call the column that has the labels, the likeliest first."""

_TABLES = (".csv", ".tsv", ".tab")
_OBJECTS = (".jsonl", ".ndjson", ".json", ".jsonld")
# What `sonolex import` reads beside those.
_BINARY = (".parquet", ".safetensors", ".db", ".sqlite", ".zip", ".tar", ".gz")
# What a concept has in an export.
_OURS = {"id", "label", "kind", "count", "links", "aliases", "evidence", "notes"}
_HEAD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_LINES, _NAMED = 50, 8
JSON_FORMS = (
    "expected a list of labels or of concepts, or an object of numbers by label or of labels by"
    " number"
)


def read_labels(path: Path, *, reverse: bool = False) -> list[tuple[str, int]]:
    """The labels of a list with their counts, the most important first, each once.

    Counts decide the order where there are any, and those of one label add up; without counts all
    are 0 and the order is that of the file.

    Parameters
    ----------
    path : Path
    reverse : bool
        The most important label comes last in a list without counts.

    Raises
    ------
    DataError
        As ``read_word_list``; no label; or a table, an export or JSON, which is no list of labels:
        the message has the command that reads it.
    """
    _check_kind(path)
    words = list(read_word_list(path))
    if not words:
        raise DataError(f"{path}: no labels; expected one a line")
    counted = words[0].count is not None
    counts: dict[str, int] = {}
    # A list may name a label twice (SpLiCE's do not, people's do): the best place stays.
    for word in reversed(words) if reverse else words:
        label = tidy_label(word.text)
        counts[label] = counts.get(label, 0) + (word.count or 0)
    if counted:
        return sorted(counts.items(), key=lambda item: -item[1])
    return list(counts.items())


def import_command(path: Path, column: str | None = None) -> str:
    """The command that makes a vocabulary's folder of a table, an export or a list in JSON."""
    slug = re.sub(r"[^a-z0-9]+", "-", path.name.split(".")[0].lower()).strip("-")
    parts = ["sonolex", "import", str(path)]
    if column is not None:
        parts += ["--column", column]
    if not slug[:1].isalpha():
        slug = f"imported-{slug}".strip("-")
        parts += ["--id", slug]
    return shlex.join([*parts, "--out", slug])


def labels_of(value: Any) -> list[Any] | None:
    """The labels, or the concepts, of a JSON value; None where it is of no such form."""
    if isinstance(value, dict) and all(isinstance(one, str) for one in value.values()):
        # Labels by number; other texts by name say something of one thing.
        return list(value.values()) if all(map(str.isdecimal, value)) else None
    if isinstance(value, dict):
        return list(value) if all(type(one) is int for one in value.values()) else None
    return value if isinstance(value, list) else None


def label_column(names: Iterable[str]) -> str | None:
    """Which of the columns of a table has the labels; None where no name says so."""
    by_name = {name.lower(): name for name in reversed(list(names))}
    return next((by_name[name] for name in LABEL_COLUMNS if name in by_name), None)


def _check_kind(path: Path) -> None:
    """See that a file is a list of labels, by its name and its first lines."""
    suffix = path.suffix.lower()
    if suffix in _BINARY:
        raise DataError(f"{path}: no list of labels; import it first: {import_command(path)}")
    # Bytes that are no text are said before what the text is.
    first = [line for _, line in islice(read_lines(path), _LINES)]
    for _ in read_lines(path):
        pass
    if suffix in _OBJECTS or _is_object(first):
        raise _json_error(path, first)
    if suffix in _TABLES:
        _check_table(path)
    elif separator := _separator(first):
        name = path.with_suffix(".tsv" if separator == "\t" else ".csv")
        (heads,) = csv.reader([next(filter(str.strip, first))], delimiter=separator)
        raise DataError(
            f"{path}: a table with the columns {_few(heads)}, no list of labels; save it as"
            f" {name.name} and import it first: {_command(name, heads)}"
        )


def _json_error(path: Path, first: list[str]) -> DataError:
    """What is said of JSON: the command that reads it, with the key that has the labels."""
    name, hint = path, ""
    if path.suffix.lower() not in _OBJECTS:
        whole = first[0].strip() in ("{", "[") or first[0].lstrip().startswith("[{")
        name = path.with_suffix(".json" if whole else ".jsonl")
        hint = f"rename it to {name.name} and "
    if name.suffix.lower() == ".jsonld":
        return DataError(f"{path}: JSON-LD, no list of labels; import it: {import_command(path)}")
    if name.suffix.lower() in (".jsonl", ".ndjson"):
        value: Any = [one for _, one in islice(read_json_lines(path), 1)]
    else:
        value = labels_of(read_json(path))
    one = value[0] if value else None
    if not isinstance(one, (dict, str)):
        return DataError(f"{path}: JSON that holds no labels; {JSON_FORMS}")
    command = _command(name, list(map(str, one))) if isinstance(one, dict) else import_command(name)
    return DataError(f"{path}: JSON, no list of labels; {hint}import it first: {command}")


def _check_table(path: Path) -> None:
    """Of csv and tsv a single column without a head is a list."""
    rows = (row for _, _, row in read_fields(path, delimiter_of(path), headed=True))
    heads = [name.strip() for name in next(rows, [])]
    if len(heads) > 1 or label_column(heads) is not None:
        raise DataError(
            f"{path}: a table with the columns {_few(heads)}, no list of labels; import it"
            f" first: {_command(path, heads)}"
        )


def _few(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _command(path: Path, heads: list[str]) -> str:
    if "label" in heads and set(heads) <= _OURS:
        return import_command(path)
    column = label_column(heads)
    if column is not None:
        return import_command(path, column)
    return f"{import_command(path, 'NAME')} (NAME is the column that has the labels)"


def _is_object(lines: list[str]) -> bool:
    first, second = ([line for line in lines if line.strip()] + ["", ""])[:2]
    if first.strip() in ("{", "["):
        return second.lstrip().startswith(('"', "{", "[", "}", "]"))
    return first.lstrip().startswith(('{"', "[{", '["'))


def _separator(lines: list[str]) -> str | None:
    """What is between the columns of a text that is a table with heads; None of a list.

    Labels may have commas: a table has words without spaces as heads, and as many cells on every
    line.
    """
    said = [line for line in lines if line.strip()]
    for sign in ",;\t":
        try:
            rows = list(csv.reader(said, delimiter=sign))
        except csv.Error:
            continue
        widths = {len(row) for row in rows}
        if len(rows) < 2 or len(widths) > 1 or len(rows[0]) < 2:
            continue
        if all(_HEAD.fullmatch(cell) for cell in rows[0]) and (sign != "\t" or len(rows[0]) > 2):
            return sign
    return None
