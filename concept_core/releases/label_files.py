"""A text file of labels as a vocabulary, and what is said of a file that holds something else."""

from __future__ import annotations

import csv
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
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
    read_table,
)
from concept_core.text.word_lists import read_word_list, tidy_label

LABEL_COLUMNS = (
    "label", "word", "keyword", "term", "name", "display_name", "class", "class_name", "tag",
    "text", "title", "category",
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
    check_list(path)
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


def likely_column(rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Which column of a table, or key of objects, has the labels.

    By its name, else the one with the most different texts that have a letter, the first of those
    that have as many; None where no cell has one.
    """
    by_name = _named_column(rows[0]) if rows else None
    if by_name is not None or not rows:
        return by_name
    texts = {name: len({_lettered(row.get(name)) for row in rows} - {""}) for name in rows[0]}
    most = max(texts, key=lambda name: texts[name], default=None)
    return most if most is not None and texts[most] else None


def check_list(path: Path, then: str = "") -> None:
    """See that a file is a list of labels, by its name and its first lines.

    Parameters
    ----------
    path : Path
    then : str
        What to do with the folder that the advised command makes, where that is not plain.

    Raises
    ------
    DataError
        A table, an export or JSON; the message has the command that reads it. What
        ``read_lines`` raises.
    """
    suffix = path.suffix.lower()
    if suffix in _BINARY:
        raise DataError(f"{path}: no list of labels; import it first{then}: {import_command(path)}")
    # Bytes that are no text are said before what the text is.
    first = [line for _, line in islice(read_lines(path), _LINES)]
    for _ in read_lines(path):
        pass
    if suffix in _OBJECTS or _is_object(first):
        raise _json_error(path, first, then)
    if suffix in _TABLES:
        _check_table(path, then)
    elif separator := _separator(first):
        name = path.with_suffix(".tsv" if separator == "\t" else ".csv")
        (heads,) = csv.reader([next(filter(str.strip, first))], delimiter=separator)
        raise _table_error(path, name, heads, then)


def _named_column(names: Iterable[str]) -> str | None:
    """The column that has the labels by its name; None where no name says so."""
    by_name = {name.lower(): name for name in reversed(list(names))}
    return next((by_name[name] for name in LABEL_COLUMNS if name in by_name), None)


def _lettered(cell: Any) -> str:
    """A text that may be a label; "" for numbers, dates and what is no text."""
    return cell if isinstance(cell, str) and any(map(str.isalpha, cell)) else ""


def _json_error(path: Path, first: list[str], then: str) -> DataError:
    """What is said of JSON: the command that reads it, with the key that has the labels."""
    name, hint = path, ""
    if path.suffix.lower() not in _OBJECTS:
        whole = first[0].strip() in ("{", "[") or first[0].lstrip().startswith("[{")
        name = path.with_suffix(".json" if whole else ".jsonl")
        hint = f"rename it to {name.name} and "
    if name.suffix.lower() == ".jsonld":
        return DataError(
            f"{path}: JSON-LD, no list of labels; import it first{then}: {import_command(path)}"
        )
    if name.suffix.lower() in (".jsonl", ".ndjson"):
        value: Any = [one for _, one in islice(read_json_lines(path), _LINES)]
    else:
        value = labels_of(read_json(path))
    one = value[0] if value else None
    if not isinstance(one, (dict, str)):
        return DataError(f"{path}: JSON that holds no labels; {JSON_FORMS}")
    advice = f"{hint}import it first{then}: {import_command(name)}"
    if isinstance(one, dict):
        advice = _advice(name, [row for row in value if isinstance(row, dict)], then, hint)
    return DataError(f"{path}: JSON, no list of labels; {advice}")


def _check_table(path: Path, then: str) -> None:
    """Of csv and tsv a single column without a head is a list, and so are labels with counts."""
    rows = (row for _, _, row in read_fields(path, delimiter_of(path), headed=True))
    heads = [name.strip() for name in next(rows, [])]
    counted = delimiter_of(path) == "\t" and len(heads) == 2 and heads[1].isdecimal()
    if (len(heads) > 1 and not counted) or _named_column(heads) is not None:
        raise _table_error(path, path, heads, then)


def _table_error(path: Path, name: Path, heads: list[str], then: str) -> DataError:
    """What is said of a table: its columns, and the command that reads it under ``name``."""
    try:
        rows: list[dict[str, str]] = [row for _, row in read_table(path)]
    except DataError:
        # What is wrong with a row is said by the command that reads it.
        rows = []
    save = "" if name == path else f"save it as {name.name} and "
    return DataError(
        f"{path}: a table with the columns {_few(heads)}, no list of labels;"
        f" {_advice(name, rows or [dict.fromkeys(filter(None, heads), '')], then, save)}"
    )


def _few(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _advice(path: Path, rows: Sequence[Mapping[str, Any]], then: str, save: str) -> str:
    """The command that imports a table or objects, with the column or key of the labels."""
    heads = list(map(str, rows[0]))
    if "label" in heads and set(heads) <= _OURS:
        return f"{save}import it first{then}: {import_command(path)}"
    column = likely_column(rows)
    if column is None:
        command = import_command(path, "NAME")
        return f"{save}import it first{then}: {command} (NAME is the column that has the labels)"
    others = _few([name for name in heads if name != column])
    which = f"the labels seem to be in {column}" + (f" (else: {others}); " if others else "; ")
    return f"{which}{save}import it first{then}: {import_command(path, column)}"


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
