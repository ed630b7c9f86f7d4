"""Tables and lists of other programs' tests, read by every reader that takes their kind.

``python -m benchmarks.real_tables FOLDER [FOLDER ...]``: each folder holds unpacked source
distributions (``pip download --no-binary :all: --no-deps csvkit``); nothing of them is kept here.
Every csv, tsv, json, jsonl, yaml and txt file below a folder of tests, examples or data is given
to the reader that its ending says, and the message counts: no file may end in another exception.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from concept_core.datasets.caption_files import read_captions
from concept_core.errors import SonolexError
from concept_core.releases.specifiers import load_vocabulary
from concept_core.text.files import read_json, read_json_lines, read_table
from concept_core.text.word_lists import read_word_list

_TABLES, _LINES = (".csv", ".tsv"), (".jsonl", ".ndjson")
_ENDINGS = (*_TABLES, *_LINES, ".json", ".yaml", ".yml", ".txt")
_PARTS = re.compile(r"test|example|data|fixture")
# What stands in a message and not in its kind: places, numbers, names.
_OWN = re.compile(r"'[^']*'|\"[^\"]*\"|\d+|0x\w+")


def readers(path: Path) -> Iterator[tuple[str, Callable[[Path], Any]]]:
    """The readers that take a file of this ending, each with its name."""
    suffix = path.suffix.lower()
    if suffix in _TABLES:
        yield "table", lambda one: list(read_table(one))
    elif suffix in _LINES:
        yield "JSON lines", lambda one: list(read_json_lines(one))
    elif suffix == ".json":
        yield "JSON", read_json
    elif suffix == ".txt":
        yield "word list", lambda one: list(read_word_list(one))
    if suffix not in (".txt", ".ndjson"):
        yield "captions", lambda one: list(read_captions(one))
    if suffix not in (".yaml", ".yml"):
        yield "vocabulary", load_vocabulary


def tables(folders: Sequence[Path]) -> Iterator[Path]:
    """The files, by path."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if path.suffix.lower() not in _ENDINGS or not path.is_file():
                continue
            if "egg-info" not in str(inside) and _PARTS.search(str(inside.parent).lower()):
                yield path


def said(message: str, path: Path) -> str:
    """A message without what belongs to this file alone: its kind."""
    text = message.replace(str(path), "FILE").split("\n")[0]
    text = re.sub(r"(there are|columns|found|no column|heads with)[: ].*", r"\1 ...", text)
    return _OWN.sub("N", text)[:110]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the counts; 1 where a reader ended in an exception that is none of ours."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--list", action="store_true", help="print every file and answer")
    options = parser.parse_args(arguments)
    counts: Counter[tuple[str, str]] = Counter()
    files = foreign = 0
    for path in tables(options.folders):
        files += 1
        for name, read in readers(path):
            try:
                read(path)
                answer = "read"
            except SonolexError as error:
                answer = said(str(error), path)
                if options.list:
                    print(f"{name}: {error}")
            # The point is to find what no reader foresaw.
            except Exception as error:
                foreign += 1
                answer = f"FOREIGN {type(error).__name__}: {error}"[:100]
                print(f"{path}: {name}: {answer}", file=sys.stderr)
            if options.list and answer == "read":
                print(f"{name}: {path}: read")
            counts[name, answer] += 1
    print(f"{files} files, {foreign} foreign exceptions")
    for (name, answer), count in sorted(counts.items(), key=lambda item: (item[0][0], -item[1])):
        print(f"{count:5d}  {name}: {answer}")
    return int(foreign > 0)


if __name__ == "__main__":
    sys.exit(main())
