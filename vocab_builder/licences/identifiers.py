"""Licences as identifiers: what a source's licence is called, and what it demands."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from concept_core.files import package_table
from concept_core.values import from_data

if TYPE_CHECKING:
    from license_expression import Licensing

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
    """The licences of ``data/licences.toml``, by identifier."""
    tables = {name: dict(row) for name, row in _tables().items() if name != "copyright"}
    for name, row in tables.items():
        del row["also"]
        row |= {"id": name, "notice": row.get("notice", "").strip()}
    return {name: from_data(row, Licence, f"licence {name}") for name, row in tables.items()}


_OF_PARSER = (LookupError, TypeError, AttributeError, AssertionError, RecursionError)


def parse_licences(text: str) -> tuple[Licence, ...]:
    """The licences that a source or release states and that all hold, by identifier.

    Parameters
    ----------
    text : str
        An SPDX expression, in which other spellings of ``data/licences.toml`` may stand too. Of a
        choice (``OR``) the side that demands least is taken. What the table lacks is unknown: it
        keeps its identifier if SPDX has it, and is ``LicenseRef-...`` otherwise, as is a text that
        is no expression.
    """
    from license_expression import ExpressionError, ExpressionParseError

    try:
        parsed = _licensing().parse(text)
    # On some broken texts the parser fails in its own lists: "AND" alone, brackets without end.
    except (ExpressionError, ExpressionParseError, *_OF_PARSER):
        return (_unknown(text),)
    return (_unknown(text),) if parsed is None else _that_hold(parsed)


def expression(licences: tuple[Licence, ...]) -> str:
    """SPDX expression of licences that all hold; ``not stated`` of none."""
    ids = sorted({licence.id for licence in licences})
    return " AND ".join(ids) or NOT_STATED


def copyright_line(resource: str) -> str:
    """The copyright line that a resource states; "" where none is known."""
    line: str = _tables()["copyright"].get(resource, "")
    return line


def _that_hold(node: Any) -> tuple[Licence, ...]:
    """The licences of one node of a parsed expression."""
    if isinstance(node, _licensing().OR):
        return min(map(_that_hold, node.args), key=_burden)
    if isinstance(node, _licensing().AND):
        parts = {licence.id: licence for arg in node.args for licence in _that_hold(arg)}
        return tuple(parts[name] for name in sorted(parts))
    name = str(node)
    if name in licence_table():
        return (licence_table()[name],)
    keys = {symbol.key for symbol in _licensing().license_symbols(node)}
    of_spdx = keys <= _spdx().known_symbols.keys()
    return (Licence(name, name=name, known=False) if of_spdx else _unknown(name),)


def _burden(licences: tuple[Licence, ...]) -> tuple[bool, int, int]:
    demands = frozenset[str]().union(*(licence.demands for licence in licences))
    return not all(one.known for one in licences), len(demands - MILD), len(demands)


def _unknown(text: str) -> Licence:
    slug = re.sub(r"[^A-Za-z0-9.]+", "-", text.removeprefix("LicenseRef-")).strip("-")
    return Licence(f"LicenseRef-{slug or 'not-stated'}", name=text, known=False)


@functools.cache
def _licensing() -> Licensing:
    """The reader of expressions: it knows SPDX's identifiers, ours, and our other spellings."""
    from license_expression import LicenseSymbol, Licensing

    ours = [
        LicenseSymbol(name, aliases=tuple(row["also"]))
        for name, row in _tables().items()
        if name != "copyright"
    ]
    known = _spdx().known_symbols.items()
    others = [symbol for name, symbol in known if name not in licence_table()]
    return Licensing([*ours, *others])


@functools.cache
def _spdx() -> Licensing:
    from license_expression import get_spdx_licensing

    return get_spdx_licensing()


@functools.cache
def _tables() -> dict[str, Any]:
    return package_table("licences.toml")
