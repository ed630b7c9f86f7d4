"""Versions ``MAJOR.MINOR.PATCH`` and ranges of them, as ``audioset@^1`` names one.

Standard library only: reading a release needs nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from concept_core.errors import DataError, UsageError

Version = tuple[int, int, int]
# Names folders and files: no longer than those may be with a version behind, and none of the names
# that Windows keeps for devices.
VOCABULARY_ID = re.compile(
    r"(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])\Z)(?=.{1,100}\Z)[a-z][a-z0-9]*(-[a-z0-9]+)*"
)
# No folder, and nothing that a terminal or an archive takes for something else.
_PLAIN = re.compile(r"[^./\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]{0,199}")
UNRELEASED = "unreleased"
"""The version of a list of words that is no release."""

# Nine digits: a longer number is no version, and Python refuses to read some thousands.
_NUMBER = r"(0|[1-9]\d{0,8})"
_VERSION = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}", re.ASCII)
_PART = re.compile(rf"(\^|~|>=|>|<=|<|=)?{_NUMBER}(?:\.{_NUMBER})?(?:\.{_NUMBER})?", re.ASCII)
_EXPECTED = (
    "write a version such as 1.2.0, a part of one (1, 1.2), ^1.2, ~1.2, >=1.0, or several with"
    " commas (>=1.0,<3)"
)


def check_release_name(name: str, version: str, where: str | Path) -> None:
    """See that an id and a version that a file states can name a folder, and lead nowhere else.

    A list of words is no release: its id, a file's name, may have any letters and spaces.

    Raises
    ------
    DataError
        One of them cannot; ``where`` is the file.
    """
    if version == UNRELEASED and _PLAIN.fullmatch(name):
        return
    if not VOCABULARY_ID.fullmatch(name):
        raise DataError(
            f"{where}: the id {name!r:.120} can name no release: an id has small letters, digits"
            " and single hyphens, 100 at most, and is no name of a device"
        )
    if not is_version(version):
        raise DataError(f"{where}: the version {version!r:.120} is not MAJOR.MINOR.PATCH")


def is_version(text: str) -> bool:
    """Whether the text is MAJOR.MINOR.PATCH."""
    return _VERSION.fullmatch(text) is not None


def parse_version(text: str) -> Version:
    """``MAJOR.MINOR.PATCH`` as numbers, so that 0.10.0 is newer than 0.9.0.

    Raises
    ------
    UsageError
        If the text is no such version.
    """
    match = _VERSION.fullmatch(text)
    if match is None:
        raise UsageError(f"version {text!r} is not MAJOR.MINOR.PATCH, such as 0.1.0")
    return int(match[1]), int(match[2]), int(match[3])


def select_versions(text: str, versions: Iterable[str]) -> list[str]:
    """Those of ``versions`` that a range admits, oldest first; "" admits all.

    ``1.2.3`` is that version alone, ``1.2`` and ``1`` any that begins so. ``^1.2`` goes up to the
    next version that may break: below 2, and below 0.2 for ``^0.1.4``, as npm and Cargo read it.
    ``~1.2`` stays within 1.2, ``~1`` within 1. ``>= > <= < =`` compare, with zeros for parts that
    are left out; commas join conditions that must all hold.

    Raises
    ------
    UsageError
        The text is no range.
    """
    bounds = [_bounds(part, text) for part in text.split(",")] if text else []
    chosen = [
        version
        for version in versions
        if all(low <= parse_version(version) < high for low, high in bounds)
    ]
    return sorted(chosen, key=parse_version)


def _bounds(part: str, text: str) -> tuple[Version, Version]:
    """The lowest version that a condition admits, and the lowest above it that it does not."""
    match = _PART.fullmatch(part.strip())
    if match is None:
        raise UsageError(f"{text!r} is no range of versions; {_EXPECTED}")
    operator = match[1] or ""
    given = [int(number) for number in match.groups()[1:] if number is not None]
    low = _filled(given)
    just_above = (low[0], low[1], low[2] + 1)
    infinite = (1 << 62, 0, 0)
    if operator in ("", "="):
        return low, _next(given, len(given) - 1)
    if operator == "^":
        # The first part that is not zero may not change; of ^0.0 the last one given.
        place = next((i for i, number in enumerate(given) if number), len(given) - 1)
        return low, _next(given, place)
    if operator == "~":
        return low, _next(given, min(1, len(given) - 1))
    return {
        ">=": (low, infinite),
        ">": (just_above, infinite),
        "<": ((0, 0, 0), low),
        "<=": ((0, 0, 0), just_above),
    }[operator]


def _filled(numbers: list[int]) -> Version:
    major, minor, patch = (*numbers, 0, 0)[:3]
    return major, minor, patch


def _next(given: list[int], place: int) -> Version:
    """The lowest version above all that agree with ``given`` up to and with ``place``."""
    return _filled([*given[:place], given[place] + 1])
