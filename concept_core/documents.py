"""JSON, TOML and YAML from outside: the one reader of each, which all borders of ours go through.

What it lets through is plain data: no deeper than `DEEPEST`, with whole numbers of 64 bits and
text that every encoding of Unicode can write, so that whatever is done with a value afterwards
(hashed, written again, put into a database) can be done. JSON and TOML need the standard
library alone.
"""

from __future__ import annotations

import functools
import json
import math
import re
import tomllib
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Any

from concept_core.errors import DataError, SonolexError
from concept_core.files import read_bytes

DEEPEST = 64
"""Lists and objects within each other; Python's own stack ends at about a thousand."""
LARGEST = 256 << 20
"""Bytes of a file: no description of a vocabulary is larger."""
LARGEST_TOML = 16 << 20
"""Bytes of a TOML file: a hundredfold of the longest index or recipe there is."""

_MOST_NAMED = 10_000
_LIBYAML_TOO_DEEP = "exceeded maximum nesting depth"
"""How the libyaml of PyYAML 6.0.4 refuses what is nested deeper than we allow, before we see it."""
_LONG_KEY = re.compile(rf"""(?<![\w"'-])(?:[\w"'-]++[ \t]*+\.[ \t]*+){{{DEEPEST}}}""")
_INTEGERS = range(-(1 << 63), 1 << 64)
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def read_json(path: Path) -> Any:
    """The value of a JSON file.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    DataError
        As `parse_json`; or it cannot be read, or is larger than `LARGEST`.
    """
    return parse_json(_bytes(path, LARGEST), str(path))


