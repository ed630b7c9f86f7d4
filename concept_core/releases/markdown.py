"""Words of people and sources in Markdown: text, never markup, a link, a tag or a line of its own.

A card is shown by forges and hubs, which take HTML and formulas in Markdown too.
"""

from __future__ import annotations

import re

_MARKUP = re.compile(r"[\\`*_\[\]<>&$~]")
# What would begin a heading, list, quote or rule at the start of a line.
_START = re.compile(r"^(\d{1,9}(?=[.)](?:\s|$))|(?=[#+=-]))")
# Controls, and marks that turn the direction of what follows.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def line(text: object) -> str:
    """A text on one line, which no viewer takes for anything but text.

    >>> line("# <b>\\n[x](y)")
    '\\\\# \\\\<b\\\\> \\\\[x\\\\](y)'
    """
    whole = _UNSEEN.sub("", " ".join(str(text).split()))
    return _START.sub(r"\1\\", _MARKUP.sub(r"\\\g<0>", whole))


def cell(text: object) -> str:
    """A text as a cell of a table: as `line`, and no end of the cell."""
    return line(text).replace("|", "\\|")


def code(text: object) -> str:
    """A name as it is, between marks of code, within a table too.

    >>> code("demo@1.0.0"), code("a`b")
    ('`demo@1.0.0`', 'a\\\\`b')
    """
    name = str(text)
    return f"`{name}`" if re.fullmatch(r"[A-Za-z0-9@.:_+-]+", name) else cell(name)
