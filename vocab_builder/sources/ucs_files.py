"""Files of the Universal Category System: JSON, csv and the workbook, in any of its languages."""

from __future__ import annotations

import itertools
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from concept_core.errors import AbsentFileError, DataError
from concept_core.extras import require_extra
from concept_core.text.files import delimiter_of, read_fields, read_json

ENGLISH = "en"
_TEXTS = ("Category", "SubCategory", "CatID")
# "Synonyms - Comma Separated" in the workbook and the csv made of it.
_SYNONYMS = "Synonyms"
_GET_IT = (
    "get the full list, with its translations, from universalcategorysystem.com (in English:"
    " 'sonolex fetch ucs')"
)
# Commas and semicolons, also as Arabic, Chinese and Japanese have them.
_SEPARATORS = re.compile(r"[,;\uff0c\u3001\u060c\uff1b]")
# AIRBrst is of AIR; BEEP is its own. The last capital before a small letter begins the second part.
_CAT_SHORT = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]+$")
# Rows above the heads: a title, the version.
_TITLE_ROWS = 20
# Bytes, unpacked; the whole system with all its languages has a few million.
_LARGEST_BOOK = 64 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One subcategory, as the file has it; explanations are not read.

    Attributes
    ----------
    category, subcategory : str
    cat_id, cat_short : str
        Of the entry, and of its category: ``AIRBrst``, ``AIR``.
    synonyms : tuple of str
    """

    category: str
    subcategory: str
    cat_id: str
    cat_short: str
    synonyms: tuple[str, ...]

    @property
    def shelves(self) -> tuple[str, str]:
        """Its category, and its subcategory below that, as ``under`` names them."""
        return shelf(self.category), shelf(f"{self.category}/{self.subcategory}")


def shelf(name: str) -> str:
    """The one spelling of a category or ``category/subcategory``."""
    return "/".join(part.strip().lower() for part in name.split("/"))


def read_entries(path: Path, language: str = ENGLISH) -> Iterator[Entry]:
    """The entries of a file of UCS, in its order.

    Parameters
    ----------
    path : Path
        ``.csv``, ``.tsv`` or ``.xlsx`` as published, with any rows above the heads; or ``.json``,
        a list of objects, of one language a file.
    language : str
        Whose columns are read where a table has several: ``fr`` reads ``Category_fr`` and so on.

    Raises
    ------
    DataError
        Broken, or a column or field is not there; with file, line and what was expected.
    MissingError
        A workbook, and openpyxl is not installed.
    """
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        return _table(path, _sheet_rows(path), language)
    if suffix in (".csv", ".tsv"):
        fields = read_fields(path, delimiter_of(path), headed=True, among=_TEXTS[2])
        return _table(path, ((f"{path}:{first}", row) for first, _, row in fields), language)
    if suffix == ".json":
        return _objects(path)
    raise DataError(
        f"{path}: UCS is read from .xlsx, .csv, .tsv and .json files; {_GET_IT}, and save another"
        " kind of workbook as .xlsx or 'CSV UTF-8'"
    )


def _objects(path: Path) -> Iterator[Entry]:
    value = read_json(path)
    if not isinstance(value, list):
        raise DataError(f"{path}: expected a list of UCS entries, found {type(value).__name__}")
    for number, entry in enumerate(value, 1):
        where = f"{path}: entry {number}"
        if not isinstance(entry, dict) or not entry.keys() >= {*_TEXTS, _SYNONYMS}:
            raise DataError(
                f"{where} is not an object with {', '.join(_TEXTS)} and Synonyms, found {entry!r}"
            )
        synonyms = entry[_SYNONYMS]
        for field in _TEXTS:
            if not isinstance(entry[field], str):
                raise DataError(f"{where}: {field!r} must be text, found {entry[field]!r}")
        if not isinstance(synonyms, list) or not all(isinstance(one, str) for one in synonyms):
            raise DataError(f"{where}: 'Synonyms' must be a list of texts, found {synonyms!r}")
        yield _entry(where, [entry[field] for field in _TEXTS], synonyms)


def _entry(where: str, texts: Sequence[str], synonyms: Iterable[str]) -> Entry:
    category, subcategory, cat_id = (text.strip() for text in texts)
    short = _CAT_SHORT.match(cat_id)
    if short is None:
        raise DataError(f"{where}: expected a CatID such as AIRBrst, found {cat_id!r}")
    kept = tuple(text for synonym in synonyms if (text := synonym.strip()))
    return Entry(category, subcategory, cat_id, short[0], kept)


def _table(path: Path, rows: Iterable[tuple[str, list[str]]], language: str) -> Iterator[Entry]:
    rows = iter(rows)
    heads = _heads(path, rows)
    places = _places(path, heads, language)
    for where, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(heads):
            raise DataError(
                f"{where}: expected {len(heads)} fields ({', '.join(heads)}), found {len(row)}"
            )
        *texts, synonyms = ("" if place is None else row[place] for place in places)
        # Translations may lack a name, and the first rows may hold headings.
        if not texts[2].strip():
            if texts[1].strip():
                raise DataError(f"{where}: no CatID beside {texts[1]!r}; fill it in")
            continue
        yield _entry(where, texts, _SEPARATORS.split(synonyms))


def _heads(path: Path, rows: Iterator[tuple[str, list[str]]]) -> list[str]:
    """The heads of the columns: the first row that has CatID among its cells."""
    seen: list[str] = []
    for _, row in itertools.islice(rows, _TITLE_ROWS):
        names = [cell.strip() for cell in row]
        if "CatID" in names:
            return names
        seen = seen or names
    raise DataError(
        f"{path}: expected a row of heads with {', '.join(_TEXTS)} among the first"
        f" {_TITLE_ROWS} rows, the first is {', '.join(seen)!r}; {_GET_IT}"
    )


def _places(path: Path, heads: list[str], language: str) -> list[int | None]:
    """Where category, subcategory, CatID and synonyms stand; synonyms may be nowhere."""
    ending = "" if language == ENGLISH else f"_{language}"
    wanted = [f"Category{ending}", f"SubCategory{ending}", "CatID"]
    for name in wanted:
        if name not in heads:
            known = [one.removeprefix("Category_") for one in heads if one.startswith("Category_")]
            english = ["en"] if "Category" in heads else []
            raise DataError(
                f"{path}: no column {name!r}; languages of this file: {', '.join(english + known)}."
                f" Columns are called {', '.join(_TEXTS)}, Synonyms in English, and Category_fr and"
                f' so on in others, which language = "fr" reads; {_GET_IT}'
            )
    plain = [re.sub(r"\s*-\s*comma separated$", "", one, flags=re.IGNORECASE) for one in heads]
    synonyms = f"{_SYNONYMS}{ending}"
    return [
        *(heads.index(name) for name in wanted),
        plain.index(synonyms) if synonyms in plain else None,
    ]


def _sheet_rows(path: Path) -> Iterator[tuple[str, list[str]]]:
    """The rows of the first sheet, cells as text, with the place of each."""
    openpyxl: Any = require_extra("openpyxl")
    if not path.is_file():
        raise AbsentFileError(f"{path}: no such file; correct the path")
    try:
        with zipfile.ZipFile(path) as packed:
            # No member unpacks to more than is stated here.
            if sum(member.file_size for member in packed.infolist()) > _LARGEST_BOOK:
                raise ValueError(f"it unpacks to more than {_LARGEST_BOOK >> 20} MiB")
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        rows = list(book.worksheets[0].iter_rows(values_only=True))
        book.close()
    # openpyxl lets through whatever zip, XML and its own checks raise.
    except Exception as error:
        raise DataError(
            f"{path}: not a workbook that can be read: {error}; save it as .xlsx or .csv"
        ) from error
    for number, row in enumerate(rows, 1):
        yield f"{path}: row {number}", ["" if cell is None else str(cell) for cell in row]
