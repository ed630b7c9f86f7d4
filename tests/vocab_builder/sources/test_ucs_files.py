"""The published tables of UCS: a csv, and a workbook with titles above its heads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from concept_core.errors import DataError
from tests.sources_toy import mine
from vocab_builder.sources.ucs_files import Entry, read_entries
from vocab_builder.stages.candidates import Candidate

# Heads as the list of 8.2 has them, with the space at the end of the synonyms' own.
Rows = list[list[str | None]]
HEADS: list[str | None] = [
    "Category", "SubCategory", "CatID", "CatShort", "Explanations", "Synonyms - Comma Separated ",
    "Category_fr", "SubCategory_fr", "Synonyms_fr", "Category_zh", "SubCategory_zh", "Synonyms_zh",
]  # fmt: skip
ROWS: Rows = [
    ["GLASS", "BREAK", "GLASBrk", "GLAS", "A sentence.", "shatter, smash", "VERRE", "CASSER",
     "briser, casse", "玻璃", "破碎", "打碎、粉碎"],
    ["GLASS", "MISC", "GLASMisc", "GLAS", "More.", "", "VERRE", "DIVERS", "", "玻璃", "杂项", ""],
]  # fmt: skip
TITLES: Rows = [["Universal Category System", "v8.2.1"], [None, None]]


def write_csv(rows: Rows, folder: Path) -> Path:
    lines = (",".join(f'"{cell or ""}"' for cell in row) for row in rows)
    path = folder / "ucs.csv"
    path.write_text("\ufeff" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_xlsx(rows: Rows, folder: Path) -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    path = folder / "ucs.xlsx"
    book.save(path)
    return path


WRITERS = [write_csv, write_xlsx]
Writer = Callable[[Rows, Path], Path]


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("above", [[], TITLES])
def test_english(write: Writer, above: Rows, tmp_path: Path) -> None:
    path = write([*above, HEADS, [None] * len(HEADS), *ROWS], tmp_path)
    assert list(read_entries(path)) == [
        Entry("GLASS", "BREAK", "GLASBrk", "GLAS", ("shatter", "smash")),
        Entry("GLASS", "MISC", "GLASMisc", "GLAS", ()),
    ]


def labelled(found: list[Candidate]) -> dict[str, tuple[tuple[str, ...], list[str]]]:
    return {one.label: (one.links, [name.alias for name in one.other_names]) for one in found}


@pytest.mark.parametrize("write", WRITERS)
def test_other_languages_have_the_same_links_and_are_not_joined(
    write: Writer, tmp_path: Path
) -> None:
    path = write([HEADS, *ROWS], tmp_path)
    assert labelled(mine("ucs", "ucs", path, {"language": "fr"})) == {
        "verre": (("ucs:GLAS", "ucs:GLASMisc"), []),
        "casser": (("ucs:GLASBrk",), ["briser", "casse"]),
    }
    assert labelled(mine("ucs", "ucs", path, {"language": "zh"}))["破碎"] == (
        ("ucs:GLASBrk",),
        ["打碎", "粉碎"],
    )


@pytest.mark.parametrize(
    ("cat_id", "labels"),
    [
        ("BEEP", ["bip"]),
        ("BEEPMisc", ["bip"]),
        ("HAIL", ["grêle"]),
        ("BEEPTimer", ["bip", "grêle"]),
    ],
)
def test_what_is_its_category_in_another_language(
    cat_id: str, labels: list[str], tmp_path: Path
) -> None:
    """GENERAL and MISC are known by their CatIDs."""
    path = write_csv(
        [["CatID", "Category_fr", "SubCategory_fr"], [cat_id, "BIP", "GRÊLE"]], tmp_path
    )
    found = mine("ucs", "ucs", path, {"language": "fr"})
    assert [one.label for one in found] == labels


def test_json_of_another_language(tmp_path: Path) -> None:
    path = tmp_path / "fr.json"
    path.write_text(
        '[{"Category": "VERRE", "SubCategory": "CASSER", "CatID": "GLASBrk", "Synonyms": ["d"]}]',
        encoding="utf-8",
    )
    assert labelled(mine("ucs", "ucs", path, {"language": "fr"})) == {
        "verre": (("ucs:GLAS",), []),
        "casser": (("ucs:GLASBrk",), []),
    }


def changed(row: int, column: int, value: str | None) -> Rows:
    rows: Rows = [HEADS, *(list(one) for one in ROWS)]
    rows[row] = [value if place == column else cell for place, cell in enumerate(rows[row])]
    return rows


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize(
    ("rows", "language", "message"),
    [
        (changed(0, 2, "Id"), "en", "expected a row of heads with Category, SubCategory, CatID"),
        (changed(0, 1, "Sub"), "en", "no column 'SubCategory'; languages of this file: en, fr, zh"),
        ([HEADS, *ROWS], "de", "no column 'Category_de'; languages of this file: en, fr, zh"),
        (changed(2, 2, None), "en", r"(:| row )3: no CatID beside 'MISC'; fill it in"),
        (
            changed(1, 2, "glas"),
            "en",
            r"(:| row )2: expected a CatID such as AIRBrst, found 'glas'",
        ),
    ],
)
def test_what_is_missing(
    write: Writer, rows: Rows, language: str, message: str, tmp_path: Path
) -> None:
    path = write(rows, tmp_path)
    with pytest.raises(DataError, match=message) as caught:
        list(read_entries(path, language))
    assert str(caught.value).startswith(str(path))


def test_what_is_no_workbook(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    path = tmp_path / "ucs.xlsx"
    with pytest.raises(DataError, match="no such file; correct the path"):
        list(read_entries(path))
    path.write_text("Category,SubCategory", encoding="utf-8")
    with pytest.raises(DataError, match=r"ucs\.xlsx: not a workbook that can be read"):
        list(read_entries(path))
