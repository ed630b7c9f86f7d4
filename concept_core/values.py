"""Values as JSON-ready data and back, and as tables: one way for every dataclass of the project."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

from concept_core.errors import DataError, SonolexError
from concept_core.spelling import check_names

if TYPE_CHECKING:
    from pandas import DataFrame as DataFrame
else:
    # pandas takes long to import: only what makes a frame does.
    DataFrame = Any

_T = TypeVar("_T")


def to_data(value: object) -> Any:
    """JSON-ready data of a value: dataclasses become mappings, tuples lists, paths text.

    Arrays and numbers of numpy become lists and plain numbers.

    Raises
    ------
    TypeError
        The value holds something that JSON has no form for.
    """
    import msgspec

    return msgspec.to_builtins(value, enc_hook=_plain, str_keys=True)


def from_data(data: Any, kind: type[_T], where: str, error: type[SonolexError] = DataError) -> _T:
    """A value of ``kind`` from JSON-ready data, every type checked.

    Parameters
    ----------
    data : JSON-ready
    kind : type
        A dataclass, or any type that msgspec knows, such as ``tuple[Concept, ...]``.
    where : str
        What the message begins with: a file, a line, a table.
    error : type of SonolexError
        What is raised.

    Raises
    ------
    SonolexError
        A key of a dataclass at the top is unknown (the nearest is listed), one is missing, or
        a value is of another type; the message names the place.
    """
    import msgspec

    if dataclasses.is_dataclass(kind) and isinstance(data, Mapping):
        fields = [field.name for field in dataclasses.fields(cast(Any, kind))]
        check_names("key", map(str, data), fields, where)
    try:
        return msgspec.convert(data, kind, str_keys=True)
    except (msgspec.ValidationError, RecursionError, ValueError) as broken:
        # What a class itself found wrong says all that there is to say.
        if isinstance(broken.__cause__, SonolexError):
            raise broken.__cause__ from None
        raise error(f"{where}: {broken}") from broken


class Value:
    """A dataclass that gives itself as JSON-ready data."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The value as JSON-ready data."""
        return cast("dict[str, Any]", to_data(self))


class Table:
    """A result with ``to_frame``: notebooks show the frame."""

    __slots__ = ()

    def to_frame(self) -> DataFrame:
        """The result as a table. Needs pandas."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        """What a notebook shows: the frame."""
        return html_table(self.to_frame())


def frame(rows: Any, columns: Sequence[str] | None = None) -> DataFrame:
    """A frame of rows, or of columns by name. Needs pandas."""
    import pandas as pd

    return pd.DataFrame(rows, columns=None if columns is None else list(columns))


def html_table(frame: DataFrame) -> str:
    """A frame as HTML, its labels as text, of long ones both ends."""
    return str(frame.to_html(index=False, max_rows=40, border=0, float_format="{:.3f}".format))


def _plain(value: Any) -> Any:
    """What msgspec does not know: numpy's arrays and numbers, and paths."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "__fspath__"):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
