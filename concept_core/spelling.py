"""Names that people type: an unknown one is an error that lists the known and the nearest."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from concept_core.errors import UsageError


def unknown_name(
    what: str,
    name: str,
    known: Iterable[str],
    where: str = "",
    kind: type[UsageError] = UsageError,
) -> UsageError:
    """The error for ``name``, which is no ``what``; ``where`` is a file or table.

    Returned, not raised, so that the caller's ``raise`` shows in its own flow.
    """
    names = sorted(known)
    place = f"{where}: " if where else ""
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return kind(f"{place}unknown {what} {name!r}{hint} (known: {', '.join(names)})")


def check_names(what: str, names: Iterable[str], known: Iterable[str], where: str = "") -> None:
    """Raise the error above for the first of ``names`` that is not among ``known``."""
    allowed = set(known)
    for name in names:
        if name not in allowed:
            raise unknown_name(what, name, allowed, where)