def parse_json(
    text: bytes | str,
    where: str,
    first_line: int = 1,
    *,
    finite: bool = True,
    names: bool = False,
) -> Any:
    """The value of a JSON text, in UTF-8 with or without a mark where it is bytes.

    Parameters
    ----------
    text : bytes or str
    where : str
        What messages begin with: the file.
    first_line : int
        The number in that file of the line on which the text begins.
    finite : bool
        Whether NaN and infinities, which are no JSON, are errors. Other programs write them.
    names : bool
        Whether text may be names of files, with surrogates for bytes that are not UTF-8.

    Raises
    ------
    DataError
        Broken; a key twice in one object; nested too deep; a number or text that cannot be kept.
    """
    try:
        whole = _decoded(text, where, first_line)
        value = json.loads(whole, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise DataError(
            f"{where}:{first_line + error.lineno - 1}: broken JSON at column {error.colno}:"
            f" {error.msg}"
        ) from error
    except RecursionError as error:
        raise _too_deep(f"{where}:{first_line}") from error
    except SonolexError:
        raise
    except ValueError as error:  # a key twice, or more digits than Python takes
        raise DataError(f"{where}:{first_line}: JSON that cannot be kept: {error}") from error
    texts = not names and _ESCAPED_SURROGATE.search(whole) is not None
    _check(value, f"{where}:{first_line}", finite=finite, texts=texts)
    return value


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    DataError
        As `parse_toml`; or it cannot be read, or is larger than `LARGEST_TOML`.
    """
    return parse_toml(_bytes(path, LARGEST_TOML), str(path))


def parse_toml(text: bytes | str, where: str) -> dict[str, Any]:
    """The tables of a TOML text.

    Raises
    ------
    DataError
        Not UTF-8 or no TOML; nested too deep; a number that cannot be kept, or a date, which no
        file of ours has: it stands in quotation marks.
    """
    whole = _decoded(text, where, 1)
    # Python's reader takes minutes for a key of some thousand parts.
    if _LONG_KEY.search(whole):
        raise _too_deep(where)
    try:
        tables = tomllib.loads(whole)
    except RecursionError as error:
        raise _too_deep(where) from error
    except ValueError as error:
        raise DataError(f"{where}: not valid UTF-8 TOML: {error}") from error
    _check(tables, where, finite=False, texts=False)
    return tables


def whole_number(text: str) -> int | None:
    """The number that plain digits stand for; None of other text, and of more than 18 digits."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def parse_yaml(text: str, where: str) -> Any:
    """The value of a YAML text; dates are text, as other programs write them.

    Raises
    ------
    DataError
        Broken, or with tags that are no plain data; nested too deep; a number or text that cannot
        be kept; an alias that stands for a whole lot of values, or for what it is part of.
    """
    import yaml

    depth = 0
    try:
        # libyaml is ten times as fast as Python, and ends the process where text is nested deep.
        for event in yaml.parse(text, _yaml_loader()):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise _too_deep(where)
        value = yaml.load(text, _yaml_loader())
    except yaml.YAMLError as error:
        if getattr(error, "problem", None) == _LIBYAML_TOO_DEEP:
            raise _too_deep(where) from error
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark is not None else ""
        raise DataError(
            f"{where}{line}: broken YAML: {getattr(error, 'problem', error)}"
        ) from error
    except RecursionError as error:
        raise _too_deep(where) from error
    except SonolexError:
        raise
    # Numbers of too many digits, and tags whose text is not what they say.
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise DataError(f"{where}: YAML that cannot be kept: {error}") from error
    _check(value, where, finite=False, texts=True)
    return value


@functools.cache
def _yaml_loader() -> Any:
    """PyYAML's loader of plain data, to which a date is text."""
    import yaml

    date = "tag:yaml.org,2002:timestamp"
    loader: Any = type("Loader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {})
    loader.yaml_implicit_resolvers = {
        first: [one for one in found if one[0] != date]
        for first, found in loader.yaml_implicit_resolvers.items()
    }
    loader.add_constructor(date, loader.construct_yaml_str)
    return loader


def read_text(path: Path) -> str:
    """The text of a UTF-8 file of bounded size, each line end a newline.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    DataError
        It cannot be read, is too large or not UTF-8.
    """
    text = _decoded(_bytes(path, LARGEST), str(path), 1)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _bytes(path: Path, most: int) -> bytes:
    try:
        return read_bytes(path, most)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error


def _decoded(text: bytes | str, where: str, first_line: int) -> str:
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = first_line + text[: error.start].count(b"\n")
        raise DataError(
            f"{where}:{line}: not valid UTF-8 (byte {text[error.start]:#04x}); save it as UTF-8"
        ) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        (twice, _), *_ = Counter(key for key, _ in pairs).most_common(1)
        raise ValueError(f"the key {twice!r:.80} is in one object twice")
    return found


def _too_deep(where: str) -> DataError:
    return DataError(f"{where}: nested deeper than {DEEPEST} levels; no file that we read is")


def _check(value: Any, where: str, *, finite: bool, texts: bool) -> None:
    """See that all of a value can be kept; ``texts`` says whether any text of it may not be."""
    sizes: dict[int, int] = {}

    def size_of(one: Any, depth: int) -> int:
        """How many values are in it; what YAML names twice counts twice."""
        if not isinstance(one, (dict, list)):
            if problem := _problem(one, finite=finite, texts=texts):
                raise DataError(f"{where}: {problem}")
            return 1
        if depth == DEEPEST:
            raise _too_deep(where)
        if isinstance(one, dict) and (odd := [key for key in one if not isinstance(key, str)]):
            raise DataError(f"{where}: the key {odd[0]!r:.80} must be text, in quotation marks")
        if id(one) not in sizes:
            inside = chain(one, one.values()) if isinstance(one, dict) else one
            sizes[id(one)] = 1 + sum(size_of(part, depth + 1) for part in inside)
        elif sizes[id(one)] > _MOST_NAMED:
            raise DataError(f"{where}: an alias stands for more than {_MOST_NAMED} values")
        return sizes[id(one)]

    size_of(value, 0)


def _problem(value: Any, *, finite: bool, texts: bool) -> str:
    """Why a value that holds no other cannot be kept; "" where it can."""
    if isinstance(value, str):
        if texts and _SURROGATE.search(value):
            return f"the text {value!r:.80} has half of a surrogate pair, which is no text"
        return ""
    if isinstance(value, (bool, dict, list)) or value is None:
        return ""
    if isinstance(value, int):
        return "" if value in _INTEGERS else "a whole number of more than 64 bits"
    if isinstance(value, float):
        return f"the number {value} is not finite" * (finite and not math.isfinite(value))
    if hasattr(value, "isoformat"):
        return f"the date or time {value} must stand in quotation marks"
    return f"{value!r:.80} must be plain data: text, numbers, lists, and objects with text as keys"
