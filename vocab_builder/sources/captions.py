"""Captions: words and noun phrases of csv, tsv, jsonl or plain text, counted by clip."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from concept_core.errors import DataError, UsageError
from concept_core.spelling import check_names, unknown_name
from concept_core.vocabulary import Evidence
from vocab_builder.candidates import Candidate
from vocab_builder.phrases import KINDS, Mention, Reader, TaggedReader, WordReader
from vocab_builder.sources.base import SourceSpec, file_of
from vocab_builder.sources.text_files import parse_json, read_lines, read_table

TAGGERS = ("perceptron", "none")
# What AudioCaps (caption) and Clotho (caption_1 to caption_5) call their columns.
_CAPTION_COLUMN = re.compile(r"captions?(_\d+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Captions:
    """Words of captions; a word counts once a row, however many captions of the clip have it.

    Memory grows with the number of distinct words, not with the file.

    Attributes
    ----------
    columns : tuple of str
        Columns of csv and tsv, or keys of jsonl, that hold captions. By default those called
        caption, captions or caption_1, caption_2, ...
    tagger : str
        ``perceptron``: NLTK's tagger and WordNet give nouns, verbs and adjectives in dictionary
        form, and noun phrases. ``none``: every word as it stands, of kind ``word``; needs no data.
    kinds : tuple of str
        What the tagger's words to take: noun, verb, adjective, phrase. A word that is tagged in
        several ways takes the most frequent of them.
    min_count : int
        Words and phrases in fewer rows are not candidates.
    """

    columns: tuple[str, ...] = ()
    tagger: str = "perceptron"
    kinds: tuple[str, ...] = KINDS
    min_count: int = 1

    def __post_init__(self) -> None:
        if self.tagger not in TAGGERS:
            raise unknown_name("tagger", self.tagger, TAGGERS, "captions")
        check_names("kind", self.kinds, KINDS, "captions: kinds")
        if self.tagger == "none" and self.kinds != KINDS:
            raise UsageError("captions: kinds are told apart by a tagger; tagger is 'none'")
        if self.min_count < 1:
            raise UsageError(f"captions: min_count must be from 1, found {self.min_count}")

    @property
    def needs(self) -> frozenset[str]:
        """See the protocol."""
        return frozenset({"tagger", "wordnet"} if self.tagger != "none" else ())

    def __call__(self, spec: SourceSpec) -> list[Candidate]:
        """Read, tag and count the file.

        Raises
        ------
        DataError
            A broken row, a column that is not there, or no row at all.
        MissingError
            The tagger or WordNet is not on this machine.
        """
        path = file_of(spec)
        reader: Reader = WordReader() if self.tagger == "none" else TaggedReader()
        kinds = {*self.kinds, "word"}
        rows: Counter[str] = Counter()
        tagged: Counter[Mention] = Counter()
        fields: Sequence[str] = ()
        for row in read_rows(path, self.columns):
            fields = row.fields
            mentions = set().union(*(reader.mentions(caption) for caption in row.captions))
            mentions = {mention for mention in mentions if mention[1] in kinds}
            tagged.update(mentions)
            rows.update({label for label, _ in mentions})
        kind_of = _main_kinds(tagged)
        locator = _locator(path, fields)
        candidates = [
            Candidate(label, kind_of[label], (Evidence(spec.name, locator, count),))
            for label, count in rows.items()
            if count >= self.min_count
        ]
        return sorted(candidates, key=lambda candidate: (-candidate.count, candidate.label))


def _main_kinds(tagged: Counter[Mention]) -> dict[str, str]:
    """The most frequent kind of each label; of equals the first of ``KINDS``."""
    order = {kind: place for place, kind in enumerate((*KINDS, "word"))}
    ranked = sorted(tagged, key=lambda mention: (-tagged[mention], order[mention[1]]))
    kinds: dict[str, str] = {}
    for label, kind in ranked:
        kinds.setdefault(label, kind)
    return kinds


@dataclass(frozen=True, slots=True)
class Row:
    """The captions of one clip, and the columns that they come from."""

    captions: tuple[str, ...]
    fields: tuple[str, ...] = ()


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


def read_rows(path: Path, columns: Sequence[str] = ()) -> Iterator[Row]:
    """The rows of a file with their captions; which form it has is told by its ending.

    Raises
    ------
    DataError
        An unknown ending, a broken row, a column that is not there, or no row at all.
    """
    forms: dict[str, Callable[[Path, Sequence[str]], Iterator[Row]]] = {
        ".csv": _table_rows,
        ".tsv": _table_rows,
        ".jsonl": _json_rows,
        ".txt": _text_rows,
    }
    form = forms.get(path.suffix.lower())
    if form is None:
        raise DataError(f"{path}: captions are read from {', '.join(forms)} files")
    empty = True
    for row in form(path, columns):
        empty = False
        yield row
    if empty:
        raise DataError(f"{path}: no rows; expected one clip a row, with its captions")


def _table_rows(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    fields: tuple[str, ...] = ()
    for _, row in read_table(path, "\t" if path.suffix.lower() == ".tsv" else ","):
        fields = fields or _choose(columns, row, f"{path}:1", "columns")
        yield Row(tuple(row[field] for field in fields), fields)


def _json_rows(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    fields: tuple[str, ...] = ()
    for number, line in read_lines(path):
        if not line.strip():
            continue
        value = parse_json(line, path, number)
        where = f"{path}:{number}"
        if not isinstance(value, dict):
            raise DataError(f"{where}: expected an object, found {type(value).__name__}")
        fields = _choose(fields or columns, value, where, "keys")
        yield Row(tuple(_captions_of(value, fields, where)), fields)


def _captions_of(value: dict[str, Any], fields: Sequence[str], where: str) -> Iterator[str]:
    for field in fields:
        captions = value[field] if isinstance(value[field], list) else [value[field]]
        for caption in captions:
            if not isinstance(caption, str):
                raise DataError(
                    f"{where}: {field!r} must be text or a list of texts, found {caption!r}"
                )
            yield caption


def _text_rows(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    if columns:
        raise UsageError(f"{path}: a text file has one caption a line; leave columns out")
    for _, line in read_lines(path):
        if line.strip():
            yield Row((line,))


def _choose(columns: Sequence[str], row: dict[str, Any], where: str, what: str) -> tuple[str, ...]:
    found = tuple(columns) or tuple(name for name in row if _CAPTION_COLUMN.fullmatch(name))
    missing = [name for name in found if name not in row]
    if missing or not found:
        wanted = f"{missing[0]!r}" if missing else "caption or caption_1, caption_2, ..."
        raise DataError(
            f"{where}: no {what} {wanted}; there are: {', '.join(row)}; name those that hold"
            " captions with columns = [...]"
        )
    return found


def _locator(path: Path, fields: Sequence[str]) -> str:
    """``file:caption``, ``file:caption_1..caption_5``, or the file alone."""
    if len(fields) < 2:
        return ":".join((path.name, *fields))
    return f"{path.name}:{fields[0]}..{fields[-1]}"
