"""The clips that tell vocabularies apart, as tables for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from vocab_builder.cli.text import WIDTH, cut, plain, table
from vocab_builder.comparison.telling import SHOWN

if TYPE_CHECKING:
    from vocab_builder.comparison import Comparison, Said, Telling

_CLIP = 36
"""Columns for what a clip is, or a caption."""

_FAINT = 0.1
"""Words whose prominence is below this share of the greatest say little: JSON has them."""


def tellings_text(found: Comparison) -> Iterator[str]:
    """The clips that tell all vocabularies apart, and what one can say that another cannot."""
    if found.reference is None:
        return
    letters = [one.letter for one in found.vocabularies]
    what = found.reference["kind"]
    several = len(letters) > 2
    if several:
        # Of two, what each can say that the other cannot are these very clips.
        told = [(one.drop, one, one.said) for one in found.apart]
        head = (what[:-1], "apart", *letters)
        yield f"the {what} that tell them apart best, and what each says of them\n" + _clips(
            head, [("", *row) for row in told]
        )
    rows = []
    for one in found.says:
        # Of several vocabularies the pairs are many: one clip each.
        for telling in one.tellings[: 1 if several else SHOWN]:
            said = dict(zip(letters, telling.said, strict=True))
            name = f"{one.first}, not {one.second}"
            rows.append((name, telling.drop, telling, (said[one.first], said[one.second])))
    title = f"what one can say and another cannot: the {what} whose best concept drops most"
    head = ("", what[:-1], "drop", "the one says", "the other")
    lines = [title, *([_clips(head, rows)] if rows else [])]
    empty = [f"{one.first}, not {one.second}" for one in found.says if not one.tellings]
    if empty:
        lines.append(textwrap.fill(f"no {what[:-1]}: {'; '.join(empty)}", WIDTH))
    yield "\n".join(lines)


def _clips(head: Sequence[str], rows: Sequence[tuple[str, float, Telling, Sequence[Said]]]) -> str:
    """A line a clip: its name, what it is, the drop, and words as far as there is room."""
    named = any(name for name, *_ in rows)
    left = [
        (*([name] if named else []), cut(plain(one.told or one.item), _CLIP), f"{drop:.2f}")
        for name, drop, one, _ in rows
    ]
    fixed = sum(max(map(len, cells)) + 2 for cells in zip(*left, head[: len(left[0])], strict=True))
    columns = len(head) - len(left[0])
    room = (WIDTH - fixed + 2) // columns - 2
    cells = [
        (*cells, *(_words(one, room) for one in said))
        for cells, (*_, said) in zip(left, rows, strict=True)
    ]
    return table(head, cells)


def _words(said: Said, room: int) -> str:
    """The most prominent words and how prominent they are; no concept is told as such."""
    if not said.words:
        return "-"
    most = said.words[0][1]
    text = ""
    for word, prominence in said.words:
        more = f"{', ' if text else ''}{plain(word)} {prominence:.2f}"
        if text and (len(text) + len(more) > room or prominence < _FAINT * most):
            break
        text += more
    return cut(text, room)
