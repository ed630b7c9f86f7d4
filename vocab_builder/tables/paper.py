"""What a table of a paper holds, whatever form it is written in."""

from __future__ import annotations

from dataclasses import dataclass

from concept_core.tasks.intervals import Interval

TOLD = 0.05
"""A p-value below this tells two systems apart; the number that it belongs to is set bold."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a table; forms round it, csv has all digits.

    Attributes
    ----------
    value : float
    digits : int
        After the point.
    signed : bool
        A difference: what is above 0 has a plus.
    interval : (low, high) or None
    spread : float or None
        A standard deviation.
    p : float or None
        Of the paired test that the number is judged by, adjusted for its family.
    """

    value: float
    digits: int = 3
    signed: bool = False
    interval: Interval | None = None
    spread: float | None = None
    p: float | None = None

    @property
    def bold(self) -> bool:
        """Whether the paired test tells what the number is of from what it is compared with."""
        return self.p is not None and self.p < TOLD

    def rounded(self, value: float) -> str:
        """The value, or an end of the interval, as the table shows it; never minus nothing."""
        return f"{value:{'+' if self.signed else ''}z.{self.digits}f}"


def number_or_dash(value: float | None, spread: float | None = None) -> Number | None:
    """A number, or the cell of none."""
    return None if value is None else Number(value, spread=spread)


@dataclass(frozen=True, slots=True)
class PValue:
    """A p-value: three digits, or that it is below .001."""

    value: float

    def __str__(self) -> str:
        return "<0.001" if self.value < 0.001 else f"{self.value:.3f}"


Cell = str | int | Number | PValue | None
"""None where there is nothing to tell: a dash."""


@dataclass(frozen=True, slots=True)
class PaperTable:
    """A table with all that is needed to read it. All texts are plain: forms make them safe.

    Attributes
    ----------
    label : str
        Of its reference: lower-case letters, digits and hyphens (see `label_of`).
    caption : str
    columns : tuple of str
    rows : tuple of tuple
        A cell a column.
    notes : tuple of str
        Sentences for below the table.
    """

    label: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Of each column, whether a row has a number in it."""
        return tuple(
            any(isinstance(row[place], (int, Number)) for row in self.rows)
            for place in range(len(self.columns))
        )


def label_of(*parts: object) -> str:
    """A label from words: what is no letter or digit of ASCII becomes a hyphen.

    >>> label_of("zero-shot", "my_data set", "")
    'zero-shot-my-data-set'
    """
    text = "-".join(map(str, parts)).lower()
    kept = "".join(one if one.isascii() and one.isalnum() else "-" for one in text)
    return "-".join(filter(None, kept.split("-")))
