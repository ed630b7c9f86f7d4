"""Files of captions: csv, tsv, jsonl, json, yaml or plain text, a clip a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from concept_core.datasets.tables import Line
from concept_core.documents import parse_yaml
from concept_core.errors import DataError, MissingFileError, UsageError
from concept_core.text.files import read_json, read_json_lines, read_lines, read_table
from concept_core.text.word_lists import read_word_list

DATASET = "captions"
"""What a file of captions without sounds is called as a data set."""

# What AudioCaps (caption) and Clotho (caption_1 to caption_5) call their columns.
_CAPTION_COLUMN = re.compile(r"captions?(_\d+)?", re.IGNORECASE)
_CLIP_COLUMNS = (("file_name",), ("youtube_id", "start_time"), ("youtube_id",))


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file of captions.

    Attributes
    ----------
    line : Line
        Where it is, and all its values.
    captions : tuple of str
    fields : tuple of str
        The columns that they come from; empty for text files.
    clip : tuple of str
        What names the clip; empty where no columns were asked to.
    number : int
        The line of the file at which the row ends, from 1; of json and yaml its place in the list.
    """

    line: Line
    captions: tuple[str, ...]
    fields: tuple[str, ...] = ()
    clip: tuple[str, ...] = ()
    number: int = 0


@dataclass(frozen=True, slots=True)
class CaptionFile:
    """The clips of a file that have two captions or more: one to ask with, one to find.

    Attributes
    ----------
    name : str
        The file's own, without its folder.
    clips : tuple of n str
    captions : tuple of n tuples of str
    left_out : int
        Clips with one caption.
    """

    name: str
    clips: tuple[str, ...] = field(repr=False)
    captions: tuple[tuple[str, ...], ...] = field(repr=False)
    left_out: int


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


def read_caption_file(path: str | Path) -> CaptionFile:
    """The captions of a file by clip, for retrieval of captions by captions.

    Clips are named by the columns of Clotho (``file_name``) or AudioCaps (``youtube_id`` and
    ``start_time``); a clip may have several rows.

    Raises
    ------
    MissingError
        No such file.
    DataError
        As `read_rows`; no column names the clip, or no clip has two captions.
    """
    path = Path(path)
    if not path.is_file():
        raise MissingFileError(
            f"{path}: no such file; give a table of captions ('sonolex fetch clotho' gets one)"
        )
    by_clip: dict[str, list[str]] = {}
    columns: Sequence[str] | None = None
    for row in read_rows(path):
        values = row.line.values
        if columns is None:
            columns = next((names for names in _CLIP_COLUMNS if set(names) <= set(values)), None)
        if columns is None:
            raise row.line.error(
                "no column that names the clip (file_name, youtube_id); there are:"
                f" {', '.join(values)}"
            )
        clip = _clip_of(row.line, columns)
        if not all(map(str.strip, clip)):
            raise row.line.error(f"no clip is named in {', '.join(columns)}; get the file anew")
        by_clip.setdefault("/".join(clip), []).extend(filter(None, map(str.strip, row.captions)))
    kept = {clip: tuple(captions) for clip, captions in by_clip.items() if len(captions) > 1}
    if not kept:
        raise DataError(f"{path}: no clip has two captions, one to ask with and one to find")
    return CaptionFile(path.name, tuple(kept), tuple(kept.values()), len(by_clip) - len(kept))


def read_rows(
    path: Path, columns: Sequence[str] = (), clip: Sequence[str] = (), others: Sequence[str] = ()
) -> Iterator[Row]:
    """The rows of a file with their captions; its ending says which form it has.

    Parameters
    ----------
    path : Path
    columns : sequence of str
        Columns or keys that hold captions; empty finds them by name.
    clip : sequence of str
        Columns or keys that together name the clip of a row.
    others : sequence of str
        Columns or keys that there must be too.

    Raises
    ------
    DataError
        An unknown ending, a broken row, a column that is not there, or no row at all.
    """
    forms: dict[str, Callable[[Path], Iterator[_Numbered]]] = {
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
    for number, where, row in form(path):
        fields = _choose(fields, row, f"{path}:1" if form is _table else where)
        line = Line(where, row)
        _clip_of(line, others, "")
        captions = tuple(_captions_of(row, fields, where))
        named = () if form is _text else fields
        yield Row(line, captions, named, _clip_of(line, clip), number)
        empty = False
    if empty:
        raise DataError(f"{path}: no rows; expected one clip a row, with its captions")


def _clip_of(line: Line, columns: Sequence[str], use: str = " to name the clip") -> tuple[str, ...]:
    """The values of some columns, as text."""
    for name in columns:
        if name not in line.values:
            raise line.error(f"no column {name!r}{use}; there are: {', '.join(line.values)}")
    return tuple(str(line[name]) for name in columns)


_Numbered = tuple[int, str, dict[str, Any]]
"""Number and place of a row, and its values."""


def _table(path: Path) -> Iterator[_Numbered]:
    for number, row in read_table(path):
        yield number, f"{path}:{number}", dict(row)


def _text(path: Path) -> Iterator[_Numbered]:
    for word in read_word_list(path):
        yield word.line, f"{path}:{word.line}", {"caption": word.text}


def _json_lines(path: Path) -> Iterator[_Numbered]:
    for number, value in read_json_lines(path):
        where = f"{path}:{number}"
        yield number, where, _object(value, where)


def _json(path: Path) -> Iterator[_Numbered]:
    yield from _listed(read_json(path), path)


def _yaml(path: Path) -> Iterator[_Numbered]:
    text = "\n".join(line for _, line in read_lines(path))
    yield from _listed(parse_yaml(text, str(path)), path)


def _listed(value: Any, path: Path) -> Iterator[_Numbered]:
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
        yield number, where, row


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
    for name in fields:
        captions = value[name] if isinstance(value[name], list) else [value[name]]
        for caption in captions:
            if not isinstance(caption, str):
                raise DataError(
                    f"{where}: {name!r} must be text or a list of texts, found {caption!r}"
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
