"""Licences as identifiers: what a source's licence is called, and what it demands."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from concept_core.files import package_folder

NOT_STATED = "not stated"
# What may be demanded of a user who is otherwise free to do as they like.
MILD = frozenset({"attribution", "notice"})


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence, and what it demands of a vocabulary that is made from a source under it.

    Attributes
    ----------
    id : str
        SPDX identifier, or ``LicenseRef-...`` where SPDX has none.
    name, url : str
        Empty where the licence is unknown.
    demands : frozenset of str
        Of attribution, notice, share-alike, non-commercial, no-derivatives.
    basis : str
        Where the licence says so.
    known : bool
        Whether ``data/licences.toml`` has it; one that it has not may demand anything.
    later : tuple of str
        Other licences that satisfy its share-alike.
    notice : str
        The text that goes with every copy, where it is short enough to be kept.
    """

    id: str
    name: str = ""
    url: str = ""
    demands: frozenset[str] = frozenset()
    basis: str = ""
    known: bool = True
    later: tuple[str, ...] = ()
    notice: str = ""

    @property
    def permissive(self) -> bool:
        """Whether it asks for no more than to be named and quoted."""
        return self.known and self.demands <= MILD

    @property
    def restrictions(self) -> list[str]:
        """What it demands beyond that, sorted; ``not-stated`` or ``unknown`` where nobody knows."""
        if not self.known:
            return ["not-stated" if self.id == "LicenseRef-not-stated" else "unknown"]
        return sorted(self.demands - MILD)


@functools.cache
def licence_table() -> Mapping[str, Licence]:
    """The licences of ``data/licences.toml``, by identifier and by every other spelling."""
    table: dict[str, Licence] = {}
    for name, row in _tables().items():
        if name == "copyright":
            continue
        licence = Licence(
            id=name,
            name=row["name"],
            url=row["url"],
            demands=frozenset(row["demands"]),
            basis=row["basis"],
            later=tuple(row.get("later", ())),
            notice=row.get("notice", "").strip(),
        )
        for spelling in (name, *row["also"]):
            table[_folded(spelling)] = licence
    return table


def parse_licences(text: str) -> tuple[Licence, ...]:
    """The licences that a source or release states; all of them hold.

    Parameters
    ----------
    text : str
        An identifier, one of its other spellings, or several joined by ``AND``. What is in no
        table is kept as an unknown ``LicenseRef-...``.
    """
    # A name may have an AND of its own: the whole is looked up first.
    parts = [text] if _folded(text) in licence_table() else re.split(r"\s+AND\s+", text.strip())
    found = {licence.id: licence for licence in map(_parse_one, parts)}
    return tuple(found[name] for name in sorted(found))


def expression(licences: tuple[Licence, ...]) -> str:
    """SPDX expression of licences that all hold; ``not stated`` of none."""
    ids = sorted({licence.id for licence in licences})
    return " AND ".join(ids) or NOT_STATED


def copyright_line(resource: str) -> str:
    """The copyright line that a resource states; "" where none is known."""
    line: str = _tables()["copyright"].get(resource, "")
    return line


def _parse_one(text: str) -> Licence:
    known = licence_table().get(_folded(text))
    if known is not None:
        return known
    slug = re.sub(r"[^A-Za-z0-9.]+", "-", text.removeprefix("LicenseRef-")).strip("-")
    return Licence(f"LicenseRef-{slug or 'not-stated'}", name=text, known=False)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


@functools.cache
def _tables() -> dict[str, Any]:
    return tomllib.loads((package_folder("data") / "licences.toml").read_text(encoding="utf-8"))
