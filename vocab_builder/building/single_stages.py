"""One stage at a time, written ``kind``, ``kind:path`` or ``kind:key=value,key=value``.

The keys are those of a recipe and are checked by the same rules. A value that is a list has commas
between its items: ``stop:lists=function,abstract,inside=qualifiers``.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from concept_core.errors import UsageError
from concept_core.measures.reference import read_items
from vocab_builder.building.pipeline import filter_all, order_all
from vocab_builder.building.recipe import (
    FilterEntry,
    SelectionEntry,
    parse_filter,
    parse_selection,
)
from vocab_builder.filters import filter_type
from vocab_builder.selection import check_size, cut_line, selection_type, take
from vocab_builder.sources import ResolvedSource, parse_sources, source_type
from vocab_builder.sources.entries import Common
from vocab_builder.stages.candidates import Candidate, Outcome
from vocab_builder.stages.context import Context, silent

_KEY = re.compile(r"([a-z_]+)=(.*)", re.DOTALL)


def filter_candidates(
    candidates: Sequence[Candidate],
    filters: Iterable[str],
    *,
    encoder: str = "yamnet-minilm",
    device: str = "auto",
    offline: bool = False,
    reference: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Outcome:
    """Candidates through one filter after the other.

    Parameters
    ----------
    candidates : sequence of Candidate
    filters : iterable of str
        As of ``filters_of``.
    encoder, device, offline
        As of ``load_encoder``; loaded where a filter embeds.
    reference : Path, optional
        Captions or a folder of clips to measure coverage on.
    progress : callable, optional
        Told what is done, line by line.

    Raises
    ------
    UsageError
        As ``filters_of``; or a filter needs a reference and none is given, or the other way round.
    DataError, MissingError
        The reference is broken, or the encoder's files are not on this machine.
    """
    say = progress or silent
    entries = filters_of(filters)
    needs = frozenset[str]().union(*(entry.filter.needs for entry in entries))
    context = _context(needs, reference, encoder, device, offline, say)
    return filter_all(entries, Outcome(tuple(candidates)), context, say)


def select_candidates(
    candidates: Sequence[Candidate],
    selection: str,
    size: int | None = None,
    *,
    encoder: str = "yamnet-minilm",
    device: str = "auto",
    offline: bool = False,
    reference: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Outcome:
    """The first ``size`` candidates, None for all, in the order of a selection.

    Parameters
    ----------
    candidates : sequence of Candidate
    selection : str
        As of ``selection_of``.
    size : int, optional
    encoder, device, offline, reference, progress
        As of ``filter_candidates``.

    Raises
    ------
    UsageError, DataError, MissingError
        As ``filter_candidates``; or there is no candidate.
    """
    say = progress or silent
    entry = selection_of(selection)
    check_size(candidates, size)
    context = _context(entry.selection.needs, reference, encoder, device, offline, say)
    ordered = order_all(entry, Outcome(tuple(candidates)), context, size)
    outcome = take(ordered, size, entry.kind)
    say(f"  {cut_line(outcome, size)}")
    return outcome


def sources_of(arguments: Iterable[str]) -> list[ResolvedSource]:
    """Sources such as ``wordnet``, ``captions:my.csv,tagger=none``, ``ucs:resource=ucs,member=F``.

    What comes before the first key is the path.

    Raises
    ------
    UsageError
        An unknown kind or key (with the nearest spelling), a value that does not fit, or two
        sources of one name.
    DataError, MissingError
        A file or a resource is not on this machine.
    """
    tables = []
    for argument in arguments:
        where = f"source {argument!r}"
        kind, first, texts = _split(argument)
        if first is not None:
            if "path" in texts:
                raise UsageError(f"{where}: the path is given twice; write it once")
            texts["path"] = first
        hints = typing.get_type_hints(source_type(kind, where)) | typing.get_type_hints(Common)
        tables.append((where, _table(kind, texts, hints)))
    return [entry.resolve() for entry in parse_sources(tables, Path())]


def filters_of(arguments: Iterable[str]) -> list[FilterEntry]:
    """Filters such as ``twins`` or ``redundancy:threshold=0.8``.

    Raises
    ------
    UsageError
        An unknown kind or key (with the nearest spelling), or a value that does not fit.
    """
    entries = []
    for argument in arguments:
        where = f"filter {argument!r}"
        kind, texts = _without_path(argument, where)
        hints = typing.get_type_hints(filter_type(kind, where))
        entries.append(parse_filter(_table(kind, texts, hints), where))
    return entries


def selection_of(argument: str) -> SelectionEntry:
    """The selection of ``frequency`` or ``coverage:redundancy=0.3``.

    Raises
    ------
    UsageError
        As ``filters_of``.
    """
    where = f"selection {argument!r}"
    kind, texts = _without_path(argument, where)
    hints = typing.get_type_hints(selection_type(kind, where))
    return parse_selection(_table(kind, texts, hints), where)


def _context(
    needs: frozenset[str],
    reference: Path | None,
    encoder: str,
    device: str,
    offline: bool,
    say: Callable[[str], None],
) -> Context:
    """The encoder and reference that stages need, and no more."""
    from concept_core.encoders import load_encoder

    if ("reference" in needs) != (reference is not None):
        raise UsageError(
            "coverage is measured on captions; name their file with --reference"
            if reference is None
            else "--reference: nothing here looks at it; leave it out"
        )
    items = None if reference is None else read_items(reference)
    model = None
    if "encoder" in needs:
        model = load_encoder(encoder, device=device, offline=offline)
    return Context(model, items, say)


def _split(argument: str) -> tuple[str, str | None, dict[str, str]]:
    """Kind, what stands before the first key, and the keys with their texts."""
    kind, colon, rest = argument.partition(":")
    # A comma separates keys only before a key: lists and paths have commas too.
    parts = re.split(r",(?=[a-z_]+=)", rest) if colon else []
    first = parts.pop(0) if parts and not _KEY.fullmatch(parts[0]) else None
    pairs = (_KEY.fullmatch(part) for part in parts)
    return kind, first, {pair[1]: pair[2] for pair in pairs if pair}


def _without_path(argument: str, where: str) -> tuple[str, dict[str, str]]:
    kind, first, texts = _split(argument)
    if first is not None:
        raise UsageError(f"{where}: expected key=value after the colon, found {first!r}")
    return kind, texts


def _table(kind: str, texts: Mapping[str, str], hints: Mapping[str, Any]) -> dict[str, Any]:
    """The table that a recipe's TOML would give, by the types of the schema's fields."""
    return {"kind": kind} | {key: _value(text, hints.get(key, str)) for key, text in texts.items()}


def _value(text: str, hint: Any) -> Any:
    """A text that does not fit stays one, and the options' own check says what was expected."""
    if typing.get_origin(hint) is tuple:
        return [_value(item, typing.get_args(hint)[0]) for item in text.split(",") if item]
    kinds = typing.get_args(hint) or (hint,)
    if bool in kinds and text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        if kind in kinds:
            try:
                return kind(text)
            except ValueError:
                continue
    return text
