"""Pages whose tables, samples and figures a program makes, and the marks that say which.

A block stands between two comments, so that the words around it stay::

    <!-- NAME: printed by COMMAND; slow, shared -->
    ...
    <!-- end of NAME -->

``drawn by`` stands in the place of ``printed by`` where the block shows image files. What holds
figures and is made by no command says why::

    <!-- not replayed: REASON -->

`benchmarks.docs` runs the commands and compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from concept_core.errors import DataError

SLOW, SHARED, TIMING = "slow", "shared", "timing"
WORDS = {
    SLOW: "takes over 20 s of a core, and is run on request",
    SHARED: "needs the shared data (SONOLEX_SHARED)",
    TIMING: "measures time, which no other run repeats: not run, not compared",
}
"""What a mark says of its command after a semicolon."""

CUT = "..."
"""A line of a sample that stands for any number of printed lines."""

_OPENING = re.compile(
    r"^<!-- (?P<name>[^\n]+?): (?P<how>printed|drawn)(?: by (?P<command>[^\n;]+?)"
    r"(?:; (?P<words>[^\n;]+?))?)? -->$",
    re.MULTILINE,
)
_CLOSING = re.compile(r"<!-- *end of (?P<name>[^\n]*?) *-->")
_REASON = re.compile(r"<!-- not replayed: \S[^\n]* -->")
_FENCE = re.compile(r"(```[^\n]*\n)(.*?)(\n```)", re.DOTALL)
# A cell that is a measured figure; a line of a console block that is what a person types.
_FIGURE = re.compile(r"\**[-+~]?\.?\d")
_TYPED = re.compile(r"(?:[A-Z_]+=\S* )*(?:sonolex|python|pip|make|minisign|hf|git|env) ")


@dataclass(frozen=True, slots=True)
class Mark:
    """A block of a page that a command makes.

    Attributes
    ----------
    name : str
        Unique on its page; what the program calls it, where it prints more than one block.
    line : int
        Of the opening comment, from 1.
    drawn : bool
        Whether it shows image files, and not what is printed.
    command : str
        Empty where the mark names none.
    words : frozenset of str
        Of `WORDS`.
    text : str
        What stands between the comments, without blank lines around it.
    """

    name: str
    line: int
    drawn: bool
    command: str
    words: frozenset[str]
    text: str

    @property
    def body(self) -> str:
        """The text without the fence around it."""
        fenced = _FENCE.fullmatch(self.text)
        return fenced[2] if fenced else self.text

    def dressed(self, body: str) -> str:
        """Another body in the fence of this one."""
        fenced = _FENCE.fullmatch(self.text)
        return f"{fenced[1]}{body}{fenced[3]}" if fenced else body


@dataclass(frozen=True, slots=True)
class Block:
    """A table, a console sample or an image of a page, and its first line, from 1."""

    line: int
    kind: str
    lines: tuple[str, ...]

    @property
    def measured(self) -> bool:
        """Whether it holds figures that must come from somewhere."""
        if self.kind == "table":
            return any(_FIGURE.match(cell) for row in self.lines[2:] for cell in cells(row))
        if self.kind == "console":
            return any(re.search(r"\d", line) for line in _output(self.lines))
        return True


def table(headings: Sequence[str], lines: Iterable[Sequence[object]]) -> list[str]:
    """A Markdown table."""
    first = [f"| {' | '.join(headings)} |", "|---" * len(headings) + "|"]
    return [*first, *(f"| {' | '.join(map(str, line))} |" for line in lines)]


def cells(row: str) -> list[str]:
    """The cells of a line of a Markdown table."""
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def part(page: str, name: str) -> str:
    """What stands on a page between the two markers of a part.

    Raises
    ------
    DataError
        The page does not have each of the markers once, in order.
    """
    start, end = _place(page, name)
    return page[start:end].strip("\n")


def rewritten(page: str, parts: Mapping[str, str]) -> str:
    """The page with new text between the markers of each part.

    Raises
    ------
    DataError
        As `part`.
    """
    for name, text in parts.items():
        start, end = _place(page, name)
        page = f"{page[:start]}\n\n{text}\n\n{page[end:]}"
    return page


def marks(page: str) -> list[Mark]:
    """The blocks of a page that commands make, in order.

    Raises
    ------
    DataError
        As `part`; a word after the command that says nothing; a closing comment whose opening
        cannot be read, so that its block would be left out without a word.
    """
    found = []
    known = {match["name"] for match in _OPENING.finditer(page)}
    for closing in _CLOSING.finditer(page):
        if closing["name"] not in known:
            line = page.count("\n", 0, closing.start()) + 1
            raise DataError(
                f"line {line}: {closing[0]} closes no mark; write the one before it as"
                f" <!-- {closing['name']}: printed by COMMAND; slow, shared -->, on a line of its"
                " own from the first character on"
            )
    for match in _OPENING.finditer(page):
        words = frozenset(word.strip() for word in (match["words"] or "").split(",") if word)
        if unknown := sorted(words - WORDS.keys()):
            raise DataError(
                f"the mark {match[0]} has the word {unknown[0]!r}; there are {', '.join(WORDS)}"
            )
        found.append(
            Mark(
                name=match["name"],
                line=page.count("\n", 0, match.start()) + 1,
                drawn=match["how"] == "drawn",
                command=match["command"] or "",
                words=words,
                text=part(page, match["name"]),
            )
        )
    return found


def unmarked(page: str) -> list[Block]:
    """Blocks with figures that no command makes and that do not say why."""
    lines = page.split("\n")
    spans = [(mark.line, mark.line + mark.text.count("\n") + 4) for mark in marks(page)]
    return [
        block
        for block in blocks(page)
        if block.measured
        and not any(first < block.line < last for first, last in spans)
        and not _REASON.fullmatch(_before(lines, block.line))
    ]


def blocks(page: str) -> Iterator[Block]:
    """Tables, console samples (fenced, of no language) and images, in order."""
    lines = page.split("\n")
    place = 0
    while place < len(lines):
        line, end = lines[place], place + 1
        if line.startswith("```"):
            while end < len(lines) and not lines[end].startswith("```"):
                end += 1
            if line == "```":
                yield Block(place + 1, "console", tuple(lines[place + 1 : end]))
            end += 1
        elif line.startswith("|"):
            while end < len(lines) and lines[end].startswith("|"):
                end += 1
            yield Block(place + 1, "table", tuple(lines[place:end]))
        elif line.startswith(("![", "<img ")):
            yield Block(place + 1, "image", (line,))
        place = end


def _output(lines: Sequence[str]) -> Iterator[str]:
    """Lines of a console block that nobody types."""
    goes_on = False
    for line in lines:
        if line.strip() and not goes_on and not _TYPED.match(line):
            yield line
        goes_on = line.rstrip().endswith("\\")


def _before(lines: Sequence[str], line: int) -> str:
    """The last line with text above a line."""
    return next((one for one in reversed(lines[: line - 1]) if one.strip()), "")


def _place(page: str, name: str) -> tuple[int, int]:
    openings = [match for match in _OPENING.finditer(page) if match["name"] == name]
    closing = f"<!-- end of {name} -->"
    if len(openings) != 1 or page.count(closing) != 1:
        raise DataError(
            f"the page must have <!-- {name}: printed by COMMAND --> and {closing}, each once"
        )
    start, end = openings[0].end(), page.index(closing)
    if end < start:
        raise DataError(f"the page has {closing} before {openings[0][0]}; turn them round")
    return start, end
